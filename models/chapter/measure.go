package chapter

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// Limits on what is written about a measure, in characters.
const (
	maxReason = 2000
	maxLetter = 5000
	maxAppeal = 2000
)

// Decision is what a steward does about an account or posts of it.
type Decision struct {
	Kind      models.MeasureKind
	Target    models.ID
	Posts     []models.ID // of the target, for measures of posts
	Complaint models.ID   // that it decides, 0: none
	Reason    string      // for the stewards' log
	Letter    string      // to the person; "" tells it nothing
}

// Decide takes a measure, in the name of a steward, closes the complaint that
// asked for it and tells the person.
func (c *Chapter) Decide(ctx context.Context, by models.Viewer, d Decision) (*models.Measure, error) {
	d.Reason, d.Letter = strings.TrimSpace(d.Reason), strings.TrimSpace(d.Letter)
	if err := d.check(); err != nil {
		return nil, err
	}
	var m *models.Measure
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := c.judged(ctx, tx, by, d.Target)
		if err != nil {
			return err
		}
		if d.Letter != "" && !target.Local() {
			return models.Errorf(models.Invalid, "A letter can only be written to a member.").On("letter")
		}
		m = &models.Measure{ID: tx.NewID(), TargetID: target.ID, By: by.AccountID, Kind: d.Kind, ComplaintID: d.Complaint, PostIDs: d.Posts,
			Reason: d.Reason, Letter: d.Letter, CreatedAt: tx.Now()}
		if d.Letter != "" {
			m.Key = secret(18)
		}
		if err := c.apply(ctx, tx, target, m); err != nil {
			return err
		}
		if err := tx.AddMeasure(ctx, m); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.StewardDeed(m.Kind), AccountID: target.ID, PostID: first(m.PostIDs), ComplaintID: m.ComplaintID, Reason: m.Reason}); err != nil {
			return err
		}
		if err := c.decided(ctx, tx, by, m); err != nil {
			return err
		}
		if m.Letter == "" {
			return nil
		}
		if err := c.mailMeasure(ctx, tx, target, m); err != nil {
			return err
		}
		return c.notify(ctx, tx, models.Notification{AccountID: target.ID, FromID: target.ID, Type: models.NotifyMeasure, ReportID: m.ID})
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (d *Decision) check() error {
	switch {
	case !d.Kind.Valid():
		return models.Errorf(models.Invalid, "Choose what to do.").On("do")
	case d.Kind.OfPosts() && len(d.Posts) == 0:
		return models.Errorf(models.Invalid, "Choose the posts that it is about.").On("posts")
	case len(d.Posts) > maxComplaintPost:
		return models.Errorf(models.Invalid, "Not more than %d posts at once.", maxComplaintPost).On("posts")
	case d.Kind == models.MeasureWord && d.Letter == "":
		return models.Errorf(models.Invalid, "Write what the person shall read.").On("letter")
	case len([]rune(d.Reason)) > maxReason:
		return models.Errorf(models.Invalid, "The reason may have %d characters at most.", maxReason).On("reason")
	case len([]rune(d.Letter)) > maxLetter:
		return models.Errorf(models.Invalid, "The letter may have %d characters at most.", maxLetter).On("letter")
	}
	return nil
}

