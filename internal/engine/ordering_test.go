package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// byRecipient orders by recipient; a message that failed three times is given up.
var byRecipient = settings(hub.FlowSettings{Ordering: hub.OrderedByRecipient, MaxAttempts: 3, UnknownWaitSeconds: 600})

// sentKeys are the deliveries that were handed over, in order.
func sentKeys(h *hubtest.Hub) (keys []int64) {
	for _, s := range h.Connector.Sent() {
		keys = append(keys, s.Key)
	}
	return keys
}

// waitsBehind fails unless the one delivery of an execution waits for that of another one.
func waitsBehind(t *testing.T, h *hubtest.Hub, key, before int64) {
	t.Helper()
	is(t, h, key, "WAITING ORDERED: PENDING")
	_, d := one(t, h, key)
	_, b := one(t, h, before)
	if d.WaitingFor != hub.ReasonOrdered || d.Reason == nil || d.Reason.Code != hub.ReasonOrdered || d.Reason.By != b.ID() || d.Reason.Message == "" {
		t.Fatalf("it waits for %s because of %+v, want %s", d.WaitingFor, d.Reason, b.ID())
	}
	if d.DueAt == nil || !d.DueAt.Equal(d.CreatedAt.Add(24*time.Hour)) {
		t.Fatalf("it is due at %v", d.DueAt)
	}
}

// refusals has the next messages to a recipient refused for now.
func refusals(h *hubtest.Hub, recipient string, wait time.Duration, times int) {
	for range times {
		h.Connector.Script(recipient, hub.Outcome{Kind: hub.OutcomeRetry, Code: "131016", RetryAfter: wait})
	}
}

func TestMessagesToOneRecipientDoNotOvertakeEachOtherAndHoldNobodyElse(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Minute, 1)
		first, second, third := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
		apart := started(t, h.Publish(t, another(1)))
		settled()
		is(t, h, first, "WAITING RETRY: PENDING")
		waitsBehind(t, h, second, first)
		waitsBehind(t, h, third, second)
		is(t, h, apart, "CLOSED SUCCEEDED: ACCEPTED")
		after(61 * time.Second)
		for _, key := range []int64{first, second, third} {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
			if _, d := one(t, h, key); d.Reason != nil {
				t.Errorf("the reason stayed: %+v", d.Reason)
			}
		}
		_, a := one(t, h, first)
		_, b := one(t, h, second)
		_, c := one(t, h, third)
		_, x := one(t, h, apart)
		if got := sentKeys(h); !slices.Equal(got, []int64{a.Key, x.Key, a.Key, b.Key, c.Key}) {
			t.Errorf("they were sent in the order %v", got)
		}
	})
}

func TestAFlowWithoutOrderingLetsOneMessageOvertakeAnother(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Minute, 1)
		first, second := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, first, "WAITING RETRY: PENDING")
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestMessagesAboutOneRecordDoNotOvertakeEachOtherWhoeverTheyAreFor(t *testing.T) {
	scene(t, settings(hub.FlowSettings{Ordering: hub.OrderedByRecord}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Minute, 1)
		task := func(id, responsible, phone string) hub.OccurrenceInput {
			in := hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1000, responsible), hubtest.Person(responsible, phone))
			in.ID = id
			return in
		}
		first, second := started(t, h.Publish(t, task("a", jonas, jonasPhone))), started(t, h.Publish(t, task("b", marta, martaPhone)))
		apart := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		waitsBehind(t, h, second, first)
		is(t, h, apart, "CLOSED SUCCEEDED: ACCEPTED")
		after(61 * time.Second)
		is(t, h, first, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

// leaving are the ways in which the first of three messages to Jonas, which was refused for now, ceases to hold the others.
var leaving = map[string]func(*testing.T, *hubtest.Hub, *hubtest.Assignment, int64){
	"a receipt of an earlier attempt": func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, key int64) {
		_, d := one(t, h, key)
		if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(receipt(d.Key, hub.ReceiptDelivered))); err != nil {
			t.Fatal(err)
		}
	},
	"somebody cancels its execution": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, key int64) {
		if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, key); err != nil {
			t.Fatal(err)
		}
	},
	"its attempts are used up": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, _ int64) {
		refusals(h, jonasPhone, time.Minute, 2)
		after(3 * time.Minute)
	},
	"it gets too old": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, _ int64) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 25 * time.Hour})
		after(2 * time.Minute)
	},
	"the provider refuses it": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, _ int64) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026"})
		after(2 * time.Minute)
	},
	"its hold ends": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, key int64) {
		h.Connector.Script(jonasPhone, unknown)
		after(2 * time.Minute)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		after(9*time.Minute - time.Second)
		if n := len(h.Connector.Sent()); n != 2 {
			t.Fatalf("%d were handed over while a word about the first is waited for", n)
		}
		after(time.Minute)
	},
	"a person says that it was sent": func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, key int64) {
		h.Connector.Script(jonasPhone, unknown)
		after(2 * time.Minute)
		_, d := one(t, h, key)
		if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, hub.ResolveAccepted); err != nil {
			t.Fatal(err)
		}
	},
	"its recipient is to be left alone, which is over before the next one's turn": func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, _ int64) {
		until := time.Now().Add(time.Minute + time.Millisecond)
		if _, err := h.Engine.SuppressionAdd(t.Context(), h.Admin, hub.SuppressionInput{IntegrationKey: a.Integration.Key, Recipient: jonasPhone, Until: &until}); err != nil {
			t.Fatal(err)
		}
		after(2 * time.Minute)
	},
}

