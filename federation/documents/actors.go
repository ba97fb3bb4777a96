package documents

import (
	"context"
	"strings"
	"time"

	"net/http"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// account returns the local account that an address belongs to. A deleted one
// is there too: its answers are 410.
func (v *visit) account() (*models.Account, error) {
	a, err := v.store.AccountByURI(v.ctx, v.actorURI())
	if err != nil {
		return nil, err
	}
	if !a.Local() {
		return nil, store.ErrNotFound
	}
	return a, nil
}

// actorURI is the id that the address's actor would have. Names are found in
// any letter case.
func (v *visit) actorURI() string {
	r := v.ref
	if r.Actor == models.PersonActor || r.Actor == models.ThemeActor {
		r.Name = strings.ToLower(r.Name)
	}
	return v.urls.ActorURI(r)
}

// handle is the local handle of the address's actor.
func (v *visit) handle() (string, error) {
	switch v.ref.Actor {
	case models.PersonActor, models.ThemeActor:
		return strings.ToLower(v.ref.Name), nil
	case models.InstanceActor:
		a, err := v.chapter.Instance(v.ctx)
		if err != nil {
			return "", err
		}
		return strings.ToLower(a.Username), nil
	}
	a, err := v.chapter.Group(v.ctx)
	if err != nil {
		return "", err
	}
	return strings.ToLower(a.Username), nil
}

// actor answers with an actor's document.
func (v *visit) actor() error {
	name, err := v.handle()
	if err != nil {
		return err
	}
	p, err := v.keptActor(v.ctx, nameKey{name, models.ActorRef}, func(a *models.Account) ([]byte, int, error) {
		if !a.DeletedAt.IsZero() {
			body, err := v.encoder.Tombstone(a.URI, models.PostType(a.Type), a.DeletedAt).JSON()
			return body, http.StatusGone, err
		}
		body, err := v.encoder.Actor(wire.ActorContext{Account: a}).JSON()
		return body, http.StatusOK, err
	})
	if err != nil {
		return err
	}
	if r, ok := v.urls.Parse(p.uri); !ok || r.Actor != v.ref.Actor { // a theme's name asked for as a person
		return store.ErrNotFound
	}
	return v.send(&p.page, true)
}

// keptActor returns a page of a local account, made by write if it is not
// kept.
func (d *Documents) keptActor(ctx context.Context, key nameKey, write func(*models.Account) ([]byte, int, error)) (*keptPage, error) {
	now := time.Now()
	p, ok := d.kept.names.GetIfPresent(key)
	if ok && p.good(now, func() (int64, error) {
		_, stamp, err := d.store.LocalStamp(ctx, key.name)
		return stamp, err
	}) {
		return p, nil
	}
	id, stamp, err := d.store.LocalStamp(ctx, key.name)
	if err != nil {
		return nil, err
	}
	a, err := d.store.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	body, status, err := write(a)
	if err != nil {
		return nil, err
	}
	p = &keptPage{page: *newPage(body, status, true), uri: a.URI, id: id, stamp: stamp}
	p.checked.Store(now.UnixNano())
	d.kept.byID.Set(id, key.name)
	d.kept.names.Set(key, p)
	return p, nil
}
