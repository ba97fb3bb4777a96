-- +goose Up

-- When something of the house was done last: a backup.
CREATE TABLE moments (
	name TEXT NOT NULL PRIMARY KEY,
	at   BIGINT NOT NULL
) {{without_rowid}};

-- +goose Down
DROP TABLE moments;
