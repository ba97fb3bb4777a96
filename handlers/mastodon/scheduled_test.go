package mastodon_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestScheduled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		at := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
		media := w.ana.upload("POST", "/api/v2/media", "file@"+picture(t)).want(200).str("id")
		a := w.ana.json("POST", "/api/v1/statuses", `{"status":"later","visibility":"unlisted","media_ids":["`+media+`"],"scheduled_at":"`+at.Format(time.RFC3339)+`"}`).want(200)
		id := a.str("id")
		a.is("scheduled_at", at.Format("2006-01-02T15:04:05.000Z")).is("params.text", "later").is("params.visibility", "unlisted").is("params.media_ids", []any{media}).
			is("media_attachments.0.id", media).lacks("content")
		w.ana.get("/api/v1/scheduled_statuses").list(id)
		w.ana.get("/api/v1/scheduled_statuses/%s", id).is("params.text", "later")
		w.ben.ask("GET", "/api/v1/scheduled_statuses/"+id, "", "").want(404)
		w.ben.form("PUT", "/api/v1/scheduled_statuses/"+id, "scheduled_at="+at.Format(time.RFC3339)).want(404)
		w.ana.form("POST", "/api/v1/statuses", "status=soon", "scheduled_at="+time.Now().Add(time.Minute).UTC().Format(time.RFC3339)).want(422)
		w.ana.form("POST", "/api/v1/statuses", "status=", "scheduled_at="+at.Format(time.RFC3339)).want(422) // refused now, not then
		w.ana.form("POST", "/api/v1/statuses", "status=x", "scheduled_at=whenever").want(422)
		w.ana.post("/api/v1/statuses", "status=passed", "scheduled_at=2001-01-01T00:00:00Z").is("content", "<p>passed</p>")
		w.ana.form("PUT", "/api/v1/scheduled_statuses/"+id, "scheduled_at="+at.Add(time.Hour).Format(time.RFC3339)).want(200).is("scheduled_at", at.Add(time.Hour).Format("2006-01-02T15:04:05.000Z"))
		w.ana.form("PUT", "/api/v1/scheduled_statuses/"+id).want(422)
		chaptertest.DoJobs(t, w.Chapter)
		w.ana.get("/api/v1/scheduled_statuses").list(id) // not yet

		// Its moment comes, twice over: a job may run again.
		for range 2 {
			storetest.Write(t, w.Store, func(tx *store.Tx) error { return tx.PostponeJobByKey(t.Context(), "scheduled", id, time.Now()) })
			chaptertest.DoJobs(t, w.Chapter)
		}
		w.ana.get("/api/v1/scheduled_statuses").list()
		w.ana.get("/api/v1/accounts/%s/statuses?limit=2", w.ana.id()).is("0.content", "<p>later</p>").is("0.media_attachments.0.id", media).is("1.content", "<p>passed</p>")

		other := w.ana.post("/api/v1/statuses", "status=never", "scheduled_at="+at.Format(time.RFC3339)).str("id")
		w.ana.form("DELETE", "/api/v1/scheduled_statuses/"+other).want(200)
		w.ana.form("DELETE", "/api/v1/scheduled_statuses/"+other).want(404)
	})
}

