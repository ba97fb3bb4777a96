package text

// SanitizeOwn is the sanitizer at the end of Render.
func SanitizeOwn(html string) string { return ownPolicy.clean(html) }
