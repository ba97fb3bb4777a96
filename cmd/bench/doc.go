// Command bench measures a server that speaks the Mastodon client API and
// ActivityPub from outside: one program plays the local user's client and, on
// loopback addresses, a small fediverse of remote hosts. It knows nothing of
// the inside, so that it measures other servers too. It is no test: nothing
// in it fails because it was slow.
//
// Every measurement prints one line of JSON, is bounded in count and time
// (-max, 5 minutes unless told otherwise) and exits with 1 when something did
// not work, with the reason in "error". bench SUBCOMMAND -h lists the flags.
//
// # What the server needs
//
// Plain HTTP on loopback, permission to talk to 127.1.0.0/16, rate limits off;
// one local user, whose name goes in -user; and a token with the scopes read,
// write and follow in -token or BENCH_TOKEN (bench login gets one by filling
// in the server's own sign-in and consent forms). -pid names the server's
// process: its CPU time during the measurement and its memory afterwards are
// then added as "server".
//
// # Measurements
//
//   - inbox: -actors remote actors on -hosts hosts send -n signed activities,
//     -c at a time, to the shared inbox (or else the user's), while a client
//     pages through the home timeline every 100 ms. accepted.per_s counts what
//     was answered 2xx; processed_per_s is all of them over the time until the
//     last note was visible.
//   - inbox -mode mention: the same from actors that the server has never met,
//     each note mentioning the user; visible means in the notifications.
//   - fanout: -actors followers on -hosts hosts follow the user with signed
//     Follows and wait for the Accepts; the user posts -posts times, each once
//     the one before has arrived everywhere. -shared=false: no shared inbox, so
//     that every follower gets a delivery of its own. -delay 100ms: every inbox
//     answers this late, as distant or busy peers do.
//   - home: the home timeline, 20 posts: the newest page, and pages throughout.
//   - post: new public posts, -n at each concurrency.
//   - apps: what apps read besides the home timeline: a thread of 200 replies,
//     notifications, an account's posts, a search for a common and a rare word.
//   - streams: -n open streams of the user, the memory each costs, and how long
//     after a post the last of them hears of it.
//   - public: actor document, WebFinger, a public post; signed if the server
//     refuses unsigned requests ("..._signed").
//   - rss: memory and CPU time of -pid so far.
//   - startup: starts the command after --, polls -url until it answers 200,
//     looks at memory two seconds later; -keep leaves it running.
//   - suite: all of these on a new chapter of the program that -program names,
//     started and stopped here, on SQLite or on -database.
//
// # How to read the figures
//
// The program shares the machine with the server. It signs everything before
// the clock starts and verifies what it received after the clock stopped, but
// its HTTP work still takes CPU time: bench_cpu_s says how much in all, and
// load_average how busy the machine was. Where the machine is shared, compare
// server.cpu_s per operation before comparing rates.
//
// send_to_visible has the 100 ms steps of the polling, and its tail shows the
// server's backlog: the senders do not wait for processing. missing counts
// notes that were answered 2xx and never came into sight; up to 1 % of them
// does not make the run fail. Of 20 activities 13 are notes, 5 replies and 2
// boosts, because a database without any replies or boosts can mislead a query
// planner (-mix=false shows that).
//
// Signatures are draft-cavage with RSA-SHA256 over (request-target), host,
// date and digest, for sending and for verifying. A server that signs
// otherwise shows up as bad_signatures with the reason in first_bad_signature.
// Remote hosts are 127.1.0.1 and up on one port; actors are new in every run,
// hosts are not. Their RSA-2048 keys are kept in a file between runs (-keys),
// as making 200 takes a while. inbox leaves the user following the actors, so
// that home has something to read; -unfollow undoes that. fanout takes its
// followers back with Undo.
package main
