package mastodon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// adminDomainBlockEntity is a rule about a domain (Mastodon
// Admin::DomainBlock).
type adminDomainBlockEntity struct {
	ID             string   `json:"id"`
	Domain         string   `json:"domain"`
	Digest         string   `json:"digest"`
	Severity       string   `json:"severity"`
	RejectMedia    bool     `json:"reject_media"`
	RejectReports  bool     `json:"reject_reports"`
	PrivateComment nullable `json:"private_comment"`
	PublicComment  nullable `json:"public_comment"`
	Obfuscate      bool     `json:"obfuscate"`
	CreatedAt      moment   `json:"created_at"`
}

// digest names a domain without saying it.
func digest(domain string) string {
	sum := sha256.Sum256([]byte(domain))
	return hex.EncodeToString(sum[:])
}

func adminDomainBlock(r *models.DomainRule) adminDomainBlockEntity {
	severity := string(r.Severity)
	if r.Severity == models.NoLimit {
		severity = "noop"
	}
	return adminDomainBlockEntity{r.ID.String(), r.Domain, digest(r.Domain), severity, r.RejectMedia, r.RejectReports, nullable(r.Note), nullable(r.Comment), r.Obscured, moment(r.CreatedAt)}
}

// adminDomainAllowEntity is a domain on the list of those that are allowed
// (Mastodon Admin::DomainAllow).
type adminDomainAllowEntity struct {
	ID        string `json:"id"`
	Domain    string `json:"domain"`
	CreatedAt moment `json:"created_at"`
}

// domainRules are the rules about domains that allow, or all others, newest
// first.
func (a *API) domainRules(ctx context.Context, allow bool) ([]*models.DomainRule, error) {
	all, err := a.Store.DomainRules(ctx)
	if err != nil {
		return nil, err
	}
	var out []*models.DomainRule
	for _, r := range all.Rules {
		if (r.Severity == models.Allow) == allow {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y *models.DomainRule) int { return cmp.Compare(y.ID, x.ID) })
	return out, nil
}

// domainRule is the rule that a request's address names.
func (a *API) domainRule(r *http.Request, allow bool) (*models.DomainRule, error) {
	all, err := a.domainRules(r.Context(), allow)
	if err != nil {
		return nil, err
	}
	for _, rule := range all {
		if rule.ID != 0 && rule.ID == id(r, "id") {
			return rule, nil
		}
	}
	return nil, store.ErrNotFound
}

// cutRules is the page of rules that p asks for.
func cutRules(all []*models.DomainRule, p store.Page) []*models.DomainRule {
	floor := max(p.Since, p.Min)
	out := slices.DeleteFunc(all, func(r *models.DomainRule) bool { return p.Max != 0 && r.ID >= p.Max || floor != 0 && r.ID <= floor })
	if len(out) > p.Limit && p.Min != 0 {
		return out[len(out)-p.Limit:]
	}
	return out[:min(len(out), p.Limit)]
}

// domainRuleList answers a page of rules, each as entity makes it.
func domainRuleList[T any](a *API, w http.ResponseWriter, r *http.Request, allow bool, entity func(*models.DomainRule) T) error {
	all, err := a.domainRules(r.Context(), allow)
	if err != nil {
		return err
	}
	p := pageOf(r, 100)
	out := []T{}
	list := cutRules(all, p.Page)
	for _, rule := range list {
		out = append(out, entity(rule))
	}
	if n := len(list); n > 0 {
		a.link(w, r, p, full(n, p.Limit, list[n-1].ID), list[0].ID, minID)
	}
	return reply(w, out)
}

// adminDomainBlocks serves GET /api/v1/admin/domain_blocks.
func (a *API) adminDomainBlocks(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:domain_blocks"); err != nil {
		return err
	}
	return domainRuleList(a, w, r, false, adminDomainBlock)
}

// adminDomainBlock serves GET /api/v1/admin/domain_blocks/{id}.
func (a *API) adminDomainBlock(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:domain_blocks"); err != nil {
		return err
	}
	rule, err := a.domainRule(r, false)
	if err != nil {
		return err
	}
	return reply(w, adminDomainBlock(rule))
}

type domainBlockForm struct {
	Domain         string  `param:"domain"`
	Severity       *string `param:"severity"`
	RejectMedia    *bool   `param:"reject_media"`
	RejectReports  *bool   `param:"reject_reports"`
	PrivateComment *string `param:"private_comment"`
	PublicComment  *string `param:"public_comment"`
	Obfuscate      *bool   `param:"obfuscate"`
}

// apply puts what was sent into r.
func (f *domainBlockForm) apply(r *models.DomainRule) error {
	if f.Severity != nil {
		switch *f.Severity {
		case "noop":
			r.Severity = models.NoLimit
		case "silence", "suspend":
			r.Severity = models.Severity(*f.Severity)
		default:
			return models.Errorf(models.Invalid, "Validation failed: Severity is not included in the list")
		}
	}
	for _, x := range []struct{ to, from *bool }{{&r.RejectMedia, f.RejectMedia}, {&r.RejectReports, f.RejectReports}, {&r.Obscured, f.Obfuscate}} {
		if x.from != nil {
			*x.to = *x.from
		}
	}
	if f.PrivateComment != nil {
		r.Note = *f.PrivateComment
	}
	if f.PublicComment != nil {
		r.Comment = *f.PublicComment
	}
	return nil
}

