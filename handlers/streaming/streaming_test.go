package streaming

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"atelier/handlers/apitest"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestMain(m *testing.M) { apitest.Main(m) }

// room is the streams of a chapter with the members ana and bob, where bob
// follows ana. A token is a member's name and, behind a slash, its scopes.
type room struct {
	t        *testing.T
	chapter  *chapter.Chapter
	streams  *Streams
	server   *httptest.Server
	ana, bob *models.Account
	hear     func([]models.Event)
	last     *reader // hears when all before was told

	mu      sync.Mutex
	ended   map[string]models.Kind // tokens that are good no more
	tokens  map[string]models.ID
	renders int
}

func open(t *testing.T, s *store.Store, change func(*Config)) *room {
	t.Helper()
	x := &room{t: t, chapter: chaptertest.Open(t, s), ended: map[string]models.Kind{}, tokens: map[string]models.ID{}}
	x.ana, x.bob = chaptertest.Member(t, x.chapter, "ana", models.Ordinary), chaptertest.Member(t, x.chapter, "bob", models.Ordinary)
	if err := x.chapter.Follow(t.Context(), x.bob, x.ana.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	listen := func(hear func([]models.Event)) func() {
		x.hear = hear
		return x.chapter.Hub().Subscribe(hear)
	}
	c := Config{Store: s, Listen: listen, CallerOf: x.callerOf, Status: x.status, Notification: x.notification, Conversation: x.conversation, Announcement: x.announcement, ChapterLists: map[models.ID]func(*models.Post) bool{1: func(p *models.Post) bool { return p.Practice != nil }}}
	if change != nil {
		change(&c)
	}
	x.streams = New(c)
	m := mux.NewRouter()
	x.streams.Routes(m)
	x.server = httptest.NewServer(m)
	t.Cleanup(func() { x.streams.Close(); x.server.Close() })
	x.last = newReader("", &session.Caller{Token: &models.Token{}, Account: &models.Account{ID: 1}})
	if err := x.streams.add(x.last); err != nil {
		t.Fatal(err)
	}
	return x
}

// told waits until all that has happened was told.
func (x *room) told() {
	x.t.Helper()
	ch := channel{kind: user, of: 1}
	if err := x.streams.subscribe(x.last, ch, "[]"); err != nil {
		x.t.Fatal(err)
	}
	defer x.streams.unsubscribe(x.last, ch)
	x.hear([]models.Event{{Kind: models.FiltersChanged, AccountID: 1}})
	select {
	case <-x.last.more:
		x.last.take()
	case <-time.After(10 * time.Second):
		x.t.Fatal("nothing is told any more")
	}
}

func (x *room) callerOf(ctx context.Context, secret string) (*session.Caller, error) {
	name, scopes, found := strings.Cut(secret, "/")
	if !found {
		scopes = "read" // the name of a protocol has no slash
	}
	x.mu.Lock()
	kind := x.ended[secret]
	id := x.tokens[secret]
	if id == 0 {
		id = x.chapter.Store.NewID()
		x.tokens[secret] = id
	}
	x.mu.Unlock()
	if kind != "" {
		return nil, models.Errorf(kind, "The access token is invalid")
	}
	c := &session.Caller{Token: &models.Token{ID: id, Scopes: models.ParseScopes(strings.ReplaceAll(scopes, "+", " "))}}
	if name == "app" {
		return c, nil
	}
	a, err := x.chapter.Store.AccountByHandle(ctx, name)
	if err != nil {
		return nil, models.Errorf(models.NoSession, "The access token is invalid")
	}
	c.Account = a
	c.Viewer, err = x.chapter.Store.ViewerOf(ctx, a.ID)
	return c, err
}

// status says what a viewer is shown: enough to tell who was asked for whom.
func (x *room) status(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	x.mu.Lock()
	x.renders++
	x.mu.Unlock()
	p, err := x.chapter.Store.Post(ctx, v, id)
	if err != nil {
		return nil, err
	}
	by := "stranger"
	if v.AccountID != 0 {
		a, err := x.chapter.Store.Account(ctx, v.AccountID)
		if err != nil {
			return nil, err
		}
		by = a.Username
	}
	text := p.Source
	if p.BoostOfID != 0 {
		text = "a boost"
	}
	return json.Marshal(map[string]string{"text": text, "seen_by": by})
}

func (x *room) notification(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	n, err := x.chapter.Store.Notification(ctx, v, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"type": string(n.Type)})
}

func (x *room) conversation(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	c, err := x.chapter.Store.Conversation(ctx, v.AccountID, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"text": fmt.Sprint("last ", c.LastPostID)})
}

