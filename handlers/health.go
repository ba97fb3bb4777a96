package handlers

import (
	"context"
	"io"
	"net/http"
	"time"

	"atelier/models"
)

// healthy serves GET /healthz: the program runs.
func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, "OK\n")
}

// readyWithin is how long the database may take to show that it is there.
const readyWithin = 2 * time.Second

// ready serves GET /readyz: the database answers and is migrated.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		return models.Errorf(models.Busy, "The database does not answer.").Because(err)
	}
	_, err := io.WriteString(w, "OK\n")
	return err
}
