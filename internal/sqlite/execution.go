package sqlite

import (
	"cmp"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const executionColumns = "key, flow, flow_version, event, occurrence, subject, state, outcome, waiting_for, reason, rows, claim, lease_until, due_at, created_at, started_at, closed_at, updated_at, trigger, scheduled_for, started_by, run_id, parameters, reading, test, run_hash, trace"

// executionRead is what is read of an execution: also what only pruning writes.
const executionRead = executionColumns + ", emptied_at"

func scanExecution(r scanner) (*hub.Execution, error) {
	e := &hub.Execution{}
	err := r.Scan(&e.Key, &e.FlowKey, &e.FlowVersion, &e.EventKey, &e.OccurrenceKey, &e.Subject, text[hub.ExecutionState]{&e.State},
		text[hub.ExecutionOutcome]{&e.Outcome}, text[hub.ReasonCode]{&e.WaitingFor}, document{&e.Reason}, document{&e.Rows}, &e.Claim,
		maybeMillis{&e.LeaseUntil}, maybeMillis{&e.DueAt}, millis{&e.CreatedAt}, maybeMillis{&e.StartedAt}, maybeMillis{&e.ClosedAt}, millis{&e.UpdatedAt},
		text[hub.ExecutionTrigger]{&e.Trigger}, maybeMillis{&e.ScheduledFor}, &e.StartedByKey, text[string]{&e.RunID}, document{&e.Parameters}, &e.Reading, &e.Test, &e.RunHash, trace{&e.Trace}, maybeMillis{&e.EmptiedAt})
	if e.State == hub.Waiting {
		e.Until = e.DueAt
	}
	return e, err
}

// ExecutionInsert stores a new execution, in whatever state its first transaction leaves it.
func (tx *Tx) ExecutionInsert(e *hub.Execution) error {
	return tx.exec("INSERT INTO executions ("+executionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Key, e.FlowKey, e.FlowVersion, e.EventKey, e.OccurrenceKey, e.Subject, string(e.State), null(e.Outcome), null(e.WaitingFor), reason(e.Reason),
		doc(e.Rows), e.Claim, msp(e.LeaseUntil), msp(e.DueAt), ms(e.CreatedAt), msp(e.StartedAt), msp(e.ClosedAt), ms(e.UpdatedAt),
		string(cmp.Or(e.Trigger, hub.StartedByEvent)), msp(e.ScheduledFor), e.StartedByKey, null(e.RunID), null(string(e.Parameters)), e.Reading, e.Test, e.RunHash, null(e.Trace.Text()))
}

// ExecutionSave writes what may change of an execution, if its claim is still the one that held when it was read: the
// fence. saved is false when somebody else has taken it up since.
func (tx *Tx) ExecutionSave(e *hub.Execution, held int64) (saved bool, err error) {
	return tx.one(`UPDATE executions SET state = ?, outcome = ?, waiting_for = ?, reason = ?, claim = ?, lease_until = ?, due_at = ?, started_at = ?,
		closed_at = ?, updated_at = ?, reading = ? WHERE key = ? AND claim = ?`,
		string(e.State), null(e.Outcome), null(e.WaitingFor), reason(e.Reason), e.Claim, msp(e.LeaseUntil), msp(e.DueAt), msp(e.StartedAt),
		msp(e.ClosedAt), ms(e.UpdatedAt), e.Reading, e.Key, held)
}

// Execution reads an execution; nil if there is none.
func (tx *Tx) Execution(key int64) (e *hub.Execution, err error) {
	err = tx.each("SELECT "+executionRead+" FROM executions WHERE key = ?", []any{key},
		func(r scanner) (err error) { e, err = scanExecution(r); return err })
	return e, err
}

// ExecutionsOf reads the executions that an occurrence started or joined, replays of them aside, oldest first.
func (tx *Tx) ExecutionsOf(occurrence int64) ([]*hub.Execution, error) {
	return tx.executions("WHERE (occurrence = ? AND occurrence <> 0 OR key IN (SELECT execution FROM collected WHERE occurrence = ?)) AND trigger || '' <> 'REPLAY' ORDER BY key",
		occurrence, occurrence)
}

// Due reads executions that may go on at a time, the longest due first, at most limit.
func (tx *Tx) Due(now time.Time, limit int) ([]*hub.Execution, error) {
	return tx.executions("WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, key LIMIT ?", ms(now), limit)
}

// DueFlow is the first flow behind a key that has an execution which goes on by itself, at whatever time; 0 if there is none.
func (tx *Tx) DueFlow(after int64) (flow int64, err error) {
	_, err = tx.get("SELECT flow FROM executions WHERE due_at IS NOT NULL AND flow > ? ORDER BY flow LIMIT 1", []any{after}, &flow)
	return flow, err
}

// DueOf is Due for one flow.
func (tx *Tx) DueOf(flow int64, now time.Time, limit int) ([]*hub.Execution, error) {
	return tx.executions("WHERE due_at IS NOT NULL AND flow = ? AND due_at <= ? ORDER BY due_at, key LIMIT ?", flow, ms(now), limit)
}

// DueBehind is DueOf for what comes behind an execution in that order.
func (tx *Tx) DueBehind(flow int64, now, due time.Time, key int64, limit int) ([]*hub.Execution, error) {
	return tx.executions("WHERE due_at IS NOT NULL AND flow = ? AND due_at <= ? AND (due_at, key) > (?, ?) ORDER BY due_at, key LIMIT ?", flow, ms(now), ms(due), key, limit)
}

// DueLast is DueOf from its end: those that came due last, the last one first.
func (tx *Tx) DueLast(flow int64, now time.Time, limit int) ([]*hub.Execution, error) {
	return tx.executions("WHERE due_at IS NOT NULL AND flow = ? AND due_at <= ? ORDER BY due_at DESC, key DESC LIMIT ?", flow, ms(now), limit)
}

// Running reads executions after a key whose worker should have finished by a time, in the order of the keys, at most limit.
func (tx *Tx) Running(leaseBefore time.Time, after int64, limit int) ([]*hub.Execution, error) {
	return tx.executions("WHERE closed_at IS NULL AND state = 'RUNNING' AND lease_until < ? AND key > ? ORDER BY key LIMIT ?", ms(leaseBefore), after, limit)
}

func (tx *Tx) executions(where string, args ...any) (list []*hub.Execution, err error) {
	err = tx.each("SELECT "+executionRead+" FROM executions "+where, args, func(r scanner) error {
		e, err := scanExecution(r)
		list = append(list, e)
		return err
	})
	return list, err
}

// NextDue is when the next execution may go on, or the next UNKNOWN delivery needs a decision; the zero time if none waits.
func (tx *Tx) NextDue() (next time.Time, err error) {
	for _, q := range []string{
		"SELECT min(due_at) FROM executions WHERE due_at IS NOT NULL",
		"SELECT min(hold_at) FROM deliveries WHERE hold_at IS NOT NULL",
	} {
		var t time.Time
		if _, err := tx.get(q, nil, millis{&t}); err != nil {
			return time.Time{}, err
		}
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next, nil
}

// Wake lets executions go on at once that wait for a condition rather than for a time (a paused flow or integration, a
// connector that is down), or one of whose deliveries does, though another of them is due before: the condition may have
// changed, and each looks for itself. flow narrows it to one flow; 0 is all.
func (tx *Tx) Wake(waitingFor hub.ReasonCode, flow int64) error {
	return tx.exec(`UPDATE executions SET due_at = ?, updated_at = ? WHERE closed_at IS NULL AND state = 'WAITING' AND (flow = ? OR ? = 0)
		AND (waiting_for = ? OR EXISTS (SELECT 1 FROM deliveries d WHERE d.execution = executions.key AND d.state = 'PENDING' AND d.waiting_for = ?))`,
		ms(tx.now), ms(tx.now), flow, flow, string(waitingFor), string(waitingFor))
}
