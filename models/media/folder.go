package media

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"

	"atelier/models"
)

// folder keeps files under one directory. Every path is resolved under its
// handle, so that no key and no link leads out of it.
type folder struct{ root *os.Root }

func newFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the media folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the media folder: %w", err)
	}
	return &folder{root}, nil
}

// partial begins the names of files that are being written.
const partial = ".partial-"

// Put implements Storage. The file is on disk, under its name, before Put
// returns.
func (f *folder) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if !validKey(key) {
		return errNoFile
	}
	dir := path.Dir(key)
	if err := f.root.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	temporary := path.Join(dir, partial+rand.Text())
	if err := f.write(ctx, temporary, r, size); err != nil {
		_ = f.root.Remove(temporary)
		return fmt.Errorf("keep %s: %w", key, err)
	}
	if err := f.root.Rename(temporary, key); err != nil {
		_ = f.root.Remove(temporary)
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return f.sync(dir)
}

// write writes the size bytes of r to the new file name.
func (f *folder) write(ctx context.Context, name string, r io.Reader, size int64) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	n, err := io.Copy(file, io.LimitReader(reading{ctx, r}, size+1))
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("read %d bytes where %d were announced", n, size)
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return file.Close()
}

// sync makes the names in dir and above durable.
func (f *folder) sync(dir string) error {
	for {
		d, err := f.root.Open(dir)
		if err != nil {
			return err
		}
		err = d.Sync()
		_ = d.Close()
		if err != nil || dir == "." {
			return err
		}
		dir = path.Dir(dir)
	}
}

// reading is a reader that ends with its context.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// Open implements Storage.
func (f *folder) Open(_ context.Context, key string) (*Object, error) {
	if !validKey(key) {
		return nil, errNoFile
	}
	file, err := f.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	stat, err := file.Stat()
	if err != nil || !stat.Mode().IsRegular() {
		_ = file.Close()
		return nil, errNoFile.Because(err)
	}
	return &Object{file, Info{key, stat.Size(), stat.ModTime()}}, nil
}

// Delete implements Storage.
func (f *folder) Delete(_ context.Context, key string) error {
	if !validKey(key) {
		return errNoFile
	}
	if err := f.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// List implements Storage.
func (f *folder) List(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
				return nil
			}
			stat, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // deleted meanwhile
			}
			if err != nil {
				return err
			}
			if !yield(Info{name, stat.Size(), stat.ModTime()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Info{}, fmt.Errorf("list the media folder: %w", err))
		}
	}
}

// Check implements Storage.
func (f *folder) Check(context.Context) error {
	name := partial + rand.Text()
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return models.Errorf(models.Busy, "The media folder cannot be written to.").Because(err)
	}
	_ = file.Close()
	return f.root.Remove(name)
}
