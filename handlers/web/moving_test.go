package web_test

import (
	"testing"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestMoving(t *testing.T) {
	each(t, func(h *house) {
		h.Chapter.Find = known{h.Store}
		ana := h.member("Ana Lindqvarn")
		lena := storetest.Account(t, h.Store, "lena@books.example")
		b := h.as(ana)
		const page = "/settings/moving"

		b.shows(b.post(page, "do", "alias", "alias", ""), 422, "Type the address of your account elsewhere.")
		b.shows(b.post(page, "do", "alias", "alias", "nobody@books.example"), 422, "The account nobody@books.example cannot be found.")
		b.shows(b.post(page, "do", "alias", "alias", "@ana"), 422, "That is this very account.")
		b.shows(b.post(page, "do", "alias", "alias", "@lena@books.example"), 200, "The address is one of yours now", "@lena@books.example", "No longer mine")
		b.shows(b.post(page, "do", "dance"), 400)

		b.shows(b.post(page, "do", "move", "target", "", "password", ""), 422, "Type the address of the account that you go to.", "Type your password")
		b.shows(b.post(page, "do", "move", "target", "@lena@books.example", "password", "wrong"), 422, "That is not your password.")
		b.shows(b.post(page, "do", "move", "target", "@lena@books.example", "password", password), 422, "That account does not name this one as an alias yet.")
		lena.AlsoKnownAs = []string{ana.URI}
		storetest.Write(t, h.Store, func(tx *store.Tx) error { _, err := tx.SetAccount(t.Context(), lena); return err })
		b.shows(b.post(page, "do", "move", "target", "@lena@books.example", "password", password), 200, "Your followers are being sent on.", "You moved to", "Come back")
		maren := h.as(h.Maren)
		maren.shows(maren.post("/people/ana", "do", "follow"), 403)
		b.shows(b.post(page, "do", "unmove"), 200, "You are back here.", "Send my followers there")
		maren.shows(maren.post("/people/ana", "do", "follow"), 200, "You follow them now.")

		p := b.post(page, "do", "unalias", "uri", lena.URI)
		b.shows(p, 200, "The address is no longer one of yours.")
		b.hides(p, "No longer mine")
	})
}

func TestLeaving(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		b.shows(b.post("/settings/leave", "password", ""), 422, "Type your password")
		b.shows(b.post("/settings/leave", "password", "wrong"), 422, "That is not your password.")
		maren := h.as(h.Maren)
		maren.shows(maren.post("/settings/leave", "password", password), 422, "A chapter needs a president")
		b.shows(b.post("/settings/leave", "password", password), 200, "Your membership is ended", "Sign in")
		b.shows(b.get("/settings"), 200, "E-mail or handle") // signed out
		b.shows(b.get("/people/ana"), 404)
		if _, err := h.Store.Member(t.Context(), ana.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("the membership is still there: %v", err)
		}
	})
}
