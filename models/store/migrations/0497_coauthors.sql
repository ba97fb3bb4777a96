-- +goose Up

-- Who writes a note with its author. Those who agreed are named in the post's
-- own row too, so that whoever reads the note has them.
CREATE TABLE coauthors (
	id          {{id}},
	post_id     BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	account_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	state       TEXT NOT NULL,
	invited_at  BIGINT NOT NULL,
	answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX coauthors_pair ON coauthors (post_id, account_id);
CREATE INDEX coauthors_account ON coauthors (account_id, post_id);

-- How co-authors would have a note.
CREATE TABLE proposals (
	id           {{id}},
	post_id      BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	state        TEXT NOT NULL,
	reason       TEXT NOT NULL,
	base         TEXT NOT NULL, -- JSON: the note when it was begun
	wording      TEXT NOT NULL, -- JSON
	replaced     TEXT NOT NULL DEFAULT '', -- JSON: what it took the place of
	version      BIGINT NOT NULL DEFAULT 0,
	answer       TEXT NOT NULL DEFAULT '',
	created_at   BIGINT NOT NULL,
	changed_at   BIGINT NOT NULL,
	answered_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX proposals_post ON proposals (post_id, id);
CREATE INDEX proposals_account ON proposals (account_id, id);
CREATE UNIQUE INDEX proposals_pending ON proposals (post_id, account_id) WHERE state IN ('begun', 'open');

-- Versions that the author did not make, and small fixes.
CREATE TABLE version_marks (
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	version    BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	small      BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (post_id, version)
) {{without_rowid}};

-- +goose Down
DROP TABLE version_marks;
DROP TABLE proposals;
DROP TABLE coauthors;
