-- +goose Up
CREATE VIRTUAL TABLE post_search USING fts4 (body, tokenize=unicode61 "remove_diacritics=2");

-- +goose Down
DROP TABLE post_search;
