-- +goose Up

-- Posts elsewhere with which not everybody may do everything at once.
CREATE TABLE post_policies (
	post_id {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	policy  TEXT NOT NULL
);
-- Answers and boosts of ours about which an author elsewhere wants to be asked.
CREATE TABLE post_approvals (
	post_id {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	state   TEXT NOT NULL,
	stamp   TEXT NOT NULL
);

-- +goose Down
DROP TABLE post_approvals;
DROP TABLE post_policies;
