package mastodon

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// statusForm is what POST and PUT of a status take.
type statusForm struct {
	Status          *string           `param:"status"`
	Warning         *string           `param:"spoiler_text"`
	Sensitive       *bool             `param:"sensitive"`
	Language        *string           `param:"language"`
	Visibility      string            `param:"visibility"`
	LocalOnly       *bool             `param:"local_only"`
	ContentType     string            `param:"content_type"` // text/plain or text/markdown; ours and others'
	InReplyTo       *models.ID        `param:"in_reply_to_id"`
	Media           *[]models.ID      `param:"media_ids"`
	MediaAttributes []mediaAttributes `param:"media_attributes"`
	Poll            *pollForm         `param:"poll"`
	ScheduledAt     *time.Time        `param:"scheduled_at"`
	QuoteOf         *models.ID        `param:"quoted_status_id"`
	QuotePolicy     string            `param:"quote_approval_policy"`
	AllowedMentions *[]models.ID      `param:"allowed_mentions"`
}

type pollForm struct {
	Options    []string `param:"options"`
	ExpiresIn  int      `param:"expires_in"` // seconds
	Multiple   bool     `param:"multiple"`
	HideTotals bool     `param:"hide_totals"`
}

type mediaAttributes struct {
	ID          models.ID `param:"id"`
	Description *string   `param:"description"`
	Focus       string    `param:"focus"`
}

func (f *pollForm) poll() *chapter.NewPoll {
	if f == nil || len(f.Options) == 0 {
		return nil
	}
	return &chapter.NewPoll{Options: f.Options, For: time.Duration(f.ExpiresIn) * time.Second, Multiple: f.Multiple, HideTotals: f.HideTotals}
}

// draft is what the form asks to be posted.
func (f *statusForm) draft() (chapter.Draft, error) {
	d := chapter.Draft{
		Source: value(f.Status), Format: models.PlainText, Visibility: models.Visibility(f.Visibility), LocalOnly: f.LocalOnly, FromApp: true,
		Warning: value(f.Warning), Sensitive: value(f.Sensitive), Language: value(f.Language), Media: value(f.Media), Poll: f.Poll.poll(),
	}
	if f.ContentType == string(models.Markdown) {
		d.Format = models.Markdown
	}
	if f.InReplyTo != nil {
		if *f.InReplyTo == 0 {
			return d, errNoParent
		}
		d.InReplyTo = *f.InReplyTo
	}
	if f.QuoteOf != nil {
		if *f.QuoteOf == 0 {
			return d, store.ErrNotFound
		}
		d.QuoteOf = *f.QuoteOf
	}
	if f.AllowedMentions != nil {
		d.Allowed = append([]models.ID{}, *f.AllowedMentions...)
	}
	var err error
	d.Quotes, err = quotePolicy(f.QuotePolicy)
	return d, err
}

var errNoParent = models.Errorf(models.NotFound, "The post you are trying to reply to does not appear to exist.")

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// quotePolicy reads quote_approval_policy; "" is not said.
func quotePolicy(s string) (models.QuotePolicy, error) {
	switch p := models.QuotePolicy(s); p {
	case "", models.QuotesPublic, models.QuotesFollowers, models.QuotesNobody:
		return p, nil
	}
	return "", models.Errorf(models.Invalid, "Validation failed: Quote approval policy is not included in the list")
}

// createStatus serves POST /api/v1/statuses.
func (a *API) createStatus(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form statusForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	d, err := form.draft()
	if err != nil {
		return err
	}
	caller, err := a.Who(r)
	if err != nil {
		return err
	}
	d.AppID = caller.Token.AppID
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		d.Key = strconv.FormatInt(int64(d.AppID), 36) + " " + key
	}
	if at := value(form.ScheduledAt); at.After(a.Store.Now()) { // a moment that has passed means now, as in Mastodon
		p, err := a.Chapter.Schedule(r.Context(), me, d, form.params(d.AppID, r.Header.Get("Idempotency-Key")), at)
		if err != nil {
			return a.unexpected(w, r, err)
		}
		return a.replyScheduled(w, r, p)
	}
	begun := a.Store.Now()
	p, err := a.Chapter.Publish(r.Context(), me, d)
	if err != nil {
		return a.unexpected(w, r, err)
	}
	if p.CreatedAt.Before(begun) || !plain(p) { // made before, with the same key
		return a.ownStatus(w, r, v, p.ID)
	}
	body, err := a.Render.made(r.Context(), v, p, caller.App)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// unexpected answers err with the accounts that a post mentions and must not,
