package static

import (
	"embed"
	"html/template"
	"sync"
)

//go:embed templates
var sources embed.FS

// Templates returns every page and part. A page is called by its file, such as
// "note.html", and begins and ends with the templates "top" and "bottom".
var Templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"asset": URL,
		"icon":  icon,
	}).ParseFS(sources, "templates/*.html"))
})
