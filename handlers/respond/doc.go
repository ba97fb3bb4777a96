// Package respond turns what handlers return into answers. A handler returns
// an error instead of writing one; Wrap logs it and hands it to the writer of
// errors that the handler's callers expect: JSON for clients, the OAuth shape
// for sign-ins, plain text for other servers, a page for people.
//
// It knows no routes, no store and no templates of its own.
package respond
