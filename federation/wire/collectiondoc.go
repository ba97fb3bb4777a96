package wire

import (
	"fmt"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// CollectionContext is a collection of ours, or a page of one.
type CollectionContext struct {
	ID      string
	Ordered bool
	Page    bool
	Owner   string // attributedTo, "" for none
	Total   int    // of the whole collection; negative: not told
	First   string // the first page, "" if the items are not listed
	PartOf  string // of a page
	Next    string
	Prev    string
	Items   []Document // of a page, or of a small collection; Named ones as ids
	Listed  bool       // write the items also if there are none
}

// Collection is the document of a collection or of a page.
func (e Encoder) Collection(c CollectionContext) (Document, error) {
	o := newCollection(c.Ordered, c.Page)
	setID(o, c.ID)
	if c.Owner != "" {
		o.SetActivityStreamsAttributedTo(iris(streams.NewActivityStreamsAttributedToProperty(), c.Owner))
	}
	if c.Total >= 0 {
		o.SetActivityStreamsTotalItems(totalItems(c.Total))
	}
	if c.First != "" {
		o.SetActivityStreamsFirst(at(streams.NewActivityStreamsFirstProperty(), c.First))
	}
	if p, ok := o.(collectionPage); ok {
		if c.PartOf != "" {
			p.SetActivityStreamsPartOf(at(streams.NewActivityStreamsPartOfProperty(), c.PartOf))
		}
		if c.Next != "" {
			p.SetActivityStreamsNext(at(streams.NewActivityStreamsNextProperty(), c.Next))
		}
		if c.Prev != "" {
			p.SetActivityStreamsPrev(at(streams.NewActivityStreamsPrevProperty(), c.Prev))
		}
	}
	if len(c.Items) > 0 || c.Page || c.Listed {
		items := make([]any, 0, len(c.Items))
		for _, d := range c.Items {
			v, err := d.value()
			if err != nil {
				return Document{}, fmt.Errorf("write an item of %s: %w", c.ID, err)
			}
			items = append(items, v)
		}
		key := "items"
		if c.Ordered {
			key = "orderedItems"
		}
		o.GetUnknownProperties()[key] = items
	}
	return Document{typed: o, id: c.ID}, nil
}

// collection is what go-fed's four sorts of collection have in common.
type collection interface {
	object
	SetActivityStreamsFirst(vocab.ActivityStreamsFirstProperty)
	SetActivityStreamsTotalItems(vocab.ActivityStreamsTotalItemsProperty)
}

type collectionPage interface {
	SetActivityStreamsPartOf(vocab.ActivityStreamsPartOfProperty)
	SetActivityStreamsNext(vocab.ActivityStreamsNextProperty)
	SetActivityStreamsPrev(vocab.ActivityStreamsPrevProperty)
}

func newCollection(ordered, page bool) collection {
	switch {
	case ordered && page:
		return streams.NewActivityStreamsOrderedCollectionPage()
	case ordered:
		return streams.NewActivityStreamsOrderedCollection()
	case page:
		return streams.NewActivityStreamsCollectionPage()
	}
	return streams.NewActivityStreamsCollection()
}

// Hashtag is a tag on its own, as an item of featuredTags and as the object
// of the Add that puts it there.
func (e Encoder) Hashtag(name string) Document {
	return Document{typed: e.hashtag(name, ""), id: e.URLs.TagPage(name)}
}
