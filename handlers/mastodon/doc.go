// Package mastodon serves the Mastodon client API, so that members use the
// apps they already have.
//
// A handler decodes a request, asks the store for one thing as its viewer or
// has the chapter do one verb, and encodes the answer. What an entity looks
// like is in the file of its noun, and in its golden file; what the schema
// does not say is in comments beside the line that needs it.
//
// What of a status or an account does not depend on the viewer is rendered
// once and kept by its stamp, which grows with every change on whichever node;
// Render puts the viewer's part beside it.
//
// A push message names the access token that it is for, since apps with several
// accounts go by it. The token is kept sealed, with a key that is neither in the
// database nor in its backups; where it cannot be opened the message leaves it
// empty, until the app subscribes anew.
//
// It signs nobody in and keeps no streams: whose token a request carries comes
// from outside, and streams get Render's functions from the route table.
package mastodon
