package chapter

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// maxUses is for how many people an invitation may be, if it has a limit.
const maxUses = 10_000

// NewInvite is what an invitation is made of.
type NewInvite struct {
	Role models.Role
	Uses int           // how many may join by it, -1 any number
	Life time.Duration // how long it is good, 0 for ever
}

// CreateInvite makes an invitation in the name of a member; one that is made
// on the server itself comes from the chapter.
func (c *Chapter) CreateInvite(ctx context.Context, by models.Viewer, n NewInvite) (*models.Invite, error) {
	switch {
	case !by.IsMember():
		return nil, models.Errorf(models.Forbidden, "Only members can invite others.")
	case n.Role != models.Ordinary && n.Role != models.Guest:
		return nil, models.Errorf(models.Invalid, "One can be invited as a member or as a guest.").On("role")
	case n.Uses == 0 || n.Uses < -1:
		return nil, models.Errorf(models.Invalid, "An invitation is for one person at least.").On("uses")
	case n.Uses > maxUses:
		return nil, models.Errorf(models.Invalid, "An invitation is for %d people at most.", maxUses).On("uses")
	case n.Life < 0:
		return nil, models.Errorf(models.Invalid, "An invitation cannot have expired before it is made.").On("expires")
	}
	i := &models.Invite{ID: c.Store.NewID(), Code: secret(12), By: by.AccountID, Role: n.Role, UsesLeft: n.Uses, CreatedAt: c.Store.Now()}
	if n.Life > 0 {
		i.ExpiresAt = c.Store.Now().Add(n.Life)
	}
	if i.By == 0 {
		self, err := c.Self(ctx)
		if err != nil {
			return nil, err
		}
		i.By = self.AccountID
	}
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddInvite(ctx, i); err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedInvite, Subject: inviteSubject(n)})
	})
	return i, err
}

func inviteSubject(n NewInvite) string {
	if n.Uses < 0 {
		return string(n.Role)
	}
	return string(n.Role) + ", " + strconv.Itoa(n.Uses)
}

// OpenInvite returns an invitation that one can join by. For another one the
// error says what became of it.
func (c *Chapter) OpenInvite(ctx context.Context, code string) (*models.Invite, error) {
	i, err := c.Store.Invite(ctx, code)
	if models.KindOf(err) == models.NotFound {
		return nil, models.Errorf(models.NotFound, "This invitation is not known here. Was the whole link copied? Else ask whoever sent it for a new one.").Because(err)
	}
	if err != nil {
		return nil, err
	}
	return i, i.Good(c.Store.Now())
}

// Join makes a member by an invitation. Without a Username one is made from
// the name. from is where the request came from; the zero address is not known.
func (c *Chapter) Join(ctx context.Context, code string, n NewMember, from netip.Addr) (*models.Account, error) {
	invite, err := c.OpenInvite(ctx, code)
	if err != nil {
		return nil, err
	}
	if _, err := c.checkNetwork(ctx, from); err != nil {
		return nil, err
	}
	if err := c.CheckMail(ctx, n.Email); err != nil {
		return nil, err
	}
	n.Role, n.State, n.InvitedBy = invite.Role, models.Active, invite.By
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	return c.enrol(ctx, n, func(tx *store.Tx, m *madeMember) error {
		used, err := tx.UseInvite(ctx, invite.ID)
		if err != nil {
			return err
		}
		if !used { // somebody was faster
			now, err := tx.Invite(ctx, code)
			if err != nil {
				return err
			}
			return now.Good(tx.Now())
		}
		return c.addMember(ctx, tx, m, self)
	})
}

// enrol makes a member and has store put it into a transaction. Without a
// Username it makes one from the name; if somebody takes that meanwhile, another.
func (c *Chapter) enrol(ctx context.Context, n NewMember, put func(tx *store.Tx, m *madeMember) error) (*models.Account, error) {
	chosen := cleanUsername(n.Username) != ""
	for try := 0; ; try++ {
		if !chosen {
			var err error
			if n.Username, err = c.freeUsername(ctx, n); err != nil {
				return nil, err
			}
		}
		m, err := c.newMember(n)
		if err != nil {
			return nil, err
		}
		err = c.Store.Write(ctx, func(tx *store.Tx) error { return put(tx, m) })
		if err == nil {
			return m.account.Account, nil
		}
		if chosen || try == 3 || !takenHandle(err) {
			return nil, err
		}
	}
}

// freeUsername makes a handle that nobody has of somebody's name, or of what
// stands before the @ of the e-mail address: the first name, then more of it,
// then a number.
func (c *Chapter) freeUsername(ctx context.Context, n NewMember) (string, error) {
	local, _, _ := strings.Cut(n.Email, "@")
	var tries []string
	for _, from := range []string{n.Name, local} {
		first, _, _ := strings.Cut(strings.TrimSpace(from), " ")
		for _, words := range []string{first, from} {
			if h := usernameFrom(words); words != "" && h != text.Slug("") && len(h) > 1 {
				tries = append(tries, h)
			}
		}
	}
	if len(tries) == 0 {
		tries = []string{"member"}
	}
	for i := 2; i < 100; i++ {
		end := "_" + strconv.Itoa(i)
		tries = append(tries, tries[0][:min(len(tries[0]), maxUsername-len(end))]+end)
	}
	for _, name := range tries {
		if reserved[name] {
			continue
		}
		_, err := c.Store.AccountByHandle(ctx, name)
		if models.KindOf(err) == models.NotFound {
			return name, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", models.Errorf(models.Invalid, "Choose a handle: many here have one like yours.").On("username")
}

// RevokeInvite ends an invitation, in the name of a steward or of who made it.
func (c *Chapter) RevokeInvite(ctx context.Context, by models.Viewer, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		revoked, err := tx.RevokeInvite(ctx, id, by.AccountID, by.IsSteward())
		if err != nil {
			return err
		}
		if !revoked {
			return store404
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedInviteGone})
	})
}

// secret returns n random bytes as text for an address.
func secret(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
