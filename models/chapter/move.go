package chapter

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

const (
	maxAliases = 10
	moveEvery  = 30 * 24 * time.Hour // how often an account here may move
	moveHeard  = 7 * 24 * time.Hour  // how often one elsewhere is heard to (FEDERATION-NOTES 8.9)
)

// A Reader reads the document of a known account anew from its own server. A
// Finder that is one too lets the other side of a move be proved as it is now.
type Reader interface {
	Refresh(ctx context.Context, a *models.Account) (*models.Account, error)
}

// there returns the account with a handle or an id, as its own server shows it
// now.
func (c *Chapter) there(ctx context.Context, name string) (*models.Account, error) {
	a, err := c.named(ctx, strings.TrimSpace(name))
	if err != nil {
		return nil, err
	}
	if !a.DeletedAt.IsZero() || a.Suspended() {
		return nil, store404
	}
	if r, ok := c.Find.(Reader); ok && !a.Local() {
		return r.Refresh(ctx, a)
	}
	return a, nil
}

func (c *Chapter) named(ctx context.Context, name string) (*models.Account, error) {
	isURI := strings.Contains(name, "://")
	a, err := c.Store.AccountByHandle(ctx, c.LocalHandle(strings.TrimPrefix(name, "@")))
	if isURI {
		a, err = c.Store.AccountByURI(ctx, name)
	}
	if models.KindOf(err) != models.NotFound || c.Find == nil {
		return a, err
	}
	if isURI {
		return c.Find.Account(ctx, name)
	}
	return c.Find.Handle(ctx, strings.TrimPrefix(name, "@"))
}

// AddAlias says that another account, by its handle or id, is me's too: it may
// then move here.
func (c *Chapter) AddAlias(ctx context.Context, me *models.Account, name string) error {
	other, err := c.named(ctx, strings.TrimSpace(name))
	if err != nil {
		return models.Errorf(models.Invalid, "The account %s cannot be found.", name).On("alias").Because(err)
	}
	return c.changeAliases(ctx, me, func(list []string) ([]string, error) {
		switch {
		case other.ID == me.ID:
			return nil, models.Errorf(models.Invalid, "That is this very account.").On("alias")
		case slices.Contains(list, other.URI):
			return list, nil
		case len(list) >= maxAliases:
			return nil, models.Errorf(models.Invalid, "An account may have %d aliases at most.", maxAliases).On("alias")
		}
		return append(list, other.URI), nil
	})
}

// RemoveAlias takes back that the account with id uri is me's. Doing it twice
// is no error.
func (c *Chapter) RemoveAlias(ctx context.Context, me *models.Account, uri string) error {
	return c.changeAliases(ctx, me, func(list []string) ([]string, error) {
		return slices.DeleteFunc(list, func(s string) bool { return s == uri }), nil
	})
}

func (c *Chapter) changeAliases(ctx context.Context, me *models.Account, change func([]string) ([]string, error)) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, me.ID)
		if err != nil {
			return err
		}
		before := slices.Clone(a.AlsoKnownAs)
		if a.AlsoKnownAs, err = change(a.AlsoKnownAs); err != nil || slices.Equal(before, a.AlsoKnownAs) {
			return err
		}
		return c.changed(ctx, tx, a)
	})
}

// changed stores a local account's new profile and has others told.
func (c *Chapter) changed(ctx context.Context, tx *store.Tx, a *models.Account) error {
	a.UpdatedAt = tx.Now()
	if _, err := tx.SetAccount(ctx, a); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID, Federates: true})
}

