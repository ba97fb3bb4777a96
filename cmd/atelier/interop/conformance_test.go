package interop

import "testing"

// TestConformance runs the tests of activitypub-testing on a member, on the
// chapter and on the actor of the server itself.
func TestConformance(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	alice := w.member("alice")
	w.serve()
	alice.post("Something for the outbox.", nil)
	for name, actor := range map[string][]string{
		"a member":    {w.url("/users/alice"), "following", "followers"},
		"the chapter": {w.url("/chapter"), "following", "followers"},
		"the server":  {w.url("/actor")}, // follows nobody
	} {
		n.try(name, func(t *testing.T) { drive(t, node(t, "conformance.mjs", actor...)...) })
	}
	quiet(t, w)
}
