package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func bulk(change func(*hub.BulkReplayInput)) hub.BulkReplayInput {
	in := hub.BulkReplayInput{Version: hub.ReplayPinned, AtMost: hub.MaxReplays, ID: "b"}
	if change != nil {
		change(&in)
	}
	return in
}

func replayAll(t testing.TB, h *hubtest.Hub, in hub.BulkReplayInput) *hub.BulkReplay {
	t.Helper()
	out, err := h.Engine.ExecutionsReplay(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// counts writes what became of a replay in bulk: "30 match: 30 replayed, 0 repeated, 0 refused".
func counts(out *hub.BulkReplay) string {
	return fmt.Sprintf("%d match: %d replayed, %d repeated, %d refused", out.Matched, out.Replayed, out.Repeated, out.Refused)
}

func wantCounts(t testing.TB, out *hub.BulkReplay, want string) {
	t.Helper()
	if got := counts(out); got != want {
		t.Fatalf("%s, not %s: %+v", got, want, out.Results)
	}
}

// failures publishes work orders whose messages are refused.
func failures(t testing.TB, h *hubtest.Hub, n int) (keys []int64) {
	t.Helper()
	for i := range n {
		rejected(h, jonasPhone)
		keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprint("OT-", i)))))
		settled()
	}
	return keys
}

func TestManyAreReplayedOldestFirstAtAPaceThatHoldsUpNothingElse(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		keys := failures(t, h, 30)
		dry := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.DryRun = true }))
		wantCounts(t, dry, "30 match: 30 replayed, 0 repeated, 0 refused")
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 30 || dry.Results[0].ReplayKey != 0 {
			t.Fatalf("a dry run sent %d messages, %+v", n-30, dry.Results[0])
		}
		out := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.PerSecond = 5 }))
		wantCounts(t, out, "30 match: 30 replayed, 0 repeated, 0 refused")
		for i, r := range out.Results {
			if r.OriginalKey != keys[i] || r.ReplayKey == 0 || r.Reason != nil {
				t.Errorf("the result %d is %+v", i, r)
			}
		}
		settled()
		if n := len(h.Connector.Sent()) - 30; n != 1 {
			t.Errorf("%d were sent at once", n)
		}
		p := h.Publish(t, forJonas("OT-500"))
		settled()
		is(t, h, started(t, p), "CLOSED SUCCEEDED: ACCEPTED")
		after(2*time.Second + 50*time.Millisecond)
		if n := len(h.Connector.Sent()) - 31; n != 11 {
			t.Errorf("%d were sent after two seconds", n)
		}
		after(time.Minute)
		if n := len(h.Connector.Sent()) - 31; n != 30 || out.LastDue == nil {
			t.Errorf("%d were sent in all", n)
		}
		after(time.Minute)
		wantCounts(t, replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.PerSecond = 5 })), "30 match: 0 replayed, 30 repeated, 0 refused")
		other := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.ID = "another" }))
		wantCounts(t, other, "30 match: 0 replayed, 0 repeated, 30 refused")
		if r := other.Results[0].Reason; r == nil || r.Code != hub.ReasonAlreadySent {
			t.Errorf("the reason is %+v", r)
		}
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 61 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestWhatABulkReplayMadeItselfIsNotReplayedWhenItIsRepeated(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		failures(t, h, 3)
		rejected(h, jonasPhone) // the first of them fails again
		wantCounts(t, replayAll(t, h, bulk(nil)), "3 match: 3 replayed, 0 repeated, 0 refused")
		after(time.Minute)
		wantCounts(t, replayAll(t, h, bulk(nil)), "3 match: 0 replayed, 3 repeated, 0 refused")
		// Under another key the one that failed again is there twice: itself, and what it replayed. One of them is replayed.
		out := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.ID = "c" }))
		wantCounts(t, out, "4 match: 1 replayed, 0 repeated, 3 refused")
		again := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.ID = "c" }))
		wantCounts(t, again, "4 match: 0 replayed, 1 repeated, 3 refused")
		after(time.Minute)
		if n := len(h.Connector.Sent()); n != 7 {
			t.Errorf("%d were sent", n)
		}
		_, err := h.Engine.ExecutionsReplay(t.Context(), h.Admin, bulk(func(in *hub.BulkReplayInput) { in.Version = hub.ReplayCurrent }))
		wantError(t, err, hub.CodeConflict, "idempotencyKey", "with another input")
	})
}