func (x *room) announcement(ctx context.Context, id models.ID) ([]byte, error) {
	a, err := x.chapter.Store.Announcement(ctx, 0, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(a.Source)
}

func (x *room) publish(by *models.Account, d chapter.Draft) *models.Post {
	x.t.Helper()
	p, err := x.chapter.Publish(x.t.Context(), by, d)
	if err != nil {
		x.t.Fatal(err)
	}
	return p
}

// client is one end of a WebSocket.
type client struct {
	t    *testing.T
	conn *websocket.Conn
}

func (x *room) dial(query string, o *websocket.DialOptions) *client {
	x.t.Helper()
	conn, res, err := websocket.Dial(x.t.Context(), x.server.URL+"/api/v1/streaming"+query, o)
	if err != nil {
		status := 0
		if res != nil {
			status = res.StatusCode
		}
		x.t.Fatalf("dial %s: %d %v", query, status, err)
	}
	x.t.Cleanup(func() { conn.CloseNow() })
	return &client{x.t, conn}
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// next is the next message as it came.
func (c *client) next() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	kind, text, err := c.conn.Read(ctx)
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	if kind != websocket.MessageText {
		c.t.Errorf("a message is no text")
	}
	return string(text)
}

// brief is the next message in a few words: streams, event, payload.
func (c *client) brief() string {
	c.t.Helper()
	var m struct {
		Stream  []string
		Event   string
		Payload *string
	}
	if err := json.Unmarshal([]byte(c.next()), &m); err != nil {
		c.t.Fatal(err)
	}
	out := strings.Join(m.Stream, " ") + ": " + m.Event
	if m.Payload == nil {
		return out
	}
	var fields map[string]string
	if json.Unmarshal([]byte(*m.Payload), &fields) != nil {
		return out + " " + *m.Payload
	}
	var words []string
	for _, name := range []string{"text", "type", "seen_by"} {
		if fields[name] != "" {
			words = append(words, fields[name])
		}
	}
	return out + " " + strings.Join(words, ", ")
}

// settled waits until so many readers listen to the streams.
func (x *room) settled(subscriptions int) {
	x.t.Helper()
	for range 400 {
		n := 0
		x.streams.mu.RLock()
		for _, mine := range x.streams.readers {
			n += len(mine)
		}
		x.streams.mu.RUnlock()
		if n == subscriptions {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	x.t.Fatalf("there are not %d subscriptions", subscriptions)
}

func TestWhatAWebSocketSays(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	c := x.dial("?stream=hashtag&tag=Caf%C3%A9&access_token=bob/read", nil)
	x.settled(1)
	p := x.publish(x.ana, chapter.Draft{Source: `"<b>" & #café`})
	x.told()
	got := c.next()
	want := `{"stream":["hashtag","Café"],"event":"update","payload":"{\"seen_by\":\"stranger\",\"text\":\"\\\"\\u003cb\\u003e\\\" \\u0026 #café\"}"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := x.chapter.Delete(t.Context(), x.ana, p.ID); err != nil {
		t.Fatal(err)
	}
	if got, want := c.next(), `{"stream":["hashtag","Café"],"event":"delete","payload":"`+p.ID.String()+`"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhichStreamsHaveAPost(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	chaptertest.Member(t, x.chapter, "gus", models.Guest)
	clients := map[string]*client{}
	subscriptions := 0
	for who, streams := range map[string][]string{
		"ana/read": {"user", "public", "public:local", "public:local:media", "public:remote", "hashtag #Tea", "hashtag:local #tea", "direct", "user:notification"},
		"bob/read": {"user", "public", "public:local", "hashtag #tea"},
		"pia/read": {"user", "public", "public:local", "public:remote", "hashtag:local #tea"},
		"gus/read": {"user", "public:local"},
	} {
		c := x.dial("?access_token="+who, nil)
		clients[who[:3]] = c
		for _, stream := range streams {
			name, tag, _ := strings.Cut(stream, " #")
			c.say(fmt.Sprintf(`{"type":"subscribe","stream":%q,"tag":%q}`, name, tag))
			subscriptions++
		}
	}
	x.settled(subscriptions)
	yes := true
	const shown = "=user: update a boost, $who"   // by the chapter, to those who do not follow the author
	const media = "=public:local:media: delete $" // nobody knows any more whether it had files
	for _, test := range []struct {
		name  string
		draft chapter.Draft
		want  map[string][]string
	}{
		{"a public post", chapter.Draft{Source: "hello"}, map[string][]string{
			"ana": {"user: update hello, ana", "public: update hello, stranger", "public:local: update hello, stranger", media},
			"bob": {"user: update hello, bob", "public: update hello, stranger", "public:local: update hello, stranger"},
			"pia": {shown, "public: update hello, stranger", "public:local: update hello, stranger"},
			"gus": {shown, "public:local: update hello, stranger"},
		}},
		{"with a tag", chapter.Draft{Source: "#TEA"}, map[string][]string{
			"ana": {"user: update #TEA, ana", "public: update #TEA, stranger", "public:local: update #TEA, stranger", media, "hashtag Tea: update #TEA, stranger", "hashtag:local tea: update #TEA, stranger"},
			"bob": {"user: update #TEA, bob", "public: update #TEA, stranger", "public:local: update #TEA, stranger", "hashtag tea: update #TEA, stranger"},
			"pia": {shown, "public: update #TEA, stranger", "public:local: update #TEA, stranger", "hashtag:local tea: update #TEA, stranger"},
			"gus": {shown, "public:local: update #TEA, stranger"},
		}},
		{"a quiet one", chapter.Draft{Source: "quiet", Visibility: models.Unlisted}, map[string][]string{
			"ana": {"user: update quiet, ana"}, "bob": {"user: update quiet, bob"}, "pia": nil, "gus": nil,
		}},
		{"for followers", chapter.Draft{Source: "close #tea", Visibility: models.Private}, map[string][]string{
			"ana": {"user: update close #tea, ana"}, "bob": {"user: update close #tea, bob"}, "pia": nil, "gus": nil,
		}},
		{"for members", chapter.Draft{Source: "ours #tea", Visibility: models.Private, LocalOnly: &yes}, map[string][]string{
			"ana": {"user: update ours #tea, ana", "public:local: update ours #tea, ana", media, "hashtag Tea: update ours #tea, ana", "hashtag:local tea: update ours #tea, ana"},
			"bob": {"user: update ours #tea, bob", "public:local: update ours #tea, bob", "hashtag tea: update ours #tea, bob"},
			"pia": {"public:local: update ours #tea, pia", "hashtag:local tea: update ours #tea, pia"},
			"gus": nil,
		}},
		{"for one", chapter.Draft{Source: "@pia psst #tea", Visibility: models.Direct}, map[string][]string{
			"ana": {"user: update @pia psst #tea, ana", "=direct: conversation last $"}, "bob": nil, "pia": {"=user: notification mention", "=user: delete $"}, "gus": nil,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x.t = t
			p := x.publish(x.ana, test.draft)
			x.told()
			edited := p.Source + "!"
			if _, err := x.chapter.Edit(t.Context(), x.ana, p.ID, chapter.Edit{Source: &edited}); err != nil {
				t.Fatal(err)
			}
			x.told()
			if _, err := x.chapter.Delete(t.Context(), x.ana, p.ID); err != nil {
				t.Fatal(err)
			}
			x.publish(x.ana, chapter.Draft{Source: "end", Visibility: models.Private, LocalOnly: &yes})
			x.publish(chaptertest.Account(t, x.chapter, "gus"), chapter.Draft{Source: "end"})
			for who, want := range test.want {
				var got []string
				for {
					s := clients[who].brief()
					if strings.HasPrefix(s, "public:local: update end, stranger") {
						break
					}
					if strings.Contains(s, ": update end,") {
						continue
					}
					got = append(got, s)
				}
				var all []string
				for _, s := range want {
					if s, whole := strings.CutPrefix(s, "="); whole {
						all = append(all, strings.ReplaceAll(strings.ReplaceAll(s, "$who", who), "$", p.ID.String()))
						continue
					}
					stream, rest, _ := strings.Cut(s, ": update ")
					text, by, _ := strings.Cut(rest, ", ")
					all = append(all, s, stream+": status.update "+text+"!, "+by, stream+": delete "+p.ID.String())
				}
				slices.Sort(all)
				slices.Sort(got)
				if diff := cmp.Diff(all, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", who, diff)
				}
			}
		})
	}
}

func TestWhoIsLetIn(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	x.ended["ana/disabled"] = models.Forbidden
	for _, test := range []struct {
		name, path string
		header     []string
		want       int
		body       string
	}{
		{"without a token", "/user", nil, 401, `{"error":"The access token is invalid"}`},
		{"with an unknown token", "/user?access_token=nobody/read", nil, 401, `{"error":"The access token is invalid"}`},
		{"with an app's token", "/public?access_token=app/read", nil, 401, `{"error":"The access token is not a member's"}`},
		{"who is shut out", "/user?access_token=ana/disabled", nil, 403, `{"error":"The access token is invalid"}`},
		{"without the scope", "/user?access_token=ana/write", nil, 403, `{"error":"This action is outside the authorized scopes"}`},
		{"for notices without the scope", "/user/notification?access_token=ana/read:statuses", nil, 403, `{"error":"This action is outside the authorized scopes"}`},
		{"for a stream that is none", "/dance?access_token=ana/read", nil, 400, `{"error":"Unknown stream type"}`},
		{"for no stream", "?access_token=ana/read", nil, 400, `{"error":"Unknown stream type"}`},
		{"for no tag", "/hashtag?access_token=ana/read", nil, 400, `{"error":"Missing tag name parameter"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := http.Get(x.server.URL + "/api/v1/streaming" + test.path)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			if res.StatusCode != test.want || string(b) != test.body {
				t.Errorf("%d %s, want %d %s", res.StatusCode, b, test.want, test.body)
			}
		})
	}
	if n := x.streams.Open(); n != 1 { // the test's own
		t.Errorf("%d streams are open", n)
	}
	_, res, err := websocket.Dial(t.Context(), x.server.URL+"/api/v1/streaming?access_token=nobody/read", nil)
	if err == nil || res.StatusCode != 401 {
		t.Errorf("a WebSocket without a good token: %v", err)
	}
}

func TestWhereTheTokenMayBe(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	for _, test := range []struct {
		name, query string
		o           *websocket.DialOptions
		echo        string
	}{
		{"in the query", "/?stream=user&access_token=ana/read", nil, ""},
		{"in the header", "?stream=user", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"bearer ana/read"}, "Origin": {"https://elk.example"}}}, ""},
		{"as the protocol", "?stream=user", &websocket.DialOptions{Subprotocols: []string{"ana", "other"}}, "ana"},
		{"at the stream's own path", "/user?access_token=ana/read", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			x.t = t
			c := x.dial(test.query, test.o)
			if got := c.conn.Subprotocol(); got != test.echo {
				t.Errorf("the protocol is %q, want %q", got, test.echo)
			}
			x.settled(1)
			x.publish(x.ana, chapter.Draft{Source: "hello"})
			if got, want := c.brief(), "user: update hello, ana"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			c.conn.CloseNow()
			x.settled(0)
		})
	}
}

func TestSubscribing(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	c := x.dial("?access_token=ana/read:statuses", nil)
	for _, wrong := range []struct{ say, want string }{
		{`{"type":"subscribe","stream":"dance"}`, `{"error":"Unknown stream type","status":400}`},
		{`{"type":"subscribe","stream":"hashtag"}`, `{"error":"Missing tag name parameter","status":400}`},
		{`{"type":"subscribe","stream":"user:notification"}`, `{"error":"This action is outside the authorized scopes","status":401}`},
	} {
		c.say(`nonsense`)
		c.say(`{"type":"dance","stream":"user"}`)
		c.say(wrong.say)
		if got := c.next(); got != wrong.want {
			t.Errorf("%s: %s, want %s", wrong.say, got, wrong.want)
		}
	}
	c.say(`{"type":"subscribe","stream":"user"}`)
	c.say(`{"type":"subscribe","stream":"public"}`)
	x.settled(2)
	x.publish(x.ana, chapter.Draft{Source: "one"})
	got := []string{c.brief(), c.brief()}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"public: update one, stranger", "user: update one, ana"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.say(`{"type":"unsubscribe","stream":"user"}`)
	x.settled(1)
	x.publish(x.ana, chapter.Draft{Source: "two"})
	if got, want := c.brief(), "public: update two, stranger"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for i := range maxStreams {
		c.say(fmt.Sprintf(`{"type":"subscribe","stream":"hashtag","tag":"t%d"}`, i))
	}
	if got, want := c.next(), `{"error":"Too many streams on one connection","status":429}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	c.conn.CloseNow()
	x.settled(0)
	if len(x.streams.channels) > 0 || len(x.streams.ofOne) != 1 {
		t.Errorf("something is left: %v %v", x.streams.channels, x.streams.ofOne)
	}
}

func TestOneMemberHasSoManyStreams(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	for range maxOfOne {
		x.dial("?access_token=ana/read", nil)
	}
	_, res, err := websocket.Dial(t.Context(), x.server.URL+"/api/v1/streaming?access_token=ana/read", nil)
	if err == nil || res.StatusCode != 429 {
		t.Errorf("one more was let in: %v", err)
	}
	x.dial("?access_token=bob/read", nil)
	x.streams.NoLimits = true
	x.dial("?access_token=ana/read", nil)
}

// listen opens server-sent events.
func (x *room) listen(path string) (lines func() string, close func()) {
	x.t.Helper()
	res, err := http.Get(x.server.URL + "/api/v1/streaming" + path)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Cache-Control") != "private, no-store" {
		x.t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
	}
	where, _, _ := strings.Cut(path, "?")
	apitest.Exercised(x.t, http.MethodGet, "/api/v1/streaming"+strings.TrimSuffix(where, "/"))
	in := bufio.NewReader(res.Body)
	return func() string {
		line, err := in.ReadString('\n')
		if err != nil {
			return err.Error()
		}
		return strings.TrimSuffix(line, "\n")
	}, func() { res.Body.Close() }
}

func TestServerSentEvents(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	for path, want := range map[string]string{
		"/user?access_token=ana/read":                  `{"seen_by":"ana","text":"#tea"}`,
		"/public?access_token=ana/read":                `{"seen_by":"stranger","text":"#tea"}`,
		"/public/local?access_token=ana/read":          `{"seen_by":"stranger","text":"#tea"}`,
		"/hashtag?tag=TEA&access_token=ana/read":       `{"seen_by":"stranger","text":"#tea"}`,
		"/hashtag/local?tag=tea&access_token=ana/read": `{"seen_by":"stranger","text":"#tea"}`,
		"/?stream=user&access_token=ana/read":          `{"seen_by":"ana","text":"#tea"}`,
	} {
		t.Run(path, func(t *testing.T) {
			x.t = t
			line, end := x.listen(path)
			if got := line(); got != ":thump" {
				t.Errorf("it begins with %q", got)
			}
			p := x.publish(x.ana, chapter.Draft{Source: "#tea"})
			x.told()
			if _, err := x.chapter.Delete(t.Context(), x.ana, p.ID); err != nil {
				t.Fatal(err)
			}
			got := []string{line(), line(), line(), line(), line(), line()}
			if diff := cmp.Diff([]string{"event: update", "data: " + want, "", "event: delete", "data: " + p.ID.String(), ""}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			end()
			x.settled(0)
		})
	}
}

// Streams of one's own as server-sent events.
func TestServerSentEventsOfOnesOwn(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	mine := &models.List{Title: "Friends", Replies: models.RepliesToList}
	if err := x.chapter.SetList(t.Context(), x.bob, mine); err != nil {
		t.Fatal(err)
	}
	if err := x.chapter.AddToList(t.Context(), x.bob, mine.ID, []models.ID{x.ana.ID}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/user/notification":             "event: notification",
		"/list?list=" + mine.ID.String(): "event: update",
		"/direct":                        "event: conversation",
	} {
		t.Run(path, func(t *testing.T) {
			x.t = t
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			line, end := x.listen(path + sep + "access_token=bob/read")
			line() // that it is alive
			x.publish(x.ana, chapter.Draft{Source: "@bob psst", Visibility: models.Direct})
			x.publish(x.ana, chapter.Draft{Source: "hello"})
			x.told()
			if got := line(); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			end()
			x.settled(0)
		})
	}
}

func TestOnlyMedia(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	for path, want := range map[string]channel{
		"/public?only_media=true&access_token=ana/read":       {kind: public, media: true},
		"/public/local?only_media=true&access_token=ana/read": {kind: public, from: ours, media: true},
		"/public/remote?only_media=1&access_token=ana/read":   {kind: public, from: others, media: true},
		"/public/media?access_token=ana/read":                 {kind: public, media: true},
		"/public?only_media=false&access_token=ana/read":      {kind: public},
		"/public/remote/media?access_token=ana/read":          {kind: public, from: others, media: true},
	} {
		_, end := x.listen(path)
		x.settled(1)
		if len(x.streams.on(want)) != 1 {
			t.Errorf("%s listens to %v", path, x.streams.channels)
		}
		end()
		x.settled(0)
	}
	with := channelsOf(models.Public, true, false, true, nil)
	without := channelsOf(models.Public, true, false, false, nil)
	if len(with) != 4 || len(without) != 2 {
		t.Errorf("with a file: %v; without: %v", with, without)
	}
}

func TestItShowsThatItIsAlive(t *testing.T) {
	x := open(t, storetest.SQLite(t), func(c *Config) { c.Beat, c.Ping = 10*time.Millisecond, 20*time.Millisecond })
	line, _ := x.listen("/user?access_token=ana/read")
	if got := []string{line(), line(), line()}; !slices.Equal(got, []string{":thump", ":thump", ":thump"}) {
		t.Errorf("it says %q", got)
	}
	pings := make(chan struct{}, 100)
	c := x.dial("?access_token=ana/read", &websocket.DialOptions{OnPingReceived: func(context.Context, []byte) bool { pings <- struct{}{}; return true }})
	go c.conn.Read(t.Context())
	for range 3 {
		select {
		case <-pings:
		case <-time.After(5 * time.Second):
			t.Fatal("no ping")
		}
	}
	// Who does not answer is no longer there.
	before := x.streams.Open()
	x.dial("?access_token=ana/read", &websocket.DialOptions{OnPingReceived: func(context.Context, []byte) bool { return false }})
	for range 400 {
		if x.streams.Open() == before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("somebody who is not there keeps a stream")
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	mine, other := x.dial("?stream=user&access_token=ana/read", nil), x.dial("?stream=user&access_token=ana/read:statuses", nil)
	line, _ := x.listen("/user?access_token=ana/read")
	line() // the greeting
	x.settled(3)
	storetest.Write(t, x.chapter.Store, func(tx *store.Tx) error {
		return tx.Leave(t.Context(), models.Event{Kind: models.TokenRevoked, AccountID: x.ana.ID, Data: []byte(x.tokens["ana/read"].String())})
	})
	if _, _, err := mine.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("the WebSocket ended with %v", err)
	}
	if got := line(); got != "EOF" {
		t.Errorf("the events went on with %q", got)
	}
	x.settled(1)
	x.publish(x.ana, chapter.Draft{Source: "hello"})
	if got, want := other.brief(), "user: update hello, ana"; got != want {
		t.Errorf("another token's stream: %s, want %s", got, want)
	}
}

func TestAStreamEndsWithTheMembership(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	c := x.dial("?stream=user&access_token=ana/read", nil)
	x.settled(1)
	x.mu.Lock()
	x.ended["ana/read"] = models.Forbidden
	x.mu.Unlock()
	storetest.Write(t, x.chapter.Store, func(tx *store.Tx) error {
		return tx.Leave(t.Context(), models.Event{Kind: models.AccountChanged, AccountID: x.ana.ID})
	})
	if _, _, err := c.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("it ended with %v", err)
	}
}

func TestTokensAreLookedAtAgain(t *testing.T) {
	x := open(t, storetest.SQLite(t), func(c *Config) { c.Beat, c.Ping = 20*time.Millisecond, 20*time.Millisecond })
	c := x.dial("?stream=user&access_token=ana/read", nil)
	line, _ := x.listen("/user?access_token=ana/read")
	x.settled(2)
	x.mu.Lock()
	x.ended["ana/read"] = models.NoSession // by a command beside the server, which tells nobody
	x.mu.Unlock()
	if _, _, err := c.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("the WebSocket ended with %v", err)
	}
	for range 1000 {
		if line() == "EOF" {
			return
		}
	}
	t.Error("the events do not end")
}

func TestWhoIsAverseIsSpared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		for _, name := range []string{"blocker", "muter", "blocked", "healed"} {
			chaptertest.Member(t, x.chapter, name, models.Ordinary)
		}
		account := func(name string) *models.Account { return chaptertest.Account(t, x.chapter, name) }
		for _, err := range []error{
			x.chapter.Block(t.Context(), account("blocker"), x.ana.ID),
			x.chapter.Mute(t.Context(), account("muter"), x.ana.ID, true, 0),
			x.chapter.Block(t.Context(), x.ana, account("blocked").ID),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			return tx.SetMute(t.Context(), &models.Mute{ID: tx.NewID(), AccountID: account("healed").ID, TargetID: x.ana.ID, ExpiresAt: tx.Now().Add(-time.Hour), CreatedAt: tx.Now()})
		})
		clients := map[string]*client{}
		names := []string{"bob", "blocker", "muter", "blocked", "healed"}
		for _, name := range names {
			clients[name] = x.dial("?stream=public&access_token="+name+"/read", nil)
		}
		x.settled(len(names))
		x.publish(x.ana, chapter.Draft{Source: "hello"})
		x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "end"})
		got := map[string]bool{}
		for name, c := range clients {
			if c.brief() == "public: update hello, stranger" {
				got[name] = true
			}
		}
		if diff := cmp.Diff(map[string]bool{"bob": true, "healed": true}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			a, err := tx.Account(t.Context(), x.ana.ID)
			if err != nil {
				return err
			}
			a.SilencedAt = tx.Now()
			_, err = tx.SetAccount(t.Context(), a)
			return err
		})
		x.publish(x.ana, chapter.Draft{Source: "whisper"})
		x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "end"})
		clients["healed"].brief() // the first end
		if got, want := clients["healed"].brief(), "public: update end, stranger"; got != want {
			t.Errorf("a limited author: %s, want %s", got, want)
		}
	})
}

func TestBoostsAndNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		p := x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "hello", Visibility: models.Unlisted}) // not shown by the chapter
		bob := x.dial("?access_token=bob/read", nil)
		bob.say(`{"type":"subscribe","stream":"user"}`)
		bob.say(`{"type":"subscribe","stream":"public"}`)
		pia := x.dial("?access_token=pia/read", nil)
		pia.say(`{"type":"subscribe","stream":"user"}`)
		pia.say(`{"type":"subscribe","stream":"user:notification"}`)
		narrow := x.dial("?stream=user&access_token=pia/read:statuses", nil)
		x.settled(5)
		boost, err := x.chapter.Boost(t.Context(), x.ana, p.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		x.told()
		if _, err := x.chapter.Unboost(t.Context(), x.ana, p.ID); err != nil {
			t.Fatal(err)
		}
		got := []string{bob.brief(), bob.brief(), pia.brief(), pia.brief()}
		slices.Sort(got[2:])
		want := []string{"user: update a boost, bob", "user: delete " + boost.ID.String(), "user: notification reblog", "user:notification: notification reblog"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			return tx.Leave(t.Context(), models.Event{Kind: models.FiltersChanged, AccountID: p.AuthorID})
		})
		if got, want := narrow.brief(), "user: filters_changed"; got != want {
			t.Errorf("a token that may not read notices was told %q, want %q", got, want)
		}
	})
}

