-- +goose Up

-- How many answers the last look at other servers has brought so far: apps are
-- told while it goes on.
ALTER TABLE thread_crawls ADD COLUMN found BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE thread_crawls DROP COLUMN found;
