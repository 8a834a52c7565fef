package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// pausing pauses a flow, as a connector's answer does.
func pausing(flow int64) func(*sqlite.Tx) error {
	return func(tx *sqlite.Tx) error { return tx.FlowPause(flow, hub.Reason{Code: hub.ReasonMisconfigured}) }
}

func run(t testing.TB, h *hubtest.Hub, flow int64, in hub.FlowRunInput) *hub.FlowRun {
	t.Helper()
	out, err := h.Engine.FlowRun(t.Context(), h.Admin, flow, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAManualFlowReadsItsRowsAndSends(t *testing.T) {
	byClock(t, nil, nil, func(t *testing.T, p *planned) {
		tasks(t, p.Hub, 100, 4)
		e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution
		if e.State != hub.Queued || e.Trigger != hub.StartedByHand || e.StartedByKey != p.Admin.Consumer.Key {
			t.Errorf("it begins as %+v", e)
		}
		settled()
		is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		if c := p.Timeline(t, e.Key)[0].Cause; c.Code != hub.ReasonManual || c.By != p.Admin.Consumer.ID() {
			t.Errorf("its cause is %+v", c)
		}
		after(2 * time.Hour)
		if n := len(p.ran(t)); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}

func TestARunIsNarrowedToRecordsThatPassTheFilter(t *testing.T) {
	byClock(t, nil, func(f *hub.FlowInput) {
		f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.NotEqual, Value: "OT-3"}}}
	}, func(t *testing.T, p *planned) {
		list := upsert(t, p.Hub, hubtest.Task("OT-2", 2, jonas), hubtest.Task("OT-3", 3, jonas))
		out := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{ID: "a", RecordKeys: []int64{list[0].Key, list[1].Key}})
		settled()
		is(t, p.Hub, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := p.Connector.Sent(); len(sent) != 1 || sent[0].Values[0] != "OT-2" {
			t.Errorf("it sent %+v", sent)
		}
		again := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{ID: "a", RecordKeys: []int64{list[0].Key, list[1].Key}})
		if !again.Repeat || again.Execution.Key != out.Execution.Key {
			t.Errorf("the repeat is %+v", again)
		}
		_, err := p.Engine.FlowRun(t.Context(), p.Admin, p.flow.Key, hub.FlowRunInput{ID: "a", RecordKeys: []int64{list[0].Key}})
		wantError(t, err, hub.CodeConflict, "idempotencyKey", "before, with other parameters or records")
	})
}

func TestARunThatIsCancelledWhileItReadsSendsNothing(t *testing.T) {
	byClock(t, nil, nil, func(t *testing.T, p *planned) {
		tasks(t, p.Hub, 100, 300)
		cancelled := make(chan error, 1)
		key := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution.Key
		release := occupy(t, p.Hub) // before the first hundred, unless the machine is very busy
		go func() {
			_, err := p.Engine.ExecutionCancel(t.Context(), p.Admin, key)
			cancelled <- err
		}()
		synctest.Wait()
		release()
		settled()
		if err := <-cancelled; err != nil && hub.CodeOf(err) != hub.CodeConflict {
			t.Fatal(err)
		}
		after(time.Minute)
		e, list := execution(t, p.Hub, key)
		// It may have been too late; then everything was sent. Nothing is left in between.
		switch e.Outcome {
		case hub.Cancelled:
			if len(p.Connector.Sent()) != 0 || e.Reading {
				t.Errorf("%d were sent, reading %v", len(p.Connector.Sent()), e.Reading)
			}
			t.Logf("cancelled with %d deliveries made", len(list))
		case hub.Succeeded, hub.Partial:
			if len(list) != 301 {
				t.Errorf("%d deliveries", len(list))
			}
		default:
			t.Errorf("it is %s %s", e.State, e.Outcome)
		}
	})
}

func TestAPausedFlowThatIsRunByHandSendsWhenItIsResumed(t *testing.T) {
	byClock(t, nil, nil, func(t *testing.T, p *planned) {
		pause(t, p, true)
		e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution
		settled()
		is(t, p.Hub, e.Key, "WAITING FLOW_PAUSED: PENDING")
		pause(t, p, false)
		settled()
		is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAnEventRunsOnlyFlowsForEvents(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		_, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Trigger: ptr(hub.TriggerManual)})
		wantError(t, err, hub.CodeInvalid, "trigger", `this flow is run by: "New WO"`)
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Trigger: ptr(hub.TriggerManual)}); err != nil {
			t.Fatal(err)
		}
		problems, err := eventProblems(t, h, a.Event)
		if err != nil || len(problems) != 2 || problems[1].Code != hub.ProblemTriggerMismatch {
			t.Errorf("the event's problems are %+v, %v", problems, err)
		}
		_, err = h.Engine.FlowEnable(t.Context(), h.Admin, a.Flow.Key, 0)
		wantError(t, err, hub.CodeInvalid, "trigger", "events run flows with the trigger EVENT only")
		tamper(t, h.Dir, "UPDATE flows SET enabled = 1") // as a hub before could leave it
		if _, err := h.Engine.EventUpdate(t.Context(), h.Admin, a.Event.Key, 0, hub.EventInput{Description: ptr("x")}); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("an enabled event may run it: %v", err)
		}
		settled()
		if err := h.DB.Write(t.Context(), pausing(a.Flow.Key)); err != nil { // so that it is read anew
			t.Fatal(err)
		}
		p := h.Publish(t, forJonas("OT-1"))
		if len(p.Executions) != 0 || p.Occurrence.Matches[0].Skipped[0].Reason.Code != hub.ReasonTrigger {
			t.Errorf("it became %s", matches(p.Occurrence))
		}
	})
}
