package mastodon

import (
	"net/http"
	"time"

	"atelier/handlers/respond"
	"atelier/models"
)

// A barred is what one of the three kinds of bars is to clients.
type barred struct {
	kind  models.BarKind
	scope string // without admin:read: or admin:write:
}

var (
	mailDomains = barred{models.MailDomainBar, "email_domain_blocks"}
	mails       = barred{models.MailBar, "canonical_email_blocks"}
	networks    = barred{models.NetworkBar, "ip_blocks"}
)

// emailDomainBlockEntity is a mail domain that cannot sign up (Mastodon
// Admin::EmailDomainBlock). Attempts are not counted, so that the history is
// of days without any.
type emailDomainBlockEntity struct {
	ID        string       `json:"id"`
	Domain    string       `json:"domain"`
	CreatedAt moment       `json:"created_at"`
	History   []historyDay `json:"history"`
}

type historyDay struct {
	Day      string `json:"day"`
	Accounts string `json:"accounts"`
	Uses     string `json:"uses"`
}

// canonicalEmailBlockEntity is a mail address that cannot sign up (Mastodon
// Admin::CanonicalEmailBlock).
type canonicalEmailBlockEntity struct {
	ID   string `json:"id"`
	Hash string `json:"canonical_email_hash"`
}

// ipBlockEntity is a network that cannot sign up or come at all (Mastodon
// Admin::IpBlock).
type ipBlockEntity struct {
	ID        string `json:"id"`
	IP        string `json:"ip"`
	Severity  string `json:"severity"`
	Comment   string `json:"comment"`
	CreatedAt moment `json:"created_at"`
	ExpiresAt moment `json:"expires_at"`
}

func barEntity(b *models.Bar) any {
	switch b.Kind {
	case models.MailDomainBar:
		return emailDomainBlockEntity{b.ID.String(), b.Value, moment(b.CreatedAt), []historyDay{}}
	case models.MailBar:
		return canonicalEmailBlockEntity{b.ID.String(), b.Value}
	}
	return ipBlockEntity{b.ID.String(), b.Value, string(b.Severity), b.Comment, moment(b.CreatedAt), moment(b.ExpiresAt)}
}

func barEntities(bars []*models.Bar) []any {
	out := make([]any, len(bars))
	for i, b := range bars {
		out[i] = barEntity(b)
	}
	return out
}

// adminBars serves the lists of bars.
func (a *API) adminBars(x barred) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, _, err := a.steward(r, "admin:read:"+x.scope); err != nil {
			return err
		}
		p := pageOf(r, 100)
		bars, err := a.Store.Bars(r.Context(), x.kind, p.Page)
		if err != nil {
			return err
		}
		if n := len(bars); n > 0 {
			a.link(w, r, p, full(n, p.Limit, bars[n-1].ID), bars[0].ID, minID)
		}
		return reply(w, barEntities(bars))
	}
}

// adminBar serves one bar.
func (a *API) adminBar(x barred) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, _, err := a.steward(r, "admin:read:"+x.scope); err != nil {
			return err
		}
		b, err := a.Store.Bar(r.Context(), x.kind, id(r, "id"))
		if err != nil {
			return err
		}
		return reply(w, barEntity(b))
	}
}

type barForm struct {
	Domain    string  `param:"domain"`
	Email     string  `param:"email"`
	EmailHash string  `param:"canonical_email_hash"`
	IP        *string `param:"ip"`
	Severity  *string `param:"severity"`
	Comment   *string `param:"comment"`
	ExpiresIn *int64  `param:"expires_in"` // seconds
}

// apply puts what was sent about a network into b.
func (f *barForm) apply(b *models.Bar, now time.Time) {
	if f.IP != nil {
		b.Value = *f.IP
	}
	if f.Severity != nil {
		b.Severity = models.BarSeverity(*f.Severity)
	}
	if f.Comment != nil {
		b.Comment = *f.Comment
	}
	if f.ExpiresIn != nil {
		b.ExpiresAt = time.Time{}
		if *f.ExpiresIn > 0 {
			b.ExpiresAt = now.Add(time.Duration(min(*f.ExpiresIn, 1<<31)) * time.Second)
		}
	}
}

// adminAddBar serves the operations that bar something.
func (a *API) adminAddBar(x barred) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, v, err := a.steward(r, "admin:write:"+x.scope)
		if err != nil {
			return err
		}
		var form barForm
		if err := a.decode(w, r, &form); err != nil {
			return err
		}
		b := models.Bar{Kind: x.kind, Value: form.Domain}
		switch x.kind {
		case models.MailBar:
			if b.Value = form.EmailHash; b.Value == "" {
				b.Value = form.Email
			}
		case models.NetworkBar:
			b.Value = ""
			form.apply(&b, a.Store.Now())
		}
		added, err := a.Chapter.AddBar(r.Context(), v, b)
		if err != nil {
			return err
		}
		return reply(w, barEntity(added))
	}
}

// adminChangeBar serves PUT /api/v1/admin/ip_blocks/{id}.
func (a *API) adminChangeBar(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:ip_blocks")
	if err != nil {
		return err
	}
	var form barForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	b, err := a.Chapter.ChangeBar(r.Context(), v, models.NetworkBar, id(r, "id"), func(b *models.Bar) { form.apply(b, a.Store.Now()) })
	if err != nil {
		return err
	}
	return reply(w, barEntity(b))
}

// adminDeleteBar serves the operations that take a bar away.
func (a *API) adminDeleteBar(x barred) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, v, err := a.steward(r, "admin:write:"+x.scope)
		if err != nil {
			return err
		}
		if err := a.Chapter.DeleteBar(r.Context(), v, x.kind, id(r, "id")); err != nil {
			return err
		}
		return empty(w)
	}
}

// adminTestMail serves POST /api/v1/admin/canonical_email_blocks/test: the bars
// that an address is under.
func (a *API) adminTestMail(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:canonical_email_blocks"); err != nil {
		return err
	}
	var form barForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	b, err := a.Store.BarOf(r.Context(), models.MailBar, models.MailHash(form.Email))
	switch {
	case models.KindOf(err) == models.NotFound:
		return reply(w, []any{})
	case err != nil:
		return err
	}
	return reply(w, barEntities([]*models.Bar{b}))
}
