package chapter

import (
	"context"
	"slices"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// pollTellAfter is how long votes gather before other servers are told how a
// poll stands (Mastodon: three minutes).
const pollTellAfter = 3 * time.Minute

// Vote votes in a poll.
func (c *Chapter) Vote(ctx context.Context, me *models.Account, postID models.ID, choices []int) (*models.Post, error) {
	var after *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := subject(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		if p.Poll == nil {
			return store404
		}
		if err := checkVote(p, me.ID, choices, tx.Now()); err != nil {
			return err
		}
		voted, err := tx.Votes(ctx, me.ID, []models.ID{p.ID})
		if err != nil {
			return err
		}
		if len(voted[p.ID]) > 0 {
			return models.Errorf(models.Invalid, "Validation failed: You have already voted on this poll")
		}
		v := models.Vote{Choices: choices}
		id := tx.NewID()
		for _, choice := range choices {
			uri := c.URLs.Vote(me.URI, id, choice)
			v.URIs = append(v.URIs, uri)
			if err := c.vote(ctx, tx, me, p, choice, uri); err != nil {
				return err
			}
		}
		p.Poll.Voters++
		if err := c.counted(ctx, tx, p); err != nil {
			return err
		}
		if !p.Local {
			if err := tx.Leave(ctx, models.Event{Kind: models.PollVoted, AccountID: me.ID, TargetID: p.AuthorID, PostID: p.ID, Data: jsonOf(v), Federates: true}); err != nil {
				return err
			}
		}
		after, err = tx.PostByID(ctx, p.ID)
		return err
	})
	return after, err
}

func checkVote(p *models.Post, by models.ID, choices []int, now time.Time) error {
	switch {
	case !p.Poll.Open(now):
		return models.Errorf(models.Invalid, "Validation failed: The poll has already ended")
	case p.AuthorID == by:
		return models.Errorf(models.Invalid, "Validation failed: You cannot vote in your own polls")
	case len(choices) == 0:
		return models.Errorf(models.Invalid, "Validation failed: Choose an answer")
	case len(choices) > 1 && !p.Poll.Multiple:
		return models.Errorf(models.Invalid, "Validation failed: This poll takes one answer only")
	}
	for i, choice := range choices {
		if choice < 0 || choice >= len(p.Poll.Options) || slices.Contains(choices[:i], choice) {
			return models.Errorf(models.Invalid, "Validation failed: There is no such answer")
		}
	}
	return nil
}

// vote stores one choice and counts it.
func (c *Chapter) vote(ctx context.Context, tx *store.Tx, by *models.Account, p *models.Post, choice int, uri string) error {
	added, err := tx.AddVote(ctx, p.ID, by.ID, choice, uri)
	if err != nil {
		return err
	}
	if !added {
		return models.Errorf(models.Invalid, "Validation failed: You have already voted on this poll")
	}
	p.Poll.Options[choice].Votes++
	return nil
}

// counted stores a poll's counts and tells of them; others are told a little
// later, of many votes at once.
func (c *Chapter) counted(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if err := tx.SetPoll(ctx, p.ID, p.Poll); err != nil {
		return err
	}
	if err := tx.TouchPost(ctx, p.ID); err != nil {
		return err
	}
	if p.Leaves() {
		if err := c.Later(ctx, tx, JobPollTell, p.ID.String(), nil, tx.Now().Add(pollTellAfter)); err != nil {
			return err
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID})
}

func (c *Chapter) pollTellJob(ctx context.Context, j *models.Job) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, models.ParseID(j.Key))
		if err != nil || p.Poll == nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Leaves()})
	})
}

// pollEndJob closes a poll whose time is over and tells who took part.
func (c *Chapter) pollEndJob(ctx context.Context, j *models.Job) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, models.ParseID(j.Key))
		if err != nil || p.Poll == nil || !p.Poll.ClosedAt.IsZero() || p.Poll.Open(tx.Now()) {
			return err
		}
		p.Poll.ClosedAt = p.Poll.ExpiresAt
		if err := tx.SetPoll(ctx, p.ID, p.Poll); err != nil {
			return err
		}
		if err := tx.TouchPost(ctx, p.ID); err != nil {
			return err
		}
		voters, err := tx.Voters(ctx, p.ID)
		if err != nil {
			return err
		}
		if p.Local && !slices.Contains(voters, p.AuthorID) {
			voters = append(voters, p.AuthorID)
		}
		for _, id := range voters {
			if err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifyPoll, FromID: p.AuthorID, PostID: p.ID}); err != nil {
				return err
			}
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Leaves()})
	})
}
