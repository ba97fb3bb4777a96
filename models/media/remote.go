package media

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"slices"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"atelier/models"
)

// The limits of copies of other servers' files.
const (
	MaxRemotePicture = 16 << 20 // bytes
	MaxRemoteFilm    = 64 << 20 // bytes, of films and sounds
	RemoteBytes      = 4 << 30  // bytes of all copies together

	remoteFetches = 16                  // under way at a time
	remoteTime    = time.Minute         // for one of them
	remoteAgain   = 10 * time.Minute    // until what failed is tried again
	remoteUnused  = 30 * 24 * time.Hour // how long a copy stays that nobody asks for
	remoteTouch   = 24 * time.Hour      // how exactly it is known when it was asked for
)

// An Opener opens a file at another server, of which no more than limit bytes
// may be read: the error after that is of kind models.TooLarge.
type Opener func(ctx context.Context, address string, limit int64) (io.ReadCloser, error)

// Remote keeps copies of pictures, films and sounds of other servers, so that
// no reader has to go there: fetched when first asked for, gone when nobody
// asks any more. The folder is this node's own and may be emptied at any time.
//
// What a file is, is told by its first bytes alone: what is none of the formats
// that browsers show, and can hold no script, is not kept.
type Remote struct {
	dir    *os.Root
	open   Opener
	most   int64 // bytes of all copies
	room   *semaphore.Weighted
	under  singleflight.Group
	failed *otter.Cache[string, error]
}

// NewRemote returns the copies in a folder, which is made if need be.
func NewRemote(dir string, open Opener) (*Remote, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of copies: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of copies: %w", err)
	}
	return &Remote{dir: root, open: open, most: RemoteBytes, room: semaphore.NewWeighted(remoteFetches),
		failed: otter.Must(&otter.Options[string, error]{MaximumSize: 4096, ExpiryCalculator: otter.ExpiryWriting[string, error](remoteAgain)})}, nil
}

// A Copy is an open copy. Its type is one that browsers show.
type Copy struct {
	*os.File
	Name        string // changes with the address
	ContentType string
	ModTime     time.Time
}

// Open returns the copy of the file at an address, which is fetched if need be;
// the caller closes it. Its errors are those of the Opener, Unsupported for
// what is no picture, film or sound, and Busy if too much is fetched already.
func (r *Remote) Open(ctx context.Context, address string) (*Copy, error) {
	sum := sha256.Sum256([]byte(address))
	name := hex.EncodeToString(sum[:])
	name = name[:2] + "/" + name[2:]
	c, err := r.kept(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	if err, known := r.failed.GetIfPresent(name); known {
		return nil, err
	}
	flight := r.under.DoChan(name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), remoteTime)
		defer cancel()
		err := r.fetch(ctx, name, address)
		if err != nil && models.KindOf(err) != models.Busy {
			r.failed.Set(name, err)
		}
		return nil, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case done := <-flight:
		if done.Err != nil {
			return nil, done.Err
		}
	}
	return r.kept(name)
}

// kept opens a copy that is there.
func (r *Remote) kept(name string) (*Copy, error) {
	f, err := r.dir.Open(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, sniffed)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, err
	}
	stat, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if now := time.Now(); now.Sub(stat.ModTime()) > remoteTouch {
		_ = r.dir.Chtimes(name, now, now) // at worst it is fetched again one day
	}
	return &Copy{File: f, Name: name, ContentType: shownAs(head[:n]), ModTime: stat.ModTime()}, nil
}

// shownAs is the media type as which browsers show a file that begins with
// head; "" if they do not.
func shownAs(head []byte) string {
	f := formatOf(head)
	switch {
	case f == heicFormat && (string(head[8:12]) == "avif" || string(head[8:12]) == "avis"):
		return "image/avif"
	case f == heicFormat:
		return ""
	case f == mp4Format && string(head[8:11]) == "M4A":
		return "audio/mp4"
	}
	return string(f)
}

// fetch makes the copy.
func (r *Remote) fetch(ctx context.Context, name, address string) error {
	if err := r.room.Acquire(ctx, 1); err != nil {
		return models.Errorf(models.Busy, "Too much is being fetched. Try again in a minute.")
	}
	defer r.room.Release(1)
	body, err := r.open(ctx, address, MaxRemoteFilm)
	if err != nil {
		return err
	}
	defer body.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(body, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return unread(err)
	}
	head = head[:n]
	kind := shownAs(head)
	if kind == "" {
		return models.Errorf(models.Unsupported, "The file is no picture, film or sound that can be shown.")
	}
	limit := int64(MaxRemoteFilm)
	if formatOf(head).picture() || formatOf(head) == heicFormat {
		limit = MaxRemotePicture
	}
	if err := r.dir.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	return r.write(name, head, body, limit)
}

// write keeps head and the rest of body under name, if they are no longer than
// limit. It appears there when it is whole.
func (r *Remote) write(name string, head []byte, body io.Reader, limit int64) error {
	temporary := path.Join(path.Dir(name), partial+rand.Text())
	f, err := r.dir.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(head)
	if err == nil {
		var n int64
		n, err = io.Copy(f, io.LimitReader(body, limit-int64(len(head))+1))
		if err != nil {
			err = unread(err)
		} else if n+int64(len(head)) > limit {
			err = models.Errorf(models.TooLarge, "The other server's file is larger than %d MiB.", limit>>20)
		}
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = r.dir.Rename(temporary, name)
	}
	if err != nil {
		_ = r.dir.Remove(temporary)
	}
	return err
}

// unread is what became of a file that broke off.
func unread(err error) error {
	if models.KindOf(err) != models.Internal {
		return err
	}
	return models.Errorf(models.Unreachable, "The other server did not send the whole file.").Because(err)
}

// Keep throws copies away, once an hour until ctx ends: those that nobody asked
// for in a month, and the longest unused ones of more than fit.
func (r *Remote) Keep(ctx context.Context) {
	for {
		if err := r.sweep(time.Now()); err != nil {
			slog.Error("throw unused copies away", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

func (r *Remote) sweep(now time.Time) error {
	type copied struct {
		name string
		size int64
		used time.Time
	}
	var all []copied
	err := fs.WalkDir(r.dir.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			all = append(all, copied{name, info.Size(), info.ModTime()})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b copied) int { return b.used.Compare(a.used) })
	var sum int64
	for _, c := range all {
		if sum += c.size; sum <= r.most && now.Sub(c.used) <= remoteUnused {
			continue
		}
		if err := r.dir.Remove(c.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
