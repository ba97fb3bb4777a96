-- +goose Up
CREATE INDEX notifications_group ON notifications (account_id, group_key, id) WHERE group_key <> '';

-- +goose Down
DROP INDEX notifications_group;
