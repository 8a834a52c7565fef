package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func pauseQueue(t testing.TB, h *hubtest.Hub, in hub.PauseInput) *hub.Queue {
	t.Helper()
	q, err := h.Engine.QueuePause(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// pauseLines are the lines of the journal about what is no execution.
func pauseLines(t testing.TB, h *hubtest.Hub) string {
	t.Helper()
	list, err := h.DB.ChangesAfter(t.Context(), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range list {
		switch c.Subject {
		case hub.SubjectQueue, hub.SubjectFlow, hub.SubjectIntegration:
			lines = append(lines, string(c.Subject)+" "+c.From+"→"+c.To+" "+string(c.Cause.Code))
		}
	}
	return strings.Join(lines, ", ")
}

func TestAPausedQueueTakesInEverythingAndSendsNothingUntilItIsResumed(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		left := started(t, h.Publish(t, another(1)))
		settled()
		q := pauseQueue(t, h, hub.PauseInput{Reason: " moving the telephones "})
		if p := q.Paused; p == nil || p.Reason.Code != hub.ReasonOperator || p.Reason.Message != "moving the telephones" || p.Reason.By != h.Admin.Consumer.ID() || p.Until != nil {
			t.Fatalf("it is paused as %+v", q.Paused)
		}
		var keys []int64
		for i := range 70 { // more than a worker takes up at once
			keys = append(keys, started(t, h.Publish(t, another(10+i))))
		}
		manual := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		manual.Trigger = ptr(hub.TriggerManual)
		run, err := h.Engine.FlowRun(t.Context(), h.Admin, h.Flow(t, manual).Key, hub.FlowRunInput{})
		if err != nil {
			t.Fatal(err)
		}
		h.Connector.Release()
		after(time.Hour)
		is(t, h, left, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[0], "QUEUED:")
		if exec, list := execution(t, h, run.Execution.Key); exec.WaitingFor != hub.ReasonQueuePaused || len(list) == 0 || list[0].WaitingFor != hub.ReasonQueuePaused {
			t.Errorf("what read its rows meanwhile waits as %s: %+v", exec.WaitingFor, list)
		}
		if n := len(h.Connector.Sent()); n != 1 {
			t.Fatalf("%d were sent", n)
		}
		h.Stop(t)
		connector := hubtest.NewConnector()
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: connector})
		after(time.Hour)
		if q, err := h.DB.Queue(t.Context(), h.Admin); err != nil || q.Paused == nil || q.Queued != 70 || len(connector.Sent()) != 0 {
			t.Fatalf("after a restart the queue is %+v, %v, and %d were sent", q, err, len(connector.Sent()))
		}
		if q, err := h.Engine.QueueResume(t.Context(), h.Admin); err != nil || q.Paused != nil {
			t.Fatal(q, err)
		}
		after(time.Second)
		var order []int64
		for _, key := range keys {
			_, d := one(t, h, key)
			order = append(order, d.Key)
		}
		if !slices.IsSorted(order) || len(connector.Sent()) != 70+71 { // the run tells everybody again
			t.Errorf("%d were sent, in the order of the queue: %v", len(connector.Sent()), slices.IsSorted(order))
		}
		if got := pauseLines(t, h); got != "QUEUE →PAUSED OPERATOR, QUEUE PAUSED→ OPERATOR" {
			t.Errorf("the journal says %s", got)
		}
		if _, err := h.Engine.QueueResume(t.Context(), h.Admin); err != nil || strings.Count(pauseLines(t, h), "QUEUE") != 2 {
			t.Errorf("to resume what is not paused says %s, %v", pauseLines(t, h), err)
		}
	})
}

