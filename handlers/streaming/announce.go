package streaming

import (
	"context"
	"encoding/json"

	"atelier/models"
)

// toMembers tells all who listen to their own stream.
func (s *Streams) toMembers(m *message) {
	for _, x := range s.onKind(user) {
		x.push(m, x.label)
	}
}

// announce tells an announcement, without anybody's own part.
func (s *Streams) announce(ctx context.Context, id models.ID) error {
	if !s.anybody(user) {
		return nil
	}
	payload, err := s.Announcement(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return nil // taken away again
	}
	if err != nil {
		return err
	}
	s.toMembers(newMessage("announcement", payload))
	return nil
}

// reacted tells how often an announcement has a reaction now.
func (s *Streams) reacted(e models.Event) error {
	var r models.AnnouncementReacted
	if err := json.Unmarshal(e.Data, &r); err != nil {
		return err
	}
	payload, err := json.Marshal(struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
		ID    string `json:"announcement_id"`
	}{r.Name, r.Count, r.ID.String()})
	if err != nil {
		return err
	}
	s.toMembers(newMessage("announcement.reaction", payload))
	return nil
}
