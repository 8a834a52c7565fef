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

// crew is a work order of ten tasks, each with a person of its own; the telephone of the fifth is not one.
func crew(folio string) hub.OccurrenceInput {
	var list []hub.RecordInput
	for i := range 10 {
		code := fmt.Sprintf("P-%d", i)
		phone := fmt.Sprintf("+551199999100%d", i)
		if i == 4 {
			phone = "ask Jonas"
		}
		list = append(list, hubtest.Task(folio, number(folio)+i, code), hubtest.Person(code, phone))
	}
	return hubtest.WorkOrder(folio, list...)
}

func TestOneBadNumberAmongTenFailsAlone(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED ACCEPTED ACCEPTED ACCEPTED FAILED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		_, list := execution(t, h, key)
		bad := list[4]
		if bad.Reason.Code != hub.ReasonRecipient || bad.Reason.Path != "targets.0.recipient" || !strings.Contains(bad.Reason.Message, "letter") ||
			bad.Reason.NextStep == "" || bad.Tries != 0 {
			t.Errorf("it failed with %d tries because %+v", bad.Tries, bad.Reason)
		}
		if n := len(h.Connector.Sent()); n != 9 {
			t.Errorf("%d were sent, want 9", n)
		}
	})
}

func TestSendingAgainTouchesOnlyTheOneThatFailed(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script("+5511999991002", hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026", Message: "cannot be delivered"})
		in := crew("OT-1")
		in.Records = slices.DeleteFunc(in.Records, func(r hub.RecordInput) bool {
			return r.Data["code"] == "P-4" || r.Data["code_responsible"] == "P-4"
		})
		key := started(t, h.Publish(t, in))
		settled()
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED ACCEPTED FAILED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		_, list := execution(t, h, key)
		if r := list[2].Reason; r.Code != hub.ReasonRejected || r.Provider != "131026" || r.Message != "cannot be delivered" {
			t.Errorf("it failed because %+v", r)
		}
		d, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, list[2].Key)
		if err != nil || d.State != hub.Pending && d.State != hub.Sending && d.State != hub.Accepted {
			t.Fatalf("%+v, %v", d, err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		sent := h.Connector.Sent()
		if len(sent) != 10 || sent[9].Recipient != "+5511999991002" || sent[9].Attempt != 2 || sent[9].Key != list[2].Key {
			t.Errorf("sent were %d, the last one %+v", len(sent), sent[len(sent)-1])
		}
		if got := attempts(t, h, list[2].Key); got != "REJECTED counted, ACCEPTED counted" {
			t.Errorf("the attempts are %s", got)
		}
	})
}

func TestADeliveryThatCouldNotBeMadeIsMadeAnewWhenSentAgain(t *testing.T) {
	change := func(f *hub.FlowInput, _ *hub.EventInput) {
		(*f.Targets)[0].Mapping[3].Field = "responsible.full_name"
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, "none"))
		key := started(t, h.Publish(t, in))
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		for _, fix := range []struct {
			field, value string
			code         hub.ReasonCode // of the failure before
			path         string
		}{
			{"full_name", "Jonas Campos", hub.ReasonMapping, "targets.0.mapping.3.field"},
			{"sms", "+55 (11) 99999-0001", hub.ReasonRecipient, "targets.0.recipient"},
		} {
			_, d := one(t, h, key)
			if d.State != hub.DeliveryFailed || d.Reason.Code != fix.code || d.Reason.Path != fix.path {
				t.Fatalf("before %s is there the delivery is %s because %+v", fix.field, d.State, d.Reason)
			}
			in.Records[1].Data[fix.field] = fix.value
			if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: in.Records[1:]}); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
				t.Fatal(err)
			}
			settled()
		}
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		_, d := one(t, h, key)
		sent := h.Connector.Sent()
		if len(sent) != 1 || sent[0].Recipient != jonasPhone || sent[0].Values[3] != "Jonas Campos" || d.Recipient != jonasPhone || d.Values[3] != "Jonas Campos" {
			t.Errorf("sent was %+v, the delivery is to %s with %q", sent, d.Recipient, d.Values)
		}
	})
}

