package text

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// entityKind is what an entity is.
type entityKind uint8

const (
	linkEntity entityKind = iota
	mentionEntity
	hashtagEntity
	shortcodeEntity
)

// entity is something in a text that is more than its letters.
type entity struct {
	kind       entityKind
	start, end int    // bytes
	value      string // address, handle, hashtag as typed, or shortcode
}

// entities calls each for every entity of s, in order; they do not overlap.
func entities(s string, each func(entity)) {
	for i := 0; i < len(s); {
		e, ok := entityAt(s, i)
		if !ok {
			i++
			continue
		}
		each(e)
		i = e.end
	}
}

// entityAt returns the entity that starts at byte i of s.
func entityAt(s string, i int) (entity, bool) {
	switch s[i] {
	case 'h', 'H':
		return linkAt(s, i, false)
	case '@':
		return mentionAt(s, i)
	case '#', 0xEF: // the latter begins the full-width number sign
		return hashtagAt(s, i)
	case ':':
		return shortcodeAt(s, i)
	}
	return entity{}, false
}

// word says whether r is a word character as in Ruby's [[:word:]], in which
// Mastodon's rules are written.
func word(r rune) bool {
	if r < utf8.RuneSelf {
		return alnum(r) || r == '_'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc)
}

func alnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// before returns the rune that ends at byte i of s, -1 at the start.
func before(s string, i int) rune {
	if i == 0 {
		return -1
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

// after returns the rune that starts at byte i of s, -1 at the end.
func after(s string, i int) rune {
	if i >= len(s) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}

// span returns the end of the run of runes from byte i on for which ok holds.
func span(s string, i int, ok func(rune) bool) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n < 2 || !ok(r) {
			break
		}
		i += n
	}
	return i
}

// mentionAt reads @user or @user@host. The rules are those of Mastodon
// (Account::MENTION_RE and the check for what may follow it).
func mentionAt(s string, i int) (entity, bool) {
	if r := before(s, i); r == '=' || r == '/' || r >= 0 && word(r) {
		return entity{}, false
	}
	userEnd := dotted(s, i+1, func(r rune) bool { return alnum(r) || r == '_' })
	if userEnd == i+1 {
		return entity{}, false
	}
	end, handle := userEnd, strings.ToLower(s[i+1:userEnd])
	if after(s, userEnd) == '@' {
		if hostEnd := hostAt(s, userEnd+1); hostEnd > userEnd+1 {
			host, ok := asciiHost(s[userEnd+1 : hostEnd])
			if !ok {
				return entity{}, false
			}
			end, handle = hostEnd, handle+"@"+host
		}
	}
	if r := after(s, end); r == '@' || r == '＠' || 0xC0 <= r && r <= 0x24F || strings.HasPrefix(s[end:], "://") {
		return entity{}, false
	}
	return entity{mentionEntity, i, end, handle}, true
}

// dotted returns the end of a run of ok runes, which may have dots and
// hyphens inside but not at its ends.
func dotted(s string, i int, ok func(rune) bool) int {
	end := span(s, i, ok)
	if end == i {
		return i
	}
	for {
		next := span(s, end, func(r rune) bool { return r == '.' || r == '-' })
		stop := span(s, next, ok)
		if next == end || stop == next {
			return end
		}
		end = stop
	}
}

// hostAt returns the end of the host name at byte i, with its port if it is a
// loopback name: nobody else's handles have ports, and "ask @ana@c1.example:8"
// should not get one.
func hostAt(s string, i int) int {
	end := dotted(s, i, word)
	if !loopbackName(strings.ToLower(s[i:end])) || after(s, end) != ':' {
		return end
	}
	port := span(s, end+1, digit)
	if n := port - end - 1; n < 1 || n > 5 || word(after(s, port)) {
		return end
	}
	return port
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

// loopbackName says whether host, in lower case, names this machine.
func loopbackName(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasPrefix(host, "127.")
}

// hostNames turns international names into the form that is looked up. Unlike
// idna.Lookup it lets underscores be: some servers have them.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// asciiHost returns host, which may have a port, in the form that is compared
// and looked up.
func asciiHost(host string) (string, bool) {
	if len(host) > 253 || strings.Contains(host, "..") {
		return "", false
	}
	for i := range len(host) {
		if host[i] >= utf8.RuneSelf {
			ascii, err := hostNames.ToASCII(host)
			return ascii, err == nil && ascii != "" && len(ascii) <= 253
		}
	}
	return strings.ToLower(host), true
}

// tagSeparator says whether r may stand inside a hashtag: underscore, middle dots, and the
// zero-width non-joiner that Persian needs.
func tagSeparator(r rune) bool {
	return r == '_' || r == '\u00B7' || r == '\u30FB' || r == '\u200C'
}

// hashtagAt reads #name. A name needs a letter or, inside, a separator: "#1"
// is none, "#1_2" is one. The rules are those of Mastodon (Tag::HASHTAG_RE).
func hashtagAt(s string, i int) (entity, bool) {
	r, n := utf8.DecodeRuneInString(s[i:])
	if r != '#' && r != '＃' {
		return entity{}, false
	}
	if b := before(s, i); b == '=' || b == '/' || b == ')' || b >= 0 && (unicode.IsLetter(b) || unicode.IsNumber(b)) {
		return entity{}, false
	}
	start := i + n
	end := span(s, start, func(r rune) bool { return word(r) || tagSeparator(r) })
	end = start + len(strings.TrimRightFunc(s[start:end], func(r rune) bool { return tagSeparator(r) && r != '_' }))
	name := s[start:end]
	name = name[len(name)-len(strings.TrimLeftFunc(name, func(r rune) bool { return tagSeparator(r) && r != '_' })):]
	if len(name) != end-start || !tagName(name) {
		return entity{}, false
	}
	if r := after(s, end); r == '#' || r == '＃' || strings.HasPrefix(s[end:], "://") {
		return entity{}, false
	}
	return entity{hashtagEntity, i, end, name}, true
}

// tagName says whether name, made of words and separators, is more than a
// number or a row of underscores.
func tagName(name string) bool {
	begun, parted := false, false // seen: a character, a separator after one
	for _, r := range name {
		switch {
		case tagSeparator(r):
			parted = begun
		case parted, unicode.IsLetter(r), unicode.IsMark(r):
			return true
		default:
			begun = true
		}
	}
	return false
}

// TagKey returns what the hashtag called name, with or without #, is looked
// up by: NFKC, in lower case.
func TagKey(name string) string {
	name = strings.TrimLeft(name, "#＃")
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(name)))
}

