package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// always is the refresh of a caller whose rights never change.
func always(c hub.Caller) func() (hub.Caller, error) {
	return func() (hub.Caller, error) { return c, nil }
}

// subscribe watches as the administrator.
func subscribe(t testing.TB, h *hubtest.Hub, w engine.Watch) <-chan engine.Seen {
	t.Helper()
	s, err := h.Engine.Subscribe(t.Context(), h.Admin, w, always(h.Admin))
	if err != nil {
		t.Fatalf("subscribing: %v", err)
	}
	return s.Items
}

// take reads everything that a subscription has to say now, in fake time.
func take(seen <-chan engine.Seen) (list []engine.Seen) {
	for {
		synctest.Wait()
		select {
		case s, ok := <-seen:
			if !ok {
				return list
			}
			list = append(list, s)
		default:
			return list
		}
	}
}

// lines writes items as journal does.
func lines(list []engine.Seen) string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %s %s→%s", s.Change.Subject, s.Change.Aspect, s.Change.From, s.Change.To))
	}
	return strings.Join(out, "\n")
}

func TestASubscriberSeesEveryStepOfAMessage(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Publish(t, forJonas("OT-1"))
		settled()
		seen := subscribe(t, h, engine.Watch{})
		if list := take(seen); len(list) != 0 {
			t.Errorf("from now on, yet it tells what was before: %s", lines(list))
		}
		key := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptRead))
		list := take(seen)
		want := "EXECUTION STATE →QUEUED\nEXECUTION STATE QUEUED→RUNNING\nDELIVERY STATE →PENDING\nDELIVERY STATE PENDING→SENDING\n" +
			"DELIVERY STATE SENDING→ACCEPTED\nEXECUTION STATE RUNNING→CLOSED\nEXECUTION OUTCOME →SUCCEEDED\nDELIVERY STATE ACCEPTED→READ"
		if got := lines(list); got != want {
			t.Errorf("it told\n%s\nwant\n%s", got, want)
		}
		for _, s := range list {
			if s.Execution == nil || s.Execution.Key != key || (s.Change.Subject == hub.SubjectDelivery) != (s.Delivery != nil && s.Delivery.Key == d.Key) ||
				s.Change.FlowKey != a.Flow.Key || s.Change.EventKey != a.Event.Key || s.Err != nil {
				t.Errorf("the item of %s is %+v", s.Change.To, s)
			}
		}
	})
}

func TestASubscriberGoesOnAfterItsCursor(t *testing.T) {
	for name, size := range map[string]int{"from the tail": 1024, "from the journal": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := hubtest.Engine(t, hubtest.EngineOptions{FeedSize: size})
				h.Assignment(t, nil)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				all := take(subscribe(t, h, engine.Watch{After: hub.Cursor(0)}))
				if len(all) != 7 || all[0].Execution.Key != key || all[0].Change.FlowKey == 0 || all[0].Change.EventKey == 0 {
					t.Fatalf("from the beginning it told\n%s", lines(all))
				}
				for i := range all {
					rest := take(subscribe(t, h, engine.Watch{After: hub.Cursor(all[i].Change.Seq)}))
					if lines(rest) != lines(all[i+1:]) {
						t.Errorf("after item %d it told\n%s\nwant\n%s", i, lines(rest), lines(all[i+1:]))
					}
				}
			})
		})
	}
}

func TestASubscriberWantsOnlyWhatItAskedFor(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		other := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key))
		event := h.Event(t, hub.EventInput{Description: ptr("Also"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{other.Key}})
		p := h.Publish(t, forJonas("OT-1"))
		settled()
		second := p.Executions[1].Key
		begin := hub.Cursor(0)
		for name, c := range map[string]struct {
			watch engine.Watch
			n     int
			holds func(engine.Seen) bool
		}{
			"everything":   {engine.Watch{After: begin}, 14, func(engine.Seen) bool { return true }},
			"a flow":       {engine.Watch{After: begin, FlowKey: other.Key}, 7, func(s engine.Seen) bool { return s.Execution.FlowKey == other.Key }},
			"an event":     {engine.Watch{After: begin, EventKey: event.Key}, 7, func(s engine.Seen) bool { return s.Execution.EventKey == event.Key }},
			"an execution": {engine.Watch{After: begin, ExecutionKey: second}, 7, func(s engine.Seen) bool { return s.Execution.Key == second }},
			"a state": {engine.Watch{After: begin, States: []hub.ExecutionState{hub.Closed}}, 2,
				func(s engine.Seen) bool { return s.Change.Subject == hub.SubjectExecution && s.Change.To == "CLOSED" }},
			"nothing that there is": {engine.Watch{After: begin, FlowKey: other.Key, EventKey: a.Event.Key}, 0, nil},
		} {
			list := take(subscribe(t, h, c.watch))
			if len(list) != c.n {
				t.Errorf("%s: it told %d items, want %d", name, len(list), c.n)
			}
			for _, s := range list {
				if !c.holds(s) {
					t.Errorf("%s: it told %+v", name, s.Change)
				}
			}
		}
	})
}

