package wire

import "testing"

// The example of FEP-8fcf.
func TestFollowersDigest(t *testing.T) {
	var d FollowersDigest
	d.Toggle("https://testing.example.org/users/1")
	d.Toggle("https://testing.example.org/users/2")
	if got, want := d.String(), "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	d.Toggle("https://testing.example.org/users/1")
	d.Toggle("https://testing.example.org/users/2")
	if d != (FollowersDigest{}) {
		t.Errorf("digest of nobody: %s", d)
	}
}

func TestFollowersSyncHeader(t *testing.T) {
	s := FollowersSync{"https://a.example/users/ana/followers", "https://a.example/users/ana/followers_synchronization", FollowersDigest{1}.String()}
	if got, ok := ParseFollowersSync(s.String()); !ok || got != s {
		t.Errorf("read back: %+v, %v", got, ok)
	}
	if got, ok := ParseFollowersSync(`digest="` + s.Digest + `",url="` + s.URL + `",collectionId="` + s.Collection + `",more="x"`); !ok || got != s {
		t.Errorf("in another order: %+v, %v", got, ok)
	}
	for _, bad := range []string{"", "x", `collectionId="https://a.example/f"`, `collectionId="https://a.example/f, url="https://a.example/u", digest="00"`,
		`collectionId="javascript:x", url="https://a.example/u", digest="` + s.Digest + `"`} {
		if got, ok := ParseFollowersSync(bad); ok {
			t.Errorf("%q was read as %+v", bad, got)
		}
	}
}