func TestAMessageWithAValueMissingIsNeverSent(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := forJonas("OT-1")
		delete(in.Records[0].Data, "code")
		key := started(t, h.Publish(t, in))
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, d := one(t, h, key)
		if d.Reason.Code != hub.ReasonMapping || d.Reason.Path != "targets.0.mapping.6.field" || d.Recipient != jonasPhone {
			t.Errorf("the delivery to %s failed because %+v", d.Recipient, d.Reason)
		}
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		if sent := h.Connector.Sent(); len(sent) != 0 {
			t.Errorf("sent was %+v", sent)
		}
	})
}

func TestARetryWaitsLongerEachTimeAndIsBounded(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAttempts: 4}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		var at []time.Time
		h.Connector.Decide(func(hub.Handover) hub.Outcome {
			at = append(at, time.Now())
			return hub.Outcome{Kind: hub.OutcomeRetry, Code: "130429", Message: "too many messages"}
		})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING RETRY: PENDING")
		exec, d := one(t, h, key)
		if exec.Until == nil || !exec.Until.Equal(*d.DueAt) || d.WaitingFor != hub.ReasonRetry || d.Reason.Provider != "130429" {
			t.Errorf("the execution waits until %v, the delivery until %v for %s because %+v", exec.Until, d.DueAt, d.WaitingFor, d.Reason)
		}
		after(time.Hour)
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, d = one(t, h, key)
		if d.Reason.Code != hub.ReasonAttempts || d.Attempts != 4 || len(at) != 4 {
			t.Errorf("it failed after %d attempts (%d sent) because %+v", d.Attempts, len(at), d.Reason)
		}
		if got := attempts(t, h, d.Key); got != "RETRY counted, RETRY counted, RETRY counted, RETRY counted" {
			t.Errorf("the attempts are %s", got)
		}
		for i, ceiling := 1, hub.BackoffBase; i < len(at); i, ceiling = i+1, 2*ceiling {
			if wait := at[i].Sub(at[i-1]); wait < ceiling/10-time.Millisecond || wait > ceiling+time.Millisecond {
				t.Errorf("before attempt %d it waited %s, want at most %s", i+1, wait, ceiling)
			}
		}
		after(24 * time.Hour)
		if len(at) != 4 {
			t.Errorf("%d attempts after a day", len(at))
		}
	})
}

func TestARetryIsInTheJournal(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Minute)
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→PENDING RETRY",
			"EXECUTION RUNNING→WAITING RETRY",
			"EXECUTION WAITING→RUNNING WORKER",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME")
		if _, d := one(t, h, key); d.Reason != nil || d.WaitingFor != "" || d.DueAt != nil {
			t.Errorf("the delivery that was accepted still says %+v, %s, %v", d.Reason, d.WaitingFor, d.DueAt)
		}
	})
}

func TestARetryKeepsToWhatTheProviderAsksFor(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Minute})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(10*time.Minute - time.Second)
		is(t, h, key, "WAITING RETRY: PENDING")
		after(2 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestEachMessageOfAnExecutionWaitsForItsOwnTime(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Minute})
		h.Connector.Script(martaPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
		key := started(t, h.Publish(t, team("OT-1")))
		after(2 * time.Minute)
		is(t, h, key, "WAITING RETRY: PENDING ACCEPTED")
		if exec, list := execution(t, h, key); exec.Until == nil || !exec.Until.Equal(*list[0].DueAt) {
			t.Errorf("it waits until %v, the delivery until %v", exec.Until, list[0].DueAt)
		}
		after(9 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestARetryThatWouldComeTooLateFailsAtOnce(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAgeSeconds: 300}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Minute})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, d := one(t, h, key); d.Reason.Code != hub.ReasonTooOld {
			t.Errorf("it failed because %+v", d.Reason)
		}
	})
}

