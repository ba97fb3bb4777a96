package store

import "testing"

// TestPlansAreKept: the function that opens connections found SQLite's.
func TestPlansAreKept(t *testing.T) {
	if !plansAreKept {
		t.Error("SQLite was not told to keep its plans: every join is planned anew")
	}
}
