-- +goose Up
CREATE TABLE post_search (
	docid BIGINT PRIMARY KEY,
	body  tsvector NOT NULL
);
CREATE INDEX post_search_body ON post_search USING gin (body);

-- +goose Down
DROP TABLE post_search;
