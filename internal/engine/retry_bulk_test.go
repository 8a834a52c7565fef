package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func retries(change func(*hub.BulkRetryInput)) hub.BulkRetryInput {
	in := hub.BulkRetryInput{AtMost: hub.MaxReplays, ID: "b"}
	if change != nil {
		change(&in)
	}
	return in
}

func retryAll(t testing.TB, h *hubtest.Hub, in hub.BulkRetryInput, want string) *hub.BulkRetry {
	t.Helper()
	out, err := h.Engine.DeliveriesRetry(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%d match: %d retried, %d repeated, %d refused", out.Matched, out.Retried, out.Repeated, out.Refused)
	if got != want {
		t.Fatalf("%s, not %s: %+v", got, want, out.Results)
	}
	return out
}

func TestManyFailedDeliveriesAreSentAgainAtAPace(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAgeSeconds: 2}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		keys := failures(t, h, 30)
		after(time.Hour)
		before := content(t, h.Dir)
		retryAll(t, h, retries(func(in *hub.BulkRetryInput) { in.DryRun = true }), "30 match: 30 retried, 0 repeated, 0 refused")
		if content(t, h.Dir) != before {
			t.Error("a dry run writes")
		}
		out := retryAll(t, h, retries(func(in *hub.BulkRetryInput) { in.PerSecond = 5 }), "30 match: 30 retried, 0 repeated, 0 refused")
		settled()
		if n := len(h.Connector.Sent()) - 30; n != 1 || out.LastDue == nil || out.Results[1].At.Sub(*out.Results[0].At) != 200*time.Millisecond {
			t.Errorf("%d were sent at once, the last goes at %v", n, out.LastDue)
		}
		is(t, h, keys[29], "WAITING OPERATOR: PENDING")
		after(2*time.Second + 50*time.Millisecond)
		if n := len(h.Connector.Sent()) - 30; n != 11 {
			t.Errorf("%d were sent after two seconds", n)
		}
		after(time.Minute)
		for _, key := range keys { // though the last had to wait for longer than the flow allows a message to be old
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		if n := len(h.Connector.Sent()); n != 60 {
			t.Errorf("%d were sent", n)
		}
		retryAll(t, h, retries(nil), "0 match: 0 retried, 0 repeated, 0 refused")
	})
}

func TestTheSameCallSendsNoFailedDeliveryAgainTwice(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		failures(t, h, 3)
		rejected(h, jonasPhone) // the first of them fails again
		retryAll(t, h, retries(nil), "3 match: 3 retried, 0 repeated, 0 refused")
		after(time.Minute)
		if out := retryAll(t, h, retries(nil), "1 match: 0 retried, 1 repeated, 0 refused"); !out.Results[0].Repeat {
			t.Errorf("%+v", out.Results)
		}
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 6 {
			t.Errorf("%d were sent", n)
		}
		retryAll(t, h, retries(func(in *hub.BulkRetryInput) { in.ID = "another" }), "1 match: 1 retried, 0 repeated, 0 refused")
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 7 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestWhatMayHaveArrivedIsNotSentAgainWithTheOthers(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		flagged := started(t, h.Publish(t, forJonas("OT-500")))
		settled()
		_, d := one(t, h, flagged)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptFailed), receipt(d.Key, hub.ReceiptSent))
		is(t, h, flagged, "CLOSED FAILED: FAILED")
		keys := failures(t, h, 2)
		replay(t, h, keys[0], pinned)
		settled() // the replay sent it
		out := retryAll(t, h, retries(nil), "3 match: 1 retried, 0 repeated, 2 refused")
		codes := map[int64]hub.ReasonCode{}
		for _, r := range out.Results {
			if r.Reason != nil {
				codes[r.DeliveryKey] = r.Reason.Code
			}
		}
		_, sent := one(t, h, keys[0])
		if codes[d.Key] != hub.ReasonReceipt || codes[sent.Key] != hub.ReasonAlreadySent {
			t.Errorf("they are refused because of %v", codes)
		}
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 5 {
			t.Errorf("%d were sent", n)
		}
		// A replay that waits still may send it.
		rejected(h, jonasPhone)
		third := started(t, h.Publish(t, forJonas("OT-700")))
		settled()
		h.Connector.Down()
		replay(t, h, third, pinned)
		settled()
		out = retryAll(t, h, retries(func(in *hub.BulkRetryInput) { in.ID = "c"; in.AtMost = 1 }), "3 match: 0 retried, 0 repeated, 1 refused")
		if out.Results[0].Reason.Code != hub.ReasonAlreadySent || !out.HasMore {
			t.Errorf("%+v", out)
		}
		h.Connector.Up()
	})
}

