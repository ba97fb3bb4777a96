package chapter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// JobImport works on through a table that a member brought: the key is the
// import, Data are the lines that are left.
const JobImport = "import"

const (
	importStint = 40 * time.Second // how long one run of the job works; well within its lease
	importLines = 50               // how many lines it does at most
)

// Import takes over a table in Mastodon's form: what it names is added to what
// is there. It returns at once; a job works through the lines.
func (c *Chapter) Import(ctx context.Context, me *models.Account, kind models.Portable, r io.Reader) (*models.Import, error) {
	if !kind.Valid() {
		return nil, models.Errorf(models.Invalid, "Say what the file is.").On("kind")
	}
	lines, err := readTable(kind, r)
	if err != nil {
		return nil, err
	}
	i := &models.Import{AccountID: me.ID, Kind: kind, Total: len(lines)}
	return i, c.Store.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.Imports(ctx, me.ID, 1)
		if err != nil {
			return err
		}
		waits := false
		if len(before) == 1 {
			if waits, err = tx.JobWaits(ctx, JobImport, before[0].ID.String()); err != nil {
				return err
			}
		}
		if waits {
			return models.Errorf(models.Conflict, "The file before this one is still being worked through. Wait until it is done.").On("file")
		}
		i.ID, i.CreatedAt = tx.NewID(), tx.Now()
		if err := tx.SetImport(ctx, i); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobImport, i.ID.String(), lines, time.Time{})
	})
}

// importJob does some lines of an import, and leaves the others to the next
// run. A line that is done twice, after a crash, changes nothing.
func (c *Chapter) importJob(ctx context.Context, j *models.Job) error {
	i, err := c.Store.Import(ctx, models.ParseID(j.Key))
	if err != nil {
		return err
	}
	me, err := c.Store.Account(ctx, i.AccountID)
	if err != nil {
		return err
	}
	var lines []carried
	if err := json.Unmarshal(j.Data, &lines); err != nil {
		return models.Errorf(models.Malformed, "The lines of an import cannot be read.").Because(err)
	}
	until := time.Now().Add(importStint)
	for n := 0; len(lines) > 0 && n < importLines && time.Now().Before(until); n++ {
		if err := c.takeOver(ctx, me, i.Kind, lines[0]); err != nil {
			i.Failed = append(i.Failed, models.ImportFailure{What: lines[0].String(), Why: whyNot(err)})
		}
		lines = lines[1:]
		i.Done++
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := Done(ctx, tx, j); err != nil {
			return err
		}
		if len(lines) == 0 {
			i.EndedAt = tx.Now()
			return tx.SetImport(ctx, i)
		}
		if err := tx.SetImport(ctx, i); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobImport, j.Key, lines, time.Time{})
	})
}

// whyNot is what a member is told of a line that failed.
func whyNot(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	switch {
	case !ok, e.Kind == models.Unreachable:
		slog.Info("a line of an import failed", "err", err)
		return "Its server could not be reached."
	case e.Kind == models.NotFound, e.Kind == models.Gone:
		return "It cannot be found."
	}
	return e.Msg
}

// takeOver does what one line of a table asks for.
func (c *Chapter) takeOver(ctx context.Context, me *models.Account, kind models.Portable, l carried) error {
	switch kind {
	case models.PortableDomains:
		return c.BlockDomain(ctx, me, l.What, true)
	case models.PortableBookmarks:
		return c.takeBookmark(ctx, me, l.What)
	}
	a, err := c.named(ctx, l.What)
	if err != nil {
		return err
	}
	switch kind {
	case models.PortableBlocks:
		return c.Block(ctx, me, a.ID)
	case models.PortableMutes:
		return c.Mute(ctx, me, a.ID, l.Quiet == nil || *l.Quiet, 0)
	case models.PortableLists:
		return c.takeListed(ctx, me, a, l.List)
	default:
		return c.Follow(ctx, me, a.ID, FollowWish{Boosts: l.Boosts, Notify: l.Notify, Languages: l.Languages})
	}
}

func (c *Chapter) takeBookmark(ctx context.Context, me *models.Account, uri string) error {
	p, err := c.Store.PostByURI(ctx, uri)
	if models.KindOf(err) == models.NotFound && c.Find != nil {
		p, err = c.Find.Post(ctx, uri)
	}
	if err != nil {
		return err
	}
	_, err = c.Bookmark(ctx, me, p.ID)
	return err
}

// takeListed puts an account into me's list with a title, which is made if it
// is not there; me follows whom a list of me's has.
func (c *Chapter) takeListed(ctx context.Context, me, a *models.Account, title string) error {
	if _, err := c.Store.Follow(ctx, me.ID, a.ID); models.KindOf(err) == models.NotFound {
		if err := c.Follow(ctx, me, a.ID, FollowWish{}); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	there, err := c.Store.ListsWith(ctx, me.ID, a.ID)
	if err != nil || slices.ContainsFunc(there, func(l *models.List) bool { return l.Title == title }) {
		return err
	}
	list, err := c.listCalled(ctx, me, title)
	if err != nil {
		return err
	}
	return c.AddToList(ctx, me, list.ID, []models.ID{a.ID})
}

// listCalled returns me's list with a title, which is made if it is not there.
func (c *Chapter) listCalled(ctx context.Context, me *models.Account, title string) (*models.List, error) {
	lists, err := c.Store.Lists(ctx, me.ID, MaxLists)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		if l.Title == title {
			return l, nil
		}
	}
	l := &models.List{Title: title, Replies: models.RepliesToList}
	return l, c.SetList(ctx, me, l)
}
