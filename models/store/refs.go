package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"sync"

	"atelier/models"
)

// A Ref is a post in a list, without its text: what tells whether something
// rendered of it before is still good. Stamps grow with every change that
// readers can see, on whichever node it was made.
type Ref struct {
	ID          models.ID
	Stamp       int64
	AuthorID    models.ID
	AuthorStamp int64
	BoostOf     *Ref  // of a boost: what it is a boost of; without marks
	Marks       Marks // the viewer's, with the post or, of a boost, with what it is a boost of
}

// Refs of the posts that Home returns. A boost of a post that the viewer may
// not read is left out.
func (q queries) HomeRefs(ctx context.Context, v models.Viewer, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, homeList(v))
}

// PublicRefs are Refs of the posts that Public returns.
func (q queries) PublicRefs(ctx context.Context, v models.Viewer, f PublicFilter, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, publicList(v, f))
}

// TaggedRefs are Refs of the posts that Tagged returns.
func (q queries) TaggedRefs(ctx context.Context, v models.Viewer, f TagFilter, p Page) ([]Ref, error) {
	l, err := q.tagList(ctx, v, f)
	if err != nil {
		return nil, err
	}
	return q.refs(ctx, v, p, l)
}

// AccountRefs are Refs of the posts that AccountPosts returns.
func (q queries) AccountRefs(ctx context.Context, v models.Viewer, accountID models.ID, f AccountFilter, p Page) ([]Ref, error) {
	l, err := q.accountList(ctx, accountID, f)
	if err != nil {
		return nil, err
	}
	return q.refs(ctx, v, p, l)
}

// RefsOf returns Refs of those of the posts with ids that the viewer may read,
// by id.
func (q queries) RefsOf(ctx context.Context, v models.Viewer, ids []models.ID) (map[models.ID]Ref, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := q.refs(ctx, v, Page{Limit: len(ids)}, postList{column: "p.id", from: fromPosts, condition: `p.id {ids}`, args: []any{ids}})
	if err != nil {
		return nil, err
	}
	out := make(map[models.ID]Ref, len(found))
	for _, r := range found {
		out[r.ID] = r
	}
	return out, nil
}

// OwnRef returns a Ref of one of the viewer's own posts, also before it is
// out; ErrNotFound if it is not the viewer's.
func (q queries) OwnRef(ctx context.Context, v models.Viewer, id models.ID) (Ref, error) {
	return one(ctx, q, scanRef, `SELECT `+refColumns+marksOf+fromPosts+refJoins+` WHERE p.id = ? AND p.account_id = ? AND NOT p.hidden`,
		v.AccountID, v.AccountID, v.AccountID, v.AccountID, id, v.AccountID)
}

