package mastodon

import (
	"context"

	"atelier/models"
)

// warningEntity is a measure as its person sees it (Mastodon AccountWarning).
type warningEntity struct {
	ID        string        `json:"id"`
	Action    string        `json:"action"`
	Text      string        `json:"text"`
	StatusIDs []string      `json:"status_ids"`
	Target    rendered      `json:"target_account"`
	Appeal    *appealEntity `json:"appeal"`
	CreatedAt moment        `json:"created_at"`
}

type appealEntity struct {
	Text  string `json:"text"`
	State string `json:"state"`
}

// warningActions are Mastodon's names of measures.
var warningActions = map[models.MeasureKind]string{
	models.MeasureWord: "none", models.MeasureHide: "delete_statuses", models.MeasureRemove: "delete_statuses", models.MeasureMark: "mark_statuses_as_sensitive",
	models.MeasureSensitive: "sensitive", models.MeasureDisable: "disable", models.MeasureLimit: "silence", models.MeasureSuspend: "suspend",
}

func warning(m *models.Measure, target rendered) warningEntity {
	e := warningEntity{ID: m.ID.String(), Action: warningActions[m.Kind], Text: m.Letter, StatusIDs: idTexts(m.PostIDs), Target: target, CreatedAt: moment(m.CreatedAt)}
	if state := m.AppealState(); state != models.NoAppeal {
		e.Appeal = &appealEntity{m.Appeal, string(state)}
	}
	return e
}

// loadMeasures gets the measures with ids, beside the reports: their ids are
// of one kind.
func (x *notices) loadMeasures(ctx context.Context, ids []models.ID) error {
	found, err := x.render.Store.MeasuresByID(ctx, ids)
	if err != nil {
		return err
	}
	for id, m := range found {
		target, err := x.render.Account(ctx, m.TargetID)
		if err != nil {
			return err
		}
		x.reports[id] = encode(warning(m, target))
	}
	return nil
}

// appendCase appends the report, the measure or the collection that a notification is about.
func (x *notices) appendCase(b []byte, n *models.Notification) []byte {
	switch {
	case n.ReportID == 0:
		return b
	case n.Type == models.NotifyMeasure:
		b = append(b, `,"moderation_warning":`...)
	case n.Type == models.NotifyCollected, n.Type == models.NotifyCollection:
		b = append(b, `,"collection":`...)
	default:
		b = append(b, `,"report":`...)
	}
	return append(b, x.reports[n.ReportID]...)
}
