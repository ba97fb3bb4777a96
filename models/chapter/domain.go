package chapter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"atelier/models"
	"atelier/models/store"
)

// JobDomain brings the accounts of a domain to what its rule says now.
const JobDomain = "domain"

// domainWork is the data of a JobDomain.
type domainWork struct {
	Domain string    `json:"domain"`
	Stamp  time.Time `json:"stamp"` // accounts that were limited or suspended at this moment were so by the rule
}

// SetDomainRule decides about a domain and those below it, in the name of a
// steward. A suspension ends all follows of accounts there and hides them.
func (c *Chapter) SetDomainRule(ctx context.Context, by models.Viewer, r models.DomainRule) (*models.DomainRule, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	var err error
	if r.Domain, err = CleanDomain(r.Domain); err != nil {
		return nil, err
	}
	r.Comment, r.Note = strings.TrimSpace(r.Comment), strings.TrimSpace(r.Note)
	switch {
	case r.Domain == c.URLs.Domain || r.Domain == c.URLs.AccountDomain:
		return nil, models.Errorf(models.Invalid, "That is this chapter itself.").On("domain")
	case r.Severity != models.NoLimit && r.Severity != models.Silence && r.Severity != models.Suspend && r.Severity != models.Allow:
		return nil, models.Errorf(models.Invalid, "Choose what shall happen to the domain.").On("severity")
	case len([]rune(r.Comment)) > maxReason || len([]rune(r.Note)) > maxReason:
		return nil, models.Errorf(models.Invalid, "A comment may have %d characters at most.", maxReason).On("comment")
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		rules, err := tx.DomainRules(ctx)
		if err != nil {
			return err
		}
		r.ID, r.CreatedAt = tx.NewID(), tx.Now()
		if old := rules.Rules[r.Domain]; old != nil {
			r.ID, r.CreatedAt = old.ID, old.CreatedAt
		}
		if err := tx.SetDomainRule(ctx, &r); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedRule, Subject: r.Domain + " " + string(r.Severity), Reason: r.Note}); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobDomain, r.Domain+" "+tx.NewID().String(), domainWork{r.Domain, r.CreatedAt}, time.Time{})
	})
	return &r, err
}

// DeleteDomainRule lifts what was decided about a domain, in the name of a
// steward: what it hid is shown again, follows do not come back.
func (c *Chapter) DeleteDomainRule(ctx context.Context, by models.Viewer, domain string) error {
	if !by.IsSteward() {
		return errStewards
	}
	domain, err := CleanDomain(domain)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		rules, err := tx.DomainRules(ctx)
		if err != nil {
			return err
		}
		old := rules.Rules[domain]
		if old == nil {
			return store404
		}
		if err := tx.DeleteDomainRule(ctx, domain); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedRuleGone, Subject: domain}); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobDomain, domain+" "+tx.NewID().String(), domainWork{domain, old.CreatedAt}, time.Time{})
	})
}

// CleanDomain is a domain as it is compared: lower case, ASCII, without what
// people copy along with it.
func CleanDomain(s string) (string, error) {
	s = strings.TrimSpace(strings.ToLower(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	s = strings.Trim(strings.TrimPrefix(strings.TrimLeft(s, "@"), "*."), ".")
	host, port, hasPort := strings.Cut(s, ":")
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || ascii == "" || strings.ContainsAny(ascii, " %_\"'") {
		return "", models.Errorf(models.Invalid, "%q is not the name of a server.", s).On("domain")
	}
	if hasPort {
		return ascii + ":" + port, nil
	}
	return ascii, nil
}

// domainOf is the host that an account is from, by its id.
func domainOf(a *models.Account) string {
	u, err := url.Parse(a.URI)
	if err != nil {
		return a.Domain
	}
	return strings.ToLower(u.Host)
}

// ruleOf is the rule that an account is under: that of its handle's domain, or
// of the server that it is on, whichever is harder.
func ruleOf(rules *models.DomainRules, a *models.Account) *models.DomainRule {
	one, two := rules.Of(a.Domain), rules.Of(domainOf(a))
	if one == nil || two != nil && harder(two.Severity) > harder(one.Severity) {
		return two
	}
	return one
}

func harder(s models.Severity) int {
	switch s {
	case models.Suspend:
		return 2
	case models.Silence:
		return 1
	}
	return 0
}

// ruleNewcomer puts an account that was not known under the rule of its
// domain.
func ruleNewcomer(ctx context.Context, tx *store.Tx, a *models.Account) error {
	rules, err := tx.DomainRules(ctx)
	if err != nil {
		return err
	}
	r := ruleOf(rules, a)
	if r == nil {
		return nil
	}
	switch r.Severity {
	case models.Silence:
		a.SilencedAt = r.CreatedAt
	case models.Suspend:
		a.SuspendedAt = r.CreatedAt
	}
	return nil
}

// ruledAtOnce is how many accounts of a domain are brought under its rule in
// one transaction.
const ruledAtOnce = 100

func (c *Chapter) domainJob(ctx context.Context, j *models.Job) error {
	var work domainWork
	if err := json.Unmarshal(j.Data, &work); err != nil {
		return fmt.Errorf("read what to do about a domain: %w", err)
	}
	for after := models.ID(0); ; {
		accounts, err := c.Store.AccountsOfDomain(ctx, work.Domain, after, ruledAtOnce)
		if err != nil || len(accounts) == 0 {
			return err
		}
		after = accounts[len(accounts)-1].ID
		err = c.Store.Write(ctx, func(tx *store.Tx) error {
			rules, err := tx.DomainRules(ctx)
			if err != nil {
				return err
			}
			for _, a := range accounts {
				if !under(work.Domain, a.Domain) && !under(work.Domain, domainOf(a)) {
					continue
				}
				if err := c.bringUnder(ctx, tx, a.ID, rules, work.Stamp); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// under says whether host is domain or below it.
func under(domain, host string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) || strings.HasPrefix(host, domain+":") || strings.Contains(host, "."+domain+":")
}

// bringUnder does to an account what its domain's rule says, and takes back
// what the rule of that stamp did; what was decided about the account itself
// stays.
func (c *Chapter) bringUnder(ctx context.Context, tx *store.Tx, id models.ID, rules *models.DomainRules, stamp time.Time) error {
	a, err := tx.Account(ctx, id)
	if err != nil || !a.DeletedAt.IsZero() {
		return err
	}
	severity, at := models.NoLimit, time.Time{}
	if r := ruleOf(rules, a); r != nil {
		severity, at = r.Severity, r.CreatedAt
	}
	suspend, silence := severity == models.Suspend, severity == models.Silence
	switch {
	case silence && a.SilencedAt.IsZero():
		a.SilencedAt = at
		err = c.stored(ctx, tx, a)
	case !silence && a.SilencedAt.Equal(stamp):
		a.SilencedAt = time.Time{}
		err = c.stored(ctx, tx, a)
	}
	if err != nil {
		return err
	}
	switch {
	case suspend && !a.Suspended():
		return c.shutOut(ctx, tx, a, at)
	case !suspend && a.SuspendedAt.Equal(stamp):
		return c.letIn(ctx, tx, a)
	}
	return nil
}
