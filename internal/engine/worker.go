package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds of the loops.
const (
	claimBatch   = 64               // executions taken up in one transaction
	recoverBatch = 500              // executions settled in one transaction after a crash
	idle         = 30 * time.Second // the longest sleep: a safety net, everything is woken otherwise
	tendEvery    = 5 * time.Second
	retryLoop    = time.Second // after a fault
)

// work is the loop that takes up executions when they are due.
func (e *Engine) work(ctx context.Context) { e.loop(ctx, "worker", e.wake, retryLoop, e.workOff) }

// loop calls do at once, whenever it is woken, and when the time comes that do said last. A fault ends nothing: do is called
// again after a while.
func (e *Engine) loop(ctx context.Context, name string, wake <-chan struct{}, retry time.Duration, do func(context.Context) (next time.Time, err error)) {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for ctx.Err() == nil {
		next, err := do(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Error("a loop could not go on; trying again", "loop", name, "error", err)
			next = time.Now().Add(retry)
		}
		timer.Reset(until(next))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
	}
}

// until is how long to sleep; a zero time asks for nothing.
func until(next time.Time) time.Duration {
	if next.IsZero() {
		return idle
	}
	return min(max(time.Until(next), time.Millisecond), idle)
}

// workOff takes up everything that is due and has room, and says when to look again.
func (e *Engine) workOff(ctx context.Context) (next time.Time, err error) {
	if e.draining.Load() {
		return time.Time{}, nil
	}
	if err := e.endPauses(ctx); err != nil {
		return time.Time{}, err
	}
	for !e.pauses.queue.Load() {
		more, err := e.claim(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if !more {
			break
		}
	}
	e.pipes.nextRound()
	if err := e.releaseHolds(ctx); err != nil {
		return time.Time{}, err
	}
	if next, err = e.nextTurn(ctx); err != nil {
		return time.Time{}, err
	}
	if end := e.pauses.next(); !end.IsZero() && (next.IsZero() || end.Before(next)) {
		next = end
	}
	return next, nil
}

// nextTurn is when something comes due; the zero time while the queue is paused, when there is only the safety net.
func (e *Engine) nextTurn(ctx context.Context) (next time.Time, err error) {
	if e.pauses.queue.Load() {
		return time.Time{}, nil
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		var err error
		next, err = tx.NextDue()
		if !next.After(tx.Now()) && !next.IsZero() {
			// What is due and still there has no room: an outcome will wake the worker.
			next = tx.Now().Add(time.Second)
		}
		return err
	})
	for _, other := range []time.Time{e.pacer.next(), e.nextBehind(time.Now())} {
		if !other.IsZero() && (next.IsZero() || other.Before(next)) {
			next = other
		}
	}
	return next, err
}

// claim takes up a batch of due executions in one transaction. Flows whose connector has no room are left out. more says
// that there may be others.
func (e *Engine) claim(ctx context.Context) (more bool, err error) {
	rules := e.now()
	hand := handOver{e: e}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		hand.again()
		more = false
		if e.draining.Load() {
			return nil
		}
		if tx.ConfigChanged() || e.db.ConfigVersion() != rules.version {
			more = true // with the rules as they are then
			return nil
		}
		c := claiming{e: e, ctx: ctx, tx: tx, rules: rules, hand: &hand}
		n, err := c.due()
		more = n > 0
		tx.AfterCommit(hand.leave)
		return err
	})
	hand.done(err)
	var stuck *stuckError
	if errors.As(err, &stuck) {
		return true, e.bury(ctx, stuck)
	}
	return more, err
}

// stuckError says that an execution cannot be carried forward, for a reason that lies neither in the database nor in the
// flow, which both are handled: a fault of this program.
type stuckError struct {
	execution *hub.Execution
	cause     error
}

func (s *stuckError) Error() string { return s.execution.ID() + ": " + s.cause.Error() }
func (s *stuckError) Unwrap() error { return s.cause }