// ThreadRefs returns Refs of what a post answers, the thread's first post
// first, and of the answers to it in thread order, as far as the viewer may
// read them and does not hide their authors: at most up and down of them,
// answers at most depth deep.
func (q queries) ThreadRefs(ctx context.Context, v models.Viewer, id models.ID, up, down, depth int) (ancestors, descendants []Ref, err error) {
	above, err := list(ctx, q, scanID, `
		WITH RECURSIVE up (id, parent, depth) AS (
			SELECT id, in_reply_to_id, 0 FROM posts WHERE id = ?
			UNION ALL
			SELECT p.id, p.in_reply_to_id, up.depth + 1 FROM posts p JOIN up ON p.id = up.parent WHERE up.depth < ?
		)
		SELECT id FROM up WHERE depth > 0 ORDER BY depth DESC`, id, up)
	if err != nil {
		return nil, nil, fmt.Errorf("read what post %d answers: %w", id, err)
	}
	below, err := list(ctx, q, func(rows *sql.Rows) (a answer, err error) { return a, rows.Scan(&a.id, &a.parent) }, `
		WITH RECURSIVE down (id, parent, depth) AS (
			SELECT id, in_reply_to_id, 1 FROM posts WHERE in_reply_to_id = ?
			UNION ALL
			SELECT p.id, p.in_reply_to_id, down.depth + 1 FROM posts p JOIN down ON p.in_reply_to_id = down.id WHERE down.depth < ?
		)
		SELECT id, parent FROM down ORDER BY id LIMIT ?`, id, depth, down)
	if err != nil {
		return nil, nil, fmt.Errorf("read the answers to post %d: %w", id, err)
	}
	ids := above
	for _, a := range below {
		ids = append(ids, a.id)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	found, err := q.refs(ctx, v, Page{Limit: len(ids)}, postList{column: "p.id", from: fromPosts, condition: `p.id {ids} AND ` + notMine,
		args: []any{ids, v.AccountID, v.AccountID, v.AccountID}})
	if err != nil {
		return nil, nil, err
	}
	refs := make(map[models.ID]Ref, len(found))
	for _, r := range found {
		refs[r.ID] = r
	}
	for _, id := range ids[:len(above)] {
		if r, ok := refs[id]; ok {
			ancestors = append(ancestors, r)
		}
	}
	return ancestors, inThreadOrder(id, below, refs), nil
}

type answer struct{ id, parent models.ID }

// inThreadOrder puts each post after the one it answers. What answers a post
// that is not in refs goes where that would be.
func inThreadOrder(root models.ID, answers []answer, refs map[models.ID]Ref) []Ref {
	children := make(map[models.ID][]models.ID, len(answers))
	for _, a := range answers {
		children[a.parent] = append(children[a.parent], a.id)
	}
	out := make([]Ref, 0, len(refs))
	var walk func(models.ID)
	walk = func(id models.ID) {
		for _, child := range children[id] {
			if r, ok := refs[child]; ok {
				out = append(out, r)
			}
			walk(child)
		}
	}
	walk(root)
	return out
}

const refColumns = `
	p.id, p.stamp + COALESCE(s.stamp, 0), p.account_id, a.stamp + COALESCE(n.stamp, 0),
	o.id, o.stamp + COALESCE(os.stamp, 0), o.account_id, oa.stamp + COALESCE(oan.stamp, 0), `

const refJoins = `
	JOIN accounts a ON a.id = p.account_id LEFT JOIN account_stats n ON n.account_id = p.account_id
	LEFT JOIN posts o ON o.id = p.boost_of_id LEFT JOIN post_stats os ON os.post_id = o.id
	LEFT JOIN accounts oa ON oa.id = o.account_id LEFT JOIN account_stats oan ON oan.account_id = o.account_id`

// marksOf are the viewer's Marks in one number; noMarks a stranger's.
const (
	noMarks = `0`
	marksOf = `
	CASE WHEN EXISTS (SELECT 1 FROM favourites mf WHERE mf.account_id = ? AND mf.post_id = COALESCE(p.boost_of_id, p.id)) THEN 1 ELSE 0 END
	+ CASE WHEN EXISTS (SELECT 1 FROM posts mb WHERE mb.account_id = ? AND mb.boost_of_id = COALESCE(p.boost_of_id, p.id)) THEN 2 ELSE 0 END
	+ CASE WHEN EXISTS (SELECT 1 FROM bookmarks mk WHERE mk.account_id = ? AND mk.post_id = COALESCE(p.boost_of_id, p.id)) THEN 4 ELSE 0 END
	+ CASE WHEN EXISTS (SELECT 1 FROM thread_mutes mt WHERE mt.account_id = ? AND mt.thread_id = COALESCE(o.thread_id, p.thread_id)) THEN 8 ELSE 0 END`
)

func scanRef(rows *sql.Rows) (Ref, error) {
	var r Ref
	var boost struct {
		id, author         models.ID
		stamp, authorStamp sql.NullInt64
	}
	var marks int
	err := rows.Scan(&r.ID, &r.Stamp, &r.AuthorID, &r.AuthorStamp, &boost.id, &boost.stamp, &boost.author, &boost.authorStamp, &marks)
	if boost.id != 0 {
		r.BoostOf = &Ref{ID: boost.id, Stamp: boost.stamp.Int64, AuthorID: boost.author, AuthorStamp: boost.authorStamp.Int64}
	}
	r.Marks = Marks{Favourited: marks&1 != 0, Boosted: marks&2 != 0, Bookmarked: marks&4 != 0, Muted: marks&8 != 0}
	return r, err
}

// refs reads a page of a list as Refs.
func (q queries) refs(ctx context.Context, v models.Viewer, p Page, l postList) ([]Ref, error) {
	if l.empty {
		return nil, nil
	}
	marks, args := noMarks, []any(nil)
	if v.AccountID != 0 {
		marks, args = marksOf, []any{v.AccountID, v.AccountID, v.AccountID, v.AccountID}
	}
	rule, of := visible(v)
	args = append(append(args, l.args...), of...)
	args = append(args, of...)
	out, err := pageOf(ctx, q, scanRef, p, l.column,
		`SELECT `+refColumns+marks+l.from+refJoins+` WHERE `+l.condition+` AND`+rule+`AND (p.boost_of_id IS NULL OR`+subjectRule(rule)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read a timeline: %w", err)
	}
	return out, nil
}

// subjectRule makes a rule about posts p one about what they are boosts of.
func subjectRule(rule string) string {
	if known, ok := subjectRules.Load(rule); ok {
		return known.(string)
	}
	out := ofPost.ReplaceAllString(rule, "o.")
	subjectRules.Store(rule, out)
	return out
}

var (
	ofPost       = regexp.MustCompile(`\bp\.`)
	subjectRules sync.Map // the few rules there are, by the rule about p
)

// PostsAnyway returns the posts with ids, whoever may read them, each with its
// poll: for posts that Refs have said may be read.
func (q queries) PostsAnyway(ctx context.Context, ids []models.ID) ([]*models.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	return out, q.withPolls(ctx, out)
}

// AccountStamps returns the stamps of those of the accounts with ids that are
// there.
func (q queries) AccountStamps(ctx context.Context, ids []models.ID) (map[models.ID]int64, error) {
	type stamp struct {
		id models.ID
		n  int64
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (s stamp, err error) { return s, rows.Scan(&s.id, &s.n) },
		`SELECT a.id, a.stamp + COALESCE(n.stamp, 0)`+fromAccounts+`WHERE a.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read account stamps: %w", err)
	}
	out := make(map[models.ID]int64, len(found))
	for _, s := range found {
		out[s.id] = s.n
	}
	return out, nil
}
