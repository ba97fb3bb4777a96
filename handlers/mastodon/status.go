package mastodon

import (
	"atelier/models"
	"atelier/models/text"
)

// statusHead is what of a status everybody sees alike (Mastodon Status). The
// author, the boosted post, the poll, the quote and the viewer's flags are put
// beside it for each viewer.
type statusHead struct {
	ID                 string             `json:"id"`
	CreatedAt          moment             `json:"created_at"`
	InReplyToID        idOrNull           `json:"in_reply_to_id"`
	InReplyToAccountID idOrNull           `json:"in_reply_to_account_id"`
	Sensitive          bool               `json:"sensitive"`
	SpoilerText        string             `json:"spoiler_text"`
	Visibility         string             `json:"visibility"`
	LocalOnly          bool               `json:"local_only"`
	Language           nullable           `json:"language"`
	URI                string             `json:"uri"`
	URL                string             `json:"url"`
	RepliesCount       int                `json:"replies_count"`
	ReblogsCount       int                `json:"reblogs_count"`
	FavouritesCount    int                `json:"favourites_count"`
	QuotesCount        int                `json:"quotes_count"`
	EditedAt           moment             `json:"edited_at"`
	Content            string             `json:"content"`
	Application        *applicationEntity `json:"application"`
	MediaAttachments   []mediaEntity      `json:"media_attachments"`
	Mentions           []mentionEntity    `json:"mentions"`
	Tags               []tagLink          `json:"tags"`
	Emojis             []emojiEntity      `json:"emojis"`
	Card               *cardEntity        `json:"card"`
	PracticeNote       *practiceEntity    `json:"practice_note,omitempty"`
}

// applicationEntity is the client that a status was written with.
type applicationEntity struct {
	Name    string   `json:"name"`
	Website nullable `json:"website"`
}

type mentionEntity struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	URL      string `json:"url"`
	Acct     string `json:"acct"`
}

// tagLink is a hashtag in a status.
type tagLink struct {
	Name string `json:"name"` // lower case
	URL  string `json:"url"`
}

// practiceEntity is what makes a status a practice note; it is ours, and other
// clients ignore it.
type practiceEntity struct {
	Kind            string            `json:"kind"`
	Title           string            `json:"title"`
	Summary         string            `json:"summary"` // HTML
	Version         int               `json:"version"`
	Complete        bool              `json:"complete"` // content is the whole note
	Confidentiality string            `json:"confidentiality"`
	Licence         nullable          `json:"licence"`
	Sections        []practiceSection `json:"sections"`
}

type practiceSection struct {
	Key     string `json:"key"`
	Heading string `json:"heading"`
}

// post is a rendered post: what every viewer sees alike, and what is needed to
// add the rest.
type post struct {
	head       []byte // an open JSON object
	words      string // what filters look at
	id         models.ID
	authorID   models.ID
	boostOf    models.ID
	quoteOf    models.ID
	quoteState models.QuoteState
	quotes     models.QuotePolicy
	visibility models.Visibility
	localOnly  bool
	local      bool
	pinned     bool
	poll       *models.Poll
	emojis     []models.Emoji
}

// weight is about how many bytes a post holds on to.
func (p *post) weight() uint32 { return uint32(len(p.head) + len(p.words) + 400) }

func (r *Render) post(p *models.Post, app *models.App) *post {
	out := &post{
		head: open(r.statusHead(p, app)), id: p.ID, authorID: p.AuthorID, boostOf: p.BoostOfID, visibility: p.Visibility, localOnly: p.LocalOnly,
		local: p.Local, quotes: p.QuotePolicy, pinned: !p.PinnedAt.IsZero(), poll: p.Poll, emojis: p.Emojis,
	}
	if p.QuoteURI != "" || p.QuoteOfID != 0 {
		out.quoteOf, out.quoteState = p.QuoteOfID, p.QuoteState
		if out.quoteState == "" {
			out.quoteState = models.QuotePending
		}
	}
	if p.BoostOfID == 0 {
		out.words = filterWords(p)
	}
	return out
}

func (r *Render) statusHead(p *models.Post, app *models.App) statusHead {
	h := statusHead{
		ID: p.ID.String(), CreatedAt: moment(p.CreatedAt), InReplyToID: idOrNull(p.InReplyToID), InReplyToAccountID: idOrNull(p.InReplyToAuthorID),
		Sensitive: p.Sensitive || p.Warning != "" && len(p.Media) > 0, SpoilerText: p.Warning, Visibility: string(p.Visibility), LocalOnly: p.LocalOnly,
		Language: nullable(p.Language), URI: p.URI, URL: r.postURL(p), RepliesCount: p.Replies(), ReblogsCount: max(p.Stats.Boosts, 0),
		FavouritesCount: max(p.Stats.Favourites, 0), QuotesCount: max(p.Stats.Quotes, 0), EditedAt: moment(p.EditedAt), Content: r.content(p),
		MediaAttachments: []mediaEntity{}, Mentions: []mentionEntity{}, Tags: []tagLink{}, Emojis: r.emojis(p.Emojis), Card: r.card(p.Card),
	}
	if p.InReplyToID == 0 {
		h.InReplyToAccountID = 0
	}
	switch {
	case app != nil:
		h.Application = &applicationEntity{app.Name, nullable(app.Website)}
	case p.Local && p.BoostOfID == 0:
		h.Application = &applicationEntity{Name: "Web"}
	}
	for i := range p.Media {
		h.MediaAttachments = append(h.MediaAttachments, r.media(&p.Media[i]))
	}
	for _, m := range p.Mentions {
		if m.AccountID != 0 && !m.Silent {
			h.Mentions = append(h.Mentions, mentionEntity{m.AccountID.String(), m.Username, m.URL, m.Acct})
		}
	}
	for _, t := range p.Tags {
		key := text.TagKey(t)
		h.Tags = append(h.Tags, tagLink{key, r.URLs.TagPage(key)})
	}
	if p.Practice != nil {
		r.addPractice(&h, p)
	}
	return h
}

func (r *Render) addPractice(h *statusHead, p *models.Post) {
	n := &practiceEntity{Kind: string(p.Practice.Kind), Title: p.Title, Summary: p.Summary, Version: p.Version, Complete: true,
		Confidentiality: string(p.Practice.Confidentiality), Licence: nullable(p.Practice.Licence), Sections: []practiceSection{}}
	for _, s := range p.Practice.Sections {
		n.Sections = append(n.Sections, practiceSection{s.Key, p.Practice.Kind.Heading(s.Key)})
	}
	if p.Local {
		h.SpoilerText = "" // the summary is in the text
		if _, cut := r.practiceContent(p); cut {
			n.Complete, h.Card = false, r.noteCard(p)
		}
	}
	h.PracticeNote = n
}

// postURL is the page of a post.
func (r *Render) postURL(p *models.Post) string {
	switch {
	case p.BoostOfID != 0:
		return p.URI
	case p.Local:
		return r.URLs.PostPage(p)
	case p.URL != "":
		return p.URL
	}
	return p.URI
}