// shortcodeAt reads :name: as Mastodon does: two or more letters, digits and
// underscores, with no letter, digit or colon at either side.
func shortcodeAt(s string, i int) (entity, bool) {
	end := span(s, i+1, func(r rune) bool { return r < utf8.RuneSelf && word(r) })
	if end-i < 3 || after(s, end) != ':' || joinsShortcode(before(s, i)) || joinsShortcode(after(s, end+1)) {
		return entity{}, false
	}
	return entity{shortcodeEntity, i, end + 1, s[i+1 : end]}, true
}

func joinsShortcode(r rune) bool {
	return r == ':' || r >= 0 && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// Shortcodes returns the shortcodes of custom emoji in s, without colons, each
// once: for names, warnings and other texts without HTML.
func Shortcodes(s string) []string {
	c := newCollector()
	entities(s, func(e entity) {
		if e.kind == shortcodeEntity {
			c.add(e)
		}
	})
	return c.found.Shortcodes
}

// linkAt reads an http or https address. The punctuation of the sentence
// around it does not belong to it, in Markdown neither what closes emphasis
// and the words of a link.
func linkAt(s string, i int, markdown bool) (entity, bool) {
	scheme := schemeAt(s, i)
	if scheme == "" {
		return entity{}, false
	}
	if r := before(s, i); r >= 0 && (alnum(r) || strings.ContainsRune("@＠$#＃", r)) {
		return entity{}, false
	}
	start := i + len(scheme) + len("://")
	hostEnd := dotted(s, start, word)
	host, ok := asciiHost(s[start:hostEnd])
	if !ok || host == "" || !strings.Contains(host, ".") && !loopbackName(host) {
		return entity{}, false
	}
	end := hostEnd
	if after(s, end) == ':' {
		if port := span(s, end+1, digit); port > end+1 && port <= end+6 {
			end = port
		}
	}
	if r := after(s, end); r == '@' || r == ':' && after(s, end+1) == '@' {
		return entity{}, false // a user name, which is only there to mislead
	}
	if r := after(s, end); r == '/' || r == '?' || r == '#' {
		end = trimAddress(s, end, addressEnd(s, end, markdown), markdown)
	}
	href, ok := normalURL(scheme + "://" + host + s[hostEnd:end])
	return entity{linkEntity, i, end, href}, ok
}

// normalURL returns address as it is written in an href.
func normalURL(address string) (string, bool) {
	u, err := url.Parse(mendPercents(address))
	if err != nil {
		return "", false
	}
	return u.String(), true
}

// pageURL returns address as it is written in an href, if it is one by http or
// https.
func pageURL(address string) (string, bool) {
	u, err := url.Parse(mendPercents(address))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !plainAddress(u) {
		return "", false
	}
	return u.String(), true
}

// mendPercents escapes the percent signs of s that begin no escape: people
// and some servers write them bare, and url.Parse refuses them.
func mendPercents(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var w strings.Builder
	for i := range len(s) {
		w.WriteByte(s[i])
		if s[i] == '%' && !(i+2 < len(s) && hex(s[i+1]) && hex(s[i+2])) {
			w.WriteString("25")
		}
	}
	return w.String()
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// schemeAt returns the scheme, in lower case, of the address at byte i.
func schemeAt(s string, i int) string {
	for _, scheme := range []string{"https", "http"} {
		if n := len(scheme) + len("://"); len(s)-i >= n && strings.EqualFold(s[i:i+n], scheme+"://") {
			return scheme
		}
	}
	return ""
}

// addressEnd returns the end of the run of characters an address may have.
// Marks that change the direction of writing may not: they make an address
// look like another.
func addressEnd(s string, i int, markdown bool) int {
	others := "<>\"`「」『』（）【】《》"
	if markdown {
		others += "[]"
	}
	return span(s, i, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && !strings.ContainsRune(others, r)
	})
}

// trimAddress returns the end of the address s[start:end] without the
// punctuation of the sentence around it. A closing parenthesis belongs to the
// address if it was opened there.
func trimAddress(s string, start, end int, markdown bool) int {
	others := "!*\"';:,.?|)]。、…’”»"
	if markdown {
		others += "_~"
	}
	opened := strings.Count(s[start:end], "(") - strings.Count(s[start:end], ")")
	for end > start {
		r, n := utf8.DecodeLastRuneInString(s[start:end])
		if !strings.ContainsRune(others, r) || r == ')' && opened >= 0 {
			break
		}
		if r == ')' {
			opened++
		}
		end -= n
	}
	return end
}