// picture makes a PNG of 60x40 and returns its path.
func picture(t testing.TB) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for x := range 60 {
		for y := range 40 {
			img.Set(x, y, color.RGBA{uint8(4 * x), uint8(6 * y), 120, 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMedia(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.upload("POST", "/api/v2/media", "file@"+picture(t), "description=colours", "focus=0.5,-0.25").want(200)
		id := a.str("id")
		a.is("type", "image").is("description", "colours").is("meta.original.width", 60).is("meta.original.size", "60x40").is("meta.original.aspect", 1.5).is("meta.focus.x", 0.5).is("meta.focus.y", -0.25)
		if a.str("blurhash") == "" || a.str("url") == "" || a.str("preview_url") == "" {
			t.Errorf("incomplete: %s", a)
		}
		w.ana.get("/api/v1/media/%s", id).is("id", id)
		w.ben.ask("GET", "/api/v1/media/"+id, "", "").want(404)
		w.ana.upload("PUT", "/api/v1/media/"+id, "description=other").want(200).is("description", "other").is("meta.focus.x", 0.5)
		w.ana.form("PUT", "/api/v1/media/"+id, "focus=2,0").want(422)
		w.ana.form("PUT", "/api/v1/media/"+id, "focus=left").want(422)

		s := w.ana.post("/api/v1/statuses", "media_ids[]="+id, "status=")
		s.is("media_attachments.0.id", id).is("media_attachments.0.description", "other")
		w.nobody.get("/api/v1/accounts/%s/statuses?only_media=true", w.ana.id()).list(s.str("id"))
		w.ana.ask("GET", "/api/v1/media/"+id, "", "").want(404) // no longer loose
		w.ana.form("POST", "/api/v1/statuses", "status=again", "media_ids[]="+id).want(422)
		w.ben.form("POST", "/api/v1/statuses", "status=stolen", "media_ids[]="+id).want(422)
		w.ana.form("DELETE", "/api/v1/media/"+id).want(422)
		w.ana.json("PUT", "/api/v1/statuses/"+s.str("id"), `{"status":"new","media_ids":["`+id+`"],"media_attributes":[{"id":"`+id+`","description":"third","focus":"0,0"}]}`).want(200).
			is("media_attachments.0.description", "third")
		w.ana.json("PUT", "/api/v1/statuses/"+s.str("id"), `{"status":"","media_ids":["`+id+`"],"media_attributes":[{"id":"`+id+`","description":"fourth"}]}`).want(200).
			is("content", "").is("media_attachments.0.description", "fourth")
		w.ana.json("PUT", "/api/v1/statuses/"+s.str("id"), `{"status":"","media_ids":[]}`).want(422)
		w.ana.form("DELETE", "/api/v1/statuses/"+s.str("id")).want(200).is("media_attachments.0.id", id)
		redrafted := w.ana.post("/api/v1/statuses", "status=redrafted", "media_ids[]="+id)
		redrafted.is("media_attachments.0.id", id)
		// A form cannot say an empty list: files that are not named are taken out.
		w.ana.form("PUT", "/api/v1/statuses/"+redrafted.str("id"), "status=without").want(200).lacks("media_attachments.0")

		loose := w.ana.upload("POST", "/api/v1/media", "file@"+picture(t)).want(200).str("id")
		w.ana.form("DELETE", "/api/v1/media/"+loose).want(200)
		w.ana.ask("GET", "/api/v1/media/"+loose, "", "").want(404)
		garbage := filepath.Join(t.TempDir(), "garbage.png")
		os.WriteFile(garbage, []byte("this is no picture at all"), 0o600)
		w.ana.upload("POST", "/api/v2/media", "file@"+garbage).want(422)
		w.ana.upload("POST", "/api/v2/media", "file=text").want(422)
		w.ana.form("POST", "/api/v2/media").want(422)
		w.ana.ask("GET", "/api/v1/media/77", "", "").want(404)
	})
}

func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.upload("PATCH", "/api/v1/accounts/update_credentials", "avatar@"+picture(t), "header@"+picture(t), "avatar_description=me").want(200)
		if a.str("avatar") == "https://here.example/avatars/original/missing.png" || a.str("header") == "https://here.example/headers/original/missing.png" {
			t.Errorf("no pictures: %s", a)
		}
		a.is("avatar_description", "me")
		w.ana.json("PATCH", "/api/v1/profile", `{"header_description":"my garden"}`).want(200).is("header_description", "my garden").is("avatar_description", "me")
		w.ana.json("PATCH", "/api/v1/profile", `{"avatar":"data:image/png;base64,aGVsbG8="}`).want(422)
		w.ana.json("PATCH", "/api/v1/profile", `{"avatar":"https://elsewhere.example/x.png"}`).want(422)
		w.ana.form("DELETE", "/api/v1/profile/avatar").want(200).is("avatar", "https://here.example/avatars/original/missing.png")
		w.ana.form("DELETE", "/api/v1/profile/header").want(200).is("header_description", "")
	})
}
