package chapter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"atelier/models"
	"atelier/models/store"
)

const (
	// JobLeave deletes what a member left who is gone: the key is the account.
	JobLeave = "leave"
	// JobFiles deletes files that nothing speaks of any more: Data are their
	// keys. It is done by whoever has the files, see EraseFilesIn.
	JobFiles = "files"
)

// DeleteMember ends a membership at the member's own wish, which the password
// proves. All that it wrote and kept here is deleted, and its handle is never
// given again.
func (c *Chapter) DeleteMember(ctx context.Context, me *models.Account, password string) error {
	m, err := c.Store.Member(ctx, me.ID)
	if err != nil {
		return err
	}
	if !passwordFits(password, m.PasswordHash) {
		return models.Errorf(models.Invalid, "That is not your password.").On("password")
	}
	return c.eraseMember(ctx, me, func(context.Context, *store.Tx) error { return nil })
}

// RemoveMember is DeleteMember in the name of a steward, who may do so with
// members of a lower role.
func (c *Chapter) RemoveMember(ctx context.Context, by models.Viewer, id models.ID) error {
	a, err := c.Store.Account(ctx, id)
	if err != nil {
		return err
	}
	return c.eraseMember(ctx, a, func(ctx context.Context, tx *store.Tx) error {
		a, err := c.judged(ctx, tx, by, id)
		if err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedErase, AccountID: a.ID, Subject: a.Acct()})
	})
}

// eraseMember deletes a member, if allowed agrees: nobody sees it or its words
// from then on, other servers are told, and a job deletes what it left. The
// handle stays taken, and its id answers that it is gone.
func (c *Chapter) eraseMember(ctx context.Context, a *models.Account, allowed func(context.Context, *store.Tx) error) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Account(ctx, a.ID)
		if err != nil {
			return err
		}
		if !now.Local() || !now.DeletedAt.IsZero() {
			return store404
		}
		m, err := tx.Member(ctx, a.ID)
		if err != nil {
			return err
		}
		if err := allowed(ctx, tx); err != nil {
			return err
		}
		if m.Role == models.President && m.State == models.Active {
			if n, err := tx.Presidents(ctx); err != nil || n < 2 {
				return models.Errorf(models.Conflict, "A chapter needs a president: name another one first.").Because(err)
			}
		}
		return c.bury(ctx, tx, now)
	})
}

// bury makes a local account a tombstone.
func (c *Chapter) bury(ctx context.Context, tx *store.Tx, a *models.Account) error {
	if err := c.dropFiles(ctx, tx, "account/"+a.ID.String(), []string{a.Avatar.Key, a.Header.Key}); err != nil {
		return err
	}
	a.DeletedAt, a.Name, a.BioHTML, a.BioSource, a.Fields, a.Emojis = tx.Now(), "", "", "", nil, nil
	a.Avatar, a.Header, a.AlsoKnownAs, a.MovedTo = models.Picture{}, models.Picture{}, nil, ""
	if _, err := tx.SetAccount(ctx, a); err != nil {
		return err
	}
	if err := tx.AddTombstone(ctx, a.URI, a.URI, string(a.Type), true, tx.Now()); err != nil {
		return err
	}
	if err := tx.SetHiddenAll(ctx, a.ID, true); err != nil {
		return err
	}
	if err := c.revokeAll(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := c.cutTies(ctx, tx, a); err != nil {
		return err
	}
	if err := tx.EraseOwn(ctx, a.ID); err != nil {
		return err
	}
	return c.Later(ctx, tx, JobLeave, a.ID.String(), nil, time.Time{})
}

// leaveJob deletes posts and media of a member who is gone.
func (c *Chapter) leaveJob(ctx context.Context, j *models.Job) error {
	a, err := c.Store.Account(ctx, models.ParseID(j.Key))
	if err != nil {
		return err
	}
	if a.DeletedAt.IsZero() {
		return fmt.Errorf("account %s is not deleted", a.URI)
	}
	if err := c.erasePosts(ctx, a); err != nil {
		return err
	}
	for {
		n := 0
		err := c.Store.Write(ctx, func(tx *store.Tx) error {
			media, err := tx.MediaOfAccount(ctx, a.ID, erasing)
			n = len(media)
			if err != nil || n == 0 {
				return err
			}
			var keys []string
			for _, m := range media {
				keys = append(keys, m.Key, m.PreviewKey)
				if err := tx.DeleteMedia(ctx, m.ID); err != nil {
					return err
				}
			}
			return c.dropFiles(ctx, tx, "media/"+media[0].ID.String(), keys)
		})
		if err != nil || n < erasing {
			return err
		}
	}
}

// dropFiles leaves the job of deleting files.
func (c *Chapter) dropFiles(ctx context.Context, tx *store.Tx, name string, keys []string) error {
	var some []string
	for _, key := range keys {
		if key != "" {
			some = append(some, key)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return c.Later(ctx, tx, JobFiles, name, some, time.Time{})
}

// EraseFilesIn has files that nothing speaks of any more deleted from a
// storage.
func (c *Chapter) EraseFilesIn(files interface {
	Delete(ctx context.Context, key string) error
}) {
	c.HandleJobs(JobFiles, func(ctx context.Context, j *models.Job) error {
		var keys []string
		if err := json.Unmarshal(j.Data, &keys); err != nil {
			return fmt.Errorf("read which files to delete: %w", err)
		}
		for _, key := range keys {
			used, err := c.Store.FileUsed(ctx, key)
			if err != nil {
				return err
			}
			if used {
				continue
			}
			if err := files.Delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
}
