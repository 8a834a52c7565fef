package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// Watch says which changes of executions a subscriber wants. Zero fields do not narrow.
type Watch struct {
	FlowKey      int64
	EventKey     int64
	ExecutionKey int64
	States       []hub.ExecutionState // only changes of an execution to one of these
	After        string               // cursor: begin after it; empty: from now on
}

// Seen is an item of a subscription: a change of the journal, with the execution and the delivery as they are when it is
// taken from the journal, which may be later than the change.
type Seen struct {
	Change    hub.Change
	Execution *hub.Execution
	Delivery  *hub.Delivery // nil unless the change is about one
	Rights    hub.Grants    // with which it was read: who has others by the time that it is handed on reads it again
	Err       error         // set on the last item when the subscription ends by itself

	whole hub.Change // with what was left out of Change
}

// watchBatch is how many changes are looked at in one go.
const watchBatch = 100

// Subscribe sends what happens to executions: first what happened after the cursor, from the journal, then live, with no
// gap and no duplicate. refresh gives the caller's rights as they are now and is asked before every item: without SEE the
// item is left out; when it refuses, the subscription ends with that error as its last item. A slow reader costs nobody anything: it holds only its cursor. The
// channel closes when ctx ends. A cursor behind which lines of the journal are gone is CURSOR_EXPIRED, also when a reader is so slow
// that they go meanwhile. SEE on automator/fracttal_hub.
func (e *Engine) Subscribe(ctx context.Context, c hub.Caller, w Watch, refresh func() (hub.Caller, error)) (<-chan Seen, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	after := e.feed.Last()
	if w.After != "" {
		seq, err := hub.ParseCursor(w.After, "after")
		if err != nil {
			return nil, err
		}
		if after, err = e.beginAfter(ctx, seq, after); err != nil {
			return nil, err
		}
	}
	out := make(chan Seen)
	go func() {
		defer close(out)
		if err := e.watch(ctx, w, after, refresh, out); err != nil && ctx.Err() == nil {
			select {
			case out <- Seen{Err: err}:
			case <-ctx.Done():
			}
		}
	}()
	return out, nil
}

// beginAfter refuses a cursor that the journal has not reached. What was committed this moment is in the journal a little
// before it is in the feed.
func (e *Engine) beginAfter(ctx context.Context, seq, last int64) (int64, error) {
	if seq > last {
		var err error
		if last, err = e.db.LastChange(ctx); err != nil {
			return 0, err
		}
	}
	if seq > last {
		return 0, hub.Invalid("after", "this cursor lies in the future; use one that this API returned")
	}
	return seq, e.db.CursorUsable(seq)
}

func (e *Engine) watch(ctx context.Context, w Watch, after int64, refresh func() (hub.Caller, error), out chan<- Seen) error {
	for {
		if err := e.db.CursorUsable(after); err != nil {
			return err
		}
		changes, behind, more := e.feed.After(after, watchBatch)
		if behind {
			var err error
			if changes, err = e.db.ChangesAfter(ctx, after, watchBatch); err != nil {
				return err
			}
		}
		if len(changes) == 0 {
			select {
			case <-more:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := e.tell(ctx, w, changes, refresh, out); err != nil {
			return err
		}
		after = changes[len(changes)-1].Seq
	}
}

// tell sends the changes of a batch that the subscriber wants and may see.
func (e *Engine) tell(ctx context.Context, w Watch, changes []hub.Change, refresh func() (hub.Caller, error), out chan<- Seen) error {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c hub.Change) bool { return !w.wants(c) })
	if len(changes) == 0 {
		return nil
	}
	caller, err := refresh()
	if err != nil {
		return err
	}
	items, err := e.seen(ctx, caller, changes)
	if err != nil {
		return err
	}
	for i := range items {
		before := caller
		if caller, err = refresh(); err != nil {
			return err
		}
		if !maps.Equal(before.Grants(), caller.Grants()) { // what was read with the rights from before may show too much
			if items, err = e.seen(ctx, caller, changesOf(items)); err != nil {
				return err
			}
			if len(items) <= i {
				return nil
			}
		}
		s := items[i]
		if !caller.May(hub.RowHub, hub.See) || w.EventKey != 0 && !caller.May(hub.RowEvents, hub.See) {
			continue
		}
		select {
		case out <- s:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// Again reads an item of a subscription once more, for a caller who has other rights than those with which it was read; ok is false
// if the caller may not see it any more.
func (e *Engine) Again(ctx context.Context, c hub.Caller, s Seen) (again Seen, ok bool, err error) {
	items, err := e.seen(ctx, c, []hub.Change{s.whole})
	if err != nil || len(items) == 0 {
		return Seen{}, false, err
	}
	return items[0], true, nil
}

func (w Watch) wants(c hub.Change) bool {
	key := c.Execution()
	if key == 0 || w.ExecutionKey != 0 && w.ExecutionKey != key || w.FlowKey != 0 && w.FlowKey != c.FlowKey || w.EventKey != 0 && w.EventKey != c.EventKey {
		return false
	}
	if len(w.States) == 0 {
		return true
	}
	return c.Subject == hub.SubjectExecution && c.Aspect == hub.AspectState && slices.Contains(w.States, hub.ExecutionState(c.To))
}

// seen reads the executions and deliveries of changes, with the caller's rights.
func (e *Engine) seen(ctx context.Context, c hub.Caller, changes []hub.Change) ([]Seen, error) {
	var executions, deliveries []int64
	for _, ch := range changes {
		if !slices.Contains(executions, ch.Root) {
			executions = append(executions, ch.Root)
		}
		if ch.Subject == hub.SubjectDelivery && !slices.Contains(deliveries, ch.Key) {
			deliveries = append(deliveries, ch.Key)
		}
	}
	es, err := e.db.ExecutionsByKey(ctx, c, executions)
	if err != nil {
		return nil, err
	}
	ds, err := e.db.DeliveriesByKey(ctx, c, deliveries)
	if err != nil {
		return nil, err
	}
	items := make([]Seen, 0, len(changes))
	for _, ch := range changes {
		s := Seen{Change: ch, whole: ch, Rights: c.Grants(), Execution: es[slices.Index(executions, ch.Root)]}
		if ch.Subject == hub.SubjectDelivery {
			s.Delivery = ds[slices.Index(deliveries, ch.Key)]
		}
		if s.Execution == nil {
			continue
		}
		e.db.DiscloseCause(c, s.Execution, &s.Change.Cause)
		items = append(items, s)
	}
	return items, nil
}

func changesOf(items []Seen) []hub.Change {
	changes := make([]hub.Change, len(items))
	for i := range items {
		changes[i] = items[i].whole
	}
	return changes
}
