package fedtest

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// TestAnyOrderEndsInTheSameState: three chapters write to each other and
// nothing arrives; members read each other by looking posts up. Then
// everything arrives, in the order in which it was sent and, each time at
// chapters that are again as they were, in twenty other ones: with losses,
// with answers that are lost, with duplicates.
func TestAnyOrderEndsInTheSameState(t *testing.T) {
	orders := 20
	if testing.Short() {
		orders = 4
	}
	begun := time.Now()
	w := &silence{folder: t.TempDir()}
	for _, name := range []string{"alpha", "beta", "gamma"} {
		w.places = append(w.places, NewPlace(t, name))
	}
	if !t.Run("script", w.record) {
		return
	}
	activities := map[string]bool{}
	kinds := map[string]int{}
	for _, l := range w.letters {
		if !activities[l.id] {
			activities[l.id] = true
			kinds[l.kind]++
		}
	}
	t.Logf("%d activities in %d letters: %v", len(activities), len(w.letters), kinds)
	var want []string
	t.Run("as sent", func(t *testing.T) { want = w.deliver(t, nil) })
	if t.Failed() {
		return
	}
	for seed := range orders {
		t.Run(fmt.Sprintf("order %d", seed), func(t *testing.T) {
			got := w.deliver(t, rand.New(rand.NewPCG(uint64(seed), 7)))
			if missing, more := lacking(want, got), lacking(got, want); len(missing)+len(more) > 0 {
				t.Errorf("another state.\nAs sent:\n%s\nnow:\n%s", strings.Join(missing, "\n"), strings.Join(more, "\n"))
			}
		})
	}
	t.Logf("%d orders in %v", orders, time.Since(begun).Round(time.Second))
}

// lacking are the lines that one state has and another has not.
func lacking(state, other []string) (out []string) {
	there := map[string]int{}
	for _, line := range other {
		there[line]++
	}
	for _, line := range state {
		if there[line]--; there[line] < 0 {
			out = append(out, line)
		}
	}
	return out
}

// A letter is an activity as it was posted.
type letter struct {
	to       int // which chapter
	kind, id string
	path     string
	header   http.Header
	host     string
	body     []byte
}

// A silence is three chapters that write to each other while nothing arrives.
type silence struct {
	folder  string
	places  []*Place
	mu      sync.Mutex
	letters []letter
}

// file is the database of a chapter as it is before anything arrives.
func (w *silence) file(i int) string { return filepath.Join(w.folder, w.places[i].Name+".db") }

func openFile(t *testing.T, file string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+file, store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// keep has a chapter answer 202 to what is posted, and notes it.
func (w *silence) keep(i int) func(http.ResponseWriter, *http.Request) bool {
	return func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		var a struct{ ID, Type string }
		json.Unmarshal(body, &a)
		w.mu.Lock()
		w.letters = append(w.letters, letter{i, a.Type, a.ID, r.URL.Path, r.Header.Clone(), r.Host, body})
		w.mu.Unlock()
		rw.WriteHeader(http.StatusAccepted)
		return true
	}
}

// record has members of three chapters do things, and keeps what is posted.
func (w *silence) record(t *testing.T) {
	s := &script{t: t, rand: rand.New(rand.NewPCG(1, 1))}
	for i, p := range w.places {
		s.servers = append(s.servers, p.Begin(t, openFile(t, w.file(i))))
	}
	s.meet()
	for i, srv := range s.servers {
		srv.SetBefore(w.keep(i))
	}
	for _, x := range s.servers {
		s.poll(x, s.members[x][0])
		s.note(x, s.members[x][1])
	}
	for n := 0; n < enough; {
		s.step()
		Quiet(t, s.servers...)
		w.mu.Lock()
		n = len(w.letters)
		w.mu.Unlock()
	}
	for i, srv := range s.servers { // what the jobs tell that wait for more edits
		for _, id := range rows(t, w.file(i), `SELECT key FROM jobs WHERE kind = 'update'`) {
			tell(t, srv, models.PostEdited, models.ParseID(id))
		}
	}
	Quiet(t, s.servers...)
}

// enough letters for a script.
const enough = 1000

// A script is members of three chapters who do whatever comes to their minds.
type script struct {
	t       *testing.T
	rand    *rand.Rand
	servers []*Server
	members map[*Server][]*models.Account
	posts   []*written
	n       int
}

// written is a post of the script.
type written struct {
	uri  string
	home *Server
	by   *models.Account
	note bool // a practice note
	poll bool
	done map[string]bool // who favourited, boosted, voted
}