// Move sends the followers of me to another account, by its handle or id,
// which must name this one as an alias. Nobody can follow me from then on.
func (c *Chapter) Move(ctx context.Context, me *models.Account, password, name string) error {
	m, err := c.Store.Member(ctx, me.ID)
	if err != nil {
		return err
	}
	if !passwordFits(password, m.PasswordHash) {
		return models.Errorf(models.Invalid, "That is not your password.").On("password")
	}
	target, err := c.there(ctx, name)
	if err != nil {
		return models.Errorf(models.Invalid, "The account %s cannot be found.", name).On("target").Because(err)
	}
	switch {
	case target.ID == me.ID:
		return models.Errorf(models.Invalid, "That is this very account.").On("target")
	case hasMoved(target):
		return models.Errorf(models.Invalid, "That account has moved on itself.").On("target")
	case !slices.Contains(target.AlsoKnownAs, me.URI):
		return models.Errorf(models.Invalid, "That account does not name this one as an alias yet. Add @%s there first.", c.URLs.Handle(me.Username)).On("target")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, me.ID)
		if err != nil {
			return err
		}
		at, err := tx.MovedAt(ctx, a.ID)
		if err != nil {
			return err
		}
		if next := at.Add(moveEvery); !at.IsZero() && tx.Now().Before(next) {
			return models.Errorf(models.Conflict, "This account moved on %s: it can do so again on %s.", at.Format("2 January 2006"), next.Format("2 January 2006"))
		}
		a.MovedTo = target.URI
		if err := c.changed(ctx, tx, a); err != nil {
			return err
		}
		if err := tx.SetMove(ctx, a.ID, target.URI, tx.Now()); err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.AccountMoved, AccountID: a.ID, TargetID: target.ID, Federates: true}); err != nil {
			return err
		}
		return c.carryOver(ctx, tx, a, target)
	})
}

// CancelMove takes back that me moved: it can be followed again. Who went
// along stays where they went.
func (c *Chapter) CancelMove(ctx context.Context, me *models.Account) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, me.ID)
		if err != nil || a.MovedTo == "" {
			return err
		}
		a.MovedTo = ""
		return c.changed(ctx, tx, a)
	})
}

// ReceiveMove takes in that the sender moved to the account with id uri. Both
// have to say so: the sender by what it sent, the other by naming the sender
// as its alias, now, on its own server. It fetches.
func (c *Chapter) ReceiveMove(ctx context.Context, a Activity, uri string) error {
	old := a.Sender
	if old.Local() {
		return models.Errorf(models.Forbidden, "That account lives here.")
	}
	at, err := c.Store.MovedAt(ctx, old.ID)
	if err != nil || tooSoon(c.Store.Now(), at) {
		return err
	}
	target, err := c.there(ctx, uri)
	if err != nil {
		return err
	}
	if target.URI == old.URI || hasMoved(target) || !slices.Contains(target.AlsoKnownAs, old.URI) {
		return models.Errorf(models.Forbidden, "The account that this one says to have moved to does not say so.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if fresh, err := a.fresh(ctx, tx); err != nil || !fresh {
			return err
		}
		at, err := tx.MovedAt(ctx, old.ID)
		if err != nil || tooSoon(tx.Now(), at) {
			return err
		}
		now, err := tx.Account(ctx, old.ID)
		if err != nil {
			return err
		}
		now.MovedTo = target.URI
		if _, err := tx.SetAccount(ctx, now); err != nil {
			return err
		}
		if err := tx.SetMove(ctx, now.ID, target.URI, tx.Now()); err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.AccountMoved, AccountID: now.ID, TargetID: target.ID}); err != nil {
			return err
		}
		return c.carryOver(ctx, tx, now, target)
	})
}

func hasMoved(a *models.Account) bool { return a.MovedTo != "" || a.SaysMovedTo != "" }

// A moveClaim is where an account elsewhere says that it moved.
type moveClaim struct {
	Target string `json:"target"`
}

// claimMove looks at where the profile of a remote account says that it moved.
// What was proved before stands for as long as it is said; what is new has to
// be proved by the other account, which a job looks at.
func (c *Chapter) claimMove(ctx context.Context, tx *store.Tx, a *models.Account, target string) error {
	if target == a.MovedTo {
		return nil
	}
	a.MovedTo = ""
	if target == "" || target == a.URI {
		return nil
	}
	return c.Later(ctx, tx, JobMoved, a.URI, moveClaim{target}, time.Time{})
}