func first(ids []models.ID) models.ID {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// judged returns the account with id if by may decide about it: a steward,
// about others, of lower rank than its own. The chapter's own accounts are
// nobody's to judge.
func (c *Chapter) judged(ctx context.Context, tx *store.Tx, by models.Viewer, id models.ID) (*models.Account, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	a, err := tx.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	if !a.Local() {
		return a, nil
	}
	m, err := tx.Member(ctx, id)
	switch {
	case models.KindOf(err) == models.NotFound:
		return nil, models.Errorf(models.Forbidden, "This account belongs to the chapter itself.")
	case err != nil:
		return nil, err
	case id == by.AccountID:
		return nil, models.Errorf(models.Forbidden, "Nobody decides about themselves.")
	case m.Role.AtLeast(by.Role):
		return nil, models.Errorf(models.Forbidden, "Somebody with the same role is not yours to decide about.")
	}
	return a, nil
}

// decided closes the complaint that a measure is the answer to; a suspension
// answers all complaints about the account.
func (c *Chapter) decided(ctx context.Context, tx *store.Tx, by models.Viewer, m *models.Measure) error {
	var open []*models.Complaint
	if m.ComplaintID != 0 {
		r, err := tx.Complaint(ctx, m.ComplaintID)
		if err != nil {
			return err
		}
		if r.TargetID != m.TargetID {
			return models.Errorf(models.Invalid, "That report is about somebody else.")
		}
		open = append(open, r)
	}
	if m.Kind == models.MeasureSuspend {
		others, err := tx.Complaints(ctx, store.ComplaintFilter{Open: true, TargetID: m.TargetID}, store.Page{Limit: 500})
		if err != nil {
			return err
		}
		open = append(open, others...)
	}
	for _, r := range open {
		if !r.Open() {
			continue
		}
		r.ResolvedAt, r.ResolvedBy, r.UpdatedAt = tx.Now(), by.AccountID, tx.Now()
		if err := tx.SetComplaint(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// apply makes a measure felt.
func (c *Chapter) apply(ctx context.Context, tx *store.Tx, a *models.Account, m *models.Measure) error {
	switch m.Kind {
	case models.MeasureHide, models.MeasureRemove, models.MeasureMark:
		return c.applyToPosts(ctx, tx, a, m)
	case models.MeasureSensitive:
		return c.setSensitive(ctx, tx, a, tx.Now())
	case models.MeasureLimit:
		a.SilencedAt = tx.Now()
		return c.stored(ctx, tx, a)
	case models.MeasureDisable:
		return c.setState(ctx, tx, a, models.Disabled)
	case models.MeasureSuspend:
		if a.Local() {
			return c.setState(ctx, tx, a, models.Suspended)
		}
		if a.Suspended() {
			return nil
		}
		return c.shutOut(ctx, tx, a, tx.Now())
	}
	return nil
}

func (c *Chapter) applyToPosts(ctx context.Context, tx *store.Tx, a *models.Account, m *models.Measure) error {
	for _, id := range m.PostIDs {
		p, err := tx.PostByID(ctx, id)
		if err != nil {
			return err
		}
		if p.AuthorID != a.ID {
			return models.Errorf(models.Invalid, "That post is by somebody else.")
		}
		if m.Kind != models.MeasureMark {
			if err := c.unshow(ctx, tx, p); err != nil {
				return err
			}
		}
		switch m.Kind {
		case models.MeasureRemove:
			err = c.remove(ctx, tx, a, p)
		case models.MeasureHide:
			err = c.hide(ctx, tx, p)
		case models.MeasureMark:
			err = c.mark(ctx, tx, p, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hide hides a post; who has it open sees it go. Other servers are not told:
// it may come back.
func (c *Chapter) hide(ctx context.Context, tx *store.Tx, p *models.Post) error {
	gone, err := c.remains(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := tx.MarkHidden(ctx, p.ID, true); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostDeleted, AccountID: p.AuthorID, PostID: p.ID, Data: jsonOf(gone)})
}

// unhide shows a post again, to who follows the Groups of ours as well.
func (c *Chapter) unhide(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if err := tx.MarkHidden(ctx, p.ID, false); err != nil || p.Local {
		return err
	}
	return c.show(ctx, tx, p)
}

// mark marks a post sensitive, or takes that back.
func (c *Chapter) mark(ctx context.Context, tx *store.Tx, p *models.Post, on bool) error {
	changed, err := tx.MarkSensitive(ctx, p.ID, on)
	if err != nil || !changed {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostEdited, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Local && p.Leaves()})
}

// stored stores what stewards decided about an account.
func (c *Chapter) stored(ctx context.Context, tx *store.Tx, a *models.Account) error {
	if _, err := tx.SetAccount(ctx, a); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID})
}

// setSensitive marks all media of an account sensitive, those to come too; at
// the zero time takes that back.
func (c *Chapter) setSensitive(ctx context.Context, tx *store.Tx, a *models.Account, at time.Time) error {
	a.SensitizedAt = at
	if err := tx.MarkSensitiveAll(ctx, a.ID, !at.IsZero()); err != nil {
		return err
	}
	return c.stored(ctx, tx, a)
}

// sensitize marks a new post of an account whose media are sensitive. It
// reports whether that changed the post.
func sensitize(author *models.Account, p *models.Post) bool {
	if author.SensitizedAt.IsZero() || len(p.Media) == 0 || p.Sensitive {
		return false
	}
	p.Sensitive = true
	return true
}

// setState gives a membership another state. A chapter keeps a president.
func (c *Chapter) setState(ctx context.Context, tx *store.Tx, a *models.Account, state models.MemberState) error {
	if !a.Local() {
		return models.Errorf(models.Invalid, "Only members sign in here.")
	}
	m, err := tx.Member(ctx, a.ID)
	if err != nil {
		return err
	}
	if m.State == models.Applied {
		return models.Errorf(models.Invalid, "This is an application: accept it or turn it down.")
	}
	if m.State == models.Suspended && state == models.Disabled {
		return models.Errorf(models.Invalid, "This member is suspended already.")
	}
	m.State = state
	if _, err := tx.SetMember(ctx, m); err != nil {
		return err
	}
	return c.enforce(ctx, tx, m)
}

// shutOut suspends an account elsewhere: follows both ways end, and what it
// wrote is not shown.
func (c *Chapter) shutOut(ctx context.Context, tx *store.Tx, a *models.Account, at time.Time) error {
	a.SuspendedAt = at
	if err := c.stored(ctx, tx, a); err != nil {
		return err
	}
	if err := tx.SetHiddenAll(ctx, a.ID, true); err != nil {
		return err
	}
	const some = 500
	for {
		ties, err := tx.Ties(ctx, a.ID, some)
		if err != nil {
			return err
		}
		for _, f := range ties {
			if err := c.cut(ctx, tx, a, f); err != nil {
				return err
			}
		}
		if len(ties) < some {
			return nil
		}
	}
}

// cut ends a follow between a and somebody here, and tells a's server.
func (c *Chapter) cut(ctx context.Context, tx *store.Tx, a *models.Account, f *models.Follow) error {
	otherID := f.TargetID
	if f.TargetID == a.ID {
		otherID = f.AccountID
	}
	other, err := tx.Account(ctx, otherID)
	if err != nil {
		return err
	}
	if f.TargetID == a.ID {
		return c.unfollow(ctx, tx, other, a, f)
	}
	return c.refuse(ctx, tx, other, a, f)
}

// letIn ends the suspension of an account elsewhere. Its follows do not come
// back.
func (c *Chapter) letIn(ctx context.Context, tx *store.Tx, a *models.Account) error {
	a.SuspendedAt = time.Time{}
	if err := c.stored(ctx, tx, a); err != nil {
		return err
	}
	return tx.SetHiddenAll(ctx, a.ID, false)
}

// Lift ends the measures of a kind about an account, in the name of a steward:
// all of its media are sensitive, it may not sign in, is limited or suspended.
// Doing it twice is no error.
func (c *Chapter) Lift(ctx context.Context, by models.Viewer, targetID models.ID, kind models.MeasureKind, reason string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := c.judged(ctx, tx, by, targetID)
		if err != nil {
			return err
		}
		if err := c.lift(ctx, tx, a, kind); err != nil {
			return err
		}
		if err := tx.LiftMeasures(ctx, a.ID, kind, by.AccountID); err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: lifting(kind), AccountID: a.ID, Reason: reason})
	})
}

