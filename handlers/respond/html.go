package respond

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
)

// HTML answers with the template called name of t, rendered with view. If that
// fails nothing has been written and the error says so.
func HTML(w http.ResponseWriter, status int, t *template.Template, name string, view any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := t.ExecuteTemplate(buf, name, view); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	send(w, status, "text/html; charset=utf-8", buf.Bytes())
	return nil
}
