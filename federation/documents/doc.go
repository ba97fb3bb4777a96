// Package documents answers what other servers ask: actors, posts, activities
// and collections as ActivityPub, and where to find them (WebFinger, host-meta,
// NodeInfo).
//
// A document is for everyone, or for the actor whose signature the request
// carries: that actor is the viewer of the read, and "may not see" and "is not
// there" are one answer. Documents that are for everyone are kept as bytes
// until the stamp of what they are about changes.
//
// It changes nothing, and fetches nothing but the key of a signature where one
// is needed.
package documents