func TestASubscriptionKeepsToTheRightsOfTheMoment(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		refresh := func() (hub.Caller, error) { return h.DB.Caller(context.Background(), sees.Consumer.Key, "en") }
		s, err := h.Engine.Subscribe(t.Context(), sees, engine.Watch{}, refresh)
		if err != nil {
			t.Fatal(err)
		}
		seen := s.Items
		h.Publish(t, forJonas("OT-1"))
		settled()
		first := <-seen
		if first.Change.To != "QUEUED" {
			t.Errorf("first it told %+v", first)
		}
		// One item is on its way already; no other may follow.
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, sees.Group.Key, 0, hub.GroupInput{Grants: &[]hub.Grant{}}); err != nil {
			t.Fatal(err)
		}
		if list := take(seen); len(list) > 1 {
			t.Errorf("without SEE it told\n%s", lines(list))
		}
		grants := []hub.Grant{{Module: hub.RowHub.Module, Submodule: hub.RowHub.Submodule, Actions: []hub.Action{hub.See}}}
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, sees.Group.Key, 0, hub.GroupInput{Grants: &grants}); err != nil {
			t.Fatal(err)
		}
		h.Publish(t, forJonas("OT-2"))
		settled()
		if list := take(seen); len(list) != 7 {
			t.Errorf("with SEE again it told\n%s", lines(list))
		}
		off := false
		if _, err := h.DB.ConsumerUpdate(t.Context(), h.Admin, sees.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off}); err != nil {
			t.Fatal(err)
		}
		h.Publish(t, forJonas("OT-3"))
		list := take(seen)
		if len(list) != 1 || hub.CodeOf(list[0].Err) != hub.CodeUnauthenticated {
			t.Errorf("when the consumer was disabled it told %+v", list)
		}
		if _, open := <-seen; open {
			t.Error("it goes on")
		}
	})
}

func TestASubscriptionEndsWithItsContextAndWithItsRefresh(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		ctx, cancel := context.WithCancel(t.Context())
		seen, err := h.Engine.Subscribe(ctx, h.Admin, engine.Watch{}, always(h.Admin))
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if s, open := <-seen.Items; open {
			t.Errorf("after its context it told %+v", s)
		}
		gone := errors.New("the token has expired")
		seen, err = h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{}, func() (hub.Caller, error) { return hub.Caller{}, gone })
		if err != nil {
			t.Fatal(err)
		}
		h.Publish(t, forJonas("OT-1"))
		if list := take(seen.Items); len(list) != 1 || list[0].Err != gone || list[0].Execution != nil {
			t.Errorf("it told %+v", list)
		}
	})
}

func TestASubscriptionThatCannotBeginIsRefused(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		nobody := hubtest.CallerWith(t, h.DB)
		_, err := h.Engine.Subscribe(t.Context(), nobody, engine.Watch{}, always(nobody))
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:SEE")
		_, err = h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{After: "yesterday"}, always(h.Admin))
		wantError(t, err, hub.CodeInvalid, "after", "not a cursor")
		_, err = h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{After: hub.Cursor(1 << 40)}, always(h.Admin))
		wantError(t, err, hub.CodeInvalid, "after", "future")
	})
}

func TestManySubscribersMissNothingAndSeeNothingTwiceWhileMuchIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{FeedSize: 32})
		h.Assignment(t, nil)
		begin := h.Feed.Last()
		const subscribers, publishers, each = 6, 4, 25
		const all = publishers * each * 7
		seen := make([][]int64, subscribers)
		var work sync.WaitGroup
		for i := range subscribers {
			items := subscribe(t, h, engine.Watch{After: hub.Cursor(begin)})
			work.Go(func() {
				for range all {
					s := <-items
					seen[i] = append(seen[i], s.Change.Seq)
					if i%2 == 1 && rand.IntN(20) == 0 {
						time.Sleep(time.Millisecond) // a slow one: the others have written all they have to say by then
					}
				}
			})
		}
		for p := range publishers {
			work.Go(func() {
				for i := range each {
					if _, err := h.Engine.Publish(t.Context(), h.Admin, forJonas(fmt.Sprintf("OT-%d", p*each+i))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		work.Wait()
		want := make([]int64, 0, all)
		for after := begin; len(want) < all; {
			changes, err := h.DB.ChangesAfter(t.Context(), after, 500)
			if err != nil || len(changes) == 0 {
				t.Fatalf("the journal has %d lines about executions, want %d (%v)", len(want), all, err)
			}
			for _, c := range changes {
				if after = c.Seq; c.Execution() != 0 {
					want = append(want, c.Seq)
				}
			}
		}
		for i := range subscribers {
			if !slices.Equal(seen[i], want) {
				t.Errorf("subscriber %d did not see every change once, in the order of the journal", i)
			}
		}
	})
}
