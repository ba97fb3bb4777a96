package wire

import (
	"strconv"
	"strings"

	"atelier/models"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// links are the values of url and href: addresses, Links, or several of both.
type links []Link

// rawLink is a Link as it is written; PeerTube nests the files of a stream in
// its tags.
type rawLink struct {
	Type      kind   `json:"type"`
	Href      text   `json:"href"`
	URL       text   `json:"url"`
	MediaType text   `json:"mediaType"`
	MimeType  text   `json:"mimeType"`
	Name      text   `json:"name"`
	Rel       texts  `json:"rel"`
	Width     number `json:"width"`
	Height    number `json:"height"`
	Size      number `json:"size"`
	Tag       links  `json:"tag"`
}

func (l *links) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		switch dec.PeekKind() {
		case '"':
			tok, err := dec.ReadToken()
			if err != nil {
				return err
			}
			l.add(Link{Href: address(tok.String())})
			return nil
		case '{':
			var w rawLink
			if err := json.UnmarshalDecode(dec, &w); err != nil {
				return err
			}
			l.add(w.link())
			for _, nested := range w.Tag {
				l.add(nested)
			}
			return nil
		}
		return dec.SkipValue()
	})
}

func (l *links) add(link Link) {
	if link.Href != "" && len(*l) < MaxAttachments {
		*l = append(*l, link)
	}
}

func (w *rawLink) link() Link {
	if w.Href == "" {
		w.Href = w.URL
	}
	if w.MediaType == "" {
		w.MediaType = w.MimeType
	}
	return Link{
		Href: address(w.Href), MediaType: string(w.MediaType), Name: cut(w.Name, MaxName), Rel: strings.Join(w.Rel, " "),
		Width: w.Width.count(), Height: w.Height.count(), Size: w.Size.count(),
	}
}

// page is the link for people: the one that says it is HTML, else the first.
func (l links) page() string {
	for _, link := range l {
		if strings.HasPrefix(link.MediaType, "text/html") {
			return link.Href
		}
	}
	for _, link := range l {
		if link.MediaType == "" {
			return link.Href
		}
	}
	return ""
}

// file is the link to the thing itself. Of a video in several sizes it is the
// largest that is not higher than 720 lines, else the smallest.
func (l links) file() Link {
	var best Link
	for _, link := range l {
		if !isFile(link.MediaType) {
			continue
		}
		if best.Href == "" || better(link, best) {
			best = link
		}
	}
	return best
}

func better(a, b Link) bool {
	const enough = 720
	if a.Height <= enough && b.Height <= enough {
		return a.Height > b.Height
	}
	return a.Height < b.Height
}

func isFile(mediaType string) bool {
	main, sub, _ := strings.Cut(mediaType, "/")
	return (main == "image" || main == "video" || main == "audio") && !strings.HasSuffix(sub, "mpegurl")
}

// image is the value of icon and image: a picture, however it is written.
type image struct {
	URL         string
	MediaType   string
	Description string
}

type rawImage struct {
	URL       links `json:"url"`
	Href      text  `json:"href"`
	MediaType text  `json:"mediaType"`
	Summary   text  `json:"summary"`
	Name      text  `json:"name"`
}

func (i *image) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		switch k := dec.PeekKind(); {
		case k == '"' && i.URL == "":
			tok, err := dec.ReadToken()
			i.URL = address(tok.String())
			return err
		case k == '{' && i.URL == "":
			var w rawImage
			if err := json.UnmarshalDecode(dec, &w); err != nil {
				return err
			}
			*i = w.image()
			return nil
		}
		return dec.SkipValue()
	})
}

func (w *rawImage) image() image {
	i := image{URL: address(w.Href), MediaType: string(w.MediaType), Description: cut(w.Summary, MaxAltText)}
	if len(w.URL) > 0 {
		i.URL = w.URL[0].Href
		if i.MediaType == "" {
			i.MediaType = w.URL[0].MediaType
		}
	}
	if i.Description == "" {
		i.Description = cut(w.Name, MaxAltText)
	}
	return i
}

// picture is the image as an avatar or header.
func (i image) picture() models.Picture {
	return models.Picture{Remote: i.URL, Type: i.MediaType, Description: i.Description}
}

// attachments are the members of attachment: files, and links to pages.
type attachments struct {
	media []models.Media
	links []Link
	count int
}

// rawAttachment is an attachment as it is written.
type rawAttachment struct {
	Type       kind   `json:"type"`
	URL        links  `json:"url"`
	Href       text   `json:"href"`
	MediaType  text   `json:"mediaType"`
	Name       text   `json:"name"`
	Summary    text   `json:"summary"`
	Width      number `json:"width"`
	Height     number `json:"height"`
	Size       number `json:"size"`
	Blurhash   text   `json:"blurhash"`
	FocalPoint focus  `json:"focalPoint"`
	Duration   text   `json:"duration"`
	Icon       image  `json:"icon"`
	Rel        texts  `json:"rel"`
}

