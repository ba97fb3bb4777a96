// Package inbox receives activities from other servers.
//
// An activity passes three doors: the signature says which actor sent it, the
// table of rules says whether that actor may say so, and the chapter says
// whether it changes anything. Only the third writes. What is not in the table
// is not heard: it is answered like everything else and changes nothing.
//
// What arrives is answered after it was committed, so that what was accepted
// is not lost. Nothing is fetched for an activity while its sender waits, but
// for the key of its signature: what needs more is kept as a job first.
package inbox
