package mastodon

import (
	"html"
	"net/http"
	"net/url"
	"strconv"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// oembedEntity is how other sites show a post of ours (Mastodon oEmbed).
type oembedEntity struct {
	Type         string `json:"type"`
	Version      string `json:"version"`
	Title        string `json:"title"`
	AuthorName   string `json:"author_name"`
	AuthorURL    string `json:"author_url"`
	ProviderName string `json:"provider_name"`
	ProviderURL  string `json:"provider_url"`
	CacheAge     int    `json:"cache_age"`
	HTML         string `json:"html"`
	Width        int    `json:"width"`
	Height       *int   `json:"height"`
}

// getOEmbed serves GET /api/oembed: a public post of ours as a quotation with a
// link; no script, no frame.
func (a *API) getOEmbed(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	address, err := url.Parse(q.Get("url"))
	if err != nil || q.Get("url") == "" {
		return store.ErrNotFound
	}
	ref, ok := a.URLs.Parse(address.String())
	if !ok {
		return store.ErrNotFound
	}
	ctx := r.Context()
	postID, err := a.localPost(ctx, models.Stranger, ref)
	if err != nil {
		return err
	}
	p, err := a.Store.Post(ctx, models.Stranger, postID)
	if err != nil {
		return err
	}
	author, err := a.Store.Account(ctx, p.AuthorID)
	if err != nil {
		return err
	}
	self, err := a.Chapter.Self(ctx)
	if err != nil {
		return err
	}
	width := 400
	if n, err := strconv.Atoi(q.Get("maxwidth")); err == nil && n > 0 {
		width = min(width, n)
	}
	page, name := a.Render.postURL(p), author.Label()
	title := p.Title
	if title == "" {
		title = name + ": " + text.Excerpt(text.PlainText(p.HTML), 80)
	}
	shared(w)
	return reply(w, oembedEntity{Type: "rich", Version: "1.0", Title: title, AuthorName: name, AuthorURL: a.Render.accountURL(author),
		ProviderName: self.Name, ProviderURL: a.URLs.Base() + "/", CacheAge: 86400, Width: width,
		HTML: "<blockquote cite=\"" + html.EscapeString(page) + "\">" + a.Render.content(p) + "<p>" + html.EscapeString(name) + ", <a href=\"" + html.EscapeString(page) + "\">" +
			html.EscapeString(self.Name) + "</a></p></blockquote>"})
}
