package web

import "atelier/models"

// licence is the licence of a note from anywhere, by its name if that is known.
func licence(address string) *Link {
	if address == "" {
		return nil
	}
	l := &Link{URL: address, Name: address}
	if known, ok := models.LicenceAt(address); ok {
		l.Name = known.Name
	}
	return l
}

// licenceChoices lets somebody choose what others may do with a note.
func licenceChoices(form *Form, hint string) Choices {
	var all []Choice
	for _, l := range models.Licences {
		all = append(all, Choice{Value: l.Address, Label: capital(l.Gist), Hint: l.Name})
	}
	return form.choose("licence", "What others may do with it", hint, all...)
}
