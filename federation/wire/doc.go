// Package wire reads and writes ActivityPub documents. It is the only room
// that knows how properties are spelt. It does no input or output, asks no
// store, believes nobody, and does not make HTML safe: what it reads of others
// still has to be checked (whose is it?) and sanitized (models/text).
//
// # Reading
//
// Open reads the envelope and checks the whole document for what no later
// reader may meet. DecodeActivity, DecodePost, DecodeActor and the others read
// one thing each, and leave what is embedded in it for the caller to read or
// to fetch. A value of the wrong kind is as if it were not there; x and [x]
// are the same; an object stands for its id. Lists have limits.
//
// # Writing
//
// Encoder makes a Document of each thing that we send, and Document.JSON
// writes it. What of others is passed on inside one of ours (Received) keeps
// every byte, so that what we do not know survives and proofs hold.
//
// # The vocabulary
//
// go-fed/activity is the vocabulary. All documents that we send are built in
// its types, and those types say which kinds of thing there are. Then the
// writer puts right what peers cannot read: arrays of one stay arrays, times
// keep their fractions, ids keep their spelling, contentMap stays beside
// content, and the context is one constant of which a document carries what it
// uses, with the plain address of ActivityStreams first.
//
// It does not read what strangers send, but for the parts of an Event. Measured
// on our own Create of a Note with everything in it (4.5 kB, 2 cores): its
// ToType takes 330 µs, 364 kB and 2,350 allocations; reading envelope,
// activity and post from the same bytes takes 53 µs, 11 kB and 121
// allocations, and has read more: ToType loses contentMap, takes "CW: x" for an
// address, respells ids, and cannot see a Hashtag, a PropertyValue or an
// EmojiReact. It also panics on "duration": "". So one pass over the bytes
// reads what comes in, and a test has the vocabulary as referee: of all
// recorded documents that both can read, both must say the same.
//
// Writing that Create takes 83 µs and 560 allocations, once per activity; its
// signature alone takes ten times as long.
package wire
