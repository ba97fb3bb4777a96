package mastodon

import (
	"cmp"
	"context"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// maxFigureDays is how many days of figures are counted at once.
const maxFigureDays = 366

// measureEntity is a number over time (Mastodon Admin::Measure). Numbers are
// texts.
type measureEntity struct {
	Key           string       `json:"key"`
	Unit          nullable     `json:"unit"`
	Total         string       `json:"total"`
	HumanValue    *string      `json:"human_value,omitempty"`
	PreviousTotal *string      `json:"previous_total,omitempty"`
	Data          []measureDay `json:"data"`
}

type measureDay struct {
	Date  moment `json:"date"`
	Value string `json:"value"`
}

// figureForm is what measures and dimensions are asked with: for some keys, of
// what.
type figureForm struct {
	Keys    []string  `param:"keys"`
	StartAt time.Time `param:"start_at"`
	EndAt   time.Time `param:"end_at"`
	Limit   int64     `param:"limit"`

	TagAccounts struct {
		ID models.ID `param:"id"`
	} `param:"tag_accounts"`
	TagUses struct {
		ID models.ID `param:"id"`
	} `param:"tag_uses"`
	TagServers struct {
		ID models.ID `param:"id"`
	} `param:"tag_servers"`
	TagLanguages struct {
		ID models.ID `param:"id"`
	} `param:"tag_languages"`
	InstanceAccounts  domainParam `param:"instance_accounts"`
	InstanceMedia     domainParam `param:"instance_media_attachments"`
	InstanceReports   domainParam `param:"instance_reports"`
	InstanceStatuses  domainParam `param:"instance_statuses"`
	InstanceFollows   domainParam `param:"instance_follows"`
	InstanceFollowers domainParam `param:"instance_followers"`
	InstanceLanguages domainParam `param:"instance_languages"`
}

type domainParam struct {
	Domain string `param:"domain"`
}

// of is what a key is of: a tag's id, a domain, or nothing.
func (f *figureForm) of(key string) any {
	switch key {
	case "tag_accounts":
		return int64(f.TagAccounts.ID)
	case "tag_uses":
		return int64(f.TagUses.ID)
	case "tag_servers":
		return int64(f.TagServers.ID)
	case "tag_languages":
		return int64(f.TagLanguages.ID)
	case "instance_accounts":
		return f.InstanceAccounts.Domain
	case "instance_media_attachments":
		return f.InstanceMedia.Domain
	case "instance_reports":
		return f.InstanceReports.Domain
	case "instance_statuses":
		return f.InstanceStatuses.Domain
	case "instance_follows":
		return f.InstanceFollows.Domain
	case "instance_followers":
		return f.InstanceFollowers.Domain
	case "instance_languages":
		return f.InstanceLanguages.Domain
	}
	return nil
}

// span is the days that are asked for, whole ones; without an end until today.
func (f *figureForm) span(now time.Time) (store.Span, error) {
	if f.EndAt.IsZero() {
		f.EndAt = now
	}
	if f.StartAt.IsZero() {
		f.StartAt = f.EndAt.AddDate(0, 0, -30)
	}
	s := store.Span{Since: f.StartAt.UTC().Truncate(24 * time.Hour), Until: f.EndAt.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)}
	if !s.Since.Before(s.Until) || s.Until.Sub(s.Since) > maxFigureDays*24*time.Hour {
		return s, models.Errorf(models.Invalid, "The days must be in order, and %d at most.", maxFigureDays)
	}
	return s, nil
}

// figures reads the form of a request for figures, for stewards.
func (a *API) figures(w http.ResponseWriter, r *http.Request) (f figureForm, s store.Span, err error) {
	if _, _, err = a.steward(r, "admin:read"); err != nil {
		return f, s, err
	}
	if err = a.decode(w, r, &f); err != nil {
		return f, s, err
	}
	s, err = f.span(a.Store.Now())
	return f, s, err
}