// if that is why it was refused.
func (a *API) unexpected(w http.ResponseWriter, r *http.Request, err error) error {
	refused, ok := errors.AsType[*chapter.UnexpectedMentions](err)
	if !ok {
		return err
	}
	accounts, err2 := a.Render.accountsByID(r.Context(), refused.Accounts)
	if err2 != nil {
		return err2
	}
	out := struct {
		Error    string     `json:"error"`
		Accounts []rendered `json:"unexpected_accounts"`
	}{models.Sentence(err), []rendered{}}
	for _, id := range refused.Accounts {
		out.Accounts = append(out.Accounts, accounts[id])
	}
	write(w, http.StatusUnprocessableEntity, encode(out))
	return nil
}

// editStatus serves PUT /api/v1/statuses/{id}. What is not sent stays as it
// is, except files: without media_ids there are none, as in Mastodon.
func (a *API) editStatus(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form statusForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	e := chapter.Edit{Source: form.Status, Warning: form.Warning, Sensitive: form.Sensitive, Language: form.Language, Poll: form.Poll.poll()}
	if e.Quotes, err = quotePolicy(form.QuotePolicy); err != nil {
		return err
	}
	if e.Warning == nil { // none, as in Mastodon
		e.Warning = new("")
	}
	if e.Sensitive == nil {
		e.Sensitive = new(*e.Warning != "")
	}
	e.Media = append([]models.ID{}, value(form.Media)...)
	for _, m := range form.MediaAttributes {
		if e.MediaText == nil {
			e.MediaText = map[models.ID]chapter.MediaText{}
		}
		t, err := mediaText(m.Description, m.Focus)
		if err != nil {
			return err
		}
		e.MediaText[m.ID] = t
	}
	p, err := a.Chapter.Edit(r.Context(), me, id(r, "id"), e)
	if err != nil {
		return err
	}
	return a.ownStatus(w, r, v, p.ID)
}

// mediaText reads a description and a focus "x,y".
func mediaText(description *string, focus string) (chapter.MediaText, error) {
	t := chapter.MediaText{Description: description}
	if focus == "" {
		return t, nil
	}
	x, y, ok := strings.Cut(focus, ",")
	var err1, err2 error
	t.FocusX, err1 = strconv.ParseFloat(strings.TrimSpace(x), 64)
	t.FocusY, err2 = strconv.ParseFloat(strings.TrimSpace(y), 64)
	if !ok || err1 != nil || err2 != nil {
		return t, models.Errorf(models.Invalid, "Validation failed: Focus must be two numbers between -1 and 1")
	}
	t.SetFocus = true
	return t, nil
}

// aroundContent is a status as JSON before and after its content, which the
// text stands for where something is to be written anew.
func aroundContent(status []byte) (before, after []byte) {
	member := []byte(`,"content":"`) // no string has it in it: its quotes are escaped there
	before, rest, found := bytes.Cut(status, member)
	if !found {
		return status[:0], status
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			return before, rest[i+1:]
		}
	}
	return status[:0], status
}

// deleteStatus serves DELETE /api/v1/statuses/{id}: it answers what was typed,
// so that it can be written anew. Files stay unless delete_media says so.
func (a *API) deleteStatus(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form struct {
		DeleteMedia bool `param:"delete_media"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	ctx := r.Context()
	p, err := a.Store.Post(ctx, v, id(r, "id"))
	if err != nil {
		return err
	}
	if p.AuthorID != me.ID || p.BoostOfID != 0 {
		return store.ErrNotFound
	}
	ref, err := a.ref(ctx, v, p.ID)
	if err != nil {
		return err
	}
	body, err := a.Render.statusOf(ctx, v, ref)
	if err != nil {
		return err
	}
	if _, err := a.Chapter.Delete(ctx, me, p.ID); err != nil {
		return err
	}
	if form.DeleteMedia {
		for i := range p.Media {
			if err := a.Chapter.DeleteMedia(ctx, me, p.Media[i].ID); err != nil && models.KindOf(err) != models.NotFound {
				return err
			}
		}
	}
	return answer(w, func(b []byte) []byte {
		before, after := aroundContent(body)
		b = append(append(b, before...), after[:len(after)-1]...)
		b = append(append(b, `,"text":`...), encode(p.Source)...)
		return append(b, '}')
	})
}