func TestAnIntegrationThatIsSetUpWronglyPausesInsteadOfBurningMessages(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, Code: "190", NotStarted: true,
			Message: "the access token has expired", NextStep: "Give a new token."})
		first := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, first, "WAITING INTEGRATION_PAUSED: PENDING")
		second := started(t, h.Publish(t, team("OT-2")))
		after(time.Hour)
		is(t, h, second, "WAITING INTEGRATION_PAUSED: PENDING PENDING")
		in, err := h.DB.Integration(t.Context(), h.Admin, a.Integration.Key)
		if err != nil || in.State != hub.IntegrationPaused || in.Reason.NextStep != "Give a new token." || in.Reason.Provider != "190" {
			t.Fatalf("the integration is %+v (%+v), %v", in, in.Reason, err)
		}
		if n := len(h.Connector.Sent()); n != 1 {
			t.Errorf("%d were sent while it was paused", n)
		}
		_, d := one(t, h, first)
		if got := attempts(t, h, d.Key); got != "MISCONFIGURED not counted" || d.Attempts != 0 {
			t.Errorf("the attempts are %s, %d count", got, d.Attempts)
		}

		h.Connector.Wrong(hub.Problem{Code: "TOKEN", Path: "secrets.access_token", Message: "still expired"})
		in, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key)
		if err != nil || len(problems) != 1 || in.State != hub.IntegrationPaused {
			t.Errorf("a check that finds a problem: %+v, %v, %v", in, problems, err)
		}
		warning := hub.Problem{Code: "NO_CALLBACKS", Path: "settings", Message: "it cannot call back", Severity: hub.SeverityWarning}
		h.Connector.Wrong(warning)
		in, problems, err = h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key)
		if err != nil || len(problems) != 1 || problems[0] != warning || in.State != hub.IntegrationReady || in.Reason != nil {
			t.Errorf("a check that only warns: %+v, %v, %v", in, problems, err)
		}
		settled()
		is(t, h, first, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		_, d = one(t, h, first)
		if got := attempts(t, h, d.Key); got != "MISCONFIGURED not counted, ACCEPTED counted" || d.Attempts != 1 {
			t.Errorf("the attempts are %s, %d count", got, d.Attempts)
		}
	})
}

func TestAWrongFlowPausesOnlyItself(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		other := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key))
		h.Event(t, hub.EventInput{Description: ptr("Also"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{other.Key}})
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Code: "132001", Path: "parameters.template",
			Message: "the template does not exist"})
		p := h.Publish(t, forJonas("OT-1"))
		settled()
		is(t, h, p.Executions[0].Key, "WAITING FLOW_PAUSED: PENDING")
		is(t, h, p.Executions[1].Key, "CLOSED SUCCEEDED: ACCEPTED")
		f, err := h.DB.Flow(t.Context(), h.Admin, a.Flow.Key)
		if err != nil || f.Paused == nil || f.Paused.Code != hub.ReasonMisconfigured || f.Paused.Path != "targets.0.parameters.template" {
			t.Fatalf("the flow is paused by %+v, %v", f.Paused, err)
		}
		p = h.Publish(t, forJonas("OT-2"))
		settled()
		is(t, h, p.Executions[0].Key, "WAITING FLOW_PAUSED: PENDING")
		is(t, h, p.Executions[1].Key, "CLOSED SUCCEEDED: ACCEPTED")
		if f, err = h.Engine.FlowResume(t.Context(), h.Admin, a.Flow.Key, 0); err != nil || f.Paused != nil {
			t.Fatalf("%+v, %v", f, err)
		}
		settled()
		is(t, h, p.Executions[0].Key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAMisconfigurationOfOneRecipientFailsThatOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeRecipient})
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		is(t, h, key, "CLOSED PARTIAL: FAILED ACCEPTED")
		if in, err := h.DB.Integration(t.Context(), h.Admin, a.Integration.Key); err != nil || in.State != hub.IntegrationReady {
			t.Errorf("the integration is %+v, %v", in, err)
		}
	})
}