// bury closes an execution that cannot be carried forward, so that it holds up no other: what was to be sent FAILED, and a
// person can send it again when the fault is mended.
func (e *Engine) bury(ctx context.Context, s *stuckError) error {
	e.log.Error("an execution cannot go on; it is closed as failed", "execution", s.execution.ID(), "error", s.cause)
	cause := hub.Reason{Code: hub.ReasonInternal, Message: "an internal fault kept it from going on; the log of the hub has the detail"}
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		return e.amend(tx, s.execution.Key, cause, func(r *run) error {
			r.unfit(cause)
			return nil
		})
	})
}

func (e *Engine) claimOne(ctx context.Context, tx *sqlite.Tx, rules *rules, exec *hub.Execution, hand *handOver) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	r, err := e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	return e.carry(ctx, rules, r, nil, hand)
}

// releaseHolds applies the flow's policy to UNKNOWN deliveries that no receipt settled in time: HOLD leaves them to a
// person, RESEND sends them again. One to which it cannot be applied is left to a person, too.
func (e *Engine) releaseHolds(ctx context.Context) error {
	return e.inBatches(ctx, claimBatch, func(_ int64, limit int) (n int, last int64, err error) {
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
			list, err := tx.Holds(tx.Now(), limit)
			n = len(list)
			for _, d := range list {
				last = d.Key
				if err := e.releaseHold(ctx, tx, d); err != nil {
					return err
				}
			}
			return err
		})
		if n > 0 {
			e.nudge()
		}
		return n, last, err
	}, func(key int64) error {
		return e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.HoldEnd(key) })
	})
}

// inBatches calls batch with the last key that it dealt with, until it deals with none. When a batch fails by a fault of one
// of its members, they are taken one at a time, and the one that fails alone is set aside, so that it holds up no other.
func (e *Engine) inBatches(ctx context.Context, size int, batch func(after int64, limit int) (n int, last int64, err error), aside func(key int64) error) error {
	after, limit := int64(0), size
	for {
		n, last, err := batch(after, limit)
		switch {
		case err == nil && n == 0:
			return nil
		case err == nil:
			after = last
		case hub.CodeOf(err) != hub.CodeInternal || ctx.Err() != nil:
			return err
		case limit > 1:
			limit = 1
		case last == 0:
			return err // it is not one of them that is at fault
		default:
			e.log.Error("this cannot be settled and is set aside", "key", last, "error", err)
			if err := aside(last); err != nil {
				return err
			}
			after, limit = last, size
		}
	}
}

func (e *Engine) releaseHold(ctx context.Context, tx *sqlite.Tx, d *hub.Delivery) error {
	if err := e.aged(tx, d); err != nil {
		return err
	}
	resend, err := e.mayResend(ctx, d, tx.Now())
	if err != nil {
		return err
	}
	return e.amend(tx, d.ExecutionKey, hub.Reason{Code: hub.ReasonResend}, func(r *run) error {
		it := r.find(d.Key)
		if it == nil || it.State != hub.Unknown {
			return nil
		}
		if resend {
			r.again(it, hub.Reason{Code: hub.ReasonResend, Message: "no receipt came, and the flow's policy is to send again"})
			return nil
		}
		it.HoldAt, it.moved = nil, true
		return nil
	})
}

// mayResend says whether the policy of an UNKNOWN delivery's flow is to send it again, within its bounds. Beyond them it stays
// UNKNOWN: that it failed would be a guess.
func (e *Engine) mayResend(ctx context.Context, d *hub.Delivery, now time.Time) (bool, error) {
	s, err := e.settings(ctx, d.FlowKey, d.FlowVersion)
	if err != nil || s == nil {
		return false, err
	}
	bounds := s.Retry()
	return s.Unknown() == hub.Resend && d.Attempts < bounds.MaxAttempts && now.Before(d.Since().Add(bounds.MaxAge)), nil
}

