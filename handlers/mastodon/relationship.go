package mastodon

import (
	"context"
	"net/http"

	"atelier/models"
	"atelier/models/store"
)

// relationshipEntity is all that is between the member and somebody (Mastodon
// Relationship).
type relationshipEntity struct {
	ID                  string   `json:"id"`
	Following           bool     `json:"following"`
	ShowingReblogs      bool     `json:"showing_reblogs"`
	Notifying           bool     `json:"notifying"`
	Languages           []string `json:"languages"` // null: all
	FollowedBy          bool     `json:"followed_by"`
	Blocking            bool     `json:"blocking"`
	BlockedBy           bool     `json:"blocked_by"`
	Muting              bool     `json:"muting"`
	MutingNotifications bool     `json:"muting_notifications"`
	MutingExpiresAt     moment   `json:"muting_expires_at"`
	Requested           bool     `json:"requested"`
	RequestedBy         bool     `json:"requested_by"`
	DomainBlocking      bool     `json:"domain_blocking"`
	Endorsed            bool     `json:"endorsed"`
	Note                string   `json:"note"`
}

func relationship(r models.Relation) relationshipEntity {
	return relationshipEntity{
		ID: r.AccountID.String(), Following: r.Following, ShowingReblogs: (r.Following || r.Requested) && r.ShowBoosts, Notifying: r.Notify,
		Languages: r.Languages, FollowedBy: r.FollowedBy, Blocking: r.Blocking, BlockedBy: r.BlockedBy, Muting: r.Muting,
		MutingNotifications: r.MutingNotes, MutingExpiresAt: moment(r.MuteExpiresAt), Requested: r.Requested, RequestedBy: r.RequestedBy,
		DomainBlocking: r.DomainBlocked, Endorsed: r.Endorsed, Note: r.Note,
	}
}

// relation answers with what is now between me and the account with id.
func (a *API) relation(w http.ResponseWriter, ctx context.Context, me *models.Account, id models.ID) error {
	found, err := a.Store.Relations(ctx, models.Viewer{AccountID: me.ID}, []models.ID{id})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return store.ErrNotFound
	}
	endorsed, err := a.Store.EndorsedAmong(ctx, me.ID, []models.ID{id})
	if err != nil {
		return err
	}
	found[0].Endorsed = endorsed[id]
	return reply(w, relationship(found[0]))
}

// getRelationships serves GET /api/v1/accounts/relationships: of those ids
// that are known.
func (a *API) getRelationships(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:follows")
	if err != nil {
		return err
	}
	ids, err := a.ids(w, r, 200)
	if err != nil {
		return err
	}
	found, err := a.Store.Relations(r.Context(), v, ids)
	if err != nil {
		return err
	}
	endorsed, err := a.Store.EndorsedAmong(r.Context(), v.AccountID, ids)
	if err != nil {
		return err
	}
	out := make([]relationshipEntity, len(found))
	for i, rel := range found {
		rel.Endorsed = endorsed[rel.AccountID]
		out[i] = relationship(rel)
	}
	return reply(w, out)
}