func TestTheNextOneGoesWhateverBecomesOfTheOneBeforeIt(t *testing.T) {
	for name, leave := range leaving {
		t.Run(name, func(t *testing.T) {
			scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				refusals(h, jonasPhone, time.Minute, 1)
				first, second, third := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
				settled()
				waitsBehind(t, h, third, second)
				leave(t, h, a, first)
				settled()
				if _, d := one(t, h, first); d.State.Open() {
					t.Fatalf("the first is %s", d.State)
				}
				for _, key := range []int64{second, third} {
					if exec, d := one(t, h, key); exec.State != hub.Closed || d.State.Open() {
						t.Errorf("one behind it is %s %s, waits for %s until %v: %+v", exec.State, d.State, d.WaitingFor, d.DueAt, d.Reason)
					}
				}
			})
		})
	}
}

func TestOneInTheMiddleThatIsCancelledLeavesTheOthersInOrder(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Minute, 1)
		var keys []int64
		for i := range 4 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, keys[1]); err != nil {
			t.Fatal(err)
		}
		settled()
		waitsBehind(t, h, keys[2], keys[0])
		waitsBehind(t, h, keys[3], keys[2])
		after(2 * time.Minute)
		is(t, h, keys[2], "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[3], "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestMessagesOfOneExecutionKeepTheirOrderToo(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Hold()
		var list []hub.RecordInput
		for i := range 5 {
			list = append(list, hubtest.Task("OT-1", 7000+i, jonas))
		}
		key := started(t, h.Publish(t, hubtest.WorkOrder("OT-1", append(list, hubtest.Person(jonas, jonasPhone))...)))
		for i := range 5 {
			settled()
			held := h.Connector.Held()
			if len(held) != 1 {
				t.Fatalf("%d are with the connector", len(held))
			}
			if _, list := execution(t, h, key); list[i].Key != held[0].Key {
				t.Fatalf("message %d is %d, want %d", i, held[0].Key, list[i].Key)
			}
			h.Connector.Answer(held[0], hub.Outcome{Kind: hub.OutcomeAccepted})
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED:"+strings.Repeat(" ACCEPTED", 5))
	})
}

func TestMessagesHaveTheirPlacesAlsoWhenThereIsNoRoom(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		blocker := []int64{started(t, h.Publish(t, another(1))), started(t, h.Publish(t, another(2)))}
		first, second := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, first, "WAITING BACKPRESSURE: PENDING")
		is(t, h, second, "WAITING BACKPRESSURE: PENDING")
		h.Connector.Release()
		settled()
		for _, key := range append(blocker, first, second) {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		_, a := one(t, h, first)
		_, b := one(t, h, second)
		if got := sentKeys(h)[2:]; !slices.Equal(got, []int64{a.Key, b.Key}) {
			t.Errorf("they were sent in the order %v", got)
		}
	})
}

func TestARateThatHoldsTheFirstOneHoldsOnlyItsOwnKey(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Limits(hub.Limit{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 1.0 / 60, Burst: 1})
		var keys []int64
		for i := range 4 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		apart := started(t, h.Publish(t, another(1)))
		settled()
		is(t, h, keys[1], "WAITING PACED: PENDING")
		waitsBehind(t, h, keys[2], keys[1])
		is(t, h, apart, "CLOSED SUCCEEDED: ACCEPTED")
		after(4 * time.Minute)
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
	})
}

func TestOneThatIsSentAgainKeepsItsPlaceBeforeThoseThatHaveNotLeft(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026"}, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
		first, second, third := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		is(t, h, first, "CLOSED FAILED: FAILED")
		waitsBehind(t, h, third, second)
		refusals(h, jonasPhone, 5*time.Minute, 1)
		_, d := one(t, h, first)
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, first, "WAITING RETRY: PENDING")
		after(2 * time.Minute)
		waitsBehind(t, h, second, first)
		after(4 * time.Minute)
		for _, key := range []int64{first, second, third} {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		_, b := one(t, h, second)
		_, c := one(t, h, third)
		if got := sentKeys(h); !slices.Equal(got[len(got)-3:], []int64{d.Key, b.Key, c.Key}) {
			t.Errorf("they were sent in the order %v", got)
		}
	})
}

