package apitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// A Description is the OpenAPI description of the client API, put right where
// it is wrong.
type Description struct {
	router     routers.Router
	operations []string // method and path
	entities   []string
}

// Beside finds a file beside the project, from the folder of the test upwards;
// "" if it is nowhere.
func Beside(name string) string { return find("shared/mastodon/" + name) }

// Absent is what tests say that cannot check anything.
const Absent = "the description of the client API is not beside the project: answers are not checked against it"

// Load returns the description, nil where it is not beside the project.
var Load = sync.OnceValues(func() (*Description, error) {
	file := Beside("openapi.json")
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return newDescription(data)
})

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// find looks for a file from here upwards, "" if it is nowhere.
func find(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(file); err == nil {
			return file
		}
		if filepath.Dir(dir) == dir {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

func newDescription(data []byte) (*Description, error) {
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewRegexpFormatValidator(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`))
	openapi3.DefineStringFormatValidator("date", openapi3.NewRegexpFormatValidator(`^\d{4}-\d\d-\d\d$`))
	openapi3.DefineStringFormatValidator("uri", openapi3.NewCallbackValidator(func(s string) error {
		u, err := url.Parse(s)
		if err == nil && s != "" && !u.IsAbs() {
			err = fmt.Errorf("%q is not absolute", s)
		}
		return err
	}))
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	correct(doc)
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	d, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	d.Servers = nil
	router, err := gorillamux.NewRouter(d)
	out := &Description{router: router}
	for path, item := range doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if method = strings.ToUpper(method); slices.Contains(methods, method) {
				out.operations = append(out.operations, method+" "+path)
			}
		}
	}
	slices.Sort(out.operations)
	for name, schema := range d.Components.Schemas {
		if schema.Value.Type.Is("object") {
			out.entities = append(out.entities, name)
		}
	}
	slices.Sort(out.entities)
	return out, err
}

// correct puts the description right against what Mastodon's own serializers
// send; the list stands in the README beside it.
func correct(doc map[string]any) {
	walk(doc, func(m map[string]any) {
		// oneOf is meant as anyOf: a pending quote fits two alternatives.
		if one, ok := m["oneOf"]; ok {
			delete(m, "oneOf")
			m["anyOf"] = one
		}
		delete(m, "example")
		delete(m, "examples")
	})
	ref := func(name string) map[string]any { return map[string]any{"$ref": "#/components/schemas/" + name} }
	list := func(item map[string]any) map[string]any { return map[string]any{"type": "array", "items": item} }
	object := func(required []any, properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "required": required, "properties": properties}
	}
	free := map[string]any{"type": "object"}
	null := map[string]any{"type": "null"}
	schemas := at(doc, "components", "schemas")

	body(doc, "get", "/api/v1/filters", list(ref("V1Filter")))
	body(doc, "delete", "/api/v2/filters/statuses/{id}", free)
	body(doc, "get", "/api/v1/preferences", ref("Preferences"))
	at(schemas, "WebPushSubscription", "properties")["id"] = map[string]any{"type": []any{"string", "integer"}}
	delete(at(schemas, "WebPushSubscription", "properties", "alerts"), "required")
	schemas["NotificationGroupTypeEnum"] = schemas["NotificationTypeEnum"]
	types := at(schemas, "NotificationTypeEnum")
	types["enum"] = append(types["enum"].([]any), "annual_report", "added_to_collection", "collection_update")

	// A deleted status has its text in place of its content.
	status := at(schemas, "Status")
	required := []any{}
	for _, name := range status["required"].([]any) {
		if name != "content" {
			required = append(required, name)
		}
	}
	deleted := map[string]any{"type": "object", "properties": status["properties"], "required": append(required, "text")}
	schemas["DeletedStatus"] = deleted
	body(doc, "delete", "/api/v1/statuses/{id}", ref("DeletedStatus"))

	params := at(schemas, "ScheduledStatus", "properties", "params")
	params["required"] = []any{"text", "visibility"}
	at(params, "properties")["visibility"] = map[string]any{"anyOf": []any{ref("StatusVisibilityEnum"), null}}
	for _, name := range []string{"poll", "application_id", "in_reply_to_id"} {
		delete(at(params, "properties"), name)
	}
	at(schemas, "ValidationError")["required"] = []any{"error"} // details come with registrations and collections only
	at(schemas, "ExtendedDescription", "properties")["updated_at"] = map[string]any{"type": []any{"string", "null"}, "format": "date-time"}
	at(schemas, "OEmbedResponse", "properties")["height"] = map[string]any{"type": []any{"number", "null"}}

	delete(at(schemas, "CustomError422", "properties", "error", "properties", "details"), "required")

	collection := object([]any{"collection"}, map[string]any{"collection": ref("Collection")})
	collections := object([]any{"collections"}, map[string]any{"collections": list(ref("Collection"))})
	item := object([]any{"collection_item"}, map[string]any{"collection_item": ref("CollectionItem")})
	body(doc, "get", "/api/v1/accounts/{account_id}/collections", collections)
	body(doc, "get", "/api/v1/accounts/{account_id}/in_collections", collections)
	body(doc, "post", "/api/v1/collections", collection)
	body(doc, "patch", "/api/v1/collections/{id}", collection)
	body(doc, "post", "/api/v1/collections/{collection_id}/items", item)
	body(doc, "get", "/api/v1/annual_reports/{year}/state", object([]any{"state"}, map[string]any{"state": map[string]any{"type": "string"}}))
	body(doc, "get", "/api/v1/instance/translation_languages", map[string]any{"type": "object", "additionalProperties": list(map[string]any{"type": "string"})})
	body(doc, "get", "/oauth/userinfo", object([]any{"iss", "sub", "name", "preferred_username", "profile", "picture"}, map[string]any{}))
	describeAdmin(doc)
}

// Operations are the method and the path of all that the description has.
func (d *Description) Operations() []string { return d.operations }

// Entities are the names of the objects that answers are or have in them.
func (d *Description) Entities() []string { return d.entities }

func walk(v any, do func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		do(v)
		for _, child := range v {
			walk(child, do)
		}
	case []any:
		for _, child := range v {
			walk(child, do)
		}
	}
}

func at(m map[string]any, path ...string) map[string]any {
	for _, name := range path {
		m = m[name].(map[string]any)
	}
	return m
}

// body replaces what an operation answers with 200.
func body(doc map[string]any, method, path string, s map[string]any) {
	answer := at(doc, "paths", path, method, "responses", "200")
	answer["content"] = map[string]any{"application/json": map[string]any{"schema": s}}
}

// Check says what is wrong with an answer of the route with a template.
// Operations that the description leaves out are not checked.
func (d *Description) Check(r *http.Request, template string, status int, header http.Header, data []byte) error {
	route, params, err := d.router.FindRoute(r)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		return nil
	}
	if err != nil {
		return err
	}
	if template != "" && Nameless(template) != Nameless(route.Path) {
		return nil // it has only one with a variable in its place
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 status, Header: header,
		Options: &openapi3filter.Options{ExcludeResponseBody: len(data) == 0, MultiError: true},
	}
	in.SetBodyBytes(data)
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		return errors.New(brief(err.Error()))
	}
	return nil
}

var dumped = regexp.MustCompile(`(?s)\n *Schema:\n.*?\n *Value:\n`)

// brief leaves the schemas out of a validation error.
func brief(s string) string {
	s = dumped.ReplaceAllString(s, ": ")
	if len(s) > 1500 {
		s = s[:1500] + "..."
	}
	return s
}
