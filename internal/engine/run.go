package engine

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/trace"
)

// run is one pass over an execution inside one transaction: what it is, what becomes of it, and what is to be handed over
// once the transaction is durable. Nothing is written before save.
type run struct {
	e     *Engine
	tx    *sqlite.Tx
	exec  *hub.Execution
	was   hub.ExecutionState
	held  int64 // claim under which it was read
	made  bool  // it is stored for the first time
	quiet bool  // no worker took it up: it does not pass RUNNING
	apart bool  // there is no room: what it makes waits for that

	items []*item
	lines []hub.Change
	out   []*flight
	span  trace.Span // of the pass

	later *notNow // its source is asked later; nil: it is not so, or is asked now
	read  *toRead // what was read for it, once it was; nil: nothing was

	replay *hub.Replay      // of a replay, once it was asked for: what it replays
	given  []*row           // the rows in place of those of the hub; nil: none
	heard  map[*row][]int64 // of rows that were gathered, with which occurrences each came
	only   *gatheredFor     // to whom it goes alone, since it was gathered for them; nil: to whom the rows name
	sent   *sent            // what went out before, once it was asked for

	awaited []*awaited // what its follow-ups wait to hear
	heardOf bool       // those that are stored were read

	beside  stored                               // of a preview, which has no transaction and is never saved
	normals map[int]func(string) (string, error) // by target, as far as they were asked for
}

// stored is where a run reads: its transaction or, for a preview, beside all transactions.
type stored interface {
	Now() time.Time
	Record(typ, name string) (*hub.Record, error)
	RecordsOfSubject(typ, subject string, limit int) ([]*hub.Record, error)
	Reference(typ, name string) (hub.Fields, error)
	Collection(execution int64) (*hub.Collection, error)
	Collected(execution int64) ([]*hub.Collected, error)
}

func (r *run) from() stored {
	if r.tx == nil {
		return r.beside
	}
	return r.tx
}

// item is a delivery of a run, with the state in which it was read.
type item struct {
	*hub.Delivery
	from  hub.DeliveryState
	tries int
	made  bool
	moved bool
	anew  bool     // recipient or values are others than those that were read
	about []string // names of the rows of a message that is made of several; nil: as it is stored, or of its record alone
}

// newRun begins with an execution that exists only in memory, in state QUEUED.
func (e *Engine) newRun(tx *sqlite.Tx, exec *hub.Execution, cause hub.Reason) *run {
	r := &run{e: e, tx: tx, exec: exec, was: "", made: true}
	r.line(hub.SubjectExecution, exec.Key, hub.AspectState, "", string(hub.Queued), cause)
	return r
}

// takeUp begins with a stored execution and its deliveries.
func (e *Engine) takeUp(tx *sqlite.Tx, exec *hub.Execution) (*run, error) {
	r := &run{e: e, tx: tx, exec: exec, was: exec.State, held: exec.Claim}
	if exec.StartedAt == nil {
		return r, nil
	}
	list, err := tx.DeliveriesOf(exec.Key)
	for _, d := range list {
		r.items = append(r.items, &item{Delivery: d, from: d.State, tries: d.Tries})
	}
	return r, err
}

// usualLines is how many lines a transaction writes about an execution that goes its way: growing in steps would copy them twice.
const usualLines = 4

func (r *run) line(s hub.Subject, key int64, aspect hub.Aspect, from, to string, cause hub.Reason) {
	if r.lines == nil {
		r.lines = make([]hub.Change, 0, usualLines)
	}
	r.lines = append(r.lines, hub.Change{Subject: s, Key: key, Root: r.exec.Key, Aspect: aspect, From: from, To: to, Cause: cause,
		FlowKey: r.exec.FlowKey, EventKey: r.exec.EventKey, Test: r.exec.Test})
}

// move sets the state of a delivery along an arrow.
func (r *run) move(it *item, to hub.DeliveryState, cause hub.Reason) {
	r.line(hub.SubjectDelivery, it.Key, hub.AspectState, string(it.State), string(to), cause)
	if it.State == hub.Pending && it.WaitingFor == hub.ReasonPaced && to != hub.Sending && r.tx != nil {
		r.tx.AfterCommit(func() { r.e.pacer.forget(it.Key, time.Now()) })
	}
	it.State, it.moved, it.UpdatedAt = to, true, r.from().Now()
	if to != hub.Pending {
		it.DueAt, it.WaitingFor = nil, ""
	}
	if to != hub.Unknown {
		it.HoldAt = nil
	}
	if it.LookupAt != nil {
		it.LookupAt = hub.NextLookup(to, it.UpdatedAt, it.UpdatedAt)
	}
}

// fail ends a delivery that was not sent.
func (r *run) fail(it *item, cause hub.Reason) {
	it.Reason = &cause
	r.move(it, hub.DeliveryFailed, cause)
}

// wait leaves a delivery PENDING until a time or a condition.
func (it *item) wait(code hub.ReasonCode, due time.Time) {
	if it.WaitingFor != code || it.DueAt == nil || !it.DueAt.Equal(due) {
		it.WaitingFor, it.DueAt, it.moved = code, &due, true
	}
}

// pace leaves a delivery PENDING until a rate lets it go, or until it expires.
func (it *item) pace(by *limit, at, expires time.Time) {
	reason := by.held()
	it.Reason = &reason
	if at.After(expires) {
		at = expires
	}
	it.wait(hub.ReasonPaced, at)
}

