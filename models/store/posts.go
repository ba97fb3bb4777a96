package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"atelier/models"
)

const postColumns = `
	p.id, p.stamp + COALESCE(s.stamp, 0), p.account_id, p.boost_of_id, p.visibility, p.local_only, p.state, p.local, p.type, p.uri, p.url, p.leaves_at,
	p.in_reply_to_id, p.in_reply_to_uri, p.in_reply_to_account_id, p.thread_id, p.context_uri, p.group_id, p.quote_of_id, p.quote_uri,
	p.quote_state, p.quote_stamp, p.quote_policy, p.slug, p.sensitive, p.language, p.app_id, p.version, p.reason, p.created_at, p.edited_at,
	p.updated_at, p.pinned_at, p.title, p.warning, p.summary, p.mentions, p.tags, p.media, p.emojis, p.card, p.practice, p.talk, p.has_poll, p.format, p.source, p.html,
	COALESCE(s.replies, 0), COALESCE(s.members, 0), COALESCE(s.boosts, 0), COALESCE(s.favourites, 0), COALESCE(s.quotes, 0)`

const fromPosts = ` FROM posts p LEFT JOIN post_stats s ON s.post_id = p.id `

func scanPost(rows *sql.Rows) (*models.Post, error) {
	p := &models.Post{}
	var poll bool
	err := rows.Scan(
		&p.ID, &p.Stamp, &p.AuthorID, &p.BoostOfID, &p.Visibility, &p.LocalOnly, &p.State, &p.Local, &p.Type, &p.URI, &p.URL, millis{&p.LeavesAt},
		&p.InReplyToID, &p.InReplyToURI, &p.InReplyToAuthorID, &p.ThreadID, &p.ContextURI, &p.GroupID, &p.QuoteOfID, &p.QuoteURI,
		&p.QuoteState, &p.QuoteStamp, &p.QuotePolicy, &p.Slug, &p.Sensitive, &p.Language, &p.AppID, &p.Version, &p.Reason, millis{&p.CreatedAt}, millis{&p.EditedAt},
		millis{&p.UpdatedAt}, millis{&p.PinnedAt}, &p.Title, &p.Warning, &p.Summary, fromJSON{&p.Mentions}, fromJSON{&p.Tags}, fromJSON{&p.Media}, fromJSON{&p.Emojis}, fromJSON{&p.Card}, fromJSON{&p.Practice}, fromJSON{&p.Talk}, &poll, &p.Format, &p.Source, &p.HTML,
		&p.Stats.Replies, &p.Stats.Members, &p.Stats.Boosts, &p.Stats.Favourites, &p.Stats.Quotes)
	if poll {
		p.Poll = &models.Poll{PostID: p.ID} // withPolls reads the rest
	}
	return p, err
}

// visible is the one rule of who may read: a condition on posts p. Every read
// of posts has it in its WHERE.
//
// Published and not hidden by a steward; and public or unlisted, or one's own,
// or naming the viewer, or for followers of whom the viewer is one, or for
// members of whom the viewer is one. What stays here is never read by an
// account elsewhere, named or not. An author who blocks the viewer is not read
// at all.
func visible(v models.Viewer) (condition string, args []any) {
	if v.AccountID == 0 {
		return visibleToAll, nil
	}
	if v.IsMember() {
		return visibleTo + visibleToMembers + visibleEnd, []any{v.AccountID, v.AccountID, v.AccountID, v.AccountID, v.AccountID}
	}
	return visibleTo + visibleEnd, []any{v.AccountID, v.AccountID, v.AccountID, v.AccountID, v.AccountID}
}

const (
	visibleToAll = ` (p.state = 'published' AND NOT p.hidden AND p.visibility IN ('public', 'unlisted') AND NOT p.local_only) `
	visibleTo    = ` (p.state = 'published' AND NOT p.hidden AND (p.account_id = ? OR (
		NOT EXISTS (SELECT 1 FROM blocks vb WHERE vb.account_id = p.account_id AND vb.target_id = ?) AND (
			p.visibility IN ('public', 'unlisted')
			OR (EXISTS (SELECT 1 FROM post_mentions vm WHERE vm.post_id = p.id AND vm.account_id = ?)
				AND (NOT p.local_only OR EXISTS (SELECT 1 FROM members vl WHERE vl.account_id = ?)))
			OR (p.visibility = 'private' AND NOT p.local_only AND EXISTS (
				SELECT 1 FROM follows vf WHERE vf.account_id = ? AND vf.target_id = p.account_id AND vf.state = 'accepted'))`
	visibleToMembers = `
			OR (p.visibility = 'private' AND p.local_only)`
	visibleEnd = `)))) `
)