// adminBlockDomain serves POST /api/v1/admin/domain_blocks.
func (a *API) adminBlockDomain(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:domain_blocks")
	if err != nil {
		return err
	}
	var form domainBlockForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	rule := models.DomainRule{Domain: form.Domain, Severity: models.Silence}
	if err := form.apply(&rule); err != nil {
		return err
	}
	if err := a.newDomain(r.Context(), form.Domain); err != nil {
		return err
	}
	set, err := a.Chapter.SetDomainRule(r.Context(), v, rule)
	if err != nil {
		return err
	}
	return reply(w, adminDomainBlock(set))
}

// newDomain refuses a domain about which there is a rule: that one is changed,
// not made again.
func (a *API) newDomain(ctx context.Context, domain string) error {
	all, err := a.Store.DomainRules(ctx)
	if err != nil {
		return err
	}
	if all.Rules[strings.ToLower(strings.TrimSpace(domain))] != nil {
		return models.Errorf(models.Invalid, "Validation failed: Domain has already been taken")
	}
	return nil
}

// adminChangeDomainBlock serves PUT /api/v1/admin/domain_blocks/{id}.
func (a *API) adminChangeDomainBlock(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:domain_blocks")
	if err != nil {
		return err
	}
	var form domainBlockForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	old, err := a.domainRule(r, false)
	if err != nil {
		return err
	}
	rule := *old
	if err := form.apply(&rule); err != nil {
		return err
	}
	set, err := a.Chapter.SetDomainRule(r.Context(), v, rule)
	if err != nil {
		return err
	}
	return reply(w, adminDomainBlock(set))
}

// dropRule lifts the rule that a request's address names.
func (a *API) dropRule(w http.ResponseWriter, r *http.Request, v models.Viewer, allow bool) error {
	rule, err := a.domainRule(r, allow)
	if err != nil {
		return err
	}
	if err := a.Chapter.DeleteDomainRule(r.Context(), v, rule.Domain); err != nil {
		return err
	}
	return empty(w)
}

// adminUnblockDomain serves DELETE /api/v1/admin/domain_blocks/{id}.
func (a *API) adminUnblockDomain(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:domain_blocks")
	if err != nil {
		return err
	}
	return a.dropRule(w, r, v, false)
}

func adminDomainAllow(r *models.DomainRule) adminDomainAllowEntity {
	return adminDomainAllowEntity{r.ID.String(), r.Domain, moment(r.CreatedAt)}
}

// adminDomainAllows serves GET /api/v1/admin/domain_allows.
func (a *API) adminDomainAllows(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:domain_allows"); err != nil {
		return err
	}
	return domainRuleList(a, w, r, true, adminDomainAllow)
}

// adminDomainAllow serves GET /api/v1/admin/domain_allows/{id}.
func (a *API) adminDomainAllow(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:domain_allows"); err != nil {
		return err
	}
	rule, err := a.domainRule(r, true)
	if err != nil {
		return err
	}
	return reply(w, adminDomainAllow(rule))
}

// adminAllowDomain serves POST /api/v1/admin/domain_allows. A domain that is
// allowed already is answered as it is.
func (a *API) adminAllowDomain(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:domain_allows")
	if err != nil {
		return err
	}
	var form struct {
		Domain string `param:"domain"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	set, err := a.Chapter.SetDomainRule(r.Context(), v, models.DomainRule{Domain: form.Domain, Severity: models.Allow})
	if err != nil {
		return err
	}
	return reply(w, adminDomainAllow(set))
}

// adminDisallowDomain serves DELETE /api/v1/admin/domain_allows/{id}.
func (a *API) adminDisallowDomain(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:domain_allows")
	if err != nil {
		return err
	}
	return a.dropRule(w, r, v, true)
}

// domainBlockEntity is a rule about a domain as everybody sees it (Mastodon
// DomainBlock).
type domainBlockEntity struct {
	Domain   string   `json:"domain"`
	Digest   string   `json:"digest"`
	Severity string   `json:"severity"`
	Comment  nullable `json:"comment"`
}

// getInstanceDomainBlocks serves GET /api/v1/instance/domain_blocks.
func (a *API) getInstanceDomainBlocks(w http.ResponseWriter, r *http.Request) error {
	if _, err := a.viewer(r); err != nil {
		return err
	}
	all, err := a.domainRules(r.Context(), false)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(x, y *models.DomainRule) int { return cmp.Compare(x.Domain, y.Domain) })
	out := []domainBlockEntity{}
	for _, rule := range all {
		if rule.Severity == models.NoLimit {
			continue
		}
		domain := rule.Domain
		if rule.Obscured {
			domain = obscure(domain)
		}
		out = append(out, domainBlockEntity{domain, digest(rule.Domain), string(rule.Severity), nullable(rule.Comment)})
	}
	return reply(w, out)
}

// obscure hides the middle of a domain; its dots stay.
func obscure(domain string) string {
	b, n := []byte(domain), len(domain)
	for i := n / 4; i < n-n/4; i++ {
		if b[i] != '.' {
			b[i] = '*'
		}
	}
	return string(b)
}
