package chapter

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// maxApplication is how long an application may be, in characters.
const maxApplication = 2000

// Apply makes a member of somebody who comes without an invitation, as the
// chapter's registration allows: at once where it is open, else a steward
// decides about the application. from is where the request came from; the
// zero address is not known.
func (c *Chapter) Apply(ctx context.Context, n NewMember, from netip.Addr) (*models.Account, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	n.Role, n.State, n.InvitedBy, n.Application = models.Ordinary, models.Active, 0, strings.TrimSpace(n.Application)
	switch self.Settings.Registration {
	case models.Open:
	case models.ByAsking:
		n.State = models.Applied
	default:
		return nil, models.Errorf(models.Forbidden, "One becomes a member here by invitation.")
	}
	severity, err := c.checkNetwork(ctx, from)
	if err != nil {
		return nil, err
	}
	if severity == models.BarApproval {
		n.State = models.Applied
	}
	switch {
	case n.State == models.Applied && n.Application == "":
		return nil, models.Errorf(models.Invalid, "Say in a sentence or two why you would like to join.").On("reason")
	case len([]rune(n.Application)) > maxApplication:
		return nil, models.Errorf(models.Invalid, "An application may have %d characters at most.", maxApplication).On("reason")
	}
	if err := c.CheckMail(ctx, n.Email); err != nil {
		return nil, err
	}
	return c.enrol(ctx, n, func(tx *store.Tx, m *madeMember) error { return c.addMember(ctx, tx, m, self) })
}

// checkNetwork refuses an address from which nobody may join. For others it
// returns the bar that they are under.
func (c *Chapter) checkNetwork(ctx context.Context, from netip.Addr) (models.BarSeverity, error) {
	severity, err := c.networkBar(ctx, from)
	if err == nil && (severity == models.BarAccess || severity == models.BarSignUp) {
		err = models.Errorf(models.Forbidden, "Nobody can join from this network. Please write to the stewards.")
	}
	return severity, err
}

// applicant returns an application that waits.
func applicant(ctx context.Context, tx *store.Tx, by models.Viewer, id models.ID) (*models.Member, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	m, err := tx.Member(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.State != models.Applied {
		return nil, models.Errorf(models.Forbidden, "This application was answered already.")
	}
	return m, nil
}

// AcceptApplicant lets an applicant in, in the name of a steward, and tells it
// by a letter with words.
func (c *Chapter) AcceptApplicant(ctx context.Context, by models.Viewer, id models.ID, words string) error {
	if err := checkWords(words); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := applicant(ctx, tx, by, id)
		if err != nil {
			return err
		}
		m.State = models.Active
		if _, err := tx.SetMember(ctx, m); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedAccept, AccountID: id}); err != nil {
			return err
		}
		if err := c.mailAnswer(ctx, tx, m, true, words); err != nil {
			return err
		}
		if err := tx.TouchAccount(ctx, id); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: id})
	})
}

// RejectApplicant turns an applicant down, in the name of a steward: nothing
// of it is kept, and the handle is free again. reason is for the log; with
// words a letter is sent.
func (c *Chapter) RejectApplicant(ctx context.Context, by models.Viewer, id models.ID, reason, words string) (*models.Account, error) {
	if err := checkWords(words); err != nil {
		return nil, err
	}
	var a *models.Account
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := applicant(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if words != "" {
			if err := c.mailAnswer(ctx, tx, m, false, words); err != nil {
				return err
			}
		}
		if a, err = tx.Account(ctx, id); err != nil {
			return err
		}
		ties, err := tx.Ties(ctx, id, 100)
		if err != nil {
			return err
		}
		for _, f := range ties {
			if err := c.dropFollow(ctx, tx, a, f); err != nil {
				return err
			}
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedReject, Subject: a.Username, Reason: reason}); err != nil {
			return err
		}
		return tx.DeleteAccount(ctx, id)
	})
	return a, err
}

// AddBar bars an address or a network, in the name of a steward: value is a
// mail domain, a mail address or its hash, or a network.
func (c *Chapter) AddBar(ctx context.Context, by models.Viewer, b models.Bar) (*models.Bar, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	if err := cleanBar(&b); err != nil {
		return nil, err
	}
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		tx.After(c.forgetBars)
		b.ID, b.CreatedAt = tx.NewID(), tx.Now()
		added, err := tx.AddBar(ctx, &b)
		if err != nil {
			return err
		}
		if !added {
			return models.Errorf(models.Invalid, "That is barred already.").On(barField[b.Kind])
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedBar, Subject: string(b.Kind) + " " + b.Value, Reason: b.Comment})
	})
	return &b, err
}

// barField is the form's name of what is barred.
var barField = map[models.BarKind]string{models.MailDomainBar: "domain", models.MailBar: "email", models.NetworkBar: "ip"}