// Post returns the post with id if the viewer may read it. Its author reads it
// also before it is out.
func (q queries) Post(ctx context.Context, v models.Viewer, id models.ID) (*models.Post, error) {
	condition, args := visible(v)
	p, err := one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.id = ? AND (`+condition+` OR (p.account_id = ? AND NOT p.hidden))`,
		slices.Concat([]any{id}, args, []any{v.AccountID})...)
	if err != nil {
		return nil, err
	}
	return p, q.withPolls(ctx, []*models.Post{p})
}

// PostByID returns the post with id whoever may read it: for verbs and for
// delivery, never for an answer.
func (q queries) PostByID(ctx context.Context, id models.ID) (*models.Post, error) {
	p, err := one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.id = ?`, id)
	if err != nil {
		return nil, err
	}
	return p, q.withPolls(ctx, []*models.Post{p})
}

// PostByURI returns the post with the ActivityPub id uri whoever may read it.
func (q queries) PostByURI(ctx context.Context, uri string) (*models.Post, error) {
	p, err := one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.uri = ?`, uri)
	if err != nil {
		return nil, err
	}
	return p, q.withPolls(ctx, []*models.Post{p})
}

// PostByURL returns a remote post by the address of its page, if the viewer
// may read it.
func (q queries) PostByURL(ctx context.Context, v models.Viewer, url string) (*models.Post, error) {
	condition, args := visible(v)
	p, err := one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.url = ? AND NOT p.local AND`+condition+`ORDER BY p.id LIMIT 1`,
		slices.Concat([]any{url}, args)...)
	if err != nil {
		return nil, err
	}
	return p, q.withPolls(ctx, []*models.Post{p})
}

// PostBySlug returns a practice note by its address, if the viewer may read
// it.
func (q queries) PostBySlug(ctx context.Context, v models.Viewer, slug string) (*models.Post, error) {
	var id models.ID
	if err := q.row(ctx, `SELECT id FROM posts WHERE slug = ? AND slug <> ''`, []any{slug}, &id); err != nil {
		return nil, err
	}
	return q.Post(ctx, v, id)
}

// Posts returns those of the posts with ids that the viewer may read, in the
// order of ids.
func (q queries) Posts(ctx context.Context, v models.Viewer, ids []models.ID) ([]*models.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	condition, args := visible(v)
	found, err := list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.id {ids} AND`+condition,
		slices.Concat([]any{ids}, args)...)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	byID := make(map[models.ID]*models.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	out := make([]*models.Post, 0, len(found))
	for _, id := range ids {
		if p := byID[id]; p != nil {
			out = append(out, p)
		}
	}
	return out, q.withPolls(ctx, out)
}

// PostsByURI returns those of the posts with uris that are there, by uri,
// whoever may read them.
func (q queries) PostsByURI(ctx context.Context, uris []string) (map[string]*models.Post, error) {
	out := make(map[string]*models.Post, len(uris))
	if len(uris) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.uri {names}`, uris)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	for _, p := range found {
		out[p.URI] = p
	}
	return out, nil
}

