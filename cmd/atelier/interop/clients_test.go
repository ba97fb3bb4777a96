package interop

import (
	"testing"
)

// TestClients drives apps and libraries that others wrote through what they
// do, each with two members of one chapter.
func TestClients(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	mine, theirs := w.member("mine"), w.member("theirs")
	w.serve()
	people := []string{"--server", w.url(""), "--user", "mine", "--password", password,
		"--peer-user", "theirs", "--peer-password", password}
	mine.follow("@theirs")
	theirs.follow("@mine")
	for _, text := range []string{"One.", "Two.", "Three."} { // so that each client finds a second page
		theirs.post(text, nil)
	}

	n.try("toot", func(t *testing.T) {
		installed(t, "/usr/bin/toot", "toot")
		installed(t, "/usr/bin/chromium", "chromium")
		drive(t, node(t, "toot.mjs", people...)...)
	})
	for _, library := range []string{"masto", "megalodon", "mastodon-api"} {
		n.try(library, func(t *testing.T) {
			installed(t, "/usr/bin/chromium", "chromium")
			drive(t, node(t, "rest-libs.mjs", append(people, "--only", library)...)...)
		})
	}
	n.try("python3-mastodon", func(t *testing.T) {
		installed(t, "/usr/lib/python3/dist-packages/mastodon/__init__.py", "python3-mastodon")
		drive(t, "/usr/bin/python3", "mastodon_py.py", w.url(""), mine.token, theirs.token)
	})
	n.try("go-mastodon", func(t *testing.T) { driveGoMastodon(t, w.url(""), mine.token, theirs.token) })
	quiet(t, w)
}
