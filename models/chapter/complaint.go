package chapter

import (
	"context"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// Limits on what a complaint holds.
const (
	maxComplaint     = 1000 // characters that a member writes
	maxComplaintSent = 5000 // characters kept of what another server sends
	maxComplaintPost = 50
	maxNote          = 2000 // characters of a steward's note
)

var errOwnCase = models.Errorf(models.Forbidden, "A report about oneself is for somebody else to look into.")

var errStewards = models.Errorf(models.Forbidden, "Only stewards may do that.")

// logDeed adds a line to the stewards' log.
func logDeed(ctx context.Context, tx *store.Tx, by models.Viewer, e models.LogEntry) error {
	e.ID, e.By, e.CreatedAt = tx.NewID(), by.AccountID, tx.Now()
	return tx.Log(ctx, &e)
}

// NewComplaint is what a member reports to the stewards.
type NewComplaint struct {
	TargetID models.ID
	PostIDs  []models.ID // of the target; the member can read them
	RuleIDs  []models.ID // of the chapter's rules; makes it a Violation
	Category models.ComplaintCategory
	Comment  string
	Forward  bool // tell the target's server, without saying who asks
}

// Complain reports an account, and perhaps posts of it, to the stewards.
func (c *Chapter) Complain(ctx context.Context, me *models.Account, n NewComplaint) (*models.Complaint, error) {
	n.Comment = strings.TrimSpace(n.Comment)
	if len([]rune(n.Comment)) > maxComplaint {
		return nil, models.Errorf(models.Invalid, "Validation failed: Comment is too long (maximum is %d characters)", maxComplaint).On("comment")
	}
	if len(n.PostIDs) > maxComplaintPost {
		return nil, models.Errorf(models.Invalid, "A report may name %d posts at most.", maxComplaintPost).On("status_ids")
	}
	if err := c.sortComplaint(ctx, &n.Category, n.RuleIDs); err != nil {
		return nil, err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	var r *models.Complaint
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := c.someone(ctx, tx, n.TargetID)
		if err != nil {
			return err
		}
		if target.Local() && target.Type == models.Application {
			return store404
		}
		v := viewer(ctx, tx, me.ID)
		for _, id := range n.PostIDs {
			p, err := tx.Post(ctx, v, id)
			if err != nil {
				return err
			}
			if p.AuthorID != target.ID {
				return store404
			}
		}
		id := tx.NewID()
		r = &models.Complaint{ID: id, URI: c.URLs.Flag(c.URLs.Instance(), id), FromID: me.ID, TargetID: target.ID, PostIDs: n.PostIDs, RuleIDs: n.RuleIDs,
			Category: n.Category, Comment: n.Comment, Forwarded: n.Forward && !target.Local(), CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		return c.file(ctx, tx, r, self)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// sortComplaint checks a category and rules; rules make it a Violation, and
// without a category it is Other.
func (c *Chapter) sortComplaint(ctx context.Context, category *models.ComplaintCategory, rules []models.ID) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	switch {
	case len(rules) > 0:
		*category = models.ComplaintViolation
	case *category == "":
		*category = models.ComplaintOther
	}
	if !category.Valid() {
		return models.Errorf(models.Invalid, "Validation failed: Category is not included in the list").On("category")
	}
	for _, id := range rules {
		if !slices.ContainsFunc(self.Settings.Rules, func(r models.Rule) bool { return r.ID == id }) {
			return models.Errorf(models.Invalid, "Validation failed: Rules does not reference valid rules").On("rule_ids")
		}
	}
	return nil
}

// file stores a complaint, a member's or another server's, and tells the
// stewards; but not one that it is about.
func (c *Chapter) file(ctx context.Context, tx *store.Tx, r *models.Complaint, self *models.Chapter) error {
	added, err := tx.AddComplaint(ctx, r)
	if err != nil || !added {
		return err
	}
	stewards, err := tx.Stewards(ctx)
	if err != nil {
		return err
	}
	for _, id := range stewards {
		if id == r.TargetID {
			continue
		}
		if err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifyReport, FromID: r.FromID, ReportID: r.ID}); err != nil {
			return err
		}
	}
	// The server itself tells the other one: who reports is not named.
	return tx.Leave(ctx, models.Event{Kind: models.ReportFiled, AccountID: self.InstanceID, TargetID: r.TargetID, Data: jsonOf(models.Filed{ComplaintID: r.ID}), Federates: r.Forwarded})
}

// ReceiveReport takes in that another server reports accounts or posts of ours
// (Flag): uris are theirs, comment is what it says, as HTML or plain text. Each
// account is a complaint of its own; what is not ours is left out.
func (c *Chapter) ReceiveReport(ctx context.Context, a Activity, uris []string, comment string) error {
	rules, err := c.Store.DomainRules(ctx)
	if err != nil {
		return err
	}
	if r := rules.Of(domainOf(a.Sender)); r != nil && r.RejectReports {
		return nil
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	comment = cut(strings.TrimSpace(text.PlainText(comment)), maxComplaintSent)
	return c.once(ctx, a, func(tx *store.Tx) error {
		targets, posts, err := c.reported(ctx, tx, uris)
		if err != nil {
			return err
		}
		for i, target := range targets {
			id := tx.NewID()
			r := &models.Complaint{ID: id, URI: a.ID, FromID: a.Sender.ID, TargetID: target, PostIDs: posts[target],
				Category: models.ComplaintOther, Comment: comment, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
			if i > 0 || r.URI == "" {
				r.URI = c.URLs.Flag(a.Sender.URI, id)
			}
			if err := c.file(ctx, tx, r, self); err != nil {
				return err
			}
		}
		return nil
	})
}

// reported finds the local accounts among uris, and those of posts among them,
// in their order, with these posts.
func (c *Chapter) reported(ctx context.Context, tx *store.Tx, uris []string) (targets []models.ID, posts map[models.ID][]models.ID, err error) {
	posts = map[models.ID][]models.ID{}
	add := func(id models.ID) {
		if !slices.Contains(targets, id) {
			targets = append(targets, id)
		}
	}
	for _, uri := range uris[:min(len(uris), maxComplaintPost+1)] {
		if !c.URLs.Local(uri) {
			continue
		}
		account, err := tx.AccountByURI(ctx, uri)
		if err == nil {
			add(account.ID)
			continue
		}
		if models.KindOf(err) != models.NotFound {
			return nil, nil, err
		}
		p, err := tx.PostByURI(ctx, uri)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		add(p.AuthorID)
		posts[p.AuthorID] = append(posts[p.AuthorID], p.ID)
	}
	return targets, posts, nil
}

// cut is the first n characters of s.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// changeComplaint has a steward change a complaint; deed is logged. Nobody
// looks into a complaint about themselves; what is done about somebody else
// is for those of a higher rank (Decide).
func (c *Chapter) changeComplaint(ctx context.Context, by models.Viewer, id models.ID, deed models.StewardDeed, change func(*models.Complaint) error) (*models.Complaint, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	var r *models.Complaint
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if r, err = tx.Complaint(ctx, id); err != nil {
			return err
		}
		if r.TargetID == by.AccountID {
			return errOwnCase
		}
		if err := change(r); err != nil {
			return err
		}
		r.UpdatedAt = tx.Now()
		if err := tx.SetComplaint(ctx, r); err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: deed, AccountID: r.TargetID, ComplaintID: r.ID})
	})
	return r, err
}