// withPolls reads the polls of those posts that have one.
func (q queries) withPolls(ctx context.Context, posts []*models.Post) error {
	var ids []models.ID
	for _, p := range posts {
		if p.Poll != nil {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	polls, err := list(ctx, q, scanPoll, `
		SELECT post_id, options, multiple, hide_totals, expires_at, closed_at, voters FROM polls WHERE post_id {ids}`, ids)
	if err != nil {
		return fmt.Errorf("read polls: %w", err)
	}
	for _, p := range posts {
		for _, poll := range polls {
			if poll.PostID == p.ID {
				p.Poll = poll
			}
		}
	}
	return nil
}

func scanPoll(rows *sql.Rows) (*models.Poll, error) {
	p := &models.Poll{}
	return p, rows.Scan(&p.PostID, fromJSON{&p.Options}, &p.Multiple, &p.HideTotals, millis{&p.ExpiresAt}, millis{&p.ClosedAt}, &p.Voters)
}

// AddPost stores p with its mentions, tags and poll, and what of it can be
// searched. It reports false, and changes nothing, if a post with p's URI is
// already there, or p is a second boost of the same post by the same account:
// servers deliver the same activity twice.
func (q queries) AddPost(ctx context.Context, p *models.Post, search string) (added bool, err error) {
	kind := models.PracticeKind("")
	if p.Practice != nil {
		kind = p.Practice.Kind
	}
	n, err := q.exec(ctx, `
		INSERT INTO posts (id, account_id, boost_of_id, visibility, local_only, state, local, type, uri, url, leaves_at,
			in_reply_to_id, in_reply_to_uri, in_reply_to_account_id, thread_id, context_uri, group_id, quote_of_id, quote_uri,
			quote_state, quote_stamp, quote_policy, practice_kind, slug, has_media, has_poll, sensitive, language, app_id, version,
			created_at, edited_at, updated_at, pinned_at, title, warning, summary, mentions, tags, media, emojis, card, practice, talk, format, source, html)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		p.ID, p.AuthorID, p.BoostOfID, p.Visibility, p.LocalOnly, p.State, p.Local, p.Type, p.URI, p.URL, p.LeavesAt,
		p.InReplyToID, p.InReplyToURI, p.InReplyToAuthorID, p.ThreadID, p.ContextURI, p.GroupID, p.QuoteOfID, p.QuoteURI,
		p.QuoteState, p.QuoteStamp, p.QuotePolicy, kind, p.Slug, len(p.Media) > 0, p.Poll != nil, p.Sensitive, p.Language, p.AppID, max(p.Version, 1),
		p.CreatedAt, p.EditedAt, p.UpdatedAt, p.PinnedAt, p.Title, p.Warning, p.Summary, jsonText(p.Mentions), jsonText(p.Tags), jsonText(p.Media),
		jsonText(p.Emojis), jsonText(p.Card), jsonText(p.Practice), jsonText(p.Talk), p.Format, p.Source, p.HTML)
	if err != nil {
		return false, fmt.Errorf("add post %s: %w", p.URI, err)
	}
	if n == 0 {
		return false, nil
	}
	return true, q.addPostParts(ctx, p, search)
}

// addPostParts stores what is kept beside the row of a post.
func (q queries) addPostParts(ctx context.Context, p *models.Post, search string) error {
	for _, m := range p.Mentions {
		if m.AccountID == 0 {
			continue
		}
		if _, err := q.exec(ctx, `INSERT INTO post_mentions (post_id, account_id, silent) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			p.ID, m.AccountID, m.Silent); err != nil {
			return fmt.Errorf("add mention to post %s: %w", p.URI, err)
		}
	}
	if err := q.addPostTags(ctx, p); err != nil {
		return err
	}
	if p.Poll != nil {
		if err := q.SetPoll(ctx, p.ID, p.Poll); err != nil {
			return err
		}
	}
	if search != "" {
		return q.addSearch(ctx, p.ID, search)
	}
	return nil
}

func (q queries) addPostTags(ctx context.Context, p *models.Post) error {
	for _, label := range p.Tags {
		id, err := q.tagID(ctx, label, p.ID)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, `INSERT INTO post_tags (tag_id, post_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, p.ID); err != nil {
			return fmt.Errorf("add tag to post %s: %w", p.URI, err)
		}
	}
	return nil
}

// tagID returns the id of the tag written as label; it makes the tag, with
// the id fresh, if it is new.
func (q queries) tagID(ctx context.Context, label string, fresh models.ID) (id models.ID, err error) {
	name := TagKey(label)
	err = q.row(ctx, `SELECT id FROM tags WHERE name = ?`, []any{name}, &id)
	if models.KindOf(err) != models.NotFound {
		return id, err
	}
	// The post's own id may serve only one tag; the next ones count up from
	// the greatest.
	err = q.row(ctx, `
		INSERT INTO tags (id, name, label, created_at)
		VALUES (CASE WHEN EXISTS (SELECT 1 FROM tags WHERE id >= ?) THEN (SELECT MAX(id) + 1 FROM tags) ELSE ? END, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET name = excluded.name
		RETURNING id`, []any{fresh, fresh, name, label, q.now()}, &id)
	if err != nil {
		return 0, fmt.Errorf("add tag %s: %w", name, err)
	}
	return id, nil
}

// TagKey is what a tag is compared by: lower case, without #.
func TagKey(label string) string { return strings.ToLower(strings.TrimPrefix(label, "#")) }

// SetPost stores a post's text and all that comes with it anew: everything
// but its id, uri, author, and place in the thread.
func (q queries) SetPost(ctx context.Context, p *models.Post, search string) error {
	kind := models.PracticeKind("")
	if p.Practice != nil {
		kind = p.Practice.Kind
	}
	n, err := q.exec(ctx, `
		UPDATE posts SET stamp = stamp + 1, visibility = ?, local_only = ?, state = ?, type = ?, url = ?, leaves_at = ?, context_uri = ?, group_id = ?,
			quote_of_id = ?, quote_uri = ?, quote_state = ?, quote_stamp = ?, quote_policy = ?, practice_kind = ?, slug = ?, has_media = ?, has_poll = ?,
			sensitive = ?, language = ?, version = ?, reason = ?, created_at = ?, edited_at = ?, updated_at = ?, title = ?, warning = ?, summary = ?, mentions = ?, tags = ?,
			media = ?, emojis = ?, card = ?, card_url = ?, practice = ?, talk = ?, format = ?, source = ?, html = ?
		WHERE id = ?`,
		p.Visibility, p.LocalOnly, p.State, p.Type, p.URL, p.LeavesAt, p.ContextURI, p.GroupID,
		p.QuoteOfID, p.QuoteURI, p.QuoteState, p.QuoteStamp, p.QuotePolicy, kind, p.Slug, len(p.Media) > 0, p.Poll != nil,
		p.Sensitive, p.Language, p.Version, p.Reason, p.CreatedAt, p.EditedAt, p.UpdatedAt, p.Title, p.Warning, p.Summary, jsonText(p.Mentions), jsonText(p.Tags),
		jsonText(p.Media), jsonText(p.Emojis), jsonText(p.Card), cardURL(p.Card), jsonText(p.Practice), jsonText(p.Talk), p.Format, p.Source, p.HTML, p.ID)
	if err != nil {
		return fmt.Errorf("change post %s: %w", p.URI, err)
	}
	if n == 0 {
		return ErrNotFound
	}
	for _, text := range []string{`DELETE FROM post_mentions WHERE post_id = ?`, `DELETE FROM post_tags WHERE post_id = ?`} {
		if _, err := q.exec(ctx, text, p.ID); err != nil {
			return fmt.Errorf("change post %s: %w", p.URI, err)
		}
	}
	if p.Poll == nil {
		if _, err := q.exec(ctx, `DELETE FROM polls WHERE post_id = ?`, p.ID); err != nil {
			return fmt.Errorf("change post %s: %w", p.URI, err)
		}
	}
	if err := q.deleteSearch(ctx, p.ID); err != nil {
		return err
	}
	return q.addPostParts(ctx, p, search)
}

// DeletePost deletes a post and everything that hangs on it. Replies stay and
// lose their parent.
func (q queries) DeletePost(ctx context.Context, id models.ID) error {
	if err := q.deleteSearch(ctx, id); err != nil {
		return err
	}
	if _, err := q.exec(ctx, `DELETE FROM posts WHERE id = ?`, id); err != nil {
		return fmt.Errorf("delete post %d: %w", id, err)
	}
	return nil
}

// SetTalk stores what a discussion post is beyond its words.
func (q queries) SetTalk(ctx context.Context, id models.ID, t *models.Talk, edited time.Time) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, talk = ?, edited_at = ?, updated_at = ? WHERE id = ?`, jsonText(t), edited, edited, id)
	return err
}

// SlugTaken says whether a practice note of another id has the slug.
func (q queries) SlugTaken(ctx context.Context, slug string, but models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM posts WHERE slug = ? AND slug <> '' AND id <> ?`, slug, int64(but))
}

// CountPost adds to a post's counts.
func (q queries) CountPost(ctx context.Context, id models.ID, add models.PostStats) error {
	_, err := q.exec(ctx, `
		INSERT INTO post_stats (post_id, stamp, replies, members, boosts, favourites, quotes) VALUES (?, 1, ?, ?, ?, ?, ?)
		ON CONFLICT (post_id) DO UPDATE SET stamp = post_stats.stamp + 1, replies = post_stats.replies + excluded.replies, members = post_stats.members + excluded.members,
			boosts = post_stats.boosts + excluded.boosts, favourites = post_stats.favourites + excluded.favourites, quotes = post_stats.quotes + excluded.quotes`,
		id, add.Replies, add.Members, add.Boosts, add.Favourites, add.Quotes)
	if err != nil {
		return fmt.Errorf("count for post %d: %w", id, err)
	}
	return nil
}

// TouchPost changes a post's stamp and nothing else: what is rendered of it
// is rendered anew.
func (q queries) TouchPost(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1 WHERE id = ?`, id)
	return err
}

// UncountBoosts takes the boosts of a post, which go with it, off their
// accounts' counts.
func (q queries) UncountBoosts(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `
		UPDATE account_stats SET stamp = stamp + 1, posts = posts - 1
		WHERE account_id IN (SELECT p.account_id FROM posts p WHERE p.boost_of_id = ? AND p.visibility IN ('public', 'unlisted') AND NOT p.local_only)`, id)
	return err
}

