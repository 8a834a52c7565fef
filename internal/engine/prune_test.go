package engine_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// alone runs a test in fake time in a process of its own: keys carry times, a process never makes a smaller one than before, and
// other tests live in other times.
func alone(t *testing.T, play func(*testing.T)) {
	t.Helper()
	const mark = "RECADO_TEST_ALONE"
	if os.Getenv(mark) != "" {
		synctest.Test(t, play)
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	c.Env = append(os.Environ(), mark+"=1")
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// away stops a hub for a while, and starts it again twice: the first start finds that the clock has leapt, and a day later it prunes.
func away(t *testing.T, h *hubtest.Hub, d time.Duration) *hubtest.Hub {
	t.Helper()
	for _, d := range []time.Duration{d - 25*time.Hour, 25 * time.Hour} {
		h.Stop(t)
		time.Sleep(d)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: h.Connector})
		after(time.Minute)
	}
	return h
}

func emptied(t *testing.T, h *hubtest.Hub, key int64) bool {
	t.Helper()
	e, list := execution(t, h, key)
	for _, d := range list {
		if d.PayloadsPruned() != e.PayloadsPruned() {
			t.Errorf("the execution is pruned %v, its delivery %v", e.PayloadsPruned(), d.PayloadsPruned())
		}
	}
	return e.PayloadsPruned()
}

func TestAHubKeepsPayloadsForNinetyDaysAndHistoryForFourHundred(t *testing.T) {
	alone(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		a := h.Assignment(t, nil)
		begin := hub.Cursor(h.Feed.Last())
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeAccepted}, hub.Outcome{Kind: hub.OutcomeRejected, Message: "no such number"}, hub.Outcome{Kind: hub.OutcomeUnknown})
		first := h.Publish(t, forJonas("OT-1"))
		settled()
		failed := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		unknown := started(t, h.Publish(t, forJonas("OT-3")))
		after(time.Hour)
		key := started(t, first)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, failed, "CLOSED FAILED: FAILED")
		is(t, h, unknown, "CLOSED UNSETTLED: UNKNOWN")

		h = away(t, h, 89*aDay)
		if emptied(t, h, key) {
			t.Fatal("after 89 days payloads are gone")
		}
		h = away(t, h, 2*aDay)
		if !emptied(t, h, key) || !emptied(t, h, failed) || emptied(t, h, unknown) {
			t.Fatal("after 91 days payloads are not gone where they should be, or where they should not")
		}
		isEmpty(t, h, a, first, failed)

		h = away(t, h, 308*aDay)
		execution(t, h, key)
		h = away(t, h, 3*aDay)
		isGone(t, h, first, begin)
		is(t, h, unknown, "CLOSED UNSETTLED: UNKNOWN")
		if emptied(t, h, unknown) {
			t.Error("what nobody knows the outcome of has lost its payloads")
		}
		if again := h.Publish(t, forJonas("OT-1")); again.Repeat || again.Occurrence.Key == first.Occurrence.Key {
			t.Error("what is not kept any more is taken for a repeat")
		}
	})
}

func TestWhatWasGatheredGoesWithThePayloads(t *testing.T) {
	alone(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, collecting(aMinute(hub.CollectByRecipient)))
		key := started(t, h.Publish(t, forJonas("OT-1")))
		h.Publish(t, forJonas("OT-2"))
		after(2 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		gatheredFor := func() string {
			list, err := h.DB.CollectionsByKey(t.Context(), h.Admin, []int64{key})
			if err != nil || len(list) != 1 {
				t.Fatalf("%d collections: %v", len(list), err)
			}
			return list[0].Of
		}
		if of := gatheredFor(); of != "="+jonasPhone {
			t.Fatalf("it was gathered for %q", of)
		}
		h = away(t, h, 91*aDay)
		if !emptied(t, h, key) {
			t.Fatal("after 91 days the payloads are there still")
		}
		list, err := h.DB.CollectedForEngine(t.Context(), key)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d occurrences: %v", len(list), err)
		}
		for _, c := range list {
			if len(c.Rows) != 1 || c.Rows[0].Name == "" || c.Rows[0].Data != nil {
				t.Errorf("of what it brought there is %+v", c.Rows)
			}
		}
		if of := gatheredFor(); of != "" {
			t.Errorf("for whom it was gathered is there still: %q", of)
		}
		notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayPinned, EvenIfSent: true}, "has not been kept")
	})
}

