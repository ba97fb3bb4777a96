package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// SetEndorsement makes an account show another on its profile, or ends that.
func (q queries) SetEndorsement(ctx context.Context, id, accountID, targetID models.ID, shown bool) error {
	if !shown {
		_, err := q.exec(ctx, `DELETE FROM endorsements WHERE account_id = ? AND target_id = ?`, accountID, targetID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO endorsements (id, account_id, target_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, targetID, q.now())
	if err != nil {
		return fmt.Errorf("endorse an account: %w", err)
	}
	return nil
}

// Endorsed returns a page of whom an account shows on its profile.
func (q queries) Endorsed(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, target_id AS who FROM endorsements WHERE account_id = ?) f`, `TRUE`, accountID)
}

// EndorsedAmong returns which of accounts an account shows on its profile.
func (q queries) EndorsedAmong(ctx context.Context, accountID models.ID, accounts []models.ID) (map[models.ID]bool, error) {
	ids, err := list(ctx, q, scanID, `SELECT target_id FROM endorsements WHERE account_id = ? AND target_id {ids}`, accountID, accounts)
	if err != nil {
		return nil, fmt.Errorf("read endorsements: %w", err)
	}
	out := make(map[models.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// FamiliarFollowers returns, for each of accounts, followers of it whom the
// viewer follows, at most limit each; who hides its network is in none.
func (q queries) FamiliarFollowers(ctx context.Context, v models.Viewer, accounts []models.ID, limit int) (map[models.ID][]models.ID, error) {
	type pair struct{ of, who models.ID }
	found, err := list(ctx, q, func(rows *sql.Rows) (p pair, err error) { return p, rows.Scan(&p.of, &p.who) }, `
		SELECT of, who FROM (
			SELECT f.target_id AS of, f.account_id AS who, ROW_NUMBER() OVER (PARTITION BY f.target_id ORDER BY f.id DESC) AS nth
			FROM follows f JOIN follows m ON m.account_id = ? AND m.target_id = f.account_id AND m.state = 'accepted'
			JOIN accounts a ON a.id = f.account_id JOIN accounts t ON t.id = f.target_id
			WHERE f.target_id {ids} AND f.state = 'accepted' AND a.suspended_at = 0 AND NOT t.hide_network AND NOT a.hide_network) x
		WHERE nth <= ? ORDER BY of, nth`, v.AccountID, accounts, limit)
	if err != nil {
		return nil, fmt.Errorf("read familiar followers: %w", err)
	}
	out := map[models.ID][]models.ID{}
	for _, p := range found {
		out[p.of] = append(out[p.of], p.who)
	}
	return out, nil
}

// Directory returns profiles that want to be found, members' first or only;
// those that were active last first, or the newest.
func (q queries) Directory(ctx context.Context, v models.Viewer, local, newest bool, limit, offset int) ([]*models.Account, error) {
	condition, order := ``, `COALESCE(n.last_post_at, 0) DESC, a.id DESC`
	if local {
		condition = ` AND a.domain = ''`
	}
	if newest {
		order = `a.id DESC`
	}
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		WHERE a.discoverable AND a.suspended_at = 0 AND a.silenced_at = 0 AND a.moved_to = '' AND`+seen+condition+`
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = ? AND b.target_id = a.id) OR (b.account_id = a.id AND b.target_id = ?))
			AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = ? AND m.target_id = a.id)
		ORDER BY `+order+` LIMIT ? OFFSET ?`, v.AccountID, v.AccountID, v.AccountID, limit, offset)
}

