package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"atelier/models"
	"atelier/models/chapter"
)

// demoCommand is atelier demo: two filled chapters, federated with each other
// over loopback, gone when it ends.
type demoCommand struct{}

// demoDoors are where the two chapters are: two host names, so that a browser
// keeps their sign-ins apart.
var demoDoors = [2]struct{ domain, listen string }{
	{"localhost:8080", "127.0.0.1:8080"},
	{"beta.localhost:8081", "127.0.0.1:8081"},
}

// Run serves the two chapters until it is told to stop.
func (demoCommand) Run(r *run) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(r.stderr, &slog.HandlerOptions{Level: max(r.level, slog.LevelWarn)})))
	folder, err := os.MkdirTemp("", "atelier-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(folder)
	d := &demo{password: strings.ToLower(rand.Text()[:12]), out: r.stdout}
	for i, door := range demoDoors {
		c := &Config{Domain: door.domain, Listen: door.listen, TLS: "off", Data: filepath.Join(folder, demoChapters[i].Handle),
			AllowPeers: []string{"127.0.0.0/8"}, RateLimits: "on", LogLevel: "warn"}
		if err := c.settle(); err != nil {
			return err
		}
		n, err := newNode(r.ctx, c)
		if err != nil {
			return err
		}
		defer n.close()
		if err := n.listen(); err != nil {
			return err
		}
		d.nodes[i] = n
	}
	return d.run(r.ctx)
}

// demo is the two chapters while they run.
type demo struct {
	nodes    [2]*node
	people   [2]map[string]*models.Account
	password string // of everybody
	out      io.Writer
}

// run opens the doors, fills the chapters, and serves until ctx ends.
func (d *demo) run(ctx context.Context) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(d.nodes))
	for _, n := range d.nodes {
		go func() { ended <- n.serve(serving) }()
	}
	err := d.fill(serving)
	if err == nil {
		d.greet()
		select {
		case <-ctx.Done():
		case err = <-ended:
			ended <- nil
		}
	}
	stop()
	for range d.nodes {
		err = errors.Join(err, <-ended)
	}
	if ctx.Err() != nil {
		return nil // told to stop, perhaps while it was being filled
	}
	return err
}

