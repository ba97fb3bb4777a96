package chapter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// JobLetter sends the letter named by the key. It is done by whoever has a
// mail server, see SendLettersBy; until then letters wait.
const JobLetter = "letter"

const (
	resetLife  = 24 * time.Hour
	resetPause = 5 * time.Minute // before another one is sent to the same person
	keptLetter = 30 * 24 * time.Hour
	maxWords   = 5000 // characters that a steward adds to a letter
)

// write leaves a letter in a transaction.
func (c *Chapter) write(ctx context.Context, tx *store.Tx, l models.Letter) error {
	l.ID, l.CreatedAt = tx.NewID(), tx.Now()
	if err := tx.AddLetter(ctx, &l); err != nil {
		return err
	}
	return c.Later(ctx, tx, JobLetter, l.ID.String(), nil, time.Time{})
}

// letter puts a letter together: a greeting, paragraphs, and who it is from.
func letter(name string, self *models.Chapter, paragraphs ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Dear %s,\n\n", name)
	for _, p := range paragraphs {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString(p + "\n\n")
		}
	}
	b.WriteString(self.Name + "\n")
	return b.String()
}

// SendLettersBy has letters sent. A letter whose address or text the mail
// server refuses for good stays, with what it said, until a steward looks.
func (c *Chapter) SendLettersBy(send func(ctx context.Context, self *models.Chapter, l *models.Letter) error) {
	c.HandleJobs(JobLetter, func(ctx context.Context, j *models.Job) error {
		l, err := c.Store.Letter(ctx, models.ParseID(j.Key))
		if err != nil || !l.SentAt.IsZero() {
			return err
		}
		self, err := c.Self(ctx)
		if err != nil {
			return err
		}
		if err := send(ctx, self, l); err != nil {
			why := cut(err.Error(), 500)
			if werr := c.Store.Write(ctx, func(tx *store.Tx) error { return tx.LetterFailed(ctx, l.ID, why) }); werr != nil {
				return werr
			}
			return err
		}
		return c.Store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.LetterSent(ctx, l.ID); err != nil {
				return err
			}
			return tx.DeleteLettersBefore(ctx, tx.Now().Add(-keptLetter))
		})
	})
}

// SendsLetters says whether letters leave by themselves.
func (c *Chapter) SendsLetters() bool { return c.handles(JobLetter) }

// MayHandle says whether a steward may read a letter that waits, and pass its
// link on: with the link for a password one could sign in as somebody.
func (c *Chapter) MayHandle(ctx context.Context, by models.Viewer, l *models.Letter) bool {
	if !by.IsSteward() || l.AccountID == by.AccountID {
		return false
	}
	if l.Kind != models.LetterReset {
		return true
	}
	m, err := c.Store.Member(ctx, l.AccountID)
	return err == nil && !m.Role.AtLeast(by.Role)
}

// RetryLetter has a letter tried again now, in the name of a steward.
func (c *Chapter) RetryLetter(ctx context.Context, by models.Viewer, id models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.Letter(ctx, id)
		if err != nil {
			return err
		}
		if !l.SentAt.IsZero() {
			return nil
		}
		// The one that is there may wait for hours.
		if err := tx.DeleteJobNamed(ctx, JobLetter, l.ID.String()); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobLetter, l.ID.String(), nil, time.Time{})
	})
}

// DropLetter takes away a letter that waits: its link was passed on, or it is
// not wanted any more.
func (c *Chapter) DropLetter(ctx context.Context, by models.Viewer, id models.ID) error {
	l, err := c.Store.Letter(ctx, id)
	if err != nil {
		return err
	}
	if !c.MayHandle(ctx, by, l) {
		return errStewards
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteLetter(ctx, id) })
}

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// newReset stores a link for a new password and returns it.
func (c *Chapter) newReset(ctx context.Context, tx *store.Tx, accountID models.ID) (link string, err error) {
	key := secret(24)
	now := tx.Now()
	return c.URLs.Reset(key), tx.AddReset(ctx, &models.Reset{Hash: hashKey(key), AccountID: accountID, CreatedAt: now, ExpiresAt: now.Add(resetLife)})
}

// AskReset sends a link for a new password to the member with a login. Whether
// there is one is not said.
func (c *Chapter) AskReset(ctx context.Context, login string) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	m, err := c.Store.MemberByLogin(ctx, login)
	if models.KindOf(err) == models.NotFound || err == nil && m.State != models.Active {
		return nil
	}
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		lately, err := tx.ResetSince(ctx, m.AccountID, tx.Now().Add(-resetPause))
		if err != nil || lately {
			return err
		}
		a, err := tx.Account(ctx, m.AccountID)
		if err != nil {
			return err
		}
		link, err := c.newReset(ctx, tx, m.AccountID)
		if err != nil {
			return err
		}
		return c.write(ctx, tx, models.Letter{Kind: models.LetterReset, AccountID: m.AccountID, To: m.Email, Subject: "A new password for " + self.Name,
			Text: letter(a.Label(), self, "somebody, probably you, asked for a new password. Choose it here:", link,
				"The link works once, within a day. If it was not you, do nothing: your password stays as it is.")})
	})
}

// ResetLink makes a link for a new password, in the name of a steward, who
// passes it on: for members of a lower role.
func (c *Chapter) ResetLink(ctx context.Context, by models.Viewer, id models.ID) (link string, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := c.judged(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if !a.Local() {
			return store404
		}
		if link, err = c.newReset(ctx, tx, id); err != nil {
			return err
		}
		return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedReset, AccountID: id})
	})
	return link, err
}

