package deliver

import (
	"context"
	"log/slog"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// A settlement is what came of a round of requests to one host, to be written
// down; and then, what is to be done next.
type settlement struct {
	host       *models.Host
	done       []models.ID // delivered, or given up
	activities []models.ID // of these
	postponed  []*models.Delivery
	goneInbox  []string
	answered   bool // the host took something, or refused it in its right mind
	trouble    bool // the host failed: Fails, OpenUntil and LastError say how
	expired    bool // something had waited too long
	scheme     string
	stop       bool // the program ends

	left  bool // nothing more to do for now
	next  []*models.Delivery
	reply chan struct{}
}

// maxUnsigned is how often a delivery is tried whose signature is not
// believed: most often because the peer cannot reach us to read the key.
const maxUnsigned = 8

// note takes down what came of one delivery. It reports whether the actor's
// next activity may follow.
func (s *settlement) note(d *Deliverer, row *models.Delivery, v verdict) bool {
	if v.scheme != "" {
		s.scheme = string(v.scheme)
	}
	switch v.kind {
	case delivered:
		s.answered = true
		s.finish(row)
		return true
	case refused:
		s.answered = true
		s.giveUp(row, v)
		return true
	case gone:
		s.goneInbox = append(s.goneInbox, row.Inbox)
		s.giveUp(row, v)
		return true
	}
	now := d.o.Now()
	row.LastError = v.why
	if v.kind != busy {
		row.Attempts++
	}
	switch {
	case now.Sub(row.CreatedAt) > d.o.Age:
		s.expired = true
		s.giveUp(row, v)
	case v.kind == unbelieved && row.Attempts >= maxUnsigned:
		s.giveUp(row, v)
	default:
		s.postponed = append(s.postponed, row)
	}
	row.RunAt = now.Add(d.pause(row.Attempts))
	if v.kind == unbelieved {
		s.answered = true
		return row.Attempts >= store.StepAside
	}
	s.hostFailed(d, v, now)
	if row.RunAt.Before(s.host.OpenUntil) {
		row.RunAt = s.host.OpenUntil
	}
	return false
}

func (s *settlement) finish(row *models.Delivery) {
	s.done = append(s.done, row.ID)
	s.activities = append(s.activities, row.ActivityID)
}

func (s *settlement) giveUp(row *models.Delivery, v verdict) {
	slog.Info("a delivery is given up", "inbox", row.Inbox, "attempts", row.Attempts, "why", v.why)
	s.finish(row)
}

// hostFailed has the host rest: longer each time, or for as long as it says.
// Requests that failed together count once.
func (s *settlement) hostFailed(d *Deliverer, v verdict, now time.Time) {
	h := s.host
	rest := d.o.Pauses[0]
	if v.kind == failed {
		if !s.trouble {
			h.Fails++
		}
		rest = d.pause(h.Fails)
	}
	s.trouble = true
	h.LastError = v.why
	if until := now.Add(max(rest, v.after)); until.After(h.OpenUntil) {
		h.OpenUntil = until
	}
}

// groupSize is how many settlements are written down together at most.
const groupSize = 256

// keepBooks writes settlements down, those that come while it writes together.
func (d *Deliverer) keepBooks() {
	for first := range d.settle {
		group := []*settlement{first}
	gather:
		for len(group) < groupSize {
			select {
			case s, ok := <-d.settle:
				if !ok {
					break gather
				}
				group = append(group, s)
			default:
				break gather
			}
		}
		d.write(group)
		for _, s := range group {
			close(s.reply)
		}
	}
}

// write stores a group of settlements. What was delivered is not forgotten
// because the database is away for a moment; in the end the lease decides.
func (d *Deliverer) write(group []*settlement) {
	ctx := context.Background()
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err := d.store.Write(ctx, func(tx *store.Tx) error { return d.book(ctx, tx, group) })
		if err == nil {
			break
		}
		slog.Error("write down deliveries", "err", err)
		if wait > d.o.Lease {
			for _, s := range group {
				s.left, s.next = true, nil
			}
			return
		}
		time.Sleep(wait)
	}
	for _, s := range group {
		if s.left && !s.stop {
			nudge(d.wake) // to see when it is due
		}
		if s.answered && !s.trouble {
			s.host.Fails, s.host.LastOKAt = 0, d.o.Now()
		}
		if s.scheme != "" {
			s.host.Signature = s.scheme
		}
	}
}

