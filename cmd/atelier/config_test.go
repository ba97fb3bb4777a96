package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tidy takes the variables of whoever runs the tests away.
func tidy(t *testing.T) {
	t.Helper()
	for _, line := range os.Environ() {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "ATELIER_") && name != "ATELIER_TEST_POSTGRES" {
			t.Setenv(name, value) // so that it comes back
			os.Unsetenv(name)
		}
	}
}

// atelier runs a command and returns its exit code and what it printed.
func atelier(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	code = execute(t.Context(), args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

func TestFlagBeatsVariableBeatsFile(t *testing.T) {
	tidy(t)
	file := filepath.Join(t.TempDir(), "atelier.toml")
	write(t, file, "domain = 'file.example'\nlisten = '127.0.0.1:1'\nlog-level = 'debug'\ntrusted-proxies = ['10.0.0.0/8', '192.0.2.1']\n")
	t.Setenv("ATELIER_LISTEN", "127.0.0.1:2")
	t.Setenv("ATELIER_LOG_LEVEL", "warn")
	c, err := parse([]string{"--config", file, "--log-level=error", "version"})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Domain, c.Listen, c.LogLevel, c.RateLimits, c.Scheme, c.urls.Base(), c.Database, c.Media}
	want := []string{"file.example", "127.0.0.1:2", "error", "on", "https", "https://file.example", "sqlite:atelier-data/atelier.db", "atelier-data/media"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(c.proxies) != 2 || c.proxies[1].String() != "192.0.2.1/32" {
		t.Errorf("trusted proxies: %v", c.proxies)
	}
	t.Setenv("ATELIER_CONFIG", file)
	if c, err = parse([]string{"version"}); err != nil || c.Domain != "file.example" {
		t.Errorf("by variable: %+v, %v", c, err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// parse reads a command line as the program does.
func parse(args []string) (*Config, error) {
	var c commands
	k, err := parser(&c, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	if _, err := k.Parse(args); err != nil {
		return nil, err
	}
	return &c.Config, c.settle()
}

func TestSchemeFollowsTheDomain(t *testing.T) {
	tidy(t)
	for _, test := range []struct {
		args string
		want string // the base of all addresses, or what is wrong
	}{
		{"", "http://localhost:8080"},
		{"--domain=vi.example", "https://vi.example"},
		{"--domain=VI.example", "https://vi.example"},
		{"--domain=vi.example:8443", "https://vi.example:8443"},
		{"--domain=ateliér.example", "https://xn--atelir-fva.example"},
		{"--domain=beta.localhost:8081", "http://beta.localhost:8081"},
		{"--domain=127.0.0.1:9", "http://127.0.0.1:9"},
		{"--domain=[::1]:9", "http://[::1]:9"},
		{"--domain=localhost --scheme=https", "https://localhost"},
		{"--domain=localhost --tls=a.pem,b.pem", "https://localhost"},
		{"--domain=vi.example --tls=auto", "https://vi.example"},
		{"--domain=vi.example --scheme=http", "--scheme=http is for loopback names: vi.example needs https (a proxy may do it, with --tls=off)"},
		{"--domain=localhost.example --scheme=http", "--scheme=http is for loopback names: localhost.example needs https (a proxy may do it, with --tls=off)"},
		{"--domain=vi.example --scheme=ftp", `--scheme is https or http, not "ftp"`},
		{"--domain=https://vi.example", `--domain is a host and, if need be, a port, not "https://vi.example"`},
		{"--domain=vi.example/x", `--domain is a host and, if need be, a port, not "vi.example/x"`},
		{"--domain=a@vi.example", `--domain is a host and, if need be, a port, not "a@vi.example"`},
		{"--domain=-", `--domain: "-" is no name of a host`},
		{"--account-domain=a/b", `--account-domain is a host and, if need be, a port, not "a/b"`},
		{"--tls=auto --domain=vi.example:8443", "--tls=auto needs a domain without a port, not vi.example:8443: certificates are given for port 443"},
		{"--tls=auto --scheme=http", "--tls=auto needs --scheme=https"},
		{"--tls=on --domain=vi.example", `--tls is off, auto, or a certificate and a key file with a comma between them, not "on"`},
		{"--rate-limits=off", "http://localhost:8080"},
		{"--rate-limits=off --domain=vi.example", "--rate-limits=off is for load tests: vi.example is a public name"},
		{"--rate-limits=maybe", `--rate-limits must be one of "on","off" but got "maybe"`},
		{"--trusted-proxies=10.0.0.0/33", `--trusted-proxies: "10.0.0.0/33" is no network, such as 10.0.0.0/8`},
		{"--allow-peers=peers", `--allow-peers: "peers" is no network, such as 10.0.0.0/8`},
		{"--log-level=loud", `--log-level must be one of "debug","info","warn","error" but got "loud"`},
	} {
		t.Run(test.args, func(t *testing.T) {
			c, err := parse(append(strings.Fields(test.args), "version"))
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = c.urls.Base()
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestAFileThatIsWrong(t *testing.T) {
	tidy(t)
	dir := t.TempDir()
	for _, test := range []struct{ name, text, want string }{
		{"an option that is none", "domian = 'x'", `there is no option "domian"`},
		{"the file itself", "config = 'x'", `there is no option "config"`},
		{"no TOML", "domain", "expected"},
		{"a value that is none", "rate-limits = 'maybe'", "must be one of"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(dir, "a.toml")
			write(t, file, test.text)
			code, _, stderr := atelier(t, "", "version", "--config", file)
			if code != 1 || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%d %s", code, stderr)
			}
		})
	}
	code, _, stderr := atelier(t, "", "version", "--config", filepath.Join(dir, "none.toml"))
	if want := "atelier: the configuration file " + dir + "/none.toml is not there\n"; code != 1 || stderr != want {
		t.Errorf("%d %s", code, stderr)
	}
}
