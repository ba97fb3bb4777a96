package mastodon

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// A paging is the part of a list that a request asks for.
type paging struct {
	store.Page
	query url.Values
}

// pageOf reads max_id, since_id, min_id and limit. A limit above twice the
// usual one is cut, not refused.
func pageOf(r *http.Request, usual int) paging {
	q := r.URL.Query()
	return paging{store.Page{
		Max:   models.ParseID(q.Get("max_id")),
		Since: models.ParseID(q.Get("since_id")),
		Min:   models.ParseID(q.Get("min_id")),
		Limit: limitOf(q, usual, 2*usual),
	}, q}
}

func limitOf(q url.Values, usual, most int) int {
	n, err := strconv.Atoi(q.Get("limit"))
	if err != nil || n == 0 {
		return usual
	}
	if n < 0 {
		n = -n
	}
	return min(n, most)
}

// offsetOf reads the offset of lists that have no order of their own.
func offsetOf(q url.Values) int {
	n, err := strconv.Atoi(q.Get("offset"))
	if err != nil {
		return 0
	}
	return min(max(n, 0), 10_000)
}

// What the address of the newer page says: timelines and the like give the
// page directly above, lists of accounts the newest.
const (
	minID   = "min_id"
	sinceID = "since_id"
)

// link names the older and the newer page in the Link header: absolute, with
// the other arguments of the request, the older one first (old clients look
// only at the first). older is 0 when there is none.
func (a *API) link(w http.ResponseWriter, r *http.Request, p paging, older, newer models.ID, newerBy string) {
	var b strings.Builder
	if older != 0 {
		a.linkTo(&b, r, p.query, "max_id", older.String(), "next")
	}
	if newer != 0 {
		a.linkTo(&b, r, p.query, newerBy, newer.String(), "prev")
	}
	if b.Len() > 0 {
		w.Header().Set("Link", b.String())
	}
}

// linkOffset names the next and the previous page of a list that pages by
// offset; found is how many are on this one.
func (a *API) linkOffset(w http.ResponseWriter, r *http.Request, offset, limit, found int) {
	var b strings.Builder
	if found == limit {
		a.linkTo(&b, r, r.URL.Query(), "offset", strconv.Itoa(offset+limit), "next")
	}
	if offset > 0 {
		a.linkTo(&b, r, r.URL.Query(), "offset", strconv.Itoa(max(offset-limit, 0)), "prev")
	}
	if b.Len() > 0 {
		w.Header().Set("Link", b.String())
	}
}

func (a *API) linkTo(b *strings.Builder, r *http.Request, query url.Values, key, value, rel string) {
	if b.Len() > 0 {
		b.WriteString(", ")
	}
	b.WriteString("<")
	b.WriteString(a.URLs.Base())
	b.WriteString(r.URL.EscapedPath())
	b.WriteString("?")
	others := false
	for name := range query {
		others = others || !pagingParam(name)
	}
	if others {
		kept := url.Values{}
		for name, values := range query {
			if !pagingParam(name) {
				kept[name] = values
			}
		}
		b.WriteString(kept.Encode())
		b.WriteString("&")
	}
	b.WriteString(key)
	b.WriteString("=")
	b.WriteString(value)
	b.WriteString(`>; rel="`)
	b.WriteString(rel)
	b.WriteString(`"`)
}

// pagingParam says whether name is decided by the page. An access token in the
// query stays out of addresses that are passed on.
func pagingParam(name string) bool {
	switch name {
	case "max_id", "since_id", "min_id", "offset", "access_token":
		return true
	}
	return false
}
