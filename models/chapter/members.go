package chapter

import (
	"context"
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// SetUp is what it takes to open a chapter.
type SetUp struct {
	Name     string // of the chapter
	Handle   string // of its account; "" is made from the name
	Sentence string // what it cares about, in one sentence

	Steward NewMember // the first one; Role is President
}

// SetUp opens the chapter: its accounts, its first steward. It is a Conflict
// if there is a chapter already.
func (c *Chapter) SetUp(ctx context.Context, s SetUp) (*models.Account, error) {
	if s.Handle == "" {
		s.Handle = handleFrom(s.Name)
	}
	self := &models.Chapter{Name: strings.TrimSpace(s.Name), Sentence: strings.TrimSpace(s.Sentence), Domain: c.URLs.Domain,
		Email: s.Steward.Email, OpenedAt: c.Store.Now(), Settings: models.DefaultSettings()}
	if err := checkChapter(self); err != nil {
		return nil, err
	}
	if err := checkUsername(s.Handle); err != nil {
		return nil, err.On("handle")
	}
	s.Steward.Role, s.Steward.State = models.President, models.Active
	steward, err := c.newMember(s.Steward)
	if err != nil {
		return nil, err
	}
	group, err := c.newAccount(models.Group, c.URLs.Chapter(), s.Handle)
	if err != nil {
		return nil, err
	}
	group.Name, group.BioSource, group.BioHTML = self.Name, self.Sentence, c.renderBio(self.Sentence, nil)
	group.Discoverable, group.Indexable = true, true
	instance, err := c.newAccount(models.Application, c.URLs.Instance(), c.URLs.AccountDomain)
	if err != nil {
		return nil, err
	}
	instance.Name, instance.Locked = self.Name, true
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Chapter(ctx); models.KindOf(err) != models.NotFound {
			return models.Errorf(models.Conflict, "This chapter is open already.").Because(err)
		}
		for _, a := range []*madeAccount{group, instance} {
			if err := a.add(ctx, tx); err != nil {
				return err
			}
		}
		self.AccountID, self.InstanceID = group.ID, instance.ID
		added, err := tx.AddChapter(ctx, self)
		if err != nil {
			return err
		}
		if !added {
			return models.Errorf(models.Conflict, "This chapter is open already.")
		}
		if err := c.addMember(ctx, tx, steward, self); err != nil {
			return err
		}
		if err := c.Later(ctx, tx, JobThemes, "default", nil, time.Time{}); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.ChapterChanged})
	})
	if err != nil {
		return nil, err
	}
	return steward.account.Account, nil
}

// Faults are all that is wrong with what was typed about a chapter to open, so
// that a form can say it at once. Its steward's are another matter.
func (s SetUp) Faults() []*models.Error {
	faults := asFaults(checkChapter(&models.Chapter{Name: strings.TrimSpace(s.Name), Sentence: strings.TrimSpace(s.Sentence)}))
	if s.Handle != "" {
		if err := checkUsername(s.Handle); err != nil {
			faults = append(faults, err.On("handle"))
		}
	}
	return faults
}

// asFaults are those of errs that say what is wrong in a form.
func asFaults(errs ...error) (faults []*models.Error) {
	for _, err := range errs {
		if e, ok := errors.AsType[*models.Error](err); ok && e != nil {
			faults = append(faults, e)
		}
	}
	return faults
}

func checkChapter(self *models.Chapter) error {
	switch {
	case self.Name == "":
		return models.Errorf(models.Invalid, "The chapter needs a name.").On("name")
	case len([]rune(self.Name)) > 100:
		return models.Errorf(models.Invalid, "The chapter's name may have 100 characters at most.").On("name")
	case len([]rune(self.Sentence)) > 500:
		return models.Errorf(models.Invalid, "The sentence may have 500 characters at most.").On("sentence")
	}
	return nil
}

// usernameFrom makes what a handle may look like of a name.
func usernameFrom(name string) string {
	h := strings.ReplaceAll(text.Slug(name), "-", "_")
	if len(h) > maxUsername {
		h = strings.TrimRight(h[:maxUsername], "_")
	}
	return h
}