func TestWhoReadsTooSlowlyIsLetGo(t *testing.T) {
	r := newReader("", &session.Caller{Token: &models.Token{}, Account: &models.Account{ID: 1}})
	m := newMessage("update", []byte("{}"))
	for range maxQueue {
		r.push(m, "[]")
	}
	if len(r.queue) != maxQueue || r.ended != "" {
		t.Fatalf("%d messages wait, ended %q", len(r.queue), r.ended)
	}
	r.push(m, "[]")
	r.push(m, "[]")
	if queue, ended := r.take(); len(queue) > 0 || ended != tooSlow {
		t.Errorf("%d messages wait, ended %q", len(queue), ended)
	}
}

func TestPostsAreLeftOutBeforeMemoryRunsOut(t *testing.T) {
	n := &news{more: make(chan struct{}, 1)}
	for range maxNews + 10 {
		n.add(models.Event{Kind: models.PostPublished})
	}
	n.add(models.Event{Kind: models.PostDeleted})
	queue := n.take()
	if len(queue) != maxNews+1 || queue[maxNews].Kind != models.PostDeleted {
		t.Errorf("%d events wait", len(queue))
	}
}

func TestWhatEverybodySeesIsRenderedOnce(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	var clients []*client
	for range 20 {
		clients = append(clients, x.dial("?stream=public&access_token=bob/read", nil), x.dial("?stream=public&access_token=ana/read", nil))
	}
	x.settled(40)
	x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "hello"})
	for _, c := range clients {
		if got, want := c.brief(), "public: update hello, stranger"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if x.renders != 1 {
		t.Errorf("rendered %d times", x.renders)
	}
}

