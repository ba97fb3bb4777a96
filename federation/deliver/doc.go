// Package deliver tells other servers what happened here.
//
// It works from the events that the verbs of package chapter leave: each is
// written as an activity once, and stored together with one delivery for each
// inbox that shall have it, in the transaction that ends the event. Deliveries
// are rows until they are done or given up, so a crash loses nothing; one that
// was sent and not yet crossed off is sent again, which receivers do not mind.
//
// Hosts are worked on side by side, each by one node at a time, so that a dead
// or slow one costs the others nothing: a host that failed rests, longer each
// time, and is then tried with one delivery. What one actor has to tell one
// host arrives in its order.
//
// The package decides neither what is told nor to whom anything is shown: the
// event says what, and the post's own audience says who.
package deliver
