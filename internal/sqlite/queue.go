package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Queue counts what is not done yet, why it waits, and what was done in the last minute. SEE on automator/fracttal_hub.
func (db *DB) Queue(ctx context.Context, c hub.Caller) (*hub.Queue, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return db.QueueForHub(ctx)
}

// QueueForHub is Queue for the hub itself, which shows the numbers to whoever watches over it; it asks nobody. Its cost grows with
// what is in the queue, and not with what ever was.
func (db *DB) QueueForHub(ctx context.Context) (q *hub.Queue, err error) {
	defer func() { err = fault(err) }()
	paused, err := pauseOf(db.reads(ctx), 0)
	if err != nil {
		return nil, err
	}
	// In one transaction: what moves on meanwhile is counted once.
	tx, err := db.read.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	q = &hub.Queue{Paused: paused, At: time.Now().UTC(), Throughput: db.w.lately.read(time.Now()), WaitingFor: []hub.WaitingCount{}, Deliveries: []hub.WaitingDeliveries{}}
	for state, n := range map[hub.ExecutionState]*int{hub.Queued: &q.Queued, hub.Running: &q.Running} {
		if err := tx.QueryRowContext(ctx, countOpen, string(state)).Scan(n); err != nil {
			return nil, err
		}
	}
	if err := tx.QueryRowContext(ctx, oldestOpen).Scan(maybeMillis{&q.OldestAt}); err != nil {
		return nil, err
	}
	if q.WaitingFor, err = waiting(ctx, tx, "executions", q.WaitingFor); err != nil {
		return nil, err
	}
	for _, w := range q.WaitingFor {
		q.Waiting += w.Count // every one that waits has its reason
	}
	list, err := waiting(ctx, tx, "deliveries", nil)
	for _, w := range list {
		q.Deliveries = append(q.Deliveries, hub.WaitingDeliveries(w))
	}
	return q, err
}

const (
	countOpen = "SELECT count(*) FROM executions WHERE closed_at IS NULL AND state = ?"
	// Keys sort by time, so the first of each state is its oldest; that of the table would be looked for among all that are closed.
	oldestOpen = `SELECT min(created_at) FROM (
		SELECT * FROM (SELECT created_at FROM executions WHERE closed_at IS NULL AND state = 'QUEUED' ORDER BY key LIMIT 1) UNION ALL
		SELECT * FROM (SELECT created_at FROM executions WHERE closed_at IS NULL AND state = 'RUNNING' ORDER BY key LIMIT 1) UNION ALL
		SELECT * FROM (SELECT created_at FROM executions WHERE closed_at IS NULL AND state = 'WAITING' ORDER BY key LIMIT 1))`
)

// countWaiting counts what waits in a table.
func countWaiting(table string) string {
	return "SELECT waiting_for, count(*), min(due_at) FROM " + table + " WHERE waiting_for IS NOT NULL GROUP BY waiting_for"
}

// waiting counts the rows of a table that wait by why they do, most frequent first.
func waiting(ctx context.Context, tx *readTx, table string, list []hub.WaitingCount) ([]hub.WaitingCount, error) {
	rows, err := tx.QueryContext(ctx, countWaiting(table))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w hub.WaitingCount
		if err := rows.Scan(text[hub.ReasonCode]{&w.Reason}, &w.Count, maybeMillis{&w.Until}); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	slices.SortStableFunc(list, func(a, b hub.WaitingCount) int { return b.Count - a.Count })
	return list, rows.Err()
}
