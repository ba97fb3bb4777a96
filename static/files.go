package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where Files is served.
const Prefix = "/static/"

//go:embed files
var embedded embed.FS

// file is one embedded file under an address that changes with its content,
// so that browsers may keep it for ever.
type file struct {
	url    string
	kind   string
	body   []byte
	packed []byte // gzip
}

var files = sync.OnceValue(readFiles)

// readFiles returns every embedded file, by name and by address.
func readFiles() map[string]*file {
	entries, err := embedded.ReadDir("files")
	if err != nil {
		panic(err) // embedded at build time
	}
	out := make(map[string]*file, 2*len(entries))
	for _, e := range entries {
		body, err := embedded.ReadFile("files/" + e.Name())
		if err != nil {
			panic(err)
		}
		f := newFile(e.Name(), body)
		out[e.Name()], out[f.url] = f, f
	}
	return out
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	kind := mime.TypeByExtension(ext)
	if ext == ".js" {
		kind = "text/javascript; charset=utf-8" // what the machine's own tables say differs
	}
	return &file{
		url:    Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext,
		kind:   kind,
		body:   body,
		packed: pack(body),
	}
}

func pack(body []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression) // the level is a valid one
	w.Write(body)
	w.Close()
	return buf.Bytes()
}

// URL is the address of the embedded file called name, such as "atelier.css".
// It panics for a name that is not there: templates are parsed at start.
func URL(name string) string {
	f, ok := files()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return f.url
}

// Files serves what URL names, to be kept for a year.
func Files() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files()[r.URL.Path]
		if !ok {
			http.Error(w, "There is nothing here.", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := f.body
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(f.packed) < len(body) {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body) // a reader that went away is no trouble of ours
		}
	})
}
