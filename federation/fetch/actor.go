package fetch

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"html"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"atelier/federation/sign"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

func panicked(p any) error {
	slog.Error("a fetch panicked", "panic", p, "stack", string(debug.Stack()))
	return fmt.Errorf("panicked: %v", p)
}

// Account returns the account with an ActivityPub id: from the store, or from
// its own server if it is new. One whose profile is old is read anew in the
// background.
func (f *Finder) Account(ctx context.Context, uri string) (*models.Account, error) {
	uri, _, _ = strings.Cut(uri, "#")
	a, err := f.chapter.Store.AccountByURI(ctx, uri)
	if err == nil {
		return f.met(ctx, a)
	}
	if models.KindOf(err) != models.NotFound {
		return nil, err
	}
	if f.chapter.URLs.Local(uri) {
		return nil, errHere
	}
	return f.newActor(ctx, uri, nil)
}

// met returns a stored account, and has its profile read anew if it is old.
func (f *Finder) met(ctx context.Context, a *models.Account) (*models.Account, error) {
	if a.Local() {
		return a, nil
	}
	if !a.DeletedAt.IsZero() {
		return nil, models.Errorf(models.Gone, "That account was deleted.")
	}
	now := f.chapter.Store.Now()
	if now.Sub(a.FetchedAt) > dayOld {
		if _, lately := f.anew.GetIfPresent(a.URI); !lately {
			f.anew.Set(a.URI, struct{}{})
			if err := f.later(ctx, a.URI); err != nil {
				slog.Warn("plan to read a profile anew", "account", a.URI, "err", err)
			}
		}
	}
	return a, nil
}

// newActor fetches an actor that is not known; whoever asks for it meanwhile
// waits for the one fetch. known is what WebFinger said of it, nil if it was
// not asked.
func (f *Finder) newActor(ctx context.Context, uri string, known *finger) (*models.Account, error) {
	if err, failed := f.failures.GetIfPresent(uri); failed {
		return nil, err
	}
	return f.actors.do(ctx, uri, func(ctx context.Context) (*models.Account, error) {
		if f.crowded(HostOf(uri)) {
			return nil, errCrowd
		}
		a, err := f.readActor(ctx, uri, known)
		if err != nil {
			f.failures.Set(uri, err)
		}
		return a, err
	})
}

// readActor fetches an actor and has it stored.
func (f *Finder) readActor(ctx context.Context, uri string, known *finger) (*models.Account, error) {
	ctx, cancel := WithBudget(ctx, oneActorGets, oneActor)
	defer cancel()
	w, err := f.actorAt(ctx, uri)
	if err != nil {
		return nil, err
	}
	domain, err := f.domainOf(ctx, w, known)
	if err != nil {
		return nil, err
	}
	a, err := f.store(ctx, w, domain)
	if err == nil {
		err = f.laterFeatured(ctx, w)
	}
	return a, err
}

// store has an actor stored, as far as the stewards let it.
func (f *Finder) store(ctx context.Context, w *wire.Actor, domain string) (*models.Account, error) {
	a, err := f.account(ctx, w, domain)
	if err != nil {
		return nil, err
	}
	return f.chapter.ReceiveAccount(ctx, a)
}

// account is what a document says of an account, as far as the rules for its
// server let it be shown.
func (f *Finder) account(ctx context.Context, w *wire.Actor, domain string) (*models.Account, error) {
	rules, err := f.chapter.Store.DomainRules(ctx)
	if err != nil {
		return nil, err
	}
	if rules.Blocked(domain) {
		return nil, errSuspended
	}
	a := accountOf(w, domain)
	if rules.Silenced(domain) || rules.Silenced(HostOf(a.URI)) {
		a.SilencedAt = f.chapter.Store.Now()
	}
	if rules.RejectsMedia(domain) {
		a.Avatar, a.Header, a.Emojis = models.Picture{}, models.Picture{}, nil
	}
	return a, nil
}

// actorAt fetches the document of an actor. A document that names itself
// otherwise, within the same origin, is asked for under that name.
func (f *Finder) actorAt(ctx context.Context, uri string) (*wire.Actor, error) {
	for range 2 {
		d, err := f.document(ctx, uri)
		if err != nil {
			return nil, err
		}
		e, err := wire.Open(d.Body)
		if err != nil {
			return nil, err
		}
		id := e.ID
		if e.Type == "Key" || e.Type == "CryptographicKey" || wire.ClassOf(e.Type) != wire.ActorClass {
			k, err := wire.DecodeKey(d.Body)
			if err != nil {
				return nil, errNotActor
			}
			id = k.Owner
		} else if id == uri {
			return wire.DecodeActor(d.Body)
		}
		if !SameOrigin(id, uri) || id == uri {
			return nil, errOtherID
		}
		uri = id
	}
	return nil, errOtherID
}

