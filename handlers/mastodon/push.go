package mastodon

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"unicode/utf8"

	"atelier/models"
	"atelier/models/text"
)

// pushEntity is where a token's notifications are pushed to (Mastodon
// WebPushSubscription). Its id is a number, as in Mastodon, and so small a one as there: Tusky reads
// 32 bits of it. Nothing is asked for by it.
type pushEntity struct {
	ID        int32           `json:"id"`
	Endpoint  string          `json:"endpoint"`
	Standard  bool            `json:"standard"`
	Alerts    map[string]bool `json:"alerts"` // only what the client sent
	Policy    string          `json:"policy"`
	ServerKey string          `json:"server_key"`
}

type pushForm struct {
	Subscription struct {
		Endpoint string `param:"endpoint"`
		Standard bool   `param:"standard"`
		Keys     struct {
			P256DH string `param:"p256dh"`
			Auth   string `param:"auth"`
		} `param:"keys"`
	} `param:"subscription"`
	Data   pushData           `param:"data"`
	Policy *models.PushPolicy `param:"policy"`
}

type pushData struct {
	Alerts *map[string]bool   `param:"alerts"`
	Policy *models.PushPolicy `param:"policy"`
}

func (f *pushForm) policy() models.PushPolicy {
	for _, p := range []*models.PushPolicy{f.Data.Policy, f.Policy} {
		if p != nil && *p != "" {
			return *p
		}
	}
	return ""
}

func (a *API) replyPush(w http.ResponseWriter, r *http.Request, s *models.PushSubscription) error {
	public, _, err := a.Chapter.VAPID(r.Context())
	if err != nil {
		return err
	}
	alerts := s.Alerts
	if alerts == nil {
		alerts = map[string]bool{}
	}
	return reply(w, pushEntity{int32(s.ID & math.MaxInt32), s.Endpoint, s.Standard, alerts, string(s.Policy), public})
}

// pusher is the member and the token that ask for pushes.
func (a *API) pusher(r *http.Request) (*models.Account, *models.Token, error) {
	me, _, err := a.user(r, "push")
	if err != nil {
		return nil, nil, err
	}
	c, err := a.Who(r)
	if err != nil {
		return nil, nil, err
	}
	return me, c.Token, nil
}

// createPush serves POST /api/v1/push/subscription: it takes the place of what
// the token had.
func (a *API) createPush(w http.ResponseWriter, r *http.Request) error {
	me, token, err := a.pusher(r)
	if err != nil {
		return err
	}
	var form pushForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	s := &models.PushSubscription{TokenID: token.ID, Endpoint: form.Subscription.Endpoint, P256DH: form.Subscription.Keys.P256DH, Auth: form.Subscription.Keys.Auth,
		Standard: form.Subscription.Standard, Policy: form.policy(), Alerts: value(form.Data.Alerts)}
	if s.Policy == "" {
		s.Policy = models.PushAll
	}
	_, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if err := a.Chapter.Subscribe(r.Context(), me, s, strings.TrimSpace(secret)); err != nil {
		return err
	}
	return a.replyPush(w, r, s)
}

// getPush serves GET /api/v1/push/subscription: 404 without one.
func (a *API) getPush(w http.ResponseWriter, r *http.Request) error {
	_, token, err := a.pusher(r)
	if err != nil {
		return err
	}
	s, err := a.Store.Push(r.Context(), token.ID)
	if err != nil {
		return err
	}
	return a.replyPush(w, r, s)
}

// updatePush serves PUT /api/v1/push/subscription.
func (a *API) updatePush(w http.ResponseWriter, r *http.Request) error {
	_, token, err := a.pusher(r)
	if err != nil {
		return err
	}
	var form pushForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	s, err := a.Chapter.ChangePush(r.Context(), token.ID, func(s *models.PushSubscription) {
		if form.Data.Alerts != nil {
			s.Alerts = *form.Data.Alerts
		}
		if p := form.policy(); p != "" {
			s.Policy = p
		}
	})
	if err != nil {
		return err
	}
	return a.replyPush(w, r, s)
}

// deletePush serves DELETE /api/v1/push/subscription: fine when there is none.
func (a *API) deletePush(w http.ResponseWriter, r *http.Request) error {
	_, token, err := a.pusher(r)
	if err != nil {
		return err
	}
	if err := a.Chapter.Unsubscribe(r.Context(), token.ID); err != nil {
		return err
	}
	return empty(w)
}

// pushPayload is what an app gets, encrypted. The notification's id is a number
// here, unlike everywhere else: Ice Cubes and Mastodon's own app throw away what
// has a text in its place.
type pushPayload struct {
	AccessToken      string    `json:"access_token"`
	PreferredLocale  string    `json:"preferred_locale"`
	NotificationID   models.ID `json:"notification_id"`
	NotificationType string    `json:"notification_type"`
	Icon             string    `json:"icon"`
	Title            string    `json:"title"`
	Body             string    `json:"body"`
}

