-- +goose Up

-- When the answers to a thread were last looked for on the servers that have
-- them.
CREATE TABLE thread_crawls (
	thread_id  {{id}},
	crawled_at BIGINT NOT NULL
);
CREATE INDEX thread_crawls_age ON thread_crawls (crawled_at);

-- +goose Down
DROP TABLE thread_crawls;
