package models

import (
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// ID names a row: 63 bits, ordered by time, unique across nodes. Clients see
// it as a decimal string, which has 19 digits until the year 2109, so that
// comparing by length and then by text is comparing by age.
type ID int64

// An ID is 42 bits of milliseconds since 1970, 8 bits of node, 13 bits of
// count within the millisecond.
const (
	idNodeBits  = 8
	idCountBits = 13
	idTimeShift = idNodeBits + idCountBits
)

// String returns the id in decimal, or "" for the zero id.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// Time returns the moment the id was made for, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id) >> idTimeShift).UTC() }

// Node is the number of the node that made the id.
func (id ID) Node() uint8 { return uint8(id >> idCountBits) }

// Value makes an ID a value for database/sql; the zero id is NULL.
func (id ID) Value() (driver.Value, error) {
	if id == 0 {
		return nil, nil
	}
	return int64(id), nil
}

// Scan reads an ID from a database column; NULL is the zero id.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = 0
	case int64:
		*id = ID(v)
	default:
		return fmt.Errorf("scan %T into an id", src)
	}
	return nil
}

// ParseID reads a decimal id. Anything else is 0, which is never found: an
// unknown id of any form is "not found", not an error.
func ParseID(s string) ID {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return ID(n)
}

// IDs makes ids. The zero value counts for node 0 by the system's clock.
type IDs struct {
	Now func() time.Time

	mu    sync.Mutex
	node  uint8
	last  int64 // millisecond of the last id
	count int64
}

// SetNode sets the number that tells this node's ids from those of others.
func (s *IDs) SetNode(n uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node = n
}

// New returns an id for now, greater than all that this IDs returned before.
func (s *IDs) New() ID {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	ms := now().UnixMilli()
	s.mu.Lock()
	defer s.mu.Unlock()
	if ms > s.last {
		s.last, s.count = ms, 0
	} else if s.count++; s.count >= 1<<idCountBits {
		s.last, s.count = s.last+1, 0 // a clock that stands still or goes back borrows from the future
	}
	return ID(s.last<<idTimeShift | int64(s.node)<<idCountBits | s.count)
}

// At returns an id that sorts among those of moment t: for a post that was
// fetched long after it was published. Times before 1970 count as 1970, times
// to come as now. Unlike New it may return an id twice.
func (s *IDs) At(t time.Time) ID {
	id := s.New()
	ms := max(t.UnixMilli(), 1)
	if ms >= int64(id)>>idTimeShift {
		return id
	}
	// The count of a moment that has passed is not known any more: it is drawn.
	// It may meet one that was drawn before, or given out then; the caller asks
	// the store, and tries again.
	node := int64(id) & (1<<idNodeBits - 1) << idCountBits
	return ID(ms<<idTimeShift | node | rand.Int64N(1<<idCountBits))
}

// FirstIDAt returns the smallest id of moment t, for paging by time.
func FirstIDAt(t time.Time) ID { return ID(max(t.UnixMilli(), 0) << idTimeShift) }
