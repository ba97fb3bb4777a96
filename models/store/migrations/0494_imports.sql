-- +goose Up

-- The tables that members brought along, and how far they are worked through.
CREATE TABLE imports (
	id         {{id}},
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL,
	total      INTEGER NOT NULL,
	done       INTEGER NOT NULL DEFAULT 0,
	failed     TEXT NOT NULL DEFAULT '[]', -- JSON: what and why
	created_at BIGINT NOT NULL,
	ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX imports_account ON imports (account_id, id);

-- +goose Down
DROP TABLE imports;
