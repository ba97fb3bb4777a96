package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// Kinds of job of the inbox.
const (
	JobActivity  = "activity"  // take in an activity for which something has to be fetched
	JobOrigin    = "origin"    // somebody says that the post with the key's id changed
	JobFollowers = "followers" // compare who here follows the account with the key's id
	JobErase     = "erase"     // the account with the key's id is gone: delete what it left
)

// A kept activity waits for what has to be fetched. Its sender was verified
// before it was kept.
type kept struct {
	Sender    models.ID      `json:"sender"`
	Relayed   bool           `json:"relayed,omitempty"`   // by a relay of the chapter
	Forwarded bool           `json:"forwarded,omitempty"` // it was passed on by another server
	Body      jsontext.Value `json:"body"`
}

// later keeps an activity, to be taken in when there is time to fetch.
func (in *Inbox) later(ctx context.Context, s *sender, a *wire.Activity) error {
	name := key(a)
	if name == "" {
		sum := sha256.Sum256(a.Raw)
		name = hex.EncodeToString(sum[:])
	}
	return in.chapter.Store.Write(ctx, func(tx *store.Tx) error {
		return in.chapter.Later(ctx, tx, JobActivity, name, kept{Sender: s.ID, Relayed: s.relayed, Forwarded: s.forwarded, Body: a.Raw}, time.Time{})
	})
}

// activityJob takes in an activity that was kept.
func (in *Inbox) activityJob(ctx context.Context, j *models.Job) error {
	var k kept
	if err := json.Unmarshal(j.Data, &k); err != nil {
		return err
	}
	from, err := in.chapter.Store.Account(ctx, k.Sender)
	if err != nil || from.Suspended() || !from.DeletedAt.IsZero() {
		return err
	}
	a, err := wire.DecodeActivity(k.Body)
	if err != nil {
		return err
	}
	return in.apply(ctx, &sender{Account: from, forwarded: k.Forwarded, relayed: k.Relayed}, a, true)
}

// eraseLater keeps that the sender is gone. Everything that it left is deleted
// when there is time.
func (in *Inbox) eraseLater(ctx context.Context, s *sender) error {
	return in.chapter.Store.Write(ctx, func(tx *store.Tx) error {
		return in.chapter.Later(ctx, tx, JobErase, s.ID.String(), nil, time.Time{})
	})
}

func (in *Inbox) eraseJob(ctx context.Context, j *models.Job) error {
	a, err := in.chapter.Store.Account(ctx, models.ParseID(j.Key))
	if err != nil || a.Local() {
		return err
	}
	return in.chapter.ReceiveAccountDeleted(ctx, a)
}