// lifting is what the log calls the end of a measure.
func lifting(kind models.MeasureKind) models.StewardDeed { return "lift:" + models.StewardDeed(kind) }

func (c *Chapter) lift(ctx context.Context, tx *store.Tx, a *models.Account, kind models.MeasureKind) error {
	switch kind {
	case models.MeasureSensitive:
		return c.setSensitive(ctx, tx, a, time.Time{})
	case models.MeasureLimit:
		a.SilencedAt = time.Time{}
		return c.stored(ctx, tx, a)
	case models.MeasureDisable, models.MeasureSuspend:
		return c.liftState(ctx, tx, a, kind)
	}
	return models.Errorf(models.Invalid, "This cannot be taken back.")
}

func (c *Chapter) liftState(ctx context.Context, tx *store.Tx, a *models.Account, kind models.MeasureKind) error {
	if !a.Local() {
		if kind == models.MeasureDisable || !a.Suspended() {
			return nil
		}
		return c.letIn(ctx, tx, a)
	}
	m, err := tx.Member(ctx, a.ID)
	if err != nil {
		return err
	}
	if kind == models.MeasureDisable && m.State != models.Disabled || kind == models.MeasureSuspend && m.State != models.Suspended {
		return nil
	}
	return c.setState(ctx, tx, a, models.Active)
}

// LiftMeasure ends one measure, in the name of a steward: posts that it hid
// are shown, marks are taken off.
func (c *Chapter) LiftMeasure(ctx context.Context, by models.Viewer, id models.ID, reason string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Measure(ctx, id)
		if err != nil {
			return err
		}
		a, err := c.judged(ctx, tx, by, m.TargetID)
		if err != nil {
			return err
		}
		return c.endMeasure(ctx, tx, by, a, m, reason)
	})
}

func (c *Chapter) endMeasure(ctx context.Context, tx *store.Tx, by models.Viewer, a *models.Account, m *models.Measure, reason string) error {
	if !m.LiftedAt.IsZero() {
		return nil
	}
	if err := c.liftOne(ctx, tx, a, m); err != nil {
		return err
	}
	m.LiftedAt, m.LiftedBy = tx.Now(), by.AccountID
	if err := tx.SetMeasure(ctx, m); err != nil {
		return err
	}
	return logDeed(ctx, tx, by, models.LogEntry{Deed: lifting(m.Kind), AccountID: a.ID, PostID: first(m.PostIDs), ComplaintID: m.ComplaintID, Reason: reason})
}

