package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"atelier/models"
)

// PostSearch is what posts are looked for by. All conditions must hold.
type PostSearch struct {
	Words []string // words and phrases that must be there, the last word perhaps as a beginning
	Not   []string // words and phrases that must not

	From       models.ID // the author
	NotFrom    models.ID
	Has        []string // media, image, video, audio, poll, link
	HasNot     []string
	Reply      *bool
	Sensitive  *bool
	Practice   bool // only practice notes
	Language   string
	Since      time.Time // not before
	Before     time.Time
	OnlyMine   bool // only what the viewer wrote, kept, liked, boosted, or is named in
	OnlyPublic bool
}

// Blank says whether the search asks for nothing.
func (f *PostSearch) Blank() bool {
	return len(f.Words) == 0 && len(f.Not) == 0 && f.From == 0 && f.NotFrom == 0 && len(f.Has) == 0 && len(f.HasNot) == 0 && f.Reply == nil && f.Sensitive == nil &&
		!f.Practice && f.Language == "" && f.Since.IsZero() && f.Before.IsZero() && !f.OnlyMine && !f.OnlyPublic
}

// mineOnly says which posts one has something to do with.
const mineOnly = ` (p.account_id = ?
	OR EXISTS (SELECT 1 FROM post_mentions i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM favourites i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM bookmarks i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM posts i WHERE i.boost_of_id = p.id AND i.account_id = ?)) `

// FindPosts returns a page of ids of the posts that f asks for, as far as the
// viewer may read and find them: the newest first of those that have all words,
// then of those where the last word goes on.
func (q queries) FindPosts(ctx context.Context, v models.Viewer, f PostSearch, p Page) ([]models.ID, error) {
	s := sought{all: phrases(f.Words), not: phrases(f.Not)}
	if len(s.all) == 0 && (len(f.Words) > 0 || f.Blank()) {
		return nil, nil
	}
	found, err := q.findPosts(ctx, v, f, s, p)
	if s.beginning = true; err != nil || !s.begins() || len(found) == p.Limit {
		return found, err
	}
	longer, err := q.findPosts(ctx, v, f, s, p)
	for _, id := range longer {
		if len(found) < p.Limit && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found, err
}

func (q queries) findPosts(ctx context.Context, v models.Viewer, f PostSearch, s sought, p Page) ([]models.ID, error) {
	x, err := q.matching(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("search posts: %w", err)
	}
	me := v.AccountID
	condition := x.condition + ` AND ` + searchable + ` AND p.boost_of_id IS NULL AND ` + notMine
	args := append(x.args, me, v.IsMember(), me, me, me, me, me, me, me)
	more, moreArgs := f.conditions(me)
	rule, ruleArgs := visible(v)
	ids, err := pageOf(ctx, q, scanID, p, x.column, `SELECT p.id`+x.from+` WHERE `+condition+more+` AND`+rule, slices.Concat(args, moreArgs, ruleArgs)...)
	if err != nil {
		return nil, fmt.Errorf("search posts: %w", err)
	}
	return ids, nil
}

func (f *PostSearch) conditions(me models.ID) (text string, args []any) {
	add := func(condition string, values ...any) {
		text += ` AND ` + condition
		args = append(args, values...)
	}
	if f.From != 0 {
		add(`p.account_id = ?`, f.From)
	}
	if f.NotFrom != 0 {
		add(`p.account_id <> ?`, f.NotFrom)
	}
	for _, what := range f.Has {
		add(hasCondition(what))
	}
	for _, what := range f.HasNot {
		add(`NOT ` + hasCondition(what))
	}
	if f.Reply != nil {
		add(`(p.in_reply_to_uri <> '') = ?`, *f.Reply)
	}
	if f.Sensitive != nil {
		add(`p.sensitive = ?`, *f.Sensitive)
	}
	if f.Practice {
		add(`p.practice_kind <> ''`)
	}
	if f.Language != "" {
		add(`p.language = ?`, f.Language)
	}
	if !f.Since.IsZero() {
		add(`p.id >= ?`, int64(models.FirstIDAt(f.Since)))
	}
	if !f.Before.IsZero() {
		add(`p.id < ?`, int64(models.FirstIDAt(f.Before)))
	}
	if f.OnlyMine {
		add(mineOnly, me, me, me, me, me)
	}
	if f.OnlyPublic {
		add(`p.visibility = 'public' AND NOT p.local_only`)
	}
	return text, args
}

func hasCondition(what string) string {
	switch what {
	case "poll":
		return `p.has_poll`
	case "link":
		return `(p.card <> '')`
	case "image", "video", "audio":
		return `(p.has_media AND p.media LIKE '%"type":"` + what + `"%')`
	}
	return `p.has_media`
}
