-- +goose Up

-- A version is read by whom it was for. Of older versions it is not known: what
-- could change its scope counts as for the members.
ALTER TABLE post_revisions ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private';
ALTER TABLE post_revisions ADD COLUMN local_only BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE post_revisions SET
	visibility = (SELECT p.visibility FROM posts p WHERE p.id = post_revisions.post_id),
	local_only = (SELECT p.local_only FROM posts p WHERE p.id = post_revisions.post_id)
WHERE EXISTS (SELECT 1 FROM posts p WHERE p.id = post_revisions.post_id AND (p.practice_kind = '' OR NOT p.local));

-- Numbers count what everyone may read; replies for the members stand apart.
ALTER TABLE post_stats ADD COLUMN members BIGINT NOT NULL DEFAULT 0;
UPDATE post_stats SET stamp = stamp + 1,
	replies = (SELECT COUNT(*) FROM posts r WHERE r.in_reply_to_id = post_stats.post_id AND r.state = 'published' AND r.visibility IN ('public', 'unlisted') AND NOT r.local_only),
	members = (SELECT COUNT(*) FROM posts r WHERE r.in_reply_to_id = post_stats.post_id AND r.state = 'published' AND r.visibility = 'private' AND r.local_only)
WHERE replies <> 0;
UPDATE post_stats SET stamp = stamp + 1,
	quotes = (SELECT COUNT(*) FROM posts r WHERE r.quote_of_id = post_stats.post_id AND r.state = 'published' AND r.quote_state = 'accepted' AND r.visibility IN ('public', 'unlisted') AND NOT r.local_only)
WHERE quotes <> 0;
UPDATE account_stats SET stamp = stamp + 1,
	posts = (SELECT COUNT(*) FROM posts p WHERE p.account_id = account_stats.account_id AND p.state = 'published' AND p.visibility IN ('public', 'unlisted') AND NOT p.local_only),
	last_post_at = COALESCE((SELECT MAX(p.created_at) FROM posts p WHERE p.account_id = account_stats.account_id AND p.state = 'published' AND p.visibility IN ('public', 'unlisted') AND NOT p.local_only), 0)
WHERE account_id IN (SELECT id FROM accounts WHERE domain = '');

-- A question's document names the answer only if everyone may read it.
UPDATE posts SET stamp = stamp + 1, talk = REPLACE(talk, '"answer_uri":"' || (
	SELECT a.uri FROM questions q JOIN posts a ON a.id = q.answer_id WHERE q.post_id = posts.id) || '"', '"answer_uri":""')
WHERE id IN (SELECT q.post_id FROM questions q JOIN posts a ON a.id = q.answer_id WHERE a.local_only OR a.visibility NOT IN ('public', 'unlisted'));

-- +goose Down
ALTER TABLE post_stats DROP COLUMN members;
ALTER TABLE post_revisions DROP COLUMN local_only;
ALTER TABLE post_revisions DROP COLUMN visibility;
