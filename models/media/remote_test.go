package media

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/models"
)

const pixel = "GIF89a\x01\x00\x01\x00\x00\x00\x00;"

// far is another server's files, and how often they were asked for.
type far struct {
	asked atomic.Int64
	files map[string]io.Reader
	wait  chan struct{}
}

func (f *far) open(_ context.Context, address string, _ int64) (io.ReadCloser, error) {
	f.asked.Add(1)
	if f.wait != nil {
		<-f.wait
	}
	if r := f.files[address]; r != nil {
		return io.NopCloser(r), nil
	}
	return nil, models.Errorf(models.NotFound, "There is nothing.")
}

func newFar(t *testing.T, files map[string]io.Reader) (*Remote, *far, string) {
	t.Helper()
	f := &far{files: files}
	dir := filepath.Join(t.TempDir(), "remote")
	r, err := NewRemote(dir, f.open)
	if err != nil {
		t.Fatal(err)
	}
	return r, f, dir
}

func TestRemoteIsFetchedOnce(t *testing.T) {
	r, f, dir := newFar(t, map[string]io.Reader{"https://far.example/a.exe": strings.NewReader(pixel)})
	f.wait = make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			c, err := r.Open(t.Context(), "https://far.example/a.exe")
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if got, err := io.ReadAll(c); string(got) != pixel || err != nil || c.ContentType != "image/gif" {
				t.Errorf("%q as %s, %v", got, c.ContentType, err)
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	close(f.wait)
	all.Wait()
	again, err := NewRemote(dir, nil) // after a restart
	if err != nil {
		t.Fatal(err)
	}
	c, err := again.Open(t.Context(), "https://far.example/a.exe")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if n := f.asked.Load(); n != 1 {
		t.Errorf("the other server was asked %d times", n)
	}
}

func TestRemoteRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		file io.Reader
		want models.Kind
	}{
		"nothing":               {nil, models.NotFound},
		"a page":                {strings.NewReader("<html><script>alert(1)</script>"), models.Unsupported},
		"a drawing with script": {strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), models.Unsupported},
		"an object":             {strings.NewReader(`{"id":"https://here.example/users/ana","type":"Person"}`), models.Unsupported},
		"an empty file":         {strings.NewReader(""), models.Unsupported},
		"HEIC":                  {strings.NewReader("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), models.Unsupported},
		"a picture too long":    {io.MultiReader(strings.NewReader(pixel), io.LimitReader(zeros{}, MaxRemotePicture)), models.TooLarge},
		"a broken transfer":     {io.MultiReader(strings.NewReader(pixel+"........"), breaking{}), models.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			r, f, dir := newFar(t, map[string]io.Reader{})
			if test.file != nil {
				f.files["https://far.example/a.gif"] = test.file
			}
			for range 2 { // the second time it is known
				if _, err := r.Open(t.Context(), "https://far.example/a.gif"); models.KindOf(err) != test.want {
					t.Errorf("%v, want %v", err, test.want)
				}
			}
			if n := f.asked.Load(); n != 1 {
				t.Errorf("the other server was asked %d times", n)
			}
			if left := files(t, dir); len(left) > 0 {
				t.Errorf("%v is kept", left)
			}
		})
	}
}

func TestRemoteIsThrownAway(t *testing.T) {
	r, _, dir := newFar(t, map[string]io.Reader{"a": strings.NewReader(pixel), "b": strings.NewReader(pixel + "b"), "c": strings.NewReader(pixel + "cc")})
	used := map[string]time.Duration{"a": 0, "b": 40 * 24 * time.Hour, "c": 2 * time.Hour}
	now := time.Now()
	for address, ago := range used {
		c, err := r.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if err := r.dir.Chtimes(c.Name, now.Add(-ago), now.Add(-ago)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sweep(now); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 2 {
		t.Errorf("%v is left after a month, want a and c", left)
	}
	r.most = int64(len(pixel)) + 1
	if err := r.sweep(now); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 1 || left[0] != int64(len(pixel)) {
		t.Errorf("%v is left where one fits, want the one used last", left)
	}
}

// files are the sizes of the files in a folder.
func files(t *testing.T, dir string) (sizes []int64) {
	t.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			sizes = append(sizes, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type breaking struct{}

func (breaking) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
