-- +goose Up

-- What those who look after a Group elsewhere decided: threads that they
-- closed, and who may not write there any more.
CREATE TABLE thread_locks (
	post_id   {{id}} REFERENCES posts (id) ON DELETE CASCADE, -- it and what answers it
	group_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	locked_at BIGINT NOT NULL
);
CREATE INDEX thread_locks_group ON thread_locks (group_id);
CREATE TABLE group_bans (
	group_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	ends_at    BIGINT NOT NULL, -- 0: never
	PRIMARY KEY (group_id, account_id)
) {{without_rowid}};
CREATE INDEX group_bans_account ON group_bans (account_id);

-- +goose Down
DROP TABLE group_bans;
DROP TABLE thread_locks;
