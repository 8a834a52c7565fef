package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/schedule"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds of the schedules' loop.
const (
	dueBatch = 8                // flows whose time has come, in one transaction: each may have MaxMissedRuns runs to make up for
	setBack  = 3 * time.Hour    // a clock that is set back by less catches up; by more, it was wrong before
	retryDue = 10 * time.Second // after a fault
)

// plan is the loop that runs flows when it is time. It sleeps until the next planned time.
func (e *Engine) plan(ctx context.Context) { e.loop(ctx, "schedules", e.planning, retryDue, e.runDue) }

// replan wakes the loop: a schedule may have changed.
func (e *Engine) replan() { signal(e.planning) }

// signal wakes whoever waits on a channel of one; it never blocks.
func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// runDue runs every flow whose planned time has come, and says when the next one comes. A planned time and its execution are
// written in one transaction, so whatever happens it is run once.
func (e *Engine) runDue(ctx context.Context) (next time.Time, err error) {
	if e.draining.Load() {
		return time.Time{}, nil
	}
	if err := e.clockSetBack(ctx); err != nil {
		return time.Time{}, err
	}
	err = e.inBatches(ctx, dueBatch, func(after int64, limit int) (n int, last int64, err error) {
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
			n = 0
			if e.draining.Load() {
				return nil
			}
			list, err := tx.SchedulesDue(tx.Now(), after, limit)
			n = len(list)
			for _, d := range list {
				last = d.Flow.Key
				if err := e.runFlow(tx, d); err != nil {
					return err
				}
			}
			if n > 0 {
				tx.AfterCommit(e.reread)
			}
			return err
		})
		return n, last, err
	}, func(int64) error { return nil }) // the next turn tries again
	if err != nil {
		return time.Time{}, err
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		next, err = tx.NextScheduled()
		if !next.IsZero() && !next.After(tx.Now()) {
			next = tx.Now().Add(retryDue) // it was set aside
		}
		return err
	})
	return next, err
}

// clockSetBack finds schedules anew that were found when the clock was far ahead: what they wait for may be years away.
func (e *Engine) clockSetBack(ctx context.Context) error {
	for n := dueBatch; n == dueBatch; {
		err := e.db.Write(ctx, func(tx *sqlite.Tx) (err error) {
			n, err = tx.SchedulesAhead(tx.Now().Add(setBack), dueBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// runFlow makes the executions of a flow whose planned time has come, and notes when it comes again. A flow that is paused
// runs nothing: its times pass.
func (e *Engine) runFlow(tx *sqlite.Tx, d sqlite.DueSchedule) error {
	definition := &d.Flow.Definition
	plan, ok := definition.Plan()
	if !ok || !d.Flow.Enabled {
		return tx.ScheduleAdvance(d.Flow.Key, nil, &hub.Reason{Code: hub.ReasonInvalidFlow, Path: "schedule",
			Message: "the schedule can no longer be followed", NextStep: "see the flow's problems"})
	}
	if d.Flow.Paused != nil {
		return passOver(tx, d, plan)
	}
	due := definition.Schedule.Due(plan, d.Planned, tx.Now())
	for _, planned := range due.Runs {
		ran, err := tx.Ran(d.Flow.Key, planned)
		if err != nil {
			return err
		}
		if ran {
			continue // the clock showed this time before
		}
		exec := newExecution(d.Flow, hub.ExecutionTrigger(definition.Trigger), tx.Now())
		exec.ScheduledFor, exec.Trace = &planned, hub.TraceFrom(e.byItself(context.Background(), tx, "schedule"))
		if err := e.newRun(tx, exec, due.Why(planned)).save(); err != nil {
			return err
		}
	}
	return tx.ScheduleAdvance(d.Flow.Key, due.Next, due.PassedOver())
}

// passOver lets the planned times of a paused flow pass.
func passOver(tx *sqlite.Tx, d sqlite.DueSchedule, plan schedule.Plan) error {
	var next *time.Time
	if t, ok := plan.Next(tx.Now()); ok {
		next = &t
	}
	return tx.ScheduleAdvance(d.Flow.Key, next, &hub.Reason{Code: hub.ReasonFlowPaused,
		Message:  "the flow was paused at " + d.Planned.UTC().Format(time.RFC3339) + " and did not run",
		NextStep: "mend what paused it and resume it; run it by hand if the missed run matters"})
}

// newExecution is one that no occurrence started: its rows are to be read from the records.
func newExecution(f *hub.Flow, trigger hub.ExecutionTrigger, now time.Time) *hub.Execution {
	return &hub.Execution{Key: hub.NewKey(now), FlowKey: f.Key, FlowVersion: f.Version, Trigger: trigger, State: hub.Queued, Reading: true,
		CreatedAt: now, UpdatedAt: now}
}
