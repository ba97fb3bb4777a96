package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
)

// demoCommand is atelier demo: two filled chapters, federated with each other
// over loopback, gone when it ends.
type demoCommand struct{}

// Help is for --help.
func (demoCommand) Help() string {
	return "The first chapter is where --listen says, the second at the next port; if one of the two is taken, both are at the next two that are free."
}

// Run serves the two chapters until it is told to stop.
func (demoCommand) Run(r *run) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(r.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	folder, err := os.MkdirTemp("", "atelier-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(folder)
	d := &demo{processor: media.NewProcessor(), password: strings.ToLower(rand.Text()[:12]), out: r.stdout}
	doors, err := demoDoors(r.Listen)
	if err != nil {
		return err
	}
	for i, door := range doors {
		defer door.Close()
		c := &Config{Domain: demoDomain(i, door), Listen: door.Addr().String(), TLS: "off", Data: filepath.Join(folder, demoChapters[i].Handle),
			AllowPeers: []string{"127.0.0.0/8"}, RateLimits: "on", LogLevel: "warn"}
		if err := c.settle(); err != nil {
			return err
		}
		n, err := newNode(r.ctx, c)
		if err != nil {
			return err
		}
		defer n.close()
		n.door = door
		d.nodes[i] = n
	}
	return d.run(r.ctx)
}

// doorsTried is for how many pairs of ports the demo looks.
const doorsTried = 50

// demoDoors opens the doors of the two chapters: at an address and at the port
// after it, or further on if somebody else is there, such as make run.
func demoDoors(address string) (doors [2]net.Listener, err error) {
	host, port, err := net.SplitHostPort(address)
	first, portErr := strconv.Atoi(port)
	if err != nil || portErr != nil {
		return doors, fmt.Errorf("--listen is an address and a port, such as 127.0.0.1:8080, not %q", address)
	}
	for n := first; n < first+doorsTried; n++ {
		if doors, err = doorPair(host, n); !errors.Is(err, syscall.EADDRINUSE) {
			return doors, err
		}
	}
	return doors, fmt.Errorf("no two free ports from %d to %d: choose others with --listen, such as --listen=127.0.0.1:9000", first, first+doorsTried)
}

// doorPair opens two doors side by side; port 0 is any that is free.
func doorPair(host string, port int) (doors [2]net.Listener, err error) {
	for i := range doors {
		at := port
		if port > 0 {
			at += i
		}
		if doors[i], err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(at))); err != nil {
			if i > 0 {
				doors[0].Close()
			}
			return doors, fmt.Errorf("serve the demo: %w", err)
		}
	}
	return doors, nil
}

// demoDomain is the name of chapter i. A browser keeps sign-ins apart by
// name and not by port: the two have different ones, and where port 8080 may
// be another chapter's the demo leaves localhost to that.
func demoDomain(i int, door net.Listener) string {
	_, port, _ := net.SplitHostPort(door.Addr().String())
	switch {
	case i == 1:
		return "beta.localhost:" + port
	case port == "8080":
		return "localhost:" + port
	}
	return "alpha.localhost:" + port
}

// demo is the two chapters while they run.
type demo struct {
	nodes     [2]*node
	people    [2]map[string]*models.Account
	processor *media.Processor
	password  string // of everybody
	out       io.Writer
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
		profile := chapter.Profile{Bio: &m.Bio, Indexable: &indexable, Directory: m.entry()}
		if m.Face != (demoFace{}) {
			if profile.Avatar, err = d.portrait(ctx, i, m.Face); err != nil {
				return fmt.Errorf("draw %s: %w", m.Username, err)
			}
		}
		if people[m.Username], err = c.UpdateProfile(ctx, a, profile); err != nil {
			return fmt.Errorf("introduce %s: %w", m.Username, err)
		}
		if err := c.Welcome(ctx, people[m.Username], models.WelcomeAll); err != nil {
			return fmt.Errorf("welcome %s: %w", m.Username, err)
		}
	}
	return nil
}

