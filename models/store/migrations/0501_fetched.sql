-- +goose Up

-- Whether a post was looked for and has not been sent yet: nobody was told of
-- it, it is in nobody's home.
ALTER TABLE posts ADD COLUMN fetched BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE posts DROP COLUMN fetched;
