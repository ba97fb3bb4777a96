package models

import (
	"strings"
	"time"
)

// Severity says how the chapter treats a domain.
type Severity string

// The severities.
const (
	NoLimit Severity = "none"    // nothing but what the rule's other fields say
	Silence Severity = "silence" // only followers see what comes from there
	Suspend Severity = "suspend" // nothing goes there or comes from there
	Allow   Severity = "allow"   // federates also where only allowed domains do
)

// DomainRule is what the stewards decided about a domain and its sub-domains.
type DomainRule struct {
	ID            ID
	Domain        string // lower case
	Severity      Severity
	RejectMedia   bool
	RejectReports bool
	Comment       string // for everyone
	Note          string // for stewards
	Obscured      bool   // the public list does not spell it out
	CreatedAt     time.Time
}

// DomainRules are all rules, by domain.
type DomainRules struct {
	Rules     map[string]*DomainRule
	AllowList bool // federate only with allowed domains
}

// Of returns the rule for a host, with or without a port: its own, or that of
// the nearest domain above it. Without one it returns nil.
func (r *DomainRules) Of(host string) *DomainRule {
	if r == nil || len(r.Rules) == 0 {
		return nil
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if rule := r.Rules[host]; rule != nil {
		return rule
	}
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = strings.TrimSuffix(host[:i], ".")
	}
	for host != "" {
		if rule := r.Rules[host]; rule != nil {
			return rule
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return nil
}

// Blocked says whether nothing goes to a host or comes from it.
func (r *DomainRules) Blocked(host string) bool {
	if r == nil {
		return false
	}
	rule := r.Of(host)
	if rule != nil && rule.Severity == Suspend {
		return true
	}
	return r.AllowList && (rule == nil || rule.Severity != Allow)
}

// Silenced says whether only followers see what comes from a host.
func (r *DomainRules) Silenced(host string) bool {
	rule := r.Of(host)
	return rule != nil && rule.Severity == Silence
}

// RejectsMedia says whether no files are fetched from a host.
func (r *DomainRules) RejectsMedia(host string) bool {
	rule := r.Of(host)
	return rule != nil && rule.RejectMedia
}
