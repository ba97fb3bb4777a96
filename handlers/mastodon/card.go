package mastodon

import (
	"atelier/models"
	"atelier/models/text"
)

// cardEntity is the preview of a link (Mastodon PreviewCard). Addresses that
// are not there are "", not null.
type cardEntity struct {
	URL          string       `json:"url"`
	Title        string       `json:"title"`
	Description  string       `json:"description"`
	Language     nullable     `json:"language"`
	Type         string       `json:"type"`
	AuthorName   string       `json:"author_name"`
	AuthorURL    string       `json:"author_url"`
	ProviderName string       `json:"provider_name"`
	ProviderURL  string       `json:"provider_url"`
	HTML         string       `json:"html"`
	Width        int          `json:"width"`
	Height       int          `json:"height"`
	Image        nullable     `json:"image"`
	ImageText    string       `json:"image_description"`
	EmbedURL     string       `json:"embed_url"`
	Blurhash     nullable     `json:"blurhash"`
	PublishedAt  moment       `json:"published_at"`
	Authors      []cardAuthor `json:"authors"`
}

type cardAuthor struct {
	Name    string   `json:"name"`
	URL     string   `json:"url"`
	Account rendered `json:"account"`
}

func (r *Render) card(c *models.Card) *cardEntity {
	if c == nil {
		return nil
	}
	e := &cardEntity{URL: c.URL, Title: c.Title, Description: c.Description, Type: c.Type, AuthorName: c.Author, AuthorURL: c.AuthorURL,
		ProviderName: c.Provider, ProviderURL: c.ProviderURL, Width: c.Width, Height: c.Height, Blurhash: nullable(c.Blurhash), Authors: []cardAuthor{}}
	if e.Type == "" {
		e.Type = "link"
	}
	switch {
	case c.Image != "":
		e.Image = nullable(r.URLs.Media(c.Image))
	case c.ImageURL != "":
		e.Image = nullable(r.Remote(c.ImageURL))
	}
	if c.Author != "" {
		e.Authors = append(e.Authors, cardAuthor{Name: c.Author, URL: c.AuthorURL})
	}
	return e
}

// noteCard leads to the rest of a practice note that is too long for an app.
func (r *Render) noteCard(p *models.Post) *cardEntity {
	return &cardEntity{URL: r.URLs.PostPage(p), Title: p.Title, Description: text.PlainText(p.Summary), Language: nullable(p.Language), Type: "link",
		ProviderURL: r.URLs.Base(), PublishedAt: moment(p.CreatedAt), Authors: []cardAuthor{}}
}
