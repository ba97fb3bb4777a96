package web

import (
	"context"
	"fmt"
	"slices"

	"atelier/models"
)

// The scopes that forms offer, in the words of the interface (PRODUCT.md, F7).
const (
	onlyMe   = "me"
	members  = "members"
	everyone = "everyone"
)

// scopeOf says in a word who can read a post.
func scopeOf(p *models.Post) Scope {
	switch {
	case p.State == models.Draft:
		return Scope{"me", "Only you"}
	case p.IsMembers():
		return Scope{"members", "Members"}
	case p.Visibility.Open():
		return Scope{"everyone", "Everyone"}
	case p.Visibility == models.Private:
		return Scope{"followers", "Followers"}
	case len(p.Mentions) == 0:
		return Scope{"me", "Only you"}
	}
	return Scope{"named", "The people named"}
}

// addressing is what a scope of a form means to a post.
func addressing(scope string) (v models.Visibility, localOnly bool, err error) {
	switch scope {
	case onlyMe:
		return models.Direct, true, nil
	case members:
		return models.Private, true, nil
	case everyone:
		return models.Public, false, nil
	}
	return "", false, models.Errorf(models.Invalid, "Choose who may read it.").On("scope")
}

// scopeField is the scope of a form that a post would have been chosen with,
// "" if it came from an app with another.
func scopeField(p *models.Post) string {
	switch {
	case p.IsMembers():
		return members
	case p.Visibility.Open():
		return everyone
	case p.Visibility == models.Direct && p.LocalOnly && len(p.Mentions) == 0:
		return onlyMe
	}
	return ""
}

// An Addressed is an audience together with the scope that it belongs to: the
// stylesheet shows the one that is chosen.
type Addressed struct {
	Scope string
	Audience
	Button string
}

// mayChoose are those of the scopes with which the viewer may write: guests do
// not write to the members.
func (v *visit) mayChoose(scopes ...string) []string {
	if v.viewer.IsMember() {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == members })
}

// first is the scope that a form begins with: scope, if the viewer may write
// with it.
func (v *visit) first(scope string) string {
	if scope == members {
		return v.mayChoose(members, everyone)[0]
	}
	return scope
}

// talkScopes lets somebody choose who may read what is said.
func (v *visit) talkScopes(form *Form) *Choices {
	all := map[string]Choice{
		members:  {Value: members, Label: "Members", Hint: "Of this chapter. It does not leave this site."},
		everyone: {Value: everyone, Label: "Everyone", Hint: "It leaves at once. Copies may stay elsewhere."},
	}
	var choices []Choice
	for _, scope := range v.mayChoose(members, everyone) {
		choices = append(choices, all[scope])
	}
	out := form.choose("scope", "Who may read it", "", choices...)
	out.Quiet = true
	return &out
}

// audiences are the true sentences for each scope of a form.
func (p *Pages) audiences(ctx context.Context, v *visit, lounge bool, scopes ...string) ([]Addressed, error) {
	var out []Addressed
	for _, scope := range scopes {
		a := Addressed{Scope: scope}
		switch scope {
		case onlyMe:
			a.Audience, a.Button = Audience{"me", "Only you can read this. It waits on your shelf."}, "Keep it for me"
		case members:
			s, err := p.membersSentence(ctx, v)
			if err != nil {
				return nil, err
			}
			a.Audience, a.Button = Audience{"members", s}, "Show members"
		case everyone:
			a.Audience, a.Button = Audience{"everyone", everyoneSentence(v, lounge)}, "Send to everyone"
			if n := v.chapter.Settings.LoungeMin; lounge && n > 0 {
				a.Button = "Send to everyone, in " + count(n, "minute", "minutes")
			}
		}
		out = append(out, a)
	}
	return out, nil
}

func (p *Pages) membersSentence(ctx context.Context, v *visit) (string, error) {
	n, err := p.Store.Readers(ctx)
	if err != nil {
		return "", err
	}
	who := fmt.Sprintf("%s members of %s", capital(number(n)), v.chapter.Name)
	if n == 1 {
		who = "You, so far the only member of " + v.chapter.Name + ","
	}
	return who + " can read this. It does not leave this site.", nil
}

func everyoneSentence(v *visit, lounge bool) string {
	if n := v.chapter.Settings.LoungeMin; lounge && n > 0 {
		return "Everyone can read this, here and elsewhere, after " + count(n, "minute", "minutes") +
			" in which you can recall it. After that copies may stay elsewhere."
	}
	return "Everyone can read this, here and elsewhere. It leaves at once, and copies may stay elsewhere."
}

// audienceOf says who can read a post that is out.
func (p *Pages) audienceOf(ctx context.Context, v *visit, post *models.Post) (Audience, error) {
	s := scopeOf(post)
	switch {
	case post.IsMembers():
		sentence, err := p.membersSentence(ctx, v)
		return Audience{s.Icon, sentence}, err
	case post.Visibility.Open():
		return Audience{s.Icon, "Everyone can read this, here and elsewhere."}, nil
	case post.Visibility == models.Private:
		return Audience{s.Icon, "Those who follow you can read this, and whoever is named in it."}, nil
	case len(post.Mentions) == 0:
		return Audience{s.Icon, "Only you can read this."}, nil
	}
	return Audience{s.Icon, "Only the people named can read this."}, nil
}

// replyAudience says who will read an answer to parent.
func (p *Pages) replyAudience(ctx context.Context, v *visit, parent *models.Post) (Audience, error) {
	if parent.Visibility.Open() {
		return Audience{"everyone", "Everyone can read this, because everyone can read what you answer."}, nil
	}
	if parent.Visibility == models.Direct {
		return Audience{"named", "Only the people named can read this, and whom you answer."}, nil
	}
	return p.audienceOf(ctx, v, parent)
}
