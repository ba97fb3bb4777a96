package store

import (
	"context"
	"strings"

	"atelier/models"
)

// addSearch makes a post's text findable.
func (q queries) addSearch(ctx context.Context, id models.ID, body string) error {
	if q.run.postgres() {
		_, err := q.exec(ctx, `INSERT INTO post_search (docid, body) VALUES (?, to_tsvector('simple', ?)) ON CONFLICT (docid) DO UPDATE SET body = excluded.body`, id, body)
		return err
	}
	return q.index(ctx, `INSERT INTO post_search (docid, body) VALUES (?, ?)`, id, body)
}

func (q queries) deleteSearch(ctx context.Context, id models.ID) error {
	return q.index(ctx, `DELETE FROM post_search WHERE docid = ?`, id)
}

// index changes the full-text index: on SQLite at the end of the group, on
// PostgreSQL at once. The search sees either at the commit.
func (q queries) index(ctx context.Context, text string, args ...any) error {
	if w, ok := q.run.(sqliteWriter); ok {
		w.index(text, q.bind(args))
		return nil
	}
	_, err := q.exec(ctx, text, args...)
	return err
}

// searchable says which of the posts that may be read may also be found: one's
// own, those one has something to do with, and those whose author wants to be
// found (FEP-5feb); posts of this chapter's members by its members.
const searchable = ` (p.account_id = ? OR (p.local AND ?)
	OR EXISTS (SELECT 1 FROM accounts i WHERE i.id = p.account_id AND i.indexable)
	OR EXISTS (SELECT 1 FROM post_mentions i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM favourites i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM bookmarks i WHERE i.post_id = p.id AND i.account_id = ?)
	OR EXISTS (SELECT 1 FROM posts i WHERE i.boost_of_id = p.id AND i.account_id = ?)) `

// SearchPosts returns a page of posts that have all words, as far as the viewer
// may read and find them. Where they do not fill the page, the last word may
// also be the beginning of one.
func (q queries) SearchPosts(ctx context.Context, v models.Viewer, words string, onlyPractice bool, p Page) ([]*models.Post, error) {
	// The newest that have a common word are at hand in the index; those of all
	// words that begin like it have to be merged first.
	s := sought{all: singly(searchWords(words))}
	posts, err := q.searchPosts(ctx, v, s, onlyPractice, p)
	if err != nil || len(posts) == p.Limit {
		return posts, err
	}
	s.beginning = true
	return q.searchPosts(ctx, v, s, onlyPractice, p)
}

func (q queries) searchPosts(ctx context.Context, v models.Viewer, s sought, onlyPractice bool, p Page) ([]*models.Post, error) {
	if len(s.all) == 0 {
		return nil, nil
	}
	me := v.AccountID
	condition := searchable + ` AND p.boost_of_id IS NULL AND ` + notMine
	if onlyPractice {
		condition += ` AND p.practice_kind <> ''`
	}
	x, err := q.matching(ctx, s)
	if err != nil {
		return nil, err
	}
	return q.postsPage(ctx, v, p, x.column, x.from+` LEFT JOIN post_stats s ON s.post_id = p.id`, x.condition+` AND `+condition,
		append(x.args, me, v.IsMember(), me, me, me, me, me, me, me)...)
}

// hits are where posts that match words come from, as p. Their arguments come
// before all others.
type hits struct {
	from, column, condition string
	args                    []any
}

// matching chooses how to search.
func (q queries) matching(ctx context.Context, s sought) (hits, error) {
	switch {
	case len(s.all) == 0: // neither engine's index knows who has not got a word
		return q.lacking(s.not), nil
	case q.run.postgres():
		return q.matchingPostgres(ctx, s.tsquery())
	}
	match, err := q.match(ctx, s)
	if err != nil || match == "" {
		return hits{` FROM posts p`, "p.id", `FALSE`, nil}, err
	}
	return hits{` FROM post_search x JOIN posts p ON p.id = x.docid`, "x.docid", `post_search MATCH ?`, []any{match}}, nil
}

