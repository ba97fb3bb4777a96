package web

import (
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"

	"atelier/handlers/respond"
	"atelier/models"
)

type errorView struct {
	Frame
	Status            int
	Heading, Sentence string
	Ways              []Link
	Find              *Find
}

// headings say what happened; the sentence of the error says more.
var headings = map[models.Kind]string{
	models.NotFound:    "There is nothing here for you to read",
	models.Gone:        "This was taken away",
	models.Forbidden:   "That is not open to you",
	models.NoSession:   "Please sign in first",
	models.Invalid:     "That did not work",
	models.Malformed:   "That did not work",
	models.Conflict:    "Somebody was faster",
	models.TooLarge:    "That is too much at once",
	models.TooMany:     "Not so fast, please",
	models.Unsupported: "That cannot be read here",
	models.Unreachable: "The other site does not answer",
	models.Busy:        "One moment, please",
}

const (
	notHereSentence = "Either this page doesn’t exist, or it is for members. We answer both in the same way, so that what members share stays unseen."
	goneSentence    = "It was here once, and its author took it away."
)

// notHere is the answer to what is not there, and to what is not for the
// viewer.
func notHere() error { return models.Errorf(models.NotFound, notHereSentence) }

// Error writes the page for err: a respond.ErrorWriter.
func (p *Pages) Error(w http.ResponseWriter, r *http.Request, status int, err error) {
	kind := models.KindOf(err)
	view := errorView{Status: status, Heading: headings[kind], Sentence: models.Sentence(err)}
	switch {
	case kind == models.NotFound:
		view.Sentence = notHereSentence
	case kind == models.Gone:
		view.Sentence = goneSentence
	case view.Heading == "":
		view.Heading = "Something went wrong on our side"
		view.Sentence = "It was written down for whoever looks after this site. Please try again in a moment."
	}
	p.headers(w)
	v, err := p.visit(r)
	if err == nil {
		view.Frame, err = p.frame(r, v, view.Heading, "")
	}
	if err != nil { // not even the frame: say the least
		slog.ErrorContext(r.Context(), "no page for an error", "err", err)
		respond.PlainError(w, r, status, models.Errorf(models.Busy, "%s", view.Sentence))
		return
	}
	view.Ways = ways(v)
	if v.chapter != nil && (kind == models.NotFound || kind == models.Gone) {
		view.Find = &Find{Action: "/search", Label: "Search what you may read", Button: "Search", Primary: true}
	}
	if err := p.htmlStatus(w, status, "error.html", view); err != nil {
		slog.ErrorContext(r.Context(), "no page for an error", "err", err)
		respond.PlainError(w, r, status, models.Errorf(models.Busy, "%s", view.Sentence))
	}
}

// ways lead on from an error.
func ways(v *visit) []Link {
	switch {
	case v.chapter == nil:
		return nil
	case v.Session == nil:
		return []Link{{URL: "/sign-in", Name: "Sign in"}, {URL: "/library", Name: "Look in the library"}, {URL: "/", Name: "Go to the door"}}
	}
	return []Link{{URL: "/", Name: "This week"}, {URL: "/library", Name: "Look in the library"}}
}

// NotFound serves every address that nothing else answers.
func (p *Pages) NotFound() http.Handler {
	return p.serve(func(http.ResponseWriter, *http.Request, *visit) error { return notHere() })
}

// beforeOpening says whether a page is there before the chapter is opened.
func beforeOpening(path string) bool {
	switch path {
	case "/setup", "/light", "/favicon.ico", "/robots.txt":
		return true
	}
	return false
}

// notOpen answers for a chapter that nobody has opened yet.
func (p *Pages) notOpen(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "Not open yet", "")
	if err != nil {
		return err
	}
	return p.htmlStatus(w, http.StatusServiceUnavailable, "error.html", errorView{
		Frame: f, Status: http.StatusServiceUnavailable, Heading: "Nobody has opened this chapter yet",
		Sentence: "Whoever started the program finds a link with a key in what it printed. That link opens the chapter.",
	})
}

func tooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e) || errors.Is(err, multipart.ErrMessageTooLarge)
}

func escape(s string) string { return url.QueryEscape(s) }