// handleFrom makes a handle of a chapter's name.
func handleFrom(name string) string {
	h := usernameFrom(name)
	if reserved[h] {
		h = "chapter_" + h
	}
	return h
}

// maxUsername is how long a handle's name may be, in characters.
const maxUsername = 30

var username = regexp.MustCompile(`^[a-z0-9_]+$`)

// reserved are names that no account may have: they are, or may become,
// addresses of pages, or would pass for the house itself.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(`about accessibility actor appeals admin administrator api app apps assets authorize_interaction chapters circles
		conduct contexts demo desk development everyone follow forgotten gatherings health healthz help home how_this_travels i inbox join letters library mail media
		members metrics moderator nodeinfo note notes notifications oauth people postmaster privacy questions readyz reset root search series settings
		setup share shelf sign_in sign_out static steward support system tags talk terms themes url users webmaster well_known`) {
		m[name] = true
	}
	return m
}()

func cleanUsername(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
}

func checkUsername(name string) *models.Error {
	switch {
	case name == "":
		return models.Errorf(models.Invalid, "A name for the handle is missing.").On("username")
	case !username.MatchString(name):
		return models.Errorf(models.Invalid, "A handle may have the letters a to z, digits and _ only.").On("username")
	case len(name) > maxUsername:
		return models.Errorf(models.Invalid, "A handle may have %d characters at most.", maxUsername).On("username")
	case reserved[name]:
		return models.Errorf(models.Invalid, "The handle %s is reserved.", name).On("username")
	}
	return nil
}

// NewMember is what it takes to become a member.
type NewMember struct {
	Username    string
	Name        string // to show; "" shows the username
	Email       string
	Password    string // "" only for members who will set one by a letter's link
	Role        models.Role
	State       models.MemberState // "" is Active
	Locale      string
	Application string // what an applicant writes
	InvitedBy   models.ID
}

// Faults are all that is wrong with what was typed to become a member, as far
// as that can be told without looking who is one.
func (n NewMember) Faults() []*models.Error {
	_, emailErr := checkEmail(n.Email)
	faults := asFaults(emailErr, checkName(n.Name), checkPassword(n.Password))
	if name := cleanUsername(n.Username); name != "" {
		if err := checkUsername(name); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

// AddMember makes a member. Taken handles and addresses are Invalid.
func (c *Chapter) AddMember(ctx context.Context, n NewMember) (*models.Account, error) {
	m, err := c.newMember(n)
	if err != nil {
		return nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, models.Errorf(models.Conflict, "There is no chapter here yet: set it up first.").Because(err)
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error { return c.addMember(ctx, tx, m, self) })
	if err != nil {
		return nil, err
	}
	return m.account.Account, nil
}

// A madeAccount is a new local account with its keys, not stored yet.
type madeAccount struct {
	*models.Account
	keys models.Keys
}

func (c *Chapter) newAccount(t models.ActorType, uri, name string) (*madeAccount, error) {
	pair, err := c.keys()
	if err != nil {
		return nil, err
	}
	now := c.Store.Now()
	u := c.URLs
	a := &models.Account{ID: c.Store.NewID(), URI: uri, URL: u.AccountPage(uri, name), Type: t, Username: name, CreatedAt: now, UpdatedAt: now,
		InboxURI: u.Inbox(uri), SharedInboxURI: u.SharedInbox(), OutboxURI: u.Outbox(uri), FollowersURI: u.Followers(uri), FollowingURI: u.Following(uri),
		FeaturedURI: u.Featured(uri), KeyID: u.MainKey(uri), PublicKey: pair.PublicKey, EdKeyID: u.EdKey(uri), EdKey: pair.EdKey}
	if t == models.Group {
		a.ModeratorsURI = u.Moderators(uri)
	}
	return &madeAccount{a, models.Keys{AccountID: a.ID, RSA: pair.RSA, Ed25519: pair.Ed25519}}, nil
}

func (a *madeAccount) add(ctx context.Context, tx *store.Tx) error {
	added, err := tx.AddAccount(ctx, a.Account)
	if err != nil {
		return err
	}
	if !added {
		return errTaken(a.Username)
	}
	return tx.AddKeys(ctx, a.keys)
}

func errTaken(name string) *models.Error {
	return models.Errorf(models.Invalid, "The handle %s is taken.", name).On("username")
}

// takenHandle says whether err is errTaken's.
func takenHandle(err error) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && e.Kind == models.Invalid && e.Field == "username"
}

type madeMember struct {
	account *madeAccount
	member  *models.Member
}

func (c *Chapter) newMember(n NewMember) (*madeMember, error) {
	n.Username = cleanUsername(n.Username)
	if err := checkUsername(n.Username); err != nil {
		return nil, err
	}
	email, err := checkEmail(n.Email)
	if err != nil {
		return nil, err
	}
	if !n.Role.Valid() {
		return nil, models.Errorf(models.Invalid, "The role %q is not one of guest, member, steward, president.", n.Role).On("role")
	}
	if err := checkName(n.Name); err != nil {
		return nil, err
	}
	hash := ""
	if n.Password != "" {
		if hash, err = newPasswordHash(n.Password); err != nil {
			return nil, err
		}
	}
	if n.State == "" {
		n.State = models.Active
	}
	if n.Locale == "" {
		n.Locale = "en"
	}
	a, err := c.newAccount(models.Person, c.URLs.Person(n.Username), n.Username)
	if err != nil {
		return nil, err
	}
	a.Name, a.Discoverable = strings.TrimSpace(n.Name), true
	m := &models.Member{AccountID: a.ID, Email: email, PasswordHash: hash, Role: n.Role, State: n.State, Locale: n.Locale, Language: n.Locale,
		Quotes: models.QuotesPublic, Application: n.Application, InvitedBy: n.InvitedBy, CreatedAt: a.CreatedAt}
	return &madeMember{a, m}, nil
}

func checkEmail(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" || len(a.Address) > 254 {
		return "", models.Errorf(models.Invalid, "%q is not an e-mail address.", s).On("email")
	}
	return a.Address, nil
}

func checkName(s string) error {
	if len([]rune(s)) > MaxName {
		return models.Errorf(models.Invalid, "A name may have %d characters at most.", MaxName).On("name")
	}
	return nil
}

// addMember stores a member, who follows the chapter, and who invited it,
// from the start.
func (c *Chapter) addMember(ctx context.Context, tx *store.Tx, m *madeMember, self *models.Chapter) error {
	if err := m.account.add(ctx, tx); err != nil {
		return err
	}
	added, err := tx.AddMember(ctx, m.member)
	if err != nil {
		return err
	}
	if !added {
		return models.Errorf(models.Invalid, "The e-mail address %s belongs to a member already.", m.member.Email).On("email")
	}
	for i, id := range []models.ID{self.AccountID, m.member.InvitedBy} {
		if id == 0 || i > 0 && id == self.AccountID {
			continue
		}
		if err := c.followHere(ctx, tx, m.account.Account, id); err != nil {
			return err
		}
	}
	stewards, err := tx.Stewards(ctx)
	if err != nil {
		return err
	}
	for _, id := range stewards {
		if id == m.account.ID {
			continue
		}
		err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifySignUp, FromID: m.account.ID})
		if err != nil {
			return err
		}
	}
	return nil
}

// followHere makes an accepted follow of a local account, without notice.
func (c *Chapter) followHere(ctx context.Context, tx *store.Tx, me *models.Account, targetID models.ID) error {
	id := tx.NewID()
	f := &models.Follow{ID: id, AccountID: me.ID, TargetID: targetID, URI: c.URLs.Follow(me.URI, id), State: models.FollowAccepted, Boosts: true, CreatedAt: tx.Now()}
	if err := tx.SetFollow(ctx, f, true); err != nil {
		return err
	}
	return c.countFollow(ctx, tx, f, 1)
}

// SetRole gives a member another role, in the name of a steward. Only a
// president makes or unmakes stewards, and a chapter keeps one president.
func (c *Chapter) SetRole(ctx context.Context, by models.Viewer, id models.ID, role models.Role) error {
	if !role.Valid() {
		return models.Errorf(models.Invalid, "The role %q is not one of guest, member, steward, president.", role)
	}
	return c.changeMember(ctx, by, id, func(m *models.Member) error {
		if (role.AtLeast(models.Steward) || m.Role.AtLeast(models.Steward)) && by.Role != models.President {
			return models.Errorf(models.Forbidden, "Only a president may make or unmake stewards.")
		}
		m.Role = role
		return nil
	})
}

// SetMemberState lets a member in, shuts it out or hides it, in the name of a
// steward.
func (c *Chapter) SetMemberState(ctx context.Context, by models.Viewer, id models.ID, state models.MemberState) error {
	if !slices.Contains([]models.MemberState{models.Active, models.Disabled, models.Suspended}, state) {
		return models.Errorf(models.Invalid, "A membership cannot be %q.", state)
	}
	return c.changeMember(ctx, by, id, func(m *models.Member) error {
		if id == by.AccountID {
			return models.Errorf(models.Forbidden, "Nobody can shut themselves out.")
		}
		if m.Role.AtLeast(by.Role) {
			return models.Errorf(models.Forbidden, "Somebody with the same role cannot be shut out by you.")
		}
		m.State = state
		return nil
	})
}

func (c *Chapter) changeMember(ctx context.Context, by models.Viewer, id models.ID, change func(*models.Member) error) error {
	if !by.IsSteward() {
		return models.Errorf(models.Forbidden, "Only stewards may change memberships.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(ctx, id)
		if err != nil {
			return err
		}
		before := *m
		if err := change(m); err != nil {
			return err
		}
		if before.Role == models.President && (m.Role != models.President || m.State != models.Active) {
			if n, err := tx.Presidents(ctx); err != nil || n < 2 {
				return models.Errorf(models.Conflict, "A chapter needs a president: name another one first.").Because(err)
			}
		}
		if _, err := tx.SetMember(ctx, m); err != nil {
			return err
		}
		deed := models.LogEntry{Deed: models.DeedRole, AccountID: id, Subject: string(m.Role)}
		if m.State != before.State {
			deed.Deed, deed.Subject = models.DeedState, string(m.State)
		}
		if err := logDeed(ctx, tx, by, deed); err != nil || m.State == before.State {
			return err
		}
		return c.enforce(ctx, tx, m)
	})
}

// enforce makes a member's new state felt: who is shut out has no sessions,
// and who is suspended is not seen.
func (c *Chapter) enforce(ctx context.Context, tx *store.Tx, m *models.Member) error {
	a, err := tx.Account(ctx, m.AccountID)
	if err != nil {
		return err
	}
	hide := m.State == models.Suspended
	if hide != a.Suspended() {
		a.SuspendedAt = time.Time{}
		if hide {
			a.SuspendedAt = tx.Now()
		}
		if _, err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		if err := tx.SetHiddenAll(ctx, a.ID, hide); err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID, Federates: true}); err != nil {
			return err
		}
	}
	if m.State == models.Active {
		return nil
	}
	return c.revokeAll(ctx, tx, a.ID)
}

// revokeAll ends all sessions and tokens of an account.
func (c *Chapter) revokeAll(ctx context.Context, tx *store.Tx, accountID models.ID) error {
	tokens, err := tx.TokensOf(ctx, accountID, 10_000)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if err := c.revoke(ctx, tx, t.ID, accountID); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chapter) revoke(ctx context.Context, tx *store.Tx, tokenID, accountID models.ID) error {
	if _, err := tx.DeleteToken(ctx, tokenID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.TokenRevoked, AccountID: accountID, Data: []byte(tokenID.String())})
}