// SetPinned pins a post to its author's profile, or with the zero time takes
// it off.
func (q queries) SetPinned(ctx context.Context, id models.ID, at time.Time) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, pinned_at = ? WHERE id = ?`, at, id)
	return err
}

// PinnedPosts returns ids of the posts that are pinned to an account's profile.
func (q queries) PinnedPosts(ctx context.Context, accountID models.ID, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT id FROM posts WHERE account_id = ? AND pinned_at > 0 ORDER BY id LIMIT ?`, accountID, limit)
}

// SetHidden hides a post from everyone, or shows it again.
func (q queries) SetHidden(ctx context.Context, id models.ID, hidden bool) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, hidden = ? WHERE id = ?`, hidden, id)
	return err
}

// SetHiddenAll hides all posts of an account from everyone, or shows them
// again, but for those that are hidden one by one.
func (q queries) SetHiddenAll(ctx context.Context, accountID models.ID, hidden bool) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, hidden = ? OR EXISTS (SELECT 1 FROM post_marks m WHERE m.post_id = posts.id AND m.mark = 'hidden')
		WHERE account_id = ?`, hidden, accountID)
	if err != nil {
		return err
	}
	return q.touchCoAuthored(ctx, accountID)
}

// MarkFetched notes that a post was looked for: nobody was told of it.
func (q queries) MarkFetched(ctx context.Context, id models.ID) error {
	if _, err := q.exec(ctx, `UPDATE posts SET fetched = TRUE WHERE id = ?`, id); err != nil {
		return fmt.Errorf("note that post %d was fetched: %w", id, err)
	}
	return nil
}

