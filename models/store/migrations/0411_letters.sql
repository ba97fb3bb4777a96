-- +goose Up

-- Letters that wait to be sent, and that they were.
CREATE TABLE letters (
	id         {{id}},
	kind       TEXT NOT NULL,
	account_id BIGINT,
	to_address TEXT NOT NULL,
	subject    TEXT NOT NULL,
	text       TEXT NOT NULL,
	failed     TEXT NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	sent_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX letters_waiting ON letters (id) WHERE sent_at = 0;
CREATE INDEX letters_sent ON letters (sent_at) WHERE sent_at > 0;

-- Links for new passwords: only hashes of their keys.
CREATE TABLE resets (
	hash       TEXT NOT NULL PRIMARY KEY,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
) {{without_rowid}};
CREATE INDEX resets_account ON resets (account_id, created_at);

-- +goose Down
DROP TABLE resets;
DROP TABLE letters;