// isEmpty holds what becomes of who asks for payloads that are gone.
func isEmpty(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, first *hub.Published, failed int64) {
	t.Helper()
	ctx, key := t.Context(), first.Executions[0].Key
	again := h.Publish(t, forJonas("OT-1"))
	if !again.Repeat || again.Occurrence.Key != first.Occurrence.Key || len(again.Executions) != 1 || again.Executions[0].Key != key || !again.Occurrence.PayloadsPruned() {
		t.Errorf("published again it is %+v", again)
	}
	other := forJonas("OT-1")
	other.Records[0].Data["code"] = "another"
	_, err := h.Engine.Publish(ctx, h.Admin, other)
	wantError(t, err, hub.CodeConflict, "id", "another content")

	_, late := one(t, h, key)
	callback(t, h, a.Integration.Key, hub.Receipt{DeliveryKey: late.Key, ProviderID: "wamid.again", Recipient: "15550001", Status: hub.ReceiptRead, Message: "a text", At: time.Now()})
	if _, late = one(t, h, key); late.State != hub.Read || late.ProviderID != "" || late.ProviderRecipient != "" || receipts(t, h, late.Key) != "READ" {
		t.Errorf("after a late receipt the delivery is %+v with %s", late, receipts(t, h, late.Key))
	}

	_, d := one(t, h, failed)
	_, err = h.Engine.DeliveryRetry(ctx, h.Admin, d.Key)
	wantError(t, err, hub.CodeConflict, "id", "have not been kept")
	notReplayed(t, h, failed, pinned, "has not been kept")
	notReplayed(t, h, key, hub.ReplayInput{Version: hub.ReplayCurrent, EvenIfSent: true}, "has not been kept")
	_, err = h.Engine.FlowPreview(ctx, h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{OccurrenceKey: first.Occurrence.Key}})
	wantError(t, err, hub.CodeConflict, "on.occurrence", "has not been kept")

	why, err := h.Engine.EventExplain(ctx, h.Admin, a.Event, first.Occurrence.Key)
	if err != nil || why.Evaluated != hub.EvaluatedThen || !*why.Fired || len(why.Executions) != 1 || len(why.RowsNow) != 0 || why.Reasons[0].Reason.Code != hub.ReasonPruned {
		t.Errorf("why it was sent is %+v, %v", why, err)
	}
	test, err := h.Engine.EventBacktest(ctx, h.Admin, hub.BacktestInput{Type: hubtest.NewWorkOrder})
	if err != nil || test.Scanned != 1 { // the one of which nobody knows what became of it
		t.Errorf("a back-test looked at %+v, %v", test, err)
	}
	if got := journal(t, h, key); !strings.HasPrefix(got, "EXECUTION →QUEUED MATCHED\n") || !strings.Contains(got, "EXECUTION OUTCOME →SUCCEEDED ") {
		t.Errorf("the timeline is\n%s", got)
	}
}

// isGone holds what becomes of who asks for history that is gone.
func isGone(t *testing.T, h *hubtest.Hub, first *hub.Published, begin string) {
	t.Helper()
	_, err := h.DB.Execution(t.Context(), h.Admin, first.Executions[0].Key)
	wantError(t, err, hub.CodeNotFound, "id", "")
	_, err = h.DB.Occurrence(t.Context(), h.Admin, first.Occurrence.Key)
	wantError(t, err, hub.CodeNotFound, "id", "")
	list, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{}, hub.Page{})
	if err != nil || len(list.Items) != 1 {
		t.Errorf("%d executions are listed, %v", len(list.Items), err)
	}
	_, err = h.Engine.Subscribe(t.Context(), h.Admin, engine.Watch{After: begin}, always(h.Admin))
	wantError(t, err, hub.CodeCursorExpired, "after", "the oldest cursor")
	oldest := err.(*hub.Error).Oldest
	if oldest != hub.Cursor(h.DB.OldestCursor()) {
		t.Errorf("the oldest cursor is %s", oldest)
	}
	seen := subscribe(t, h, engine.Watch{After: oldest})
	h.Publish(t, forJonas("OT-4"))
	settled()
	if got := lines(take(seen)); !strings.HasPrefix(got, "EXECUTION STATE →QUEUED\nEXECUTION STATE QUEUED→RUNNING\n") {
		t.Errorf("after the oldest cursor it tells\n%s", got)
	}
}

func TestASubscriberWhoIsTooSlowIsToldThatItHasMissedSomething(t *testing.T) {
	alone(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{FeedSize: 4})
		h.Assignment(t, nil)
		after(26 * time.Hour) // pruning has begun
		slow := subscribe(t, h, engine.Watch{After: hub.Cursor(h.Feed.Last())})
		for _, folio := range []string{"OT-1", "OT-2", "OT-3"} {
			h.Publish(t, forJonas(folio))
			settled()
		}
		aWhile := aDay
		if _, err := h.DB.RetentionUpdate(t.Context(), h.Admin, hub.RetentionInput{History: &aWhile, Payloads: &aWhile}); err != nil {
			t.Fatal(err)
		}
		after(26 * time.Hour)
		list := take(slow)
		if n := len(list); n == 0 || hub.CodeOf(list[n-1].Err) != hub.CodeCursorExpired {
			t.Errorf("it was told %d items, the last one %+v", len(list), list)
		}
	})
}

func TestPruningStopsWhereItIsAndGoesOnThere(t *testing.T) {
	alone(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, nil)
		const n = 60
		for i := range n {
			h.Publish(t, forJonas("OT-"+string(rune('A'+i%26))+strings.Repeat("1", i/26+1)))
			settled()
		}
		h.Stop(t)
		time.Sleep(500 * aDay)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: h.Connector})
		settled() // it finds that the clock has leapt
		h.Stop(t)
		time.Sleep(25 * time.Hour)
		left := func() int {
			l, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{}, hub.Page{First: hub.MaxPage})
			if err != nil {
				t.Fatal(err)
			}
			return len(l.Items)
		}
		seen, restarts := n, 0
		for ; seen > 0; restarts++ {
			h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: h.Connector})
			settled() // one step, and it rests
			before := seen
			if seen = left(); seen >= before || restarts > n {
				t.Fatalf("after %d restarts %d executions are left", restarts, seen)
			}
			h.Stop(t)
		}
		if restarts < 3 {
			t.Errorf("it took %d steps", restarts)
		}
	})
}
