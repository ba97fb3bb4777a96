package mastodon

import (
	"maps"
	"net/http"
	"slices"

	"atelier/models/store"
)

// markerEntity is how far a timeline was read (Mastodon Marker).
type markerEntity struct {
	LastReadID string `json:"last_read_id"`
	Version    int    `json:"version"`
	UpdatedAt  moment `json:"updated_at"`
}

func markers(list []store.Marker) map[string]markerEntity {
	out := map[string]markerEntity{}
	for _, m := range list {
		out[m.Timeline] = markerEntity{m.LastRead, m.Version, moment(m.UpdatedAt)}
	}
	return out
}

// markable are the timelines that have markers.
var markable = []string{"home", "notifications"}

// getMarkers serves GET /api/v1/markers: of the timelines named, none without.
func (a *API) getMarkers(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	var form struct {
		Timelines []string `param:"timeline"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	list, err := a.Store.Markers(r.Context(), me.ID, form.Timelines)
	if err != nil {
		return err
	}
	return reply(w, markers(list))
}

// setMarkers serves POST /api/v1/markers: it answers those that were written.
func (a *API) setMarkers(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form struct {
		Home          *markerForm `param:"home"`
		Notifications *markerForm `param:"notifications"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	wanted := map[string]string{}
	for i, m := range []*markerForm{form.Home, form.Notifications} {
		if m != nil && m.LastRead != "" {
			wanted[markable[i]] = m.LastRead
		}
	}
	for timeline, last := range wanted {
		if err := a.Chapter.SetMarker(r.Context(), me, timeline, last); err != nil {
			return err
		}
	}
	list, err := a.Store.Markers(r.Context(), me.ID, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	return reply(w, markers(list))
}

type markerForm struct {
	LastRead string `param:"last_read_id"`
}
