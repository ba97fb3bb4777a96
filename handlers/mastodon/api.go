package mastodon

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"
	"github.com/maypok86/otter/v2"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
)

// Config is what the handlers need from outside.
type Config struct {
	Store   *store.Store
	Chapter *chapter.Chapter
	URLs    models.URLs
	Who     session.Who // whose token a request carries

	Media     media.Storage
	Processor *media.Processor // of uploads

	// NewToken makes a token of an app for a new member and returns its secret.
	NewToken func(ctx context.Context, app *models.App, account models.ID, scopes models.Scopes) (secret string, t *models.Token, err error)

	// Push sends to push services, whose addresses strangers choose; nil means
	// that nothing is pushed.
	Push *http.Client

	Version string // of this program, such as "0.1.0"
}

// API serves the Mastodon client API.
type API struct {
	Config
	Render *Render

	statistics statistics
	answers    *otter.Cache[question, *standing]
}

// New returns the handlers.
func New(c Config) *API {
	a := &API{Config: c, Render: NewRender(c.Store, c.URLs, c.Chapter.Remote), answers: newStanding()}
	if c.Push != nil {
		c.Chapter.HandleJobs(chapter.JobPush, a.pushJob)
	}
	return a
}

// An Operation is a method and a path that is served, with the path's
// variables in braces.
type Operation struct {
	Method, Path string
}

// Operations are all operations that Routes adds.
func (a *API) Operations() []Operation {
	var out []Operation
	for _, row := range a.table() {
		out = append(out, Operation{row.method, row.path})
	}
	return out
}

// Routes adds every operation to m.
func (a *API) Routes(m *mux.Router) {
	for _, row := range a.table() {
		methods := []string{row.method}
		if row.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		m.Handle(row.path, a.enter(row.handler)).Methods(methods...)
	}
	m.HandleFunc("/avatars/original/missing.png", serveBlank(avatarBlank)).Methods(http.MethodGet, http.MethodHead)
	m.HandleFunc("/headers/original/missing.png", serveBlank(headerBlank)).Methods(http.MethodGet, http.MethodHead)
}

// enter wraps an operation's handler. Answers are for the asker alone, unless
// the handler says otherwise.
func (a *API) enter(h respond.Handler) http.Handler {
	h2 := respond.Wrap(h, respond.JSONError)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = privateAnswer
		if tags := r.Header.Get("If-None-Match"); tags != "" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			w = &asked{w, tags}
		}
		h2.ServeHTTP(w, r)
	})
}

// viewer is who reads what everybody may read: a token, if there is one, must
// carry one of scopes.
func (a *API) viewer(r *http.Request, scopes ...string) (models.Viewer, error) {
	c, err := a.Who(r)
	if err != nil {
		return models.Viewer{}, err
	}
	return c.Look(scopes...)
}

// user is the member whose token a request carries; the token must carry one
// of scopes.
func (a *API) user(r *http.Request, scopes ...string) (*models.Account, models.Viewer, error) {
	c, err := a.Who(r)
	if err != nil {
		return nil, models.Viewer{}, err
	}
	me, err := c.User(scopes...)
	if err != nil {
		return nil, models.Viewer{}, err
	}
	return me, c.Viewer, nil
}

// id is the path's variable called name as an id; 0, which is never found, if
// it is none.
func id(r *http.Request, name string) models.ID { return models.ParseID(mux.Vars(r)[name]) }
