-- +goose Up

-- What members say of themselves in the directory, and who may see it. The
-- words are what a field is found by: in small letters, a space before each.
CREATE TABLE directory_fields (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	field      TEXT NOT NULL,
	told       TEXT NOT NULL,
	shown_to   TEXT NOT NULL,
	words      TEXT NOT NULL,
	PRIMARY KEY (account_id, field)
);

-- Which of the small steps after joining a member has taken, or let be. Who is
-- a member already is not asked.
ALTER TABLE members ADD COLUMN welcomed BIGINT NOT NULL DEFAULT 0;
UPDATE members SET welcomed = 7;

-- +goose Down
ALTER TABLE members DROP COLUMN welcomed;
DROP TABLE directory_fields;
