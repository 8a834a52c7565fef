package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// ahead is what is read for many flows or events at once, of what their problems would else ask for one by one. Nil has nothing: all is
// asked for when it is needed.
type ahead struct {
	integrations map[int64]*hub.Integration // nil for one that is not there
	checks       map[int64][]*hub.TargetCheck
	flows        map[int64]*hub.Flow // likewise
}

// FlowsProblems lists, for many flows in their order and in a few reads, everything that would make each fail now, and what works in it but
// perhaps not for all records; [hub.Apart] tells the two apart. SEE on automator/fracttal_hub.
func (e *Engine) FlowsProblems(ctx context.Context, c hub.Caller, list []*hub.Flow) ([][]hub.Problem, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	a, err := e.lookAhead(ctx, list)
	if err != nil {
		return nil, err
	}
	all := make([][]hub.Problem, len(list))
	for i, f := range list {
		if all[i], err = e.flowProblems(ctx, c, f, a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// EventsProblems lists, for many events in their order and in one read, everything that keeps each from working now. SEE on automator/events.
func (e *Engine) EventsProblems(ctx context.Context, c hub.Caller, list []*hub.Event) ([][]hub.Problem, error) {
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return nil, err
	}
	a := &ahead{flows: map[int64]*hub.Flow{}}
	for _, ev := range list {
		for _, key := range ev.FlowKeys {
			a.flows[key] = nil
		}
	}
	if err := fill(ctx, a.flows, e.db.FlowsNow); err != nil {
		return nil, err
	}
	all := make([][]hub.Problem, len(list))
	for i, ev := range list {
		var err error
		if all[i], err = e.eventProblems(ctx, c, ev, a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (e *Engine) lookAhead(ctx context.Context, list []*hub.Flow) (*ahead, error) {
	a := &ahead{integrations: map[int64]*hub.Integration{}}
	keys := make([]int64, len(list))
	for i, f := range list {
		keys[i] = f.Key
		for _, t := range f.Definition.Targets {
			a.integrations[t.IntegrationKey] = nil
		}
		if s := f.Definition.Source; s != nil && s.Fetch != nil {
			a.integrations[s.Fetch.IntegrationKey] = nil
		}
	}
	err := fill(ctx, a.integrations, e.db.IntegrationsNow)
	if err == nil {
		a.checks, err = e.db.FlowsChecks(ctx, keys)
	}
	return a, err
}

// fill reads what a map has keys of.
func fill[T any](ctx context.Context, into map[int64]*T, read func(context.Context, []int64) ([]*T, error)) error {
	keys := make([]int64, 0, len(into))
	for key := range into {
		keys = append(keys, key)
	}
	list, err := read(ctx, keys)
	for i, v := range list {
		into[keys[i]] = v
	}
	return err
}

// integrationNow is an integration, read ahead or now.
func (e *Engine) integrationNow(ctx context.Context, key int64, a *ahead) (*hub.Integration, error) {
	if a == nil || a.integrations == nil {
		return e.db.IntegrationNow(ctx, key)
	}
	if in := a.integrations[key]; in != nil {
		return in, nil
	}
	return nil, hub.NotFound(hub.KindIntegration, key)
}

// flowNow is a flow, read ahead or now; it is the caller's to change.
func (e *Engine) flowNow(ctx context.Context, key int64, a *ahead) (*hub.Flow, error) {
	if a == nil || a.flows == nil {
		return e.db.FlowNow(ctx, key)
	}
	if f := a.flows[key]; f != nil {
		own := *f
		return &own, nil
	}
	return nil, hub.NotFound(hub.KindFlow, key)
}

// checksOf is what connectors said of a flow, read ahead or now.
func (e *Engine) checksOf(ctx context.Context, flow int64, a *ahead) ([]*hub.TargetCheck, error) {
	if a == nil || a.checks == nil {
		return e.db.FlowChecks(ctx, flow)
	}
	return a.checks[flow], nil
}