func TestOnlyWhatAFilterFindsIsSentAgain(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026"})
		first := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, Code: "470"})
		second := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		by := func(change func(*hub.DeliveryFilter)) hub.BulkRetryInput {
			return retries(func(in *hub.BulkRetryInput) { in.DryRun = true; change(&in.Filter) })
		}
		retryAll(t, h, by(func(f *hub.DeliveryFilter) { f.Reasons = []hub.ReasonCode{hub.ReasonTooOld} }), "0 match: 0 retried, 0 repeated, 0 refused")
		retryAll(t, h, by(func(f *hub.DeliveryFilter) { f.Reasons = []hub.ReasonCode{hub.ReasonRejected} }), "2 match: 2 retried, 0 repeated, 0 refused")
		retryAll(t, h, by(func(f *hub.DeliveryFilter) { f.FlowKey = a.Flow.Key + 1 }), "0 match: 0 retried, 0 repeated, 0 refused")
		retryAll(t, h, retries(func(in *hub.BulkRetryInput) { in.Filter.ProviderCodes = []string{"470"} }), "1 match: 1 retried, 0 repeated, 0 refused")
		settled()
		is(t, h, first, "CLOSED FAILED: FAILED")
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
		for _, c := range []struct {
			change     func(*hub.BulkRetryInput)
			path, part string
		}{
			{func(in *hub.BulkRetryInput) { in.AtMost = 0 }, "atMost", "between 1 and 1000"},
			{func(in *hub.BulkRetryInput) { in.PerSecond = 101 }, "perSecond", "between 1 and 100"},
			{func(in *hub.BulkRetryInput) { in.ID = "" }, "idempotencyKey", "key of your own"},
			{func(in *hub.BulkRetryInput) { in.Filter.States = []hub.DeliveryState{hub.Unknown} }, "filter.states", "only FAILED"},
			{func(in *hub.BulkRetryInput) { in.After = "x" }, "after", "cursor"},
		} {
			_, err := h.Engine.DeliveriesRetry(t.Context(), h.Admin, retries(c.change))
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
		}
		edit, see := hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hub.RowHub, hub.See)
		if out, err := h.Engine.DeliveriesRetry(t.Context(), hubtest.CallerWith(t, h.DB, edit), retries(nil)); err != nil || out.Matched != 0 {
			t.Errorf("who may not see deliveries finds %+v, %v", out, err)
		}
		_, err := h.Engine.DeliveriesRetry(t.Context(), hubtest.CallerWith(t, h.DB, see), retries(nil))
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
	})
}

func TestTheDeliveriesOfOneExecutionAreSentAgainEachInItsTurn(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Decide(func(hub.Handover) hub.Outcome { return hub.Outcome{Kind: hub.OutcomeRejected, Code: "470"} })
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		_, list := execution(t, h, key)
		failed := 0
		for _, d := range list {
			if d.Reason.Code == hub.ReasonRejected {
				failed++
			}
		}
		sent := len(h.Connector.Sent())
		h.Connector.Decide(nil)
		retryAll(t, h, retries(func(in *hub.BulkRetryInput) {
			in.PerSecond = 1
			in.Filter.Reasons = []hub.ReasonCode{hub.ReasonRejected}
		}),
			fmt.Sprintf("%d match: %d retried, 0 repeated, 0 refused", failed, failed))
		for i := range failed {
			settled()
			if n := len(h.Connector.Sent()) - sent; n != i+1 {
				t.Fatalf("%d were sent after %d seconds", n, i)
			}
			after(time.Second)
		}
	})
}

func TestThePagesOfARetryKeepItsPaceTogether(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		failures(t, h, 20)
		in := retries(func(in *hub.BulkRetryInput) { in.AtMost, in.PerSecond = 5, 1 })
		for more, page := true, 0; more; page++ {
			out, err := h.Engine.DeliveriesRetry(t.Context(), h.Admin, in)
			if err != nil {
				t.Fatal(err)
			}
			if ahead := time.Until(*out.Results[0].At).Round(time.Second); ahead != time.Duration(5*page)*time.Second {
				t.Errorf("the first of page %d goes in %s", page, ahead)
			}
			in.After, more = out.End, out.HasMore
		}
		for second := range 20 {
			settled()
			if n := len(h.Connector.Sent()) - 20; n != second+1 {
				t.Fatalf("%d were sent after %d seconds, at one a second", n, second)
			}
			after(time.Second)
		}
		rejected(h, jonasPhone)
		h.Publish(t, forJonas("OT-77"))
		settled()
		if out := retryAll(t, h, retries(nil), "1 match: 1 retried, 0 repeated, 0 refused"); out.Results[0].At.After(time.Now()) {
			t.Errorf("when all of it went long ago, the next one waits until %v", out.Results[0].At)
		}
	})
}
