package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints the help of a command with those options alone that change what
// it does. Every command takes them all, so that one file or one set of
// variables is good for all of them.
func help(o kong.HelpOptions, k *kong.Context) error {
	if command := k.Selected(); command != nil {
		for command.Parent.Type != kong.ApplicationNode {
			command = command.Parent
		}
		for _, flag := range k.Model.Flags {
			flag.Hidden = flag.Name != "help" && !heeds(command.Name, flag)
		}
	}
	return kong.DefaultHelpPrinter(o, k)
}

// heeds says whether a command does anything with an option that all share:
// its tag names the commands; without one all do that work on a chapter.
func heeds(command string, flag *kong.Flag) bool {
	if of := flag.Tag.Get("of"); of != "" {
		return slices.Contains(strings.Fields(of), command)
	}
	return command != "demo" && command != "version"
}
