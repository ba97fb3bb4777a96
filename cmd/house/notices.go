package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// work is a module that the program is built from.
type work struct {
	Path, Version, Dir string
	Main               bool
}

// notices writes the licence of every work that is linked into the program,
// and of Go itself, with a line that says which it is. Files are named
// LICENSE, COPYING, NOTICE and the like.
func notices(out io.Writer) error {
	works, err := linked("./cmd/atelier")
	if err != nil {
		return err
	}
	fmt.Fprint(out, "Atelier is built from the works below; these are their licences.\n"+
		"This file is made by: go run ./cmd/house notices > NOTICES\n")
	for _, w := range works {
		files, err := licences(w.Dir)
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("%s has no licence file in %s", w.Path, w.Dir)
		}
		fmt.Fprintf(out, "\n%s\n%s %s\n%[1]s\n", strings.Repeat("=", 78), w.Path, w.Version)
		for _, name := range files {
			text, err := os.ReadFile(filepath.Join(w.Dir, name))
			if err != nil {
				return fmt.Errorf("reading a licence: %w", err)
			}
			fmt.Fprintf(out, "\n%s\n", tidy(text))
		}
	}
	return nil
}

// linked lists the modules that package is built from, in the order of their
// names, and Go's own library.
func linked(pkg string) ([]work, error) {
	text, err := exec.Command("go", "list", "-deps", "-json=Module", pkg).Output()
	if err != nil {
		return nil, fmt.Errorf("listing what %s is built from: %w", pkg, err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("finding Go: %w", err)
	}
	works := map[string]work{"Go, its standard library": {Path: "Go, its standard library", Dir: strings.TrimSpace(string(root))}}
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p struct{ Module *work }
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("listing what %s is built from: %w", pkg, err)
		}
		if p.Module != nil && !p.Module.Main {
			works[p.Module.Path] = *p.Module
		}
	}
	var out []work
	for _, w := range works {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b work) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// licences names the files at the top of a module that licences are in.
func licences(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for a licence: %w", err)
	}
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		for _, word := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"} {
			if e.Type().IsRegular() && strings.HasPrefix(upper, word) && !strings.HasSuffix(upper, ".GO") {
				names = append(names, e.Name())
				break
			}
		}
	}
	return names, nil
}

// tidy leaves out carriage returns, form feeds and spaces at the ends of lines.
func tidy(text []byte) string {
	lines := strings.Split(strings.NewReplacer("\r", "", "\f", "").Replace(string(text)), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
