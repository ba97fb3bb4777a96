package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// places are configurations of empty places on each engine.
var places = map[string]func(t *testing.T) []string{
	"sqlite":   place,
	"postgres": func(t *testing.T) []string { return append(place(t), "--database", storetest.PostgresAddress(t)) },
}

func with(where []string, args ...string) []string {
	return append(append([]string{}, where...), args...)
}

// post sends a form or a file in the name of a token's member, and returns the
// answer.
func (x *served) post(token, path string, form url.Values, file []byte) string {
	x.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			m.WriteField(name, v)
		}
	}
	if file != nil {
		w, _ := m.CreateFormFile("file", "picture.png")
		w.Write(file)
	}
	m.Close()
	r, _ := http.NewRequest("POST", x.base+path, &b)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", m.FormDataContentType())
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		x.t.Fatalf("POST %s: %d %s", path, res.StatusCode, body)
	}
	return string(body)
}

func picture() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 {
		m.Set(i, i, color.RGBA{200, uint8(i), 10, 255})
	}
	var b bytes.Buffer
	png.Encode(&b, m)
	return b.Bytes()
}

// written is a served chapter with a member, posts and a picture, and the
// addresses where one sees them.
func written(t *testing.T, where []string) (x *served, paths []string) {
	t.Helper()
	opened(t, where)
	x = serve(t, where...)
	token := strings.TrimSpace(ok(t, "", with(where, "token", "create", "ana")...))
	id := field(t, x.post(token, "/api/v2/media", url.Values{"description": {"a line"}}, picture()), "id")
	first := x.post(token, "/api/v1/statuses", url.Values{"status": {"Hello **all** #warmup"}, "media_ids[]": {id}, "visibility": {"public"}}, nil)
	for range 100 { // the picture may be under way
		if strings.Contains(first, `"url":"http`) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.post(token, "/api/v1/statuses", url.Values{"status": {"An answer"}, "in_reply_to_id": {field(t, first, "id")}}, nil)
	paths = []string{"/", "/@ana", "/tags/warmup", "/api/v1/statuses/" + field(t, first, "id"),
		"/api/v1/statuses/" + field(t, first, "id") + "/context", "/@ana/" + field(t, first, "id"), "/people/ana", "/people/ana.atom"}
	files, err := media.NewStorage(filepath.Join(where[1], "media"))
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range files.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, "/media/"+f.Key)
	}
	if len(paths) < 9 {
		t.Fatal("there is no picture")
	}
	return x, paths
}

// field is a string of a JSON object, the first with its name.
func field(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	if !found || value == "" {
		t.Fatalf("no %s in %s", name, body)
	}
	return value
}

