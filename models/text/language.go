package text

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Language returns the language tag as BCP 47 writes it, and whether it is one
// that posts may have: a language, with a script or a region where they matter
// ("en", "pt-BR", "zh-Hant"), and nothing more.
func Language(tag string) (string, bool) {
	t, err := language.Parse(tag)
	if err != nil || len(t.Variants()) > 0 || len(t.Extensions()) > 0 {
		return "", false
	}
	base, script, region := t.Raw()
	if base.String() == "und" {
		return "", false
	}
	short, err := language.Compose(base, script, region)
	return short.String(), err == nil
}

// A NamedLanguage is a language and its English name.
type NamedLanguage struct{ Tag, Name string }

// Languages are the languages with a code of two letters (ISO 639-1), and
// those that differ by their script or region, by their tags.
var Languages = sync.OnceValue(func() (out []NamedLanguage) {
	names := display.English.Tags()
	for _, t := range display.Supported.Tags() {
		tag, ok := Language(t.String())
		base, _, region := t.Raw()
		if name := names.Name(t); ok && len(base.String()) == 2 && region.String() == "ZZ" && name != "" {
			out = append(out, NamedLanguage{tag, name})
		}
	}
	slices.SortFunc(out, func(a, b NamedLanguage) int { return strings.Compare(a.Tag, b.Tag) })
	return slices.Compact(out)
})
