package handlers

import (
	"io"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"atelier/models/media"
)

// shown are the media types that browsers may show: none of them can hold a
// script. Anything else is only saved.
var shown = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/avif": true,
	"video/mp4": true, "video/webm": true,
	"audio/mpeg": true, "audio/mp4": true, "audio/ogg": true, "audio/flac": true, "audio/wav": true,
}

// file serves GET /media/{key}. A key is written once and cannot be guessed,
// so that an answer is good for ever; whoever has it may read the file. Even
// if something else got in, it would run nowhere: it is of the type it says,
// and in a sandbox.
func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Media.Open(r.Context(), mux.Vars(r)["key"])
	if err != nil {
		return err
	}
	defer o.Close()
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	sendFile(w, r, media.ContentType(o.Key), o.Key, o.ModTime, o)
	return nil
}

// remoteFile serves GET /media/remote/{mac}/{address}: a copy of a file of
// another server. The other server may put something else there.
func (s *server) remoteFile(w http.ResponseWriter, r *http.Request) error {
	v := mux.Vars(r)
	address, err := s.Chapter.RemoteOf(r.Context(), v["mac"], v["address"])
	if err != nil {
		return err
	}
	c, err := s.Remote.Open(r.Context(), address)
	if err != nil {
		return err
	}
	defer c.Close()
	w.Header().Set("Cache-Control", "public, max-age=604800")
	sendFile(w, r, c.ContentType, c.Name, c.ModTime, c)
	return nil
}

func sendFile(w http.ResponseWriter, r *http.Request, kind, tag string, at time.Time, file io.ReadSeeker) {
	h := w.Header()
	if !shown[kind] {
		kind = "application/octet-stream"
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Etag", `"`+tag+`"`)
	http.ServeContent(w, r, "", at, file)
}
