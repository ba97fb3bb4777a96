package wire

import (
	"testing"

	"atelier/models"

	"github.com/google/go-cmp/cmp"
)

const (
	anaFollowers = "https://vi.example/users/ana/followers"
	theGroup     = "https://vi.example/chapter"
)

func TestVisibilityOf(t *testing.T) {
	for _, test := range []struct {
		name      string
		to, cc    []string
		followers string
		want      models.Visibility
	}{
		{"everyone in to", []string{PublicURI}, []string{anaFollowers}, anaFollowers, models.Public},
		{"everyone in cc", []string{anaFollowers}, []string{PublicURI}, anaFollowers, models.Unlisted},
		{"followers in to", []string{anaFollowers}, nil, anaFollowers, models.Private},
		{"followers in cc", []string{joel}, []string{anaFollowers}, anaFollowers, models.Private},
		{"followers of somebody else", []string{"https://other.example/followers"}, nil, anaFollowers, models.Direct},
		{"followers by their look", []string{"https://other.example/u/followers"}, nil, "", models.Private},
		{"named ones", []string{joel}, nil, anaFollowers, models.Direct},
		{"nobody", nil, nil, anaFollowers, models.Direct},
	} {
		if got := VisibilityOf(test.to, test.cc, test.followers); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

func TestVisibilityOfAPostWithoutAddressing(t *testing.T) {
	a := &Activity{To: []string{PublicURI}}
	if got := (&Post{}).Visibility(a, anaFollowers); got != models.Public {
		t.Errorf("by its activity: %s", got)
	}
	if got := (&Post{To: []string{joel}}).Visibility(a, anaFollowers); got != models.Direct {
		t.Errorf("its own addressing comes first: %s", got)
	}
	if got := (&Post{}).Visibility(nil, anaFollowers); got != models.Direct {
		t.Errorf("by nothing: %s", got)
	}
}

func TestAddressing(t *testing.T) {
	for _, test := range []struct {
		name   string
		v      models.Visibility
		group  string
		to, cc []string
	}{
		{"public", models.Public, "", []string{PublicURI}, []string{anaFollowers, joel}},
		{"public in a group", models.Public, theGroup, []string{PublicURI, theGroup}, []string{anaFollowers, joel}},
		{"unlisted in a group", models.Unlisted, theGroup, []string{anaFollowers, theGroup}, []string{PublicURI, joel}},
		{"private is for no group", models.Private, theGroup, []string{anaFollowers}, []string{joel}},
		{"direct is for no group", models.Direct, theGroup, []string{joel}, []string{}},
		{"a visibility that is none", "", theGroup, []string{joel}, []string{}},
	} {
		to, cc := Addressing(test.v, anaFollowers, []string{joel, joel, ""}, test.group)
		if diff := cmp.Diff([][]string{test.to, test.cc}, [][]string{to, cc}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if got := VisibilityOf(to, cc, anaFollowers); test.v != "" && got != test.v {
			t.Errorf("%s is read as %s", test.name, got)
		}
	}
}

func TestAGroupThatIsMentionedStandsInToOnly(t *testing.T) {
	to, cc := Addressing(models.Public, anaFollowers, []string{theGroup}, theGroup)
	if diff := cmp.Diff([][]string{{PublicURI, theGroup}, {anaFollowers}}, [][]string{to, cc}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c := PostContext{Post: post(models.NoteType, models.Public), Author: ana(), Group: chapter()}
	c.Post.Mentions = []models.Mention{{URI: theGroup, Username: "vi_coaches", Acct: "vi_coaches"}}
	d, err := enc.Post(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePost(raw)
	if diff := cmp.Diff([]Mention{{theGroup, "@vi_coaches@vi.example"}}, p.Mentions); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestSilentMentionsAreAddressedOnly(t *testing.T) {
	c := PostContext{Post: post(models.NoteType, models.Direct), Author: ana()}
	c.Post.Mentions = mentionsJoel()
	c.Post.Mentions[0].Silent = true
	d, err := enc.Post(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePost(raw)
	if err != nil || len(p.Mentions) != 0 || len(p.To) != 1 || p.To[0] != joel {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestRules(t *testing.T) {
	const author, other = "https://a.example/u", "https://b.example/u"
	const followers, following = author + "/followers", author + "/following"
	rule := func(automatic, manual string) Rule {
		return Rule{Set: true, Automatic: []string{automatic}, Manual: []string{manual}}
	}
	for _, test := range []struct {
		name                   string
		rule                   Rule
		actor                  string
		isFollower, isFollowed bool
		atOnce, asked          bool
	}{
		{"no rule", Rule{}, other, false, false, true, true},
		{"everyone", rule(PublicURI, ""), other, false, false, true, true},
		{"the author always", Rule{Set: true}, author, false, false, true, true},
		{"nobody", rule(author, ""), other, true, true, false, false},
		{"followers: one", rule(followers, ""), other, true, false, true, true},
		{"followers: a stranger", rule(followers, ""), other, false, true, false, false},
		{"those the author follows", rule(following, ""), other, false, true, true, true},
		{"one by name", rule(other, ""), other, false, false, true, true},
		{"after asking", rule(followers, PublicURI), other, false, false, false, true},
	} {
		atOnce, asked := models.PolicyRule(test.rule).Allows(test.actor, author, followers, following, test.isFollower, test.isFollowed)
		if atOnce != test.atOnce || asked != test.asked {
			t.Errorf("%s: %v, %v", test.name, atOnce, asked)
		}
	}
	for want, r := range map[models.QuotePolicy]Rule{
		models.QuotesPublic: rule(PublicURI, ""), models.QuotesFollowers: rule(followers, ""), models.QuotesNobody: rule(author, PublicURI),
	} {
		if got := r.Quotes(followers); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}
