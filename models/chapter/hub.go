package chapter

import (
	"sync"

	"atelier/models"
)

// Hub passes on what happened, on this node or another, to whoever listens.
type Hub struct {
	mu   sync.RWMutex
	next int
	ears map[int]func([]models.Event)
}

func newHub() *Hub { return &Hub{ears: map[int]func([]models.Event){}} }

// Subscribe has hear called with all events from now on, until cancel is
// called. hear must not block.
func (h *Hub) Subscribe(hear func([]models.Event)) (cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.next
	h.next++
	h.ears[id] = hear
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.ears, id)
	}
}

func (h *Hub) tell(events []models.Event) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, hear := range h.ears {
		hear(events)
	}
}