func TestAPauseEndsByItselfAtItsTime(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		soon := time.Now().Add(10 * time.Minute)
		pauseQueue(t, h, hub.PauseInput{Reason: "a", Until: &soon})
		later := soon.Add(10 * time.Minute)
		if _, err := h.Engine.FlowPause(t.Context(), h.Admin, a.Flow.Key, hub.PauseInput{Reason: "b", Until: &later}); err != nil {
			t.Fatal(err)
		}
		last := later.Add(10 * time.Minute)
		if _, err := h.Engine.IntegrationPause(t.Context(), h.Admin, a.Integration.Key, hub.PauseInput{Reason: "c", Until: &last}); err != nil {
			t.Fatal(err)
		}
		key := started(t, h.Publish(t, forJonas("OT-1")))
		for _, want := range []string{"QUEUED:", "WAITING FLOW_PAUSED: PENDING", "WAITING INTEGRATION_PAUSED: PENDING"} {
			after(10*time.Minute - time.Second)
			is(t, h, key, want)
			after(time.Second)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := pauseLines(t, h); !strings.HasSuffix(got, "QUEUE PAUSED→ CLOCK, FLOW PAUSED→ CLOCK, INTEGRATION PAUSED→READY CLOCK") {
			t.Errorf("the journal says %s", got)
		}
	})
}

func TestWhatAPersonPausedIsNotResumedByGoodNews(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		wrong := hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, Message: "the token has expired"}
		h.Connector.Script(jonasPhone, wrong)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING")
		in, err := h.Engine.IntegrationPause(t.Context(), h.Admin, a.Integration.Key, hub.PauseInput{Reason: "by hand", ExpectedVersion: ptr(1)})
		if err != nil || in.State != hub.IntegrationPaused || in.Reason.Message != "by hand" || in.Pause == nil {
			t.Fatalf("%+v, %v", in, err)
		}
		in, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key)
		if err != nil || len(problems) > 0 || in.State != hub.IntegrationPaused || in.Pause == nil {
			t.Fatalf("a check resumes it: %+v, %v", in, err)
		}
		after(time.Minute)
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING")
		if in, err = h.Engine.IntegrationResume(t.Context(), h.Admin, a.Integration.Key, 0); err != nil || in.State != hub.IntegrationReady || in.Reason != nil {
			t.Fatalf("%+v, %v", in, err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")

		flow, second := a.Flow.Key, forJonas("OT-2")
		if _, err := h.Engine.FlowPause(t.Context(), h.Admin, flow, hub.PauseInput{Reason: "by hand"}); err != nil {
			t.Fatal(err)
		}
		key = started(t, h.Publish(t, second))
		settled()
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		news := func(do func(*sqlite.Tx) error) {
			t.Helper()
			if err := h.DB.Write(t.Context(), do); err != nil {
				t.Fatal(err)
			}
			f, err := h.DB.Flow(t.Context(), h.Admin, flow)
			if err != nil || f.Paused == nil || f.Paused.Message != "by hand" || f.Pause == nil {
				t.Errorf("the flow is paused because of %+v, %v", f.Paused, err)
			}
		}
		news(func(tx *sqlite.Tx) error { return tx.FlowPause(flow, hub.Reason{Code: hub.ReasonMisconfigured}) })
		news(func(tx *sqlite.Tx) error { return tx.FlowResume(flow, hub.Reason{Code: hub.ReasonOutcome}) })
		after(time.Minute)
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		news(func(tx *sqlite.Tx) error { return tx.FlowPause(flow, hub.Reason{Code: hub.ReasonMisconfigured}) })
		if f, err := h.Engine.FlowResume(t.Context(), h.Admin, flow, 0); err != nil || f.Paused != nil || f.Pause != nil {
			t.Errorf("a person resumes it: %+v, %v", f, err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		want := "INTEGRATION READY→PAUSED MISCONFIGURED, INTEGRATION PAUSED→PAUSED OPERATOR, INTEGRATION PAUSED→PAUSED CHECK, INTEGRATION PAUSED→READY OPERATOR, " +
			"FLOW →PAUSED OPERATOR, FLOW PAUSED→PAUSED MISCONFIGURED, FLOW PAUSED→PAUSED OUTCOME, FLOW PAUSED→PAUSED MISCONFIGURED, FLOW PAUSED→PAUSED OPERATOR, FLOW PAUSED→ OPERATOR"
		if got := pauseLines(t, h); got != want {
			t.Errorf("the journal says\n%s, want\n%s", got, want)
		}
	})
}

func TestOnlyWhatAPersonPausedIsResumedWithoutACheck(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		in := a.Integration.Key
		if v, err := h.Engine.IntegrationResume(t.Context(), h.Admin, in, 0); err != nil || v.State != hub.IntegrationReady {
			t.Errorf("one that is not paused: %+v, %v", v, err)
		}
		if err := h.DB.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.IntegrationPause(in, hub.Reason{Code: hub.ReasonMisconfigured}) }); err != nil {
			t.Fatal(err)
		}
		_, err := h.Engine.IntegrationResume(t.Context(), h.Admin, in, 0)
		wantError(t, err, hub.CodeConflict, "id", "integrationCheck")
		if _, err := h.Engine.IntegrationPause(t.Context(), h.Admin, in, hub.PauseInput{Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		v, err := h.Engine.IntegrationResume(t.Context(), h.Admin, in, 0)
		if err != nil || v.State != hub.IntegrationPaused || v.Reason.Code != hub.ReasonMisconfigured || v.Pause != nil {
			t.Errorf("what the hub paused is left: %+v, %v", v, err)
		}
	})
}

