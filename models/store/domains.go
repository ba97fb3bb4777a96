package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"

	"atelier/models"
)

// domainRulesFor is how long rules are believed that another node may have
// changed since.
const domainRulesFor = 5 * time.Second

// keptRules are the domain rules as they were read last: every request from
// and to other servers asks for them.
type keptRules struct{ at atomic.Pointer[rulesAt] }

type rulesAt struct {
	rules *models.DomainRules
	until time.Time
}

// DomainRules returns what the stewards decided about other servers.
func (s *Store) DomainRules(ctx context.Context) (*models.DomainRules, error) {
	now := s.now()
	if kept := s.rules.at.Load(); kept != nil && now.Before(kept.until) {
		return kept.rules, nil
	}
	r, err := s.domainRules(ctx)
	if err != nil {
		return nil, err
	}
	s.rules.at.Store(&rulesAt{r, now.Add(domainRulesFor)})
	return r, nil
}

func (q queries) domainRules(ctx context.Context) (*models.DomainRules, error) {
	found, err := list(ctx, q, func(rows *sql.Rows) (*models.DomainRule, error) {
		r := &models.DomainRule{}
		return r, rows.Scan(&r.ID, &r.Domain, &r.Severity, &r.RejectMedia, &r.RejectReports, &r.Comment, &r.Note, &r.Obscured, millis{&r.CreatedAt})
	}, `SELECT NULLIF(id, 0), domain, severity, reject_media, reject_reports, comment, note, obscured, created_at FROM domain_rules ORDER BY domain`)
	if err != nil {
		return nil, fmt.Errorf("read domain rules: %w", err)
	}
	out := &models.DomainRules{Rules: make(map[string]*models.DomainRule, len(found))}
	for _, r := range found {
		out.Rules[r.Domain] = r
	}
	c, err := q.Chapter(ctx)
	if err == nil {
		out.AllowList = c.Settings.AllowList
	} else if models.KindOf(err) != models.NotFound {
		return nil, err
	}
	return out, nil
}

// SetDomainRule stores a rule, in place of an older one for the domain, whose
// id and time it keeps.
func (tx *Tx) SetDomainRule(ctx context.Context, r *models.DomainRule) error {
	_, err := tx.exec(ctx, `
		INSERT INTO domain_rules (id, domain, severity, reject_media, reject_reports, comment, note, obscured, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (domain) DO UPDATE SET severity = excluded.severity, reject_media = excluded.reject_media,
			reject_reports = excluded.reject_reports, comment = excluded.comment, note = excluded.note, obscured = excluded.obscured`,
		int64(r.ID), r.Domain, r.Severity, r.RejectMedia, r.RejectReports, r.Comment, r.Note, r.Obscured, r.CreatedAt)
	if err != nil {
		return fmt.Errorf("set the rule for %s: %w", r.Domain, err)
	}
	tx.forgetRules()
	return nil
}

// DeleteDomainRule deletes a rule.
func (tx *Tx) DeleteDomainRule(ctx context.Context, domain string) error {
	_, err := tx.exec(ctx, `DELETE FROM domain_rules WHERE domain = ?`, domain)
	tx.forgetRules()
	return err
}

// DomainRules returns the rules as this transaction sees them.
func (tx *Tx) DomainRules(ctx context.Context) (*models.DomainRules, error) {
	if kept := tx.store.rules.at.Load(); kept != nil && tx.now().Before(kept.until) && !tx.changedRules {
		return kept.rules, nil
	}
	return tx.domainRules(ctx)
}

func (tx *Tx) forgetRules() {
	tx.changedRules = true
	tx.After(func() { tx.store.rules.at.Store(nil) })
}