// UnmarkFetched notes that a post that was looked for was sent too. It reports
// false if it was not looked for, or sent before.
func (q queries) UnmarkFetched(ctx context.Context, id models.ID) (bool, error) {
	n, err := q.exec(ctx, `UPDATE posts SET fetched = FALSE WHERE id = ? AND fetched`, id)
	if err != nil {
		return false, fmt.Errorf("note that post %d was sent: %w", id, err)
	}
	return n > 0, nil
}

// SetParent gives a reply the parent that came after it, and its whole branch
// the parent's thread.
func (q queries) SetParent(ctx context.Context, id models.ID, parent *models.Post) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, in_reply_to_id = ?, in_reply_to_account_id = ? WHERE id = ?`, parent.ID, parent.AuthorID, id)
	if err != nil {
		return fmt.Errorf("find parent of post %d: %w", id, err)
	}
	if parent.ThreadID != 0 {
		_, err = q.exec(ctx, `UPDATE posts SET thread_id = ? WHERE thread_id = (SELECT thread_id FROM posts WHERE id = ?) AND thread_id <> ?`, parent.ThreadID, id, parent.ThreadID)
		if err != nil {
			return fmt.Errorf("join the threads of post %d: %w", id, err)
		}
	}
	return nil
}

// Orphans returns replies whose parent is uri and was not here.
func (q queries) Orphans(ctx context.Context, uri string, limit int) ([]*models.Post, error) {
	return list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.in_reply_to_id IS NULL AND p.in_reply_to_uri <> '' AND p.in_reply_to_uri = ? ORDER BY p.id LIMIT ?`, uri, limit)
}

