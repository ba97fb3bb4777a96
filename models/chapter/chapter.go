package chapter

import (
	"context"
	"crypto/cipher"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/models"
	"atelier/models/store"
)

// Finder finds what is elsewhere. It may fetch and store what was not known.
type Finder interface {
	// Handle returns the account called name@host.
	Handle(ctx context.Context, handle string) (*models.Account, error)
	// Account returns the account with an ActivityPub id.
	Account(ctx context.Context, uri string) (*models.Account, error)
	// Post returns the post with an ActivityPub id or page address.
	Post(ctx context.Context, uri string) (*models.Post, error)
}

// Options are what a Chapter needs besides its store.
type Options struct {
	URLs models.URLs
	// Keys makes the keys of a new local account.
	Keys func() (models.KeyPair, error)
	// Find finds accounts and posts elsewhere; nil means that nothing is
	// looked up beyond what is known here.
	Find Finder
}

// Chapter is a chapter that things are done to.
type Chapter struct {
	Store *store.Store
	URLs  models.URLs
	Find  Finder // may be set once, before the first verb

	keys      func() (models.KeyPair, error)
	hub       *Hub
	self      atomic.Pointer[selfCopy]
	barred    atomic.Pointer[networkBars]
	reloading atomic.Bool
	reloads   sync.Mutex // who reads last is kept
	tasks     tasks
	relays    atomic.Pointer[relaysCopy]
	seen      *otter.Cache[models.ID, seenThread] // posts whose threads were read
	remoteKey []byte                              // nil: files of other servers are not read here
	pushSeal  cipher.AEAD                         // nil: nothing is sealed, and nothing that would have to be is kept
}

// New returns the chapter kept in s.
func New(s *store.Store, o Options) *Chapter {
	c := &Chapter{Store: s, URLs: o.URLs, Find: o.Find, keys: o.Keys, hub: newHub(), seen: newSeen()}
	c.tasks.doers, c.tasks.wake = map[string]func(context.Context, *models.Job) error{}, make(chan struct{}, 1)
	s.Listen(func(events []models.Event) {
		for _, e := range events {
			if e.Kind == models.ChapterChanged {
				go c.reload(context.Background())
			}
		}
		c.hub.tell(events)
	})
	c.HandleJobs(JobDepart, c.departJob)
	c.HandleJobs(JobPollEnd, c.pollEndJob)
	c.HandleJobs(JobPollTell, c.pollTellJob)
	c.HandleJobs(JobUpdate, c.updateJob)
	c.HandleJobs(JobScheduled, c.scheduledJob)
	c.HandleJobs(JobThemes, c.themesJob)
	c.HandleJobs(JobLeave, c.leaveJob)
	c.HandleJobs(JobMoved, c.movedJob)
	c.HandleJobs(JobDomain, c.domainJob)
	c.HandleJobs(JobRelay, c.relayJob)
	c.HandleJobs(JobImport, c.importJob)
	return c
}

// Hub is where to listen to what happens.
func (c *Chapter) Hub() *Hub { return c.hub }

// selfFor is how long what is known of the chapter itself is believed: a
// command beside the server may change it unheard.
const selfFor = 5 * time.Second

type selfCopy struct {
	chapter  *models.Chapter
	group    *models.Account
	instance *models.Account
	until    time.Time
}

// Self returns the chapter: its name, its settings. It is ErrNotFound before
// the set-up. The value is shared and must not be changed.
func (c *Chapter) Self(ctx context.Context) (*models.Chapter, error) {
	s, err := c.copy(ctx)
	if err != nil {
		return nil, err
	}
	return s.chapter, nil
}

// Group returns the account that the chapter is to others.
func (c *Chapter) Group(ctx context.Context) (*models.Account, error) {
	s, err := c.copy(ctx)
	if err != nil {
		return nil, err
	}
	return s.group, nil
}

// Instance returns the server's own account: it signs what nobody in
// particular asks for.
func (c *Chapter) Instance(ctx context.Context) (*models.Account, error) {
	s, err := c.copy(ctx)
	if err != nil {
		return nil, err
	}
	return s.instance, nil
}

func (c *Chapter) copy(ctx context.Context) (*selfCopy, error) {
	s := c.self.Load()
	if s == nil {
		return c.reload(ctx)
	}
	if c.Store.Now().After(s.until) && c.reloading.CompareAndSwap(false, true) {
		// Whoever asks may be in a transaction: it must not wait for another
		// connection.
		go func() {
			defer c.reloading.Store(false)
			if _, err := c.reload(context.WithoutCancel(ctx)); err != nil {
				slog.Warn("read the chapter anew", "err", err)
			}
		}()
	}
	return s, nil
}

func (c *Chapter) reload(ctx context.Context) (*selfCopy, error) {
	c.reloads.Lock()
	defer c.reloads.Unlock()
	self, err := c.Store.Chapter(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := c.Store.Accounts(ctx, []models.ID{self.AccountID, self.InstanceID})
	if err != nil {
		return nil, err
	}
	s := &selfCopy{self, accounts[self.AccountID], accounts[self.InstanceID], c.Store.Now().Add(selfFor)}
	if s.group == nil || s.instance == nil {
		return nil, fmt.Errorf("the chapter's own accounts are not there")
	}
	c.self.Store(s)
	return s, nil
}

// UpdateChapter changes the chapter's name, sentence, address or settings, in
// the name of a steward.
func (c *Chapter) UpdateChapter(ctx context.Context, by models.Viewer, change func(*models.Chapter)) error {
	if !by.IsSteward() {
		return models.Errorf(models.Forbidden, "Only stewards may change the chapter.")
	}
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		self, err := tx.Chapter(ctx)
		if err != nil {
			return err
		}
		change(self)
		if err := checkChapter(self); err != nil {
			return err
		}
		if err := tx.SetChapter(ctx, self); err != nil {
			return err
		}
		group, err := tx.Account(ctx, self.AccountID)
		if err != nil {
			return err
		}
		group.Name, group.BioSource = self.Name, self.Sentence
		group.BioHTML = c.renderBio(self.Sentence, nil)
		group.UpdatedAt = tx.Now()
		if _, err := tx.SetAccount(ctx, group); err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: group.ID, Federates: true}); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedChapter}); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.ChapterChanged})
	})
	if err != nil {
		return err
	}
	_, err = c.reload(ctx)
	return err
}

// viewer is what a local account is to reads inside a transaction.
func viewer(ctx context.Context, tx *store.Tx, id models.ID) models.Viewer {
	v, err := tx.ViewerOf(ctx, id)
	if err != nil {
		return models.Viewer{AccountID: id}
	}
	return v
}
