-- +goose Up

-- Readings of practice notes by two members, from the request to the mark. The
-- mark itself is the post's, so that whoever reads the note has it.
CREATE TABLE reviews (
	id        {{id}},
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	state     TEXT NOT NULL,
	asked_by  BIGINT NOT NULL,
	asked_at  BIGINT NOT NULL,
	version   BIGINT NOT NULL DEFAULT 0,
	marked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX reviews_post ON reviews (post_id, id);
CREATE UNIQUE INDEX reviews_open ON reviews (post_id) WHERE state = 'open';
CREATE INDEX reviews_state ON reviews (state, id);
CREATE INDEX reviews_marked ON reviews (marked_at) WHERE state = 'marked';

CREATE TABLE review_readers (
	id         {{id}},
	review_id  BIGINT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	named_at   BIGINT NOT NULL,
	verdict    TEXT NOT NULL DEFAULT '',
	words      TEXT NOT NULL DEFAULT '',
	version    BIGINT NOT NULL DEFAULT 0,
	said_at    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX review_readers_pair ON review_readers (review_id, account_id);
CREATE INDEX review_readers_account ON review_readers (account_id, id);

-- Comments keep the words that they are about, as those may change.
CREATE TABLE review_comments (
	id         {{id}},
	review_id  BIGINT NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	version    BIGINT NOT NULL,
	paragraph  TEXT NOT NULL,
	quote      TEXT NOT NULL,
	text       TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX review_comments_review ON review_comments (review_id, id);
CREATE INDEX review_comments_account ON review_comments (account_id, id);

-- +goose Down
DROP TABLE review_comments;
DROP TABLE review_readers;
DROP TABLE reviews;
