package web_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/models/store/storetest"
)

// Whoever sends too much is told how much is taken, and comes to read it: a
// browser reads the answer when it has sent everything.
func TestAFormThatIsTooLarge(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	for kind, want := range map[string]string{"application/x-www-form-urlencoded": "4 megabytes at most", "multipart/form-data; boundary=b": "16 megabytes at most"} {
		body := "login=" + strings.Repeat("a", 24<<20)
		if strings.HasPrefix(kind, "multipart") {
			body = "--b\r\nContent-Disposition: form-data; name=\"login\"\r\n\r\n" + body + "\r\n--b--\r\n"
		}
		c, err := net.Dial("tcp", strings.TrimPrefix(h.Server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", h.URLs.Domain, kind, len(body), body); err != nil {
			t.Fatalf("%s: the connection ended before all was sent: %v", kind, err)
		}
		res, err := http.ReadResponse(bufio.NewReader(c), httptest.NewRequest("POST", "/sign-in", nil))
		b := h.stranger()
		b.shows(b.read(res, err), 413, want, "still in your browser")
	}
}

// What is longer than a post may be is answered in a sentence, and not lost.
func TestAReplyThatIsTooLong(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	talk := h.says(h.Maren, "Who has stopped?")
	b := h.as(h.member("Ana Lindqvarn"))
	long := strings.Repeat("word ", 1001)
	p := b.post("/talk/"+talk.ID.String()+"/reply", "text", long)
	b.shows(p, 422, "it may have 5000 characters at most", strings.TrimSpace(long))
	b.hides(p, "limit of", "Validation failed")
	tried := h.note(h.Maren, "Checking in")
	p = b.post("/talk/"+tried.ID.String()+"/tried", "outcome", "helped", "line", long)
	b.shows(p, 422, "it may have 5000 characters at most")
	b.hides(p, "limit of", "Validation failed")
}

// A reply is written as notes are, and its form says how.
func TestStarsInAReply(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	talk := h.says(h.Maren, "Who has stopped?")
	b := h.as(h.member("Ana Lindqvarn"))
	path := "/talk/" + talk.ID.String()
	b.shows(b.get(path), 200, "*Stars* make words lean")
	b.post(path+"/reply", "text", "I *nearly* did <it>.\r\nThen not.")
	b.has(b.get(path), "I <em>nearly</em> did &lt;it&gt;.<br />Then not.")
}