func TestClosing(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	c := x.dial("?stream=user&access_token=ana/read", nil)
	line, _ := x.listen("/user?access_token=ana/read")
	line() // the greeting
	x.settled(2)
	x.streams.Close()
	if _, _, err := c.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the WebSocket ended with %v", err)
	}
	if got := line(); got != "EOF" {
		t.Errorf("the events went on with %q", got)
	}
	res, err := http.Get(x.server.URL + "/api/v1/streaming/user?access_token=ana/read")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 503 {
		t.Errorf("somebody is let in after the end: %d", res.StatusCode)
	}
	x.streams.Close() // a second time is no harm
}

func TestHealth(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	res, err := http.Get(x.server.URL + "/api/v1/streaming/health")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 200 || string(b) != "OK" {
		t.Errorf("%d %s", res.StatusCode, b)
	}
	apitest.Exercised(t, http.MethodGet, "/api/v1/streaming/health")
}

func TestLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		mine := &models.List{Title: "Friends", Replies: models.RepliesToList}
		if err := x.chapter.SetList(t.Context(), x.bob, mine); err != nil {
			t.Fatal(err)
		}
		if err := x.chapter.AddToList(t.Context(), x.bob, mine.ID, []models.ID{x.ana.ID}); err != nil {
			t.Fatal(err)
		}
		bob := x.dial("?stream=list&list="+mine.ID.String()+"&access_token=bob/read", nil)
		x.settled(1)
		post := x.publish(x.ana, chapter.Draft{Source: "hello", Visibility: models.Private})
		x.told()
		boosted := x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "theirs"})
		if _, err := x.chapter.Boost(t.Context(), x.ana, boosted.ID, ""); err != nil {
			t.Fatal(err)
		}
		x.told()
		if _, err := x.chapter.Delete(t.Context(), x.ana, post.ID); err != nil {
			t.Fatal(err)
		}
		stream := "list " + mine.ID.String() + ": "
		want := []string{stream + "update hello, bob", stream + "update a boost, bob", stream + "delete " + post.ID.String()}
		if diff := cmp.Diff(want, []string{bob.brief(), bob.brief(), bob.brief()}); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		ana := x.dial("?access_token=ana/read", nil)
		for _, say := range []string{`"` + mine.ID.String() + `"`, mine.ID.String(), `"nonsense"`, "null"} {
			ana.say(`{"type":"subscribe","stream":"list","list":` + say + `}`)
			if got, want := ana.next(), `{"error":"Record not found","status":404}`; got != want {
				t.Errorf("somebody else's list %s: %s, want %s", say, got, want)
			}
		}
		bob.say(`{"type":"unsubscribe","stream":"list","list":` + mine.ID.String() + `}`)
		x.settled(0)
	})
}

