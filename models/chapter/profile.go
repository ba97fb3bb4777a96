package chapter

import (
	"context"
	"html"
	"net/url"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// What a profile may have.
const (
	MaxBio         = 500 // characters
	MaxFields      = 4
	MaxField       = 255 // characters of a field's name or value
	maxAvatarText  = 1500
	maxAttribution = 100 // domains that may name a member as author
)

// Profile is what a member changes of itself. What is nil stays as it is.
type Profile struct {
	Name         *string
	Bio          *string
	Fields       []models.Field // with Name and Source; nil: they stay
	Avatar       *models.Picture
	Header       *models.Picture
	Locked       *bool
	Bot          *bool
	Discoverable *bool
	Indexable    *bool
	HideNetwork  *bool

	Email        *string
	Locale       *string
	Privacy      *models.Visibility
	MembersFirst *bool
	Sensitive    *bool
	Language     *string
	Quotes       *models.QuotePolicy
	Attribution  *[]string // domains, one or more in a text

	Directory models.DirectoryEntry // nil: it stays
}

// UpdateProfile changes what me shows of itself, and its defaults.
func (c *Chapter) UpdateProfile(ctx context.Context, me *models.Account, change Profile) (*models.Account, error) {
	if err := change.check(); err != nil {
		return nil, err
	}
	var people map[string]*models.Account
	if change.Bio != nil {
		people = c.lookUp(ctx, text.Scan(*change.Bio, models.PlainText).Mentions, true)
	}
	var after *models.Account
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, me.ID)
		if err != nil {
			return err
		}
		c.applyProfile(a, change, people)
		a.UpdatedAt = tx.Now()
		if _, err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		if err := c.applyDefaults(ctx, tx, me.ID, change); err != nil {
			return err
		}
		if change.Directory != nil {
			if err := tx.SetDirectory(ctx, me.ID, cleanEntry(change.Directory)); err != nil {
				return err
			}
		}
		if change.Fields != nil {
			if err := c.planVerify(ctx, tx, a); err != nil {
				return err
			}
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID, Federates: true}); err != nil {
			return err
		}
		after, err = tx.Account(ctx, a.ID)
		return err
	})
	return after, err
}

func (p *Profile) check() error {
	if faults := p.Faults(); len(faults) > 0 {
		return faults[0]
	}
	return nil
}

// Faults are all that is wrong with a change, each on its field.
func (p *Profile) Faults() []error {
	var out []error
	add := func(e *models.Error) { out = append(out, e) }
	if p.Name != nil && checkName(*p.Name) != nil {
		add(models.Errorf(models.Invalid, "Validation failed: Display name is too long (maximum is %d characters)", MaxName).On("display_name"))
	}
	if p.Bio != nil && text.Length(*p.Bio, "") > MaxBio {
		add(models.Errorf(models.Invalid, "Validation failed: Note is too long (maximum is %d characters)", MaxBio).On("note"))
	}
	if len(p.Fields) > MaxFields {
		add(models.Errorf(models.Invalid, "Validation failed: A profile may have %d fields at most", MaxFields).On("fields"))
	}
	if slices.ContainsFunc(p.Fields, func(f models.Field) bool { return len([]rune(f.Name)) > MaxField || len([]rune(f.Source)) > MaxField }) {
		add(models.Errorf(models.Invalid, "Validation failed: Name and value of a field may have %d characters at most", MaxField).On("fields"))
	}
	for _, pic := range []*models.Picture{p.Avatar, p.Header} {
		if pic != nil && len([]rune(pic.Description)) > maxAvatarText {
			add(models.Errorf(models.Invalid, "Validation failed: A picture's description may have %d characters at most", maxAvatarText))
		}
	}
	if p.Privacy != nil && *p.Privacy != "" && !p.Privacy.Valid() {
		add(models.Errorf(models.Invalid, "Validation failed: %q is no visibility", *p.Privacy).On("source[privacy]"))
	}
	if p.Language != nil && *p.Language != "" {
		if _, ok := text.Language(*p.Language); !ok {
			add(models.Errorf(models.Invalid, "Validation failed: %q is not a language", *p.Language).On("source[language]"))
		}
	}
	if p.Email != nil {
		if _, err := checkEmail(*p.Email); err != nil {
			out = append(out, err)
		}
	}
	if p.Directory != nil {
		for _, e := range cleanEntry(p.Directory).Faults() {
			add(e)
		}
	}
	return out
}

