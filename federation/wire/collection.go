package wire

import "github.com/go-json-experiment/json/jsontext"

// Collection is a collection, or a page of one.
type Collection struct {
	ID         string // "" of some pages
	Type       string
	TotalItems int // -1 if it does not say
	Owner      string
	First      Object // the first page, perhaps embedded
	Next       string
	PartOf     string
	Items      []Object // in their order; at most MaxItems
}

// IsPage says whether it is a page.
func (c *Collection) IsPage() bool {
	return c.Type == "CollectionPage" || c.Type == "OrderedCollectionPage"
}

// DecodeCollection reads a collection or a page of one.
func DecodeCollection(raw []byte) (*Collection, error) {
	var w struct {
		ID      soleID `json:"id"`
		Type    kind   `json:"type"`
		Total   number `json:"totalItems"`
		Owner   uri    `json:"attributedTo"`
		First   things `json:"first"`
		Next    uri    `json:"next"`
		PartOf  uri    `json:"partOf"`
		Items   items  `json:"items"`
		Ordered items  `json:"orderedItems"`
	}
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	if w.Type == "" {
		return nil, ErrType
	}
	if ClassOf(string(w.Type)) != CollectionClass {
		return nil, ErrNotList
	}
	c := &Collection{
		ID: string(w.ID), Type: string(w.Type), TotalItems: -1, Owner: address(w.Owner),
		First: w.First.first(), Next: address(w.Next), PartOf: address(w.PartOf), Items: w.Ordered,
	}
	if len(c.Items) == 0 {
		c.Items = w.Items
	}
	if w.Total.set {
		c.TotalItems = w.Total.count()
	}
	return c, nil
}

// items are the members of a collection.
type items []Object

func (i *items) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return (*things)(i).read(dec, MaxItems)
}
