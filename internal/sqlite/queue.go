package sqlite

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Queue counts the executions that are not closed, and why the waiting ones wait, most frequent first. SEE on automator/fracttal_hub.
func (db *DB) Queue(ctx context.Context, c hub.Caller) (*hub.Queue, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	paused, err := pauseOf(db.reads(ctx), 0)
	if err != nil {
		return nil, err
	}
	rows, err := db.read.QueryContext(ctx, `SELECT state, waiting_for, count(*), min(created_at), min(due_at) FROM executions WHERE closed_at IS NULL
		GROUP BY state, waiting_for ORDER BY state, waiting_for`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	q := &hub.Queue{Paused: paused, WaitingFor: []hub.WaitingCount{}}
	for rows.Next() {
		var state hub.ExecutionState
		var why hub.ReasonCode
		var n int
		var oldest, until *time.Time
		if err := rows.Scan(&state, text[hub.ReasonCode]{&why}, &n, maybeMillis{&oldest}, maybeMillis{&until}); err != nil {
			return nil, err
		}
		if q.OldestAt == nil || oldest.Before(*q.OldestAt) {
			q.OldestAt = oldest
		}
		switch state {
		case hub.Queued:
			q.Queued += n
		case hub.Running:
			q.Running += n
		case hub.Waiting:
			q.Waiting += n
			q.WaitingFor = append(q.WaitingFor, hub.WaitingCount{Reason: why, Count: n, Until: until})
		}
	}
	slices.SortStableFunc(q.WaitingFor, func(a, b hub.WaitingCount) int { return b.Count - a.Count })
	return q, rows.Err()
}
