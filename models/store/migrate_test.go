package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A migration that came out under a lower number than one already applied is
// applied all the same; a database of a newer program is refused.
func TestMigrateLateAndNewer(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "test.db")
	migrate := func() error {
		s, err := store.Open(ctx, "sqlite:"+file, store.Options{Relaxed: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.Migrate(ctx)
	}
	do := func(text string) {
		t.Helper()
		db, err := sql.Open("sqlite3", file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrate(); err != nil {
		t.Fatal(err)
	}
	do(`ALTER TABLE push_subscriptions RENAME COLUMN sealed TO secret; DELETE FROM goose_db_version WHERE version_id = 460`)
	if err := migrate(); err != nil {
		t.Fatal(err)
	}
	do(`UPDATE push_subscriptions SET sealed = ''`) // the column is there again
	do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	if err := migrate(); err == nil {
		t.Error("a database of a newer program was taken")
	}
}

// What was counted and kept before numbers and versions had a scope tells of
// nothing that is for the members.
func TestMigrateScopes(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "test.db")
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(ctx, "sqlite:"+file, store.Options{Relaxed: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	ana := storetest.Member(t, s, "ana", models.Ordinary)
	members := func(p *models.Post) { p.Visibility, p.LocalOnly = models.Private, true }
	question := storetest.Post(t, s, ana, nil)
	var answer *models.Post
	for _, change := range []func(*models.Post){nil, members} {
		answer = storetest.Post(t, s, ana, func(p *models.Post) {
			p.InReplyToID, p.InReplyToURI = question.ID, question.URI
			if change != nil {
				change(p)
			}
		})
	}
	note := storetest.Post(t, s, ana, func(p *models.Post) { p.Practice, p.Slug = &models.Practice{Kind: models.Tool}, "note" })
	storetest.Write(t, s, func(tx *store.Tx) error {
		for _, p := range []*models.Post{question, note} {
			if err := tx.AddRevision(ctx, &models.Revision{ID: tx.NewID(), PostID: p.ID, Version: 1, Visibility: models.Public, AccountID: ana.ID, CreatedAt: p.CreatedAt}); err != nil {
				return err
			}
		}
		if err := tx.CountPost(ctx, question.ID, models.PostStats{Replies: 2, Quotes: 1}); err != nil {
			return err
		}
		if err := tx.CountAccount(ctx, ana.ID, models.AccountStats{Posts: 4, LastPostAt: tx.Now()}); err != nil {
			return err
		}
		if err := tx.AddQuestion(ctx, &models.Question{PostID: question.ID, State: models.QuestionAnswered, AskerID: ana.ID, AnswerID: answer.ID}); err != nil {
			return err
		}
		return tx.SetTalk(ctx, question.ID, &models.Talk{Question: true, AnswerID: answer.ID, AnswerURI: answer.URI, AnsweredBy: "Ana"}, tx.Now())
	})
	s.Close()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, `DELETE FROM goose_db_version WHERE version_id = 495; ALTER TABLE post_stats DROP COLUMN members;
		ALTER TABLE post_revisions DROP COLUMN local_only; ALTER TABLE post_revisions DROP COLUMN visibility`); err != nil {
		t.Fatal(err)
	}
	db.Close()

	s = open()
	defer s.Close()
	q, err := s.PostByID(ctx, question.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models.PostStats{Replies: 1, Members: 1}, q.Stats); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&models.Talk{Question: true, AnswerID: answer.ID, AnsweredBy: "Ana"}, q.Talk); diff != "" {
		t.Errorf("the question (-want +got):\n%s", diff)
	}
	if a, err := s.Account(ctx, ana.ID); err != nil || a.Stats.Posts != 3 || !a.Stats.LastPostAt.Equal(note.CreatedAt) {
		t.Errorf("the account has %+v, %v; the last post that everyone reads is of %v", a.Stats, err, note.CreatedAt)
	}
	for id, want := range map[models.ID]int{question.ID: 1, note.ID: 0} {
		if versions, err := s.Revisions(ctx, models.Stranger, id); err != nil || len(versions) != want {
			t.Errorf("strangers read %d versions of post %d, want %d (%v)", len(versions), id, want, err)
		}
	}
	v, err := s.ViewerOf(ctx, ana.ID)
	if err != nil {
		t.Fatal(err)
	}
	if versions, err := s.Revisions(ctx, v, note.ID); err != nil || len(versions) != 1 {
		t.Errorf("its author reads %d versions of the note (%v)", len(versions), err)
	}
}