// proofFor is how long a profile is believed to be as it was read: two accounts
// that each say to have moved to the other would be read for ever.
const proofFor = time.Hour

// movedJob takes over that the account moved whose id is the job's key, if the
// account that it says to have become names it as an alias. Who follows it
// stays where they are: only a Move takes them along.
func (c *Chapter) movedJob(ctx context.Context, j *models.Job) error {
	var claim moveClaim
	if err := json.Unmarshal(j.Data, &claim); err != nil {
		return err
	}
	target, err := c.named(ctx, claim.Target)
	if err != nil {
		return err
	}
	a, err := c.Store.AccountByURI(ctx, j.Key)
	if err != nil || a.Local() || !a.DeletedAt.IsZero() {
		return err
	}
	if r, ok := c.Find.(Reader); ok && !target.Local() && !slices.Contains(target.AlsoKnownAs, a.URI) && c.Store.Now().Sub(target.FetchedAt) > proofFor {
		if target, err = r.Refresh(ctx, target); err != nil {
			return err
		}
	}
	if !slices.Contains(target.AlsoKnownAs, a.URI) || !target.DeletedAt.IsZero() || target.Suspended() {
		return nil
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Account(ctx, a.ID)
		if err != nil {
			return err
		}
		now.MovedTo = target.URI
		if _, err := tx.SetAccount(ctx, now); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: now.ID})
	})
}

func tooSoon(now, movedAt time.Time) bool {
	return !movedAt.IsZero() && now.Before(movedAt.Add(moveHeard))
}

// carryOver has people here follow, block, mute and list where they did so
// with old the account that it became.
func (c *Chapter) carryOver(ctx context.Context, tx *store.Tx, old, target *models.Account) error {
	blockers, err := tx.BlockersHere(ctx, old.ID)
	if err != nil {
		return err
	}
	for _, id := range blockers {
		if err := c.blockToo(ctx, tx, id, target); err != nil {
			return err
		}
	}
	if err := tx.CarryOver(ctx, old.ID, target.ID, tx.NewID); err != nil {
		return err
	}
	follows, err := tx.FollowsHere(ctx, old.ID)
	if err != nil {
		return err
	}
	for _, f := range follows {
		if err := c.followOn(ctx, tx, f, old, target); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chapter) blockToo(ctx context.Context, tx *store.Tx, id models.ID, target *models.Account) error {
	if id == target.ID {
		return nil
	}
	me, err := tx.Account(ctx, id)
	if err != nil {
		return err
	}
	block := tx.NewID()
	return c.block(ctx, tx, me, target, &models.Block{ID: block, AccountID: id, TargetID: target.ID, URI: c.URLs.Block(me.URI, block), CreatedAt: tx.Now()})
}

// followOn has who follows old follow target with the same wishes, and then no
// longer old.
func (c *Chapter) followOn(ctx context.Context, tx *store.Tx, f *models.Follow, old, target *models.Account) error {
	me, err := tx.Account(ctx, f.AccountID)
	if err != nil {
		return err
	}
	blocked, err := tx.BlockedEitherWay(ctx, me.ID, target.ID)
	if err != nil {
		return err
	}
	if me.ID != target.ID && !blocked {
		if err := c.followAlso(ctx, tx, f, me, target); err != nil {
			return err
		}
	}
	return c.unfollow(ctx, tx, me, old, f)
}

func (c *Chapter) followAlso(ctx context.Context, tx *store.Tx, f *models.Follow, me, target *models.Account) error {
	also, err := tx.Follow(ctx, me.ID, target.ID)
	if models.KindOf(err) == models.NotFound {
		id := tx.NewID()
		also = &models.Follow{ID: id, AccountID: me.ID, TargetID: target.ID, URI: c.URLs.Follow(me.URI, id), State: models.FollowPending,
			Boosts: f.Boosts, Notify: f.Notify, Languages: f.Languages, CreatedAt: tx.Now()}
		err = c.ask(ctx, tx, me, target, also)
	}
	if err != nil {
		return err
	}
	return tx.CarryList(ctx, f, also, tx.NewID)
}
