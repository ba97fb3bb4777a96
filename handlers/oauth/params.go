package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"atelier/models"
)

// maxBody is the most that a request may hold, in bytes.
const maxBody = 64 << 10

// params reads what a request says, whether as form, as JSON or in the query;
// what the body says counts before the query. Lists may be called name or
// name[].
func params(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	out, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, models.Errorf(models.Malformed, "The query cannot be read.").Because(err)
	}
	body, err := bodyParams(w, r)
	if err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return nil, models.Errorf(models.TooLarge, "The request is too large.")
		}
		return nil, models.Errorf(models.Malformed, "The request cannot be read.").Because(err)
	}
	for name, values := range body {
		out[name] = values
	}
	for name, values := range out {
		if list, ok := strings.CutSuffix(name, "[]"); ok && !out.Has(list) {
			out[list] = values
		}
	}
	return out, nil
}

func bodyParams(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		return jsonParams(r)
	case "multipart/form-data":
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return nil, err
		}
		defer r.MultipartForm.RemoveAll()
		return r.PostForm, nil
	}
	err := r.ParseForm()
	return r.PostForm, err
}

func jsonParams(r *http.Request) (url.Values, error) {
	var fields map[string]any
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
		return nil, err
	}
	out := url.Values{}
	for name, field := range fields {
		list, ok := field.([]any)
		if !ok {
			list = []any{field}
		}
		for _, v := range list {
			switch v := v.(type) {
			case nil: // the same as absent
			case string, bool, float64:
				out.Add(name, fmt.Sprint(v))
			default:
				return nil, fmt.Errorf("%s holds %T", name, v)
			}
		}
	}
	return out, nil
}
