-- +goose Up

-- Notes from elsewhere are few beside ours.
CREATE INDEX posts_practice_far ON posts (id) WHERE practice_kind <> '' AND NOT local;

-- +goose Down
DROP INDEX posts_practice_far;
