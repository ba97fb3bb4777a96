package fetch

import (
	"context"
	"encoding/xml"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"atelier/federation/wire"
	"atelier/models"
)

// A finger is what WebFinger (RFC 7033) says of a handle: how its own server
// spells it, and which actors it may be.
type finger struct {
	name, domain string
	actors       []string
}

// is says whether the handle leads to the actor with id uri.
func (g *finger) is(uri string) bool {
	for _, id := range g.actors {
		if id == uri {
			return true
		}
	}
	return false
}

const maxFinger = 256 << 10 // bytes

var errNoHandle = models.Errorf(models.NotFound, "Nobody is called that there.")

// finger asks the host of a handle for it. A host that says that the handle
// belongs to another domain is believed if that domain says so too.
func (f *Finder) finger(ctx context.Context, name, domain string) (*finger, error) {
	first, err := f.fingerAt(ctx, name, domain)
	if err != nil || first.domain == domain {
		return first, err
	}
	second, err := f.fingerAt(ctx, first.name, first.domain)
	if err != nil {
		return nil, err
	}
	if second.domain != first.domain || !strings.EqualFold(second.name, first.name) {
		return nil, errNoHandle
	}
	return second, nil
}

func (f *Finder) fingerAt(ctx context.Context, name, domain string) (*finger, error) {
	base := f.client.SchemeOf(domain) + "://" + domain
	if err := f.allowed(ctx, base); err != nil {
		return nil, err
	}
	resource := url.QueryEscape("acct:" + name + "@" + domain)
	d, err := f.client.Get(ctx, base+"/.well-known/webfinger?resource="+resource, "application/jrd+json, application/json", maxFinger)
	if models.KindOf(err) == models.NotFound {
		if template := f.template(ctx, base); template != "" {
			d, err = f.client.Get(ctx, strings.Replace(template, "{uri}", resource, 1), "application/jrd+json, application/json", maxFinger)
		}
	}
	if err != nil {
		return nil, err
	}
	g, err := readFinger(d.Body)
	if err != nil {
		return nil, err
	}
	if g.domain == "" {
		g.name, g.domain = name, domain
	}
	return g, nil
}

// template is where a host says that WebFinger is answered, if that is not
// the usual place: an XRD (host-meta, RFC 6415), of another host perhaps.
func (f *Finder) template(ctx context.Context, base string) string {
	d, err := f.client.Get(ctx, base+"/.well-known/host-meta", "application/xrd+xml", maxFinger)
	if err != nil {
		return ""
	}
	var x struct {
		Links []struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		} `xml:"Link"`
	}
	if xml.Unmarshal(d.Body, &x) != nil {
		return ""
	}
	for _, l := range x.Links {
		if l.Rel == "lrdd" && strings.Contains(l.Template, "{uri}") && !strings.HasPrefix(l.Template, base+"/.well-known/webfinger?resource={uri}") {
			return l.Template
		}
	}
	return ""
}

// readFinger reads a JRD.
func readFinger(raw []byte) (*finger, error) {
	var w struct {
		Subject string `json:"subject"`
		Links   []struct {
			Rel  string `json:"rel"`
			Type string `json:"type"`
			Href string `json:"href"`
		} `json:"links"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, models.Errorf(models.Malformed, "The other server's answer cannot be read.").Because(err)
	}
	g := &finger{}
	if acct, ok := strings.CutPrefix(w.Subject, "acct:"); ok {
		g.name, g.domain = SplitHandle(acct)
	}
	for _, l := range w.Links {
		if l.Rel == "self" && wire.ValidURI(l.Href) && (l.Type == "application/activity+json" ||
			strings.HasPrefix(l.Type, "application/ld+json") && strings.Contains(l.Type, "https://www.w3.org/ns/activitystreams")) {
			g.actors = append(g.actors, l.Href)
		}
	}
	if len(g.actors) == 0 || len(g.actors) > 10 {
		return nil, errNoHandle
	}
	return g, nil
}

// SplitHandle splits name@domain, with or without an @ before it; the domain
// comes in lower case and ASCII. Both are "" for what is no handle.
func SplitHandle(handle string) (name, domain string) {
	name, domain, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(handle), "@"), "@")
	if !ok || name == "" || domain == "" || strings.ContainsAny(handle, "/?#% \t\n") || strings.Contains(domain, "@") {
		return "", ""
	}
	domain, err := asciiHost("https", strings.TrimSuffix(domain, "."))
	if err != nil {
		return "", ""
	}
	return name, domain
}

// Handle returns the account called name@host, which its server may spell
// otherwise.
func (f *Finder) Handle(ctx context.Context, handle string) (*models.Account, error) {
	name, domain := SplitHandle(handle)
	if name == "" {
		return nil, models.Errorf(models.Invalid, "That is no handle.")
	}
	u := f.chapter.URLs
	if domain == u.AccountDomain || domain == u.Domain {
		return f.chapter.Store.AccountByHandle(ctx, name)
	}
	a, err := f.chapter.Store.AccountByHandle(ctx, name+"@"+domain)
	if err == nil && a.DeletedAt.IsZero() {
		return f.met(ctx, a)
	}
	if err != nil && models.KindOf(err) != models.NotFound {
		return nil, err
	}
	key := strings.ToLower(name) + "@" + domain
	if err, failed := f.failures.GetIfPresent(key); failed {
		return nil, err
	}
	return f.actors.do(ctx, key, func(ctx context.Context) (*models.Account, error) {
		a, err := f.byHandle(ctx, name, domain)
		if err != nil {
			f.failures.Set(key, err)
		}
		return a, err
	})
}

func (f *Finder) byHandle(ctx context.Context, name, domain string) (*models.Account, error) {
	ctx, cancel := WithBudget(ctx, oneActorGets, oneActor)
	defer cancel()
	g, err := f.finger(ctx, name, domain)
	if err != nil {
		return nil, err
	}
	uri := g.actors[0]
	if f.chapter.URLs.Local(uri) {
		return f.chapter.Store.AccountByURI(ctx, uri)
	}
	if a, err := f.chapter.Store.AccountByURI(ctx, uri); err == nil {
		return f.met(ctx, a)
	}
	return f.newActor(ctx, uri, g)
}

// domainOf is the domain of an actor's handle. The actor says what its handle
// is, or else it is its name at its host; and that handle has to lead back to
// the actor. known is what WebFinger said before, nil if it was not asked.
func (f *Finder) domainOf(ctx context.Context, w *wire.Actor, known *finger) (string, error) {
	host := HostOf(w.ID)
	_, claimed := SplitHandle(w.WebFinger)
	fits := func(g *finger) bool { return g.is(w.ID) && strings.EqualFold(g.name, w.Username) }
	if known != nil && fits(known) && (known.domain == host || known.domain == claimed) {
		return known.domain, nil
	}
	if claimed != "" && claimed != host {
		if g, err := f.finger(ctx, w.Username, claimed); err == nil && fits(g) && g.domain == claimed {
			return claimed, nil
		}
	}
	g, err := f.finger(ctx, w.Username, host)
	switch kind := models.KindOf(err); {
	case err == nil && fits(g):
		return g.domain, nil
	case err == nil, kind == models.Forbidden:
		return "", models.Errorf(models.Forbidden, "That account's handle belongs to another one.")
	case w.Type == models.Application, kind == models.NotFound, kind == models.Gone, kind == models.Malformed, kind == models.Invalid:
		// A host may name its own as it likes, and some tell nobody: servers
		// that sign their requests have no handle of use.
		return host, nil
	}
	return "", err
}