func (c *Chapter) liftOne(ctx context.Context, tx *store.Tx, a *models.Account, m *models.Measure) error {
	if m.Kind == models.MeasureWord || m.Kind == models.MeasureRemove {
		return nil // what was said or deleted is not taken back by it
	}
	if !m.Kind.OfPosts() {
		return c.lift(ctx, tx, a, m.Kind)
	}
	for _, id := range m.PostIDs {
		p, err := tx.PostByID(ctx, id)
		if models.KindOf(err) == models.NotFound {
			continue // its author deleted it meanwhile
		}
		if err != nil {
			return err
		}
		if m.Kind == models.MeasureMark {
			err = c.mark(ctx, tx, p, false)
		} else {
			err = c.unhide(ctx, tx, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Appeal takes in what a person says to a measure: me, or whoever has the key
// of the letter's page, for those who cannot sign in any more.
func (c *Chapter) Appeal(ctx context.Context, me models.ID, key string, id models.ID, words string) (*models.Measure, error) {
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return nil, models.Errorf(models.Invalid, "Write why it should be looked at again.").On("appeal")
	case len([]rune(words)) > maxAppeal:
		return nil, models.Errorf(models.Invalid, "An appeal may have %d characters at most.", maxAppeal).On("appeal")
	}
	var m *models.Measure
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.Measure(ctx, id); err != nil {
			return err
		}
		if !MayRead(m, me, key) {
			m = nil
			return store404
		}
		if !m.Appealable(tx.Now()) {
			return models.Errorf(models.Conflict, "It is too late to appeal, or you did already.")
		}
		m.Appeal, m.AppealedAt = words, tx.Now()
		if err := tx.SetMeasure(ctx, m); err != nil {
			return err
		}
		return logDeed(ctx, tx, models.Viewer{AccountID: m.TargetID}, models.LogEntry{Deed: models.DeedAppeal, AccountID: m.TargetID, ComplaintID: m.ComplaintID, Subject: string(m.Kind)})
	})
	return m, err
}

// MayRead says whether somebody may read the letter of a measure: whom it is
// to, or who has its key.
func MayRead(m *models.Measure, me models.ID, key string) bool {
	if m.Letter == "" {
		return false
	}
	return me != 0 && me == m.TargetID || key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(m.Key)) == 1
}

// AnswerAppeal grants an appeal, which ends the measure, or refuses it, in the
// name of a steward; the person is told.
func (c *Chapter) AnswerAppeal(ctx context.Context, by models.Viewer, id models.ID, grant bool, reason string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Measure(ctx, id)
		if err != nil {
			return err
		}
		a, err := c.judged(ctx, tx, by, m.TargetID)
		if err != nil {
			return err
		}
		if m.AppealState() != models.AppealPending {
			return models.Errorf(models.Conflict, "No appeal waits for an answer.")
		}
		m.AnsweredAt, m.AnsweredBy, m.Granted = tx.Now(), by.AccountID, grant
		deed := models.DeedAppealNo
		if grant {
			deed = models.DeedAppealYes
			if err := c.endMeasure(ctx, tx, by, a, m, reason); err != nil {
				return err
			}
		}
		if err := tx.SetMeasure(ctx, m); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: deed, AccountID: a.ID, ComplaintID: m.ComplaintID, Subject: string(m.Kind), Reason: reason}); err != nil {
			return err
		}
		if err := c.mailAppealAnswer(ctx, tx, a, m); err != nil {
			return err
		}
		return c.notify(ctx, tx, models.Notification{AccountID: a.ID, FromID: a.ID, Type: models.NotifyMeasure, ReportID: m.ID})
	})
}

// Erase deletes for good an account that is suspended, and all that it wrote.
func (c *Chapter) Erase(ctx context.Context, by models.Viewer, id models.ID) error {
	var a *models.Account
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if a, err = c.judged(ctx, tx, by, id); err != nil {
			return err
		}
		if !a.Suspended() {
			return models.Errorf(models.Forbidden, "Only a suspended account can be erased.")
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedErase, AccountID: a.ID, Subject: a.Acct()})
	})
	if err != nil {
		return err
	}
	if a.Local() {
		return c.eraseMember(ctx, a, func(context.Context, *store.Tx) error { return nil })
	}
	return c.ReceiveAccountDeleted(ctx, a)
}
