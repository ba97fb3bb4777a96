package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// inviteCommand is atelier invite.
type inviteCommand struct {
	Create inviteCreate `cmd:"" help:"Make an invitation and print its link alone."`
	List   inviteList   `cmd:"" help:"List the invitations and what became of them."`
	Revoke inviteRevoke `cmd:"" help:"Call an invitation back."`
}

type inviteCreate struct {
	Uses    int    `default:"1" help:"How many may join by it, --uses=-1 for any number (${default})."`
	Expires string `default:"7d" placeholder:"WHEN" help:"How long it is good: days (7d), hours (48h), until the end of a day (2027-01-31), or never (${default})."`
	Role    string `default:"member" enum:"member,guest" placeholder:"member|guest" help:"What they become (${default})."`
}

// Run makes the invitation.
func (i *inviteCreate) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		life, err := lifeOf(i.Expires, c.Store.Now())
		if err != nil {
			return err
		}
		made, err := c.CreateInvite(r.ctx, operator, chapter.NewInvite{Role: models.Role(i.Role), Uses: i.Uses, Life: life})
		if err != nil {
			return err
		}
		fmt.Fprintln(r.stdout, r.urls.Invitation(made.Code))
		return nil
	})
}

// lifeOf reads how long something is good: 7d, 48h, a day, or never.
func lifeOf(s string, now time.Time) (time.Duration, error) {
	if s == "never" {
		return 0, nil
	}
	life, err := time.ParseDuration(s)
	if days, isDays := strings.CutSuffix(s, "d"); isDays {
		var n int
		n, err = strconv.Atoi(days)
		life = time.Duration(n) * 24 * time.Hour
		if n > 36_500 {
			return 0, fmt.Errorf("--expires: %s is longer than a hundred years: say never", s)
		}
	}
	if day, dayErr := time.Parse(time.DateOnly, s); dayErr == nil {
		life, err = day.AddDate(0, 0, 1).Sub(now), nil
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("--expires is days such as 7d, hours such as 48h, a date such as 2027-01-31, or never, not %q", s)
	case life <= 0:
		return 0, fmt.Errorf("--expires: %s has passed already", s)
	}
	return life, nil
}

type inviteList struct{}

// Run lists the invitations, newest first.
func (inviteList) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "CODE\tBY\tROLE\tUSED\tLEFT\tUNTIL\tSTATE")
		every := func(p store.Page) ([]*models.Invite, error) { return c.Store.Invites(r.ctx, 0, p) }
		err := store.InPages(every, func(i *models.Invite) models.ID { return i.ID }, func(invites []*models.Invite) error {
			var ids []models.ID
			for _, i := range invites {
				ids = append(ids, i.By)
			}
			by, err := c.Store.Accounts(r.ctx, ids)
			if err != nil {
				return err
			}
			for _, i := range invites {
				fmt.Fprintln(w, inviteRow(i, by[i.By], c.Store.Now()))
			}
			return nil
		})
		if err != nil {
			return err
		}
		return w.Flush()
	})
}

func inviteRow(i *models.Invite, by *models.Account, now time.Time) string {
	name, left, until, state := "-", "any", "never", "good"
	if by != nil {
		name = by.Username
	}
	if i.UsesLeft >= 0 {
		left = strconv.Itoa(i.UsesLeft)
	}
	if !i.ExpiresAt.IsZero() {
		until = i.ExpiresAt.Format(time.DateOnly)
	}
	switch {
	case !i.RevokedAt.IsZero():
		state = "revoked"
	case i.UsesLeft == 0:
		state = "used"
	case i.Good(now) != nil:
		state = "expired"
	}
	return strings.Join([]string{i.Code, name, string(i.Role), strconv.Itoa(i.Used), left, until, state}, "\t")
}

type inviteRevoke struct {
	Code string `arg:"" help:"The invitation's code, or its link."`
}

// Run calls the invitation back.
func (i *inviteRevoke) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		found, err := c.Store.Invite(r.ctx, i.Code[strings.LastIndexByte(i.Code, '/')+1:])
		if err == nil {
			err = c.RevokeInvite(r.ctx, operator, found.ID)
		}
		if models.KindOf(err) == models.NotFound {
			return fmt.Errorf("there is no invitation %s that could be called back", i.Code)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(r.stdout, "The invitation is called back.")
		return nil
	})
}
