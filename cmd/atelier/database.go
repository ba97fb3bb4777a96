package main

import (
	"fmt"
	"runtime"
)

// version is that of the program: what it can do, not how often it was built.
const version = "0.1.0"

// migrateCommand is atelier migrate.
type migrateCommand struct{}

// Run brings the database up to date.
func (migrateCommand) Run(r *run) error {
	c, err := r.open(r.ctx, true)
	if err != nil {
		return err
	}
	fmt.Fprintln(r.stdout, "The database is up to date.")
	return c.Store.Close()
}

// versionCommand is atelier version.
type versionCommand struct{}

// Run says which version this is.
func (versionCommand) Run(r *run) error {
	_, err := fmt.Fprintf(r.stdout, "atelier %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
