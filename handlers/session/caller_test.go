package session_test

import (
	"testing"

	"atelier/handlers/session"
	"atelier/models"
)

func TestWhatACallerMayDo(t *testing.T) {
	ana := &models.Account{ID: 7}
	user := func(scopes string) *session.Caller {
		return &session.Caller{Viewer: models.Viewer{AccountID: 7, Role: models.Ordinary}, Account: ana, Token: &models.Token{Scopes: models.ParseScopes(scopes)}}
	}
	app := &session.Caller{Token: &models.Token{Scopes: models.ParseScopes("read")}}
	for _, test := range []struct {
		name            string
		caller          *session.Caller
		scopes          []string
		look, app, user models.Kind // "" means allowed
	}{
		{"nobody", nil, []string{"read:statuses"}, "", models.NoSession, models.NoSession},
		{"a member with the scope", user("read:statuses"), []string{"read:statuses"}, "", "", ""},
		{"a member with the scope's parent", user("read"), []string{"read:statuses"}, "", "", ""},
		{"a member with another scope", user("write read:accounts"), []string{"read:statuses"}, models.Forbidden, models.Forbidden, models.Forbidden},
		{"a member with the second of two scopes", user("read:accounts"), []string{"profile", "read:accounts"}, "", "", ""},
		{"a member where no scope is asked for", user("push"), nil, "", "", ""},
		{"an app", app, []string{"read:statuses"}, "", "", models.Invalid},
		{"an app with another scope", app, []string{"write:accounts"}, models.Forbidden, models.Forbidden, models.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := test.caller.Look(test.scopes...)
			if models.KindOf(err) != test.look {
				t.Errorf("Look: %v, want %q", err, test.look)
			}
			if err == nil && test.caller != nil && v != test.caller.Viewer {
				t.Errorf("Look = %v, want the caller's viewer", v)
			}
			if err := test.caller.AsApp(test.scopes...); models.KindOf(err) != test.app {
				t.Errorf("AsApp: %v, want %q", err, test.app)
			}
			me, err := test.caller.User(test.scopes...)
			if models.KindOf(err) != test.user {
				t.Errorf("User: %v, want %q", err, test.user)
			}
			if err == nil && (me == ana || me.ID != ana.ID) {
				t.Errorf("User = %+v, want a copy of the account", me)
			}
		})
	}
}