func TestABulkReplayLooksAtSoManyAsItIsTold(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		keys := failures(t, h, 5)
		in := bulk(func(in *hub.BulkReplayInput) { in.AtMost, in.PerSecond = 2, 100 })
		seen := ""
		for _, want := range []string{"5 match: 2 replayed, 0 repeated, 0 refused", "3 match: 2 replayed, 0 repeated, 0 refused", "1 match: 1 replayed, 0 repeated, 0 refused"} {
			out := replayAll(t, h, in)
			wantCounts(t, out, want)
			if out.HasMore != (out.Matched > 2) {
				t.Errorf("there is more: %v", out.HasMore)
			}
			for _, r := range out.Results {
				for i, key := range keys {
					if key == r.OriginalKey {
						seen += fmt.Sprint(i)
					}
				}
			}
			in.After = out.End
		}
		if seen != "34120" {
			t.Errorf("they are replayed in the order %s", seen)
		}
		after(time.Minute)
		for _, c := range []struct {
			change     func(*hub.BulkReplayInput)
			path, part string
		}{
			{func(in *hub.BulkReplayInput) { in.AtMost = 0 }, "atMost", "between 1 and 1000"},
			{func(in *hub.BulkReplayInput) { in.AtMost = hub.MaxReplays + 1 }, "atMost", "between 1 and 1000"},
			{func(in *hub.BulkReplayInput) { in.PerSecond = 101 }, "perSecond", "between 1 and 100"},
			{func(in *hub.BulkReplayInput) { in.ID = "" }, "idempotencyKey", "key of your own"},
			{func(in *hub.BulkReplayInput) { in.Records = hub.RecordsGiven }, "records", "executionReplay"},
			{func(in *hub.BulkReplayInput) { in.Filter.Test = ptr(true) }, "filter.test", "flowTest"},
			{func(in *hub.BulkReplayInput) { in.After = "x" }, "after", "cursor"},
		} {
			_, err := h.Engine.ExecutionsReplay(t.Context(), h.Admin, bulk(c.change))
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
		}
		// What the caller may not see is not found, and what its flows may not read is refused.
		edit, see := hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hub.RowHub, hub.See)
		none, err := h.Engine.ExecutionsReplay(t.Context(), hubtest.CallerWith(t, h.DB, edit, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)), bulk(nil))
		if err != nil || none.Matched != 0 || len(none.Results) != 0 {
			t.Errorf("who may not see executions finds %+v, %v", none, err)
		}
		blind, err := h.Engine.ExecutionsReplay(t.Context(), hubtest.CallerWith(t, h.DB, edit, see), bulk(nil))
		if err != nil || counts(blind) != "5 match: 0 replayed, 0 repeated, 5 refused" || blind.Results[0].Reason.Code != hub.ReasonPermission {
			t.Errorf("who may not see work orders gets %+v, %v", blind, err)
		}
		if _, err = h.Engine.ExecutionsReplay(t.Context(), hubtest.CallerWith(t, h.DB, see), bulk(nil)); hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("without EDIT it is answered with %v", err)
		}
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		off := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.ID, in.EvenIfSent = "off", true }))
		if off.Refused != 5 || off.Results[0].Reason.Code != hub.ReasonFlowDisabled {
			t.Errorf("of a flow that is not enabled it says %s", counts(off))
		}
	})
}

