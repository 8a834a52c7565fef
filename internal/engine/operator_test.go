package engine_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestCancellingTakesBackWhatHasNotLeft(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		running := started(t, h.Publish(t, crew("OT-1")))
		queued := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, running, "RUNNING: SENDING SENDING PENDING PENDING FAILED PENDING PENDING PENDING PENDING PENDING")
		is(t, h, queued, "QUEUED:")
		for _, key := range []int64{running, queued} {
			if exec, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, key); err != nil || exec.Key != key {
				t.Fatalf("%+v, %v", exec, err)
			}
		}
		is(t, h, running, "RUNNING: SENDING SENDING CANCELLED CANCELLED FAILED CANCELLED CANCELLED CANCELLED CANCELLED CANCELLED")
		is(t, h, queued, "CLOSED CANCELLED:")
		exec, _ := execution(t, h, queued)
		if exec.Reason.Code != hub.ReasonCancelled || exec.Reason.By != h.Admin.Consumer.ID() {
			t.Errorf("it was cancelled because %+v", exec.Reason)
		}
		wantJournal(t, h, queued, "EXECUTION →QUEUED MATCHED", "EXECUTION QUEUED→CLOSED CANCELLED", "EXECUTION OUTCOME →CANCELLED CANCELLED")
		h.Connector.Release()
		after(time.Hour)
		is(t, h, running, "CLOSED PARTIAL: ACCEPTED ACCEPTED CANCELLED CANCELLED FAILED CANCELLED CANCELLED CANCELLED CANCELLED CANCELLED")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestWhatWaitsCanBeCancelled(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Down()
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		if exec, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, key); err != nil || exec.State != hub.Closed || exec.Outcome != hub.Cancelled {
			t.Fatalf("%+v, %v", exec, err)
		}
		h.Connector.Up()
		settled()
		is(t, h, key, "CLOSED CANCELLED: CANCELLED CANCELLED")
		_, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, key)
		wantError(t, err, hub.CodeConflict, "id", "closed")
		_, err = h.Engine.ExecutionCancel(t.Context(), h.Admin, 12345)
		wantError(t, err, hub.CodeNotFound, "id", "exe_")
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		_, err = h.Engine.ExecutionCancel(t.Context(), sees, key)
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
	})
}

func TestAPersonSettlesAnUnknownDelivery(t *testing.T) {
	for how, want := range map[hub.DeliveryResolution]string{
		hub.ResolveAccepted: "CLOSED SUCCEEDED: ACCEPTED",
		hub.ResolveFailed:   "CLOSED FAILED: FAILED",
		hub.ResolveResend:   "CLOSED SUCCEEDED: ACCEPTED",
	} {
		t.Run(string(how), func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				h.Connector.Script(jonasPhone, unknown)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, "PERHAPS"); err == nil {
					t.Error("there is no resolution PERHAPS")
				} else {
					wantError(t, err, hub.CodeInvalid, "resolution", "PERHAPS")
				}
				is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
				if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, how); err != nil {
					t.Fatal(err)
				}
				settled()
				is(t, h, key, want)
				sends := 1
				if how == hub.ResolveResend {
					sends = 2
				}
				if n := len(h.Connector.Sent()); n != sends {
					t.Errorf("sent %d times", n)
				}
				changes := h.Timeline(t, key)
				by := false
				for _, c := range changes {
					by = by || c.Cause.Code == hub.ReasonOperator && c.Cause.By == h.Admin.Consumer.ID()
				}
				if !by {
					t.Errorf("the journal does not say who it was:\n%s", journal(t, h, key))
				}
				_, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, how)
				wantError(t, err, hub.CodeConflict, "id", "only an UNKNOWN one")
			})
		})
	}
}

func TestAPersonMayHaveAnUnknownDeliverySentAgainHoweverOldItIs(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAttempts: 1, MaxAgeSeconds: 60}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Hour)
		_, d := one(t, h, key)
		if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, hub.ResolveResend); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestOnlyWhatFailedForGoodCanBeSentAgain(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		_, d := one(t, h, key)
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "SENDING")
		h.Connector.Release()
		settled()
		_, err = h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "ACCEPTED")
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptFailed), receipt(d.Key, hub.ReceiptSent))
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, err = h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "contradicts")
		_, err = h.Engine.DeliveryRetry(t.Context(), h.Admin, 12345)
		wantError(t, err, hub.CodeNotFound, "id", "dlv_")
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		_, err = h.Engine.DeliveryRetry(t.Context(), sees, d.Key)
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
		_, err = h.Engine.DeliveryResolve(t.Context(), hubtest.CallerWith(t, h.DB), d.Key, hub.ResolveFailed)
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
	})
}

func TestWhatAPausedFlowHasInTheQueueGoesOnWhenItIsArchived(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		if _, err := h.Engine.EventArchive(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		f, err := h.Engine.FlowArchive(t.Context(), h.Admin, a.Flow.Key, 0)
		if err != nil || f.Paused != nil {
			t.Fatalf("it is paused because of %+v, %v", f, err)
		}
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}
