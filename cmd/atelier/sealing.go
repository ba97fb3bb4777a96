package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"atelier/models/chapter"
)

// seal gives a chapter its sealing key. A node with PostgreSQL and S3 may have
// no folder to write to: then nothing is sealed, and said to be so.
func (c *Config) seal(ch *chapter.Chapter) error {
	key, err := sealingKey(c.SealingKey)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		slog.Warn("nothing can be sealed: pushed messages will not say which account they are for", "err", err)
		return nil
	}
	if err != nil {
		return err
	}
	return ch.SealWith(key)
}

// sealingKey reads the key in a file, which is made if it is not there.
func sealingKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = newSealingKey(file)
	}
	if err != nil {
		return nil, fmt.Errorf("the sealing key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < 32 {
		return nil, fmt.Errorf("the sealing key: %s does not hold 32 bytes as base64; without the file a new key is made", file)
	}
	return key, nil
}

// newSealingKey makes the file. It appears under its name when it is whole; of
// two nodes that make it at once both read the first one's.
func newSealingKey(file string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	rand.Read(key) // never fails (crypto/rand)
	f, err := os.CreateTemp(filepath.Dir(file), ".sealing-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n"); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(file)
}