// AssignComplaint says that a steward looks into a complaint: to, or with 0
// nobody.
func (c *Chapter) AssignComplaint(ctx context.Context, by models.Viewer, id, to models.ID) (*models.Complaint, error) {
	deed := models.DeedAssign
	if to == 0 {
		deed = models.DeedUnassign
	} else if v, err := c.Store.ViewerOf(ctx, to); err != nil || !v.IsSteward() {
		return nil, models.Errorf(models.Invalid, "Only a steward can look into a report.")
	}
	return c.changeComplaint(ctx, by, id, deed, func(r *models.Complaint) error { r.AssignedTo = to; return nil })
}

// ResolveComplaint closes a complaint. Doing it twice is no error.
func (c *Chapter) ResolveComplaint(ctx context.Context, by models.Viewer, id models.ID) (*models.Complaint, error) {
	return c.changeComplaint(ctx, by, id, models.DeedResolve, func(r *models.Complaint) error {
		if r.Open() {
			r.ResolvedAt, r.ResolvedBy = c.Store.Now(), by.AccountID
		}
		return nil
	})
}

// ReopenComplaint opens a complaint again.
func (c *Chapter) ReopenComplaint(ctx context.Context, by models.Viewer, id models.ID) (*models.Complaint, error) {
	return c.changeComplaint(ctx, by, id, models.DeedReopen, func(r *models.Complaint) error {
		r.ResolvedAt, r.ResolvedBy = time.Time{}, 0
		return nil
	})
}

// SortComplaint gives a complaint another category and other rules.
func (c *Chapter) SortComplaint(ctx context.Context, by models.Viewer, id models.ID, category models.ComplaintCategory, rules []models.ID) (*models.Complaint, error) {
	if category != models.ComplaintViolation {
		rules = nil
	}
	if err := c.sortComplaint(ctx, &category, rules); err != nil {
		return nil, err
	}
	return c.changeComplaint(ctx, by, id, models.DeedSort, func(r *models.Complaint) error {
		r.Category, r.RuleIDs = category, rules
		return nil
	})
}

// AddComplaintNote keeps what a steward tells the others about a complaint.
func (c *Chapter) AddComplaintNote(ctx context.Context, by models.Viewer, id models.ID, words string) error {
	if !by.IsSteward() {
		return errStewards
	}
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return models.Errorf(models.Invalid, "Write something first.").On("note")
	case len([]rune(words)) > maxNote:
		return models.Errorf(models.Invalid, "A note may have %d characters at most.", maxNote).On("note")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Complaint(ctx, id)
		if err != nil {
			return err
		}
		if r.TargetID == by.AccountID {
			return errOwnCase
		}
		return tx.AddComplaintNote(ctx, &models.ComplaintNote{ID: tx.NewID(), ComplaintID: id, By: by.AccountID, Text: words, CreatedAt: tx.Now()})
	})
}

// DeleteComplaintNote deletes a steward's own note.
func (c *Chapter) DeleteComplaintNote(ctx context.Context, by models.Viewer, id models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		deleted, err := tx.DeleteComplaintNote(ctx, by.AccountID, id)
		if err == nil && !deleted {
			err = store404
		}
		return err
	})
}
