package mastodon

import (
	"net/http"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

// statuses answers with a page of statuses and its neighbours' addresses.
func (a *API) statuses(w http.ResponseWriter, r *http.Request, v models.Viewer, p paging, refs []store.Ref) error {
	if len(refs) > 0 {
		a.link(w, r, p, refs[len(refs)-1].ID, refs[0].ID, minID)
	}
	return a.statusList(w, r, v, refs)
}

// statusList answers with statuses.
func (a *API) statusList(w http.ResponseWriter, r *http.Request, v models.Viewer, refs []store.Ref) error {
	s, err := a.Render.sheet(r.Context(), v, refs)
	if err != nil {
		return err
	}
	return answer(w, func(b []byte) []byte { return s.list(b, refs) })
}

// homeTimeline serves GET /api/v1/timelines/home.
func (a *API) homeTimeline(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	refs, err := a.Store.HomeRefs(r.Context(), v, p.Page)
	if err != nil {
		return err
	}
	return a.statuses(w, r, v, p, refs)
}

// publicTimeline serves GET /api/v1/timelines/public.
func (a *API) publicTimeline(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	refs, err := a.Store.PublicRefs(r.Context(), v, publicFilter(p), p.Page)
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.statuses(w, r, v, p, refs)
}

func publicFilter(p paging) store.PublicFilter {
	return store.PublicFilter{Local: truth(p.query.Get("local")), Remote: truth(p.query.Get("remote")), OnlyMedia: truth(p.query.Get("only_media"))}
}

// tagTimeline serves GET /api/v1/timelines/tag/{hashtag}. An unknown tag is
// empty.
func (a *API) tagTimeline(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	f := store.TagFilter{
		Any:          append(p.query["any[]"], mux.Vars(r)["hashtag"]),
		All:          p.query["all[]"],
		None:         p.query["none[]"],
		PublicFilter: publicFilter(p),
	}
	refs, err := a.Store.TaggedRefs(r.Context(), v, f, p.Page)
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.statuses(w, r, v, p, refs)
}

// linkTimeline serves GET /api/v1/timelines/link: public posts with a card of
// one link.
func (a *API) linkTimeline(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	link := p.query.Get("url")
	if link == "" {
		return models.Errorf(models.Malformed, "param is missing or the value is empty: url")
	}
	refs, err := a.Store.LinkRefs(r.Context(), v, link, p.Page)
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.statuses(w, r, v, p, refs)
}
