package graph

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
)

func TestAnItemThatTheClientHasYetToTakeIsReadAgainWithTheRightsThatItThenHas(t *testing.T) {
	t.Parallel()
	orders := hub.Row{Module: "work_management", Submodule: "work_orders"}
	both, one := hub.GrantsOf([]hub.Grant{{Module: hub.RowHub.Module, Submodule: hub.RowHub.Submodule, Actions: []hub.Action{hub.See}},
		{Module: orders.Module, Submodule: orders.Submodule, Actions: []hub.Action{hub.See}}}), hub.Grants{hub.RowHub: hub.ActionSet(hub.See)}
	for name, late := range map[string]bool{"one that it holds": false, "one that comes after, but was read before": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rights, changed := both, make(chan struct{})
				f := &following[*model.ExecutionChange]{items: make(chan *model.ExecutionChange), run: &running{}, shape: executionChange,
					need:    func(c hub.Caller) error { return c.Need(hub.RowHub, hub.See) },
					changed: func() <-chan struct{} { return changed },
					visit: &visit{authenticate: func(context.Context, string, string) (hub.Caller, time.Time, error) {
						return hub.Caller{Consumer: &hub.Consumer{Enabled: true}, Group: &hub.Group{Grants: rights}}, time.Now().Add(time.Hour), nil
					}},
					reread: func(_ context.Context, c hub.Caller, s engine.Seen) (engine.Seen, bool, error) {
						s.Rights, s.Execution = c.Grants(), &hub.Execution{}
						return s, true, nil
					}}
				ctx, stop := context.WithCancel(t.Context())
				seen, ended := make(chan engine.Seen), make(chan error)
				go func() { ended <- f.follow(ctx, seen) }()
				item := engine.Seen{Execution: &hub.Execution{Subject: "OT-1"}, Rights: both}
				if !late {
					seen <- item
				}
				synctest.Wait()
				rights = one
				old := changed
				changed = make(chan struct{})
				close(old)
				synctest.Wait()
				if late {
					seen <- item
				}
				if got := <-f.items; got.Execution.Subject != "" {
					t.Errorf("it tells %q", got.Execution.Subject)
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
