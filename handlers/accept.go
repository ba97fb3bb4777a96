package handlers

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// wantsActivity says whether a request would rather have the ActivityPub
// document of an address than its page (ActivityPub, section 3.2).
func wantsActivity(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	activity, page := 0.0, 0.0
	for _, line := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			kind, params, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			q := quality(params)
			switch kind {
			case "application/activity+json":
				activity = max(activity, q)
			case "application/ld+json":
				if p := params["profile"]; p == "" || strings.Contains(p, "https://www.w3.org/ns/activitystreams") {
					activity = max(activity, q)
				}
			case "application/json":
				activity = max(activity, q*0.9) // some peers ask for no more than this
			case "text/html", "application/xhtml+xml":
				page = max(page, q)
			}
		}
	}
	return activity > 0 && activity >= page
}

func quality(params map[string]string) float64 {
	s, there := params["q"]
	if !there {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}
