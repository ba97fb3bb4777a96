package text

import "golang.org/x/text/language"

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