// amend changes deliveries of a stored execution and settles it.
func (e *Engine) amend(tx *sqlite.Tx, execution int64, cause hub.Reason, change func(*run) error) error {
	exec, err := tx.Execution(execution)
	if err != nil || exec == nil {
		return err
	}
	r, err := e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	if err := change(r); err != nil {
		return err
	}
	return r.settleQuietly(cause)
}

// settleQuietly settles a stored execution that no worker took up: its own state changes without passing RUNNING.
func (r *run) settleQuietly(cause hub.Reason) error {
	r.quiet = true
	return r.settle(cause)
}

func (r *run) find(key int64) *item {
	for _, it := range r.items {
		if it.Key == key {
			return it
		}
	}
	return nil
}

// again puts a delivery back to be sent, now.
func (r *run) again(it *item, cause hub.Reason) {
	now := r.tx.Now()
	it.Reason = &cause
	r.move(it, hub.Pending, cause)
	it.DueAt, it.WaitingFor = &now, cause.Code
}

// recover settles, at start, what a crash left behind: what was SENDING may have left, so it is UNKNOWN and not sent again.
func (e *Engine) recover(ctx context.Context) error {
	cause := hub.Reason{Code: hub.ReasonCrash, Message: "the hub stopped while the message was on its way"}
	return e.loseAll(ctx, time.Unix(1<<40, 0), cause)
}

// loseAll takes executions away from workers whose lease ended before a time.
func (e *Engine) loseAll(ctx context.Context, leaseBefore time.Time, cause hub.Reason) error {
	return e.inBatches(ctx, recoverBatch, func(after int64, limit int) (n int, last int64, err error) {
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
			list, err := tx.Running(leaseBefore, after, limit)
			n = len(list)
			for _, exec := range list {
				last = exec.Key
				if err := e.lose(ctx, tx, exec, cause); err != nil {
					return err
				}
			}
			return err
		})
		return n, last, err
	}, func(int64) error { return nil }) // the next turn tries again
}

func (e *Engine) lose(ctx context.Context, tx *sqlite.Tx, exec *hub.Execution, cause hub.Reason) error {
	wait := hub.DefaultUnknownWait
	if p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion); err == nil {
		wait = p.flow.Definition.Settings.UnknownWait()
	}
	r, err := e.takeUp(tx, exec)
	if err != nil {
		return err
	}
	var lost []int64
	for _, it := range r.items {
		if it.State != hub.Sending {
			continue
		}
		if err := tx.AttemptInsert(hub.Attempt{DeliveryKey: it.Key, Number: it.Tries, StartedAt: it.UpdatedAt, FinishedAt: tx.Now(),
			Kind: hub.OutcomeUnknown, Scope: hub.ScopeDelivery, Message: cause.Message}); err != nil {
			return err
		}
		if !it.Test {
			tx.Attempted(hub.OutcomeUnknown)
		}
		tx.AfterCommit(e.lost(ctx, exec, *it.Delivery, tx.Now()))
		hold := tx.Now().Add(wait)
		it.Reason = &cause
		r.move(it, hub.Unknown, cause)
		it.HoldAt = &hold
		if e.askable(ctx, it.IntegrationKey) {
			r.look(it)
		}
		lost = append(lost, it.Key)
	}
	tx.AfterCommit(func() { e.pipes.giveUp(lost) })
	r.exec.Claim++ // whoever still holds it finishes nothing
	return r.settleQuietly(cause)
}

// tend is the loop for what nobody wakes: lost leases, callbacks that were kept while their connector was down, and changes
// of connectors that could not be written.
func (e *Engine) tend(ctx context.Context) {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-e.tending:
		}
		e.connectorsMissed()
		cause := hub.Reason{Code: hub.ReasonLeaseLost, Message: "no outcome came in time; the message may have been sent"}
		err := errors.Join(e.loseAll(ctx, time.Now(), cause), e.workOffCallbacks(ctx), e.pruneReceipts(ctx))
		if err != nil && ctx.Err() == nil {
			e.log.Error("tending failed; trying again", "error", err)
		}
	}
}

// poke wakes tend.
func (e *Engine) poke() { signal(e.tending) }
