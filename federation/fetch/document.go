package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
)

// MaxDocument is how long an ActivityPub document may be, in bytes.
const MaxDocument = 1 << 20

// accept names what is taken as ActivityPub, spelt as its specification does.
const accept = `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`

// Document is what was found at a URL.
type Document struct {
	URL       string // where it was found, after redirects
	MediaType string // in lower case, without parameters
	Body      []byte
}

// File is what was found at a URL, to be read.
type File struct {
	URL       string // where it was found, after redirects
	MediaType string // in lower case, without parameters
	Length    int64  // in bytes, -1 if not known

	// Body ends with an error of kind TooLarge if it is longer than allowed.
	Body io.ReadCloser
}

// StatusError is the cause of an error if the other server answered, but not
// with what was asked for.
type StatusError struct {
	Code   int // HTTP status
	Header http.Header
}

func (e *StatusError) Error() string { return fmt.Sprintf("status %d", e.Code) }

// errMediaType is the cause of an error if what came is no ActivityPub.
var errMediaType = errors.New("not ActivityPub by its media type")

// GetDocument fetches an ActivityPub document in a request signed with key, or
// an unsigned one if key is nil. A fragment is dropped. Redirects are followed
// within the origin of the URL. If the signature is refused, a second one is
// tried by the other scheme.
//
// Nothing is known of the document but that its origin served it as
// ActivityPub: whether its id is the URL asked for is the caller's to check.
//
// Its errors are of kind NotFound and Gone if the other server says so,
// TooLarge beyond MaxDocument, TooMany if the budget of ctx is spent, Invalid
// for what is not to be asked, and Unreachable for all else.
func (c *Client) GetDocument(ctx context.Context, rawURL string, key *sign.Key) (*Document, error) {
	f, err := c.open(ctx, rawURL, request{accept: accept, key: key, sameOrigin: true, limit: MaxDocument})
	if err != nil {
		return nil, err
	}
	defer f.Body.Close()
	return readAll(f)
}

// Get fetches a short file of any kind, such as a WebFinger answer or a page
// that is previewed, with an unsigned request. Redirects are followed to any
// host that may be asked. Its errors are those of GetDocument.
func (c *Client) Get(ctx context.Context, rawURL, accept string, limit int64) (*Document, error) {
	f, err := c.open(ctx, rawURL, request{accept: accept, limit: limit})
	if err != nil {
		return nil, err
	}
	defer f.Body.Close()
	return readAll(f)
}

// Open is Get for files that are too long to be kept in memory, such as media.
// The caller closes Body; until then the file counts against its host.
func (c *Client) Open(ctx context.Context, rawURL, accept string, limit int64) (*File, error) {
	return c.open(ctx, rawURL, request{accept: accept, limit: limit, stream: true})
}

func readAll(f *File) (*Document, error) {
	body, err := io.ReadAll(f.Body)
	if err != nil {
		return nil, unreachable(f.URL, err)
	}
	return &Document{URL: f.URL, MediaType: f.MediaType, Body: body}, nil
}

// request is what is asked for.
type request struct {
	accept     string
	key        *sign.Key // nil for an unsigned request
	sameOrigin bool      // redirects only within it, and nothing but ActivityPub
	limit      int64     // bytes
	stream     bool      // more time
}

// open fetches rawURL.
func (c *Client) open(ctx context.Context, rawURL string, q request) (*File, error) {
	u, err := c.ParseURL(rawURL)
	if err != nil {
		return nil, err
	}
	u.Fragment, u.RawFragment = "", ""
	d := c.config.limits.total
	if q.stream {
		d = c.config.limits.stream
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	f, err := c.follow(ctx, u, q)
	if err != nil {
		cancel()
		return nil, err
	}
	f.Body = &closing{&limited{f.Body, q.limit}, cancel}
	return f, nil
}

// follow asks u and whatever it is redirected to.
func (c *Client) follow(ctx context.Context, u *url.URL, q request) (*File, error) {
	for range maxRedirects + 1 {
		answer, err := c.knock(ctx, u, q)
		if err != nil {
			return nil, unreachable(u.String(), err)
		}
		if answer.StatusCode == http.StatusOK {
			return file(u, answer, q)
		}
		Drain(answer.Body)
		if !redirects(answer) {
			return nil, refusal(u, answer)
		}
		next, err := c.next(u, answer, q)
		if err != nil {
			return nil, unreachable(u.String(), err)
		}
		u = next
	}
	return nil, unreachable(u.String(), errors.New("too many redirects"))
}

// knock asks u, once, or twice if the first signature was not understood.
func (c *Client) knock(ctx context.Context, u *url.URL, q request) (*http.Response, error) {
	if q.key == nil {
		return c.ask(ctx, u, q, "")
	}
	scheme := c.config.Knocks.First(u.Host, c.config.Now())
	answer, err := c.ask(ctx, u, q, scheme)
	if err != nil || !sign.KnockAgain(answer.StatusCode) {
		return answer, err
	}
	Drain(answer.Body)
	answer, err = c.ask(ctx, u, q, scheme.Other())
	if err == nil && answer.StatusCode == http.StatusOK {
		c.config.Knocks.Worked(u.Host, scheme.Other(), c.config.Now())
	}
	return answer, err
}

// ask makes one request. It keeps a place at the host until the body of the
// answer is closed.
func (c *Client) ask(ctx context.Context, u *url.URL, q request, scheme sign.Scheme) (*http.Response, error) {
	if err := spend(ctx); err != nil {
		return nil, err
	}
	chapter.StepAside(ctx)
	leave, err := c.enter(ctx, u.Host)
	if err != nil {
		return nil, err
	}
	r := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{"Accept": {q.accept}}}).WithContext(ctx)
	if scheme != "" {
		if err := sign.Sign(r, q.key, scheme, sign.Digest{}, c.config.Now()); err != nil {
			leave()
			return nil, err
		}
	}
	answer, err := c.plain.Do(r)
	if err != nil {
		leave()
		return nil, err
	}
	answer.Body = &closing{answer.Body, leave}
	return answer, nil
}

