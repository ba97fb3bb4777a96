-- +goose Up

-- One row: the community that this server serves.
CREATE TABLE chapter (
	one         INTEGER PRIMARY KEY CHECK (one = 1),
	account_id  BIGINT NOT NULL,
	instance_id BIGINT NOT NULL,
	name        TEXT NOT NULL,
	domain      TEXT NOT NULL,
	sentence    TEXT NOT NULL,
	email       TEXT NOT NULL,
	opened_at   BIGINT NOT NULL,
	settings    TEXT NOT NULL
);

-- Anyone who can act. The first columns are those that lists look at.
CREATE TABLE accounts (
	id            {{id}},
	stamp         BIGINT NOT NULL DEFAULT 0,
	uri           TEXT NOT NULL UNIQUE,
	type          TEXT NOT NULL,
	username      TEXT NOT NULL,
	handle        TEXT NOT NULL UNIQUE, -- lower case: name or name@domain
	domain        TEXT NOT NULL,        -- '' for local accounts
	suspended_at  BIGINT NOT NULL DEFAULT 0,
	silenced_at   BIGINT NOT NULL DEFAULT 0,
	deleted_at    BIGINT NOT NULL DEFAULT 0,
	fetched_at    BIGINT NOT NULL DEFAULT 0,
	locked        BOOLEAN NOT NULL DEFAULT FALSE,
	discoverable  BOOLEAN NOT NULL DEFAULT FALSE,
	indexable     BOOLEAN NOT NULL DEFAULT FALSE,
	bot           BOOLEAN NOT NULL DEFAULT FALSE,
	memorial      BOOLEAN NOT NULL DEFAULT FALSE,
	hide_network  BOOLEAN NOT NULL DEFAULT FALSE,
	url           TEXT NOT NULL,
	name          TEXT NOT NULL,
	bio_html      TEXT NOT NULL,
	bio_source    TEXT NOT NULL,
	fields        TEXT NOT NULL,
	emojis        TEXT NOT NULL,
	avatar        TEXT NOT NULL,
	header        TEXT NOT NULL,
	inbox         TEXT NOT NULL,
	shared_inbox  TEXT NOT NULL,
	outbox        TEXT NOT NULL,
	followers     TEXT NOT NULL,
	following     TEXT NOT NULL,
	featured      TEXT NOT NULL,
	moderators    TEXT NOT NULL,
	key_id        TEXT NOT NULL,
	public_key    TEXT NOT NULL,
	ed_key_id     TEXT NOT NULL,
	ed_key        TEXT NOT NULL,
	also_known_as TEXT NOT NULL,
	moved_to      TEXT NOT NULL,
	created_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL
);
CREATE INDEX accounts_key_id ON accounts (key_id);
CREATE INDEX accounts_ed_key_id ON accounts (ed_key_id) WHERE ed_key_id <> '';
CREATE INDEX accounts_domain ON accounts (domain, id);
CREATE INDEX accounts_followers ON accounts (followers) WHERE followers <> '';
CREATE INDEX accounts_url ON accounts (url);

