// Package streaming tells clients what happens while it happens: over a
// WebSocket that carries many streams, or as server-sent events (Mastodon,
// streaming API).
//
// What is told is read anew as each viewer sees it, or once as a stranger
// does where everybody may see it; the event itself is never passed on. A
// stream ends with its token. A reader that is too slow is let go: it costs
// neither memory nor the others' time.
package streaming
