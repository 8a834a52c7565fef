package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Publish takes an occurrence in: one transaction stores it with the records that it brought, what every enabled event of
// its type made of it, and the executions that follow. It returns after the commit; everything in the answer is readable.
// A repeat under the same consumer, source and id returns the first one; another content under the same id is a CONFLICT.
//
// It needs ADD on the row that guards the type of the occurrence and of each record that is new, and EDIT for each record
// that is there already. What the caller may not see of what became of it, executions above all, is not in the answer.
func (e *Engine) Publish(ctx context.Context, c hub.Caller, in hub.OccurrenceInput) (*hub.Published, error) {
	ctx, span := e.door(hub.WithTrace(ctx, in.Trace), "publish")
	out, err := e.take(ctx, c, in)
	e.meters.published(out, err)
	if span.On() && err == nil {
		span.Set("recado.occurrence", out.Occurrence.ID())
		span.Set("recado.event_type", out.Occurrence.Type)
	}
	closeDoor(span, err)
	return out, err
}

// take is Publish without what is told of it.
func (e *Engine) take(ctx context.Context, c hub.Caller, in hub.OccurrenceInput) (*hub.Published, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	typ := e.catalog.EventType(in.Type)
	if typ == nil {
		return nil, hub.Invalid("type", "there is no event type %q; they are listed by catalog.eventTypes", hub.Clip(in.Type, 80))
	}
	main := e.catalog.RecordType(typ.RecordType)
	if err := c.Need(main.Row, hub.Add); err != nil {
		return nil, err
	}
	if e.draining.Load() {
		return nil, errDraining
	}
	p, err := e.intake(ctx, c, in, main)
	if err != nil {
		return nil, err
	}
	for {
		out, err := e.publish(ctx, c, p)
		if !errors.Is(err, errStale) {
			return out, err
		}
	}
}

// errStale says that configuration, or a record whose earlier state was asked for, changed between evaluating and writing:
// evaluate again.
var errStale = errors.New("what was judged by has changed meanwhile")

// publish evaluates the events of the occurrence's type and stores everything in one transaction.
func (e *Engine) publish(ctx context.Context, c hub.Caller, p *intake) (*hub.Published, error) {
	rules := e.now()
	verdicts, err := e.judge(ctx, rules, p, time.Now())
	if err != nil {
		return nil, err
	}
	out := &hub.Published{}
	err = e.attempt(ctx, rules, func(tx *sqlite.Tx, hand *handOver) error {
		*out = hub.Published{}
		if err := p.before.unmoved(tx); err != nil {
			return err
		}
		return e.store(ctx, tx, c, rules, p, verdicts, out, hand)
	})
	if err != nil {
		return nil, err
	}
	if out.Derived, err = e.db.Disclosed(ctx, c, out.Derived); err != nil {
		return nil, err
	}
	return out, e.db.DisclosePublished(ctx, c, out)
}

// attempt runs fn in a transaction, with the rules by which it was prepared, and hands over what it put on its way. errStale
// says that the configuration is not that of the rules any more.
func (e *Engine) attempt(ctx context.Context, rules *rules, fn func(*sqlite.Tx, *handOver) error) error {
	hand := handOver{e: e}
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		hand.again()
		if e.draining.Load() {
			return errDraining
		}
		if tx.ConfigChanged() || e.db.ConfigVersion() != rules.version {
			return errStale
		}
		if err := fn(tx, &hand); err != nil {
			return err
		}
		tx.AfterCommit(hand.leave)
		return nil
	})
	hand.done(err)
	if err == nil && hand.left {
		e.nudge()
	}
	return err
}

// store writes the occurrence, its records and its executions, and starts what can start at once.
func (e *Engine) store(ctx context.Context, tx *sqlite.Tx, c hub.Caller, rules *rules, p *intake, verdicts []verdict, out *hub.Published, hand *handOver) error {
	now := tx.Now()
	o := *p.occurrence
	o.Key, o.ReceivedAt, o.Matches = hub.NewKey(now), now, nil
	if o.Time.IsZero() {
		o.Time = now
	}
	runs, err := e.runs(ctx, tx, &o, verdicts)
	if err != nil {
		return err
	}
	inserted, err := tx.OccurrenceInsert(&o, p.recordsDoc)
	if err != nil {
		return err
	}
	if !inserted {
		return repeat(tx, p.occurrence, out)
	}
	w := &writing{ctx: ctx, e: e, rules: rules, tx: tx, caller: c, brings: &o, silent: p.silent, path: "data.records"}
	if err := w.write(p.parts); err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: o.Key, To: "RECEIVED", Cause: hub.Reason{Code: hub.ReasonPublished, By: c.Consumer.ID()}})
	out.Occurrence, out.Records = &o, w.outcomes
	if out.Executions, err = e.start(ctx, tx, rules, runs, hand); err != nil {
		return err
	}
	out.Derived, err = w.derive(hand)
	return err
}

// starting is a new execution with the rows that started it, or the collection that an occurrence opens or joins.
type starting struct {
	run   *run
	rows  []*row
	joins *joining
}

