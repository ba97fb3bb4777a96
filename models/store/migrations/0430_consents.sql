-- +goose Up

-- What authors here let others do with their posts: quote them, mostly. Each is
-- a document of its own that others fetch (FEP-044f).
CREATE TABLE consents (
	id         {{id}},
	kind       TEXT NOT NULL,
	author_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	by_id      BIGINT NOT NULL,
	uri        TEXT NOT NULL, -- of what was let: the post that quotes
	created_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX consents_of ON consents (post_id, uri, kind);
CREATE INDEX consents_author ON consents (author_id);
CREATE INDEX posts_quote_stamp ON posts (quote_stamp) WHERE quote_stamp <> '';

-- +goose Down
DROP INDEX posts_quote_stamp;
DROP TABLE consents;
