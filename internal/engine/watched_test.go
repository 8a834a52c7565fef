package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestEverythingThatCanBeWatchedIsToldFromTheJournalAsFromTheTail(t *testing.T) {
	for name, size := range map[string]int{"from the tail": 1024, "from the journal": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := hubtest.Engine(t, hubtest.EngineOptions{FeedSize: size})
				h.Assignment(t, nil)
				begin := hub.Cursor(h.Feed.Last())
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				h.Publish(t, forJonas("OT-2"))
				settled()
				const steps = "DELIVERY STATE →PENDING\nDELIVERY STATE PENDING→SENDING\nDELIVERY STATE SENDING→ACCEPTED"
				for what, c := range map[string]struct {
					watch engine.Watch
					want  string
				}{
					"deliveries":          {engine.Watch{Of: hub.SubjectDelivery}, steps + "\n" + steps},
					"a delivery":          {engine.Watch{Of: hub.SubjectDelivery, DeliveryKey: d.Key}, steps},
					"a delivery's states": {engine.Watch{Of: hub.SubjectDelivery, ExecutionKey: key, DeliveryStates: []hub.DeliveryState{hub.Accepted}}, "DELIVERY STATE SENDING→ACCEPTED"},
					"occurrences":         {engine.Watch{Of: hub.SubjectOccurrence}, "OCCURRENCE STATE →RECEIVED\nOCCURRENCE STATE →RECEIVED"},
					"occurrences of a type": {engine.Watch{Of: hub.SubjectOccurrence, Type: hubtest.NewWorkOrder},
						"OCCURRENCE STATE →RECEIVED\nOCCURRENCE STATE →RECEIVED"},
					"of another type": {engine.Watch{Of: hub.SubjectOccurrence, Type: "work_management.work_orders.closed"}, ""},
				} {
					c.watch.After = begin
					list := take(subscribe(t, h, c.watch))
					if got := lines(list); got != c.want {
						t.Errorf("%s: it told\n%s\nwant\n%s", what, got, c.want)
					}
					for _, s := range list {
						if (s.Delivery == nil) != (c.watch.Of == hub.SubjectOccurrence) || (s.Occurrence == nil) != (c.watch.Of == hub.SubjectDelivery) || s.Cursor() != hub.Cursor(s.Change.Seq) {
							t.Errorf("%s: it told %+v", what, s)
						}
					}
				}
			})
		})
	}
}

func TestASubscriptionSaysHowFarItHasCome(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		quiet, err := h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{FlowKey: 7}, always(h.Admin))
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{}, always(h.Admin))
		if err != nil {
			t.Fatal(err)
		}
		h.Publish(t, forJonas("OT-1"))
		settled()
		end := hub.Cursor(h.Feed.Last())
		if cursor, sent, ok := quiet.Reached(); !ok || cursor != end || sent != 0 {
			t.Errorf("who watches something else has come to %s, %d, %v; the end is %s", cursor, sent, ok, end)
		}
		if cursor, _, ok := all.Reached(); ok {
			t.Errorf("who has yet to take everything has come to %s", cursor)
		}
		n := len(take(all.Items))
		if cursor, sent, ok := all.Reached(); !ok || cursor != end || sent != int64(n) {
			t.Errorf("who has taken %d items has come to %s, %d, %v; the end is %s", n, cursor, sent, ok, end)
		}
	})
}

func TestASubscriberWhoIsSlowHoldsNobodyUpAndMissesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{FeedSize: 8})
		h.Assignment(t, nil)
		slow, quick := subscribe(t, h, engine.Watch{}), subscribe(t, h, engine.Watch{})
		const orders = 20
		for i := range orders {
			h.Publish(t, forJonas(fmt.Sprint("OT-", i)))
			settled()
			if n := len(take(quick)); n != 7 {
				t.Fatalf("while another reads nothing, it was told %d items of the %dth", n, i)
			}
		}
		list := take(slow)
		if len(list) != orders*7 {
			t.Errorf("at last it was told %d items", len(list))
		}
		for i := 1; i < len(list); i++ {
			if list[i].Change.Seq <= list[i-1].Change.Seq {
				t.Errorf("after %d it was told %d", list[i-1].Change.Seq, list[i].Change.Seq)
			}
		}
	})
}

func TestTheNumbersOfTheQueueAreToldAtOnceThenOnceInASecondAndAtLastAsTheyStay(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		if _, err := h.Engine.QueuePause(t.Context(), h.Admin, hub.PauseInput{Reason: "works"}); err != nil {
			t.Fatal(err)
		}
		after(5 * time.Second)
		queues := subscribe(t, h, engine.Watch{Of: hub.SubjectQueue})
		depths := func() (list []int) {
			for _, s := range take(queues) {
				if s.Queue == nil || s.Cursor() != "" {
					t.Fatalf("it told %+v", s)
				}
				list = append(list, s.Queue.Queued)
			}
			return list
		}
		want := func(when string, depth ...int) {
			t.Helper()
			if got := depths(); fmt.Sprint(got) != fmt.Sprint(depth) {
				t.Errorf("%s it told %v, not %v", when, got, depth)
			}
		}
		want("at once", 0)
		after(2 * time.Second)
		want("while nothing happens")
		h.Publish(t, forJonas("OT-1"))
		settled()
		want("at the first change", 1)
		for i := range 5 {
			h.Publish(t, forJonas(fmt.Sprint("OT-2", i)))
			settled()
		}
		want("within a second after that")
		after(time.Second)
		want("when the second is over", 6)
		other := subscribe(t, h, engine.Watch{Of: hub.SubjectQueue})
		if list := take(other); len(list) != 1 || list[0].Queue.Queued != 6 {
			t.Errorf("another is told %d times", len(list))
		}
		after(5 * time.Second)
		want("while nothing happens any more")
	})
}

func TestWhoMayNotSeeTheHubWatchesNoQueueAndNoDelivery(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		nobody := hubtest.CallerWith(t, h.DB)
		for _, of := range []hub.Subject{hub.SubjectQueue, hub.SubjectDelivery, hub.SubjectExecution} {
			_, err := h.Engine.Subscribe(t.Context(), nobody, engine.Watch{Of: of}, always(nobody))
			wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:SEE")
		}
		for _, of := range []hub.Subject{hub.SubjectOccurrence, hub.SubjectConnector} {
			_, err := h.Engine.Subscribe(t.Context(), hub.Caller{}, engine.Watch{Of: of}, always(hub.Caller{}))
			wantError(t, err, hub.CodeUnauthenticated, "", "")
		}
	})
}
