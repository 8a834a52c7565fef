package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// pauses is what the loops must know of what people hold back: it is asked for each message, and stands in the database.
type pauses struct {
	queue atomic.Bool  // nothing is taken up
	end   atomic.Int64 // when the first pause ends by itself, or earlier, in milliseconds; 0: none does
}

// ending notes that a pause ends by itself at a time.
func (p *pauses) ending(at *time.Time) {
	for at != nil {
		was := p.end.Load()
		if was != 0 && was <= at.UnixMilli() || p.end.CompareAndSwap(was, at.UnixMilli()) {
			return
		}
	}
}

// next is when the first pause ends by itself; the zero time if none does.
func (p *pauses) next() time.Time {
	if end := p.end.Load(); end != 0 {
		return time.UnixMilli(end)
	}
	return time.Time{}
}

// loadPauses reads what people hold back, at start.
func (e *Engine) loadPauses(tx *sqlite.Tx) error {
	p, err := tx.QueuePause()
	if err != nil {
		return err
	}
	e.pauses.queue.Store(p != nil)
	return e.nextPauseEnd(tx)
}

func (e *Engine) nextPauseEnd(tx *sqlite.Tx) error {
	end, err := tx.NextPauseEnd()
	if err != nil {
		return err
	}
	tx.AfterCommit(func() {
		if e.pauses.end.Store(0); !end.IsZero() {
			e.pauses.end.Store(end.UnixMilli())
		}
	})
	return nil
}

// endPauses ends the pauses whose time has come.
func (e *Engine) endPauses(ctx context.Context) error {
	if next := e.pauses.next(); next.IsZero() || next.After(time.Now()) {
		return nil
	}
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		list, err := tx.PausesEnded()
		if err != nil {
			return err
		}
		cause := hub.Reason{Code: hub.ReasonClock, Message: "the pause was to end at this time"}
		for _, p := range list {
			if err := e.endPause(tx, p, cause); err != nil {
				return err
			}
		}
		return e.nextPauseEnd(tx)
	})
}

func (e *Engine) endPause(tx *sqlite.Tx, p sqlite.PauseEnded, cause hub.Reason) error {
	switch p.Subject {
	case hub.SubjectFlow:
		return tx.FlowUnhold(p.Key, cause)
	case hub.SubjectIntegration:
		return tx.IntegrationUnhold(p.Key, cause)
	}
	_, err := e.freeQueue(tx, cause)
	return err
}

// freeQueue lets the queue go on as soon as that is durable.
func (e *Engine) freeQueue(tx *sqlite.Tx, cause hub.Reason) (was bool, err error) {
	was, err = tx.QueueFree(cause)
	tx.AfterCommit(func() {
		e.pauses.queue.Store(false)
		e.nudge()
	})
	return was, err
}

// QueuePause has nothing of the queue taken up any more: occurrences are accepted and matched as ever, their executions wait, and
// what is with a connector already goes its way. It lasts, over restarts too, until a person resumes it or its time comes. Of a
// queue that is paused already, the newest word counts. EDIT on automator/fracttal_hub.
func (e *Engine) QueuePause(ctx context.Context, c hub.Caller, in hub.PauseInput) (*hub.Queue, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		p, err := in.Pause(c.Consumer, tx.Now())
		if err != nil {
			return err
		}
		was, err := tx.QueuePause()
		if err != nil {
			return err
		}
		if err := tx.QueueHold(p); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			e.pauses.queue.Store(true)
			e.pauses.ending(p.Until)
		})
		return auditQueue(tx, c, hub.AuditQueuePaused, was, p)
	})
	e.nudge() // it may end sooner than the worker would look
	return e.queueNow(ctx, c, err)
}

// QueueResume lets the queue go on, in the order in which things came due. One that is not paused stays as it is. EDIT on
// automator/fracttal_hub.
func (e *Engine) QueueResume(ctx context.Context, c hub.Caller) (*hub.Queue, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		p, err := tx.QueuePause()
		if err != nil {
			return err
		}
		was, err := e.freeQueue(tx, hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID()})
		if err != nil || !was {
			return err
		}
		return auditQueue(tx, c, hub.AuditQueueResumed, p, nil)
	})
	return e.queueNow(ctx, c, err)
}

func auditQueue(tx *sqlite.Tx, c hub.Caller, kind hub.AuditKind, before, after *hub.Pause) error {
	return tx.Audit(c, hub.AuditEntry{Kind: kind,
		Changes: hub.AuditChanges(hub.Facts{"queue": hub.Facts{"paused": before.Audited()}}, hub.Facts{"queue": hub.Facts{"paused": after.Audited()}})})
}

// queueNow is the queue after it was changed; nil for who may not see it.
func (e *Engine) queueNow(ctx context.Context, c hub.Caller, err error) (*hub.Queue, error) {
	if err != nil || !c.May(hub.RowHub, hub.See) {
		return nil, err
	}
	return e.db.Queue(ctx, c)
}

// FlowPause has a person hold the deliveries of a flow back: they wait until a person resumes it or its time comes, whatever else
// happens. EDIT on automator/fracttal_hub.
func (e *Engine) FlowPause(ctx context.Context, c hub.Caller, key int64, in hub.PauseInput) (*hub.Flow, error) {
	f, err := e.db.FlowHold(ctx, c, key, in)
	if err == nil {
		e.pauses.ending(in.Until)
		e.nudge()
	}
	return f, err
}

// IntegrationPause has a person hold back what goes out through an integration: it waits until a person resumes it or its time
// comes, whatever else happens. EDIT on settings/api_connections.
func (e *Engine) IntegrationPause(ctx context.Context, c hub.Caller, key int64, in hub.PauseInput) (*hub.Integration, error) {
	i, err := e.db.IntegrationHold(ctx, c, key, in)
	if err == nil {
		e.pauses.ending(in.Until)
		e.nudge()
	}
	return i, err
}

// IntegrationResume lets an integration go on that a person paused. What the hub itself paused is a CONFLICT: a check resumes it.
// EDIT on settings/api_connections.
func (e *Engine) IntegrationResume(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Integration, error) {
	i, err := e.db.IntegrationUnhold(ctx, c, key, expectedVersion)
	e.nudge()
	return i, err
}
