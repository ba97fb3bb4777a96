// Package chapter holds the verbs: everything that changes a chapter.
//
// Each verb is one transaction and the events it leaves. What a member does
// here and what another server tells of ends in the same functions: Publish
// and Receive both end in put, Follow and ReceiveFollow in the same rows. A
// verb knows nothing of HTTP, of ActivityPub documents or of clients; who
// calls it has made sure who is speaking, and the verb decides whether that
// one may, and whether it changes anything.
//
// Reads do not pass here: handlers ask the store, and always say for whom.
package chapter
