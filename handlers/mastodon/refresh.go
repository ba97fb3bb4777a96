package mastodon

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
)

// Answers to a thread that never came here are looked for elsewhere while the
// thread is read. The Mastodon-Async-Refresh header says so, and clients ask
// under its id how it goes.

// refreshRetry is after how many seconds a client may ask again.
const refreshRetry = 3

// refreshPrefix begins the ids of refreshes of a thread.
const refreshPrefix = "context-"

// refreshing says in the answer's header that answers to a thread are looked
// for; 0 is none.
func refreshing(w http.ResponseWriter, threadID models.ID) {
	if threadID != 0 {
		w.Header().Set("Mastodon-Async-Refresh", fmt.Sprintf(`id="%s%s", retry=%d`, refreshPrefix, threadID, refreshRetry))
	}
}

// refreshEntity is how such a look goes (Mastodon AsyncRefresh).
type refreshEntity struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	ResultCount int    `json:"result_count"`
}

// getAsyncRefresh serves GET /api/v1_alpha/async_refreshes/{id}.
func (a *API) getAsyncRefresh(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "read"); err != nil {
		return err
	}
	name := mux.Vars(r)["id"]
	thread, _ := strings.CutPrefix(name, refreshPrefix)
	last, running, err := a.Chapter.Crawl(r.Context(), models.ParseID(thread))
	if err != nil {
		return err
	}
	e := refreshEntity{ID: name, Status: "finished", ResultCount: last.Found}
	if running {
		e.Status = "running"
	}
	return reply(w, map[string]refreshEntity{"async_refresh": e})
}