// fewHits is up to how many posts that match are all looked up; of more, the
// newest are tried one by one.
var fewHits = 1000

// sample is how many of the newest posts tell whether a match is common: if more
// than a tenth of them have it.
const sample = 200

// matchingPostgres chooses how PostgreSQL searches, which plans without knowing
// the words. Few posts that match are found by the index and then put in order;
// where many do, a page is soon filled by trying the newest first.
func (q queries) matchingPostgres(ctx context.Context, match string) (hits, error) {
	const (
		has   = `body @@ (SELECT to_tsquery('simple', ?))` // so that it is made once and not for each row
		found = `WITH found AS MATERIALIZED (SELECT docid FROM post_search WHERE ` + has + `) SELECT `
		posts = ` x JOIN posts p ON p.id = x.docid`
	)
	var n int
	if err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT body FROM post_search ORDER BY docid DESC LIMIT ?) x WHERE `+has, []any{sample, match}, &n); err != nil {
		return hits{}, err
	}
	if n <= sample/10 { // the index reads all that match, however many are counted
		if err := q.row(ctx, found+`COUNT(*) FROM (SELECT 1 FROM found LIMIT ?) few`, []any{match, fewHits}, &n); err != nil {
			return hits{}, err
		}
		if n < fewHits {
			return hits{` FROM (` + found + `docid FROM found)` + posts, "p.id", `TRUE`, []any{match}}, nil
		}
	}
	return hits{` FROM post_search` + posts, "p.id", `x.` + has, []any{match}}, nil
}

// lacking are the posts that have none of some terms.
func (q queries) lacking(terms []term) hits {
	if len(terms) == 0 {
		return hits{` FROM posts p`, "p.id", `TRUE`, nil}
	}
	condition, match := `post_search MATCH ?`, strings.Join(ftsTerms(terms), " OR ")
	if q.run.postgres() {
		condition, match = `body @@ to_tsquery('simple', ?)`, strings.Join(tsTerms(terms), " | ")
	}
	return hits{` FROM posts p`, "p.id", `p.id NOT IN (SELECT docid FROM post_search WHERE ` + condition + `)`, []any{match}}
}

// A Tag is a hashtag and how much it was used lately.
type Tag struct {
	ID    models.ID
	Name  string
	Label string
}

// meets says of a tag, as g, whether the viewer may know that it is there: they
// follow it, or may read a post with it.
func meets(v models.Viewer) (condition string, args []any) {
	rule, args := visible(v)
	return ` (EXISTS (SELECT 1 FROM post_tags t JOIN posts p ON p.id = t.post_id WHERE t.tag_id = g.id AND` + rule + `)
		OR EXISTS (SELECT 1 FROM tag_follows f WHERE f.tag_id = g.id AND f.account_id = ?)) `, append(args, v.AccountID)
}

// MeetsTag says whether the viewer may know that a tag is there.
func (q queries) MeetsTag(ctx context.Context, v models.Viewer, id models.ID) (bool, error) {
	condition, args := meets(v)
	return q.exists(ctx, `SELECT 1 FROM tags g WHERE g.id = ? AND`+condition, append([]any{id}, args...)...)
}

// SearchTags returns tags that begin with a word, as far as the viewer may know
// that they are there.
func (q queries) SearchTags(ctx context.Context, v models.Viewer, word string, limit, offset int) ([]Tag, error) {
	word = likePrefix(TagKey(strings.TrimSpace(word)))
	if word == "%" {
		return nil, nil
	}
	condition, args := meets(v)
	args = append(append([]any{word}, args...), limit, offset)
	return list(ctx, q, scanTag, `SELECT g.id, g.name, g.label FROM tags g WHERE g.name LIKE ? ESCAPE '\' AND`+condition+`ORDER BY LENGTH(g.name), g.name LIMIT ? OFFSET ?`, args...)
}
