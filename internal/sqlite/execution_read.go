package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

var executions = table[hub.Execution]{
	kind: hub.KindExecution, name: "executions", columns: executionRead, scan: scanExecution,
	key: func(e *hub.Execution) int64 { return e.Key },
}

// Executions lists runs of flows, without what the caller may not see of the records that they read: a filter
// by a subject finds none whose subject is left out, and one by an event or an occurrence that the caller may not see none at
// all. It needs SEE on automator/fracttal_hub.
func (db *DB) Executions(ctx context.Context, c hub.Caller, f hub.ExecutionFilter, p hub.Page) (hub.List[*hub.Execution], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return hub.List[*hub.Execution]{}, err
	}
	if may, err := db.mayFilter(ctx, c, f); !may {
		return hub.List[*hub.Execution]{}, err
	}
	q := executionWalk(f)
	l, err := executions.walkKept(db.reads(ctx), q, p, func(list []*hub.Execution) ([]*hub.Execution, error) {
		err := disclosing(ctx, c, list, db.discloseExecution)
		return slices.DeleteFunc(list, func(e *hub.Execution) bool { return f.Subject != "" && e.Hides("subject") }), err
	})
	if f.Subject == "" || db.seesRecords(c) {
		l.Total = executions.total(db.reads(ctx), q, hub.MaxCounted)
	}
	return l, err
}

// mayFilter says whether the caller may see by what the list is narrowed: what it then has in it would tell.
func (db *DB) mayFilter(ctx context.Context, c hub.Caller, f hub.ExecutionFilter) (bool, error) {
	if f.EventKey != 0 && !c.May(hub.RowEvents, hub.See) {
		return false, nil
	}
	if _, all, err := db.eventTypes().visible(c, ""); f.OccurrenceKey == 0 || err == nil && all {
		return true, nil
	}
	list, err := db.BareOccurrencesByKey(ctx, c, []int64{f.OccurrenceKey})
	return err == nil && list[0] != nil, err
}

// executionWalk puts first what leaves the fewest: what is open is soon closed, what went wrong is rarer than what went
// well, while nearly all of a flow's executions are closed and well.
func executionWalk(f hub.ExecutionFilter) (q walk) {
	q.number("occurrence", "occurrence <> 0", f.OccurrenceKey)
	q.joined(f.OccurrenceKey)
	q.text("subject", "subject <> ''", f.Subject)
	if !slices.Contains(f.States, hub.Closed) {
		q.oneOf("state", texts(f.States), func(string) string { return "closed_at IS NULL" })
	} else {
		q.oneOf("state", texts(f.States), nil)
	}
	wentWell := slices.Contains(f.Outcomes, hub.Succeeded) || slices.Contains(f.Outcomes, hub.Skipped)
	if !wentWell {
		q.oneOf("outcome", texts(f.Outcomes), wholeIndex)
	}
	q.test(f.Test)
	byEvent := f.Trigger == hub.StartedByEvent
	if !byEvent {
		q.text("trigger", "trigger <> 'EVENT'", string(f.Trigger))
	}
	q.number("event", "event <> 0", f.EventKey)
	q.number("flow", "", f.FlowKey)
	if wentWell {
		q.oneOf("outcome", texts(f.Outcomes), wholeIndex)
	}
	if byEvent { // as nearly all are
		q.rest.and("trigger || '' = ?", string(f.Trigger))
	}
	q.between("executions", "created_at", f.Since, f.Until)
	return q
}

// Execution reads one run of a flow; NOT_FOUND if there is none. It needs SEE on automator/fracttal_hub.
func (db *DB) Execution(ctx context.Context, c hub.Caller, key int64) (*hub.Execution, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	e, err := executions.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	return e, db.discloseExecution(ctx, c, e)
}

// ExecutionsByKey reads many executions in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/fracttal_hub.
func (db *DB) ExecutionsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Execution, error) {
	list, err := seen(ctx, db, c, hub.RowHub, executions, keys)
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.discloseExecution)
}

// LastRuns reads the newest execution of each of many flows, test messages aside: nil where there is none. It needs SEE on automator/fracttal_hub.
func (db *DB) LastRuns(ctx context.Context, c hub.Caller, flowKeys []int64) ([]*hub.Execution, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	last := map[int64]int64{}
	err := eachIn(flowKeys, func(in string, args []any) error {
		return db.reads(ctx)(lastRuns+in, args, func(r scanner) error {
			var flow, key int64
			err := r.Scan(&flow, &key)
			last[flow] = key
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	keys := make([]int64, len(flowKeys))
	for i, k := range flowKeys {
		keys[i] = last[k]
	}
	return db.ExecutionsByKey(ctx, c, keys)
}

// lastRuns is answered with a step into an index for each flow, however often it ran, and one more for each test message since.
const lastRuns = "SELECT f.key, coalesce((SELECT e.key FROM executions e WHERE e.flow = f.key AND e.test = 0 ORDER BY e.key DESC LIMIT 1), 0) FROM flows f WHERE f.key IN "