func cleanBar(b *models.Bar) (err error) {
	b.Comment = cut(strings.TrimSpace(b.Comment), maxReason)
	switch b.Kind {
	case models.MailDomainBar:
		b.Value, err = CleanDomain(b.Value)
	case models.MailBar:
		if strings.Contains(b.Value, "@") {
			b.Value = models.MailHash(b.Value)
		}
		b.Value = strings.ToLower(b.Value)
		if len(b.Value) != 64 || strings.Trim(b.Value, "0123456789abcdef") != "" {
			err = models.Errorf(models.Invalid, "That is neither an e-mail address nor the hash of one.").On("email")
		}
	case models.NetworkBar:
		var p netip.Prefix
		if p, err = models.ParseNetwork(b.Value); err != nil {
			return err
		}
		b.Value = p.String()
		if !b.Severity.Valid() {
			err = models.Errorf(models.Invalid, "Validation failed: Severity can't be blank").On("severity")
		}
	default:
		err = models.Errorf(models.Invalid, "That cannot be barred.")
	}
	return err
}

// ChangeBar changes a network's bar, in the name of a steward.
func (c *Chapter) ChangeBar(ctx context.Context, by models.Viewer, kind models.BarKind, id models.ID, change func(*models.Bar)) (*models.Bar, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	var b *models.Bar
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		tx.After(c.forgetBars)
		if b, err = tx.Bar(ctx, kind, id); err != nil {
			return err
		}
		change(b)
		if err := cleanBar(b); err != nil {
			return err
		}
		set, err := tx.SetBar(ctx, b)
		if err != nil {
			return err
		}
		if !set {
			return models.Errorf(models.Invalid, "That is barred already.").On(barField[kind])
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedBar, Subject: string(b.Kind) + " " + b.Value, Reason: b.Comment})
	})
	return b, err
}

// DeleteBar takes a bar away, in the name of a steward.
func (c *Chapter) DeleteBar(ctx context.Context, by models.Viewer, kind models.BarKind, id models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		tx.After(c.forgetBars)
		b, err := tx.Bar(ctx, kind, id)
		if err != nil {
			return err
		}
		if err := tx.DeleteBar(ctx, id); err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedBarGone, Subject: string(b.Kind) + " " + b.Value})
	})
}

// CheckMail refuses an e-mail address that may not sign up: itself, its
// domain or one above that is barred.
func (c *Chapter) CheckMail(ctx context.Context, address string) error {
	address, err := checkEmail(address)
	if err != nil {
		return err
	}
	barred := models.Errorf(models.Invalid, "Nobody can join with this e-mail address. Please write to the stewards.").On("email")
	if found, err := c.Store.BarsOf(ctx, models.MailBar, []string{models.MailHash(address)}); err != nil || len(found) > 0 {
		return orErr(err, barred)
	}
	domain, err := CleanDomain(address[strings.LastIndexByte(address, '@')+1:])
	if err != nil {
		return models.Errorf(models.Invalid, "%q is not an e-mail address.", address).On("email")
	}
	var above []string
	for d := domain; d != ""; {
		above = append(above, d)
		_, d, _ = strings.Cut(d, ".")
	}
	if found, err := c.Store.BarsOf(ctx, models.MailDomainBar, above); err != nil || len(found) > 0 {
		return orErr(err, barred)
	}
	return nil
}

func orErr(err error, other error) error {
	if err != nil {
		return err
	}
	return other
}

// networksFor is how long the barred networks are believed.
const networksFor = 5 * time.Second

// networkBars are the barred networks as they were read last: every request
// may ask.
type networkBars struct {
	bars  []networkBar
	until time.Time
}

type networkBar struct {
	network  netip.Prefix
	severity models.BarSeverity
	until    time.Time
}

func (c *Chapter) forgetBars() { c.barred.Store(nil) }

// maxNetworks is how many barred networks are heeded.
const maxNetworks = 10_000

func (c *Chapter) networks(ctx context.Context) ([]networkBar, error) {
	now := c.Store.Now()
	if kept := c.barred.Load(); kept != nil && now.Before(kept.until) {
		return kept.bars, nil
	}
	found, err := c.Store.Bars(ctx, models.NetworkBar, store.Page{Limit: maxNetworks})
	if err != nil {
		return nil, err
	}
	kept := &networkBars{until: now.Add(networksFor)}
	for _, b := range found {
		if p, err := netip.ParsePrefix(b.Value); err == nil {
			kept.bars = append(kept.bars, networkBar{p, b.Severity, b.ExpiresAt})
		}
	}
	c.barred.Store(kept)
	return kept.bars, nil
}

// networkBar is the hardest of the bars on an address; "" if there is none.
func (c *Chapter) networkBar(ctx context.Context, from netip.Addr) (models.BarSeverity, error) {
	if !from.IsValid() {
		return "", nil
	}
	bars, err := c.networks(ctx)
	if err != nil {
		return "", err
	}
	from = from.Unmap().WithZone("")
	rank := map[models.BarSeverity]int{models.BarApproval: 1, models.BarSignUp: 2, models.BarAccess: 3}
	var worst models.BarSeverity
	for _, b := range bars {
		if b.network.Contains(from) && (b.until.IsZero() || b.until.After(c.Store.Now())) && rank[b.severity] > rank[worst] {
			worst = b.severity
		}
	}
	return worst, nil
}

// ShutOut says whether nothing is answered to an address.
func (c *Chapter) ShutOut(ctx context.Context, from netip.Addr) bool {
	severity, err := c.networkBar(ctx, from)
	return err == nil && severity == models.BarAccess
}
