-- +goose Up
ALTER TABLE post_search RENAME TO post_search_before;
CREATE VIRTUAL TABLE post_search USING fts4 (body, order=desc, tokenize=unicode61 "remove_diacritics=2");
INSERT INTO post_search (docid, body) SELECT docid, body FROM post_search_before ORDER BY docid;
DROP TABLE post_search_before;

-- +goose Down
ALTER TABLE post_search RENAME TO post_search_before;
CREATE VIRTUAL TABLE post_search USING fts4 (body, tokenize=unicode61 "remove_diacritics=2");
INSERT INTO post_search (docid, body) SELECT docid, body FROM post_search_before ORDER BY docid;
DROP TABLE post_search_before;