func TestABackupRestoredElsewhereGivesTheSamePages(t *testing.T) {
	for from, place := range places {
		for to, elsewhere := range places {
			t.Run(from+" to "+to, func(t *testing.T) {
				where := place(t)
				x, paths := written(t, where)
				want := map[string]string{}
				for _, path := range paths {
					status, body := x.get(path)
					if status != 200 {
						t.Errorf("%s: %d", path, status)
					}
					want[path] = body
				}
				file := filepath.Join(t.TempDir(), "one.backup")
				if out := ok(t, "", with(where, "backup", file)...); !strings.Contains(out, "rows and 2 files") && !strings.Contains(out, "rows and 1 file") {
					t.Errorf("it said %q", out)
				}
				x.stop()
				x.end()

				there := elsewhere(t)
				if out := ok(t, "", with(there, "restore", file)...); !strings.HasPrefix(out, "VI Coaches is back, as it was on ") {
					t.Errorf("it said %q", out)
				}
				y := serve(t, there...)
				got := map[string]string{}
				for _, path := range paths {
					_, got[path] = y.get(path)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				y.stop()
				y.end()
				code, _, stderr := atelier(t, "", with(there, "restore", file)...)
				if code != 1 || !strings.Contains(stderr, "is not empty: nothing was changed") {
					t.Errorf("restored over a chapter: %d %q", code, stderr)
				}
			})
		}
	}
}

func TestWhatCannotBeBackedUpOrRestored(t *testing.T) {
	where := place(t)
	opened(t, where)
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	ok(t, "", with(where, "backup", whole)...)
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, content []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	changed := bytes.Clone(b)
	changed[len(b)/2] ^= 1
	used := place(t)
	if err := os.MkdirAll(filepath.Join(used[1], "media", "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(used[1], "media", "ab", "c.png"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		where []string
		args  []string
		want  string
	}{
		{"a backup over a file", where, []string{"backup", whole}, "already"},
		{"a backup of nothing", place(t), []string{"backup", filepath.Join(dir, "nothing")}, "there is no chapter"},
		{"a backup into no folder", where, []string{"backup", filepath.Join(dir, "no", "file")}, "no such file"},
		{"a restore of no file", place(t), []string{"restore", filepath.Join(dir, "none")}, "there is no file"},
		{"a restore of something else", place(t), []string{"restore", file("text", []byte("hello"))}, "no backup of atelier"},
		{"a restore of half a backup", place(t), []string{"restore", file("half", b[:len(b)/2])}, "atelier: "},
		{"a restore of a backup without its end", place(t), []string{"restore", file("endless", b[:bytes.Index(b, []byte(endName))])}, "no end"},
		{"a restore of a backup that was changed", place(t), []string{"restore", file("changed", changed)}, "damaged"},
		{"a restore under another name", place(t), []string{"--domain", "vi.example", "restore", whole}, "restore it with --domain=localhost:8080"},
		{"a restore where files are", used, []string{"restore", whole}, "not this backup's: nothing was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := atelier(t, "", with(test.where, test.args...)...)
			if code != 1 || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%d %q, want %q in it", code, stderr, test.want)
			}
			if test.args[len(test.args)-2] == "restore" {
				s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(test.where[1], "atelier.db"), store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if empty, err := s.Empty(t.Context()); err != nil || !empty {
					t.Errorf("something was left: %v, %v", empty, err)
				}
			}
		})
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.partial"))
	if err != nil || len(names) > 0 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}

func TestABackupThatIsStoppedIsNotThere(t *testing.T) {
	name := filepath.Join(t.TempDir(), "b")
	stopped := errors.New("stopped")
	half := func(w io.Writer) error {
		io.WriteString(w, "half of it")
		return stopped
	}
	if _, err := writeWhole(name, half); err != stopped {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a backup is there: %v", err)
	}
	// One that was killed could not even clean up.
	if err := os.WriteFile(name+".partial", []byte("a very long rest of a backup that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := writeWhole(name, func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }); err != nil || n != 5 {
		t.Errorf("%d, %v", n, err)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "whole" {
		t.Errorf("%q, %v", b, err)
	}
}

// limited is a storage that fails after some files, as one whose program is
// killed.
type limited struct {
	media.Storage
	left int
}

func (l *limited) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if l.left == 0 {
		return errors.New("killed")
	}
	l.left--
	return l.Storage.Put(ctx, key, r, size)
}

func TestARestoreThatWasStoppedIsRunAgain(t *testing.T) {
	where := place(t)
	x, _ := written(t, where)
	x.stop()
	x.end()
	files, err := media.NewStorage(filepath.Join(where[1], "media"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"aa/one.png", "bb/two.png"} {
		if err := files.Put(t.Context(), key, strings.NewReader(key), int64(len(key))); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "b")
	ok(t, "", with(where, "backup", file)...)
	there := place(t)
	half, err := media.NewStorage(filepath.Join(there[1], "media"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := storetest.SQLite(t)
	r := &run{Config: &Config{}, ctx: t.Context()}
	if err := r.restore(f, archiveHead{}, s, &limited{half, 1}); err == nil {
		t.Fatal("it did not stop")
	}
	if _, err := s.Chapter(t.Context()); models.KindOf(err) != models.NotFound {
		t.Errorf("half a chapter: %v", err)
	}
	ok(t, "", with(there, "restore", file)...)
	// A file that only looks like the backup's is not written over.
	other := place(t)
	spoilt, err := media.NewStorage(filepath.Join(other[1], "media"))
	if err != nil {
		t.Fatal(err)
	}
	if err := spoilt.Put(t.Context(), "aa/one.png", strings.NewReader("aa/uno.png"), 10); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := atelier(t, "", with(other, "restore", file)...); code != 1 || !strings.Contains(stderr, "is there already, and is another one") {
		t.Errorf("%d %q", code, stderr)
	}
}
