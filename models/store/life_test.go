package store_test

import (
	"slices"
	"testing"

	"atelier/models/store"
	"atelier/models/store/storetest"
)

// TestNothingOfAMemberIsForgotten keeps EraseOwn whole: a new table that
// refers to accounts is either in it or here.
func TestNothingOfAMemberIsForgotten(t *testing.T) {
	known := append(store.OwnTables(),
		"account_stats", "account_keys", "posts", "media", "follows", "favourites", // deleted otherwise, or of the tombstone
		"themes", "series", "list_accounts", "moves", // not a member's own, or nothing without the rest
		"thread_locks",           // of Groups
		"complaints", "measures") // the stewards' memory
	found, err := storetest.SQLite(t).Referring(t.Context(), "accounts")
	if err != nil || len(found) < 20 {
		t.Fatalf("%d tables, %v", len(found), err)
	}
	for _, name := range found {
		if !slices.Contains(known, name) {
			t.Errorf("%s refers to accounts: is it deleted with a member?", name)
		}
	}
}