func TestOneThatIsMadeAnewForAnotherRecipientHoldsThatOne(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		wrong := started(t, h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 2000, jonas), hubtest.Person(jonas, "nobody"))))
		settled()
		is(t, h, wrong, "CLOSED FAILED: FAILED")
		refusals(h, jonasPhone, time.Minute, 1)
		second := started(t, h.Publish(t, forJonas("OT-2"))) // which brings his number, and is refused for now
		settled()
		_, d := one(t, h, wrong)
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, wrong, "CLOSED SUCCEEDED: ACCEPTED") // it came before the second
		if _, d := one(t, h, wrong); d.OrderKey != jonasPhone {
			t.Errorf("its order key is %q", d.OrderKey)
		}
		after(2 * time.Minute)
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestATestMessageHasNoOrder(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Minute, 1)
		p := h.Publish(t, forJonas("OT-1"))
		settled()
		out, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Recipient: jonasPhone, Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}})
		if err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, started(t, p), "WAITING RETRY: PENDING")
	})
}

func TestAnOrderThatIsAskedForLaterHoldsForWhatIsMadeFromThenOn(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		refusals(h, jonasPhone, time.Hour, 1)
		old := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		save := func(s hub.FlowSettings) {
			if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Settings: &s}); err != nil {
				t.Fatal(err)
			}
		}
		save(hub.FlowSettings{Ordering: hub.OrderedByRecipient})
		refusals(h, jonasPhone, time.Minute, 1)
		first, second := started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		is(t, h, old, "WAITING RETRY: PENDING")
		is(t, h, first, "WAITING RETRY: PENDING")
		waitsBehind(t, h, second, first)
		save(hub.FlowSettings{Ordering: hub.OrderedByRecipient, Locale: "pt-BR"}) // another version, the same order
		third := started(t, h.Publish(t, forJonas("OT-4")))
		settled()
		waitsBehind(t, h, third, second)
		save(hub.FlowSettings{})
		free := started(t, h.Publish(t, forJonas("OT-5")))
		settled()
		is(t, h, free, "CLOSED SUCCEEDED: ACCEPTED")
		after(2 * time.Hour)
		for _, key := range []int64{old, first, second, third} {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
	})
}

func TestTheOrderHoldsAfterACrash(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Hold()
		first, second, third := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		h.Stop(t)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		settled()
		is(t, h, first, "CLOSED UNSETTLED: UNKNOWN")
		waitsBehind(t, h, second, first)
		waitsBehind(t, h, third, second)
		after(11 * time.Minute)
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, third, "CLOSED SUCCEEDED: ACCEPTED")
		_, b := one(t, h, second)
		_, c := one(t, h, third)
		if got := sentKeys(h); !slices.Equal(got, []int64{b.Key, c.Key}) {
			t.Errorf("they were sent in the order %v", got)
		}
	})
}

func TestAReplayGoesToTheEnd(t *testing.T) {
	scene(t, byRecipient, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026"})
		failed := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		refusals(h, jonasPhone, time.Minute, 1)
		second := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		again, err := h.Engine.ExecutionReplay(t.Context(), h.Admin, failed, hub.ReplayInput{Version: hub.ReplayPinned})
		if err != nil {
			t.Fatal(err)
		}
		settled()
		waitsBehind(t, h, again.Execution.Key, second)
		after(2 * time.Minute)
		is(t, h, again.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestARecipientIsTheSameWhetherItsConnectorHasDescribedItselfOrNot(t *testing.T) {
	s := hub.FlowSettings{Ordering: hub.OrderedByRecipient, DefaultCountry: "BR"}
	for _, as := range []string{jonasPhone, "(11) 99999-0001", "11 99999 0001"} {
		if got := s.OrderKey("OT-1", as); got != jonasPhone {
			t.Errorf("%q orders as %q", as, got)
		}
	}
	if got := s.OrderKey("OT-1", "somebody@example.org"); got != "somebody@example.org" {
		t.Errorf("an address orders as %q", got)
	}
}

func TestOneWhoseHoldCannotEndAsItShouldHoldsTheOthersNoLonger(t *testing.T) {
	faultyFlow(t, byRecipient, func(t *testing.T, h *hubtest.Hub) {
		h.Connector.Script(jonasPhone, unknown)
		first, second := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		waitsBehind(t, h, second, first)
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE UPDATE OF state ON executions WHEN OLD.outcome = 'UNSETTLED' BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		after(11 * time.Minute)
		if _, d := one(t, h, first); d.State != hub.Unknown || d.HoldAt != nil {
			t.Errorf("the first is %s, held until %v", d.State, d.HoldAt)
		}
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
	})
}
