-- +goose Up

-- Reports of having tried a note. The note's own chapter alone counts them.
CREATE TABLE reports_tried (
	post_id    {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	note_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL,
	outcome    TEXT NOT NULL,
	setting    TEXT NOT NULL,
	counts_at  BIGINT NOT NULL,
	objected_by BIGINT,
	created_at BIGINT NOT NULL
);
CREATE INDEX reports_tried_note ON reports_tried (note_id, post_id);
CREATE INDEX reports_tried_account ON reports_tried (account_id, post_id);

CREATE TABLE questions (
	post_id     {{id}} REFERENCES posts (id) ON DELETE CASCADE,
	state       TEXT NOT NULL,
	asker_id    BIGINT NOT NULL,
	withheld    BOOLEAN NOT NULL,
	answer_id   BIGINT,
	asked_at    BIGINT NOT NULL,
	answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX questions_state ON questions (state, post_id);
CREATE INDEX questions_asker ON questions (asker_id, post_id);

CREATE TABLE themes (
	id         {{id}},
	key        TEXT NOT NULL UNIQUE,
	account_id BIGINT NOT NULL REFERENCES accounts (id),
	name       TEXT NOT NULL,
	words      TEXT NOT NULL,
	aliases    TEXT NOT NULL,
	position   BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE post_themes (
	theme_id BIGINT NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (theme_id, post_id)
) {{without_rowid}};
CREATE INDEX post_themes_post ON post_themes (post_id);

CREATE TABLE series (
	id         {{id}},
	slug       TEXT NOT NULL UNIQUE,
	title      TEXT NOT NULL,
	intro      TEXT NOT NULL,
	curator_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE TABLE series_notes (
	series_id BIGINT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	position  BIGINT NOT NULL,
	PRIMARY KEY (series_id, post_id)
) {{without_rowid}};
CREATE INDEX series_notes_post ON series_notes (post_id);

-- +goose Down
DROP TABLE series_notes;
DROP TABLE series;
DROP TABLE post_themes;
DROP TABLE themes;
DROP TABLE questions;
DROP TABLE reports_tried;
