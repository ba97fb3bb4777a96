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

// WriteOutbox writes what a member published beyond the chapter, whoever may
// read it, as one OrderedCollection for its own archive, newest first. It is
// written as it is read, since it can be long.
func (d *Documents) WriteOutbox(ctx context.Context, me *models.Account, w io.Writer) error {
	viewer, err := d.store.ViewerOf(ctx, me.ID)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, `{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","orderedItems":[`); err != nil {
		return err
	}
	v, n := &visit{Documents: d, ctx: ctx}, 0
	mine := func(p store.Page) ([]*models.Post, error) {
		return d.store.AccountPosts(ctx, viewer, me.ID, store.AccountFilter{}, p)
	}
	err = store.InPages(mine, postID, func(posts []*models.Post) error {
		for _, p := range posts {
			body, err := v.published(p)
			if models.KindOf(err) == models.NotFound {
				continue // it stays in the chapter, or is a boost of what is no longer there
			}
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
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `],"totalItems":%d}`, n)
	return err
}

func postID(p *models.Post) models.ID { return p.ID }

// published is the activity that published a post or made a boost.
func (v *visit) published(p *models.Post) ([]byte, error) {
	doc, err := v.activityOf(p)
	if err != nil {
		return nil, err
	}
	return doc.JSON()
}
