package engine_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

var unknown = hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer came"}

func TestAnUnknownDeliveryIsHeldAndNeverSentAgainByItself(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		_, d := one(t, h, key)
		if d.HoldAt == nil || !d.HoldAt.Equal(d.UpdatedAt.Add(hub.DefaultUnknownWait)) || d.Reason.Code != hub.ReasonUnknown || d.Reason.Message != "no answer came" {
			t.Errorf("it is held until %v because %+v", d.HoldAt, d.Reason)
		}
		after(time.Hour)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		if _, d = one(t, h, key); d.HoldAt != nil || len(h.Connector.Sent()) != 1 || attempts(t, h, d.Key) != "UNKNOWN counted" {
			t.Errorf("held until %v, sent %d times, attempts %s", d.HoldAt, len(h.Connector.Sent()), attempts(t, h, d.Key))
		}
	})
}

func TestAReceiptSettlesAnUnknownDelivery(t *testing.T) {
	for status, want := range map[hub.ReceiptStatus]string{hub.ReceiptSent: "CLOSED SUCCEEDED: SENT", hub.ReceiptDelivered: "CLOSED SUCCEEDED: DELIVERED",
		hub.ReceiptRead: "CLOSED SUCCEEDED: READ", hub.ReceiptFailed: "CLOSED FAILED: FAILED"} {
		t.Run(string(status), func(t *testing.T) {
			scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Connector.Script(jonasPhone, unknown)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				callback(t, h, a.Integration.Key, receipt(d.Key, status))
				is(t, h, key, want)
				after(time.Hour)
				is(t, h, key, want)
				if n := len(h.Connector.Sent()); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

func TestThePolicyResendSendsAnUnknownOneAgainAfterItsTime(t *testing.T) {
	scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Minute - time.Second)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		after(2 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		_, d := one(t, h, key)
		if attempts(t, h, d.Key) != "UNKNOWN counted, ACCEPTED counted" || d.Attempts != 2 {
			t.Errorf("attempts %s", attempts(t, h, d.Key))
		}
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→UNKNOWN OUTCOME_UNKNOWN",
			"EXECUTION RUNNING→CLOSED OUTCOME_UNKNOWN",
			"EXECUTION OUTCOME →UNSETTLED OUTCOME_UNKNOWN",
			"DELIVERY UNKNOWN→PENDING RESEND",
			"EXECUTION CLOSED→WAITING RESEND",
			"EXECUTION WAITING→RUNNING WORKER",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME")
	})
}

func TestThePolicyResendIsBoundedByAttemptsAndAge(t *testing.T) {
	for name, s := range map[string]hub.FlowSettings{
		"attempts": {UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60, MaxAttempts: 3},
		"age":      {UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60, MaxAgeSeconds: 150},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, settings(s), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				h.Connector.Decide(func(hub.Handover) hub.Outcome { return unknown })
				key := started(t, h.Publish(t, forJonas("OT-1")))
				after(time.Hour)
				is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
				if n := len(h.Connector.Sent()); n != 3 {
					t.Errorf("sent %d times, want 3", n)
				}
			})
		})
	}
}

func TestAnOutcomeThatNeverComesMakesTheDeliveryUnknownWhenTheLeaseEnds(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		exec, d := one(t, h, key)
		if exec.LeaseUntil == nil || !exec.LeaseUntil.Equal(d.UpdatedAt.Add(time.Minute)) {
			t.Errorf("the lease ends at %v", exec.LeaseUntil)
		}
		after(time.Minute)
		is(t, h, key, "RUNNING: SENDING")
		after(10 * time.Second)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		if lost, _ := one(t, h, key); lost.Claim != exec.Claim+1 || lost.LeaseUntil != nil {
			t.Errorf("the claim went from %d to %d, the lease is %v", exec.Claim, lost.Claim, lost.LeaseUntil)
		}
		if got := attempts(t, h, d.Key); got != "UNKNOWN not counted" {
			t.Errorf("the attempts are %s", got)
		}

		// Whoever still holds it finishes nothing that the delivery's own state does not allow; but the answer counts.
		if !h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted}) {
			t.Fatal("nothing was held")
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if _, d = one(t, h, key); attempts(t, h, d.Key) != "ACCEPTED counted" || d.Attempts != 1 || d.ProviderID != hubtest.ProviderID(d.Key) || d.HoldAt != nil {
			t.Errorf("attempts %s, delivery %+v", attempts(t, h, d.Key), d)
		}
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→UNKNOWN LEASE_LOST",
			"EXECUTION RUNNING→CLOSED LEASE_LOST",
			"EXECUTION OUTCOME →UNSETTLED LEASE_LOST",
			"DELIVERY UNKNOWN→ACCEPTED OUTCOME",
			"EXECUTION OUTCOME UNSETTLED→SUCCEEDED OUTCOME")
	})
}

