package mastodon_test

import (
	"strings"
	"testing"

	"atelier/models/store/storetest"
)

func TestCollections(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ben.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true").want(200)
		w.gus.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=false").want(200)
		made := w.ana.json("POST", "/api/v1/collections", `{"name":" Facilitators ","description":"They ask well.","tag_name":"Asking","language":"en","account_ids":["`+w.ben.id()+`"]}`).want(200)
		id := made.str("collection.id")
		made.is("collection.name", "Facilitators").is("collection.item_count", 1).is("collection.tag.name", "Asking").is("collection.language", "en").
			is("collection.items.0.account_id", w.ben.id()).is("collection.items.0.state", "accepted").is("collection.discoverable", true).is("collection.account_id", w.ana.id())
		item := made.str("collection.items.0.id")
		w.nobody.get("/api/v1/collections/%s", id).is("collection.id", id).is("accounts.0.id", w.ana.id()).is("accounts.1.id", w.ben.id())
		w.nobody.get("/api/v1/accounts/%s/collections", w.ana.id()).is("collections.0.id", id)
		w.ben.get("/api/v1/accounts/%s/in_collections", w.ben.id()).is("collections.0.id", id)
		w.ana.ask("GET", "/api/v1/accounts/"+w.ben.id()+"/in_collections", "", "").want(403)
		w.ben.get("/api/v1/notifications").is("0.type", "added_to_collection").is("0.collection.id", id).is("0.account.id", w.ana.id())

		w.ana.form("PATCH", "/api/v1/collections/"+id, "description=They listen.", "discoverable=false", "tag_name=").want(200).
			is("collection.description", "They listen.").is("collection.name", "Facilitators").is("collection.tag", nil)
		w.ben.get("/api/v2/notifications").is("notification_groups.0.type", "collection_update").is("notification_groups.0.collection.id", id)
		w.nobody.get("/api/v1/accounts/%s/collections", w.ana.id()).is("collections", []any{})
		w.ana.get("/api/v1/accounts/%s/collections", w.ana.id()).is("collections.0.id", id)

		w.ana.form("POST", "/api/v1/collections/"+id+"/items", "account_id="+w.gus.id()).want(403) // does not want to be found
		w.ana.form("POST", "/api/v1/collections/"+id+"/items", "account_id="+w.ben.id()).want(422)
		w.ana.form("POST", "/api/v1/collections/"+id+"/items", "account_id=12").want(404)
		w.ana.form("POST", "/api/v1/collections/"+id+"/items", "account_id="+storetest.Account(t, w.Store, "far@away.example").ID.String()).want(403)
		own := w.ana.post("/api/v1/collections/"+id+"/items", "account_id="+w.ana.id()).str("collection_item.id")
		w.ben.form("POST", "/api/v1/collections/"+id+"/items", "account_id="+w.ben.id()).want(403)
		w.ben.form("DELETE", "/api/v1/collections/"+id).want(403)
		w.ben.form("DELETE", "/api/v1/collections/"+id+"/items/"+own).want(403)
		w.ben.form("POST", "/api/v1/collections/"+id+"/items/"+own+"/revoke").want(403)
		w.ana.form("DELETE", "/api/v1/collections/"+id+"/items/"+own).want(200)

		w.ben.post("/api/v1/collections/" + id + "/items/" + item + "/revoke")
		w.nobody.get("/api/v1/collections/%s", id).is("collection.item_count", 0).is("collection.items", []any{})
		w.ana.get("/api/v1/collections/%s", id).is("collection.items.0.state", "revoked")
		w.ana.form("DELETE", "/api/v1/collections/"+id+"/items/"+item).want(200)
		w.ana.form("POST", "/api/v1/collections/"+id+"/items", "account_id="+w.ben.id()).want(422) // ben took himself out
		w.ana.post("/api/v1/accounts/" + w.ben.id() + "/block")
		w.ben.ask("GET", "/api/v1/collections/"+id, "", "").want(404)
		w.ana.form("DELETE", "/api/v1/collections/"+id).want(200)
		w.ana.ask("GET", "/api/v1/collections/"+id, "", "").want(404)
		w.ben.get("/api/v1/notifications?types[]=collection_update").list()
	})
}

func TestCollectionsThatAreRefused(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.nobody.form("POST", "/api/v1/collections", "name=x").want(401)
	w.client(w.ana.account, "read").form("POST", "/api/v1/collections", "name=x").want(403)
	for _, fields := range [][]string{{}, {"name= "}, {"name=" + strings.Repeat("x", 41)}, {"name=x", "description=" + strings.Repeat("x", 101)}, {"name=x", "language=nonsense"}} {
		w.ana.form("POST", "/api/v1/collections", fields...).want(422)
	}
	w.ana.form("POST", "/api/v1/collections", "name= ").want(422).is("error.details.name.0.error", "ERR_BLANK")
	for range 10 {
		w.ana.post("/api/v1/collections", "name=x")
	}
	w.ana.form("POST", "/api/v1/collections", "name=x").want(422)
	page := w.ana.get("/api/v1/accounts/%s/collections?limit=4&offset=4", w.ana.id())
	if links := page.links(); !strings.Contains(links["next"], "offset=8") || !strings.Contains(links["prev"], "offset=0") {
		t.Errorf("links: %v", links)
	}
}
