-- +goose Up

-- What a member does not want to see in its apps.
CREATE TABLE filters (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	title      TEXT NOT NULL,
	contexts   TEXT NOT NULL,
	action     TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX filters_account ON filters (account_id, id);
CREATE TABLE filter_keywords (
	id         {{id}},
	filter_id  BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	keyword    TEXT NOT NULL,
	whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_filter ON filter_keywords (filter_id);
CREATE TABLE filter_posts (
	id        {{id}},
	filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	UNIQUE (filter_id, post_id)
);
CREATE INDEX filter_posts_post ON filter_posts (post_id);

-- +goose Down
DROP TABLE filter_posts;
DROP TABLE filter_keywords;
DROP TABLE filters;