func TestWhatWasPausedForTooLongFails(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAgeSeconds: 3600}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Down()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Hour - time.Second)
		is(t, h, key, "WAITING CONNECTOR_DOWN: PENDING")
		after(2 * time.Second)
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, d := one(t, h, key)
		if d.Reason.Code != hub.ReasonTooOld {
			t.Errorf("it failed because %+v", d.Reason)
		}
		h.Connector.Up()
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAMessageThatIsSentAgainIsAsYoungAsANewOne(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAgeSeconds: 3600}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected}, hub.Outcome{Kind: hub.OutcomeRetry})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(3 * time.Hour)
		_, d := one(t, h, key)
		created := d.CreatedAt
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "WAITING RETRY: PENDING")
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if _, d = one(t, h, key); !d.CreatedAt.Equal(created) || d.Attempts != 2 || d.Tries != 3 {
			t.Errorf("created at %s (before: %s), %d attempts, %d tries", d.CreatedAt, created, d.Attempts, d.Tries)
		}
	})
}

func TestABatchThatCouldNotBeHandedOverDoesNotCount(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAttempts: 1}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Refuse(&hub.Error{Code: hub.CodeUnavailable, Message: "too many wait"})
		key := started(t, h.Publish(t, team("OT-1")))
		after(time.Minute)
		is(t, h, key, "WAITING RETRY: PENDING PENDING")
		h.Connector.Refuse(nil)
		after(5 * time.Minute) // it waits longer with each try
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		_, list := execution(t, h, key)
		if d := list[0]; d.Attempts != 1 || d.Tries < 3 || !strings.HasPrefix(attempts(t, h, d.Key), "RETRY not counted, RETRY not counted") {
			t.Errorf("%d of %d attempts count: %s", d.Attempts, d.Tries, attempts(t, h, d.Key))
		}
		if n := h.Engine.Stats().InFlight; n != 0 {
			t.Errorf("%d are in flight", n)
		}
	})
}

func TestWithoutRoomAnExecutionWaitsInTheQueueAndGoesOn(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1) // and one more on its way to it
		h.Connector.Hold()
		var keys []int64
		for i := range 5 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		for i, want := range []string{"RUNNING: SENDING", "RUNNING: SENDING", "QUEUED:", "QUEUED:", "QUEUED:"} {
			is(t, h, keys[i], want)
		}
		q, err := h.Engine.Queue(t.Context(), h.Admin)
		if err != nil || q.Queued != 3 || q.Running != 2 || q.Waiting != 0 || q.OldestAt == nil {
			t.Errorf("the queue is %+v, %v", q, err)
		}
		if n := h.Engine.Stats().InFlight; n != 2 {
			t.Errorf("%d are in flight", n)
		}
		h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted})
		settled()
		is(t, h, keys[2], "RUNNING: SENDING")
		is(t, h, keys[3], "QUEUED:")
		h.Connector.Release()
		settled()
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		wantJournal(t, h, keys[4],
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME")
	})
}

func TestAFullConnectorDoesNotStopTheFlowsOfOthers(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		for i := range 3 {
			h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))
		}
		in := h.Integration(t, "another")
		f := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, in.Key))
		if _, err := h.Engine.EventUpdate(t.Context(), h.Admin, a.Event.Key, 0, hub.EventInput{FlowKeys: &[]int64{f.Key}}); err != nil {
			t.Fatal(err)
		}
		key := started(t, h.Publish(t, forJonas("OT-9")))
		settled()
		is(t, h, key, "RUNNING: SENDING")
	})
}

func TestMoreRowsThanThereIsRoomForGoOneAfterTheOther(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Delay(time.Second)
		most := 0
		h.Connector.Decide(func(hub.Handover) hub.Outcome {
			most = max(most, h.Engine.Stats().InFlight)
			return hub.Outcome{Kind: hub.OutcomeAccepted}
		})
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		is(t, h, key, "RUNNING: SENDING SENDING PENDING PENDING FAILED PENDING PENDING PENDING PENDING PENDING")
		after(time.Minute)
		is(t, h, key, "CLOSED PARTIAL: ACCEPTED ACCEPTED ACCEPTED ACCEPTED FAILED ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED")
		if n := len(h.Connector.Sent()); n != 9 || most > 2 {
			t.Errorf("%d were sent, %d at once", n, most)
		}
	})
}
