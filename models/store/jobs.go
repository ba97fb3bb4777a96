package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"atelier/models"
)

// AddJob stores work for later; until lease, if that is set, it is claimed by
// who stores it. It reports false for a job whose kind and key wait already:
// that one stays as it is.
func (q queries) AddJob(ctx context.Context, j *models.Job, lease time.Time) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO jobs (id, kind, key, data, attempts, run_at, lease_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, key) DO NOTHING`, j.ID, j.Kind, j.Key, j.Data, j.Attempts, j.RunAt, lease, q.now())
	if err != nil {
		return false, fmt.Errorf("add job %s %s: %w", j.Kind, j.Key, err)
	}
	return n == 1, nil
}

// ClaimJobs takes due jobs of the named kinds for as long as lease: another
// node, or this one after a crash, takes them again when it is over.
func (q queries) ClaimJobs(ctx context.Context, kinds []string, lease time.Duration, limit int) ([]*models.Job, error) {
	lock := ``
	if q.run.postgres() {
		lock = ` FOR UPDATE SKIP LOCKED`
	}
	now := q.now()
	jobs, err := list(ctx, q, func(rows *sql.Rows) (*models.Job, error) {
		j := &models.Job{}
		return j, rows.Scan(&j.ID, &j.Kind, &j.Key, &j.Data, &j.Attempts, millis{&j.RunAt})
	}, `
		UPDATE jobs SET lease_until = ?, attempts = attempts + 1
		WHERE id IN (SELECT id FROM jobs WHERE run_at <= ? AND lease_until <= ? AND kind {names} ORDER BY run_at, id LIMIT ?`+lock+`)
		RETURNING id, kind, key, data, attempts, run_at`, now.Add(lease), now, now, kinds, limit)
	slices.SortFunc(jobs, func(a, b *models.Job) int { return cmp.Compare(a.ID, b.ID) })
	return jobs, err
}

// DeleteJob deletes a job that is done or given up.
func (q queries) DeleteJob(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM jobs WHERE id = ?`, id)
	return err
}

// DeleteJobNamed deletes the job of a kind with a key, whether or not it waits
// for another try.
func (q queries) DeleteJobNamed(ctx context.Context, kind, key string) error {
	_, err := q.exec(ctx, `DELETE FROM jobs WHERE kind = ? AND key = ?`, kind, key)
	return err
}

// PostponeJob lets a job run again later.
func (q queries) PostponeJob(ctx context.Context, id models.ID, at time.Time, why string) error {
	_, err := q.exec(ctx, `UPDATE jobs SET lease_until = 0, run_at = ?, last_error = ? WHERE id = ?`, at, why, id)
	return err
}

// JobsDue says whether any job of the named kinds can be claimed.
func (q queries) JobsDue(ctx context.Context, kinds []string) (bool, error) {
	now := q.now()
	return q.exists(ctx, `SELECT 1 FROM jobs WHERE run_at <= ? AND lease_until <= ? AND kind {names} LIMIT 1`, now, now, kinds)
}

// CountJobs counts the jobs that wait.
func (q queries) CountJobs(ctx context.Context) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM jobs`, nil, &n)
	return n, err
}

// JobsUnderWay says whether any job of the named kinds is due, or being done.
func (q queries) JobsUnderWay(ctx context.Context, kinds []string) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM jobs WHERE run_at <= ? AND kind {names} LIMIT 1`, q.now(), kinds)
}

// JobWaits says whether the job of a kind with a key is still to be done.
func (q queries) JobWaits(ctx context.Context, kind, key string) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM jobs WHERE kind = ? AND key = ?`, kind, key)
}
