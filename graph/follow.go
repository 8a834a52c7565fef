package graph

import (
	"context"
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

// follow hands on what the engine sees, until the client goes, the token ends, or the engine ends it.
func (r *resolver) follow(ctx context.Context, watch engine.Watch) (<-chan *model.ExecutionChange, error) {
	v := visitOf(ctx)
	watching, stop := context.WithCancel(ctx)
	seen, err := r.engine.Subscribe(watching, v.caller, watch, func() (hub.Caller, error) { return v.refresh(watching) })
	if err != nil {
		stop()
		return nil, err
	}
	items := make(chan *model.ExecutionChange)
	go func() {
		defer close(items)
		defer stop()
		if err := forward(watching, seen, items, v.until); err != nil {
			transport.AddSubscriptionError(ctx, r.present(ctx, err))
		}
	}()
	return items, nil
}

// forward returns the error with which the subscription ends; nil if the client went or there is nothing more to come.
func forward(ctx context.Context, seen <-chan engine.Seen, items chan<- *model.ExecutionChange, until time.Time) error {
	expiry := time.NewTimer(time.Until(until))
	defer expiry.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-expiry.C:
			return errExpired()
		case s, open := <-seen:
			if !open || s.Err != nil {
				return s.Err
			}
			select {
			case items <- &model.ExecutionChange{Cursor: hub.Cursor(s.Change.Seq), Change: &s.Change, Execution: s.Execution, Delivery: s.Delivery}:
			case <-expiry.C:
				return errExpired()
			case <-ctx.Done():
				return nil
			}
		}
	}
}

func errExpired() error {
	return &hub.Error{Code: hub.CodeUnauthenticated,
		Message: "the token has expired; get a new one from POST /oauth/token and subscribe again after the last cursor"}
}
