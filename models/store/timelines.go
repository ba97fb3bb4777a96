package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"atelier/models"
)

// Page cuts a list that is ordered newest first (Mastodon, pagination): the
// Limit newest below Max and above Since, or with Min the Limit ones directly
// above Min. The answer is newest first in all cases.
type Page struct {
	Max   models.ID // exclusive; 0: from the newest
	Since models.ID // exclusive
	Min   models.ID // exclusive; takes the place of Since
	Limit int
}

// pageSize is how many rows InPages reads at once.
const pageSize = 200

// InPages goes through a whole list, newest first, a page at a time; cursor is
// what the list pages by.
func InPages[T any](list func(Page) ([]T, error), cursor func(T) models.ID, do func([]T) error) error {
	p := Page{Limit: pageSize}
	for {
		rows, err := list(p)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			p.Max = cursor(rows[len(rows)-1])
			if err := do(rows); err != nil {
				return err
			}
		}
		if len(rows) < pageSize {
			return nil
		}
	}
}

// cut adds the page's bounds on column to where, and what ends the query.
// upward says that rows come oldest first, and are to be turned round.
func (p Page) cut(column string) (where string, end string, args []any, upward bool) {
	var b strings.Builder
	if p.Max != 0 {
		b.WriteString(" AND " + column + " < ?")
		args = append(args, p.Max)
	}
	floor := p.Since
	if p.Min != 0 {
		floor, upward = p.Min, true
	}
	if floor != 0 {
		b.WriteString(" AND " + column + " > ?")
		args = append(args, floor)
	}
	end = " ORDER BY " + column + " DESC LIMIT ?"
	if upward {
		end = " ORDER BY " + column + " ASC LIMIT ?"
	}
	return b.String(), end, append(args, p.Limit), upward
}

// pageOf reads a page: text is a query up to its WHERE condition, ordered by
// column.
func pageOf[T any](ctx context.Context, q queries, scan func(*sql.Rows) (T, error), p Page, column, text string, args ...any) ([]T, error) {
	where, end, more, upward := p.cut(column)
	out, err := list(ctx, q, scan, text+where+end, append(args, more...)...)
	if upward {
		slices.Reverse(out)
	}
	return out, err
}

// A postList is a list of posts that is read by the page: the condition on
// posts p that makes it, and the column that it is ordered by. from joins p
// with post_stats s.
type postList struct {
	column    string
	from      string
	condition string
	args      []any
	empty     bool // nothing can be in it
}

// posts reads a page of a list, as far as the viewer may read it, each post
// with its poll.
func (q queries) posts(ctx context.Context, v models.Viewer, p Page, l postList) ([]*models.Post, error) {
	if l.empty {
		return nil, nil
	}
	rule, more := visible(v)
	out, err := pageOf(ctx, q, scanPost, p, l.column, `SELECT `+postColumns+l.from+` WHERE `+l.condition+` AND`+rule, append(slices.Clone(l.args), more...)...)
	if err != nil {
		return nil, fmt.Errorf("read a timeline: %w", err)
	}
	return out, q.withPolls(ctx, out)
}

// postsPage reads a page of posts that the viewer may read, each with its poll.
func (q queries) postsPage(ctx context.Context, v models.Viewer, p Page, column, from, condition string, args ...any) ([]*models.Post, error) {
	return q.posts(ctx, v, p, postList{column: column, from: from, condition: condition, args: args})
}

// Home returns a page of what the viewer's follows brought, by id of the post
// or boost.
func (q queries) Home(ctx context.Context, v models.Viewer, p Page) ([]*models.Post, error) {
	return q.posts(ctx, v, p, homeList(v))
}

func homeList(v models.Viewer) postList {
	return postList{column: "h.post_id", condition: `h.account_id = ?`, args: []any{v.AccountID},
		from: ` FROM home_entries h JOIN posts p ON p.id = h.post_id LEFT JOIN post_stats s ON s.post_id = p.id`}
}

// notMine hides whom the viewer blocks or mutes, and hosts it blocks, from
// lists that it did not choose the authors of.
const notMine = ` NOT EXISTS (SELECT 1 FROM blocks nb WHERE nb.account_id = ? AND nb.target_id = p.account_id)
	AND NOT EXISTS (SELECT 1 FROM mutes nm WHERE nm.account_id = ? AND nm.target_id = p.account_id)
	AND NOT EXISTS (SELECT 1 FROM member_domain_blocks nd JOIN accounts na ON na.domain = nd.domain WHERE nd.account_id = ? AND na.id = p.account_id)
	AND NOT EXISTS (SELECT 1 FROM accounts nl WHERE nl.id = p.account_id AND nl.silenced_at > 0)`