// entry is what the member says in the directory.
func (m demoMember) entry() models.DirectoryEntry {
	return models.DirectoryEntry{models.AskField: {Text: m.Ask, To: models.ToEveryone}, models.TownField: {Text: m.Town, To: models.ToEveryone},
		models.LanguagesField: {Text: m.Speaks, To: models.ToMembers}, models.CredentialField: {To: models.ToMembers}}
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
		if err := d.writeNote(ctx, i, n); err != nil {
			return fmt.Errorf("publish %q: %w", n.Title, err)
		}
	}
	for _, t := range demoChapters[i].Talks {
		if err := d.writeTalk(ctx, i, t); err != nil {
			return fmt.Errorf("publish %q: %w", t.Text, err)
		}
	}
	return nil
}

// writeNote publishes a note of chapter i, what was answered, and how it went
// for those who tried it.
func (d *demo) writeNote(ctx context.Context, i int, n demoNote) error {
	by, draft := d.people[i][n.By], n.draft()
	if n.Picture != nil {
		id, err := d.put(ctx, i, by, n.Picture, draft.Practice)
		if err != nil {
			return err
		}
		draft.Media = []models.ID{id}
	}
	p, err := d.nodes[i].chapter.Publish(ctx, by, draft)
	if err != nil {
		return err
	}
	if _, err := d.answer(ctx, i, p, n.Answers); err != nil {
		return err
	}
	for _, t := range n.Tried {
		at, name := d.where(i, t.By)
		note, err := d.arrived(ctx, at, p.URI)
		if err != nil {
			return err
		}
		if _, err := d.nodes[at].chapter.Tried(ctx, d.people[at][name], note.ID, chapter.Tried{Outcome: t.Outcome, Setting: t.Setting, Line: t.Line}); err != nil {
			return err
		}
	}
	return nil
}

// writeTalk publishes a discussion or a question of chapter i and what was
// answered, and marks the answer that helped.
func (d *demo) writeTalk(ctx context.Context, i int, t demoTalk) error {
	c := d.nodes[i].chapter
	draft := chapter.Draft{Source: t.Text, Visibility: models.Public}
	if t.Question != "" {
		draft.Source, draft.Talk = strings.TrimSpace(t.Question+"\n\n"+t.Text), models.Talk{Title: t.Question, Question: true}
	}
	p, err := c.Publish(ctx, d.people[i][t.By], draft)
	if err != nil {
		return err
	}
	answers, err := d.answer(ctx, i, p, t.Answers)
	if err != nil || t.Helped == 0 {
		return err
	}
	helped, err := d.arrived(ctx, i, answers[t.Helped-1].URI)
	if err != nil {
		return err
	}
	_, err = c.AcceptAnswer(ctx, models.Viewer{AccountID: p.AuthorID, Role: models.Ordinary}, p.ID, helped.ID)
	return err
}

// where is the chapter of somebody whom chapter i knows by a name: with an @
// it is the other one.
func (d *demo) where(i int, name string) (chapter int, username string) {
	if username, abroad := strings.CutPrefix(name, "@"); abroad {
		return 1 - i, username
	}
	return i, name
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
func (d *demo) answer(ctx context.Context, i int, p *models.Post, answers []demoAnswer) (out []*models.Post, err error) {
	last := p
	for _, a := range answers {
		at, name := d.where(i, a.By)
		parent, err := d.arrived(ctx, at, last.URI)
		if err != nil {
			return nil, err
		}
		text := a.Text
		if author, err := d.nodes[at].chapter.Store.Account(ctx, parent.AuthorID); err == nil && author.Username != name {
			text = "@" + author.Acct() + " " + text
		}
		if last, err = d.nodes[at].chapter.Publish(ctx, d.people[at][name], chapter.Draft{Source: text, InReplyTo: parent.ID, Visibility: parent.Visibility}); err != nil {
			return nil, err
		}
		out = append(out, last)
	}
	return out, nil
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
