// Package wire reads and writes ActivityPub documents. It is the only room
// that knows how properties are spelt; it does no input or output and asks no
// store.
package wire
