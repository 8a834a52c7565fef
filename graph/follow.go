package graph

import (
	"context"
	"maps"
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
)

// watchOf reads the arguments that narrow what is watched of executions and deliveries.
func watchOf(of hub.Subject, flow, event, execution, delivery, after *string) (w engine.Watch, err error) {
	w.Of = of
	hub.Assign(&w.After, after)
	if w.FlowKey, err = optionalKey(hub.KindFlow, flow, "flow"); err != nil {
		return w, err
	}
	if w.EventKey, err = optionalKey(hub.KindEvent, event, "event"); err != nil {
		return w, err
	}
	if w.ExecutionKey, err = optionalKey(hub.KindExecution, execution, "execution"); err != nil {
		return w, err
	}
	w.DeliveryKey, err = optionalKey(hub.KindDelivery, delivery, "delivery")
	return w, err
}

// follow hands on what the engine sees, until the client goes, the caller may listen no more, or the engine ends it. What an item
// is to the client, shape says.
func follow[T any](ctx context.Context, r *resolver, watch engine.Watch, shape func(*engine.Seen) T) (<-chan T, error) {
	v, run := visitOf(ctx), runningOf(ctx)
	if run.after != "" && watch.Of != hub.SubjectQueue {
		watch.After = run.after
	}
	watching, stop := context.WithCancel(ctx)
	s, err := r.engine.Subscribe(watching, v.caller, watch, func() (hub.Caller, error) { return v.refresh(watching) })
	if err != nil {
		stop()
		return nil, err
	}
	if watch.Of != hub.SubjectQueue {
		run.follows(s, watch.After)
	}
	f := &following[T]{visit: v, run: run, need: watch.Need, changed: r.db.RightsChanged, reread: r.engine.Again, shape: shape, items: make(chan T)}
	run.followers.Add(1)
	go func() {
		defer run.followers.Add(-1)
		defer close(f.items)
		defer stop()
		if err := f.follow(watching, s.Items); err != nil {
			run.fail(r.present(ctx, err))
		}
	}()
	return f.items, nil
}

// following is a subscription under way. The caller is looked at again whenever a commit may have changed what it may do, when its
// token is renewed, and when its token or its consumer expires, so that it ends then and not with the next item.
type following[T any] struct {
	*visit
	run     *running
	need    func(hub.Caller) error // what the caller needs to listen at all
	changed func() <-chan struct{} // closes at the next such commit
	reread  func(context.Context, hub.Caller, engine.Seen) (engine.Seen, bool, error)
	shape   func(*engine.Seen) T
	items   chan T
	caller  hub.Caller   // as it was when it was last looked at
	next    *engine.Seen // what the client has yet to take
	number  int64        // of that among all that it takes
}

// follow returns the error with which the subscription ends; nil if the client went or there is nothing more to come.
func (f *following[T]) follow(ctx context.Context, seen <-chan engine.Seen) error {
	expiry := time.NewTimer(0)
	defer expiry.Stop()
	for {
		changed, renewed := f.changed(), f.renewed() // before the caller is looked at: what changes after that closes them
		until, err := f.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = f.hold(ctx, f.next)
		}
		if err != nil {
			return err
		}
		expiry.Reset(time.Until(until))
		if goOn, err := f.forward(ctx, seen, changed, renewed, expiry.C); !goOn {
			return err
		}
	}
}

// look says until when the caller may listen, or why it may not.
func (f *following[T]) look(ctx context.Context) (time.Time, error) {
	c, until, err := f.again(ctx)
	if err == nil {
		err = f.need(c)
	}
	f.caller = c
	return until, err
}

// hold keeps an item for the client. One that was read with other rights than the caller has now is read again: a client that is
// slow, or a subscription that is behind, would else be told what may not be seen any more.
func (f *following[T]) hold(ctx context.Context, s *engine.Seen) error {
	f.next = s
	if s != nil && !maps.Equal(s.Rights, f.caller.Grants()) {
		again, ok, err := f.reread(ctx, f.caller, *s)
		if f.next = &again; !ok {
			f.next = nil
			f.run.leave()
		}
		if err != nil {
			return err
		}
	}
	if f.next != nil {
		f.run.offer(f.number, f.next.Cursor())
	}
	return nil
}

// forward hands items on until the caller has to be looked at again; goOn is false when there is nothing more to come.
func (f *following[T]) forward(ctx context.Context, seen <-chan engine.Seen, changed, renewed <-chan struct{}, expiry <-chan time.Time) (goOn bool, err error) {
	for {
		from, to := seen, f.items
		var item T
		if f.next == nil {
			to = nil
		} else {
			from, item = nil, f.shape(f.next) // a client that is slow holds one item and no more
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-changed:
			return true, nil
		case <-renewed:
			return true, nil
		case <-expiry:
			return true, nil
		case s, open := <-from:
			if !open || s.Err != nil {
				return false, s.Err
			}
			if err := f.hold(ctx, &s); err != nil {
				return false, err
			}
		case to <- item:
			f.next = nil
			f.number++
		}
	}
}

func executionChange(s *engine.Seen) *model.ExecutionChange {
	return &model.ExecutionChange{Cursor: s.Cursor(), Change: &s.Change, Execution: s.Execution, Delivery: s.Delivery}
}

func deliveryChange(s *engine.Seen) *model.DeliveryChange {
	return &model.DeliveryChange{Cursor: s.Cursor(), Change: &s.Change, Execution: s.Execution, Delivery: s.Delivery}
}

func occurrenceReceived(s *engine.Seen) *model.OccurrenceReceived {
	return &model.OccurrenceReceived{Cursor: s.Cursor(), Change: &s.Change, Occurrence: s.Occurrence}
}

func connectorChange(s *engine.Seen) *model.ConnectorChange {
	return &model.ConnectorChange{Cursor: s.Cursor(), Change: &s.Change, Connector: s.Connector}
}
