package wire

import (
	"time"

	"atelier/models"
)

// Activity is something that somebody did. Its parts are as the sender says;
// whether the sender may say so is the reader's business.
type Activity struct {
	ID         string
	Type       string
	Actor      string
	Objects    []Object // what it is about; nearly always one
	Target     Object   // where to: a collection, a group, the new account of a Move
	Origin     Object   // where from
	Instrument Object   // with what: the quoting post of a QuoteRequest
	Result     string   // of an Accept: the id of the authorization
	To, CC     []string
	Audience   []string // groups it is meant for
	Published  time.Time
	Updated    time.Time
	EndTime    time.Time // of a Block: until when
	Content    string    // of a Flag: the complaint; of an EmojiReact: the emoji
	Summary    string    // of Lemmy's moderation: the reason
	Emoji      models.Emoji
	RemoveData bool   // Lemmy: delete all that the blocked or deleted account wrote
	ApprovedBy string // GoToSocial: the id of the consent
	Raw        []byte
}

// Object is what the activity is about: the first of its objects.
func (a *Activity) Object() Object { return things(a.Objects).first() }

// Reaction is the emoji that a Like, Dislike or EmojiReact carries, "" if it
// is a plain one: a Like with content is a reaction (FEP-c0e0).
func (a *Activity) Reaction() string {
	switch a.Type {
	case "Like", "EmojiReact", "Dislike":
		return cut(a.Content, 100)
	}
	return ""
}

// rawActivity is an activity as it is written.
type rawActivity struct {
	ID         soleID     `json:"id"`
	Type       kind       `json:"type"`
	Actor      sole       `json:"actor"`
	Object     things     `json:"object"`
	Target     things     `json:"target"`
	Origin     things     `json:"origin"`
	Instrument things     `json:"instrument"`
	Result     uri        `json:"result"`
	To         recipients `json:"to"`
	CC         recipients `json:"cc"`
	Audience   recipients `json:"audience"`
	Published  moment     `json:"published"`
	Updated    moment     `json:"updated"`
	EndTime    moment     `json:"endTime"`
	Content    text       `json:"content"`
	Misskey    text       `json:"_misskey_reaction"`
	Summary    text       `json:"summary"`
	Tag        tags       `json:"tag"`
	RemoveData boolean    `json:"removeData"`
	ApprovedBy uri        `json:"approvedBy"`
}

// DecodeActivity reads an activity. What it is about stays unread.
func DecodeActivity(raw []byte) (*Activity, error) {
	var w rawActivity
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	switch {
	case w.Type == "":
		return nil, ErrType
	case w.Actor == "":
		if ClassOf(string(w.Type)) != ActivityClass {
			return nil, ErrNotActivity
		}
		return nil, ErrActor
	case ClassOf(string(w.Type)) != ActivityClass:
		return nil, ErrNotActivity
	case len(w.Object) == 0:
		return nil, ErrObject
	}
	if w.Content == "" {
		w.Content = w.Misskey
	}
	a := &Activity{
		ID: string(w.ID), Type: string(w.Type), Actor: string(w.Actor),
		Objects: w.Object, Target: w.Target.first(), Origin: w.Origin.first(), Instrument: w.Instrument.first(),
		Result: address(w.Result), To: w.To, CC: w.CC, Audience: w.Audience,
		Published: time.Time(w.Published), Updated: time.Time(w.Updated), EndTime: time.Time(w.EndTime),
		Content: string(w.Content), Summary: string(w.Summary),
		RemoveData: w.RemoveData.val, ApprovedBy: address(w.ApprovedBy), Raw: raw,
	}
	if len(w.Tag.emojis) > 0 {
		a.Emoji = w.Tag.emojis[0]
	}
	return a, nil
}

// Tombstone is what remains of something deleted.
type Tombstone struct {
	ID         string
	FormerType string
	Author     string // "" if it does not say
	Deleted    time.Time
}

// DecodeTombstone reads a Tombstone. Any object that says it was deleted is
// one, whatever its type.
func DecodeTombstone(raw []byte) (*Tombstone, error) {
	var w struct {
		ID         soleID `json:"id"`
		Type       kind   `json:"type"`
		FormerType kind   `json:"formerType"`
		Lotide     kind   `json:"former_type"`
		Author     uri    `json:"attributedTo"`
		Deleted    moment `json:"deleted"`
	}
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	if w.ID == "" {
		return nil, ErrID
	}
	if w.FormerType == "" {
		w.FormerType = w.Lotide
	}
	return &Tombstone{string(w.ID), string(w.FormerType), address(w.Author), time.Time(w.Deleted)}, nil
}

// Authorization is an author's consent: to be quoted (FEP-044f), or answered,
// liked, boosted (GoToSocial).
type Authorization struct {
	ID     string
	Type   string
	Author string // who consents
	Made   string // what was made of it: the post that quotes or answers, the like, the boost
	Of     string // the post of the author
}

// approvals are the types of consents that GoToSocial had before 0.21, which
// say in object and target what the others say in two properties of their own.
var approvals = map[string]bool{"LikeApproval": true, "ReplyApproval": true, "AnnounceApproval": true}

// DecodeAuthorization reads a consent of an author.
func DecodeAuthorization(raw []byte) (*Authorization, error) {
	var w struct {
		ID     soleID `json:"id"`
		Type   kind   `json:"type"`
		Author uri    `json:"attributedTo"`
		Made   uri    `json:"interactingObject"`
		Of     uri    `json:"interactionTarget"`
		Object uri    `json:"object"`
		Target uri    `json:"target"`
	}
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	if approvals[string(w.Type)] {
		w.Made, w.Of = w.Object, w.Target
	}
	known := approvals[string(w.Type)]
	for _, name := range authorizations {
		known = known || name == string(w.Type)
	}
	switch {
	case w.ID == "":
		return nil, ErrID
	case !known:
		return nil, ErrType
	case w.Author == "":
		return nil, ErrAuthor
	case w.Made == "" || w.Of == "" && !approvals[string(w.Type)]:
		return nil, ErrObject
	}
	return &Authorization{string(w.ID), string(w.Type), address(w.Author), address(w.Made), address(w.Of)}, nil
}
