package models

import "slices"

// A Licence is what others may do with a note.
type Licence struct {
	Address string // it travels as atelier:licence
	Name    string
	Gist    string // what it lets others do, in plain words
}

// Licences are those that a note can have, the narrowest first.
var Licences = []Licence{
	{"https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0", "pass it on unchanged, with your name, not for money"},
	{"https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0", "adapt it and pass it on under the same licence, with your name, not for money"},
	{"https://creativecommons.org/licenses/by-nc/4.0/", "CC BY-NC 4.0", "adapt it and pass it on, with your name, not for money"},
	{"https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0", "adapt it and pass it on under the same licence, with your name"},
	{"https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0", "adapt it and pass it on, with your name"},
	{"https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0", "do with it whatever they like"},
}

// LicenceAt returns the licence with an address. It reports false if notes here
// cannot have it.
func LicenceAt(address string) (Licence, bool) {
	i := slices.IndexFunc(Licences, func(l Licence) bool { return l.Address == address })
	if i < 0 {
		return Licence{}, false
	}
	return Licences[i], true
}
