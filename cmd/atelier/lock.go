package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockFile makes sure that one server only serves a SQLite file: two would
// not hear of each other's changes. The lock ends with the process, however
// that ends. PostgreSQL needs none.
func lockFile(database string) (unlock func(), err error) {
	file, ok := strings.CutPrefix(database, "sqlite:")
	if !ok {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	f, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, fmt.Errorf("another atelier serves %s already: stop it first, or give this one a database of its own", file)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	return func() { f.Close() }, nil
}
