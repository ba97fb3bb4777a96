package session_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// signIn begins a session for a member and returns its cookie.
func signIn(t *testing.T, ss *session.Sessions, a *models.Account) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := ss.Begin(w, httptest.NewRequest("POST", "/sign-in", nil), a.ID); err != nil {
		t.Fatal(err)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want one", len(cookies))
	}
	return cookies[0]
}

func with(c *http.Cookie, form url.Values) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	return r
}

func of(t *testing.T, ss *session.Sessions, c *http.Cookie) *session.Session {
	t.Helper()
	x, err := ss.Of(with(c, nil))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestASessionIsItsMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ss := &session.Sessions{Store: s}
		ana := storetest.Member(t, s, "ana", models.Steward)
		c := signIn(t, ss, ana)
		x := of(t, ss, c)
		if x == nil || x.Account.ID != ana.ID || x.Viewer != (models.Viewer{AccountID: ana.ID, Role: models.Steward}) {
			t.Fatalf("session %+v, want Ana's", x)
		}
		if m, err := s.Member(t.Context(), ana.ID); err != nil || m.SeenAt.IsZero() {
			t.Errorf("whose session has just begun was seen at %v, %v", m.SeenAt, err)
		}
		if token, err := s.TokenByID(t.Context(), x.TokenID); err != nil || strings.Contains(token.Hash, c.Value) {
			t.Errorf("the secret itself is in the database: %v, %v", token, err)
		}
	})
}

func TestWhoIsNotSignedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ss := &session.Sessions{Store: s}
		ana := storetest.Member(t, s, "ana", models.Ordinary)
		for name, cookie := range map[string]func() *http.Cookie{
			"nobody's secret": func() *http.Cookie { return &http.Cookie{Name: ss.CookieName(), Value: "guessed"} },
			"an empty cookie": func() *http.Cookie { return &http.Cookie{Name: ss.CookieName()} },
			"who signed out": func() *http.Cookie {
				c := signIn(t, ss, ana)
				if err := ss.End(httptest.NewRecorder(), with(c, nil)); err != nil {
					t.Fatal(err)
				}
				return c
			},
			"who signed in anew in the same browser": func() *http.Cookie {
				c := signIn(t, ss, ana)
				if _, err := ss.Begin(httptest.NewRecorder(), with(c, nil), ana.ID); err != nil {
					t.Fatal(err)
				}
				return c
			},
			"an app's access token": func() *http.Cookie {
				c := signIn(t, ss, ana)
				x := of(t, ss, c)
				storetest.Write(t, s, func(tx *store.Tx) error {
					token, err := tx.TokenByID(t.Context(), x.TokenID)
					if err != nil {
						return err
					}
					if _, err := tx.DeleteToken(t.Context(), token.ID); err != nil {
						return err
					}
					token.Kind = models.AccessToken
					return tx.AddToken(t.Context(), token)
				})
				return c
			},
			"a member who was disabled since": func() *http.Cookie {
				bob := storetest.Member(t, s, "bob", models.Ordinary)
				c := signIn(t, ss, bob)
				storetest.Write(t, s, func(tx *store.Tx) error {
					m, err := tx.Member(t.Context(), bob.ID)
					if err != nil {
						return err
					}
					m.State = models.Disabled
					_, err = tx.SetMember(t.Context(), m)
					return err
				})
				return c
			},
		} {
			t.Run(name, func(t *testing.T) {
				if x := of(t, ss, cookie()); x != nil {
					t.Errorf("signed in as %s", x.Account.Username)
				}
			})
		}
	})
}

func TestTheCookieIsForThisServerAlone(t *testing.T) {
	s := storetest.SQLite(t)
	ana := storetest.Member(t, s, "ana", models.Ordinary)
	for _, secure := range []bool{true, false} {
		c := signIn(t, &session.Sessions{Store: s, Secure: secure}, ana)
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
			t.Errorf("secure %v: cookie %+v", secure, c)
		}
		if strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: the cookie is called %s", secure, c.Name)
		}
	}
}

func TestFormsCarryTheSession(t *testing.T) {
	s := storetest.SQLite(t)
	ss := &session.Sessions{Store: s}
	ana := storetest.Member(t, s, "ana", models.Ordinary)
	c, other := signIn(t, ss, ana), signIn(t, ss, ana)
	x := of(t, ss, c)
	for name, test := range map[string]struct {
		form url.Values
		want models.Kind
	}{
		"its own token":                 {url.Values{session.FormField: {x.FormToken()}}, ""},
		"no token":                      {nil, models.Forbidden},
		"the token of another browser":  {url.Values{session.FormField: {of(t, ss, other).FormToken()}}, models.Forbidden},
		"the secret in place of it":     {url.Values{session.FormField: {c.Value}}, models.Forbidden},
		"a token that is only begun":    {url.Values{session.FormField: {x.FormToken()[:10]}}, models.Forbidden},
		"an empty value in place of it": {url.Values{session.FormField: {""}}, models.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			if got := models.KindOf(x.CheckForm(with(c, test.form))); got != test.want {
				t.Errorf("CheckForm: %q, want %q", got, test.want)
			}
		})
	}
}
