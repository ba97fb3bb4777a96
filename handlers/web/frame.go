package web

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"atelier/handlers/session"
	"atelier/models"
)

// visit is one request for a page: who asks, of which chapter, and when.
type visit struct {
	*session.Session // nil: nobody is signed in
	chapter          *models.Chapter
	viewer           models.Viewer
	now              time.Time // in the chapter's time zone

}

// visit reads who asks. Before the chapter is opened, chapter is nil.
func (p *Pages) visit(r *http.Request) (*visit, error) {
	v := &visit{now: p.Now()}
	var err error
	v.chapter, err = p.Chapter.Self(r.Context())
	if err != nil && models.KindOf(err) != models.NotFound {
		return nil, err
	}
	if v.Session, err = p.Sessions.Of(r); err != nil {
		return nil, err
	}
	if v.Session != nil {
		v.viewer = v.Session.Viewer
	}
	return v, nil
}

// frame is what the page called name has around it; place is the menu word
// that it belongs to.
func (p *Pages) frame(r *http.Request, v *visit, name, place string) (Frame, error) {
	f := Frame{
		Title:   name,
		Chapter: "Atelier",
		Lang:    "en",
		Theme:   themeOf(r),
		Place:   place,
		Here:    r.URL.RequestURI(),
		Done:    doneLine(r),
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Here = r.URL.Path
	}
	if v.chapter != nil {
		f.Opened = true
		f.Chapter = v.chapter.Name
		f.Title = name + ", " + v.chapter.Name
		f.Accent = v.chapter.Settings.Accent
	}
	if v.Session == nil {
		return f, nil
	}
	me := p.person(v.Account)
	n, err := p.unread(r.Context(), v)
	if err != nil {
		return f, err
	}
	me.Notices = noticesLine(n)
	f.Me, f.Token, f.Steward = &me, v.FormToken(), v.viewer.IsSteward()
	return f, nil
}

func noticesLine(n int) string {
	switch {
	case n == 0:
		return "Notices"
	case n == 1:
		return "One new notice"
	case n >= 100:
		return "Many new notices"
	}
	return capital(number(n)) + " new notices"
}

const themeCookie = "theme"

// themeOf is the theme that was chosen on this device, "" for the device's own.
func themeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err != nil || (c.Value != "light" && c.Value != "dark") {
		return ""
	}
	return c.Value
}

// setTheme serves POST /light: the switch at the foot of every page.
func (p *Pages) setTheme(w http.ResponseWriter, r *http.Request, _ *visit) error {
	c := &http.Cookie{Name: themeCookie, Path: "/", Secure: p.URLs.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	switch t := r.PostFormValue("theme"); t {
	case "light", "dark":
		c.Value, c.MaxAge = t, 365*24*60*60
	default:
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return see(w, r, local(r.PostFormValue("back")))
}

// see answers a form with the page to go to (POST, redirect, GET).
func see(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// local is path if it is one on this server, else the first page: nobody is
// sent elsewhere by a link made elsewhere.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// done are the lines that a page can be sent on with (?done=): what is in an
// address is never shown as it stands.
var done = map[string]string{
	"saved":            "Saved.",
	"password":         "The password is changed. Everywhere else you are signed out.",
	"published":        "It is out.",
	"waiting":          "It waits in the doorway. Until it leaves you can recall it.",
	"recalled":         "Recalled: nobody has seen it. It is a draft again.",
	"sent":             "It has left.",
	"draft":            "The draft is on your shelf.",
	"changed":          "Changed.",
	"deleted":          "Taken away.",
	"followed":         "You follow them now.",
	"asked":            "They have been asked. You follow them once they say yes.",
	"unfollowed":       "You no longer follow them.",
	"thanked":          "They have been told.",
	"kept":             "It is on your shelf.",
	"unkept":           "It is off your shelf.",
	"shared":           "Passed on to those who follow you.",
	"unshared":         "No longer passed on.",
	"voted":            "Your vote is counted.",
	"tried":            "Thank you: it helps the next one who reads this.",
	"reframed":         "Thank you. How it changed your practice may be a story of its own: Write, at the top, begins one.",
	"accepted":         "Marked as what helped.",
	"reopened":         "It is open again.",
	"asked-question":   "It is asked. You are told when somebody answers.",
	"followed-theme":   "You follow this theme: what is new comes to you.",
	"unfollowed-theme": "You no longer follow it.",
	"picture":          "The picture stands in your text; the draft is on your shelf.",
	"restored":         "It is as it was then. The versions in between are still there.",
	"uncounted":        "It no longer counts.",
	"app":              "The app is shut out.",
	"welcome":          "Your chapter is open.",
}

func doneLine(r *http.Request) string {
	name := r.URL.Query().Get("done")
	return cmp.Or(done[name], houseLines[name])
}