// begin carries an execution forward as far as it goes now: source, filter and mapping make its deliveries the first time;
// then what may go is on its way to its connector.
func (r *run) begin(ctx context.Context, rules *rules, brought []*row) error {
	p, err := r.e.program(ctx, r.exec.FlowKey, r.exec.FlowVersion)
	if err != nil {
		if !cannotRun(err) {
			return err
		}
		r.unfit(hub.Reason{Code: hub.ReasonInvalidFlow, Message: err.Error()})
		return nil
	}
	if r.exec.Reading { // the time has come to ask its source again
		r.tx.AfterCommit(r.e.reread)
		return nil
	}
	if r.exec.StartedAt == nil {
		now := r.tx.Now()
		r.exec.StartedAt = &now
		if err := r.prepare(ctx, p, brought); err != nil {
			return err
		}
	}
	if r.apart {
		r.lineUp()
		return nil
	}
	return r.dispatch(ctx, rules, p)
}

// unfit ends an execution that cannot go on: its flow version cannot run any more, or a fault keeps it from being carried.
func (r *run) unfit(cause hub.Reason) {
	r.exec.Reason, r.exec.Reading = &cause, false
	for _, it := range r.items {
		if it.State == hub.Pending {
			r.fail(it, cause)
		}
	}
}

// settle says what state follows for the execution from those of its deliveries, and writes everything.
func (r *run) settle(cause hub.Reason) error {
	if err := r.followUp(); err != nil {
		return err
	}
	now := r.tx.Now()
	before := *r.exec
	state, due, waitingFor := r.resulting()
	if woken := before.DueAt; r.quiet && before.State == hub.Waiting && due != nil && woken != nil && !woken.After(now) {
		due = woken // for a condition that came about, and no worker has got to it yet
	}
	r.exec.State, r.exec.WaitingFor, r.exec.UpdatedAt = state, waitingFor, now
	r.exec.DueAt, r.exec.LeaseUntil = due, nil
	switch state {
	case hub.Running:
		lease := now.Add(r.e.sendTimeout + leaseGrace)
		if before.LeaseUntil != nil {
			lease = *before.LeaseUntil // the worker that holds it goes on
		}
		r.exec.LeaseUntil = &lease
	case hub.Closed:
		r.exec.Outcome = hub.OutcomeOf(r.count(), r.exec.Reason)
		if r.exec.ClosedAt == nil {
			r.exec.ClosedAt = &now
		}
	}
	if state != hub.Closed {
		r.exec.Outcome, r.exec.ClosedAt = "", nil
	}
	r.journal(&before, cause)
	return r.save()
}

// resulting computes the execution's state: RUNNING while something is with a connector, WAITING while something is to be
// sent or rows are still being read, else CLOSED.
func (r *run) resulting() (hub.ExecutionState, *time.Time, hub.ReasonCode) {
	if l := r.later; l != nil && r.exec.Reading {
		return hub.Waiting, &l.due, l.reason.Code
	}
	if r.exec.Reading {
		return hub.Waiting, nil, hub.ReasonReading // for the loop that reads, which nothing wakes but itself
	}
	var next *item
	var due time.Time
	untimed := false // a follow-up waits for what is no matter of time
	for _, it := range r.items {
		switch it.State {
		case hub.Sending:
			return hub.Running, nil, ""
		case hub.Pending:
			if it.DueAt == nil {
				untimed = true
			} else if at := r.dueOf(it); next == nil || at.Before(due) {
				next, due = it, at
			}
		}
	}
	switch {
	case next == nil && untimed:
		return hub.Waiting, nil, hub.ReasonFollowUp
	case next == nil:
		return hub.Closed, nil, ""
	}
	return hub.Waiting, &due, next.WaitingFor
}

// dueOf is when a PENDING delivery may go. What it waits for may have come about while its execution was RUNNING, when
// nobody wakes it: then it is looked at once more.
func (r *run) dueOf(it *item) time.Time {
	switch it.WaitingFor {
	case hub.ReasonConnectorDown, hub.ReasonIntegrationPaused, hub.ReasonFlowPaused:
		if r.was == hub.Running {
			return r.tx.Now()
		}
	}
	return *it.DueAt
}

func (r *run) count() map[hub.DeliveryState]int {
	n := map[hub.DeliveryState]int{}
	for _, it := range r.items {
		n[it.State]++
	}
	return n
}

// journal writes the execution's own way: through RUNNING if this pass took it up, and to where it is now.
func (r *run) journal(before *hub.Execution, cause hub.Reason) {
	from := before.State
	to := r.exec.State
	took := !r.quiet && (from == hub.Queued || from == hub.Waiting)
	if took && (to != from || r.changed()) {
		r.exec.Claim++
		r.lineBefore(hub.Change{Subject: hub.SubjectExecution, Key: r.exec.Key, Root: r.exec.Key, From: string(from), To: string(hub.Running),
			Cause: hub.Reason{Code: hub.ReasonWorker}, FlowKey: r.exec.FlowKey, EventKey: r.exec.EventKey})
		from = hub.Running
	}
	if to != from {
		if r.exec.Reason != nil && to == hub.Closed {
			cause = *r.exec.Reason
		} else if to == hub.Waiting {
			cause.Code = r.exec.WaitingFor
		}
		r.line(hub.SubjectExecution, r.exec.Key, hub.AspectState, string(from), string(to), cause)
	}
	if r.exec.Outcome != before.Outcome && r.exec.Outcome != "" {
		r.line(hub.SubjectExecution, r.exec.Key, hub.AspectOutcome, string(before.Outcome), string(r.exec.Outcome), cause)
	}
}

// lineBefore puts the line RUNNING before those of the deliveries, but after the one that made the execution.
func (r *run) lineBefore(c hub.Change) {
	at := 0
	if r.made {
		at = 1
	}
	r.lines = slices.Insert(r.lines, at, c)
}

func (r *run) changed() bool {
	for _, it := range r.items {
		if it.State != it.from || it.made {
			return true
		}
	}
	return false
}