func (a *attachments) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var w rawAttachment
	return each(dec, func() error {
		if a.count++; a.count > MaxAttachments || dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		w = rawAttachment{}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		a.add(&w)
		return nil
	})
}

func (a *attachments) add(w *rawAttachment) {
	switch w.Type {
	case "Image", "Video", "Audio", "Document":
		if m, ok := w.file(); ok {
			a.media = append(a.media, m)
			return
		}
	case "PropertyValue", "Emoji", "Note":
		return
	}
	href := address(w.Href)
	if href == "" && len(w.URL) > 0 {
		href = w.URL[0].Href
	}
	if href != "" {
		a.links = append(a.links, Link{Href: href, MediaType: string(w.MediaType), Name: cut(w.Name, MaxName), Rel: strings.Join(w.Rel, " ")})
	}
}

// file is the attachment as a file that its origin has. It is none if it has
// only an href: that is the card of a page (Mastodon 4.5).
func (w *rawAttachment) file() (models.Media, bool) {
	link := w.URL.file()
	if link.Href == "" && len(w.URL) > 0 {
		link = w.URL[0]
	}
	if link.Href == "" {
		return models.Media{}, false
	}
	if w.MediaType == "" {
		w.MediaType = text(link.MediaType)
	}
	if w.Summary == "" { // Mastodon writes the description to name, GoToSocial to summary
		w.Summary = w.Name
	}
	m := models.Media{
		Type: mediaType(string(w.Type), string(w.MediaType)), State: models.MediaRemote, ContentType: string(w.MediaType),
		RemoteURL: link.Href, PreviewURL: w.Icon.URL, Description: cut(w.Summary, MaxAltText), Blurhash: blurhash(w.Blurhash),
		Size: int64(max(w.Size.count(), link.Size)),
		Meta: models.MediaMeta{
			Width: max(w.Width.count(), link.Width), Height: max(w.Height.count(), link.Height),
			Duration: parseDuration(string(w.Duration)),
			FocusX:   w.FocalPoint.x, FocusY: w.FocalPoint.y, HasFocus: w.FocalPoint.set,
		},
	}
	return m, true
}

// mediaType says what a file is, by its media type or else by its AS2 type.
func mediaType(typ, contentType string) models.MediaType {
	switch main, _, _ := strings.Cut(contentType, "/"); {
	case main == "image":
		return models.Image
	case main == "video":
		return models.Video
	case main == "audio":
		return models.Audio
	case contentType != "":
		return models.Unknown
	}
	switch typ {
	case "Image":
		return models.Image
	case "Video":
		return models.Video
	case "Audio":
		return models.Audio
	}
	return models.Unknown
}

// blurhash returns s if it can be one: base 83, of 6 to some 200 characters.
func blurhash(s text) string {
	if len(s) < 6 || len(s) > 200 {
		return ""
	}
	return string(s)
}

// focus is a point of interest: two numbers from -1 to 1.
type focus struct {
	set  bool
	x, y float64
}

func (f *focus) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var at [2]float64
	n := 0
	err := each(dec, func() error {
		if dec.PeekKind() != '0' {
			return dec.SkipValue()
		}
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if x, err := strconv.ParseFloat(string(v), 64); err == nil && n < 2 {
			at[n] = min(max(x, -1), 1)
		}
		n++
		return nil
	})
	if n == 2 {
		*f = focus{true, at[0], at[1]}
	}
	return err
}

// parseDuration reads an xsd:duration in seconds, 0 if it is none. (go-fed's
// reader cuts fractions and panics on an empty string.)
func parseDuration(s string) float64 {
	s, ok := strings.CutPrefix(s, "P")
	if !ok || len(s) > 40 {
		return 0
	}
	units := map[byte]float64{'Y': 365 * 86400, 'M': 30 * 86400, 'W': 7 * 86400, 'D': 86400}
	total := 0.0
	for s != "" {
		if s[0] == 'T' {
			units, s = map[byte]float64{'H': 3600, 'M': 60, 'S': 1}, s[1:]
			continue
		}
		i := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if i <= 0 || units[s[i]] == 0 {
			return 0
		}
		n, err := strconv.ParseFloat(s[:i], 64)
		if err != nil {
			return 0
		}
		total += n * units[s[i]]
		s = s[i+1:]
	}
	return total
}

// formatDuration writes seconds as an xsd:duration.
func formatDuration(seconds float64) string {
	h, rest := int(seconds)/3600, seconds-float64(int(seconds)/3600*3600)
	m, sec := int(rest)/60, rest-float64(int(rest)/60*60)
	s := "PT"
	if h > 0 {
		s += strconv.Itoa(h) + "H"
	}
	if m > 0 {
		s += strconv.Itoa(m) + "M"
	}
	return s + strconv.FormatFloat(float64(int(sec*1000+0.5))/1000, 'f', -1, 64) + "S"
}