func TestWhatIsLostWithAConnectorTakesNoPlaceForGood(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		var keys []int64
		for i := range 6 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		after(66 * time.Second)
		is(t, h, keys[0], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[1], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[2], "RUNNING: SENDING")
		is(t, h, keys[3], "RUNNING: SENDING")
		is(t, h, keys[4], "QUEUED:")
		h.Connector.Release() // the late ones first
		settled()
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		if n := len(h.Connector.Sent()); n != 6 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestALateAnswerOfALostAttemptDoesNotTouchTheNextOne(t *testing.T) {
	scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(130 * time.Second)
		is(t, h, key, "RUNNING: SENDING")
		held := h.Connector.Held()
		if len(held) != 2 || held[0].Key != held[1].Key || held[0].Attempt != 1 || held[1].Attempt != 2 {
			t.Fatalf("with the connector are %+v", held)
		}
		h.Connector.Answer(held[0], hub.Outcome{Kind: hub.OutcomeRejected})
		settled()
		is(t, h, key, "RUNNING: SENDING")
		h.Connector.Answer(held[1], hub.Outcome{Kind: hub.OutcomeAccepted})
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAfterACrashWhatWasSendingIsUnknownAndNeverSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := hubtest.Engine(t, hubtest.EngineOptions{})
		before.Assignment(t, nil)
		before.Connector.InFlight(2)
		before.Connector.Hold()
		single := started(t, before.Publish(t, forJonas("OT-1")))
		several := started(t, before.Publish(t, crew("OT-2")))
		queued := started(t, before.Publish(t, forJonas("OT-3")))
		settled()
		is(t, before, single, "RUNNING: SENDING")
		is(t, before, several, "RUNNING: SENDING SENDING SENDING PENDING FAILED PENDING PENDING PENDING PENDING PENDING")
		is(t, before, queued, "QUEUED:")
		before.Stop(t)

		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir})
		settled()
		is(t, h, single, "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, several, "CLOSED UNSETTLED: UNKNOWN UNKNOWN UNKNOWN ACCEPTED FAILED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		is(t, h, queued, "CLOSED SUCCEEDED: ACCEPTED")
		_, d := one(t, h, single)
		if attempts(t, h, d.Key) != "UNKNOWN not counted" || d.Reason.Code != hub.ReasonCrash || d.HoldAt == nil || d.Attempts != 0 {
			t.Errorf("attempts %s, delivery %+v because %+v", attempts(t, h, d.Key), d, d.Reason)
		}
		after(time.Hour)
		is(t, h, single, "CLOSED UNSETTLED: UNKNOWN")
		seen := map[int64]bool{}
		for _, s := range append(before.Connector.Sent(), h.Connector.Sent()...) {
			if seen[s.Key] {
				t.Errorf("%s was sent twice", hub.ID(hub.KindDelivery, s.Key))
			}
			seen[s.Key] = true
		}
		if len(seen) != 11 {
			t.Errorf("%d messages were sent, want 11", len(seen))
		}
		wantJournal(t, h, single,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→UNKNOWN INTERRUPTED",
			"EXECUTION RUNNING→CLOSED INTERRUPTED",
			"EXECUTION OUTCOME →UNSETTLED INTERRUPTED")
	})
}

func TestWhatWaitedGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := hubtest.Engine(t, hubtest.EngineOptions{})
		before.Assignment(t, nil)
		before.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Minute})
		retried := started(t, before.Publish(t, forJonas("OT-1")))
		settled()
		before.Connector.Down()
		down := started(t, before.Publish(t, forJonas("OT-2")))
		settled()
		is(t, before, down, "WAITING CONNECTOR_DOWN: PENDING")
		before.Stop(t)

		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir})
		settled()
		is(t, h, retried, "WAITING RETRY: PENDING")
		h.Connector.Up() // as the host says of every connector once it runs
		settled()
		is(t, h, down, "CLOSED SUCCEEDED: ACCEPTED")
		after(11 * time.Minute)
		is(t, h, retried, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestADrainLosesNothingAndStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, nil)
		h.Connector.InFlight(1)
		h.Connector.Hold()
		var keys []int64
		for i := range 3 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		if err := h.Engine.Ready(t.Context()); err != nil {
			t.Errorf("it is not ready: %v", err)
		}
		err := h.Engine.Drain(t.Context(), func(context.Context) error {
			_, err := h.Engine.Publish(t.Context(), h.Admin, forJonas("OT-9"))
			wantError(t, err, hub.CodeUnavailable, "", "shutting down")
			wantError(t, h.Engine.Ready(t.Context()), hub.CodeUnavailable, "", "shutting down")
			h.Connector.Release()
			settled()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		is(t, h, keys[0], "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[1], "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[2], "QUEUED:")
		h.Stop(t)

		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		settled()
		is(t, h, keys[2], "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestOutcomesThatComeWithTheLastBreathAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, nil)
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		if err := h.Engine.Drain(t.Context(), func(context.Context) error { h.Connector.Release(); return nil }); err != nil {
			t.Fatal(err)
		}
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}