// meet has the first members of all chapters follow everybody elsewhere, and
// the Groups.
func (s *script) meet() {
	s.members = map[*Server][]*models.Account{}
	for _, srv := range s.servers {
		for _, name := range []string{"ana", "bo", "cy", "dee"} {
			s.members[srv] = append(s.members[srv], srv.Member(s.t, name))
		}
	}
	for _, srv := range s.servers {
		for _, other := range s.servers {
			if other == srv {
				continue
			}
			for _, a := range append(slices.Clone(s.members[other]), other.Group(s.t)) {
				srv.Follow(s.t, s.members[srv][0], a, other)
			}
		}
	}
	Quiet(s.t, s.servers...)
}

func pick[T any](s *script, list []T) T { return list[s.rand.IntN(len(list))] }

func (s *script) step() {
	x := pick(s, s.servers)
	me := pick(s, s.members[x])
	for range 3 {
		switch n := s.rand.IntN(100); {
		case n < 12:
			s.note(x, me)
		case n < 16:
			s.practice(x, me)
		case n < 34:
			s.reply(x, me)
		case n < 48:
			s.edit()
		case n < 58:
			s.favourite(x, me)
		case n < 68:
			s.boost(x, me)
		case n < 75:
			s.delete()
		case n < 77:
			s.poll(x, me)
		case n < 83:
			s.vote(x, me)
		case n < 89:
			s.profile(x, me)
		default:
			s.follow(x)
		}
	}
}

func (s *script) words() string {
	s.n++
	return fmt.Sprintf("Thought %d", s.n)
}

func (s *script) add(x *Server, me *models.Account, p *models.Post) *written {
	w := &written{uri: p.URI, home: x, by: me, note: p.Practice != nil, poll: p.Poll != nil, done: map[string]bool{}}
	s.posts = append(s.posts, w)
	return w
}

func (s *script) note(x *Server, me *models.Account) {
	s.add(x, me, x.Publish(s.t, me, s.words()+" #craft", func(d *chapter.Draft) {
		if s.rand.IntN(3) == 0 {
			d.Visibility = models.Unlisted
		}
	}))
}

func (s *script) practice(x *Server, me *models.Account) {
	s.add(x, me, x.Publish(s.t, me, "", func(d *chapter.Draft) {
		d.Title = s.words()
		d.Practice = &models.Practice{Kind: models.Approach, Confidentiality: models.Disguised, Sections: []models.Section{{Key: "do", Text: "Wait. " + s.words()}}}
	}))
}

func (s *script) poll(x *Server, me *models.Account) {
	s.add(x, me, x.Publish(s.t, me, s.words()+"?", func(d *chapter.Draft) {
		d.Poll = &chapter.NewPoll{Options: []string{"yes", "no", "both"}, For: 24 * time.Hour, Multiple: s.rand.IntN(2) == 0}
	}))
}

// see is a post as x has it; it is looked up if need be.
func (s *script) see(x *Server, w *written) *models.Post {
	p, err := x.Finder.Post(s.t.Context(), w.uri)
	if err != nil {
		s.t.Fatalf("%s looks up %s: %v", x.Name, w.uri, err)
	}
	return p
}

// reply answers a post, most often one of the last: so threads grow deep.
func (s *script) reply(x *Server, me *models.Account) {
	to := pick(s, s.posts)
	if s.rand.IntN(3) > 0 {
		to = s.posts[len(s.posts)-1]
	}
	p := s.see(x, to)
	s.add(x, me, x.Publish(s.t, me, s.words(), func(d *chapter.Draft) { d.InReplyTo, d.Visibility = p.ID, p.Visibility }))
}

// edit changes a post one to four times.
func (s *script) edit() {
	w := pick(s, s.posts)
	p := s.see(w.home, w)
	for range 1 + s.rand.IntN(4) {
		e := chapter.Edit{Source: new(s.words())}
		if w.note {
			e = chapter.Edit{Title: new(s.words())}
		}
		if _, err := w.home.Chapter.Edit(s.t.Context(), w.by, p.ID, e); err != nil {
			s.t.Fatal(err)
		}
		Quiet(s.t, w.home)
	}
}

func (s *script) elsewhere(x *Server) *written {
	var found []*written
	for _, w := range s.posts {
		if w.home != x {
			found = append(found, w)
		}
	}
	return pick(s, found)
}

// again does something, undoes it, does it again: so often that it stays or
// not by chance.
func (s *script) again(do, undo func() error) {
	for i := range 1 + s.rand.IntN(4) {
		f := do
		if i%2 == 1 {
			f = undo
		}
		if err := f(); err != nil {
			s.t.Fatal(err)
		}
		Quiet(s.t, s.servers...)
	}
}