// book writes a group of settlements and finds what is next for each host.
func (d *Deliverer) book(ctx context.Context, tx *store.Tx, group []*settlement) error {
	var done, activities []models.ID
	var well, answered []string
	byName := make(map[string]*settlement, len(group))
	for _, s := range group {
		done, activities = append(done, s.done...), append(activities, s.activities...)
		for _, row := range s.postponed {
			if err := tx.PostponeDelivery(ctx, row); err != nil {
				return err
			}
		}
		if s.scheme != "" && s.scheme != s.host.Signature {
			if err := tx.SetHostSignature(ctx, s.host.Name, s.scheme); err != nil {
				return err
			}
		}
		if s.trouble {
			continue
		}
		byName[s.host.Name] = s
		well = append(well, s.host.Name)
		if s.answered && (s.host.Fails > 0 || !s.host.GoneAt.IsZero() || tx.Now().Sub(s.host.LastOKAt) > time.Hour) {
			answered = append(answered, s.host.Name)
		}
	}
	if len(done) > 0 {
		if err := tx.DeleteDeliveries(ctx, done); err != nil {
			return err
		}
	}
	for _, s := range group {
		for _, inbox := range s.goneInbox {
			if err := d.inboxGone(ctx, tx, s, inbox); err != nil {
				return err
			}
		}
		if s.trouble {
			if err := d.rest(ctx, tx, s); err != nil {
				return err
			}
		}
	}
	if len(answered) > 0 {
		if err := tx.HostsAnswered(ctx, answered); err != nil {
			return err
		}
	}
	if len(activities) > 0 {
		if err := tx.DeleteIdleActivities(ctx, activities); err != nil {
			return err
		}
	}
	return d.findNext(ctx, tx, well, byName)
}

// findNext leaves the hosts that have nothing more to be told, and reads what
// is next for the others.
func (d *Deliverer) findNext(ctx context.Context, tx *store.Tx, names []string, byName map[string]*settlement) error {
	if len(names) == 0 {
		return nil
	}
	left, err := tx.LeaveHosts(ctx, d.node, names)
	if err != nil {
		return err
	}
	for _, s := range byName {
		s.left, s.next = false, nil
	}
	for _, name := range left {
		byName[name].left = true
	}
	for _, s := range byName {
		if s.left {
			continue
		}
		h := *s.host
		if s.stop {
			s.left, h.NextAt = true, tx.Now()
		} else {
			if s.next, err = tx.ReadyDeliveries(ctx, h.Name, batch); err != nil {
				return err
			}
			if len(s.next) > 0 {
				continue
			}
			at, waiting, err := tx.NextDelivery(ctx, h.Name)
			if err != nil {
				return err
			}
			if !waiting { // taken over by another node, which is done with it
				at = time.Time{}
			}
			s.left, h.NextAt = true, at
		}
		h.OpenUntil, h.Fails, h.GoneAt = time.Time{}, 0, time.Time{}
		if err := tx.RestHost(ctx, d.node, &h); err != nil {
			return err
		}
	}
	return nil
}

// rest has a host that failed rest, and gives up what has waited too long.
func (d *Deliverer) rest(ctx context.Context, tx *store.Tx, s *settlement) error {
	s.left, s.next = true, nil
	h := *s.host
	h.NextAt = h.OpenUntil
	n, err := tx.ExpireDeliveries(ctx, h.Name, tx.Now().Add(-d.o.Age))
	if err != nil {
		return err
	}
	if (n > 0 || s.expired) && tx.Now().Sub(h.LastOKAt) > d.o.Age {
		h.GoneAt = tx.Now()
		slog.Info("a host is given up", "host", h.Name, "deliveries", n, "why", h.LastError)
	}
	return tx.RestHost(ctx, d.node, &h)
}

// inboxGone ends what is for an inbox that answered 410: for all of the host
// if it is its shared one; else its owner is looked after, whose own id has
// to say that it is gone before we believe it.
func (d *Deliverer) inboxGone(ctx context.Context, tx *store.Tx, s *settlement, inbox string) error {
	owners, err := tx.InboxOwners(ctx, serverOf(inbox), inbox)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		_, err := tx.AddJob(ctx, &models.Job{ID: tx.NewID(), Kind: chapter.JobRefresh, Key: owner, RunAt: tx.Now()}, time.Time{})
		if err != nil {
			return err
		}
	}
	if len(owners) > 0 {
		return nil
	}
	return tx.HostGone(ctx, s.host.Name)
}
