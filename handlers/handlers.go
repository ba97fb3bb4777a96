package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"

	"atelier/federation/documents"
	"atelier/federation/inbox"
	"atelier/handlers/mastodon"
	"atelier/handlers/oauth"
	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/handlers/streaming"
	"atelier/handlers/web"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/static"
)

// Config is what the route table needs from outside.
type Config struct {
	Chapter *chapter.Chapter
	Media   media.Storage
	// Remote are the copies of other servers' files; nil means that there are
	// none to be read.
	Remote *media.Remote
	// Documents and Inbox are what other servers speak with.
	Documents *documents.Documents
	Inbox     *inbox.Inbox

	Version string // of the program, as clients are told it
	// Push sends to push services; nil means that nothing is pushed.
	Push *http.Client
	// SetupKey is in the printed link that opens the chapter.
	SetupKey string

	// Trusted are the networks of proxies whose forwarded headers count.
	Trusted []netip.Prefix
	// NoLimits lets everybody come as often as they like: for load tests.
	NoLimits bool
	// Observe, if set, is told how each request was answered; route is the
	// template of its path, "" if there was none.
	Observe func(route, method string, status int, took time.Duration)
}

// Site answers everything that the server answers.
type Site struct {
	server
	http.Handler
}

// server is the rooms behind the route table.
type server struct {
	Config
	store *store.Store
	urls  models.URLs
	pages *web.Pages
	oauth *oauth.OAuth
	api   *mastodon.API

	streams *streaming.Streams
	routes  *mux.Router
}

// New returns the route table with its rooms.
func New(c Config) *Site {
	site := &Site{server: server{Config: c}}
	s := &site.server
	s.store, s.urls = c.Chapter.Store, c.Chapter.URLs
	sessions := &session.Sessions{Store: s.store, Secure: s.urls.Scheme == "https"}
	processor := media.NewProcessor()
	s.pages = web.New(web.Config{
		Store: s.store, Chapter: c.Chapter, Sessions: sessions, URLs: s.urls, SetupKey: c.SetupKey, Media: c.Media, Processor: processor, Version: c.Version,
		Archivist: c.Documents,
	})
	s.oauth = oauth.New(oauth.Config{
		Store: s.store, Sessions: sessions, URLs: s.urls,
		AskConsent: s.askConsent, ShowCode: s.pages.Code, PageError: s.pages.Error, Avatar: s.avatar,
		PushKey: func(ctx context.Context) (string, error) {
			public, _, err := c.Chapter.VAPID(ctx)
			return public, err
		},
	})
	s.api = mastodon.New(mastodon.Config{
		Store: s.store, Chapter: c.Chapter, URLs: s.urls, Who: s.oauth.Who, NewToken: s.oauth.NewToken, Version: c.Version, Media: c.Media, Processor: processor, Push: c.Push,
	})
	s.streams = streaming.New(streaming.Config{
		Store: s.store, Listen: c.Chapter.Hub().Subscribe, CallerOf: s.oauth.CallerOf,
		Status: s.api.Render.Status, Notification: s.api.Render.Notification, Conversation: s.api.Render.Conversation, Announcement: s.api.Render.Announcement, ChapterLists: mastodon.ChapterLists(),
		NoLimits: c.NoLimits,
	})

	m := mux.NewRouter()
	m.Use(observed)
	m.HandleFunc("/healthz", healthy).Methods(http.MethodGet, http.MethodHead)
	m.HandleFunc("/health", healthy).Methods(http.MethodGet, http.MethodHead) // what clients of Mastodon ask
	m.Handle("/readyz", respond.Wrap(s.ready, respond.PlainError)).Methods(http.MethodGet, http.MethodHead)
	if c.Remote != nil {
		m.Handle("/media/remote/{mac}/{address}", respond.Wrap(s.remoteFile, respond.PlainError)).Methods(http.MethodGet, http.MethodHead)
	}
	m.Handle("/media/{key:.+}", respond.Wrap(s.file, respond.PlainError)).Methods(http.MethodGet, http.MethodHead)
	s.machines(m)
	s.routes = m
	s.streams.Routes(m)
	s.api.Routes(m)
	s.oauth.Routes(m)
	s.pages.Routes(m)
	m.NotFoundHandler = http.HandlerFunc(s.notFound)
	m.MethodNotAllowedHandler = http.HandlerFunc(s.notAllowed)

	site.Handler = s.from(s.logged(s.secure(s.barred(cors(s.limits(packed(unslashed(m))))))))
	return site
}

