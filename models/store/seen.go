package store

import (
	"context"
	"fmt"
	"time"

	"atelier/models"
)

// seen says which accounts are shown to clients: not deleted ones, not those
// of people who are not members yet, nor the server's own.
const seen = ` a.deleted_at = 0 AND (a.domain <> '' OR a.type <> 'Application')
	AND NOT EXISTS (SELECT 1 FROM members sm WHERE sm.account_id = a.id AND sm.state = 'applied') `

// SeenAccount returns the account with id if clients are shown it; a suspended
// one is.
func (q queries) SeenAccount(ctx context.Context, id models.ID) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.id = ? AND`+seen, id)
}

// SeenAccounts returns those of the accounts with ids that clients are shown,
// in the order of ids.
func (q queries) SeenAccounts(ctx context.Context, ids []models.ID) ([]*models.Account, error) {
	found, err := list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.id {ids} AND`+seen, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[models.ID]*models.Account, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}
	out := make([]*models.Account, 0, len(found))
	for _, id := range ids {
		if a := byID[id]; a != nil {
			out = append(out, a)
		}
	}
	return out, nil
}

// CountFollowRequests counts who waits for an account's answer.
func (q queries) CountFollowRequests(ctx context.Context, accountID models.ID) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM follows WHERE target_id = ? AND state = 'pending'`, []any{accountID}, &n)
	return n, err
}

// A Week is what happened in the chapter in seven days.
type Week struct {
	Start  time.Time
	Posts  int // by members, for everyone
	Seen   int // members who were here last in it
	Joined int
}

// Weeks returns the last n weeks, the present one first. They begin on
// Monday, UTC.
func (q queries) Weeks(ctx context.Context, n int) ([]Week, error) {
	now := q.now().UTC()
	monday := now.Truncate(24*time.Hour).AddDate(0, 0, -(int(now.Weekday())+6)%7)
	out := make([]Week, n)
	for i := range out {
		w := &out[i]
		w.Start = monday.AddDate(0, 0, -7*i)
		end := w.Start.AddDate(0, 0, 7)
		err := q.row(ctx, `
			SELECT (SELECT COUNT(*) FROM posts WHERE local AND boost_of_id IS NULL AND id >= ? AND id < ? AND visibility IN ('public', 'unlisted') AND state = 'published' AND NOT hidden),
				(SELECT COUNT(*) FROM members WHERE seen_at >= ? AND seen_at < ?),
				(SELECT COUNT(*) FROM members WHERE created_at >= ? AND created_at < ?)`,
			[]any{int64(models.FirstIDAt(w.Start)), int64(models.FirstIDAt(end)), w.Start, end, w.Start, end}, &w.Posts, &w.Seen, &w.Joined)
		if err != nil {
			return nil, fmt.Errorf("count a week: %w", err)
		}
	}
	return out, nil
}

// KnownHosts returns names of other servers that accounts are known of, in the
// order of the alphabet; those that have word in them, or all if that is "".
func (q queries) KnownHosts(ctx context.Context, word string, limit int) ([]string, error) {
	return list(ctx, q, scanString, `SELECT DISTINCT domain FROM accounts WHERE domain <> '' AND domain LIKE ? ESCAPE '\' ORDER BY domain LIMIT ?`,
		"%"+likePrefix(word), limit)
}
