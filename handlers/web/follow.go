package web

import (
	"net/http"
	"net/url"
	"strings"

	"atelier/models"
)

type followView struct {
	Frame
	Form                 *Form
	Label, Heading, Lead string
	Object, Copy, Button string
	Feeds                []Link
	Arrives              string
}

// accountCookie remembers, on this device, where somebody's account is.
const accountCookie = "account"

// askFollow serves GET /follow?object=: how to follow the chapter, or follow
// or answer what object names, from an account elsewhere.
func (p *Pages) askFollow(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := newForm("object", r.FormValue("object"))
	if c, err := r.Cookie(accountCookie); err == nil {
		if account, err := url.QueryUnescape(c.Value); err == nil {
			form.Values.Set("account", account)
		}
	}
	return p.showFollow(w, r, v, form)
}

func (p *Pages) showFollow(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	ctx := r.Context()
	f, err := p.frame(r, v, "Follow", "follow")
	if err != nil {
		return err
	}
	group, err := p.Chapter.Group(ctx)
	if err != nil {
		return err
	}
	view := followView{
		Frame: f, Form: form, Label: "Following", Button: "Continue there", Object: form.Get("object"),
		Heading: "Follow " + f.Chapter + " from where you are",
		Lead:    "No new account. What the chapter shows to everyone then arrives in the place you already read.",
		Copy:    "@" + p.URLs.HandleOf(group),
		Feeds:   []Link{{URL: "/library.atom", Name: "All public notes"}},
		Arrives: "The public notes of the chapter, with their titles and first sentences. Nothing that members say among themselves.",
	}
	if view.Object == "" {
		view.Object = group.URI
	}
	if view.Object != group.URI {
		if err := p.followObject(r, v, &view); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Security-Policy", p.policy("'self'", "https:", "http:")) // the form leads to the other site
	return p.htmlStatus(w, statusOf(form), "follow.html", view)
}

// followObject puts into view what is followed or answered, if it is something
// that everybody may see.
func (p *Pages) followObject(r *http.Request, v *visit, view *followView) error {
	ctx := r.Context()
	ref, ok := p.URLs.Parse(view.Object)
	if ok && ref.Kind == models.ActorRef {
		a, err := p.Store.AccountByURI(ctx, p.URLs.ActorURI(ref))
		if err != nil {
			return err
		}
		person := p.person(a)
		view.Object, view.Copy = a.URI, "@"+person.Handle
		view.Heading = "Follow " + person.Name + " from where you are"
		view.Lead = "No new account. What " + person.Short + " writes for everyone then arrives in the place you already read."
		view.Feeds = []Link{{URL: "/people/" + a.Username + ".atom", Name: "What " + person.Short + " writes for everyone"}}
		view.Arrives = ""
		return nil
	}
	post, err := p.publicPost(r, view.Object)
	if err != nil {
		return err
	}
	title, _ := heading(post)
	view.Label, view.Object, view.Copy = "Answering", post.URI, post.URI
	view.Heading = "Answer from where you are"
	view.Lead = "“" + title + "” opens in the place you already write from. Your answer comes back here."
	view.Feeds, view.Arrives = nil, ""
	return nil
}

// publicPost is the post with an address, ours or one that is here, if
// everybody may read it.
func (p *Pages) publicPost(r *http.Request, address string) (*models.Post, error) {
	ctx := r.Context()
	ref, ok := p.URLs.Parse(address)
	switch {
	case ok && ref.Kind == models.PostRef && ref.Slug != "":
		return p.Store.PostBySlug(ctx, models.Stranger, ref.Slug)
	case ok && ref.Kind == models.PostRef:
		return p.Store.Post(ctx, models.Stranger, ref.ID)
	case ok:
		return nil, notHere()
	}
	post, err := p.Store.PostByURI(ctx, address)
	if err != nil {
		return nil, err
	}
	return p.Store.Post(ctx, models.Stranger, post.ID)
}

// follow serves POST /follow: on to the site where the account is, which asks
// for the rest (Mastodon's authorize_interaction).
func (p *Pages) follow(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	object := form.Get("object")
	host, ok := hostIn(form.Get("account"))
	switch {
	case form.Get("account") == "":
		form.wrong("account", "Say where your account is, for example you@social.example.")
	case !ok:
		form.wrong("account", "This does not look like the address of an account. It has a shape like you@social.example.")
	case !p.URLs.Local(object): // else this leads anywhere
		if _, err := p.publicPost(r, object); err != nil {
			return err
		}
	}
	if len(form.Wrong) > 0 {
		return p.showFollow(w, r, v, form)
	}
	http.SetCookie(w, &http.Cookie{Name: accountCookie, Value: url.QueryEscape(form.Get("account")), Path: "/follow", MaxAge: 365 * 24 * 60 * 60,
		Secure: p.URLs.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, p.schemeOf(host)+"://"+host+"/authorize_interaction?uri="+escape(object), http.StatusSeeOther)
	return nil
}

// hostIn is the host of an account's address, however it was typed.
func hostIn(account string) (host string, ok bool) {
	account = strings.TrimPrefix(strings.TrimPrefix(account, "https://"), "http://")
	account, _, _ = strings.Cut(account, "/")
	if i := strings.LastIndexByte(account, '@'); i >= 0 {
		account = account[i+1:]
	}
	u, err := url.Parse("https://" + account)
	if err != nil || u.Host != account || u.Hostname() == "" || strings.ContainsAny(account, " \\\"'<>%") {
		return "", false
	}
	name := u.Hostname()
	return account, strings.Contains(name, ".") || name == "localhost"
}

// schemeOf is how a host is spoken to: by http only between loopback names,
// when this server is one itself.
func (p *Pages) schemeOf(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if p.URLs.Scheme == "http" && (name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "127.")) {
		return "http"
	}
	return "https"
}

// interact serves GET /authorize_interaction?uri=: a member was sent here by
// another site, to follow or answer what uri names.
func (p *Pages) interact(w http.ResponseWriter, r *http.Request, v *visit) error {
	uri := strings.TrimPrefix(r.FormValue("uri"), "acct:")
	if uri == "" {
		return models.Errorf(models.Malformed, "The other site did not say what this is about.")
	}
	page, err := p.resolve(r.Context(), v, uri)
	if err != nil {
		return err
	}
	return see(w, r, page)
}