var errResetGone = models.Errorf(models.Gone, "This link was used already or is more than a day old. Ask for another one.")

// OpenReset returns whose password a link's key may change.
func (c *Chapter) OpenReset(ctx context.Context, key string) (models.ID, error) {
	r, err := c.Store.Reset(ctx, hashKey(key))
	if models.KindOf(err) == models.NotFound {
		return 0, errResetGone
	}
	if err != nil {
		return 0, err
	}
	return r.AccountID, nil
}

// ResetPassword gives whoever has a link's key a new password, once. All
// sessions and tokens end.
func (c *Chapter) ResetPassword(ctx context.Context, key, password string) (models.ID, error) {
	id, err := c.OpenReset(ctx, key)
	if err != nil {
		return 0, err
	}
	if _, err := newPasswordHash(password); err != nil {
		return 0, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Reset(ctx, hashKey(key)); err != nil { // somebody was faster
			return errResetGone.Because(err)
		}
		_, err := tx.DeleteResets(ctx, id)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, c.SetPassword(ctx, id, "", password, true, 0)
}

// MailInvite sends an invitation to somebody, with a steward's words.
func (c *Chapter) MailInvite(ctx context.Context, by models.Viewer, code, to, words string) error {
	if !by.IsSteward() {
		return errStewards
	}
	to, err := checkEmail(to)
	if err != nil {
		return err
	}
	if err := checkWords(words); err != nil {
		return err
	}
	i, err := c.OpenInvite(ctx, code)
	if err != nil {
		return err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	a, err := c.Store.Account(ctx, by.AccountID)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		return c.write(ctx, tx, models.Letter{Kind: models.LetterInvite, To: to, Subject: "You are invited to " + self.Name,
			Text: letter("colleague", self, a.Label()+" invites you to "+self.Name+". "+self.Sentence, words, "This link opens the door:", c.URLs.Invitation(i.Code))})
	})
}

func checkWords(words string) error {
	if len([]rune(words)) > maxWords {
		return models.Errorf(models.Invalid, "A letter may have %d characters at most.", maxWords).On("words")
	}
	return nil
}

// mailAnswer tells an applicant what was decided.
func (c *Chapter) mailAnswer(ctx context.Context, tx *store.Tx, m *models.Member, accepted bool, words string) error {
	self, err := tx.Chapter(ctx)
	if err != nil {
		return err
	}
	a, err := tx.Account(ctx, m.AccountID)
	if err != nil {
		return err
	}
	l := models.Letter{Kind: models.LetterAnswer, AccountID: m.AccountID, To: m.Email, Subject: "Welcome to " + self.Name,
		Text: letter(a.Label(), self, "you are a member of "+self.Name+" now.", words, "Sign in with this e-mail address and the password that you chose:", c.URLs.Base()+"/sign-in")}
	if !accepted {
		l.AccountID, l.Subject = 0, "Your application to "+self.Name
		l.Text = letter(a.Label(), self, "thank you for asking to join "+self.Name+". The stewards have decided not to let you in.", words,
			"Nothing of your application is kept.")
	}
	return c.write(ctx, tx, l)
}

// consequences say what a measure means to whom it is about.
var consequences = map[models.MeasureKind]string{
	models.MeasureHide:      "What it is about is not shown to anybody for now.",
	models.MeasureRemove:    "What it is about was deleted.",
	models.MeasureMark:      "What it is about is marked as sensitive.",
	models.MeasureSensitive: "All pictures of yours are marked as sensitive.",
	models.MeasureDisable:   "You cannot sign in for now.",
	models.MeasureLimit:     "Only those who follow you see what you write.",
	models.MeasureSuspend:   "Your membership is suspended: you cannot sign in, and nothing of yours is shown.",
}

// mailMeasure sends the letter of a measure with the link to its page.
func (c *Chapter) mailMeasure(ctx context.Context, tx *store.Tx, a *models.Account, m *models.Measure) error {
	member, err := tx.Member(ctx, a.ID)
	if err != nil {
		return err
	}
	self, err := tx.Chapter(ctx)
	if err != nil {
		return err
	}
	return c.write(ctx, tx, models.Letter{Kind: models.LetterMeasure, AccountID: a.ID, To: member.Email, Subject: "A word from the stewards of " + self.Name,
		Text: letter(a.Label(), self, m.Letter, consequences[m.Kind], "If you see it otherwise, say so within twenty days. This page opens without signing in:", c.URLs.Appeal(m.ID, m.Key))})
}

// mailAppealAnswer tells somebody what became of an appeal.
func (c *Chapter) mailAppealAnswer(ctx context.Context, tx *store.Tx, a *models.Account, m *models.Measure) error {
	member, err := tx.Member(ctx, a.ID)
	if err != nil {
		return err
	}
	self, err := tx.Chapter(ctx)
	if err != nil {
		return err
	}
	said := "the stewards have read what you wrote, and it stays as it is."
	if m.Granted {
		said = "the stewards have read what you wrote, and take it back."
	}
	return c.write(ctx, tx, models.Letter{Kind: models.LetterMeasure, AccountID: a.ID, To: member.Email, Subject: "Your word to the stewards of " + self.Name,
		Text: letter(a.Label(), self, said)})
}
