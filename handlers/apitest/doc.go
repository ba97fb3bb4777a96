// Package apitest checks the answers of the client API against its published
// description, and keeps a record of which operation was answered as described
// in which test.
//
// The description is a file beside the project, not a part of it: where it is
// absent, nothing is checked, and tests say so. The record of each package is
// its testdata/exercised.txt, from which docs/client-api.md is made.
package apitest
