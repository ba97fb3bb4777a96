-- +goose Up

-- Tags that a member wants to read at home, and tags that an account shows on
-- its profile.
CREATE TABLE tag_follows (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	tag_id     BIGINT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tag_follows_pair ON tag_follows (account_id, tag_id);
CREATE INDEX tag_follows_account ON tag_follows (account_id, id);
CREATE INDEX tag_follows_tag ON tag_follows (tag_id);
CREATE TABLE featured_tags (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	tag_id     BIGINT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX featured_tags_pair ON featured_tags (account_id, tag_id);

-- Accounts that an account shows on its profile.
CREATE TABLE endorsements (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX endorsements_pair ON endorsements (account_id, target_id);
CREATE INDEX endorsements_account ON endorsements (account_id, id);

-- A member's lists of accounts it follows, and what these brought. An account
-- leaves a list with the follow.
CREATE TABLE lists (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	title      TEXT NOT NULL,
	replies    TEXT NOT NULL,
	exclusive  BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX lists_account ON lists (account_id, id);
CREATE TABLE list_accounts (
	id         {{id}},
	list_id    BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	follow_id  BIGINT NOT NULL REFERENCES follows (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX list_accounts_pair ON list_accounts (list_id, account_id);
CREATE INDEX list_accounts_account ON list_accounts (account_id, list_id);
CREATE INDEX list_accounts_follow ON list_accounts (follow_id);
CREATE TABLE list_entries (
	list_id    BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	subject_id BIGINT NOT NULL,
	author_id  BIGINT NOT NULL,
	PRIMARY KEY (list_id, post_id)
) {{without_rowid}};
CREATE UNIQUE INDEX list_entries_subject ON list_entries (list_id, subject_id);
CREATE INDEX list_entries_post ON list_entries (post_id);

-- Threads of direct posts, as each member in them sees them.
CREATE TABLE conversations (
	id           {{id}},
	account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	thread_id    BIGINT NOT NULL,
	last_post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	unread       BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX conversations_thread ON conversations (account_id, thread_id);
CREATE INDEX conversations_last ON conversations (account_id, last_post_id);
CREATE INDEX conversations_post ON conversations (last_post_id);

-- Posts that leave at a moment that their author chose.
CREATE TABLE scheduled_posts (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	due_at     BIGINT NOT NULL,
	draft      TEXT NOT NULL,
	params     TEXT NOT NULL, -- as the client sent them
	created_at BIGINT NOT NULL
);
CREATE INDEX scheduled_posts_account ON scheduled_posts (account_id, id);

-- Where to push notifications to: one place for each token.
CREATE TABLE push_subscriptions (
	id         {{id}},
	token_id   BIGINT NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	endpoint   TEXT NOT NULL,
	p256dh     TEXT NOT NULL,
	auth       TEXT NOT NULL,
	secret     TEXT NOT NULL,
	standard   BOOLEAN NOT NULL,
	alerts     TEXT NOT NULL,
	policy     TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);

-- From whom a member wants to hear; without a row from everybody.
CREATE TABLE notification_policies (
	account_id       {{id}} REFERENCES accounts (id) ON DELETE CASCADE,
	not_following    TEXT NOT NULL,
	not_followers    TEXT NOT NULL,
	new_accounts     TEXT NOT NULL,
	private_mentions TEXT NOT NULL,
	limited_accounts TEXT NOT NULL,
	bots             TEXT NOT NULL
);
CREATE TABLE notification_permissions (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	from_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	PRIMARY KEY (account_id, from_id)
) {{without_rowid}};
-- Senders whose notifications were held back, until the member decides.
CREATE TABLE notification_requests (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	from_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	last_post_id BIGINT REFERENCES posts (id) ON DELETE SET NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX notification_requests_pair ON notification_requests (account_id, from_id);
CREATE INDEX notification_requests_account ON notification_requests (account_id, id);
CREATE INDEX notification_requests_post ON notification_requests (last_post_id) WHERE last_post_id IS NOT NULL;
CREATE INDEX notifications_filtered ON notifications (account_id, from_id) WHERE filtered;

-- Whom a member does not want to be told to follow.
CREATE TABLE suggestion_dismissals (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	PRIMARY KEY (account_id, target_id)
) {{without_rowid}};

-- +goose Down
DROP TABLE suggestion_dismissals;
DROP INDEX notifications_filtered;
DROP TABLE notification_requests;
DROP TABLE notification_permissions;
DROP TABLE notification_policies;
DROP TABLE push_subscriptions;
DROP TABLE scheduled_posts;
DROP TABLE conversations;
DROP TABLE list_entries;
DROP TABLE list_accounts;
DROP TABLE lists;
DROP TABLE endorsements;
DROP TABLE featured_tags;
DROP TABLE tag_follows;
