// Package text turns what people write, and what other servers send, into
// safe HTML and plain words, and finds in it whom and what it names.
//
// Everything here is a pure function of its arguments: nothing is fetched,
// stored or remembered. Who a handle belongs to is the caller's to know, so a
// post is made in two steps: Scan finds the handles, the caller looks them up,
// and Render writes the HTML.
//
// HTML leaves this package by two doors only, Render for what is written here
// and the Sanitize functions for what comes from elsewhere. Both end in an
// allow-list and write every tag anew, closed and in order; nothing that was
// typed or sent is ever copied through as it stands. All functions take any
// string, of any length, and need time that grows with its length; how long a
// text may be is the caller's rule.
package text

import (
	"strings"

	"atelier/models"
)

// Found is what a text names, each thing once, in the order of the text.
type Found struct {
	Mentions   []string  // handles without the first @, lower case: "ana", "bob@c2.example"
	Hashtags   []Hashtag // each key once, as first written
	Links      []string  // http and https addresses, normalised as in the href
	Shortcodes []string  // of custom emoji, without colons
}

// Hashtag is a hashtag as it was written and as it is looked up.
type Hashtag struct {
	Name string // without #, as written: "MaintainsPresence"
	Key  string // TagKey(Name): "maintainspresence"
}

// Env is what Render has to be told. The zero Env renders mentions and
// hashtags as plain words and images as links.
type Env struct {
	// Mention returns the page of the account with a handle, as in
	// Found.Mentions, and the short name to show after the @. A handle that is
	// not ok stays as it was typed.
	Mention func(handle string) (url, name string, ok bool)

	// TagURL returns the page of the hashtag with a key.
	TagURL func(key string) string

	// Image says whether a picture at an address may be shown in the text
	// (Markdown only). Others become links.
	Image func(url string) bool
}

// Scan returns what src, written in format f, names. It finds exactly what
// Render makes links of.
func Scan(src string, f models.Format) Found {
	c := newCollector()
	switch f {
	case models.Markdown:
		scanMarkdown(src, c)
	default:
		scanPlain(src, c)
	}
	return c.found
}

// Render returns src, written in format f, as safe HTML in the subset that
// Mastodon keeps: FEDERATION-NOTES 3.1. Blank text gives "". A format other
// than Markdown and HTML is read as plain text; HTML is foreign HTML and goes
// through SanitizePost.
func Render(src string, f models.Format, env Env) string {
	switch f {
	case models.Markdown:
		return renderMarkdown(src, env)
	case models.HTML:
		return SanitizePost(src)
	default:
		return renderPlain(src, env)
	}
}

// collector gathers a Found.
type collector struct {
	found Found
	seen  map[string]bool
}

func newCollector() *collector { return &collector{seen: map[string]bool{}} }

// add takes in e unless it was there before.
func (c *collector) add(e entity) {
	switch e.kind {
	case mentionEntity:
		if c.first("@" + e.value) {
			c.found.Mentions = append(c.found.Mentions, e.value)
		}
	case hashtagEntity:
		if key := TagKey(e.value); c.first("#" + key) {
			c.found.Hashtags = append(c.found.Hashtags, Hashtag{e.value, key})
		}
	case linkEntity:
		c.link(e.value)
	case shortcodeEntity:
		if c.first(":" + e.value) {
			c.found.Shortcodes = append(c.found.Shortcodes, e.value)
		}
	}
}

// link takes in a normalised address.
func (c *collector) link(url string) {
	if c.first(url) {
		c.found.Links = append(c.found.Links, url)
	}
}

func (c *collector) first(key string) bool {
	if c.seen[key] {
		return false
	}
	c.seen[key] = true
	return true
}

// writeEntity writes e, which stands in the text as typed, as env wants it.
func writeEntity(w *strings.Builder, e entity, typed string, env Env) {
	switch e.kind {
	case mentionEntity:
		if env.Mention == nil {
			break
		}
		// The page of an account elsewhere is that server's word: it may be anything.
		if url, name, ok := env.Mention(e.value); ok {
			if href, ok := pageURL(url); ok {
				writeMention(w, href, name)
				return
			}
		}
	case hashtagEntity:
		if env.TagURL == nil {
			break
		}
		if href, ok := pageURL(env.TagURL(TagKey(e.value))); ok {
			writeHashtag(w, href, e.value)
			return
		}
	case linkEntity:
		writeLink(w, e.value, typed)
		return
	}
	writeEscaped(w, typed)
}
