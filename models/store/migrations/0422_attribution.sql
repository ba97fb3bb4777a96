-- +goose Up

-- Sites that may name a member as the author of their pages.
ALTER TABLE members ADD COLUMN attribution_domains TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE members DROP COLUMN attribution_domains;