// Close ends the streams, which would never end by themselves.
func (s *Site) Close() { s.streams.Close() }

// Streams counts the open streams.
func (s *Site) Streams() int { return s.streams.Open() }

// askConsent shows the consent page.
func (s *server) askConsent(w http.ResponseWriter, r *http.Request, by *session.Session, c oauth.Consent) error {
	return s.pages.Consent(w, r, by, web.Consent{
		App: c.App.Name, Website: c.App.Website, RedirectURI: c.RedirectURI, Scopes: c.Scopes,
		Action: c.Action, Fields: c.Kept, SwitchURL: c.SwitchURL,
	})
}

// avatar is the address of an account's picture: its own, or the one of those
// who have none.
func (s *server) avatar(a *models.Account) string {
	switch {
	case a.Avatar.Key != "":
		return s.urls.Media(a.Avatar.Key)
	case a.Avatar.Remote != "":
		return s.Chapter.Remote(a.Avatar.Remote)
	}
	return s.urls.Base() + static.URL("icon.svg")
}

// from makes the caller's real address the request's.
func (s *server) from(next http.Handler) http.Handler {
	if len(s.Trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := caller(r, s.Trusted); a.IsValid() {
			r.RemoteAddr = netip.AddrPortFrom(a, 0).String()
		}
		next.ServeHTTP(w, r)
	})
}

var errBarred = models.Errorf(models.Forbidden, "Nothing is answered to your network here. If that is a mistake, write to whoever looks after this site.")

// barred answers nothing to networks that the stewards have shut out, but that
// it is alive.
func (s *server) barred(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" && r.URL.Path != "/readyz" && s.Chapter.ShutOut(r.Context(), remote(r)) {
			respond.Fail(w, r, errBarred, respond.PlainError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers that are right for every answer; pages have more of
// their own. What comes from here is never taken for something else than it
// says, loads nothing and stands in no frame.
func (s *server) secure(next http.Handler) http.Handler {
	https := s.urls.Scheme == "https"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = noSniff
		h["Content-Security-Policy"] = nothing
		h["Referrer-Policy"] = sameOrigin
		if https {
			h["Strict-Transport-Security"] = oneYear
		}
		next.ServeHTTP(w, r)
	})
}

var (
	noSniff    = []string{"nosniff"}
	nothing    = []string{"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	sameOrigin = []string{"same-origin"}
	oneYear    = []string{"max-age=31536000"}
)

// minPacked is from which size on an answer is packed, in bytes: below, it
// fits into the same packet anyway.
const minPacked = 1200

// packed compresses what is text, quickly rather than well.
func packed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minPacked), gzhttp.CompressionLevel(1), gzhttp.EnableZstd(false), gzhttp.ContentTypeFilter(isText))
	if err != nil {
		panic(err) // the options above are wrong
	}
	pack := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/v1/streaming") || strings.HasPrefix(r.URL.Path, "/media/") {
			next.ServeHTTP(w, r) // streams go out line by line, files are packed already
			return
		}
		if nextDoor(r) {
			next.ServeHTTP(w, r) // packing takes longer than the way
			return
		}
		pack.ServeHTTP(w, r)
	})
}

// nextDoor says whether a request comes from a program on this machine that
// asks for itself: a proxy here that passes on what others ask says so.
func nextDoor(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

func isText(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript")
}

// who says whose token a request carries, for the limits.
func (s *server) who(r *http.Request) (*session.Caller, error) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return nil, nil
	}
	return s.oauth.Who(r)
}

func (s *server) now() time.Time { return s.store.Now() }

// failAs is how the callers of a path are told of errors.
func (s *server) failAs(r *http.Request) respond.ErrorWriter {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/api/"), strings.HasPrefix(path, "/.well-known/"), strings.HasPrefix(path, "/nodeinfo/"), strings.HasSuffix(path, "box"),
		wantsActivity(r):
		return respond.JSONError
	case path == "/oauth/token", path == "/oauth/revoke", path == "/oauth/userinfo":
		return respond.OAuthError
	}
	return s.pages.Error
}

var errNowhere = models.Errorf(models.NotFound, "Record not found")

// fail answers err in the form that its caller reads.
func (s *server) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	s.failAs(r)(w, r, status, err)
}

// notFound answers for all paths that no room has.
func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	respond.Fail(w, r, errNowhere, s.fail)
}

// notAllowed answers methods that a path does not have: the outbox is written
// by verbs, not by POST.
func (s *server) notAllowed(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusMethodNotAllowed, models.Errorf(models.Malformed, "%s is not possible at this address.", r.Method))
}
