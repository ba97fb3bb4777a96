package documents

import (
	"context"
	"fmt"
	"io"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// WriteActor writes the document of a member as a file of its own archive.
func (d *Documents) WriteActor(_ context.Context, me *models.Account, w io.Writer) error {
	body, err := d.encoder.Actor(wire.ActorContext{Account: me}).JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// WriteOutbox writes all that a member published as one OrderedCollection for
// its own archive, newest first: also what only some may read, and what stays
// in the chapter. It is written as it is read, since it can be long.
func (d *Documents) WriteOutbox(ctx context.Context, me *models.Account, w io.Writer) error {
	viewer, err := d.store.ViewerOf(ctx, me.ID)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, `{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","orderedItems":[`); err != nil {
		return err
	}
	v := &visit{Documents: d, ctx: ctx}
	page, n := store.Page{Limit: docsPerPage}, 0
	for {
		posts, err := d.store.AccountPosts(ctx, viewer, me.ID, store.AccountFilter{}, page)
		if err != nil {
			return err
		}
		for _, p := range posts {
			page.Max = p.ID
			doc, err := v.ofArchive(p, me)
			if models.KindOf(err) == models.NotFound {
				continue // a boost of what is no longer there
			}
			if err != nil {
				return err
			}
			body, err := doc.JSON()
			if err != nil {
				return err
			}
			if n > 0 {
				body = append([]byte{','}, body...)
			}
			if _, err := w.Write(body); err != nil {
				return err
			}
			n++
		}
		if len(posts) < docsPerPage {
			break
		}
	}
	_, err = fmt.Fprintf(w, `],"totalItems":%d}`, n)
	return err
}

// ofArchive is the activity that published a post, for its author.
func (v *visit) ofArchive(p *models.Post, me *models.Account) (wire.Document, error) {
	if p.BoostOfID != 0 {
		return v.announce(p, me)
	}
	c, err := v.context(p, me)
	if err != nil {
		return wire.Document{}, err
	}
	return v.encoder.Create(c)
}
