-- +goose Up

-- Accounts that moved, and when they did last: none moves twice in a while.
CREATE TABLE moves (
	account_id {{id}} REFERENCES accounts (id) ON DELETE CASCADE,
	target_uri TEXT NOT NULL,
	moved_at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE moves;
