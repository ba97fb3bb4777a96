package main

import (
	"fmt"

	"atelier/handlers/oauth"
	"atelier/models/chapter"
)

// tokenCommand is atelier token.
type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make an access token of a member and print it alone."`
}

type tokenCreate struct {
	named
	Scopes string `default:"read write follow push" help:"What the token may do (${default}); stewards may also have admin:read and admin:write."`
}

// Run makes the token.
func (t *tokenCreate) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		m, err := t.find(r, c)
		if err != nil {
			return err
		}
		secret, err := oauth.Issue(r.ctx, c.Store, m, t.Scopes)
		if err != nil {
			return err
		}
		fmt.Fprintln(r.stdout, secret)
		return nil
	})
}