// fill opens the chapters and has their people write: everything that goes
// from one to the other goes over the wire.
func (d *demo) fill(ctx context.Context) error {
	var opening sync.WaitGroup
	var errs [2]error
	for i := range d.nodes {
		opening.Go(func() { errs[i] = d.open(ctx, i) })
	}
	opening.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	for i := range d.nodes {
		if err := d.meet(ctx, i); err != nil {
			return err
		}
	}
	for i := range d.nodes {
		if err := d.write(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// open sets chapter i up and lets its members in.
func (d *demo) open(ctx context.Context, i int) error {
	content, c := demoChapters[i], d.nodes[i].chapter
	people := map[string]*models.Account{}
	d.people[i] = people
	for n, m := range content.Members {
		who := chapter.NewMember{Username: m.Username, Name: m.Name, Email: m.Username + "@" + content.Handle + ".example", Password: d.password, Role: m.Role}
		var a *models.Account
		var err error
		if n == 0 {
			a, err = c.SetUp(ctx, chapter.SetUp{Name: content.Name, Handle: content.Handle, Sentence: content.Sentence, Steward: who})
		} else {
			a, err = c.AddMember(ctx, who)
		}
		if err != nil {
			return fmt.Errorf("let %s in: %w", m.Username, err)
		}
		indexable := true
		if people[m.Username], err = c.UpdateProfile(ctx, a, chapter.Profile{Bio: &m.Bio, Indexable: &indexable}); err != nil {
			return fmt.Errorf("introduce %s: %w", m.Username, err)
		}
	}
	return nil
}

// meet has the members of chapter i follow each other, and two of them those
// of the other chapter and the chapter itself.
func (d *demo) meet(ctx context.Context, i int) error {
	here, there := d.nodes[i], d.nodes[1-i]
	names := demoChapters[i].Members
	for n, m := range names {
		for _, o := range []demoMember{names[(n+1)%len(names)], names[(n+2)%len(names)]} {
			if err := here.chapter.Follow(ctx, d.people[i][m.Username], d.people[i][o.Username].ID, chapter.FollowWish{}); err != nil {
				return fmt.Errorf("%s follows %s: %w", m.Username, o.Username, err)
			}
		}
	}
	for _, m := range names[:2] {
		for _, handle := range append([]string{demoChapters[1-i].Handle}, usernames(demoChapters[1-i])...) {
			found, err := here.chapter.Find.Handle(ctx, there.urls.Handle(handle))
			if err != nil {
				return fmt.Errorf("find %s: %w", there.urls.Handle(handle), err)
			}
			if err := here.chapter.Follow(ctx, d.people[i][m.Username], found.ID, chapter.FollowWish{}); err != nil {
				return fmt.Errorf("%s follows %s: %w", m.Username, handle, err)
			}
			if err := d.until(ctx, "a follow is answered", func() (bool, error) {
				f, err := here.chapter.Store.Follow(ctx, d.people[i][m.Username].ID, found.ID)
				return err == nil && f.State == models.FollowAccepted, err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func usernames(c demoChapter) (names []string) {
	for _, m := range c.Members {
		names = append(names, m.Username)
	}
	return names
}

// write publishes what the members of chapter i wrote, and what was answered.
func (d *demo) write(ctx context.Context, i int) error {
	for _, n := range demoChapters[i].Notes {
		p, err := d.nodes[i].chapter.Publish(ctx, d.people[i][n.By], n.draft())
		if err != nil {
			return fmt.Errorf("publish %q: %w", n.Title, err)
		}
		if err := d.answer(ctx, i, p, n.Answers); err != nil {
			return fmt.Errorf("answer %q: %w", n.Title, err)
		}
	}
	for _, t := range demoChapters[i].Talks {
		p, err := d.nodes[i].chapter.Publish(ctx, d.people[i][t.By], chapter.Draft{Source: t.Text, Visibility: models.Public})
		if err != nil {
			return fmt.Errorf("publish %q: %w", t.Text, err)
		}
		if err := d.answer(ctx, i, p, t.Answers); err != nil {
			return fmt.Errorf("answer %q: %w", t.Text, err)
		}
	}
	return nil
}

// draft is the note as its author fills the form.
func (n demoNote) draft() chapter.Draft {
	pr := &models.Practice{Kind: n.Kind, Confidentiality: n.Care}
	for k, text := range n.Sections {
		pr.Sections = append(pr.Sections, models.Section{Key: n.Kind.Form().Sections[k].Key, Text: text})
	}
	d := chapter.Draft{Title: n.Title, Practice: pr, Visibility: models.Public}
	if n.Members {
		here := true
		d.Visibility, d.LocalOnly = models.Private, &here
	}
	return d
}

// answer writes a thread under p, a post of chapter i: each answer to the
// last one, on the answerer's own server, when that has it.
func (d *demo) answer(ctx context.Context, i int, p *models.Post, answers []demoAnswer) error {
	last := p
	for _, a := range answers {
		at := i
		name, abroad := strings.CutPrefix(a.By, "@")
		if abroad {
			at = 1 - i
		}
		parent, err := d.arrived(ctx, at, last.URI)
		if err != nil {
			return err
		}
		text := a.Text
		if author, err := d.nodes[at].chapter.Store.Account(ctx, parent.AuthorID); err == nil && author.Username != name {
			text = "@" + author.Acct() + " " + text
		}
		if last, err = d.nodes[at].chapter.Publish(ctx, d.people[at][name], chapter.Draft{Source: text, InReplyTo: parent.ID, Visibility: parent.Visibility}); err != nil {
			return err
		}
	}
	return nil
}

// arrived waits until chapter i has the post with an id.
func (d *demo) arrived(ctx context.Context, i int, uri string) (p *models.Post, err error) {
	return p, d.until(ctx, uri+" arrives", func() (bool, error) {
		p, err = d.nodes[i].chapter.Store.PostByURI(ctx, uri)
		return err == nil, err
	})
}

// until asks again and again whether something happened that takes a moment.
func (d *demo) until(ctx context.Context, what string, happened func() (bool, error)) error {
	const patience = 20 * time.Second
	for end := time.Now().Add(patience); ; {
		ok, err := happened()
		if ok {
			return nil
		}
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("waited %v in vain until %s", patience, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * time.Millisecond):
		}
	}
}

// greet says what there is to see.
func (d *demo) greet() {
	fmt.Fprintf(d.out, "Two pretend chapters are open, until you press Ctrl-C. Everybody's password is %s\n", d.password)
	for i, n := range d.nodes {
		fmt.Fprintf(d.out, "\n%s  %s/\n", demoChapters[i].Name, n.urls.Base())
		for _, m := range demoChapters[i].Members {
			fmt.Fprintf(d.out, "    %-8s %-18s %s\n", m.Username, m.Name, m.Role)
		}
	}
	fmt.Fprintf(d.out, "\nSign in as ana at %s/sign-in and as maren at %s/sign-in, in the same browser if you like.\n", d.nodes[0].urls.Base(), d.nodes[1].urls.Base())
}
