-- +goose Up

ALTER TABLE accounts ADD COLUMN sensitized_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domain_rules ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domain_rules ADD COLUMN obscured BOOLEAN NOT NULL DEFAULT FALSE;

-- What is wrong, says a member or another server.
CREATE TABLE complaints (
	id          {{id}},
	uri         TEXT NOT NULL UNIQUE,
	from_id     BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_ids    TEXT NOT NULL,
	rule_ids    TEXT NOT NULL,
	category    TEXT NOT NULL,
	comment     TEXT NOT NULL,
	forwarded   BOOLEAN NOT NULL,
	assigned_to BIGINT,
	resolved_by BIGINT,
	resolved_at BIGINT NOT NULL DEFAULT 0,
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL
);
CREATE INDEX complaints_open ON complaints (id) WHERE resolved_at = 0;
CREATE INDEX complaints_target ON complaints (target_id, id);
CREATE INDEX complaints_from ON complaints (from_id, id);
CREATE TABLE complaint_notes (
	id         {{id}},
	complaint_id  BIGINT NOT NULL REFERENCES complaints (id) ON DELETE CASCADE,
	by_id      BIGINT NOT NULL,
	text       TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX complaint_notes_of ON complaint_notes (complaint_id, id);

-- What stewards did about accounts.
CREATE TABLE measures (
	id          {{id}},
	target_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	by_id       BIGINT,
	kind        TEXT NOT NULL,
	complaint_id   BIGINT,
	post_ids    TEXT NOT NULL,
	reason      TEXT NOT NULL,
	letter      TEXT NOT NULL,
	key         TEXT NOT NULL,
	created_at  BIGINT NOT NULL,
	lifted_at   BIGINT NOT NULL DEFAULT 0,
	lifted_by   BIGINT,
	appeal      TEXT NOT NULL DEFAULT '',
	appealed_at BIGINT NOT NULL DEFAULT 0,
	answered_by BIGINT,
	answered_at BIGINT NOT NULL DEFAULT 0,
	granted     BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX measures_target ON measures (target_id, id);
CREATE INDEX measures_complaint ON measures (complaint_id) WHERE complaint_id IS NOT NULL;
CREATE INDEX measures_appeals ON measures (id) WHERE appealed_at > 0 AND answered_at = 0;

-- Posts that stewards hid or marked one by one: what is done to their whole
-- account, and undone, leaves these as they are.
CREATE TABLE post_marks (
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	mark    TEXT NOT NULL, -- hidden, sensitive; account for those that were marked with their account
	PRIMARY KEY (post_id, mark)
) {{without_rowid}};

CREATE TABLE steward_log (
	id         {{id}},
	by_id      BIGINT,
	deed       TEXT NOT NULL,
	account_id BIGINT,
	post_id    BIGINT,
	complaint_id  BIGINT,
	subject    TEXT NOT NULL,
	reason     TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX steward_log_account ON steward_log (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX steward_log_complaint ON steward_log (complaint_id, id) WHERE complaint_id IS NOT NULL;

-- Who may not sign up.
CREATE TABLE bars (
	id         {{id}},
	kind       TEXT NOT NULL,
	value      TEXT NOT NULL,
	severity   TEXT NOT NULL,
	comment    TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (kind, value)
);
CREATE INDEX bars_kind ON bars (kind, id);

CREATE TABLE announcements (
	id           {{id}},
	by_id        BIGINT NOT NULL,
	source       TEXT NOT NULL,
	html         TEXT NOT NULL,
	starts_at    BIGINT NOT NULL,
	ends_at      BIGINT NOT NULL,
	all_day      BOOLEAN NOT NULL,
	published_at BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL
);
CREATE TABLE announcement_reads (
	announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
	account_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	PRIMARY KEY (announcement_id, account_id)
) {{without_rowid}};
CREATE TABLE announcement_reactions (
	announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
	name            TEXT NOT NULL,
	account_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	PRIMARY KEY (announcement_id, name, account_id)
) {{without_rowid}};

-- +goose Down
DROP TABLE announcement_reactions;
DROP TABLE announcement_reads;
DROP TABLE announcements;
DROP TABLE bars;
DROP TABLE steward_log;
DROP TABLE post_marks;
DROP TABLE measures;
DROP TABLE complaint_notes;
DROP TABLE complaints;
ALTER TABLE domain_rules DROP COLUMN obscured;
ALTER TABLE domain_rules DROP COLUMN id;
ALTER TABLE accounts DROP COLUMN sensitized_at;
