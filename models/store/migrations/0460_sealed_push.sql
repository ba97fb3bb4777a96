-- +goose Up

-- The access token of a subscription is sealed with a key that is not in the
-- database. Those that stood here readable are gone: apps subscribe anew when
-- they are opened.
ALTER TABLE push_subscriptions RENAME COLUMN secret TO sealed;
UPDATE push_subscriptions SET sealed = '';

-- +goose Down
ALTER TABLE push_subscriptions RENAME COLUMN sealed TO secret;
UPDATE push_subscriptions SET secret = '';
