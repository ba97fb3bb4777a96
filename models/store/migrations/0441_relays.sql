-- +goose Up

-- Servers that pass public posts on. There are few.
CREATE TABLE relays (
	id         {{id}},
	address    TEXT NOT NULL UNIQUE,
	style      TEXT NOT NULL,
	inbox      TEXT NOT NULL,
	actor      TEXT NOT NULL,
	follow_uri TEXT NOT NULL,
	state      TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE relays;
