package wire

import (
	"strings"

	"atelier/models"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Mention is a tag that names an account.
type Mention struct {
	Href string // an actor's id or, from some servers, its page
	Name string // "@bob@c2.example", as it came
}

// Link is a link to a page or, if its media type is one of ActivityPub's, to
// an object (FEP-e232).
type Link struct {
	Href      string
	MediaType string
	Name      string
	Rel       string // several are joined by a blank
	Width     int
	Height    int
	Size      int // bytes
}

// IsObject says whether the link leads to an ActivityPub object.
func (l Link) IsObject() bool {
	return strings.HasPrefix(l.MediaType, "application/activity+json") ||
		strings.HasPrefix(l.MediaType, "application/ld+json") && strings.Contains(l.MediaType, "https://www.w3.org/ns/activitystreams")
}

// isQuote says whether an object link means a quote, as Misskey's heirs write it.
func (l Link) isQuote() bool {
	return l.IsObject() && (strings.HasSuffix(l.Rel, "_misskey_quote") || strings.HasPrefix(l.Name, "RE: "))
}

// tags are the members of tag, sorted by what they are.
type tags struct {
	mentions []Mention
	hashtags []string
	emojis   []models.Emoji
	links    []Link
	count    int
}

// rawTag is a tag as it is written.
type rawTag struct {
	ID        text  `json:"id"`
	Type      kind  `json:"type"`
	Href      text  `json:"href"`
	Name      text  `json:"name"`
	MediaType text  `json:"mediaType"`
	Rel       texts `json:"rel"`
	Icon      image `json:"icon"`
}

func (t *tags) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var w rawTag
	return each(dec, func() error {
		if t.count++; t.count > MaxTags || dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		w = rawTag{}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		t.add(&w)
		return nil
	})
}

func (t *tags) add(w *rawTag) {
	switch w.Type {
	case "Mention":
		if href := address(w.Href); href != "" {
			t.mentions = append(t.mentions, Mention{href, cut(w.Name, MaxName)})
		}
	case "Hashtag":
		if s := strings.TrimLeft(strings.TrimSpace(string(w.Name)), "#＃"); s != "" && len(s) <= MaxName {
			t.hashtags = append(t.hashtags, s)
		}
	case "Emoji":
		if s := strings.Trim(string(w.Name), ":"); s != "" && len(s) <= MaxName && w.Icon.URL != "" {
			t.emojis = append(t.emojis, models.Emoji{Shortcode: s, URL: w.Icon.URL})
		}
	case "Link":
		if href := address(w.Href); href != "" {
			t.links = append(t.links, Link{Href: href, MediaType: string(w.MediaType), Name: cut(w.Name, MaxName), Rel: strings.Join(w.Rel, " ")})
		}
	}
}

// DecodeHashtag reads a Hashtag that stands alone, as in an Add or in a
// collection of featured tags. It returns the name without #.
func DecodeHashtag(raw []byte) (string, error) {
	var w struct {
		Type kind `json:"type"`
		Name text `json:"name"`
	}
	if err := read(raw, &w); err != nil {
		return "", err
	}
	name := strings.TrimPrefix(strings.TrimSpace(string(w.Name)), "#")
	if w.Type != "Hashtag" || name == "" {
		return "", ErrType
	}
	return cut(text(name), MaxName), nil
}
