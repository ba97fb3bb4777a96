package models

import "testing"

func TestDomainRules(t *testing.T) {
	rules := func(allowList bool, rules ...*DomainRule) *DomainRules {
		r := &DomainRules{Rules: map[string]*DomainRule{}, AllowList: allowList}
		for _, rule := range rules {
			r.Rules[rule.Domain] = rule
		}
		return r
	}
	bad := &DomainRule{Domain: "bad.example", Severity: Suspend}
	quiet := &DomainRule{Domain: "quiet.example", Severity: Silence, RejectMedia: true}
	friend := &DomainRule{Domain: "friend.example", Severity: Allow}
	for _, test := range []struct {
		name                     string
		rules                    *DomainRules
		host                     string
		blocked, silenced, media bool
	}{
		{"no rules at all", nil, "a.example", false, false, false},
		{"a host without a rule", rules(false, bad), "a.example", false, false, false},
		{"a suspended host", rules(false, bad), "bad.example", true, false, false},
		{"a suspended host in capitals", rules(false, bad), "BAD.Example", true, false, false},
		{"a suspended host with a closing dot", rules(false, bad), "bad.example.", true, false, false},
		{"a suspended host with a port", rules(false, bad), "bad.example:8443", true, false, false},
		{"a sub-domain of a suspended one", rules(false, bad), "very.bad.example", true, false, false},
		{"another domain that ends the same", rules(false, bad), "notbad.example", false, false, false},
		{"a silenced host", rules(false, quiet), "quiet.example", false, true, true},
		{"a host that is not on the allow list", rules(true, friend), "a.example", true, false, false},
		{"a host on the allow list", rules(true, friend), "friend.example", false, false, false},
		{"a silenced host that is not on the allow list", rules(true, quiet), "quiet.example", true, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			blocked, silenced, media := test.rules.Blocked(test.host), test.rules.Silenced(test.host), test.rules.RejectsMedia(test.host)
			if blocked != test.blocked || silenced != test.silenced || media != test.media {
				t.Errorf("blocked %v, silenced %v, rejects media %v; want %v, %v, %v", blocked, silenced, media, test.blocked, test.silenced, test.media)
			}
		})
	}
}
