-- +goose Up

-- Followers on other servers, and those who want to hear of every post:
-- whether there are any is asked at each.
CREATE INDEX follows_elsewhere ON follows (target_id) WHERE NOT local AND state = 'accepted';
CREATE INDEX follows_notify ON follows (target_id) WHERE local AND state = 'accepted' AND notify;

-- +goose Down
DROP INDEX follows_notify;
DROP INDEX follows_elsewhere;