// Suggested returns accounts that the viewer may want to follow: members of
// the chapter first, then those whom most of its members follow.
func (q queries) Suggested(ctx context.Context, v models.Viewer, limit int) ([]*models.Account, error) {
	me := v.AccountID
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+`
		FROM accounts a LEFT JOIN account_stats n ON n.account_id = a.id
		LEFT JOIN (SELECT f.target_id, COUNT(*) AS here FROM follows f WHERE f.local AND f.state = 'accepted' GROUP BY f.target_id) h ON h.target_id = a.id
		WHERE (a.domain = '' OR h.here > 1) AND a.discoverable AND a.id <> ? AND a.suspended_at = 0 AND a.silenced_at = 0 AND a.moved_to = '' AND`+seen+`
			AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.account_id = ? AND f.target_id = a.id)
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = ? AND b.target_id = a.id) OR (b.account_id = a.id AND b.target_id = ?))
			AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = ? AND m.target_id = a.id)
			AND NOT EXISTS (SELECT 1 FROM suggestion_dismissals d WHERE d.account_id = ? AND d.target_id = a.id)
		ORDER BY CASE WHEN a.domain = '' THEN 0 ELSE 1 END, COALESCE(h.here, 0) DESC, COALESCE(n.last_post_at, 0) DESC, a.id LIMIT ?`, me, me, me, me, me, me, limit)
}

// DismissSuggestion keeps an account out of another's suggestions.
func (q queries) DismissSuggestion(ctx context.Context, accountID, targetID models.ID) error {
	_, err := q.exec(ctx, `INSERT INTO suggestion_dismissals (account_id, target_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, accountID, targetID)
	return err
}

// A ListedDomain is a domain in a list that is ordered by something else.
type ListedDomain struct {
	Cursor models.ID
	Domain string
}

// BlockedDomains returns a page of the domains that an account does not want
// to hear of.
func (q queries) BlockedDomains(ctx context.Context, accountID models.ID, p Page) ([]ListedDomain, error) {
	return pageOf(ctx, q, func(rows *sql.Rows) (d ListedDomain, err error) { return d, rows.Scan(&d.Cursor, &d.Domain) },
		p, "d.id", `SELECT d.id, d.domain FROM member_domain_blocks d WHERE d.account_id = ?`, accountID)
}

// SetDomainBlock makes an account not hear of a domain, or ends that.
func (q queries) SetDomainBlock(ctx context.Context, id, accountID models.ID, domain string, blocked bool) error {
	if !blocked {
		_, err := q.exec(ctx, `DELETE FROM member_domain_blocks WHERE account_id = ? AND domain = ?`, accountID, domain)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO member_domain_blocks (id, account_id, domain, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, domain, q.now())
	if err != nil {
		return fmt.Errorf("block a domain: %w", err)
	}
	return nil
}

// TiesWithDomain returns the follows, both ways, between an account and those
// of a domain.
func (q queries) TiesWithDomain(ctx context.Context, accountID models.ID, domain string, limit int) ([]*models.Follow, error) {
	return list(ctx, q, scanFollow, `
		SELECT `+followColumns+` FROM follows f JOIN accounts a ON a.id = f.target_id WHERE f.account_id = ? AND a.domain = ?
		UNION ALL SELECT `+followColumns+` FROM follows f JOIN accounts a ON a.id = f.account_id WHERE f.target_id = ? AND a.domain = ? LIMIT ?`,
		accountID, domain, accountID, domain, limit)
}

// ClearHomeOfDomain takes the posts of a domain's accounts out of somebody's
// home.
func (q queries) ClearHomeOfDomain(ctx context.Context, accountID models.ID, domain string) error {
	_, err := q.exec(ctx, `DELETE FROM home_entries WHERE account_id = ? AND author_id IN (SELECT id FROM accounts WHERE domain = ?)`, accountID, domain)
	if err != nil {
		return fmt.Errorf("clear home timeline: %w", err)
	}
	return nil
}

// QuoteRefs are Refs of a page of the posts that quote a post, with its
// author's consent.
func (q queries) QuoteRefs(ctx context.Context, v models.Viewer, postID models.ID, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, postList{column: "p.id", from: fromPosts, condition: `p.quote_of_id = ? AND p.quote_state = 'accepted' AND ` + notMine,
		args: []any{postID, v.AccountID, v.AccountID, v.AccountID}})
}

// SetQuoteState stores the consent to what a post quotes.
func (q queries) SetQuoteState(ctx context.Context, id models.ID, state models.QuoteState) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, quote_state = ? WHERE id = ?`, state, id)
	return err
}

// SetQuotePolicy stores who may quote a post.
func (q queries) SetQuotePolicy(ctx context.Context, id models.ID, policy models.QuotePolicy) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, quote_policy = ? WHERE id = ?`, policy, id)
	return err
}
