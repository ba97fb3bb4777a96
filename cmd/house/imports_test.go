package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The rooms of the tree from the ground up. A room may import rooms further
// down, and those beside it that are named in beside.
var floors = [][]string{
	{"models", "static"},
	{"models/text", "models/media"},
	{"models/store"},
	{"models/chapter"},
	{"federation/wire", "federation/sign"},
	{"federation/fetch", "federation/deliver"},
	{"federation/inbox", "federation/documents"},
	{"federation/fedtest"},
	{"handlers"},
	{"cmd"},
}

// beside is who may import a neighbour on the same floor, and why: small
// rooms that several of their neighbours stand on.
var beside = map[string]string{
	"federation/wire -> federation/sign": "proofs inside documents are made of keys",
}

// stones are the rooms that all handlers stand on, the lowest first: embedded
// files, how answers are written, and who asks.
var stones = []string{"static", "handlers/respond", "handlers/session"}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestImportsGoOneWay keeps the order of rooms that docs/architecture.md
// explains.
func TestImportsGoOneWay(t *testing.T) {
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for _, p := range packages {
		for _, to := range p.Imports {
			if why := forbidden(local(p.ImportPath), local(to)); strings.HasPrefix(to, "atelier/") && why != "" {
				t.Errorf("%s must not import %s: %s", p.ImportPath, to, why)
			}
		}
	}
}

func TestForbidden(t *testing.T) {
	for _, test := range []struct {
		from, to  string
		forbidden bool
	}{
		{"models/store", "models", false},
		{"models", "models/store", true},
		{"models/text", "models/media", true},
		{"federation/deliver", "federation/fetch", true},
		{"federation/deliver", "federation/wire", false},
		{"federation/wire", "federation/sign", false},
		{"federation/sign", "federation/wire", true},
		{"federation/inbox", "handlers/respond", true},
		{"handlers", "federation/inbox", false},
		{"handlers/mastodon", "federation/inbox", true},
		{"handlers/mastodon", "handlers/respond", false},
		{"handlers/mastodon", "handlers/web", true},
		{"handlers/mastodon", "models/chapter", false},
		{"models/chapter", "static", true},
		{"handlers/respond", "handlers/mastodon", true},
		{"cmd/atelier", "handlers", false},
		{"models/store/storetest", "models/store", false},
		{"models/chapter", "models/store/storetest", true},
		{"misc", "models", true},
	} {
		if why := forbidden(test.from, test.to); (why != "") != test.forbidden {
			t.Errorf("%s -> %s: %q, forbidden should be %v", test.from, test.to, why, test.forbidden)
		}
	}
}

// forbidden says why room from may not import room to, or nothing.
func forbidden(from, to string) string {
	f, okFrom := floor(from)
	u, okTo := floor(to)
	inHandlers := top(from) == "handlers" || top(from) == "cmd"
	switch {
	case !okFrom:
		return from + " is no room of the design"
	case !okTo:
		return to + " is no room of the design"
	case strings.HasSuffix(to, "test") && !strings.HasSuffix(from, "test"):
		return "it is for tests"
	case slices.Contains(stones, to):
		if at := slices.Index(stones, from); !inHandlers || at >= 0 && at <= slices.Index(stones, to) {
			return "handlers stand on it, nothing else"
		}
		return ""
	case beside[from+" -> "+to] != "", within(from, to):
		return ""
	case top(from) == "handlers" && from != "handlers" && top(to) == "federation":
		return "only the route table knows both"
	case from == "handlers" && top(to) == "handlers":
		return "" // the route table
	case f <= u:
		return "it is not further down"
	}
	return ""
}

// within says whether from is a part of the room to, such as its test helper.
func within(from, to string) bool {
	return strings.HasPrefix(from, to+"/") && strings.HasSuffix(from, "test")
}

func floor(room string) (int, bool) {
	best, found := "", -1
	for i, names := range floors {
		for _, name := range names {
			if (room == name || strings.HasPrefix(room, name+"/")) && len(name) > len(best) {
				best, found = name, i
			}
		}
	}
	return found, found >= 0
}

func top(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

func local(path string) string { return strings.TrimPrefix(path, "atelier/") }

// list returns the packages of this module.
func list(t *testing.T) (out []listed) {
	t.Helper()
	text, err := exec.Command("go", "list", "-json=ImportPath,Imports", "atelier/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(fmt.Errorf("go list: %w", err))
		}
		out = append(out, p)
	}
}