// start starts what can start at once of new executions; the rest waits in the queue.
func (e *Engine) start(ctx context.Context, tx *sqlite.Tx, rules *rules, runs []starting, hand *handOver) ([]*hub.Execution, error) {
	var list []*hub.Execution
	for _, s := range runs {
		if s.joins != nil {
			wake, err := s.joins.save(tx)
			if err != nil {
				return nil, err
			}
			hand.left = hand.left || wake
			list = append(list, s.joins.exec)
			continue
		}
		if err := e.startOrRead(ctx, rules, s.run, s.rows, hand); err != nil {
			return nil, err
		}
		list = append(list, s.run.exec)
	}
	return list, nil
}

// runs makes the executions that fired events ask for, and notes in the occurrence what each event made of it.
func (e *Engine) runs(ctx context.Context, tx *sqlite.Tx, o *hub.Occurrence, verdicts []verdict) (list []starting, err error) {
	now, trace := tx.Now(), hub.TraceFrom(ctx)
	for _, v := range verdicts {
		m := hub.Match{EventKey: v.event.Key, EventVersion: v.event.Version, Fired: v.fired, Reason: v.wrong, Cut: v.cut, Rows: v.match}
		for _, flow := range v.flows {
			if !v.fired {
				break
			}
			if !flow.Enabled {
				m.Skipped = append(m.Skipped, hub.SkippedAction{FlowKey: flow.Key, Reason: hub.Reason{Code: hub.ReasonFlowDisabled,
					Message: fmt.Sprintf("the flow %q is not enabled", flow.Description), NextStep: "enable it"}})
				continue
			}
			if !flow.ForEvents() {
				m.Skipped = append(m.Skipped, hub.SkippedAction{FlowKey: flow.Key, Reason: hub.Reason{Code: hub.ReasonTrigger,
					Message:  fmt.Sprintf("the flow %q has the trigger %s; events run flows with the trigger EVENT only", flow.Description, flow.Definition.Trigger),
					NextStep: "let the event run another flow, or change the flow's trigger"}})
				continue
			}
			if flow.Definition.Settings.Collect != nil {
				var keys []int64
				var can bool
				if list, keys, can, err = e.join(ctx, tx, o, &v, flow, list); err != nil {
					return nil, err
				}
				if can {
					m.Executions = append(m.Executions, keys...)
					continue
				}
			}
			exec := &hub.Execution{Reading: flow.Definition.AsksAbout(), Key: hub.NewKey(now), FlowKey: flow.Key, FlowVersion: flow.Version, Trigger: hub.StartedByEvent, EventKey: v.event.Key, OccurrenceKey: o.Key,
				Trace: trace, Subject: o.Subject, State: hub.Queued, DueAt: &now, CreatedAt: now, UpdatedAt: now, Rows: names(v.rows)}
			if exec.Reading {
				exec.DueAt = nil // its source is asked as soon as there is time
			}
			m.Executions = append(m.Executions, exec.Key)
			list = append(list, starting{run: e.newRun(tx, exec, hub.Reason{Code: hub.ReasonMatched, By: v.event.ID()}), rows: v.rows})
		}
		o.Matches = append(o.Matches, m)
	}
	return list, nil
}

func names(rows []*row) []string {
	list := make([]string, len(rows))
	for i, w := range rows {
		list[i] = w.name
	}
	return list
}

// repeat answers an occurrence that came before: the first one if the content is the same.
func repeat(tx *sqlite.Tx, o *hub.Occurrence, out *hub.Published) error {
	first, err := tx.OccurrenceNamed(o.ConsumerKey, o.Source, o.Name)
	if err != nil || first == nil {
		return err
	}
	if !bytes.Equal(first.Hash, o.Hash) {
		return hub.Conflict("id", "an occurrence with this source and id came before with another content (%s); use a new id for a new occurrence", first.ID())
	}
	out.Occurrence, out.Repeat = first, true
	out.Executions, err = tx.ExecutionsOf(first.Key)
	return err
}

// startOrRead is startNow for an execution whose rows may still have to be read: nobody is asked for them in this transaction.
func (e *Engine) startOrRead(ctx context.Context, rules *rules, r *run, rows []*row, hand *handOver) error {
	if r.exec.Reading {
		r.tx.AfterCommit(e.reread)
		return r.save()
	}
	return e.startNow(ctx, rules, r, rows, hand)
}

// startNow carries a new execution forward in the transaction that makes it, if its connector has room: then its delivery
// leaves with one commit instead of two. Without room it waits in the queue for a worker, or, where messages have an order, they do.
func (e *Engine) startNow(ctx context.Context, rules *rules, r *run, rows []*row, hand *handOver) error {
	room, err := e.hasRoom(ctx, r.tx, rules, r.exec, true)
	if err != nil {
		return err
	}
	if !room {
		hand.left = true
		if !e.ordered(ctx, r.exec) {
			return r.save()
		}
		r.apart = true
	}
	for _, w := range rows {
		w.lookup = r.lookup
	}
	return e.carry(ctx, rules, r, rows, hand)
}

// carry begins a run, settles it, and notes what it hands over.
func (e *Engine) carry(ctx context.Context, rules *rules, r *run, rows []*row, hand *handOver) error {
	r.setOut()
	err := r.begin(ctx, rules, rows)
	hand.out = append(hand.out, r.out...) // first: an error gives their places back
	if err != nil {
		return err
	}
	if len(r.items) == 1 {
		for _, f := range r.out {
			f.alone = true
		}
	}
	if err := r.settle(hub.Reason{Code: hub.ReasonWorker}); err != nil {
		return err
	}
	r.arrive()
	return nil
}