func TestTheLibraryIsAList(t *testing.T) {
	x := open(t, storetest.SQLite(t), nil)
	chaptertest.Member(t, x.chapter, "gus", models.Guest)
	bob, pia := x.dial("?stream=list&list=1&access_token=bob/read", nil), x.dial("?stream=list&list=1&access_token=pia/read", nil)
	gus := x.dial("?stream=list&list=1&access_token=gus/read", nil)
	if got, want := gus.next(), `{"error":"Record not found","status":404}`; got != want {
		t.Errorf("a guest and the library: %s, want %s", got, want)
	}
	x.settled(2)
	if err := x.chapter.Mute(t.Context(), x.bob, x.ana.ID, true, 0); err != nil {
		t.Fatal(err)
	}
	yes := true
	note := func(by *models.Account, title string) {
		x.publish(by, chapter.Draft{Title: title, Visibility: models.Private, LocalOnly: &yes, Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "steps", Text: "Sit."}}}})
		x.told()
	}
	note(x.ana, "Three chairs")
	note(chaptertest.Account(t, x.chapter, "pia"), "Two chairs")
	x.publish(chaptertest.Account(t, x.chapter, "pia"), chapter.Draft{Source: "no note"})
	x.told()
	if got := pia.brief(); !strings.HasPrefix(got, "list 1: update ") {
		t.Errorf("the first note: %s", got)
	}
	for name, c := range map[string]*client{"pia": pia, "bob": bob} {
		if got := c.brief(); !strings.HasPrefix(got, "list 1: update ") {
			t.Errorf("%s, the second note: %s", name, got)
		}
	}
	x.streams.Close()
	for name, c := range map[string]*client{"pia": pia, "bob": bob} {
		if _, text, err := c.conn.Read(t.Context()); err == nil {
			t.Errorf("%s was told too much: %s", name, text)
		}
	}
}