// enter waits for a place at a host, but not for long: whoever else is there
// waits for its answer already.
func (c *Client) enter(ctx context.Context, host string) (leave func(), err error) {
	queue, cancel := context.WithTimeout(ctx, c.config.limits.queue)
	defer cancel()
	leave, err = c.gates.enter(queue, host, c.config.limits.perHost)
	if err != nil && ctx.Err() == nil {
		return nil, errQueue
	}
	return leave, err
}

var errQueue = models.Errorf(models.Busy, "Too much is asked of that server at the moment. Please try again later.")

// redirects says whether answer sends the asker elsewhere.
func redirects(answer *http.Response) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, answer.StatusCode) && answer.Header.Get("Location") != ""
}

// next returns where answer sends the asker of u.
func (c *Client) next(u *url.URL, answer *http.Response, q request) (*url.URL, error) {
	to, err := u.Parse(answer.Header.Get("Location"))
	if err != nil {
		return nil, err
	}
	to, err = c.ParseURL(to.String())
	if err != nil {
		return nil, err
	}
	to.Fragment, to.RawFragment = "", ""
	// Else a server could let another one speak in its name.
	if q.sameOrigin && (to.Scheme != u.Scheme || to.Host != u.Host) {
		return nil, fmt.Errorf("redirected to %s", to.Host)
	}
	return to, nil
}

// file takes in an answer of status 200.
func file(u *url.URL, answer *http.Response, q request) (*File, error) {
	mediaType, params, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // "" if it cannot be read
	if q.sameOrigin && !activityPub(mediaType, params) {
		Drain(answer.Body)
		return nil, unreachable(u.String(), fmt.Errorf("%w: %q", errMediaType, answer.Header.Get("Content-Type")))
	}
	if answer.ContentLength > q.limit {
		answer.Body.Close()
		return nil, errTooLarge
	}
	return &File{URL: u.String(), MediaType: mediaType, Length: answer.ContentLength, Body: answer.Body}, nil
}

// activityPub says whether a media type is one of the two of ActivityPub:
// section 3.2 of its specification.
func activityPub(mediaType string, params map[string]string) bool {
	switch mediaType {
	case "application/activity+json":
		return true
	case "application/ld+json":
		return slices.Contains(strings.Fields(params["profile"]), "https://www.w3.org/ns/activitystreams")
	}
	return false
}

// refusal is the error for an answer that is no document.
func refusal(u *url.URL, answer *http.Response) error {
	cause := &StatusError{answer.StatusCode, answer.Header}
	switch answer.StatusCode {
	case http.StatusNotFound:
		return models.Errorf(models.NotFound, "There is nothing at %s.", u).Because(cause)
	case http.StatusGone:
		return models.Errorf(models.Gone, "There is nothing at %s any more.", u).Because(cause)
	}
	return unreachable(u.String(), cause)
}

// unreachable gives an error a sentence, if it has none of its own.
func unreachable(url string, err error) error {
	var e *models.Error
	if errors.As(err, &e) && e.Kind != models.Invalid { // what was asked for was valid
		return err
	}
	return models.Errorf(models.Unreachable, "No useful answer came from %s.", url).Because(err)
}

var errTooLarge = models.Errorf(models.TooLarge, "What came from the other server is too long.")

// limited is the body of an answer, unpacked, that ends with errTooLarge after
// left bytes.
type limited struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1] // one more, to see whether there is more
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}

// closing calls done when it is closed.
type closing struct {
	io.ReadCloser
	done func()
}

// Close implements io.Closer.
func (c *closing) Close() error {
	defer c.done()
	return c.ReadCloser.Close()
}