// adminMeasures serves POST /api/v1/admin/measures. Keys that are not known
// are left out.
func (a *API) adminMeasures(w http.ResponseWriter, r *http.Request) error {
	f, span, err := a.figures(w, r)
	if err != nil {
		return err
	}
	out := []measureEntity{}
	for _, key := range f.Keys {
		m, err := a.measure(r.Context(), key, f.of(key), span)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	return reply(w, out)
}

func (a *API) measure(ctx context.Context, key string, of any, span store.Span) (measureEntity, error) {
	m := measureEntity{Key: key, Data: []measureDay{}}
	count, whole := func(s store.Span) (int, error) { return a.Store.Measured(ctx, store.Figure(key), of, s) }, false
	if key == "active_users" {
		active, err := a.Store.ActiveDays(ctx, store.Span{Since: before(span).Since, Until: span.Until})
		if err != nil {
			return m, err
		}
		count = func(s store.Span) (int, error) { return countActive(active, s), nil }
	}
	switch store.Figure(key) {
	case store.DomainAccounts, store.DomainPosts, store.DomainReports, store.DomainFollows, store.DomainFollowers, store.DomainMedia:
		whole = true // what there is of a domain, not what came lately
	}
	if store.Figure(key) == store.DomainMedia {
		m.Unit = "bytes"
	}
	for day := span.Since; day.Before(span.Until); day = day.AddDate(0, 0, 1) {
		n, err := count(store.Span{Since: day, Until: day.AddDate(0, 0, 1)})
		if err != nil {
			return m, err
		}
		m.Data = append(m.Data, measureDay{moment(day), strconv.Itoa(n)})
	}
	total := span
	if whole {
		total.Since = time.UnixMilli(0)
	}
	n, err := count(total)
	if err != nil {
		return m, err
	}
	m.Total = strconv.Itoa(n)
	if whole {
		return m, nil
	}
	n, err = count(before(span))
	was := strconv.Itoa(n)
	m.PreviousTotal = &was
	return m, err
}

// before is the span of the same length that ends where s begins.
func before(s store.Span) store.Span {
	return store.Span{Since: s.Since.Add(s.Since.Sub(s.Until)), Until: s.Since}
}

// countActive counts the members who were active in a span.
func countActive(active []store.Activity, s store.Span) int {
	seen := map[models.ID]bool{}
	for _, a := range active {
		if !a.Day.Before(s.Since) && a.Day.Before(s.Until) {
			seen[a.AccountID] = true
		}
	}
	return len(seen)
}

// dimensionEntity is a whole in its parts (Mastodon Admin::Dimension).
type dimensionEntity struct {
	Key  string          `json:"key"`
	Data []dimensionPart `json:"data"`
}

type dimensionPart struct {
	Key        string `json:"key"`
	HumanKey   string `json:"human_key"`
	Value      string `json:"value"`
	Unit       string `json:"unit,omitempty"`
	HumanValue string `json:"human_value,omitempty"`
}

// adminDimensions serves POST /api/v1/admin/dimensions. Keys that are not
// known are left out.
func (a *API) adminDimensions(w http.ResponseWriter, r *http.Request) error {
	f, span, err := a.figures(w, r)
	if err != nil {
		return err
	}
	limit := 10
	if f.Limit > 0 {
		limit = int(min(f.Limit, 100))
	}
	out := []dimensionEntity{}
	for _, key := range f.Keys {
		parts, err := a.dimension(r.Context(), key, f.of(key), span, limit)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		out = append(out, dimensionEntity{key, parts})
	}
	return reply(w, out)
}

func (a *API) dimension(ctx context.Context, key string, of any, span store.Span, limit int) ([]dimensionPart, error) {
	switch key {
	case "software_versions":
		name, version, err := a.Store.Engine(ctx)
		return []dimensionPart{{Key: "atelier", HumanKey: "Atelier", Value: a.Version, HumanValue: a.Version},
			{Key: "go", HumanKey: "Go", Value: runtime.Version(), HumanValue: runtime.Version()},
			{Key: "database", HumanKey: name, Value: version, HumanValue: version}}, err
	case "space_usage":
		files, database, err := a.Store.Space(ctx)
		return []dimensionPart{bytesOf("media", "Files", files), bytesOf("database", "Database", database)}, err
	}
	shares, err := a.Store.Divided(ctx, store.Division(key), of, span, limit)
	if err != nil {
		return nil, err
	}
	out := []dimensionPart{}
	for _, s := range shares {
		p := dimensionPart{Key: s.Key, HumanKey: s.Label, Value: strconv.FormatInt(s.Value, 10)}
		switch {
		case p.HumanKey != "":
		case key == string(store.ByServer) || key == string(store.TagByServer):
			p.Key, p.HumanKey = a.URLs.Domain, a.URLs.Domain
		default:
			p.Key, p.HumanKey = "und", "not said"
		}
		out = append(out, p)
	}
	return out, nil
}

func bytesOf(key, name string, n int64) dimensionPart {
	return dimensionPart{Key: key, HumanKey: name, Value: strconv.FormatInt(n, 10), Unit: "bytes", HumanValue: strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"}
}

// cohortEntity says how many of those who joined in one period were active in
// later ones (Mastodon Admin::Cohort).
type cohortEntity struct {
	Period    moment      `json:"period"`
	Frequency string      `json:"frequency"`
	Data      []cohortDay `json:"data"`
}

type cohortDay struct {
	Date  moment  `json:"date"`
	Rate  float64 `json:"rate"`
	Value string  `json:"value"`
}

// adminRetention serves POST /api/v1/admin/retention.
func (a *API) adminRetention(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read"); err != nil {
		return err
	}
	var form struct {
		figureForm
		Frequency string `param:"frequency"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	if form.Frequency = cmp.Or(form.Frequency, "day"); form.Frequency != "day" && form.Frequency != "month" {
		return models.Errorf(models.Invalid, "Validation failed: Frequency is not included in the list")
	}
	span, err := form.span(a.Store.Now())
	if err != nil {
		return err
	}
	joined, err := a.Store.Joined(r.Context(), span)
	if err != nil {
		return err
	}
	active, err := a.Store.ActiveDays(r.Context(), span)
	if err != nil {
		return err
	}
	return reply(w, cohorts(joined, active, span, form.Frequency == "month"))
}

// cohorts works out who of each period was active in it and in those after.
func cohorts(joined, active []store.Activity, span store.Span, months bool) []cohortEntity {
	frequency := "day"
	start := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	if months {
		frequency = "month"
		start = func(t time.Time) time.Time {
			return time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
		}
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	}
	cohort, here := grouped(joined, start), grouped(active, start)
	out := []cohortEntity{}
	for period := start(span.Since); period.Before(span.Until); period = next(period) {
		members := cohort[period]
		c := cohortEntity{Period: moment(period), Frequency: frequency, Data: []cohortDay{}}
		for bucket := period; bucket.Before(span.Until); bucket = next(bucket) {
			n := 0
			for id := range members {
				if here[bucket][id] {
					n++
				}
			}
			d := cohortDay{Date: moment(bucket), Value: strconv.Itoa(n)}
			if len(members) > 0 {
				d.Rate = float64(n) / float64(len(members))
			}
			c.Data = append(c.Data, d)
		}
		out = append(out, c)
	}
	return out
}

// grouped puts members into the periods that their days are in.
func grouped(list []store.Activity, start func(time.Time) time.Time) map[time.Time]map[models.ID]bool {
	out := map[time.Time]map[models.ID]bool{}
	for _, a := range list {
		period := start(a.Day)
		if out[period] == nil {
			out[period] = map[models.ID]bool{}
		}
		out[period][a.AccountID] = true
	}
	return out
}
