-- +goose Up

-- Followers on other servers: whether there are any is asked at every post.
CREATE INDEX follows_elsewhere ON follows (target_id) WHERE NOT local AND state = 'accepted';

-- +goose Down
DROP INDEX follows_elsewhere;