func (s *script) favourite(x *Server, me *models.Account) {
	p := s.see(x, s.elsewhere(x))
	s.again(func() error { _, err := x.Chapter.Favourite(s.t.Context(), me, p.ID); return err },
		func() error { _, err := x.Chapter.Unfavourite(s.t.Context(), me, p.ID); return err })
}

func (s *script) boost(x *Server, me *models.Account) {
	p := s.see(x, pick(s, s.posts))
	s.again(func() error { _, err := x.Chapter.Boost(s.t.Context(), me, p.ID, ""); return err },
		func() error { _, err := x.Chapter.Unboost(s.t.Context(), me, p.ID); return err })
}

func (s *script) delete() {
	i := s.rand.IntN(len(s.posts))
	w := s.posts[i]
	if len(s.posts) < 10 {
		return
	}
	if _, err := w.home.Chapter.Delete(s.t.Context(), w.by, s.see(w.home, w).ID); err != nil {
		s.t.Fatal(err)
	}
	s.posts = slices.Delete(s.posts, i, i+1)
}

// vote votes in a poll. Of one here, others are told at once.
func (s *script) vote(x *Server, me *models.Account) {
	for _, w := range s.posts {
		if !w.poll || w.by == me || w.done[me.URI] {
			continue
		}
		w.done[me.URI] = true
		p := s.see(x, w)
		choices := []int{s.rand.IntN(2)}
		if p.Poll.Multiple {
			choices = append(choices, 2)
		}
		if _, err := x.Chapter.Vote(s.t.Context(), me, p.ID, choices); err != nil {
			s.t.Fatal(err)
		}
		if w.home == x {
			tell(s.t, x, models.PostCounted, p.ID)
		}
		return
	}
}

// tell has others told of a post as it stands now; what is there no more is
// not told of.
func tell(t *testing.T, x *Server, kind models.EventKind, id models.ID) {
	t.Helper()
	err := x.Store.Write(t.Context(), func(tx *store.Tx) error {
		p, err := tx.PostByID(t.Context(), id)
		if err != nil {
			return err
		}
		return tx.Leave(t.Context(), models.Event{Kind: kind, AccountID: p.AuthorID, PostID: id, Federates: true})
	})
	if err != nil && models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
}

func (s *script) profile(x *Server, me *models.Account) {
	for range 1 + s.rand.IntN(3) {
		s.n++
		change := chapter.Profile{Name: new(fmt.Sprintf("Name %d", s.n)), Avatar: &models.Picture{Key: fmt.Sprintf("picture%d", s.n), Type: "image/png"}}
		if _, err := x.Chapter.UpdateProfile(s.t.Context(), me, change); err != nil {
			s.t.Fatal(err)
		}
		Quiet(s.t, x)
	}
}

// follow is of one who is followed by somebody of x in any case.
func (s *script) follow(x *Server) {
	other := pick(s, s.servers)
	if other == x {
		return
	}
	me := pick(s, s.members[x][1:])
	target := x.See(s.t, pick(s, s.members[other]), other)
	s.again(func() error { return x.Chapter.Follow(s.t.Context(), me, target.ID, chapter.FollowWish{}) },
		func() error { return x.Chapter.Unfollow(s.t.Context(), me, target.ID) })
}

