package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
)

// backupCommand is atelier backup.
type backupCommand struct {
	File string `arg:"" help:"Where to write the backup. A file that is there is not overwritten."`
}

// Run writes the database, as it is at one moment, and all media into one
// file, while the chapter may be serving.
func (b *backupCommand) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		files, err := media.NewStorage(r.Media)
		if err != nil {
			return err
		}
		var end archiveEnd
		size, err := writeWhole(b.File, func(w io.Writer) (err error) {
			end, err = backUp(r.ctx, c, files, w)
			return err
		})
		if err != nil {
			return fmt.Errorf("back up to %s: %w", b.File, err)
		}
		// The desk says when the last one was written.
		if err := c.Store.Write(r.ctx, func(tx *store.Tx) error { return tx.SetMoment(r.ctx, store.Backup, tx.Now()) }); err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "%s holds %s and %s: %.1f MB.\n", b.File, counted(end.Rows, "row"), counted(end.Files, "file"), float64(size)/1e6)
		return nil
	})
}

// backUp writes an archive of a chapter.
func backUp(ctx context.Context, c *chapter.Chapter, files media.Storage, w io.Writer) (archiveEnd, error) {
	self, err := c.Store.Chapter(ctx)
	if err != nil {
		return archiveEnd{}, err
	}
	at, err := c.Store.Version(ctx)
	if err != nil {
		return archiveEnd{}, err
	}
	a, err := newArchive(w, archiveHead{Format: archiveFormat, Program: version, Domain: self.Domain, Chapter: self.Name, Database: at, CreatedAt: c.Store.Now()})
	if err != nil {
		return archiveEnd{}, err
	}
	// First the rows: files are there before rows speak of them.
	if err := c.Store.Dump(ctx, a.rows); err != nil {
		return archiveEnd{}, err
	}
	if err := a.files(ctx, files); err != nil {
		return archiveEnd{}, err
	}
	return a.end, a.close()
}

// writeWhole has write fill a new file, which appears under its name when all
// of it is on disk. Until then it is called name.partial; what a run that was
// killed left there is written over.
func writeWhole(name string, write func(io.Writer) error) (size int64, err error) {
	if _, err := os.Lstat(name); err == nil {
		return 0, errors.New("this file is there already")
	}
	f, err := os.OpenFile(name+".partial", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return 0, errors.New("another backup is being written there")
	}
	if err := f.Truncate(0); err != nil {
		return 0, err
	}
	if err := write(f); err != nil {
		os.Remove(f.Name())
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	if size, err = f.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return 0, err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	return size, dir.Sync()
}

// restoreCommand is atelier restore.
type restoreCommand struct {
	File string `arg:"" help:"The backup. Database and media must be empty: nothing is overwritten."`
}

// Run brings a backup back. It is checked whole before anything is written.
// One that was stopped in the middle leaves no chapter, and is run again.
func (b *restoreCommand) Run(r *run) error {
	unlock, err := lockFile(r.Database)
	if err != nil {
		return err
	}
	defer unlock()
	f, err := os.Open(b.File)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s", b.File)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	known := map[string]int64{}
	head, err := readArchive(f, archiveVisitor{file: func(key string, size int64, _ io.Reader) error {
		known[key] = size
		return nil
	}})
	if err != nil {
		return err
	}
	if head.Domain != r.urls.Domain {
		return fmt.Errorf("this is a backup of %s: its ids cannot move to %s; restore it with --domain=%s", head.Domain, r.urls.Domain, head.Domain)
	}
	s, err := store.Open(r.ctx, r.Database, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	files, err := media.NewStorage(r.Media)
	if err != nil {
		return err
	}
	if err := r.checkEmpty(s, files, known); err != nil {
		return err
	}
	if err := r.restore(f, head, s, files); err != nil {
		return fmt.Errorf("restore %s: %w", b.File, err)
	}
	fmt.Fprintf(r.stdout, "%s is back, as it was on %s: start it with atelier serve.\n", head.Chapter, head.CreatedAt.Format("2006-01-02 at 15:04 UTC"))
	return nil
}

// checkEmpty refuses a place that is in use. Files that are the backup's own
// may be there: a restore that was stopped left them.
func (r *run) checkEmpty(s *store.Store, files media.Storage, known map[string]int64) error {
	empty, err := s.Empty(r.ctx)
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("the database %s is not empty: nothing was changed", r.databaseName())
	}
	for info, err := range files.List(r.ctx) {
		if err != nil {
			return err
		}
		if size, ok := known[info.Key]; !ok || size != info.Size {
			return fmt.Errorf("there are files in %s that are not this backup's: nothing was changed", r.Media)
		}
	}
	return nil
}

// restore loads the files, and then the database in one transaction.
func (r *run) restore(f io.ReadSeeker, head archiveHead, s *store.Store, files media.Storage) error {
	if err := rewound(f, archiveVisitor{file: func(key string, size int64, content io.Reader) error {
		return putBack(r.ctx, files, key, size, content)
	}}); err != nil {
		return err
	}
	rows, stop := make(chan store.Rows), make(chan struct{})
	read := make(chan error, 1)
	go func() {
		defer close(rows)
		read <- rewound(f, archiveVisitor{rows: func(some store.Rows) error {
			select {
			case rows <- some:
				return nil
			case <-stop:
				return context.Canceled
			}
		}})
	}()
	err := s.Load(r.ctx, head.Database, func() (store.Rows, error) {
		some, more := <-rows
		if more {
			return some, nil
		}
		if err := <-read; err != nil {
			return some, err
		}
		return some, io.EOF
	})
	close(stop)
	for range rows { // until the reader is gone
	}
	return err
}

func rewound(f io.ReadSeeker, v archiveVisitor) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := readArchive(f, v)
	return err
}

// putBack keeps a file, unless the very same is there.
func putBack(ctx context.Context, files media.Storage, key string, size int64, content io.Reader) error {
	there, err := files.Open(ctx, key)
	if missing(err) {
		return files.Put(ctx, key, content, size)
	}
	if err != nil {
		return err
	}
	defer there.Close()
	a, b := sha256.New(), sha256.New()
	if _, err := io.Copy(a, there); err != nil {
		return err
	}
	if _, err := io.Copy(b, content); err != nil {
		return err
	}
	if string(a.Sum(nil)) != string(b.Sum(nil)) {
		return fmt.Errorf("the file %s is there already, and is another one", key)
	}
	return nil
}

// databaseName is the database's address without a password.
func (c *Config) databaseName() string { return withoutPassword(c.Database) }

// missing says whether an error is that something is not there.
func missing(err error) bool { return err != nil && models.KindOf(err) == models.NotFound }
