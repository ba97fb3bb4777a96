package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"atelier/federation/fetch"
	"atelier/models/media"
)

// copies opens the folder for copies of other servers' files: DATA/remote, or
// where a node may not write there, a new one among the system's temporary
// files, which done removes. They are no part of a backup.
func (c *Config) copies(out *fetch.Client) (copies *media.Remote, done func(), err error) {
	open := func(ctx context.Context, address string, limit int64) (io.ReadCloser, error) {
		f, err := out.Open(ctx, address, "image/*, video/*, audio/*", limit)
		if err != nil {
			return nil, err
		}
		return f.Body, nil
	}
	done = func() {}
	copies, err = media.NewRemote(filepath.Join(c.Data, "remote"), open)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		var dir string
		if dir, err = os.MkdirTemp("", "atelier-remote-"); err == nil {
			done = func() { os.RemoveAll(dir) }
			copies, err = media.NewRemote(dir, open)
		}
	}
	if err != nil {
		done()
	}
	return copies, done, err
}
