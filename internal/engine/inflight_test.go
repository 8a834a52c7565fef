package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// held is how many messages the connector keeps back, by flow.
func held(h *hubtest.Hub) map[int64]int {
	n := map[int64]int{}
	for _, m := range h.Connector.Held() {
		n[m.FlowKey]++
	}
	return n
}

// beside makes a second flow that tells Marta through an integration of whatever she is responsible for; the first flow tells her as well.
func beside(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, integration int64) *hub.Flow {
	t.Helper()
	in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, integration)
	(*in.Targets)[0].Recipient = hub.Recipient{Constant: martaPhone}
	f := h.Flow(t, in)
	h.Event(t, hub.EventInput{Description: ptr("critical"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{f.Key},
		Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "responsible", Operation: "EQUAL", Value: marta}}}})
	return f
}

// forMarta is a work order for Marta.
func forMarta(folio string) hub.OccurrenceInput {
	return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), marta), hubtest.Person(marta, martaPhone))
}

func TestAFlowHasNoMoreUnderWayThanItAllows(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxInFlight: 2}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		other := beside(t, h, a, a.Integration.Key)
		h.Connector.Hold()
		var keys []int64
		for i := range 5 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		h.Publish(t, forMarta("OT-9"))
		settled()
		if n := held(h); n[a.Flow.Key] != 2 || n[other.Key] != 1 {
			t.Fatalf("under way are %v", n)
		}
		if _, list := execution(t, h, keys[2]); len(list) == 1 && list[0].WaitingFor != hub.ReasonBackpressure {
			t.Errorf("the third waits for %s", list[0].WaitingFor)
		}
		for range 4 {
			h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted})
			settled()
			if n := held(h); n[a.Flow.Key] > 2 {
				t.Fatalf("under way are %v", n)
			}
		}
		h.Connector.Release()
		settled()
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
	})
}

func TestABoundOfAFlowHoldsForWhatWaitsAlreadyAndAfterARestart(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Down()
		for i := range 6 {
			h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))
		}
		bound := func(n int) {
			if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Settings: &hub.FlowSettings{MaxInFlight: n}}); err != nil {
				t.Fatal(err)
			}
		}
		bound(1)
		h.Connector.Hold()
		h.Connector.Up()
		after(time.Minute - time.Second)
		if n := held(h)[a.Flow.Key]; n != 1 {
			t.Fatalf("%d are under way", n)
		}
		h.Stop(t)
		c := hubtest.NewConnector()
		c.Hold()
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: c})
		after(10 * time.Second)
		if n := held(h)[a.Flow.Key]; n != 1 {
			t.Fatalf("%d are under way after the restart", n)
		}
		bound(3)
		h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted})
		after(2 * time.Second)
		if n := held(h)[a.Flow.Key]; n != 3 {
			t.Fatalf("%d are under way with the wider bound", n)
		}
		h.Connector.Release()
		after(2 * time.Second)
		if n := open(t, h); n != 0 {
			t.Errorf("%d are open", n)
		}
	})
}

func TestAnOutcomeThatDoesNotComeDoesNotKeepItsPlace(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxInFlight: 1}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Hold()
		lost, next := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
		after(2 * time.Minute)
		is(t, h, lost, "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, next, "RUNNING: SENDING")
	})
}

func TestAnIntegrationHasNoMoreUnderWayThanItAllowsAndHoldsUpNoOther(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		apart := h.Integration(t, "another number")
		other := beside(t, h, a, apart.Key)
		bound := func(n int) {
			if _, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, a.Integration.Key, 0, hub.IntegrationInput{MaxInFlight: &n}); err != nil {
				t.Fatal(err)
			}
		}
		bound(1)
		h.Connector.Hold()
		for i := range 100 { // more than the worker looks at at once
			h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))
		}
		h.Publish(t, forMarta("OT-9999"))
		settled()
		if n := held(h); n[a.Flow.Key] != 1 || n[other.Key] != 1 {
			t.Fatalf("under way are %v", n)
		}
		bound(3)
		after(2 * time.Second)
		if n := held(h); n[a.Flow.Key] != 3 {
			t.Errorf("under way are %v with the wider bound", n)
		}
		bound(0)
		after(2 * time.Second)
		if n := held(h); n[a.Flow.Key] != 101 {
			t.Errorf("under way are %v without a bound", n)
		}
		h.Connector.Release()
		after(2 * time.Second)
		if n := open(t, h); n != 0 {
			t.Errorf("%d are open", n)
		}
	})
}

