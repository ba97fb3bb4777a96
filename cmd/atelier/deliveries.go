package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"atelier/models/chapter"
	"atelier/models/store"
)

// deliveriesCommand is atelier deliveries.
type deliveriesCommand struct {
	Retry  string `placeholder:"HOST" xor:"do" help:"Try again now what waits for a host."`
	GiveUp string `placeholder:"HOST" xor:"do" help:"Drop what waits for a host."`
}

// hostsListed is how many hosts are listed, those with most to deliver.
const hostsListed = 1000

// Run lists the hosts that something waits for, or deals with one of them.
func (d *deliveriesCommand) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		waiting, err := c.Store.Backlogs(r.ctx, hostsListed)
		if err != nil {
			return err
		}
		name := strings.ToLower(d.Retry + d.GiveUp)
		if name == "" {
			return listBacklogs(r.stdout, waiting)
		}
		b, err := backlogOf(waiting, name)
		if err != nil {
			return err
		}
		if d.Retry != "" {
			err = c.Store.Write(r.ctx, func(tx *store.Tx) error { return tx.RetryHost(r.ctx, name) })
			return said(r.stdout, err, "What waits for %s (%d) is tried now.\n", name, b.Deliveries)
		}
		err = c.Store.Write(r.ctx, func(tx *store.Tx) error { return tx.GiveUpHost(r.ctx, name) })
		return said(r.stdout, err, "What waited for %s (%d) was dropped.\n", name, b.Deliveries)
	})
}

func said(w io.Writer, err error, text string, args ...any) error {
	if err == nil {
		fmt.Fprintf(w, text, args...)
	}
	return err
}

func backlogOf(waiting []store.Backlog, name string) (store.Backlog, error) {
	for _, b := range waiting {
		if b.Host.Name == name {
			return b, nil
		}
	}
	return store.Backlog{}, fmt.Errorf("nothing waits for %s", name)
}

func listBacklogs(to io.Writer, waiting []store.Backlog) error {
	if len(waiting) == 0 {
		_, err := fmt.Fprintln(to, "Nothing waits to be delivered.")
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "HOST\tWAITING\tSINCE\tFAILURES\tNEXT TRY\tLAST ERROR")
	for _, b := range waiting {
		next := "now"
		if b.Host.NextAt.After(time.Now()) && b.Host.Node == "" {
			next = b.Host.NextAt.Format("2006-01-02 15:04")
		}
		trouble := b.Host.LastError
		if trouble == "" {
			trouble = "none"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%s\n", b.Host.Name, b.Deliveries, b.Oldest.Format("2006-01-02 15:04"), b.Host.Fails, next, oneLine(trouble))
	}
	return w.Flush()
}

// oneLine keeps a text from another server from making a mess of a list.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

type memberDelete struct {
	named
	Yes bool `help:"Really: the member's posts, follows and files go, and the handle is never given again."`
}

// Run deletes the member.
func (m *memberDelete) Run(r *run) error {
	if !m.Yes {
		return errors.New("this cannot be undone: say --yes if it is meant")
	}
	return r.beside(func(c *chapter.Chapter) error {
		member, err := m.find(r, c)
		if err != nil {
			return err
		}
		return said(r.stdout, c.RemoveMember(r.ctx, operator, member.AccountID), "%s is deleted. Posts and files go while the chapter is served.\n", m.Name)
	})
}