func (c *Chapter) applyProfile(a *models.Account, p Profile, people map[string]*models.Account) {
	if p.Name != nil {
		a.Name = text.CleanName(*p.Name)
	}
	if p.Bio != nil {
		a.BioSource = strings.TrimSpace(*p.Bio)
		a.BioHTML = c.renderBio(a.BioSource, people)
	}
	if p.Fields != nil {
		old := a.Fields
		a.Fields = nil
		for _, f := range p.Fields {
			if f.Name = text.CleanName(f.Name); f.Name == "" && strings.TrimSpace(f.Source) == "" {
				continue
			}
			f.HTML = renderField(f.Source)
			for _, o := range old {
				if o.Source == f.Source {
					f.VerifiedAt = o.VerifiedAt
				}
			}
			a.Fields = append(a.Fields, f)
		}
	}
	set(&a.Avatar, p.Avatar)
	set(&a.Header, p.Header)
	set(&a.Locked, p.Locked)
	set(&a.Bot, p.Bot)
	set(&a.Discoverable, p.Discoverable)
	set(&a.Indexable, p.Indexable)
	set(&a.HideNetwork, p.HideNetwork)
	if p.Bot != nil && a.Type != models.Group && a.Type != models.Application {
		a.Type = models.Person
		if *p.Bot {
			a.Type = models.Service
		}
	}
}

func (c *Chapter) applyDefaults(ctx context.Context, tx *store.Tx, id models.ID, p Profile) error {
	if p.Email == nil && p.Locale == nil && p.Privacy == nil && p.MembersFirst == nil && p.Sensitive == nil && p.Language == nil && p.Quotes == nil && p.Attribution == nil {
		return nil
	}
	m, err := tx.Member(ctx, id)
	if err != nil {
		return err
	}
	set(&m.Email, p.Email)
	set(&m.Locale, p.Locale)
	if p.Privacy != nil && !(m.MembersFirst && *p.Privacy == models.Private) { // apps send back what they were shown
		m.Privacy, m.MembersFirst = *p.Privacy, false
	}
	if p.MembersFirst != nil {
		m.MembersFirst = *p.MembersFirst
		if m.MembersFirst {
			m.Privacy = models.Private
		} else if p.Privacy == nil && m.Privacy == models.Private {
			m.Privacy = ""
		}
	}
	set(&m.Sensitive, p.Sensitive)
	set(&m.Language, p.Language)
	set(&m.Quotes, p.Quotes)
	if p.Attribution != nil {
		if m.AttributionDomains, err = attributionDomains(*p.Attribution); err != nil {
			return err
		}
	}
	ok, err := tx.SetMember(ctx, m)
	if err == nil && !ok {
		return models.Errorf(models.Invalid, "The e-mail address %s belongs to a member already.", m.Email).On("email")
	}
	return err
}

// renderBio writes what somebody says of itself.
func (c *Chapter) renderBio(source string, people map[string]*models.Account) string {
	return text.Render(source, models.PlainText, text.Env{
		Mention: func(handle string) (string, string, bool) {
			if a := people[handle]; a != nil {
				return a.URL, a.Username, true
			}
			return "", "", false
		},
		TagURL: c.URLs.TagPage,
	})
}

// renderField writes a field's value: an address becomes a link that says it
// is one's own.
func renderField(source string) string {
	source = strings.TrimSpace(source)
	if address, err := url.Parse(source); err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != "" && !strings.ContainsAny(source, " \t\n") {
		shown := strings.TrimPrefix(strings.TrimPrefix(source, "https://"), "http://")
		return text.SanitizeField(`<a href="` + html.EscapeString(source) + `" rel="me nofollow noopener" target="_blank">` + html.EscapeString(shown) + `</a>`)
	}
	return html.EscapeString(text.CleanName(source))
}

// attributionDomains are the domains in texts, each once.
func attributionDomains(texts []string) ([]string, error) {
	var out []string
	for _, word := range strings.Fields(strings.Join(texts, " ")) {
		domain, err := CleanDomain(word)
		if err != nil {
			return nil, models.Errorf(models.Invalid, "Validation failed: %q is no domain", word).On("attribution_domains")
		}
		if !slices.Contains(out, domain) {
			out = append(out, domain)
		}
	}
	if len(out) > maxAttribution {
		return nil, models.Errorf(models.Invalid, "Validation failed: There may be %d domains at most", maxAttribution).On("attribution_domains")
	}
	return out, nil
}
