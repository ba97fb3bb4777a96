// Command atelier runs a chapter, and looks after one: its members, its
// database, its backups.
//
// Every option is a flag, a variable and a line of a configuration file. All
// commands take the same configuration and work beside a running server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"atelier/models"
)

// commands are the program's commands and the configuration that they share.
type commands struct {
	Config

	Serve      serveCommand      `cmd:"" help:"Run the chapter. Without one, print the link that opens it."`
	Setup      setupCommand      `cmd:"" help:"Open the chapter without a browser."`
	Member     memberCommand     `cmd:"" help:"Look after the members."`
	Invite     inviteCommand     `cmd:"" help:"Invite people by a link."`
	Token      tokenCommand      `cmd:"" help:"Make access tokens for the client API."`
	Demo       demoCommand       `cmd:"" help:"Run two filled chapters to look at, for as long as it runs."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database up to date and exit."`
	Deliveries deliveriesCommand `cmd:"" help:"List the hosts that something waits for, with what went wrong; try again or give up."`
	RenewKeys  renewKeysCommand  `cmd:"" help:"Give an account new keys for its signatures, and tell other servers."`
	Relay      relayCommand      `cmd:"" help:"Look after the relays that pass public posts on."`
	Doctor     doctorCommand     `cmd:"" help:"Check that everything that the chapter needs is in order."`
	Backup     backupCommand     `cmd:"" help:"Write the whole chapter into one file, also while it serves."`
	Restore    restoreCommand    `cmd:"" help:"Bring a backup back, into an empty place."`
	Version    versionCommand    `cmd:"" help:"Say which version this is."`
}

// run is one run of the program: its configuration and the world around it.
type run struct {
	*Config
	ctx    context.Context // ends when the program shall stop
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs one command and returns the program's exit code. What went
// wrong is said in one line on stderr.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	ended := -1
	p, err := parser(&c, stdout, stderr, func(code int) { ended = code; panic(errEnded) })
	if err != nil {
		panic(err) // the commands above are wrong
	}
	err = func() (err error) {
		defer func() { // --help ends the parsing by panicking
			if p := recover(); p != nil {
				if p != errEnded {
					panic(p)
				}
			}
		}()
		k, err := p.Parse(args)
		if err != nil {
			return err
		}
		if err := c.Config.settle(); err != nil {
			return err
		}
		return k.Run(&run{&c.Config, ctx, stdin, stdout, stderr})
	}()
	switch {
	case ended >= 0:
		return ended
	case err != nil:
		fmt.Fprintln(stderr, "atelier:", line(err))
		return 1
	}
	return 0
}

func parser(c *commands, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	file := &fileResolver{}
	return kong.New(c,
		kong.Name("atelier"),
		kong.Description("The home of a chapter: a community of practice."),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
		kong.WithBeforeResolve(file.load),
		kong.Resolvers(file),
		kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
}

var errEnded = errors.New("ended")

// line is what a person at the command line is told of err. Unlike a visitor
// it may know the cause.
func line(err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		if e.Err != nil {
			return e.Msg + " (" + e.Err.Error() + ")"
		}
		return e.Msg
	}
	return err.Error()
}
