package fetch

import (
	"context"
	"encoding/json"
	"time"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// featuredGets is how many requests may be made for what an account shows
// first.
const featuredGets = 3*chapter.MaxShown + 8

// shownAt is where the hashtags are listed that an account shows.
type shownAt struct {
	Tags string `json:"tags,omitempty"`
}

// laterFeatured leaves the job of reading what an account shows first. It is
// left when the account is met for the first time and whenever its profile is
// read anew: there is software that never sends an Add (GoToSocial).
func (f *Finder) laterFeatured(ctx context.Context, w *wire.Actor) error {
	tags := ofOrigin(w.FeaturedTags, w.ID)
	if w.Suspended || ofOrigin(w.Featured, w.ID) == "" && tags == "" {
		return nil
	}
	return f.chapter.Store.Write(ctx, func(tx *store.Tx) error {
		return f.chapter.Later(ctx, tx, chapter.JobFeatured, w.ID, shownAt{tags}, time.Time{})
	})
}

// featuredJob reads what the account shows first whose id is the job's key.
func (f *Finder) featuredJob(ctx context.Context, j *models.Job) error {
	var at shownAt
	if err := json.Unmarshal(j.Data, &at); err != nil {
		return err
	}
	a, err := f.chapter.Store.AccountByURI(ctx, j.Key)
	if err != nil || a.Local() || a.Suspended() || !a.DeletedAt.IsZero() {
		return err
	}
	ctx, cancel := WithBudget(ctx, featuredGets, onePost)
	defer cancel()
	if a.FeaturedURI != "" {
		if err := f.readFeatured(ctx, a); err != nil {
			return err
		}
	}
	if at.Tags != "" {
		return f.readShownTags(ctx, a, at.Tags)
	}
	return nil
}

func (f *Finder) readFeatured(ctx context.Context, a *models.Account) error {
	items, err := f.shortList(ctx, a.FeaturedURI)
	if err != nil {
		return err
	}
	var ids []models.ID
	for _, o := range items {
		if !SameOrigin(o.ID, a.URI) {
			continue
		}
		p, err := f.Post(ctx, o.ID)
		if models.KindOf(err) == models.TooMany { // the budget is spent: with what there is
			break
		}
		if err == nil && p.AuthorID == a.ID {
			ids = append(ids, p.ID)
		}
	}
	return f.chapter.ReceiveFeatured(ctx, a, ids)
}

func (f *Finder) readShownTags(ctx context.Context, a *models.Account, uri string) error {
	items, err := f.shortList(ctx, uri)
	if err != nil {
		return err
	}
	var names []string
	for _, o := range items {
		if !o.Embedded() {
			continue
		}
		if name, err := wire.DecodeHashtag(o.Raw); err == nil {
			names = append(names, name)
		}
	}
	return f.chapter.ReceiveShownTags(ctx, a, names)
}

// shortList returns as many items of a collection as a profile shows first.
func (f *Finder) shortList(ctx context.Context, uri string) ([]wire.Object, error) {
	return f.listed(ctx, uri, chapter.MaxShown)
}

// listed returns the first items of a collection: those that come with it, or
// those of its first page.
func (f *Finder) listed(ctx context.Context, uri string, limit int) ([]wire.Object, error) {
	c, err := f.collectionAt(ctx, uri)
	if err != nil {
		return nil, err
	}
	if first := c.First; len(c.Items) == 0 && first.Embedded() {
		if c, err = wire.DecodeCollection(first.Raw); err != nil {
			return nil, err
		}
	} else if len(c.Items) == 0 && SameOrigin(first.ID, uri) {
		if c, err = f.collectionAt(ctx, first.ID); err != nil {
			return nil, err
		}
	}
	return c.Items[:min(len(c.Items), limit)], nil
}

// collectionAt fetches a collection, or a page of one, from where it is.
func (f *Finder) collectionAt(ctx context.Context, uri string) (*wire.Collection, error) {
	d, err := f.document(ctx, uri)
	if err != nil {
		return nil, err
	}
	c, err := wire.DecodeCollection(d.Body)
	if err == nil && c.ID != uri && !c.IsPage() {
		err = errOtherID
	}
	return c, err
}

const (
	maxModerators  = 100
	moderatorsFor  = 10 * time.Minute
	moderatorsKept = 1000
	moderatorsGets = 6
)

// Moderators returns the ids of those who look after a Group elsewhere, as its
// own server lists them; an answer is believed for ten minutes.
func (f *Finder) Moderators(ctx context.Context, group *models.Account) ([]string, error) {
	if list, ok := f.mods.GetIfPresent(group.ID); ok {
		return list, nil
	}
	if group.ModeratorsURI == "" {
		return nil, nil
	}
	ctx, cancel := WithBudget(ctx, moderatorsGets, oneActor)
	defer cancel()
	items, err := f.listed(ctx, group.ModeratorsURI, maxModerators)
	if err != nil {
		return nil, err
	}
	list := make([]string, 0, len(items))
	for _, o := range items {
		list = append(list, o.ID)
	}
	f.mods.Set(group.ID, list)
	return list, nil
}

// ForgetModerators has those who look after a Group looked up anew.
func (f *Finder) ForgetModerators(group *models.Account) { f.mods.Invalidate(group.ID) }
