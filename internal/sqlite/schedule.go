package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// mostSkipped bounds how many planned times that ran already are passed over when a schedule is found anew.
const mostSkipped = 1000

// schedule finds anew when a flow runs by itself next, from now on, after it was enabled, disabled or given another
// schedule. What a schedule before had left behind is forgotten.
func (tx *Tx) schedule(f *hub.Flow) error {
	plan, ok := f.Definition.Plan()
	if !ok || !f.Enabled {
		return tx.exec("DELETE FROM schedules WHERE flow = ?", f.Key)
	}
	next, ok := plan.Next(tx.now)
	for range mostSkipped {
		if !ok {
			break
		}
		ran, err := tx.Ran(f.Key, next)
		if err != nil {
			return err
		}
		if !ran {
			break
		}
		next, ok = plan.Next(next)
	}
	var at *time.Time
	if ok {
		at = &next
	}
	return tx.exec(`INSERT INTO schedules (flow, next_at, set_at) VALUES (?, ?, ?)
		ON CONFLICT (flow) DO UPDATE SET next_at = excluded.next_at, set_at = excluded.set_at, note = NULL`, f.Key, msp(at), ms(tx.now))
}

// Ran says whether a planned time of a flow has its execution.
func (tx *Tx) Ran(flow int64, planned time.Time) (ran bool, err error) {
	var n int
	return tx.get("SELECT 1 FROM executions WHERE flow = ? AND scheduled_for = ?", []any{flow, ms(planned)}, &n)
}

// DueSchedule is a flow whose planned time has come.
type DueSchedule struct {
	Flow    *hub.Flow
	Planned time.Time
}

// SchedulesDue reads flows whose planned time has come at a time, in the order of their keys from one on, at most limit.
func (tx *Tx) SchedulesDue(now time.Time, after int64, limit int) (list []DueSchedule, err error) {
	var keys []int64
	err = tx.each("SELECT flow, next_at FROM schedules WHERE next_at IS NOT NULL AND next_at <= ? AND flow > ? ORDER BY flow LIMIT ?",
		[]any{ms(now), after, limit}, func(r scanner) error {
			var d DueSchedule
			var key int64
			err := r.Scan(&key, millis{&d.Planned})
			keys, list = append(keys, key), append(list, d)
			return err
		})
	if err != nil {
		return nil, err
	}
	found, err := flows.byKey(tx.each, keys)
	for i := range found {
		list[i].Flow = found[i]
	}
	return list, err
}

// ScheduleAdvance notes the next planned time of a flow; nil if it is not time again. A note, if there is one, takes the
// place of that of the last time.
func (tx *Tx) ScheduleAdvance(flow int64, next *time.Time, note *hub.Reason) error {
	return tx.exec("UPDATE schedules SET next_at = ?, set_at = ?, note = coalesce(?, note) WHERE flow = ?", msp(next), ms(tx.now), reason(note), flow)
}

// NextScheduled is the earliest planned time of all flows; the zero time if there is none.
func (tx *Tx) NextScheduled() (next time.Time, err error) {
	_, err = tx.get("SELECT min(next_at) FROM schedules WHERE next_at IS NOT NULL", nil, millis{&next})
	return next, err
}

// SchedulesAhead finds anew when flows run whose planned time was found at a time later than ahead: the clock was set back
// since. It says how many there were, at most limit.
func (tx *Tx) SchedulesAhead(ahead time.Time, limit int) (n int, err error) {
	var keys []int64
	err = tx.each("SELECT flow FROM schedules WHERE set_at > ? LIMIT ?", []any{ms(ahead), limit}, func(r scanner) error {
		key, err := scanKey(r)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		f, err := flows.get(tx.each, key)
		if err != nil {
			return 0, err
		}
		if err := tx.schedule(f); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// Flow reads a flow in its current version; NOT_FOUND if there is none.
func (tx *Tx) Flow(key int64) (*hub.Flow, error) { return flows.get(tx.each, key) }

// ExecutionOfRun reads the execution of a run that a consumer gave an id; nil if there is none.
func (tx *Tx) ExecutionOfRun(flow, consumer int64, id string) (*hub.Execution, error) {
	return first(tx.executions("WHERE flow = ? AND started_by = ? AND run_id = ?", flow, consumer, id))
}

// ExecutionOfRun is the same beside any transaction, for the engine: it asks nobody.
func (db *DB) ExecutionOfRun(ctx context.Context, flow, consumer int64, id string) (*hub.Execution, error) {
	return first(readAll(db.reads(ctx), scanExecution, "SELECT "+executionRead+" FROM executions WHERE flow = ? AND started_by = ? AND run_id = ?", flow, consumer, id))
}

// NextReading reads the first execution of a flow after a key whose rows are still to be read; nil if there is none. One that waits for something
// before they are is none. It asks nobody.
func (db *DB) NextReading(ctx context.Context, flow, after int64) (*hub.Execution, error) {
	return first(readAll(db.reads(ctx), scanExecution, "SELECT "+executionRead+" FROM executions WHERE reading = 1 AND flow = ? AND key > ? AND due_at IS NULL ORDER BY key LIMIT 1", flow, after))
}

// NextReadingFlow is the first flow behind a key that has such an execution; 0 if there is none. It asks nobody.
func (db *DB) NextReadingFlow(ctx context.Context, after int64) (int64, error) {
	n, err := number(db.reads(ctx), "SELECT coalesce((SELECT flow FROM executions WHERE reading = 1 AND flow > ? AND due_at IS NULL ORDER BY flow LIMIT 1), 0)", after)
	return int64(n), err
}

// ReadsNow says whether the rows of an execution are to be read, and nothing has to be waited for. It asks nobody.
func (db *DB) ReadsNow(ctx context.Context, key int64) (bool, error) {
	n, err := number(db.reads(ctx), "SELECT EXISTS (SELECT 1 FROM executions WHERE reading = 1 AND key = ? AND due_at IS NULL)", key)
	return n > 0, err
}

// ReadsBefore says whether an earlier execution of a flow is to be read, whatever it waits for. It asks nobody.
func (db *DB) ReadsBefore(ctx context.Context, flow, key int64) (bool, error) {
	n, err := number(db.reads(ctx), "SELECT EXISTS (SELECT 1 FROM executions WHERE reading = 1 AND flow = ? AND key < ?)", flow, key)
	return n > 0, err
}

// Timings reads when many flows run by themselves next: nil for those that do not. It needs SEE on automator/fracttal_hub.
func (db *DB) Timings(ctx context.Context, c hub.Caller, flowKeys []int64) ([]*hub.Timing, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return timings.byKey(db.reads(ctx), flowKeys)
}

// timings are read as a table whose key is the flow.
var timings = table[hub.Timing]{
	kind: hub.KindFlow, name: "(SELECT flow AS key, next_at, note FROM schedules)", columns: "key, next_at, note",
	key: func(t *hub.Timing) int64 { return t.FlowKey },
	scan: func(r scanner) (*hub.Timing, error) {
		t := &hub.Timing{}
		return t, r.Scan(&t.FlowKey, maybeMillis{&t.Next}, document{&t.Note})
	},
}