// deliver opens the chapters as they were, delivers all letters and returns
// what the chapters hold then. Without a source of chance they arrive as they
// were sent.
func (w *silence) deliver(t *testing.T, r *rand.Rand) (state []string) {
	folder := t.TempDir()
	var servers []*Server
	var files []string
	for i, p := range w.places {
		file := filepath.Join(folder, filepath.Base(w.file(i)))
		for _, part := range []string{"", "-wal"} {
			if b, err := os.ReadFile(w.file(i) + part); err == nil {
				if err := os.WriteFile(file+part, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		age(t, file)
		servers, files = append(servers, p.Reopen(t, openFile(t, file))), append(files, file)
	}
	if r == nil {
		for _, l := range w.letters {
			if got := l.post(servers[l.to]); got != http.StatusAccepted {
				t.Fatalf("%s %s: %d", l.kind, l.id, got)
			}
		}
	} else {
		for _, s := range servers {
			s.SetBefore(lossy())
		}
		w.shuffle(t, servers, r)
	}
	Quiet(t, servers...)
	for i, s := range servers { // as the jobs do that wait for more votes
		for _, id := range rows(t, files[i], `SELECT id FROM posts WHERE local AND has_poll`) {
			tell(t, s, models.PostCounted, models.ParseID(id))
		}
	}
	Quiet(t, servers...)
	for i, s := range servers {
		for _, line := range picture(t, files[i]) {
			state = append(state, s.Name+" "+line)
		}
	}
	return state
}

// age has who lives in a chapter have asked to follow an hour ago: a server
// leaves alone for a while what it asked just now (see chapter.ReceiveFollowers).
func age(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE follows SET created_at = created_at - 3600000 WHERE local`); err != nil {
		t.Fatal(err)
	}
}

// post hands a letter over and returns the status of the answer.
func (l letter) post(s *Server) int {
	r := httptest.NewRequest(http.MethodPost, "http://"+l.host+l.path, bytes.NewReader(l.body))
	r.Header, r.RemoteAddr = l.header.Clone(), byHand
	rw := httptest.NewRecorder()
	s.ServeHTTP(rw, r)
	return rw.Code
}

// lossy fails every seventh of what the chapters post to each other meanwhile.
func lossy() func(http.ResponseWriter, *http.Request) bool {
	var n atomic.Int64
	return func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.RemoteAddr == byHand || n.Add(1)%7 != 0 {
			return false
		}
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
}

// byHand is where letters come from that the test delivers.
const byHand = "letter"

// shuffle delivers letters in any order, some of them twice, several at a
// time. A third of all tries fails: half of them before the letter is read,
// half after it was taken in. Those are tried again, at any later time.
func (w *silence) shuffle(t *testing.T, servers []*Server, r *rand.Rand) {
	waiting := slices.Clone(w.letters)
	for _, l := range w.letters {
		if r.IntN(5) == 0 {
			waiting = append(waiting, l)
		}
	}
	for len(waiting) > 0 {
		r.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
		var again []letter
		var under sync.WaitGroup
		slots := make(chan struct{}, 8)
		for _, l := range waiting {
			fate := r.IntN(6)
			if fate < 2 {
				again = append(again, l)
			}
			if fate == 0 {
				continue
			}
			slots <- struct{}{}
			under.Go(func() {
				if got := l.post(servers[l.to]); got != http.StatusAccepted {
					t.Errorf("%s %s: %d", l.kind, l.id, got)
				}
				<-slots
			})
		}
		under.Wait()
		waiting = again
	}
}

// pictures are what a chapter holds, in words that are the same whatever ids
// and times its rows have.
var pictures = []struct{ what, query string }{
	{"post", `SELECT p.uri, a.uri, p.type, p.visibility, p.title, p.warning, p.summary, p.html, p.edited_at, p.updated_at, p.created_at, p.in_reply_to_uri, COALESCE(o.uri, ''), p.tags, p.practice, p.talk,
		COALESCE(s.replies, 0), COALESCE(s.boosts, 0), COALESCE(s.favourites, 0), COALESCE(s.quotes, 0)
		FROM posts p JOIN accounts a ON a.id = p.account_id LEFT JOIN post_stats s ON s.post_id = p.id LEFT JOIN posts o ON o.id = p.in_reply_to_id WHERE p.boost_of_id IS NULL`},
	{"boost", `SELECT a.uri, o.uri FROM posts p JOIN accounts a ON a.id = p.account_id JOIN posts o ON o.id = p.boost_of_id`},
	{"poll", `SELECT p.uri, q.options, q.voters, q.closed_at, (SELECT COUNT(*) FROM poll_votes v WHERE v.post_id = p.id) FROM polls q JOIN posts p ON p.id = q.post_id`},
	{"favourite", `SELECT f.uri, a.uri, p.uri FROM favourites f JOIN accounts a ON a.id = f.account_id JOIN posts p ON p.id = f.post_id`},
	{"follow", `SELECT f.uri, a.uri, o.uri, f.state FROM follows f JOIN accounts a ON a.id = f.account_id JOIN accounts o ON o.id = f.target_id`},
	{"account", `SELECT a.uri, a.name, a.bio_html, a.avatar, a.updated_at, a.deleted_at, s.posts, s.followers, s.following FROM accounts a JOIN account_stats s ON s.account_id = a.id WHERE a.type <> 'Application'`},
}

func picture(t *testing.T, file string) (out []string) {
	t.Helper()
	for _, p := range pictures {
		for _, line := range rows(t, file, p.query+` ORDER BY 1, 2`) {
			out = append(out, p.what+" "+line)
		}
	}
	return out
}

// rows are the rows of a query, each as one line.
func rows(t *testing.T, file, query string) (out []string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Trim(fmt.Sprint(values), "[]"))
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