// PublicFilter chooses among public posts.
type PublicFilter struct {
	Local     bool
	Remote    bool
	OnlyMedia bool
}

// Public returns a page of public posts; with Local, a member also gets the
// members' own.
func (q queries) Public(ctx context.Context, v models.Viewer, f PublicFilter, p Page) ([]*models.Post, error) {
	return q.posts(ctx, v, p, publicList(v, f))
}

func publicList(v models.Viewer, f PublicFilter) postList {
	condition := `p.boost_of_id IS NULL AND ` + notMine
	switch {
	case f.Local && v.IsMember():
		condition += ` AND p.local AND (p.visibility = 'public' OR (p.visibility = 'private' AND p.local_only))`
	case f.Local:
		condition += ` AND p.local AND p.visibility = 'public'`
	case f.Remote:
		condition += ` AND p.visibility = 'public' AND NOT p.local`
	default:
		condition += ` AND p.visibility = 'public'`
	}
	if f.OnlyMedia {
		condition += ` AND p.has_media`
	}
	return postList{column: "p.id", from: fromPosts, condition: condition, args: []any{v.AccountID, v.AccountID, v.AccountID}}
}

// TagFilter chooses posts by tags, written without #: Any of them, All of
// them, None of them.
type TagFilter struct {
	Any, All, None []string
	PublicFilter
}

// Tagged returns a page of public posts by their tags; members also get the
// members' own.
func (q queries) Tagged(ctx context.Context, v models.Viewer, f TagFilter, p Page) ([]*models.Post, error) {
	l, err := q.tagList(ctx, v, f)
	if err != nil {
		return nil, err
	}
	return q.posts(ctx, v, p, l)
}

func (q queries) tagList(ctx context.Context, v models.Viewer, f TagFilter) (postList, error) {
	ids, err := q.tagIDs(ctx, slices.Concat(f.Any, f.All, f.None))
	if err != nil {
		return postList{}, err
	}
	anyOf := known(ids, f.Any)
	if len(anyOf) == 0 {
		return postList{empty: true}, nil
	}
	condition := notMine + ` AND p.visibility IN ('public', 'private') AND (p.visibility = 'public' OR p.local_only)`
	args := []any{v.AccountID, v.AccountID, v.AccountID}
	from := ` FROM post_tags t JOIN posts p ON p.id = t.post_id LEFT JOIN post_stats s ON s.post_id = p.id`
	column := "t.post_id"
	if len(anyOf) == 1 {
		condition += ` AND t.tag_id = ?`
		args = append(args, anyOf[0])
	} else {
		from, column = fromPosts, "p.id"
		condition += ` AND EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag_id {ids})`
		args = append(args, anyOf)
	}
	for _, name := range f.All {
		id := ids[TagKey(name)]
		if id == 0 {
			return postList{empty: true}, nil
		}
		condition += ` AND EXISTS (SELECT 1 FROM post_tags ta WHERE ta.post_id = p.id AND ta.tag_id = ?)`
		args = append(args, id)
	}
	if none := known(ids, f.None); len(none) > 0 {
		condition += ` AND NOT EXISTS (SELECT 1 FROM post_tags tn WHERE tn.post_id = p.id AND tn.tag_id {ids})`
		args = append(args, none)
	}
	switch {
	case f.Local:
		condition += ` AND p.local`
	case f.Remote:
		condition += ` AND NOT p.local`
	}
	if f.OnlyMedia {
		condition += ` AND p.has_media`
	}
	return postList{column: column, from: from, condition: condition, args: args}, nil
}