func TestABoundThatMakesNoSenseIsRefused(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		for _, n := range []int{-1, hub.MaxMaxInFlight + 1} {
			_, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, a.Integration.Key, 0, hub.IntegrationInput{MaxInFlight: &n})
			wantError(t, err, hub.CodeInvalid, "maxInFlight", "between 1 and 1024")
		}
	})
}

// slow runs a test with a connector that has room for two messages and answers after 100 ms.
func slow(t *testing.T, play func(*testing.T, *hubtest.Hub, *hubtest.Assignment, *sending)) {
	t.Helper()
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		s := &sending{}
		h.Connector.InFlight(1)
		h.Connector.Delay(100 * time.Millisecond)
		h.Connector.Decide(s.decide)
		play(t, h, a, s)
	})
}

// soon fails unless a message to Marta leaves within a second.
func (s *sending) soon(t *testing.T, h *hubtest.Hub) {
	t.Helper()
	asked := time.Now()
	h.Publish(t, forMarta("OT-99999"))
	after(5 * time.Second)
	i := slices.Index(s.to, martaPhone)
	if i < 0 {
		t.Fatal("it has not left 5 seconds later")
	}
	if waited := s.at[i].Sub(asked); waited > time.Second {
		t.Errorf("it waited for %s behind the flood of the other flow", waited)
	}
}

func TestAFloodThatFillsTheConnectorDoesNotStarveAnotherFlow(t *testing.T) {
	slow(t, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		beside(t, h, a, a.Integration.Key)
		for i := range 300 {
			h.Publish(t, another(i))
		}
		after(time.Second)
		s.soon(t, h)
		after(20 * time.Second)
		if len(s.at) != 302 {
			t.Errorf("%d of 302 left in the end", len(s.at))
		}
	})
}

func TestAFloodThatGoesOnDoesNotTakeEveryPlaceThatBecomesFree(t *testing.T) {
	t.Parallel()
	h := hubtest.Engine(t, hubtest.EngineOptions{}) // in real time: those who flood must be faster than the worker
	a := h.Assignment(t, nil)
	other := beside(t, h, a, a.Integration.Key)
	h.Connector.InFlight(1)
	h.Connector.Delay(3 * time.Millisecond)
	var sent, critical atomic.Int64
	h.Connector.Decide(func(m hub.Handover) hub.Outcome {
		if n := sent.Add(1); m.FlowKey == other.Key {
			critical.Store(n)
		}
		return hub.Outcome{Kind: hub.OutcomeAccepted}
	})
	ctx, stop := context.WithCancel(t.Context())
	var flood sync.WaitGroup
	for p := range 64 {
		flood.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if _, err := h.Engine.Publish(ctx, h.Admin, another(100_000*p+i)); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	h.Until(t, "hundreds wait", func() bool { return open(t, h) > 500 })
	for i := range 10 {
		before := sent.Load()
		h.Publish(t, forMarta(fmt.Sprintf("OT-%d", 70_000+i)))
		h.Until(t, "it has left", func() bool { return critical.Load() > before || sent.Load() > before+50 })
		if n := critical.Load() - before; n < 0 || n > 30 {
			t.Errorf("of those that left after it came in it was none of the first 30: %d", n)
		}
	}
	stop()
	flood.Wait()
}

func TestAFloodThroughOneIntegrationDoesNotStarveAnother(t *testing.T) {
	slow(t, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		apart := h.Integration(t, "another number")
		beside(t, h, a, apart.Key)
		for i := range 300 {
			h.Publish(t, another(i))
		}
		after(time.Second)
		s.soon(t, h)
	})
}

func TestWhatMayGoOnIsNotForgottenWhenItsProviderSaysSomethingBeforeThereIsRoom(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Down()
		var keys []int64
		for i := range 3 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		h.Connector.Hold()
		h.Connector.Up()
		settled()
		is(t, h, keys[2], "WAITING CONNECTOR_DOWN: PENDING") // it is up again, and there is no room
		_, d := one(t, h, keys[2])
		if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(receipt(d.Key, hub.ReceiptFailed))); err != nil {
			t.Fatal(err)
		}
		h.Connector.Release()
		after(time.Minute)
		is(t, h, keys[2], "CLOSED SUCCEEDED: ACCEPTED")
	})
}
