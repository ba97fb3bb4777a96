package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSealingKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "sealing.key")
	first, err := sealingKey(file)
	if err != nil || len(first) != 32 {
		t.Fatalf("a new key: %d bytes, %v", len(first), err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v; want one that others cannot read", info.Mode(), err)
	}
	if again, err := sealingKey(file); err != nil || string(again) != string(first) {
		t.Errorf("read again: %v; want the same key", err)
	}
	if other, err := sealingKey(filepath.Join(t.TempDir(), "sealing.key")); err != nil || string(other) == string(first) {
		t.Errorf("another file: %v; want another key", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".sealing-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, wrong := range []string{"", "c2hvcnQ=", "no key at all, whatever its length may be, it is none"} {
		write(t, file, wrong)
		if _, err := sealingKey(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%q passes for a key: %v", wrong, err)
		}
	}
}
