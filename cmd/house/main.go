// Command house looks after the project itself: it counts the results of a
// test run, and gathers the notices of the works that the program is built
// from. Its tests keep the rules of the tree, such as which room may know
// which. It is no part of the program that chapters run.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		usage()
	}
	switch os.Args[1] {
	case "tally":
		ok, err := tally(os.Stdin, os.Stdout)
		fail(err)
		if !ok {
			os.Exit(1)
		}
	case "notices":
		fail(notices(os.Stdout))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprint(os.Stderr, `usage: house tally     reads the output of go test -json, prints it as go test does, and counts
       house notices   prints the licences of everything that the program is built from
`)
	os.Exit(2)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(1)
	}
}
