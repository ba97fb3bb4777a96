-- +goose Up

-- The link that a post's card is of, to find posts by it.
ALTER TABLE posts ADD COLUMN card_url TEXT NOT NULL DEFAULT '';
UPDATE posts SET card_url = COALESCE(json_extract(card, '$.url'), '') WHERE card LIKE '{%';
CREATE INDEX posts_card ON posts (card_url, id) WHERE card_url <> '';

-- +goose Down
DROP INDEX posts_card;
ALTER TABLE posts DROP COLUMN card_url;
