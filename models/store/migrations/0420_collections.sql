-- +goose Up

-- Accounts that an account gathers under a name, for others to find.
CREATE TABLE collections (
	id           {{id}},
	account_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	name         TEXT NOT NULL,
	description  TEXT NOT NULL,
	language     TEXT NOT NULL,
	tag_id       BIGINT REFERENCES tags (id) ON DELETE SET NULL,
	sensitive    BOOLEAN NOT NULL,
	discoverable BOOLEAN NOT NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL
);
CREATE INDEX collections_account ON collections (account_id, id);
CREATE INDEX collections_tag ON collections (tag_id) WHERE tag_id IS NOT NULL;
-- Whoever took itself out stays as revoked, so that it is not put in again.
CREATE TABLE collection_items (
	id            {{id}},
	collection_id BIGINT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
	account_id    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	state         TEXT NOT NULL,
	created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX collection_items_pair ON collection_items (collection_id, account_id);
CREATE INDEX collection_items_account ON collection_items (account_id, collection_id);

-- +goose Down
DROP TABLE collection_items;
DROP TABLE collections;
