-- +goose Up

-- How often an invitation was used, and when it was called back: its link can
-- then say what became of it.
ALTER TABLE invites ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invites ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX invites_by ON invites (by_id, id);

-- +goose Down
DROP INDEX invites_by;
ALTER TABLE invites DROP COLUMN revoked_at;
ALTER TABLE invites DROP COLUMN used;
