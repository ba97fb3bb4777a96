// Package static is everything a page is made of that is not data: templates,
// the stylesheet, the one script, icons. All of it is embedded in the program.
//
// It knows words and drawings, but no store, no requests and no members: what
// a page shows comes from handlers/web as values that are ready to be printed.
package static
