// Package store keeps a chapter in SQLite or PostgreSQL: all SQL is here, and
// every query is written once for both.
//
// Reads are methods of queries, which Store (outside a transaction) and Tx
// (inside) embed. Whatever is read for somebody takes the models.Viewer and
// shows only what that viewer may see: "may not" and "is not there" are one
// answer. Changes are methods of queries too, but are only called inside
// Store.Write, by the verbs of package chapter: a verb is one transaction and
// the events it leaves.
//
// On SQLite there is one writer connection. Its transactions are grouped: while
// one commit waits for the disk, the next ones gather, each behind a savepoint
// of its own, and are committed together. So a write is durable when Write
// returns, and many at once cost little more than one.
//
// Times are kept as milliseconds since 1970, UTC, 0 for none: the two engines
// keep different fractions of a second, and a value read back has to equal the
// value that was written. An id of 0 is NULL. Lists inside a row that nothing
// looks into are JSON, "" when empty.
package store