func TestConversations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		bob, pia := x.dial("?stream=direct&access_token=bob/read", nil), x.dial("?stream=direct&access_token=pia/read", nil)
		x.settled(2)
		p := x.publish(x.ana, chapter.Draft{Source: "@bob psst", Visibility: models.Direct})
		if got, want := bob.brief(), "direct: conversation last "+p.ID.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		q := x.publish(x.ana, chapter.Draft{Source: "@pia psst", Visibility: models.Direct})
		if got, want := pia.brief(), "direct: conversation last "+q.ID.String(); got != want {
			t.Errorf("somebody who was not named: %s, want %s", got, want)
		}
	})
}

func TestAnnouncements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		bob := x.dial("?stream=user&access_token=bob/read", nil)
		public := x.dial("?stream=public&access_token=ana/read", nil)
		x.settled(2)
		pia := models.Viewer{AccountID: chaptertest.Account(t, x.chapter, "pia").ID, Role: models.President}
		a, err := x.chapter.SaveAnnouncement(t.Context(), pia, models.Announcement{Source: "a draft"}, false)
		if err != nil {
			t.Fatal(err)
		}
		a.Source = "We meet."
		if a, err = x.chapter.SaveAnnouncement(t.Context(), pia, *a, true); err != nil {
			t.Fatal(err)
		}
		x.told()
		if err := x.chapter.ReactToAnnouncement(t.Context(), x.ana, a.ID, "👍", true); err != nil {
			t.Fatal(err)
		}
		if err := x.chapter.DeleteAnnouncement(t.Context(), pia, a.ID); err != nil {
			t.Fatal(err)
		}
		x.publish(x.ana, chapter.Draft{Source: "end"})
		want := []string{
			`{"stream":["user"],"event":"announcement","payload":"\"We meet.\""}`,
			`{"stream":["user"],"event":"announcement.reaction","payload":"{\"name\":\"👍\",\"count\":1,\"announcement_id\":\"` + a.ID.String() + `\"}"}`,
			`{"stream":["user"],"event":"announcement.delete","payload":"` + a.ID.String() + `"}`,
		}
		if diff := cmp.Diff(want, []string{bob.next(), bob.next(), bob.next()}); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := public.brief(); got != "public: update end, stranger" {
			t.Errorf("a public stream: %s", got)
		}
	})
}

