package web

import (
	"atelier/models"
	"atelier/models/text"
)

// person makes a view of an account.
func (p *Pages) person(a *models.Account) Person {
	name := a.Label()
	return Person{
		Name:   name,
		Short:  short(name),
		Handle: p.URLs.HandleOf(a),
		URL:    p.personURL(a),
		Where:  a.Domain,
		Bio:    text.Excerpt(text.ShownText(a.BioHTML), 100),
		Face:   Face{Initials: initials(name), URL: p.picture(a.Avatar)},
	}
}

// personURL is the page of anybody, here: somebody elsewhere has one too.
func (p *Pages) personURL(a *models.Account) string {
	if a.Local() && a.Type == models.Group {
		if a.URI == p.URLs.Theme(a.Username) {
			return p.themeURL(a.Username)
		}
		return "/"
	}
	return "/people/" + a.Acct()
}

// picture is the address of a picture here, "" if there is none.
func (p *Pages) picture(pic models.Picture) string {
	switch {
	case pic.Key != "":
		return p.URLs.Media(pic.Key)
	case pic.Remote != "":
		return p.remote(pic.Remote)
	}
	return ""
}

// remote is where a file of another server is read here, "" if it is not: a
// page asks nothing of other servers.
func (p *Pages) remote(address string) string {
	if here := p.Chapter.Remote(address); here != address {
		return here
	}
	return ""
}
