package graph

import (
	"context"
	"maps"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
)

// watchOf reads the arguments of executionChanged.
func watchOf(flow, event, execution *string, states []hub.ExecutionState, after *string) (w engine.Watch, err error) {
	w.States = states
	hub.Assign(&w.After, after)
	if w.FlowKey, err = optionalKey(hub.KindFlow, flow, "flow"); err != nil {
		return w, err
	}
	if w.EventKey, err = optionalKey(hub.KindEvent, event, "event"); err != nil {
		return w, err
	}
	w.ExecutionKey, err = optionalKey(hub.KindExecution, execution, "execution")
	return w, err
}

// follow hands on what the engine sees, until the client goes, the caller may listen no more, or the engine ends it.
func (r *resolver) follow(ctx context.Context, watch engine.Watch) (<-chan *model.ExecutionChange, error) {
	v := visitOf(ctx)
	watching, stop := context.WithCancel(ctx)
	seen, err := r.engine.Subscribe(watching, v.caller, watch, func() (hub.Caller, error) { return v.refresh(watching) })
	if err != nil {
		stop()
		return nil, err
	}
	f := &following{visit: v, changed: r.db.RightsChanged, reread: r.engine.Again, items: make(chan *model.ExecutionChange)}
	r.sockets.Add(1) // over HTTP there are no subscriptions
	go func() {
		defer r.sockets.Add(-1)
		defer close(f.items)
		defer stop()
		if err := f.run(watching, seen); err != nil {
			transport.AddSubscriptionError(ctx, r.present(ctx, err))
		}
	}()
	return f.items, nil
}

// following is a subscription under way. The caller is looked at again whenever a commit may have changed what it may do, when its
// token is renewed, and when its token or its consumer expires, so that it ends then and not with the next item.
type following struct {
	*visit
	changed func() <-chan struct{} // closes at the next such commit
	reread  func(context.Context, hub.Caller, engine.Seen) (engine.Seen, bool, error)
	items   chan *model.ExecutionChange
	caller  hub.Caller   // as it was when it was last looked at
	next    *engine.Seen // what the client has yet to take
}

// run returns the error with which the subscription ends; nil if the client went or there is nothing more to come.
func (f *following) run(ctx context.Context, seen <-chan engine.Seen) error {
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
func (f *following) look(ctx context.Context) (time.Time, error) {
	c, until, err := f.again(ctx)
	if err == nil {
		err = c.Need(hub.RowHub, hub.See)
	}
	f.caller = c
	return until, err
}

// hold keeps an item for the client. One that was read with other rights than the caller has now is read again: a client that is
// slow, or a subscription that is behind, would else be told what may not be seen any more.
func (f *following) hold(ctx context.Context, s *engine.Seen) error {
	f.next = s
	if s == nil || maps.Equal(s.Rights, f.caller.Grants()) {
		return nil
	}
	again, ok, err := f.reread(ctx, f.caller, *s)
	if f.next = &again; !ok {
		f.next = nil
	}
	return err
}

// forward hands items on until the caller has to be looked at again; goOn is false when there is nothing more to come.
func (f *following) forward(ctx context.Context, seen <-chan engine.Seen, changed, renewed <-chan struct{}, expiry <-chan time.Time) (goOn bool, err error) {
	for {
		from, to, item := seen, f.items, (*model.ExecutionChange)(nil)
		if f.next == nil {
			to = nil
		} else {
			from, item = nil, itemOf(f.next) // a client that is slow holds one item and no more
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
		}
	}
}

func itemOf(s *engine.Seen) *model.ExecutionChange {
	return &model.ExecutionChange{Cursor: hub.Cursor(s.Change.Seq), Change: &s.Change, Execution: s.Execution, Delivery: s.Delivery}
}