-- Counts change often and profiles do not: apart, so that a post does not
-- rewrite a profile.
CREATE TABLE account_stats (
	account_id   {{id}} REFERENCES accounts (id) ON DELETE CASCADE,
	stamp        BIGINT NOT NULL DEFAULT 0,
	posts        BIGINT NOT NULL DEFAULT 0,
	followers    BIGINT NOT NULL DEFAULT 0,
	following    BIGINT NOT NULL DEFAULT 0,
	last_post_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE account_keys (
	account_id {{id}} REFERENCES accounts (id) ON DELETE CASCADE,
	rsa        TEXT NOT NULL,
	ed25519    TEXT NOT NULL
);

CREATE TABLE members (
	account_id    {{id}} REFERENCES accounts (id) ON DELETE CASCADE,
	email         TEXT NOT NULL,
	email_key     TEXT NOT NULL UNIQUE, -- lower case
	password_hash TEXT NOT NULL,
	role          TEXT NOT NULL,
	state         TEXT NOT NULL,
	locale        TEXT NOT NULL,
	privacy       TEXT NOT NULL,
	members_first BOOLEAN NOT NULL,
	sensitive     BOOLEAN NOT NULL,
	language      TEXT NOT NULL,
	quotes        TEXT NOT NULL,
	application   TEXT NOT NULL,
	invited_by    BIGINT,
	created_at    BIGINT NOT NULL,
	seen_at       BIGINT NOT NULL,
	confirmed_at  BIGINT NOT NULL
);

CREATE TABLE invites (
	id         {{id}},
	code       TEXT NOT NULL UNIQUE,
	by_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	role       TEXT NOT NULL,
	uses_left  BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE posts (
	id               {{id}},
	stamp            BIGINT NOT NULL DEFAULT 0,
	account_id       BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	boost_of_id      BIGINT REFERENCES posts (id) ON DELETE CASCADE,
	visibility       TEXT NOT NULL,
	local_only       BOOLEAN NOT NULL,
	state            TEXT NOT NULL,
	hidden           BOOLEAN NOT NULL DEFAULT FALSE, -- by a steward, or with its author
	local            BOOLEAN NOT NULL,
	type             TEXT NOT NULL,
	uri              TEXT NOT NULL UNIQUE,
	url              TEXT NOT NULL,
	leaves_at        BIGINT NOT NULL DEFAULT 0,
	in_reply_to_id   BIGINT REFERENCES posts (id) ON DELETE SET NULL,
	in_reply_to_uri  TEXT NOT NULL,
	in_reply_to_account_id BIGINT,
	thread_id        BIGINT,
	context_uri      TEXT NOT NULL,
	group_id         BIGINT,
	quote_of_id      BIGINT,
	quote_uri        TEXT NOT NULL,
	quote_state      TEXT NOT NULL,
	quote_stamp      TEXT NOT NULL,
	quote_policy     TEXT NOT NULL,
	practice_kind    TEXT NOT NULL, -- '' if it is no practice note
	slug             TEXT NOT NULL,
	has_media        BOOLEAN NOT NULL,
	has_poll         BOOLEAN NOT NULL,
	sensitive        BOOLEAN NOT NULL,
	language         TEXT NOT NULL,
	app_id           BIGINT,
	version          BIGINT NOT NULL DEFAULT 1,
	reason           TEXT NOT NULL DEFAULT '',
	created_at       BIGINT NOT NULL,
	edited_at        BIGINT NOT NULL DEFAULT 0,
	updated_at       BIGINT NOT NULL DEFAULT 0,
	pinned_at        BIGINT NOT NULL DEFAULT 0,
	title            TEXT NOT NULL,
	warning          TEXT NOT NULL,
	summary          TEXT NOT NULL,
	mentions         TEXT NOT NULL,
	tags             TEXT NOT NULL,
	media            TEXT NOT NULL,
	emojis           TEXT NOT NULL,
	card             TEXT NOT NULL,
	practice         TEXT NOT NULL,
	talk             TEXT NOT NULL DEFAULT '',
	format           TEXT NOT NULL,
	source           TEXT NOT NULL,
	html             TEXT NOT NULL
);
CREATE INDEX posts_account ON posts (account_id, id);
CREATE INDEX posts_thread ON posts (thread_id, id) WHERE thread_id IS NOT NULL;
CREATE INDEX posts_replies ON posts (in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL;
CREATE INDEX posts_orphans ON posts (in_reply_to_uri) WHERE in_reply_to_id IS NULL AND in_reply_to_uri <> '';
CREATE UNIQUE INDEX posts_boosts ON posts (boost_of_id, account_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX posts_quotes ON posts (quote_of_id, id) WHERE quote_of_id IS NOT NULL;
CREATE INDEX posts_public ON posts (id) WHERE visibility = 'public' AND boost_of_id IS NULL;
CREATE INDEX posts_local ON posts (id) WHERE local AND boost_of_id IS NULL;
CREATE INDEX posts_practice ON posts (practice_kind, id) WHERE practice_kind <> '';
CREATE INDEX posts_library ON posts (id) WHERE practice_kind <> '';
CREATE INDEX posts_account_practice ON posts (account_id, id) WHERE practice_kind <> '';
CREATE INDEX posts_account_media ON posts (account_id, id) WHERE has_media;
CREATE INDEX posts_unfinished ON posts (account_id, state, id) WHERE state <> 'published';
CREATE INDEX posts_waiting ON posts (leaves_at) WHERE leaves_at > 0;
CREATE INDEX posts_account_pinned ON posts (account_id, id) WHERE pinned_at > 0;
CREATE INDEX posts_group ON posts (group_id, id) WHERE group_id IS NOT NULL;
CREATE UNIQUE INDEX posts_slug ON posts (slug) WHERE slug <> '';
CREATE INDEX posts_context ON posts (context_uri) WHERE context_uri <> '';
CREATE INDEX posts_url ON posts (url) WHERE NOT local;

CREATE TABLE post_stats (
	post_id    {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	stamp      BIGINT NOT NULL DEFAULT 0,
	replies    BIGINT NOT NULL DEFAULT 0,
	boosts     BIGINT NOT NULL DEFAULT 0,
	favourites BIGINT NOT NULL DEFAULT 0,
	quotes     BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE post_mentions (
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL,
	silent     BOOLEAN NOT NULL,
	PRIMARY KEY (post_id, account_id)
) {{without_rowid}};
CREATE INDEX post_mentions_account ON post_mentions (account_id, post_id);

CREATE TABLE tags (
	id         {{id}},
	name       TEXT NOT NULL UNIQUE, -- the key: lower case, NFKC
	label      TEXT NOT NULL,        -- as first written
	created_at BIGINT NOT NULL
);
CREATE TABLE post_tags (
	tag_id  BIGINT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (tag_id, post_id)
) {{without_rowid}};
CREATE INDEX post_tags_post ON post_tags (post_id);

CREATE TABLE post_revisions (
	id         {{id}},
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	version    BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	reason     TEXT NOT NULL,
	title      TEXT NOT NULL,
	warning    TEXT NOT NULL,
	sensitive  BOOLEAN NOT NULL,
	summary    TEXT NOT NULL,
	html       TEXT NOT NULL,
	source     TEXT NOT NULL,
	practice   TEXT NOT NULL,
	media      TEXT NOT NULL,
	poll       TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX post_revisions_post ON post_revisions (post_id, version);

CREATE TABLE polls (
	post_id     {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	options     TEXT NOT NULL,
	multiple    BOOLEAN NOT NULL,
	hide_totals BOOLEAN NOT NULL,
	expires_at  BIGINT NOT NULL,
	closed_at   BIGINT NOT NULL,
	voters      BIGINT NOT NULL
);
CREATE TABLE poll_votes (
	post_id    BIGINT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL,
	choice     BIGINT NOT NULL,
	uri        TEXT NOT NULL,
	PRIMARY KEY (post_id, account_id, choice)
) {{without_rowid}};

CREATE TABLE media (
	id           {{id}},
	account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id      BIGINT REFERENCES posts (id) ON DELETE SET NULL,
	type         TEXT NOT NULL,
	state        TEXT NOT NULL,
	content_type TEXT NOT NULL,
	file_key     TEXT NOT NULL,
	preview_key  TEXT NOT NULL,
	remote_url   TEXT NOT NULL,
	preview_url  TEXT NOT NULL,
	description  TEXT NOT NULL,
	blurhash     TEXT NOT NULL,
	meta         TEXT NOT NULL,
	size         BIGINT NOT NULL,
	created_at   BIGINT NOT NULL
);
CREATE INDEX media_post ON media (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX media_loose ON media (created_at) WHERE post_id IS NULL;
CREATE INDEX media_account ON media (account_id, id);
CREATE INDEX media_file ON media (file_key) WHERE file_key <> '';

-- What is gone for good, and whose word that was: nobody can bury a post that
-- is not theirs before it comes.
CREATE TABLE tombstones (
	uri        TEXT NOT NULL,
	actor_uri  TEXT NOT NULL,
	former     TEXT NOT NULL, -- its type
	local      BOOLEAN NOT NULL,
	deleted_at BIGINT NOT NULL,
	PRIMARY KEY (uri, actor_uri)
) {{without_rowid}};

-- Activities that were taken in: the same one twice has no effect twice.
CREATE TABLE received (
	key         TEXT NOT NULL PRIMARY KEY, -- type and id
	received_at BIGINT NOT NULL
) {{without_rowid}};
CREATE INDEX received_age ON received (received_at);

CREATE TABLE follows (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	local      BOOLEAN NOT NULL, -- the follower lives here
	uri        TEXT NOT NULL UNIQUE,
	state      TEXT NOT NULL,
	boosts     BOOLEAN NOT NULL,
	notify     BOOLEAN NOT NULL,
	languages  TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX follows_pair ON follows (account_id, target_id);
CREATE INDEX follows_target ON follows (target_id, id);
CREATE INDEX follows_account ON follows (account_id, id);

CREATE TABLE blocks (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	uri        TEXT NOT NULL UNIQUE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX blocks_pair ON blocks (account_id, target_id);
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE mutes (
	id            {{id}},
	account_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id     BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	notifications BOOLEAN NOT NULL,
	expires_at    BIGINT NOT NULL,
	created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX mutes_pair ON mutes (account_id, target_id);

CREATE TABLE thread_mutes (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	thread_id  BIGINT NOT NULL,
	PRIMARY KEY (account_id, thread_id)
) {{without_rowid}};

-- Hosts that one member does not want to hear of.
CREATE TABLE member_domain_blocks (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	domain     TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (account_id, domain)
);

-- What a member wrote for itself about somebody.
CREATE TABLE account_notes (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	note       TEXT NOT NULL,
	PRIMARY KEY (account_id, target_id)
) {{without_rowid}};

CREATE TABLE favourites (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	uri        TEXT NOT NULL UNIQUE,
	emoji      TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX favourites_pair ON favourites (account_id, post_id);
CREATE INDEX favourites_account ON favourites (account_id, id);
CREATE INDEX favourites_post ON favourites (post_id, id);

CREATE TABLE bookmarks (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX bookmarks_pair ON bookmarks (account_id, post_id);
CREATE INDEX bookmarks_account ON bookmarks (account_id, id);
CREATE INDEX bookmarks_post ON bookmarks (post_id);

-- What members see at home: a post once, however often it is boosted.
CREATE TABLE home_entries (
	account_id BIGINT NOT NULL,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	subject_id BIGINT NOT NULL,
	author_id  BIGINT NOT NULL,
	PRIMARY KEY (account_id, post_id)
) {{without_rowid}};
CREATE UNIQUE INDEX home_entries_subject ON home_entries (account_id, subject_id);
CREATE INDEX home_entries_post ON home_entries (post_id);

CREATE TABLE notifications (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	type       TEXT NOT NULL,
	from_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id    BIGINT REFERENCES posts (id) ON DELETE CASCADE,
	report_id  BIGINT,
	group_key  TEXT NOT NULL,
	filtered   BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX notifications_account ON notifications (account_id, id);
CREATE INDEX notifications_post ON notifications (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX notifications_from ON notifications (from_id, account_id);

CREATE TABLE markers (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	timeline   TEXT NOT NULL,
	last_read  TEXT NOT NULL,
	version    BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (account_id, timeline)
) {{without_rowid}};

CREATE TABLE apps (
	id            {{id}},
	client_id     TEXT NOT NULL UNIQUE,
	secret_hash   TEXT NOT NULL,
	name          TEXT NOT NULL,
	website       TEXT NOT NULL,
	redirect_uris TEXT NOT NULL,
	scopes        TEXT NOT NULL,
	created_at    BIGINT NOT NULL
);
CREATE TABLE tokens (
	id         {{id}},
	kind       TEXT NOT NULL,
	hash       TEXT NOT NULL UNIQUE,
	app_id     BIGINT REFERENCES apps (id) ON DELETE CASCADE,
	account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
	scopes     TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	used_at    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX tokens_account ON tokens (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX tokens_app ON tokens (app_id) WHERE app_id IS NOT NULL;
CREATE INDEX tokens_age ON tokens (expires_at) WHERE expires_at > 0;
CREATE TABLE codes (
	hash         TEXT NOT NULL PRIMARY KEY,
	app_id       BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	redirect_uri TEXT NOT NULL,
	scopes       TEXT NOT NULL,
	challenge    TEXT NOT NULL,
	token_id     BIGINT,
	expires_at   BIGINT NOT NULL
) {{without_rowid}};

CREATE TABLE idempotency (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	key        TEXT NOT NULL,
	post_id    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (account_id, key)
) {{without_rowid}};

-- What happened and still has to be told to other servers.
CREATE TABLE events (
	id              {{id}},
	kind            TEXT NOT NULL,
	account_id      BIGINT,
	target_id       BIGINT,
	post_id         BIGINT,
	notification_id BIGINT,
	data            {{blob}},
	created_at      BIGINT NOT NULL
);

CREATE TABLE activities (
	id         {{id}},
	uri        TEXT NOT NULL,
	actor_id   BIGINT NOT NULL,
	object     TEXT NOT NULL, -- what it is about
	body       {{blob}} NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE deliveries (
	id          {{id}},
	activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
	actor_id    BIGINT NOT NULL,
	host        TEXT NOT NULL,
	inbox       TEXT NOT NULL,
	attempts    BIGINT NOT NULL DEFAULT 0,
	run_at      BIGINT NOT NULL,
	last_error  TEXT NOT NULL DEFAULT '',
	created_at  BIGINT NOT NULL
);
CREATE INDEX deliveries_order ON deliveries (host, id);
CREATE INDEX deliveries_tried ON deliveries (host, actor_id, id) WHERE attempts > 0;
CREATE INDEX deliveries_activity ON deliveries (activity_id);

-- Other servers. A host with deliveries is worked on by one node at a time,
-- from next_at on: the node that does moves next_at on for as long as it
-- lives, so that another one takes over when it no longer does.
CREATE TABLE hosts (
	name       TEXT NOT NULL PRIMARY KEY,
	next_at    BIGINT NOT NULL DEFAULT 0, -- 0: nothing to do
	node       TEXT NOT NULL DEFAULT '',  -- who works on it
	fails      BIGINT NOT NULL DEFAULT 0,
	open_until BIGINT NOT NULL DEFAULT 0,
	last_error TEXT NOT NULL DEFAULT '',
	last_ok_at BIGINT NOT NULL DEFAULT 0,
	gone_at    BIGINT NOT NULL DEFAULT 0,
	signature  TEXT NOT NULL DEFAULT ''
) {{without_rowid}};
CREATE INDEX hosts_due ON hosts (next_at) WHERE next_at > 0;

-- What the stewards decided about other servers, sub-domains included.
CREATE TABLE domain_rules (
	domain         TEXT NOT NULL PRIMARY KEY,
	severity       TEXT NOT NULL, -- silence, suspend, allow, none
	reject_media   BOOLEAN NOT NULL,
	reject_reports BOOLEAN NOT NULL,
	comment        TEXT NOT NULL, -- for everyone
	note           TEXT NOT NULL, -- for stewards
	created_at     BIGINT NOT NULL
) {{without_rowid}};

-- Work that can wait: fetches, letters, pictures.
CREATE TABLE jobs (
	id          {{id}},
	kind        TEXT NOT NULL,
	key         TEXT NOT NULL,
	data        {{blob}},
	attempts    BIGINT NOT NULL DEFAULT 0,
	run_at      BIGINT NOT NULL,
	lease_until BIGINT NOT NULL DEFAULT 0,
	last_error  TEXT NOT NULL DEFAULT '',
	created_at  BIGINT NOT NULL,
	UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (run_at);

-- +goose Down
DROP TABLE jobs;
DROP TABLE domain_rules;
DROP TABLE hosts;
DROP TABLE deliveries;
DROP TABLE activities;
DROP TABLE events;
DROP TABLE idempotency;
DROP TABLE codes;
DROP TABLE tokens;
DROP TABLE apps;
DROP TABLE markers;
DROP TABLE notifications;
DROP TABLE home_entries;
DROP TABLE bookmarks;
DROP TABLE favourites;
DROP TABLE account_notes;
DROP TABLE member_domain_blocks;
DROP TABLE thread_mutes;
DROP TABLE mutes;
DROP TABLE blocks;
DROP TABLE follows;
DROP TABLE received;
DROP TABLE tombstones;
DROP TABLE media;
DROP TABLE poll_votes;
DROP TABLE polls;
DROP TABLE post_revisions;
DROP TABLE post_tags;
DROP TABLE tags;
DROP TABLE post_mentions;
DROP TABLE post_stats;
DROP TABLE posts;
DROP TABLE invites;
DROP TABLE members;
DROP TABLE account_keys;
DROP TABLE account_stats;
DROP TABLE accounts;
DROP TABLE chapter;