// LocalBoosters returns the members who boosted a post.
func (q queries) LocalBoosters(ctx context.Context, postID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM posts WHERE boost_of_id = ? AND local`, postID)
}

// BoostOf returns the boost of a post by an account.
func (q queries) BoostOf(ctx context.Context, accountID, postID models.ID) (*models.Post, error) {
	return one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.boost_of_id = ? AND p.account_id = ?`, postID, accountID)
}

// AddRevision stores a version of a post as it was.
func (q queries) AddRevision(ctx context.Context, r *models.Revision) error {
	_, err := q.exec(ctx, `
		INSERT INTO post_revisions (id, post_id, version, visibility, local_only, account_id, reason, title, warning, sensitive, summary, html, source, practice, media, poll, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.ID, r.PostID, r.Version, r.Visibility, r.LocalOnly, r.AccountID, r.Reason, r.Title, r.Warning, r.Sensitive, r.Summary, r.HTML, r.Source,
		jsonText(r.Practice), jsonText(r.Media), jsonText(r.Poll), r.CreatedAt)
	if err != nil {
		return fmt.Errorf("keep version %d of post %d: %w", r.Version, r.PostID, err)
	}
	return nil
}

// Revisions returns the versions of a post that the viewer may read, oldest
// first: those that had a scope in which it might have read the post, if it
// may read it now.
func (q queries) Revisions(ctx context.Context, v models.Viewer, postID models.ID) ([]*models.Revision, error) {
	now, args := visible(v)
	then := asItWas.Replace(now)
	return list(ctx, q, func(rows *sql.Rows) (*models.Revision, error) {
		r := &models.Revision{}
		return r, rows.Scan(&r.ID, &r.PostID, &r.Version, &r.Visibility, &r.LocalOnly, &r.AccountID, &r.Reason, &r.Title, &r.Warning, &r.Sensitive, &r.Summary, &r.HTML, &r.Source,
			fromJSON{&r.Practice}, fromJSON{&r.Media}, fromJSON{&r.Poll}, millis{&r.CreatedAt})
	}, `SELECT r.id, r.post_id, r.version, r.visibility, r.local_only, r.account_id, r.reason, r.title, r.warning, r.sensitive, r.summary, r.html, r.source, r.practice, r.media, r.poll, r.created_at
		FROM post_revisions r JOIN posts p ON p.id = r.post_id WHERE r.post_id = ? AND`+now+`AND`+then+`ORDER BY r.version LIMIT 200`,
		slices.Concat([]any{postID}, args, args)...)
}

// asItWas makes the rule of who may read a post that of who might read one of
// its versions.
var asItWas = strings.NewReplacer("p.visibility", "r.visibility", "p.local_only", "r.local_only")

// SetPoll stores a post's poll, in place of an older one.
func (q queries) SetPoll(ctx context.Context, postID models.ID, p *models.Poll) error {
	_, err := q.exec(ctx, `
		INSERT INTO polls (post_id, options, multiple, hide_totals, expires_at, closed_at, voters) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (post_id) DO UPDATE SET options = excluded.options, multiple = excluded.multiple, hide_totals = excluded.hide_totals,
			expires_at = excluded.expires_at, closed_at = excluded.closed_at, voters = excluded.voters`,
		postID, jsonText(p.Options), p.Multiple, p.HideTotals, p.ExpiresAt, p.ClosedAt, p.Voters)
	if err != nil {
		return fmt.Errorf("store poll of post %d: %w", postID, err)
	}
	return nil
}

// AddVote stores one choice. It reports false if the account made it before.
func (q queries) AddVote(ctx context.Context, postID, accountID models.ID, choice int, uri string) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO poll_votes (post_id, account_id, choice, uri) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, postID, accountID, choice, uri)
	if err != nil {
		return false, fmt.Errorf("vote in post %d: %w", postID, err)
	}
	return n == 1, nil
}

// Votes returns what an account chose in each of the polls with postIDs.
func (q queries) Votes(ctx context.Context, accountID models.ID, postIDs []models.ID) (map[models.ID][]int, error) {
	type vote struct {
		post   models.ID
		choice int
	}
	votes, err := list(ctx, q, func(rows *sql.Rows) (v vote, err error) { return v, rows.Scan(&v.post, &v.choice) },
		`SELECT post_id, choice FROM poll_votes WHERE post_id {ids} AND account_id = ? ORDER BY post_id, choice`, postIDs, accountID)
	if err != nil {
		return nil, fmt.Errorf("read votes: %w", err)
	}
	out := map[models.ID][]int{}
	for _, v := range votes {
		out[v.post] = append(out[v.post], v.choice)
	}
	return out, nil
}

// ClosedPolls returns ids of local posts whose polls ended and were not closed
// yet.
func (q queries) ClosedPolls(ctx context.Context, at time.Time, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT o.post_id FROM polls o JOIN posts p ON p.id = o.post_id
		WHERE o.expires_at > 0 AND o.expires_at <= ? AND o.closed_at = 0 ORDER BY o.expires_at LIMIT ?`, at, limit)
}

