package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"atelier/models"
	"atelier/models/media"
)

// storages returns the place of an empty storage of each kind.
var storages = []struct {
	name  string
	place func(t *testing.T) string
}{
	{"folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "media") }},
	{"bucket", newBucket},
}

// eachStorage runs test against every implementation.
func eachStorage(t *testing.T, test func(t *testing.T, s media.Storage)) {
	for _, storage := range storages {
		t.Run(storage.name, func(t *testing.T) {
			s, err := media.NewStorage(storage.place(t))
			if err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

// newBucket returns the place of a new bucket: on the S3 server whose address
// is in ATELIER_TEST_S3, with the keys of the usual AWS variables, or on a
// versitygw that it starts if that program is installed.
func newBucket(t *testing.T) string {
	endpoint := os.Getenv("ATELIER_TEST_S3")
	if endpoint == "" {
		endpoint = startGateway(t)
	}
	host := strings.TrimPrefix(strings.TrimPrefix(endpoint, "https://"), "http://")
	client, err := minio.New(host, &minio.Options{Creds: credentials.NewEnvAWS(), Secure: strings.HasPrefix(endpoint, "https://")})
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("atelier-test-%d", time.Now().UnixNano())
	if err := client.MakeBucket(t.Context(), name, minio.MakeBucketOptions{}); err != nil {
		t.Fatalf("make a bucket at %s: %v", endpoint, err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		for range client.RemoveObjects(ctx, name, client.ListObjects(ctx, name, minio.ListObjectsOptions{Recursive: true}), minio.RemoveObjectsOptions{}) {
		}
		_ = client.RemoveBucket(ctx, name)
	})
	return "s3://" + name + "?endpoint=" + endpoint + "&prefix=chapter"
}

// startGateway starts an S3 server on a folder and returns its address.
func startGateway(t *testing.T) string {
	program, err := exec.LookPath("versitygw")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("There is neither an S3 server in ATELIER_TEST_S3 nor a versitygw to start: make test installs one.")
		}
		t.Skip("There is neither an S3 server in ATELIER_TEST_S3 nor a versitygw to start.")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "atelier")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "atelier-secret")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	gateway := exec.Command(program, "--port", address, "--access", "atelier", "--secret", "atelier-secret", "--quiet", "posix", "--nometa", t.TempDir())
	if err := gateway.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = gateway.Process.Kill()
		_ = gateway.Wait()
	})
	for range 200 {
		if r, err := http.Get("http://" + address + "/"); err == nil {
			_ = r.Body.Close()
			return "http://" + address
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("versitygw does not answer")
	return ""
}

// read returns what s keeps under key.
func read(t *testing.T, s media.Storage, key string) []byte {
	t.Helper()
	o, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	data, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func list(t *testing.T, s media.Storage) (all []string) {
	t.Helper()
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(info.Key, " ", info.Size))
	}
	slices.Sort(all)
	return all
}

func TestStorageKeepsFiles(t *testing.T) {
	eachStorage(t, func(t *testing.T, s media.Storage) {
		ctx := t.Context()
		if err := s.Check(ctx); err != nil {
			t.Fatal(err)
		}
		big := bytes.Repeat([]byte("0123456789"), 1<<20)
		for key, data := range map[string][]byte{"ab/c.png": []byte("one"), "ab/d.mp4": big, "e.jpg": {}} {
			if err := s.Put(ctx, key, bytes.NewReader(data), int64(len(data))); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(read(t, s, key), data) {
				t.Errorf("%s is not what was kept", key)
			}
		}
		if diff := cmp.Diff([]string{"ab/c.png 3", "ab/d.mp4 10485760", "e.jpg 0"}, list(t, s)); diff != "" {
			t.Errorf("List (-want +got):\n%s", diff)
		}
		for range s.List(ctx) { // who has enough may stop
			break
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		for info, err := range s.List(cancelled) {
			if err == nil {
				t.Errorf("List goes on to %v for a caller who left", info)
			}
		}

		o, err := s.Open(ctx, "ab/d.mp4")
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		if o.Key != "ab/d.mp4" || o.Size != int64(len(big)) || o.ContentType() != "video/mp4" || time.Since(o.ModTime).Abs() > time.Hour {
			t.Errorf("Open tells %+v", o.Info)
		}
		if _, err := o.Seek(-3, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		if tail, err := io.ReadAll(o); err != nil || string(tail) != "789" {
			t.Errorf("the last three bytes are %q, %v", tail, err)
		}

		for range 2 { // the second time there is nothing to delete
			if err := s.Delete(ctx, "ab/c.png"); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
		if _, err := s.Open(ctx, "ab/c.png"); models.KindOf(err) != models.NotFound {
			t.Errorf("Open of a deleted file: %v; want not found", err)
		}
	})
}

func TestStorageKeepsAllOrNothing(t *testing.T) {
	eachStorage(t, func(t *testing.T, s media.Storage) {
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		for _, test := range []struct {
			name string
			ctx  context.Context
			r    io.Reader
		}{
			{"less than announced", t.Context(), strings.NewReader("on")},
			{"more than announced", t.Context(), strings.NewReader("once")},
			{"a reader that breaks", t.Context(), io.MultiReader(strings.NewReader("o"), broken{})},
			{"a caller who left", cancelled, strings.NewReader("one")},
		} {
			if err := s.Put(test.ctx, "ab/c.png", test.r, 3); err == nil {
				t.Errorf("%s is kept", test.name)
			}
			if all := list(t, s); all != nil {
				t.Errorf("%s leaves %q", test.name, all)
			}
		}
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestStorageRefusesKeysThatAreNone(t *testing.T) {
	eachStorage(t, func(t *testing.T, s media.Storage) {
		for _, key := range []string{"", ".", "..", "/", "/etc/passwd", "../a.png", "a/../../b.png", "a//b.png", "a/", "a/.b", "a\\b", "A.png", "a.png\x00", "a b", "ä", strings.Repeat("a", 201)} {
			if err := s.Put(t.Context(), key, strings.NewReader("one"), 3); models.KindOf(err) != models.NotFound {
				t.Errorf("Put under %q: %v", key, err)
			}
			if _, err := s.Open(t.Context(), key); models.KindOf(err) != models.NotFound {
				t.Errorf("Open %q: %v", key, err)
			}
			if err := s.Delete(t.Context(), key); models.KindOf(err) != models.NotFound {
				t.Errorf("Delete %q: %v", key, err)
			}
		}
		if all := list(t, s); all != nil {
			t.Errorf("there is %q", all)
		}
	})
}

func TestFolderIsNotLeft(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "secret.png")
	inside := filepath.Join(dir, "media")
	s, err := media.NewStorage(inside)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{os.WriteFile(outside, []byte("secret"), 0o600), os.Symlink(outside, filepath.Join(inside, "a.png")),
		os.Symlink(dir, filepath.Join(inside, "b")), os.Mkdir(filepath.Join(inside, "c.png"), 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(inside, "c.png", ".x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "c.png"); err == nil {
		t.Error("a folder is deleted like a file")
	}
	for _, key := range []string{"a.png", "b/secret.png", "c.png"} {
		if o, err := s.Open(t.Context(), key); err == nil {
			_ = o.Close()
			t.Errorf("%s is opened", key)
		}
	}
	if err := s.Put(t.Context(), "b/new.png", strings.NewReader("x"), 1); err == nil {
		t.Error("a link leads out of the folder")
	}
	if all := list(t, s); all != nil {
		t.Errorf("there is %q", all)
	}
}

func TestListWhileFilesAreDeleted(t *testing.T) {
	eachStorage(t, func(t *testing.T, s media.Storage) {
		keys := []string{"ab/c.png", "ab/d.png", "ab/e.png"}
		for _, key := range keys {
			if err := s.Put(t.Context(), key, strings.NewReader("x"), 1); err != nil {
				t.Fatal(err)
			}
		}
		for info, err := range s.List(t.Context()) {
			if err != nil {
				t.Errorf("List: %v", err)
			}
			for _, key := range keys {
				if key != info.Key {
					_ = s.Delete(t.Context(), key)
				}
			}
		}
	})
}

func TestNewStorage(t *testing.T) {
	for _, test := range []struct{ name, place, keys string }{
		{"a bucket without a name", "s3://?endpoint=https://a.example", "x"},
		{"an endpoint that is none", "s3://b?endpoint=a.example", "x"},
		{"an endpoint by another protocol", "s3://b?endpoint=ftp://a.example", "x"},
		{"no keys", "s3://b?endpoint=https://a.example", ""},
		{"a folder that is a file", "/dev/null/x", "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AWS_ACCESS_KEY_ID", test.keys)
			t.Setenv("AWS_SECRET_ACCESS_KEY", test.keys)
			if s, err := media.NewStorage(test.place); err == nil {
				t.Errorf("NewStorage = %v", s)
			}
		})
	}
}

func TestNewStorageNeedsNoEndpoint(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	if _, err := media.NewStorage("s3://bucket"); err != nil {
		t.Error(err)
	}
}

func TestBucketThatIsNotThere(t *testing.T) {
	place := newBucket(t)
	s, err := media.NewStorage(strings.Replace(place, "s3://", "s3://not-", 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); models.KindOf(err) != models.NotFound {
		t.Errorf("Check: %v", err)
	}
	for info, err := range s.List(t.Context()) {
		if err == nil {
			t.Errorf("List: %v", info)
		}
	}
	if _, err := s.Open(t.Context(), "a.png"); err == nil {
		t.Error("a file is opened")
	}
	gone, err := media.NewStorage("s3://b?endpoint=http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := gone.Check(ctx); models.KindOf(err) != models.Busy {
		t.Errorf("Check of a server that is not there: %v", err)
	}
}

func TestNewKey(t *testing.T) {
	seen := map[string]bool{}
	pattern := regexp.MustCompile(`^[a-z2-7]{2}/[a-z2-7]{24}\.jpg$`)
	for range 1000 {
		key := media.NewKey("image/jpeg")
		if !pattern.MatchString(key) || seen[key] || media.ContentType(key) != "image/jpeg" {
			t.Fatalf("NewKey = %q", key)
		}
		seen[key] = true
	}
	if got := media.ContentType(media.NewKey("text/html")); got != "application/octet-stream" {
		t.Errorf("a page would be served as %s", got)
	}
}
