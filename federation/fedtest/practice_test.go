package fedtest

import (
	"fmt"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
)

// A note travels as an Article with its form; a report on it comes back as a
// plain answer, is known for what it is, and waits for objections before the
// note's own chapter counts it.
func TestTriedElsewhere(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	note, err := alpha.Chapter.Publish(t.Context(), ana, chapter.Draft{Title: "Cards", Visibility: models.Public,
		Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "purpose", Text: "To choose."}}}})
	if err != nil {
		t.Fatal(err)
	}
	var there *models.Post
	Eventually(t, func() string {
		there, err = beta.Store.PostByURI(t.Context(), note.URI)
		if err != nil || there.Practice == nil || there.Practice.Kind != models.Tool || there.Title != "Cards" {
			return fmt.Sprintf("beta has %+v (%v)", there, err)
		}
		return ""
	})
	report, err := beta.Chapter.Tried(t.Context(), bob, there.ID, chapter.Tried{Outcome: models.Adapted, Line: "With stones."})
	if err != nil {
		t.Fatal(err)
	}
	var here *models.Post
	Eventually(t, func() string {
		here, err = alpha.Store.PostByURI(t.Context(), report.URI)
		if err != nil || here.Talk == nil || here.Talk.Outcome != models.Adapted || !strings.Contains(here.HTML, "adapted it. With stones.") {
			return fmt.Sprintf("alpha has %+v (%v)", here, err)
		}
		return ""
	})
	if r, err := alpha.Store.Report(t.Context(), here.ID); err != nil || r.NoteID != note.ID || !r.CountsAt.After(alpha.Store.Now()) {
		t.Errorf("report %+v, %v", r, err)
	}
	if status, doc := Get(t, note.URI+"/tried", nil); status != 200 || doc["totalItems"] != 0.0 {
		t.Errorf("before the time for objections is over: %d, %v", status, doc)
	}
	carla := alpha.Member(t, "carla")
	mine, err := alpha.Chapter.Tried(t.Context(), carla, note.ID, chapter.Tried{Outcome: models.Helped})
	if err != nil {
		t.Fatal(err)
	}
	status, doc := Get(t, note.URI+"/tried?page=true", nil)
	if items, _ := doc["orderedItems"].([]any); status != 200 || len(items) != 1 || items[0] != mine.URI {
		t.Errorf("reports that count: %d, %v", status, doc)
	}
}

// A question closes on all servers, in words that any software shows.
func TestAnswerAcceptedElsewhere(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	q, err := alpha.Chapter.Publish(t.Context(), ana, chapter.Draft{Source: "What do you do?", Visibility: models.Public, Talk: models.Talk{Question: true}})
	if err != nil {
		t.Fatal(err)
	}
	var there, here *models.Post
	Eventually(t, func() string {
		if there, err = beta.Store.PostByURI(t.Context(), q.URI); err != nil || there.Talk == nil || !there.Talk.Question {
			return fmt.Sprintf("beta has %+v (%v)", there, err)
		}
		return ""
	})
	answer, err := beta.Chapter.Publish(t.Context(), bob, chapter.Draft{Source: "Wait.", Visibility: models.Public, InReplyTo: there.ID})
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if here, err = alpha.Store.PostByURI(t.Context(), answer.URI); err != nil {
			return err.Error()
		}
		return ""
	})
	if _, err := alpha.Chapter.AcceptAnswer(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, q.ID, here.ID); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		there, err = beta.Store.PostByURI(t.Context(), q.URI)
		if err != nil || there.Talk == nil || there.Talk.AnswerURI != answer.URI || !strings.Contains(there.HTML, "Answered by") {
			return fmt.Sprintf("beta has %+v, %+v (%v)", there, there.Talk, err)
		}
		return ""
	})
}
