package handlers

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
	"atelier/models"
)

// machines adds what other servers ask for and send. Documents come before
// pages: an address that is both answers by Accept.
func (s *server) machines(m *mux.Router) {
	get := func(path string, h respond.Handler) {
		m.Handle(path, respond.Wrap(h, respond.JSONError)).Methods(http.MethodGet, http.MethodHead)
	}
	get("/.well-known/webfinger", s.Documents.WebFinger)
	get("/.well-known/host-meta", s.Documents.HostMeta)
	get("/.well-known/host-meta.json", s.Documents.HostMetaJSON)
	get("/.well-known/nodeinfo", s.Documents.NodeInfoLinks)
	get("/nodeinfo/2.0", s.Documents.NodeInfo)
	get("/nodeinfo/2.1", s.Documents.NodeInfo)
	get("/ns/atelier", s.Documents.Namespace)

	document := respond.Wrap(s.Documents.Serve, respond.JSONError)
	m.MatcherFunc(s.asksForDocument).Name("document").Handler(document)
	take := respond.Wrap(s.Inbox.Serve, respond.JSONError)
	for _, actor := range []string{"", "/users/{name}", "/chapter", "/actor", "/themes/{name}"} {
		m.Handle(actor+"/inbox", take).Methods(http.MethodPost)
		if actor == "" {
			continue
		}
		for _, list := range []string{"/outbox", "/followers", "/followers_synchronization", "/following", "/featured", "/tags", "/moderators", "/library"} {
			m.Handle(actor+list, document).Methods(http.MethodGet, http.MethodHead)
		}
		if actor != "/themes/{name}" { // that is the page itself
			m.Handle(actor, respond.Wrap(s.page, s.fail)).Methods(http.MethodGet, http.MethodHead)
		}
	}
	m.Handle("/users/{name}/posts/{id}", respond.Wrap(s.page, s.fail)).Methods(http.MethodGet, http.MethodHead)
	for _, list := range []string{"/activity", "/replies", "/likes", "/shares", "/history", "/tried"} {
		m.Handle("/users/{name}/posts/{id}"+list, document).Methods(http.MethodGet, http.MethodHead)
	}
	m.Handle("/users/{name}/stamps/{id}", document).Methods(http.MethodGet, http.MethodHead)
	m.Handle("/contexts/{id}", document).Methods(http.MethodGet, http.MethodHead)
}

// asksForDocument matches requests for the document of an address that also
// is, or leads to, a page.
func (s *server) asksForDocument(r *http.Request, _ *mux.RouteMatch) bool {
	if !wantsActivity(r) {
		return false
	}
	switch ref, ok := s.urls.Parse(s.urls.Base() + r.URL.EscapedPath()); ref.Kind {
	case models.ActorRef, models.PostRef, models.TagRef:
		return ok
	}
	return false
}

// page leads a browser from an id to the page of what it names.
func (s *server) page(w http.ResponseWriter, r *http.Request) error {
	ref, ok := s.urls.Parse(s.urls.Base() + r.URL.EscapedPath())
	if !ok {
		return errNowhere
	}
	w.Header().Set("Vary", "Accept")
	to := ""
	switch {
	case ref.Kind == models.PostRef:
		to = s.urls.TalkPage(ref.ID)
	case ref.Kind == models.ActorRef && ref.Actor != models.ThemeActor:
		to = s.urls.AccountPage(s.urls.ActorURI(ref), ref.Name)
	default:
		return errNowhere
	}
	http.Redirect(w, r, strings.TrimPrefix(to, s.urls.Base()), http.StatusFound)
	return nil
}
