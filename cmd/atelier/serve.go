package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"atelier/federation/deliver"
	"atelier/federation/documents"
	"atelier/federation/fetch"
	"atelier/federation/inbox"
	"atelier/federation/sign"
	"atelier/handlers"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
)

// serveCommand is atelier serve.
type serveCommand struct{}

// Run serves the chapter until it is told to stop.
func (serveCommand) Run(r *run) error {
	slog.SetDefault(r.logger())
	unlock, err := lockFile(r.Database)
	if err != nil {
		return err
	}
	defer unlock()
	n, err := newNode(r.ctx, r.Config)
	if err != nil {
		return err
	}
	defer n.close()
	if err := n.listen(); err != nil {
		return err
	}
	if err := n.greet(r); err != nil {
		return err
	}
	return n.serve(r.ctx)
}

// node is a chapter with all its rooms, and the doors to them.
type node struct {
	*Config
	chapter  *chapter.Chapter
	setupKey string
	metrics  *metrics
	site     *handlers.Site
	deliver  *deliver.Deliverer
	door     net.Listener
	desk     net.Listener // of the metrics; nil without
	copies   *media.Remote
	forget   func() // removes the copies that nothing keeps
}

// newNode opens the database and wires the rooms, from the store outwards.
func newNode(ctx context.Context, c *Config) (*node, error) {
	ch, err := c.open(ctx, false)
	if err != nil {
		return nil, err
	}
	n := &node{Config: c, chapter: ch, setupKey: rand.Text(), metrics: newMetrics(ch.Store)}
	files, err := media.NewStorage(c.Media)
	if err != nil {
		ch.Store.Close()
		return nil, err
	}
	ch.EraseFilesIn(files)
	if err := c.seal(ch); err != nil {
		ch.Store.Close()
		return nil, err
	}
	if c.mail != nil {
		ch.SendLettersBy(c.mail.send)
	}
	knocks := &sign.Knocks{}
	out := fetch.New(fetch.Config{
		Scheme: c.urls.Scheme, OwnHosts: c.hosts(), AllowPeers: c.peers, Knocks: knocks,
		UserAgent: "Atelier/" + version + " (+" + c.urls.Base() + "/)",
	})
	find := fetch.NewFinder(out, ch)
	ch.Find = find
	if n.copies, n.forget, err = c.copies(out); err != nil {
		ch.Store.Close()
		return nil, err
	}
	n.deliver = deliver.New(ch.Store, c.urls, deliver.Options{Client: out.HTTP(), Knocks: knocks})
	n.site = handlers.New(handlers.Config{
		Chapter: ch, Media: files, Remote: n.copies, Version: version, Push: out.HTTP(), SetupKey: n.setupKey,
		Documents: documents.New(ch, find, documents.Options{Version: version, Hosts: c.hosts()}),
		Inbox:     inbox.New(ch, find, n.deliver, inbox.Options{Hosts: c.hosts()}),
		Trusted:   c.proxies, NoLimits: c.RateLimits == "off", Observe: n.metrics.request,
	})
	n.metrics.streams(n.site.Streams)
	return n, nil
}

// hosts are the names under which the chapter is reached.
func (c *Config) hosts() []string {
	if c.urls.AccountDomain == c.urls.Domain {
		return []string{c.urls.Domain}
	}
	return []string{c.urls.Domain, c.urls.AccountDomain}
}

func (n *node) close() {
	n.chapter.Store.Close()
	n.forget()
}

// listen opens the doors, so that whoever is told of them can come in.
func (n *node) listen() (err error) {
	n.door, err = net.Listen("tcp", n.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("something else serves at %s already: stop it, or choose another address with --listen (its port stands in --domain too, unless a proxy is in front)", n.Listen)
	}
	if err != nil {
		return fmt.Errorf("serve at %s: %w", n.Listen, err)
	}
	if n.TLS != "off" {
		config, err := n.tls()
		if err != nil {
			return err
		}
		n.door = tls.NewListener(n.door, config)
	}
	if n.MetricsListen != "" {
		if n.desk, err = net.Listen("tcp", n.MetricsListen); err != nil {
			return fmt.Errorf("serve metrics at %s: %w", n.MetricsListen, err)
		}
	}
	return nil
}

// greet says where the chapter is, or how it is opened.
func (n *node) greet(r *run) error {
	self, err := n.chapter.Self(r.ctx)
	switch {
	case models.KindOf(err) == models.NotFound:
		fmt.Fprintf(r.stdout, "There is no chapter yet. Open it here:\n\n    %s/setup?key=%s\n\n", n.urls.Base(), n.setupKey)
	case err != nil:
		return err
	default:
		fmt.Fprintf(r.stdout, "%s is open at %s/\n", self.Name, n.urls.Base())
	}
	slog.Info("serving", "version", version, "url", n.urls.Base(), "at", n.door.Addr().String())
	return nil
}

const (
	headerTime = 10 * time.Second // for the head of a request
	wholeTime  = 5 * time.Minute  // for all of a request, or of an answer: uploads over slow lines
	idleTime   = 2 * time.Minute
	goodbye    = 10 * time.Second // for what is under way when the program is to stop
)

// serve answers and works until ctx ends. Then it takes nothing new, lets
// what is under way finish, and ends.
func (n *node) serve(ctx context.Context) error {
	working, stopWorking := context.WithCancel(context.Background())
	defer stopWorking()
	var work sync.WaitGroup
	work.Go(func() { n.chapter.Work(working) })
	work.Go(func() { n.chapter.Store.Tend(working) })
	work.Go(func() { n.copies.Keep(working) })
	work.Go(func() {
		if err := n.deliver.Run(working); err != nil && working.Err() == nil {
			slog.Error("deliveries have stopped", "err", err)
		}
	})
	door := server(n.site)
	failed := make(chan error, 2)
	go func() { failed <- door.Serve(n.door) }()
	if n.desk != nil {
		desk := server(n.metrics.handler())
		desk.WriteTimeout = 0 // profiles take as long as they are asked to
		go func() { failed <- desk.Serve(n.desk) }()
		defer desk.Close()
	}
	var err error
	select {
	case <-ctx.Done():
		slog.Info("stopping")
	case err = <-failed:
	}
	n.site.Close()
	ending, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if door.Shutdown(ending) != nil {
		door.Close()
	}
	stopWorking()
	work.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func server(h http.Handler) *http.Server {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true) // some proxies speak it to what is behind them
	return &http.Server{
		Handler: h, Protocols: &p,
		ReadHeaderTimeout: headerTime, ReadTimeout: wholeTime, WriteTimeout: wholeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(connectionLog{}, "", 0),
	}
}

// connectionLog takes what net/http says of connections that went wrong: most
// often of somebody who knocks at doors.
type connectionLog struct{}

func (connectionLog) Write(b []byte) (int, error) {
	slog.Debug("connection", "what", string(b))
	return len(b), nil
}
