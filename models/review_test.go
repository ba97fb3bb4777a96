package models

import (
	"testing"
)

// A mark holds through small fixes, and not through what comes after another
// text.
func TestTheMarkAfterEdits(t *testing.T) {
	r := &Reviewed{Version: 3}
	for _, edit := range []struct {
		version      int
		small, since bool
	}{{4, true, false}, {5, true, false}, {6, false, true}, {7, true, true}} {
		if r = r.AfterEdit(edit.version, edit.small); r.Since(edit.version) != edit.since || r.Version != 3 {
			t.Errorf("after version %d the mark is %+v, another text %v", edit.version, r, r.Since(edit.version))
		}
	}
	if none := (*Reviewed)(nil).AfterEdit(2, true); none != nil {
		t.Errorf("an edit gave the mark %+v", none)
	}
}