func TestHeldBackNotificationsMerge(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s, nil)
		if _, err := x.chapter.SetNotificationPolicy(t.Context(), x.bob, func(p *models.NotificationPolicy) { p.NotFollowers = models.HoldAsk }); err != nil {
			t.Fatal(err)
		}
		bob, notices := x.dial("?stream=user&access_token=bob/read", nil), x.dial("?stream=user:notification&access_token=bob/read", nil)
		statuses := x.dial("?stream=user&access_token=bob/read:statuses", nil)
		x.settled(3)
		post := x.publish(x.ana, chapter.Draft{Source: "@bob hello"})
		x.told()
		list, err := s.NotificationRequests(t.Context(), x.bob.ID, store.Page{Limit: 10})
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		if err := x.chapter.AcceptRequests(t.Context(), x.bob, []models.ID{list[0].ID}); err != nil {
			t.Fatal(err)
		}
		x.told()
		if _, err := x.chapter.Delete(t.Context(), x.ana, post.ID); err != nil {
			t.Fatal(err)
		}
		gone := "user: delete " + post.ID.String()
		for name, c := range map[string]struct {
			c    *client
			want []string
		}{
			"user":                    {bob, []string{"user: update @bob hello, bob", "user: notifications_merged 1", gone}},
			"user:notification":       {notices, []string{"user:notification: notifications_merged 1"}},
			"who may read only posts": {statuses, []string{"user: update @bob hello, bob", gone}},
		} {
			for _, want := range c.want {
				if got := c.c.brief(); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
		}
	})
}
