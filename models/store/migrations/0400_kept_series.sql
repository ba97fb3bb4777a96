-- +goose Up

-- Series that members keep on their shelf.
CREATE TABLE kept_series (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	series_id  BIGINT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX kept_series_pair ON kept_series (account_id, series_id);
CREATE INDEX kept_series_series ON kept_series (series_id);

CREATE INDEX series_curator ON series (curator_id, id);
CREATE INDEX reports_tried_outcome ON reports_tried (outcome, note_id);

-- +goose Down
DROP INDEX reports_tried_outcome;
DROP INDEX series_curator;
DROP TABLE kept_series;