var (
	errOtherID  = models.Errorf(models.Forbidden, "What is at that address says that it is something else.")
	errNotActor = models.Errorf(models.Unsupported, "There is no account at that address.")
)

// accountOf is an actor as an account with a handle in domain. What it says of
// other servers than its own is not taken over.
func accountOf(w *wire.Actor, domain string) *models.Account {
	a := &models.Account{
		URI: w.ID, URL: ofOrigin(w.URL, w.ID), Type: w.Type, Username: w.Username, Domain: domain,
		Name: shorten(text.CleanName(w.Name), 200), BioHTML: text.SanitizeBio(w.Summary), Emojis: w.Emojis, Avatar: w.Avatar, Header: w.Header,
		InboxURI: w.Inbox, SharedInboxURI: ofOrigin(w.SharedInbox, w.Inbox),
		OutboxURI: ofOrigin(w.Outbox, w.ID), FollowersURI: ofOrigin(w.Followers, w.ID), FollowingURI: ofOrigin(w.Following, w.ID),
		FeaturedURI: ofOrigin(w.Featured, w.ID), ModeratorsURI: ofOrigin(w.Moderators, w.ID),
		Locked: w.Locked, Discoverable: w.Discoverable, Indexable: w.Indexable, Memorial: w.Memorial,
		Bot:         w.Type == models.Service || w.Type == models.Application,
		AlsoKnownAs: w.AlsoKnownAs, MovedTo: w.MovedTo, CreatedAt: w.Published, UpdatedAt: w.Updated,
	}
	if a.URL == "" {
		a.URL = a.URI
	}
	for _, field := range w.Fields {
		value := text.SanitizeField(field.HTML)
		if field.IsURL {
			escaped := html.EscapeString(field.HTML)
			value = text.SanitizeField(`<a href="` + escaped + `" rel="me">` + escaped + `</a>`)
		}
		a.Fields = append(a.Fields, models.Field{Name: text.CleanName(field.Name), HTML: value})
	}
	for _, k := range w.Keys {
		if k.Owner != w.ID || !SameOrigin(k.ID, w.ID) {
			continue
		}
		if _, err := sign.ParsePublic(k.PEM); err == nil {
			a.KeyID, a.PublicKey = k.ID, k.PEM
			break
		}
	}
	for _, k := range w.Methods {
		if k.Controller != w.ID || !SameOrigin(k.ID, w.ID) {
			continue
		}
		if pub, err := sign.ParseMultikey(k.Multibase); err == nil {
			if _, ok := pub.(ed25519.PublicKey); ok {
				a.EdKeyID, a.EdKey = k.ID, k.Multibase
				break
			}
		}
	}
	return a
}

// shorten cuts a text after n characters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Refresh reads the document of a known account anew. An account that is not
// there any more, by its own id, is deleted here too.
func (f *Finder) Refresh(ctx context.Context, a *models.Account) (*models.Account, error) {
	fresh, err := f.actors.do(ctx, a.URI, func(ctx context.Context) (*models.Account, error) {
		return f.readActor(ctx, a.URI, nil)
	})
	if models.KindOf(err) == models.Gone {
		if err := f.chapter.ReceiveAccountDeleted(ctx, a); err != nil {
			return nil, err
		}
	}
	return fresh, err
}

// Update stores the profile of a known account as it sent it itself. One that
// goes by another name now is read from its server, since its handle has to be
// looked at.
func (f *Finder) Update(ctx context.Context, w *wire.Actor, known *models.Account) error {
	if !strings.EqualFold(w.Username, known.Username) || w.WebFinger != "" && !strings.EqualFold(w.WebFinger, known.Acct()) {
		return f.later(ctx, known.URI)
	}
	a, err := f.account(ctx, w, known.Domain)
	if err == nil {
		_, err = f.chapter.ReceiveProfile(ctx, a)
	}
	return err
}

// later leaves the job of reading an account anew.
func (f *Finder) later(ctx context.Context, uri string) error {
	return f.chapter.Store.Write(ctx, func(tx *store.Tx) error {
		return f.chapter.Later(ctx, tx, jobRefresh, uri, nil, time.Time{})
	})
}

// refreshJob reads the account anew whose id is the job's key.
func (f *Finder) refreshJob(ctx context.Context, j *models.Job) error {
	a, err := f.chapter.Store.AccountByURI(ctx, j.Key)
	if err != nil || a.Local() || !a.DeletedAt.IsZero() {
		return err
	}
	_, err = f.Refresh(ctx, a)
	return err
}
