# Read by the scripts beside it: what the tests need beyond Go, and a
# PostgreSQL that lives as long as the script.

export GOFLAGS="${GOFLAGS:--trimpath -buildvcs=false}"
drivers=cmd/atelier/interop/testdata/drivers
scratch=$(mktemp -d "${TMPDIR:-/tmp}/atelier-test.XXXXXX")
chmod 755 "$scratch"
trap finish EXIT
trap 'exit 1' INT TERM

say() { echo "== $*"; }

# missing WHAT WHY says that something is left out, which is an error where
# nothing may be.
missing() {
	if [ "${CI:-}" = true ]; then
		echo "$1 is missing: $2" >&2
		exit 1
	fi
	echo "-- left out: $1 ($2)"
}

# install COMMAND=PACKAGE... installs Debian packages whose command is not there.
install() {
	local want=() pair
	for pair in "$@"; do
		[ -e "${pair%%=*}" ] || command -v "${pair%%=*}" >/dev/null || compgen -G "${pair%%=*}" >/dev/null || want+=("${pair#*=}")
	done
	[ ${#want[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		missing "${want[*]}" "install these Debian packages, or run this as root on Debian"
		return 0
	fi
	say "installing ${want[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq >/dev/null </dev/null && apt-get install -y -qq --no-install-recommends "${want[@]}" >"$scratch/apt" 2>&1 </dev/null ||
		{ tail -5 "$scratch/apt" >&2; missing "${want[*]}" "apt-get could not install them"; }
}

# install_drivers installs the clients and the peer that the tests drive.
install_drivers() {
	local done=$drivers/node_modules/.package-lock.json
	if [ -e "$done" ] && ! [ $drivers/package-lock.json -nt "$done" ]; then return 0; fi
	if ! command -v npm >/dev/null; then
		missing "clients from npm" "npm is not there"
		return 0
	fi
	say "installing the clients and the peer that tests drive"
	(cd $drivers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) && touch "$done" ||
		missing "clients from npm" "npm could not install them"
}

# install_gateway puts an S3 server on the path, for the tests of storage.
install_gateway() {
	export PATH=$PWD/.cache/bin:$PATH
	[ -z "${ATELIER_TEST_S3:-}" ] && ! command -v versitygw >/dev/null || return 0
	say "installing an S3 server for tests"
	GOBIN=$PWD/.cache/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0 || missing "an S3 server" "versitygw could not be built"
}

# start_postgres sets ATELIER_TEST_POSTGRES, if it is not set, to an empty
# database of a server that ends with this script.
start_postgres() {
	[ -z "${ATELIER_TEST_POSTGRES:-}" ] || return 0
	local bin port try
	bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1 || true)
	bin=${bin:-$(command -v initdb || true)}
	if [ -z "$bin" ]; then
		missing "PostgreSQL" "no initdb was found"
		return 0
	fi
	pg_ctl=$(dirname "$bin")/pg_ctl
	as=()
	if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); fi
	mkdir "$scratch/pg"
	[ "$(id -u)" != 0 ] || chown postgres "$scratch/pg"
	(cd / && "${as[@]}" "$bin" -D "$scratch/pg/data" -A trust -U atelier -E UTF8 --locale=C.UTF-8 >"$scratch/initdb" 2>&1) ||
		{ cat "$scratch/initdb" >&2; exit 1; }
	for try in 1 2 3 4 5; do # until a port is free
		port=$((20000 + RANDOM % 30000))
		if (cd / && "${as[@]}" "$pg_ctl" -D "$scratch/pg/data" -w -l "$scratch/pg/log" -o "-p $port -c listen_addresses=127.0.0.1 \
			-c unix_socket_directories=$scratch/pg -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
			-c max_connections=400 -c shared_buffers=256MB" start >/dev/null 2>&1); then
			export ATELIER_TEST_POSTGRES="postgres://atelier@127.0.0.1:$port/postgres?sslmode=disable"
			say "PostgreSQL at port $port"
			return 0
		fi
	done
	cat "$scratch/pg/log" >&2
	exit 1
}

finish() {
	local code=$?
	if [ -n "${pg_ctl:-}" ] && [ -e "$scratch/pg/data/postmaster.pid" ]; then
		(cd / && "${as[@]}" "$pg_ctl" -D "$scratch/pg/data" -m immediate stop >/dev/null 2>&1) || true
	fi
	rm -rf "$scratch"
	exit $code
}