// Voters returns the local accounts that voted in a poll.
func (q queries) Voters(ctx context.Context, postID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT DISTINCT v.account_id FROM poll_votes v JOIN members m ON m.account_id = v.account_id WHERE v.post_id = ?`, postID)
}

// Due returns ids of waiting posts whose time to leave has come.
func (q queries) Due(ctx context.Context, at time.Time, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT id FROM posts WHERE leaves_at > 0 AND leaves_at <= ? AND state = 'waiting' ORDER BY leaves_at LIMIT ?`, at, limit)
}

// Unfinished returns an account's own drafts and waiting posts, newest first.
func (q queries) Unfinished(ctx context.Context, accountID models.ID, limit int) ([]*models.Post, error) {
	return list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.account_id = ? AND p.state <> 'published' ORDER BY p.id DESC LIMIT ?`, accountID, limit)
}

// Interested returns remote accounts that did something with a post: they may
// hold a copy of it.
func (q queries) Interested(ctx context.Context, postID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `
		SELECT account_id FROM favourites WHERE post_id = ?
		UNION SELECT account_id FROM posts WHERE boost_of_id = ?
		UNION SELECT account_id FROM posts WHERE in_reply_to_id = ? AND NOT local`, postID, postID, postID)
}

// Idempotent returns the post that an account made before with a key.
func (q queries) Idempotent(ctx context.Context, accountID models.ID, key string, since time.Time) (id models.ID, err error) {
	err = q.row(ctx, `SELECT post_id FROM idempotency WHERE account_id = ? AND key = ? AND created_at >= ?`, []any{accountID, key, since}, &id)
	return id, err
}

// DropIdempotent forgets a key of an account, if it still stands for postID.
func (q queries) DropIdempotent(ctx context.Context, accountID models.ID, key string, postID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM idempotency WHERE account_id = ? AND key = ? AND post_id = ?`, accountID, key, postID)
	return err
}

// SetIdempotent remembers the post that an account made with a key. It
// reports false if the key was used since.
func (q queries) SetIdempotent(ctx context.Context, accountID models.ID, key string, postID models.ID, since time.Time) (set bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO idempotency (account_id, key, post_id, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id, key) DO UPDATE SET post_id = excluded.post_id, created_at = excluded.created_at
		WHERE idempotency.created_at < ?`, accountID, key, postID, q.now(), since)
	if err != nil {
		return false, fmt.Errorf("remember an idempotency key: %w", err)
	}
	return n == 1, nil
}
