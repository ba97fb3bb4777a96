package documents

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

var (
	jrdJSON   = []string{"application/jrd+json; charset=utf-8"}
	anyOrigin = []string{"*"}
	threeDays = []string{"public, max-age=259200"}
	tenMin    = []string{"public, max-age=600"}
)

// The relations of the server's own actor (FEP-d556, FEP-2677).
const (
	serviceRel     = "https://www.w3.org/ns/activitystreams#Service"
	applicationRel = "https://www.w3.org/ns/activitystreams#Application"
)

// jrd is an answer of WebFinger (RFC 7033).
type jrd struct {
	Subject string    `json:"subject"`
	Aliases []string  `json:"aliases,omitempty"`
	Links   []jrdLink `json:"links"`
}

type jrdLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// WebFinger answers GET /.well-known/webfinger?resource=: a handle, or the
// address of an actor or of its page.
func (d *Documents) WebFinger(w http.ResponseWriter, r *http.Request) error {
	resource := r.URL.Query().Get("resource")
	if resource == "" {
		return models.Errorf(models.Malformed, "WebFinger needs a resource, as in ?resource=acct:name@%s.", d.urls.AccountDomain)
	}
	v := &visit{Documents: d, w: w, r: r, ctx: r.Context()}
	name, err := v.wanted(resource)
	if err != nil {
		return err
	}
	p, err := d.keptActor(v.ctx, nameKey{name, ""}, d.finger)
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"], h["Access-Control-Allow-Origin"], h["Cache-Control"] = jrdJSON, anyOrigin, tenMin
	h["Content-Length"] = []string{strconv.Itoa(len(p.body))}
	w.WriteHeader(p.status)
	w.Write(p.body)
	return nil
}

// wanted is the local handle that a resource names, in lower case.
func (v *visit) wanted(resource string) (string, error) {
	if acct, ok := strings.CutPrefix(resource, "acct:"); ok || !strings.Contains(resource, "://") {
		if !ok {
			acct = resource
		}
		name, domain, ok := strings.Cut(strings.TrimPrefix(acct, "@"), "@")
		domain = strings.ToLower(domain)
		if !ok || domain != v.urls.AccountDomain && domain != v.urls.Domain {
			return "", store.ErrNotFound
		}
		return strings.ToLower(name), nil
	}
	if resource == v.urls.Base() || resource == v.urls.Base()+"/" { // the server itself (FEP-d556)
		v.ref = models.Ref{Kind: models.ActorRef, Actor: models.InstanceActor}
		return v.handle()
	}
	ref, ok := v.urls.Parse(resource)
	if !ok || ref.Kind != models.ActorRef && ref.Kind != models.KeyRef {
		return "", store.ErrNotFound
	}
	v.ref = ref
	return v.handle()
}

// finger is what WebFinger says of an account.
func (d *Documents) finger(a *models.Account) ([]byte, int, error) {
	if !a.DeletedAt.IsZero() {
		return []byte(`{"error":"This account was deleted."}`), http.StatusGone, nil
	}
	page := a.URL
	if page == "" {
		page = d.urls.AccountPage(a.URI, a.Username)
	}
	interact := d.urls.Base() + "/authorize_interaction?uri="
	f := jrd{
		Subject: "acct:" + d.urls.Handle(a.Username),
		Aliases: []string{page, a.URI},
		Links: []jrdLink{
			{Rel: "http://webfinger.net/rel/profile-page", Type: "text/html", Href: page},
			{Rel: "self", Type: "application/activity+json", Href: a.URI},
			// How people elsewhere are sent here to follow, like or answer
			// something (OStatus, FEP-3b86).
			{Rel: "http://ostatus.org/schema/1.0/subscribe", Template: interact + "{uri}"},
			{Rel: "https://w3id.org/fep/3b86/Follow", Template: interact + "{object}"},
			{Rel: "https://w3id.org/fep/3b86/Object", Template: interact + "{object}"},
		},
	}
	if a.Type == models.Application {
		f.Links = append(f.Links, jrdLink{Rel: serviceRel, Type: "application/activity+json", Href: a.URI})
	}
	if !a.Avatar.Empty() && !a.Suspended() {
		href := a.Avatar.Remote
		if a.Avatar.Key != "" {
			href = d.urls.Media(a.Avatar.Key)
			if d.encoder.Media != nil {
				href = d.encoder.Media(a.Avatar.Key)
			}
		}
		f.Links = append(f.Links, jrdLink{Rel: "http://webfinger.net/rel/avatar", Type: a.Avatar.Type, Href: href})
	}
	body, err := json.Marshal(f)
	return body, http.StatusOK, err
}