func TestAPauseNeedsAReasonATimeToComeAndThePermission(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		past := time.Now()
		for _, c := range []struct {
			in         hub.PauseInput
			path, part string
		}{
			{hub.PauseInput{Reason: " "}, "reason", "say why"},
			{hub.PauseInput{Reason: strings.Repeat("x", 201)}, "reason", "200"},
			{hub.PauseInput{Reason: "x", Until: &past}, "until", "is over"},
		} {
			_, err := h.Engine.QueuePause(t.Context(), h.Admin, c.in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
			_, err = h.Engine.FlowPause(t.Context(), h.Admin, a.Flow.Key, c.in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
			_, err = h.Engine.IntegrationPause(t.Context(), h.Admin, a.Integration.Key, c.in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
		}
		stale := hub.PauseInput{Reason: "x", ExpectedVersion: ptr(7)}
		_, err := h.Engine.FlowPause(t.Context(), h.Admin, a.Flow.Key, stale)
		wantError(t, err, hub.CodeConflict, "expectedVersion", "version 7")
		_, err = h.Engine.IntegrationPause(t.Context(), h.Admin, a.Integration.Key, stale)
		wantError(t, err, hub.CodeConflict, "expectedVersion", "version 7")
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		_, err = h.Engine.QueuePause(t.Context(), sees, hub.PauseInput{Reason: "x"})
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
		_, err = h.Engine.QueueResume(t.Context(), sees)
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
		edits := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.Edit))
		if q, err := h.Engine.QueuePause(t.Context(), edits, hub.PauseInput{Reason: "x"}); err != nil || q != nil {
			t.Errorf("who may not see the queue is told %+v, %v", q, err)
		}
		_, err = h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Recipient: jonasPhone, Sample: hub.Sample{Records: forJonas("OT-1").Records}})
		wantError(t, err, hub.CodeConflict, "id", "queueResume")
	})
}

func TestWhatAFlowThatAPersonPausedHasInTheQueueGoesOnWhenItIsArchived(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		if _, err := h.Engine.FlowPause(t.Context(), h.Admin, a.Flow.Key, hub.PauseInput{Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		key := started(t, h.Publish(t, forJonas("OT-1")))
		if _, err := h.Engine.EventArchive(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		if f, err := h.Engine.FlowArchive(t.Context(), h.Admin, a.Flow.Key, 0); err != nil || f.Paused != nil || f.Pause != nil {
			t.Fatalf("it is paused because of %+v, %v", f, err)
		}
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}
