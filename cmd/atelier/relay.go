package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"atelier/models"
	"atelier/models/chapter"
)

// relayCommand is atelier relay.
type relayCommand struct {
	Add    relayAdd    `cmd:"" help:"Subscribe to a relay, by the address of its inbox or of its actor."`
	List   relayList   `cmd:"" help:"List the relays with how far the subscription is."`
	Remove relayRemove `cmd:"" help:"End the subscription to a relay."`
}

type relayAdd struct {
	Address string `arg:"" help:"Such as https://relay.example/inbox."`
}

// Run subscribes to the relay.
func (a *relayAdd) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		relay, err := c.AddRelay(r.ctx, operator, a.Address)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.stdout, "%s is asked while the chapter is served. Public posts go there, and come from there, when it has said yes.\n", relay.Address)
		return nil
	})
}

type relayList struct{}

// Run lists the relays.
func (relayList) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		relays, err := c.Store.Relays(r.ctx)
		if err != nil {
			return err
		}
		return listRelays(r.stdout, relays)
	})
}

var relayStates = map[models.RelayState]string{
	models.RelayNew: "not asked yet", models.RelayAsked: "asked", models.RelayAccepted: "accepted", models.RelayRefused: "refused",
}

func listRelays(to io.Writer, relays []*models.Relay) error {
	if len(relays) == 0 {
		_, err := fmt.Fprintln(to, "There are no relays.")
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RELAY\tSINCE\tSTATE")
	for _, r := range relays {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Address, r.CreatedAt.Format("2006-01-02"), relayStates[r.State])
	}
	return w.Flush()
}

type relayRemove struct {
	Address string `arg:"" help:"As atelier relay list says it."`
}

// Run ends the subscription.
func (m *relayRemove) Run(r *run) error {
	return r.beside(func(c *chapter.Chapter) error {
		return said(r.stdout, c.RemoveRelay(r.ctx, operator, m.Address), "%s is not a relay of the chapter any more.\n", m.Address)
	})
}