// xrd is host-meta (RFC 6415).
type xrd struct {
	XMLName xml.Name  `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
	Links   []xrdLink `xml:"Link"`
}

type xrdLink struct {
	Rel      string `xml:"rel,attr" json:"rel"`
	Type     string `xml:"type,attr" json:"type"`
	Template string `xml:"template,attr" json:"template"`
}

func (d *Documents) hostMeta() []xrdLink {
	return []xrdLink{{Rel: "lrdd", Type: "application/jrd+json", Template: d.urls.Base() + "/.well-known/webfinger?resource={uri}"}}
}

// HostMeta answers GET /.well-known/host-meta.
func (d *Documents) HostMeta(w http.ResponseWriter, r *http.Request) error {
	body, err := xml.Marshal(xrd{Links: d.hostMeta()})
	if err != nil {
		return err
	}
	return d.plain(w, []string{"application/xrd+xml; charset=utf-8"}, threeDays, append([]byte(xml.Header), body...))
}

// HostMetaJSON answers GET /.well-known/host-meta.json.
func (d *Documents) HostMetaJSON(w http.ResponseWriter, r *http.Request) error {
	body, err := json.Marshal(map[string]any{"links": d.hostMeta()})
	if err != nil {
		return err
	}
	return d.plain(w, []string{"application/json; charset=utf-8"}, threeDays, body)
}

func (d *Documents) plain(w http.ResponseWriter, contentType, cache []string, body []byte) error {
	h := w.Header()
	h["Content-Type"], h["Access-Control-Allow-Origin"], h["Cache-Control"] = contentType, anyOrigin, cache
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.Write(body)
	return nil
}

// nodeInfoSchema is what the addresses of NodeInfo's schemas begin with.
const nodeInfoSchema = "http://nodeinfo.diaspora.software/ns/schema/"

// NodeInfoLinks answers GET /.well-known/nodeinfo: where NodeInfo is, and who
// this server is (FEP-2677).
func (d *Documents) NodeInfoLinks(w http.ResponseWriter, r *http.Request) error {
	type link struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	}
	body, err := json.Marshal(map[string][]link{"links": {
		{nodeInfoSchema + "2.0", d.urls.Base() + "/nodeinfo/2.0"},
		{nodeInfoSchema + "2.1", d.urls.Base() + "/nodeinfo/2.1"},
		{applicationRel, d.urls.Instance()},
	}})
	if err != nil {
		return err
	}
	return d.plain(w, []string{"application/json; charset=utf-8"}, threeDays, body)
}

// Namespace answers GET /ns/atelier: what our own terms mean, as a JSON-LD
// context. Nobody need fetch it: documents define inline what they use.
func (d *Documents) Namespace(w http.ResponseWriter, r *http.Request) error {
	body, err := json.Marshal(map[string]any{"@context": map[string]string{"atelier": wire.Namespace}})
	if err != nil {
		return err
	}
	return d.plain(w, []string{"application/ld+json"}, threeDays, body)
}

// infoKept are the counts of NodeInfo, which take long to make.
type infoKept struct{ at atomic.Pointer[info] }

type info struct {
	self   *models.Chapter
	counts store.Counts
	until  time.Time
}

const infoFor = 10 * time.Minute

func (d *Documents) counted(r *http.Request) (*info, error) {
	self, err := d.chapter.Self(r.Context())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if i := d.info.at.Load(); i != nil && now.Before(i.until) {
		return &info{self, i.counts, i.until}, nil
	}
	counts, err := d.store.Counts(r.Context())
	if err != nil {
		return nil, err
	}
	i := &info{self, counts, now.Add(infoFor)}
	d.info.at.Store(i)
	return i, nil
}

// NodeInfo answers GET /nodeinfo/2.0 and /nodeinfo/2.1.
func (d *Documents) NodeInfo(w http.ResponseWriter, r *http.Request) error {
	version := strings.TrimPrefix(r.URL.Path, "/nodeinfo/")
	if version != "2.0" && version != "2.1" {
		return store.ErrNotFound
	}
	i, err := d.counted(r)
	if err != nil {
		return err
	}
	software := map[string]any{"name": "atelier", "version": d.version}
	if version == "2.1" {
		software["homepage"] = d.urls.InstancePage()
	}
	open := i.self.Settings.Registration == models.Open || i.self.Settings.Registration == models.ByAsking
	body, err := json.Marshal(map[string]any{
		"version": version, "software": software, "protocols": []string{"activitypub"},
		"services":          map[string]any{"inbound": []string{}, "outbound": []string{}},
		"openRegistrations": open,
		"usage": map[string]any{
			"users":      map[string]int{"total": i.counts.Members, "activeMonth": i.counts.ActiveMonth, "activeHalfyear": i.counts.ActiveHalfYear},
			"localPosts": i.counts.Posts, "localComments": i.counts.Replies,
		},
		"metadata": map[string]any{
			"nodeName": i.self.Name, "nodeDescription": i.self.Sentence, "federation": map[string]bool{"enabled": true},
			// Whose client API is spoken here: libraries (npm's megalodon) refuse a
			// software whose name they do not know and that does not say it.
			"upstream": map[string]string{"name": "mastodon"},
		},
	}, json.Deterministic(true))
	if err != nil {
		return err
	}
	return d.plain(w, []string{`application/json; profile="` + nodeInfoSchema + version + `#"`}, tenMin, body)
}
