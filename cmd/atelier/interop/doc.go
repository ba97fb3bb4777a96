// Package interop tests the built program from outside: two chapters that talk
// to each other over loopback, clients and a peer that others wrote, kills and
// bad input. It knows the program's command line, the client API and the wire,
// and nothing of the inside.
//
// What drives software that is not ours is in testdata/drivers; make test
// installs that software, and a test whose software is not there says so and
// is left out, except where CI=true.
package interop