// pushJob pushes a notification to the apps of whose it is.
func (a *API) pushJob(ctx context.Context, j *models.Job) error {
	n, subscriptions, err := a.pushesOf(ctx, models.ParseID(j.Key))
	if err != nil || n == nil {
		return err
	}
	payload, err := a.payload(ctx, n)
	if err != nil || payload == nil {
		return err
	}
	public, private, err := a.Chapter.VAPID(ctx)
	if err != nil {
		return err
	}
	signer, err := newVapidSigner(public, private, a.pushSubject(ctx))
	if err != nil {
		return err
	}
	var failed error
	for _, s := range subscriptions {
		wanted, err := a.wantsPush(ctx, s, n)
		if err != nil {
			return err
		}
		if !wanted {
			continue
		}
		if err := a.push(ctx, s, *payload, signer); err != nil {
			failed = err
		}
	}
	return failed
}

// pushesOf is a notification, and where it goes; nil if it is gone, or nobody
// wants it.
func (a *API) pushesOf(ctx context.Context, id models.ID) (*models.Notification, []*models.PushSubscription, error) {
	n, err := a.Store.NotificationByID(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return nil, nil, nil // it was dismissed meanwhile
	}
	if err != nil {
		return nil, nil, err
	}
	list, err := a.Store.PushesOf(ctx, n.AccountID)
	if len(list) == 0 {
		return nil, nil, err
	}
	return n, list, err
}

// pushSubject is where a push service can write to.
func (a *API) pushSubject(ctx context.Context) string {
	if self, err := a.Chapter.Self(ctx); err == nil && self.Email != "" {
		return "mailto:" + self.Email
	}
	return a.URLs.Base() + "/"
}

// wantsPush says whether a subscription asks for a notification.
func (a *API) wantsPush(ctx context.Context, s *models.PushSubscription, n *models.Notification) (bool, error) {
	if !s.Alerts[string(n.Type)] {
		return false, nil
	}
	from, to := n.AccountID, n.FromID
	switch s.Policy {
	case models.PushAll:
		return true, nil
	case models.PushFollowed:
	case models.PushFollower:
		from, to = to, from
	default:
		return false, nil
	}
	followed, err := a.Store.FollowedAmong(ctx, from, []models.ID{to})
	return followed[to], err
}

// payload is what is told of a notification; nil if its post or sender is
// gone.
func (a *API) payload(ctx context.Context, n *models.Notification) (*pushPayload, error) {
	from, err := a.Store.SeenAccount(ctx, n.FromID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	icon, _ := a.Render.picture(from.Avatar, a.Render.noAvatar())
	p := &pushPayload{NotificationID: n.ID, NotificationType: string(n.Type), Icon: icon, Title: pushTitle(n.Type, from.Label()), PreferredLocale: "en"}
	v, err := a.Store.ViewerOf(ctx, n.AccountID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil // who may not sign in is told nothing
	}
	if err != nil {
		return nil, err
	}
	if m, err := a.Store.Member(ctx, n.AccountID); err == nil && m.Locale != "" {
		p.PreferredLocale = m.Locale
	}
	p.Body = text.Excerpt(text.PlainText(from.BioHTML), 140)
	if n.PostID == 0 {
		return p, nil
	}
	post, err := a.Store.Post(ctx, v, n.PostID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case post.Warning != "":
		p.Body = text.Excerpt(post.Warning, 140)
	case post.Title != "":
		p.Body = text.Excerpt(post.Title, 140)
	default:
		p.Body = text.Excerpt(text.PlainText(post.HTML), 140)
	}
	return p, nil
}

// pushTitle is a notification in one line.
func pushTitle(t models.NotificationType, name string) string {
	format := map[models.NotificationType]string{
		models.NotifyMention: "%s mentioned you", models.NotifyPost: "%s posted", models.NotifyBoost: "%s shared your post", models.NotifyFollow: "%s follows you",
		models.NotifyFollowRequest: "%s would like to follow you", models.NotifyFavourite: "%s thanked you", models.NotifyPoll: "A poll has ended: %s",
		models.NotifyUpdate: "%s edited a post", models.NotifyQuote: "%s quoted you", models.NotifyQuotedUpdate: "%s edited a post that you quoted",
		models.NotifySignUp: "%s joined", models.NotifyReport: "%s reported something",
		models.NotifyCollected: "%s put you into a collection", models.NotifyCollection: "%s changed a collection that you are in",
	}[t]
	if format == "" {
		format = "News from %s"
	}
	return fmt.Sprintf(format, name)
}

// push sends a message to one subscription. One that its service says is over
// is forgotten.
func (a *API) push(ctx context.Context, s *models.PushSubscription, p pushPayload, signer *vapidSigner) error {
	p.AccessToken = a.Chapter.PushToken(s)
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	for len(body) > maxPush && p.Body != "" { // a long name, or a script of many bytes
		_, size := utf8.DecodeLastRuneInString(p.Body)
		p.Body = p.Body[:len(p.Body)-size]
		if body, err = json.Marshal(p); err != nil {
			return err
		}
	}
	m, err := seal(body, s, rand.Reader)
	if err != nil {
		return err
	}
	if err := signer.sign(m, s.Endpoint, s.Standard, a.Store.Now()); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(m.body))
	if err != nil {
		return err
	}
	r.Header = m.header
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("TTL", "172800")
	r.Header.Set("Urgency", "normal")
	res, err := a.Push.Do(r)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode >= 500:
		return fmt.Errorf("push: the service answered %s", res.Status)
	}
	slog.Info("a push subscription is over", "account", s.AccountID, "status", res.StatusCode)
	return a.Chapter.DropPush(ctx, s.ID)
}