func TestAReplayInBulkThatIsCancelledBeforeItsTurnSendsNothing(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		failures(t, h, 2)
		out := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.PerSecond = 1 }))
		settled()
		is(t, h, out.Results[1].ReplayKey, "QUEUED:")
		if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, out.Results[1].ReplayKey); err != nil {
			t.Fatal(err)
		}
		after(time.Minute)
		is(t, h, out.Results[1].ReplayKey, "CLOSED CANCELLED:")
		if n := len(h.Connector.Sent()); n != 3 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestThePreviewOfAReplayIsWhatItDoesAndWritesNothing(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		upsert(t, h, hubtest.Person("P-4", "+5511999991004"))
		look := func(in hub.ReplayInput) *hub.FlowPreview {
			t.Helper()
			v, err := h.Engine.ExecutionReplayPreview(t.Context(), h.Admin, key, in)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		before, sent := content(t, h.Dir), len(h.Connector.Sent())
		v := look(pinned)
		then := look(hub.ReplayInput{Version: hub.ReplayPinned, Records: hub.RecordsThen})
		given := look(hub.ReplayInput{Version: hub.ReplayPinned, Given: []hub.RecordInput{hubtest.Task("OT-7", 7, marta), hubtest.Person(marta, martaPhone)}})
		if content(t, h.Dir) != before || len(h.Connector.Sent()) != sent {
			t.Error("something was written or sent")
		}
		if got := messages(given); got != "SUCCEEDED; PENDING "+martaPhone+" OT-7" {
			t.Errorf("with given records it is %s", got)
		}
		if d := then.Executions[0].Deliveries()[4]; d.State != hub.DeliveryFailed || d.Reason.Code != hub.ReasonRecipient {
			t.Errorf("with the records as they were brought it is %+v", d)
		}
		again := replay(t, h, key, pinned)
		settled()
		_, real := execution(t, h, again.Key)
		x := v.Executions[0]
		list := x.Deliveries()
		if len(v.Obstacles) != 0 || len(list) != len(real) || x.Outcome != hub.Succeeded || x.Trigger != hub.StartedByReplay || x.OccurrenceKey == 0 {
			t.Fatalf("it is %+v with %+v", x, v.Obstacles)
		}
		for i, d := range list {
			if d.Recipient != real[i].Recipient || fmt.Sprint(d.Values) != fmt.Sprint(real[i].Values) || (d.State == hub.Suppressed) != (real[i].State == hub.Suppressed) {
				t.Errorf("a message is %+v, and was %+v", d.Delivery, real[i])
			}
		}
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, o := range look(pinned).Obstacles {
			codes = append(codes, string(o.Code))
		}
		if strings.Join(codes, " ") != "FLOW_DISABLED ALREADY_SENT" && strings.Join(codes, " ") != "FLOW_DISABLED" {
			t.Errorf("the obstacles are %v", codes)
		}
		orders := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See))
		if _, err := h.Engine.ExecutionReplayPreview(t.Context(), orders, key, pinned); hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("who lacks what it reads is answered with %v", err)
		}
	})
}

func TestOfAnExecutionAndItsReplaysOneCallReplaysOneAtMost(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := failures(t, h, 1)[0]
		rejected(h, jonasPhone)
		again := replay(t, h, key, pinned)
		settled()
		is(t, h, again.Key, "CLOSED FAILED: FAILED")
		for _, c := range []struct {
			id  string
			dry bool
		}{{"dry", true}, {"real", false}} {
			out := replayAll(t, h, bulk(func(in *hub.BulkReplayInput) { in.ID, in.DryRun, in.EvenIfSent = c.id, c.dry, true }))
			wantCounts(t, out, "2 match: 1 replayed, 0 repeated, 1 refused")
			if r := out.Results[1]; r.OriginalKey != again.Key || r.Reason.Code != hub.ReasonUnderWay {
				t.Errorf("the second is %+v", r)
			}
		}
	})
}

func TestThePagesOfAReplayInBulkKeepItsPaceTogether(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		failures(t, h, 12)
		in := bulk(func(in *hub.BulkReplayInput) { in.AtMost, in.PerSecond = 4, 2 })
		for more := true; more; {
			out := replayAll(t, h, in)
			in.After, more = out.End, out.HasMore
		}
		for half := range 12 {
			settled()
			if n := len(h.Connector.Sent()) - 12; n != half+1 {
				t.Fatalf("%d were sent after %d half seconds, at two a second", n, half)
			}
			after(500 * time.Millisecond)
		}
	})
}
