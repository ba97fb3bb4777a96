package static

import (
	"fmt"
	"html/template"
)

// icons are drawn on 16 x 16 with a stroke of 1.5 and stand beside a word,
// never alone.
var icons = map[string]string{
	"approach":   `<path d="M2.5 2.5v3.5a5 5 0 0 0 5 5H13M10 7.5l3.5 3.5-3.5 3.5"/>`,
	"tool":       `<path d="M2 13.5h4v-4h4v-4h4"/>`,
	"experience": `<circle cx="8" cy="8" r="5.5"/><circle class="solid" cx="8" cy="8" r="1"/>`,
	"story":      `<path d="M2 12.5c4.5 0 3-9 6.5-9S9 11 14 8.5"/>`,

	"question": `<path d="M5 5.5a3 3 0 1 1 4.3 2.7C8.4 8.7 8 9.2 8 10.2M8 13.5v.01"/>`,
	"series":   `<path d="M3 3.5h10M3 8h10M3 12.5h6"/>`,

	"me":        `<path class="solid" d="M4 14V6a4 4 0 0 1 8 0v8z"/><circle cx="10" cy="10" r=".5"/>`,
	"members":   `<path class="solid" d="M4 14V6a4 4 0 0 1 8 0v8z"/><path d="M2 14h12"/>`,
	"followers": `<path d="M4 14V6a4 4 0 0 1 8 0v8M2 14h12"/><path class="solid" d="M6.5 14v-3.5a1.5 1.5 0 0 1 3 0V14z"/>`,
	"named":     `<path d="M4 14V6a4 4 0 0 1 8 0v8M2 14h12M8 7v3"/>`,
	"everyone":  `<path d="M5.5 13.5V6.5a4 4 0 0 1 8 0v7M1 13.5h14"/><path class="solid" d="M5.5 13.5V7c0-2-.6-3.5-1.4-3.5S2.5 5 2.5 7v8z"/>`,

	"search":  `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	"write":   `<path d="M3 13l.7-3.2L10.8 2.7l2.5 2.5-7.1 7.1z"/>`,
	"print":   `<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z"/>`,
	"done":    `<path d="M3 8.5 6.5 12 13 4.5"/>`,
	"trouble": `<path d="M8 3v6M8 12.5v.01"/>`,
}

// icon draws the icon called name; an unknown name is a fault in a template.
func icon(name string) (template.HTML, error) {
	d, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("no icon called %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">` + d + `</svg>`), nil
}