func known(ids map[string]models.ID, names []string) (out []models.ID) {
	for _, name := range names {
		if id := ids[TagKey(name)]; id != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (q queries) tagIDs(ctx context.Context, names []string) (map[string]models.ID, error) {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = TagKey(name)
	}
	type tag struct {
		id   models.ID
		name string
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (t tag, err error) { return t, rows.Scan(&t.id, &t.name) },
		`SELECT id, name FROM tags WHERE name {names}`, keys)
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	out := map[string]models.ID{}
	for _, t := range found {
		out[t.name] = t.id
	}
	return out, nil
}

// AccountFilter chooses among the posts of one account.
type AccountFilter struct {
	Pinned         bool
	OnlyMedia      bool
	WithoutReplies bool // replies to oneself stay
	WithoutBoosts  bool
	WithoutDirect  bool
	OnlyPractice   bool
	Tag            string
}

// AccountPosts returns a page of what an account published.
func (q queries) AccountPosts(ctx context.Context, v models.Viewer, accountID models.ID, f AccountFilter, p Page) ([]*models.Post, error) {
	l, err := q.accountList(ctx, accountID, f)
	if err != nil {
		return nil, err
	}
	return q.posts(ctx, v, p, l)
}

func (q queries) accountList(ctx context.Context, accountID models.ID, f AccountFilter) (postList, error) {
	condition, args := `p.account_id = ?`, []any{accountID}
	if f.Pinned {
		condition += ` AND p.pinned_at > 0`
	}
	if f.OnlyMedia {
		condition += ` AND p.has_media`
	}
	if f.WithoutReplies {
		condition += ` AND (p.in_reply_to_uri = '' OR p.in_reply_to_account_id = p.account_id)`
	}
	if f.WithoutBoosts {
		condition += ` AND p.boost_of_id IS NULL`
	}
	if f.WithoutDirect {
		condition += ` AND p.visibility <> 'direct'`
	}
	if f.OnlyPractice {
		condition += ` AND p.practice_kind <> ''`
	}
	if f.Tag != "" {
		ids, err := q.tagIDs(ctx, []string{f.Tag})
		if err != nil || len(ids) == 0 {
			return postList{empty: true}, err
		}
		condition += ` AND EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag_id = ?)`
		args = append(args, ids[TagKey(f.Tag)])
	}
	return postList{column: "p.id", from: fromPosts, condition: condition, args: args}, nil
}

// Boosted returns the posts that boosts are of, as far as the viewer may read
// them, by id.
func (q queries) Boosted(ctx context.Context, v models.Viewer, posts []*models.Post) (map[models.ID]*models.Post, error) {
	var ids []models.ID
	for _, p := range posts {
		if p.BoostOfID != 0 {
			ids = append(ids, p.BoostOfID)
		}
	}
	found, err := q.Posts(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[models.ID]*models.Post, len(found))
	for _, p := range found {
		out[p.ID] = p
	}
	return out, nil
}

// Ancestors returns what a post answers, the thread's first post first, as far
// as the viewer may read it.
func (q queries) Ancestors(ctx context.Context, v models.Viewer, id models.ID, limit int) ([]*models.Post, error) {
	ids, err := list(ctx, q, scanID, `
		WITH RECURSIVE up (id, parent, depth) AS (
			SELECT id, in_reply_to_id, 0 FROM posts WHERE id = ?
			UNION ALL
			SELECT p.id, p.in_reply_to_id, up.depth + 1 FROM posts p JOIN up ON p.id = up.parent WHERE up.depth < ?
		)
		SELECT id FROM up WHERE depth > 0 ORDER BY depth DESC`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read what post %d answers: %w", id, err)
	}
	return q.Posts(ctx, v, ids)
}

// Descendants returns the answers to a post and theirs, in thread order: each
// after what it answers, siblings oldest first.
func (q queries) Descendants(ctx context.Context, v models.Viewer, id models.ID, depth, limit int) ([]*models.Post, error) {
	ids, err := list(ctx, q, scanID, `
		WITH RECURSIVE down (id, depth) AS (
			SELECT id, 1 FROM posts WHERE in_reply_to_id = ?
			UNION ALL
			SELECT p.id, down.depth + 1 FROM posts p JOIN down ON p.in_reply_to_id = down.id WHERE down.depth < ?
		)
		SELECT id FROM down ORDER BY id LIMIT ?`, id, depth, limit)
	if err != nil {
		return nil, fmt.Errorf("read the answers to post %d: %w", id, err)
	}
	posts, err := q.Posts(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	return threadOrder(id, posts), nil
}

// threadOrder puts each post after the one it answers. Answers to a post that
// the viewer may not read go where it would be.
func threadOrder(root models.ID, posts []*models.Post) []*models.Post {
	children := map[models.ID][]*models.Post{}
	here := map[models.ID]bool{root: true}
	for _, p := range posts {
		here[p.ID] = true
	}
	for _, p := range posts {
		parent := p.InReplyToID
		if !here[parent] {
			parent = root
		}
		children[parent] = append(children[parent], p)
	}
	out := make([]*models.Post, 0, len(posts))
	var walk func(models.ID)
	walk = func(id models.ID) {
		for _, p := range children[id] {
			out = append(out, p)
			walk(p.ID)
		}
	}
	walk(root)
	return out
}

// AddHome puts a post into the home timelines of its author, if it lives here,
// and of the author's followers here who want to see it. A post, or the post
// that a boost is of, is in a home timeline only once.
func (q queries) AddHome(ctx context.Context, p *models.Post) error {
	// A followers' reply to somebody whom a follower does not follow is not for
	// that follower's home (Mastodon, feed manager): replies go to those who
	// follow both, or are the one answered.
	_, err := q.exec(ctx, `
		INSERT INTO home_entries (account_id, post_id, subject_id, author_id)
		SELECT f.account_id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM follows f
		WHERE f.target_id = ? AND f.local AND f.state = 'accepted' AND (f.boosts OR ?)
			AND (? OR EXISTS (SELECT 1 FROM members m WHERE m.account_id = f.account_id AND m.state = 'active' AND m.role <> 'guest'))
			AND (? OR f.account_id = ? OR EXISTS (SELECT 1 FROM follows g WHERE g.account_id = f.account_id AND g.target_id = ? AND g.state = 'accepted'))
			AND (? OR EXISTS (SELECT 1 FROM post_mentions pm WHERE pm.post_id = ? AND pm.account_id = f.account_id))
			AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.account_id = f.account_id AND (x.target_id = ? OR x.target_id = (SELECT account_id FROM posts WHERE id = ?)))
			AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = f.account_id AND x.target_id = (SELECT account_id FROM posts WHERE id = ?))
		UNION ALL
		SELECT m.account_id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM members m WHERE m.account_id = ? AND ?
		ON CONFLICT DO NOTHING`,
		p.ID, p.Subject(), p.AuthorID, p.AuthorID,
		p.BoostOfID == 0,
		!p.IsMembers(),
		!p.IsReply() || p.InReplyToAuthorID == p.AuthorID, p.InReplyToAuthorID, p.InReplyToAuthorID,
		p.Visibility != models.Direct, p.ID,
		p.AuthorID, p.Subject(), p.Subject(),
		p.ID, p.Subject(), p.AuthorID, p.AuthorID, p.Local)
	if err != nil {
		return fmt.Errorf("put post %s into home timelines: %w", p.URI, err)
	}
	return q.spread(ctx, p)
}

// FillHome puts the newest posts of an account into a new follower's home.
func (q queries) FillHome(ctx context.Context, v models.Viewer, authorID models.ID, limit int) error {
	posts, err := q.AccountPosts(ctx, v, authorID, AccountFilter{WithoutReplies: true}, Page{Limit: limit})
	if err != nil {
		return err
	}
	for _, p := range posts {
		if p.Visibility == models.Direct {
			continue
		}
		if _, err := q.exec(ctx, `INSERT INTO home_entries (account_id, post_id, subject_id, author_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			v.AccountID, p.ID, p.Subject(), p.AuthorID); err != nil {
			return fmt.Errorf("fill home timeline: %w", err)
		}
	}
	return nil
}

// ClearHome takes an account's posts, and boosts of them, out of somebody's
// home.
func (q queries) ClearHome(ctx context.Context, accountID, authorID models.ID) error {
	_, err := q.exec(ctx, `
		DELETE FROM home_entries WHERE account_id = ? AND (author_id = ?
			OR subject_id IN (SELECT h.subject_id FROM home_entries h JOIN posts p ON p.id = h.subject_id WHERE h.account_id = ? AND p.account_id = ?))`,
		accountID, authorID, accountID, authorID)
	if err != nil {
		return fmt.Errorf("clear home timeline: %w", err)
	}
	return nil
}

// HomesOf returns the accounts in whose home timeline a post is.
func (q queries) HomesOf(ctx context.Context, postID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM home_entries WHERE post_id = ?`, postID)
}
