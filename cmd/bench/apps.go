package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const contextReplies = 200

// runApps measures what apps read besides the home timeline: a thread of 200
// replies, notifications, an account's posts, a search for a word that many
// posts have and for one that one post has.
func runApps(ctx context.Context, o *options, _ []string) (result, error) {
	concs, err := o.concurrencies("1,16")
	if err != nil {
		return nil, err
	}
	a := o.api(32)
	word := "heron" + strconv.FormatInt(time.Now().UnixMilli(), 36)
	thread, err := newThread(ctx, a, word)
	if err != nil {
		return nil, err
	}
	var me struct {
		ID    string
		Posts int `json:"statuses_count"`
	}
	if err := a.get(ctx, "/api/v1/accounts/verify_credentials", &me); err != nil {
		return nil, err
	}
	res := result{"own_posts": me.Posts}
	for _, t := range []struct{ name, path string }{
		{"context", "/api/v1/statuses/" + thread + "/context"},
		{"notifications", "/api/v1/notifications?limit=40"},
		{"account_statuses", "/api/v1/accounts/" + me.ID + "/statuses?limit=20"},
		{"search_common", "/api/v2/search?type=statuses&limit=20&q=" + url.QueryEscape("listening questions")},
		{"search_rare", "/api/v2/search?type=statuses&limit=20&q=" + word},
	} {
		for _, c := range concs {
			part, cancel := context.WithTimeout(ctx, o.duration)
			res[fmt.Sprintf("%s_c%d", t.name, c)] = drive(part, c, 1<<30, func(int) error { return a.get(part, t.path, nil) })
			cancel()
		}
	}
	return res, nil
}

// newThread posts something with word in it, with replies, and returns its id.
func newThread(ctx context.Context, a *api, word string) (string, error) {
	var first status
	if err := a.post(ctx, "/api/v1/statuses", url.Values{"status": {noteText(word)}, "visibility": {"public"}}, &first); err != nil {
		return "", err
	}
	l := drive(ctx, 8, contextReplies, func(i int) error {
		return a.post(ctx, "/api/v1/statuses", url.Values{"status": {noteText(strconv.Itoa(i))}, "visibility": {"public"}, "in_reply_to_id": {first.ID}}, nil)
	})
	if l.Errors > 0 {
		return "", errors.New(l.FirstError)
	}
	return first.ID, nil
}

// runStreams opens -n streams and posts: how long until the last of them has
// each post, and what a stream costs in memory (with -pid).
func runStreams(ctx context.Context, o *options, _ []string) (result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := o.api(32)
	a.http.Timeout = 0
	before, _ := processUsage(o.pid)
	heard := make(chan string, o.n)
	var open sync.WaitGroup
	var failed error
	var once sync.Once
	open.Add(o.n)
	gate := make(chan struct{}, 32) // so many are opened at a time
	for range o.n {
		gate <- struct{}{}
		go func() {
			err := stream(ctx, a, func() { <-gate; open.Done() }, heard)
			if err != nil && ctx.Err() == nil {
				once.Do(func() { failed = err; cancel() })
			}
		}()
	}
	opened := make(chan struct{})
	go func() { open.Wait(); close(opened) }()
	select {
	case <-opened:
	case <-ctx.Done():
		return nil, errors.Join(failed, ctx.Err())
	}
	time.Sleep(time.Second)
	after, _ := processUsage(o.pid)
	var first, last []time.Duration
	for i := range o.posts {
		began := time.Now()
		if err := a.post(ctx, "/api/v1/statuses", url.Values{"status": {noteText("stream " + strconv.Itoa(i))}, "visibility": {"public"}}, nil); err != nil {
			return nil, err
		}
		for n := range o.n {
			select {
			case <-heard:
			case <-ctx.Done():
				return nil, fmt.Errorf("%d of %d streams heard of post %d: %w", n, o.n, i, errors.Join(failed, ctx.Err()))
			}
			if n == 0 {
				first = append(first, time.Since(began))
			}
		}
		last = append(last, time.Since(began))
	}
	return result{"streams": o.n, "posts": o.posts, "kib_per_stream": round((after.RSS - before.RSS) * 1024 / float64(o.n)),
		"first": summarise(first), "last": summarise(last)}, nil
}

// stream reads the public stream as server-sent events and tells of each new
// post.
func stream(ctx context.Context, a *api, opened func(), heard chan<- string) error {
	req := a.request(http.MethodGet, "/api/v1/streaming/public", nil).WithContext(ctx)
	resp, err := a.http.Do(req)
	opened()
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("a stream was answered with %s", resp.Status)
	}
	for lines := bufio.NewReaderSize(resp.Body, 1<<10); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if name, ok := strings.CutPrefix(line, "event: "); ok && strings.TrimSpace(name) == "update" {
			heard <- name
		}
	}
}
