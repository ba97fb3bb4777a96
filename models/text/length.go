package text

import (
	"strings"

	"github.com/rivo/uniseg"
)

// AddressLength is how long every address counts, whatever its length: the
// client API tells it as characters_reserved_per_url.
const AddressLength = 23

// Length returns how long a post is with the text src and the content warning
// warning, in characters as people see them (grapheme clusters). As in
// Mastodon, an address counts as AddressLength and a handle elsewhere without
// its host.
func Length(src, warning string) int {
	var w strings.Builder
	done := 0
	entities(src, func(e entity) {
		switch e.kind {
		case linkEntity:
			w.WriteString(src[done:e.start])
			w.WriteString(strings.Repeat("x", AddressLength))
			done = e.end
		case mentionEntity:
			user, _, _ := strings.Cut(src[e.start+1:e.end], "@")
			w.WriteString(src[done : e.start+1+len(user)])
			done = e.end
		}
	})
	w.WriteString(src[done:])
	return uniseg.GraphemeClusterCount(w.String()) + uniseg.GraphemeClusterCount(warning)
}
