package main

import (
	"fmt"

	"atelier/models/chapter"
)

// renewKeysCommand is atelier renew-keys.
type renewKeysCommand struct {
	Name string `arg:"" help:"The handle of a member, the chapter, a theme, or the server itself (its domain)."`
}

// Run gives the account new keys.
func (k *renewKeysCommand) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		a, err := c.RenewKeys(r.ctx, operator, k.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "@%s has new keys; other servers are told.\n", r.urls.Handle(a.Username))
		return nil
	})
}
