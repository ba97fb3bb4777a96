package wire

import (
	"slices"
	"strings"

	"atelier/models"
)

// PublicURI is the address that means everyone.
const PublicURI = "https://www.w3.org/ns/activitystreams#Public"

// VisibilityOf says who may read what is addressed to to and cc, in the way
// that Mastodon decides it. followers is the address of the author's
// followers; without one, an address that ends like one counts.
func VisibilityOf(to, cc []string, followers string) models.Visibility {
	isFollowers := func(uri string) bool {
		if followers != "" {
			return uri == followers
		}
		return strings.HasSuffix(uri, "/followers")
	}
	switch {
	case slices.Contains(to, PublicURI):
		return models.Public
	case slices.Contains(cc, PublicURI):
		return models.Unlisted
	case slices.ContainsFunc(to, isFollowers), slices.ContainsFunc(cc, isFollowers):
		return models.Private
	}
	return models.Direct
}

// Visibility says who may read the post: by its own addressing or, if it has
// none, by that of the activity that brought it (nil: none did).
func (p *Post) Visibility(a *Activity, followers string) models.Visibility {
	to, cc := p.Recipients(a)
	return VisibilityOf(to, cc, followers)
}

// Recipients is whom the post is addressed to: its own addressing or, if it
// has none, that of the activity that brought it (nil: none did).
func (p *Post) Recipients(a *Activity) (to, cc []string) {
	if len(p.To)+len(p.CC) == 0 && a != nil {
		return a.To, a.CC
	}
	return p.To, p.CC
}

// Addressing is the other way round: to and cc of something with visibility v
// whose author's followers are at followers, that names others, and that is
// meant for group ("" if for none).
//
// The group stands in to, not in cc, so that replies from software that knows
// no groups are addressed to it as well; but nothing that is not open to
// everyone is sent to a group.
func Addressing(v models.Visibility, followers string, mentioned []string, group string) (to, cc []string) {
	switch v {
	case models.Public:
		to, cc = append(to, PublicURI), append(cc, followers)
	case models.Unlisted:
		to, cc = append(to, followers), append(cc, PublicURI)
	case models.Private:
		to, cc = append(to, followers), append(cc, mentioned...)
		group = ""
	default:
		to, group = append(to, mentioned...), ""
	}
	if group != "" {
		to = append(to, group)
	}
	if v.Open() {
		for _, uri := range mentioned {
			if uri != group {
				cc = append(cc, uri)
			}
		}
	}
	return compact(to), compact(cc)
}

// compact drops what is empty or there already; it never returns nil, so that
// an empty list is sent as one.
func compact(uris []string) []string {
	out := make([]string, 0, len(uris))
	for _, uri := range uris {
		if uri != "" && !slices.Contains(out, uri) {
			out = append(out, uri)
		}
	}
	return out
}
