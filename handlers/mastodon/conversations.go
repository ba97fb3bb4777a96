package mastodon

import (
	"context"
	"net/http"
	"strconv"

	"atelier/models"
	"atelier/models/store"
)

// Conversation returns one of v's conversations as JSON; store.ErrNotFound if
// it is not v's.
func (r *Render) Conversation(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	c, err := r.Store.Conversation(ctx, v.AccountID, id)
	if err != nil {
		return nil, err
	}
	list, err := r.conversations(ctx, v, []*models.Conversation{c})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, store.ErrNotFound
	}
	return list[0], nil
}

// conversations are conversations as JSON (Mastodon Conversation): who else is
// in them, and the last post.
func (r *Render) conversations(ctx context.Context, v models.Viewer, list []*models.Conversation) ([]rendered, error) {
	ids := make([]models.ID, len(list))
	for i, c := range list {
		ids[i] = c.LastPostID
	}
	posts, err := r.Store.Posts(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	refs, err := r.Store.RefsOf(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	byID, others, all := map[models.ID]*models.Post{}, map[models.ID][]models.ID{}, []models.ID{}
	for _, p := range posts {
		byID[p.ID] = p
		others[p.ID] = participants(p, v.AccountID)
		all = append(all, others[p.ID]...)
	}
	s, err := r.sheet(ctx, v, inOrder(ids, refs), all...)
	if err != nil {
		return nil, err
	}
	out := []rendered{}
	for _, c := range list {
		ref, ok := refs[c.LastPostID]
		if !ok || byID[c.LastPostID] == nil || !s.has(ref) {
			continue
		}
		b := append([]byte(`{"id":`), strconv.Quote(c.ID.String())...)
		b = appendFlag(b, `,"unread":`, c.Unread)
		var accounts []rendered
		for _, id := range others[c.LastPostID] {
			if a := s.accounts[id]; a != nil {
				accounts = append(accounts, a)
			}
		}
		b = appendArray(append(b, `,"accounts":`...), accounts)
		b = s.status(append(b, `,"last_status":`...), ref)
		out = append(out, append(b, '}'))
	}
	return out, nil
}

// participants are who else is in a conversation with me; me alone if nobody
// is.
func participants(p *models.Post, me models.ID) (ids []models.ID) {
	if p.AuthorID != me {
		ids = append(ids, p.AuthorID)
	}
	for _, m := range p.Mentions {
		if m.AccountID != 0 && m.AccountID != me {
			ids = appendNew(ids, m.AccountID)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, me)
	}
	return ids
}

// getConversations serves GET /api/v1/conversations; the cursor is the last
// post.
func (a *API) getConversations(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	found, err := a.Store.Conversations(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	list, err := a.Render.conversations(r.Context(), v, found)
	if err != nil {
		return err
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].LastPostID), found[0].LastPostID, minID)
	}
	return answer(w, func(b []byte) []byte { return appendArray(b, list) })
}

// readConversation serves POST /api/v1/conversations/{id}/read.
func (a *API) readConversation(w http.ResponseWriter, r *http.Request) error {
	return a.markConversation(w, r, false)
}

// unreadConversation serves POST /api/v1/conversations/{id}/unread.
func (a *API) unreadConversation(w http.ResponseWriter, r *http.Request) error {
	return a.markConversation(w, r, true)
}

func (a *API) markConversation(w http.ResponseWriter, r *http.Request, unread bool) error {
	me, v, err := a.user(r, "write:conversations")
	if err != nil {
		return err
	}
	if err := a.Chapter.ReadConversation(r.Context(), me, id(r, "id"), unread); err != nil {
		return err
	}
	body, err := a.Render.Conversation(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// deleteConversation serves DELETE /api/v1/conversations/{id}: it is off the
// list until something new is said.
func (a *API) deleteConversation(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:conversations")
	if err != nil {
		return err
	}
	if err := a.Chapter.DeleteConversation(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}
