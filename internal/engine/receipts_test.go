package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestReceiptsInAnyOrderEndAtTheFurthestAndAreAllKept(t *testing.T) {
	sent, delivered, read, failed := hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead, hub.ReceiptFailed
	for _, c := range []struct {
		name     string
		statuses []hub.ReceiptStatus
		want     string // of the execution
		kept     string
		flagged  bool
		lines    string // of the receipts that moved nothing
	}{
		{"in order", []hub.ReceiptStatus{sent, delivered, read}, "SUCCEEDED: READ", "SENT, DELIVERED, READ", false, ""},
		{"backwards", []hub.ReceiptStatus{read, delivered, sent}, "SUCCEEDED: READ", "READ, DELIVERED, SENT", false, "READ→DELIVERED READ→SENT"},
		{"with a gap", []hub.ReceiptStatus{delivered}, "SUCCEEDED: DELIVERED", "DELIVERED", false, ""},
		{"repeated", []hub.ReceiptStatus{sent, sent, delivered, sent}, "SUCCEEDED: DELIVERED", "SENT, DELIVERED", false, ""},
		{"failed after it was sent", []hub.ReceiptStatus{sent, failed}, "FAILED: FAILED", "SENT, FAILED", false, ""},
		{"failed after it was delivered", []hub.ReceiptStatus{delivered, failed}, "SUCCEEDED: DELIVERED", "DELIVERED, FAILED flagged", true, "DELIVERED→FAILED"},
		{"delivered after it failed", []hub.ReceiptStatus{failed, delivered}, "SUCCEEDED: DELIVERED", "FAILED, DELIVERED flagged", true, ""},
		{"sent after it failed", []hub.ReceiptStatus{failed, sent}, "FAILED: FAILED", "FAILED, SENT flagged", true, "FAILED→SENT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				for _, s := range c.statuses {
					callback(t, h, a.Integration.Key, receipt(d.Key, s))
				}
				is(t, h, key, "CLOSED "+c.want)
				if got := receipts(t, h, d.Key); got != c.kept {
					t.Errorf("kept are %s, want %s", got, c.kept)
				}
				if _, d = one(t, h, key); d.Flagged != c.flagged {
					t.Errorf("the delivery is flagged: %v", d.Flagged)
				}
				var lines []string
				for line := range strings.Lines(journal(t, h, key)) {
					if f := strings.Fields(line); f[1] == "RECEIPT" {
						lines = append(lines, f[2])
					}
				}
				if got := strings.Join(lines, " "); got != c.lines {
					t.Errorf("the journal says of receipts that moved nothing %q, want %q", got, c.lines)
				}
			})
		})
	}
}

func TestALateReceiptIsInTheJournalWithTheNewOutcome(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		failed := receipt(d.Key, hub.ReceiptFailed)
		failed.Code, failed.Message = "131026", "message undeliverable"
		callback(t, h, a.Integration.Key, failed)
		if _, d = one(t, h, key); d.Reason == nil || d.Reason.Provider != "131026" || d.Reason.Message != "message undeliverable" {
			t.Errorf("it failed because %+v", d.Reason)
		}
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptRead))
		want := "DELIVERY ACCEPTED→FAILED RECEIPT\nEXECUTION OUTCOME SUCCEEDED→FAILED RECEIPT\n" +
			"DELIVERY FAILED→READ RECEIPT\nEXECUTION OUTCOME FAILED→SUCCEEDED RECEIPT"
		if got := journal(t, h, key); !strings.HasSuffix(got, want) {
			t.Errorf("the journal is\n%s", got)
		}
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "READ")
	})
}

func TestAReceiptMayComeBeforeTheConnectorsAnswer(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		_, d := one(t, h, key)
		rc := receipt(d.Key, hub.ReceiptSent)
		rc.Recipient = "5511999990001"
		callback(t, h, a.Integration.Key, rc)
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		h.Connector.Release()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		_, d = one(t, h, key)
		if attempts(t, h, d.Key) != "ACCEPTED counted" || d.Attempts != 1 || d.ProviderID != hubtest.ProviderID(d.Key) || d.ProviderRecipient != "5511999990001" {
			t.Errorf("attempts %s, delivery %+v", attempts(t, h, d.Key), d)
		}
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED RECEIPT_FIRST",
			"DELIVERY ACCEPTED→SENT RECEIPT",
			"EXECUTION RUNNING→CLOSED RECEIPT",
			"EXECUTION OUTCOME →SUCCEEDED RECEIPT")
		if n := h.Engine.Stats().InFlight; n != 0 {
			t.Errorf("%d are in flight", n)
		}
	})
}

func TestAReceiptThatComesBeforeAnybodyKnowsItsMessageIsAdopted(t *testing.T) {
	for name, in := range map[string]hub.OccurrenceInput{"of one": forJonas("OT-1"), "of several": team("OT-1")} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Connector.Hold()
				key := started(t, h.Publish(t, in))
				_, list := execution(t, h, key)
				d := list[0]
				for _, s := range []hub.ReceiptStatus{hub.ReceiptDelivered, hub.ReceiptSent} {
					rc := receipt(d.Key, s)
					rc.DeliveryKey = 0 // the provider did not carry our key along
					callback(t, h, a.Integration.Key, rc)
				}
				if got := receipts(t, h, d.Key); got != "" {
					t.Errorf("the delivery has the receipts %s already", got)
				}
				h.Connector.Release()
				settled()
				_, list = execution(t, h, key)
				if list[0].State != hub.Delivered || receipts(t, h, d.Key) != "DELIVERED, SENT" {
					t.Errorf("the delivery is %s and has the receipts %s\n%s", list[0].State, receipts(t, h, d.Key), journal(t, h, key))
				}
				for _, other := range list[1:] {
					if other.State != hub.Accepted {
						t.Errorf("another delivery is %s", other.State)
					}
				}
				if exec, _ := execution(t, h, key); exec.Outcome != hub.Succeeded {
					t.Errorf("the execution is %s %s", exec.State, exec.Outcome)
				}
			})
		})
	}
}

func TestAReceiptFindsItsMessageByTheProvidersID(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		rc := receipt(d.Key, hub.ReceiptRead)
		rc.DeliveryKey = 0
		callback(t, h, a.Integration.Key, rc)
		is(t, h, key, "CLOSED SUCCEEDED: READ")
	})
}

func TestACallbackThatIsNotGenuineIsRefusedAndNothingIsKept(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		before := h.Feed.Last()
		got, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Forged(receipt(d.Key, hub.ReceiptRead)))
		if err != nil || got.Verified || got.Status != 401 {
			t.Errorf("it was answered %+v, %v", got, err)
		}
		if n := h.Engine.Stats().CallbacksRefused; n != 1 {
			t.Errorf("%d are counted as refused", n)
		}
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if receipts(t, h, d.Key) != "" || h.Feed.Last() != before {
			t.Error("something of it was kept")
		}
		_, err = h.Engine.Callback(t.Context(), 12345, hubtest.Genuine())
		wantError(t, err, hub.CodeNotFound, "id", "int_")
	})
}

func TestACallbackIsKeptWhileTheConnectorIsDown(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		h.Connector.Crash()
		for _, cb := range []hub.Callback{hubtest.Genuine(receipt(d.Key, hub.ReceiptSent)), hubtest.Forged(receipt(d.Key, hub.ReceiptFailed)),
			hubtest.Genuine(receipt(d.Key, hub.ReceiptDelivered))} {
			got, err := h.Engine.Callback(t.Context(), a.Integration.Key, cb)
			if err != nil || got.Status != 200 {
				t.Fatalf("it was answered %+v, %v", got, err)
			}
		}
		question := hubtest.Genuine()
		question.Method = "GET"
		_, err := h.Engine.Callback(t.Context(), a.Integration.Key, question)
		wantError(t, err, hub.CodeUnavailable, "", "not running")
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		h.Connector.Up()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: DELIVERED")
		if got := receipts(t, h, d.Key); got != "SENT, DELIVERED" {
			t.Errorf("kept are %s", got)
		}
		if n := h.Engine.Stats().CallbacksRefused; n != 1 {
			t.Errorf("%d are counted as refused", n)
		}
	})
}

func TestACallbackThatNoConnectorTakesIsNotKept(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		none := &hub.Error{Code: hub.CodeNotFound, Message: "the connector takes no callbacks"}
		h.Connector.Choke(none)
		_, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(receipt(d.Key, hub.ReceiptRead)))
		wantError(t, err, hub.CodeNotFound, "", "takes no callbacks")

		h.Connector.Down()
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered))
		h.Connector.Up()
		after(time.Minute)
		h.Connector.Choke(nil)
		after(24 * time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestACallbackOnWhichTheConnectorFailsIsTriedEverMoreSeldomAndHoldsUpNoOther(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		bad, good := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		_, d := one(t, h, bad)
		_, other := one(t, h, good)
		h.Connector.Choke(&hub.Error{Code: hub.CodeUnavailable, Message: "the connector failed"})
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptRead))
		first := h.Connector.Choked()
		after(time.Minute)
		soon := h.Connector.Choked() - first
		after(time.Hour)
		later := h.Connector.Choked() - first - soon
		if soon < 2 || soon > 10 || later < 2 || later > 10 {
			t.Errorf("the connector was asked %d times in the first minute and %d times in the hour after it", soon, later)
		}
		h.Connector.Down() // what comes while it is down is tried at once
		callback(t, h, a.Integration.Key, receipt(other.Key, hub.ReceiptRead))
		h.Connector.Choke(nil)
		h.Connector.Up()
		settled()
		is(t, h, good, "CLOSED SUCCEEDED: READ")
		after(2 * time.Hour)
		is(t, h, bad, "CLOSED SUCCEEDED: READ")
	})
}

func TestOneCallbackMayCarryReceiptsOfManyMessages(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		_, list := execution(t, h, key)
		callback(t, h, a.Integration.Key, receipt(list[0].Key, hub.ReceiptRead), receipt(list[1].Key, hub.ReceiptFailed),
			hub.Receipt{ProviderID: "wamid.of.nobody", Status: hub.ReceiptSent})
		is(t, h, key, "CLOSED PARTIAL: READ FAILED")
	})
}

func TestAReceiptOfALostAttemptDoesNotStopTheNextOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptFailed))
		is(t, h, key, "WAITING RETRY: PENDING")
		after(2 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAReceiptThatProvesAnEarlierAttemptKeepsTheMessageFromBeingSentAgain(t *testing.T) {
	scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeUnknown}, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		started(t, h.Publish(t, forJonas("OT-2"))) // pauses the integration
		after(hub.DefaultUnknownWait + time.Minute)
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING") // to be sent again as soon as it may
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered))
		is(t, h, key, "CLOSED SUCCEEDED: DELIVERED")
		if _, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		after(time.Hour)
		if _, d = one(t, h, key); d.State != hub.Delivered || d.Tries != 1 {
			t.Errorf("it is %s after %d tries", d.State, d.Tries)
		}
	})
}

func TestASubjectWithTooManyRowsIsSaidAndNotCutOff(t *testing.T) {
	rows := func(f *hub.FlowInput, _ *hub.EventInput) {
		source := **f.Source
		source.Rows = hub.RowsSubject
		p := &source
		f.Source = &p
	}
	scene(t, rows, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		var tasks []hub.RecordInput
		for i := range 500 {
			tasks = append(tasks, hubtest.Task("OT-1", 100+i, marta))
		}
		if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: tasks}); err != nil {
			t.Fatal(err)
		}
		key := started(t, h.Publish(t, forJonas("OT-1")))
		exec, list := execution(t, h, key)
		if exec.Outcome != hub.Failed || exec.Reason == nil || exec.Reason.Code != hub.ReasonTooManyRows || len(list) != 0 {
			t.Errorf("it ended %s with %d deliveries because %+v", exec.Outcome, len(list), exec.Reason)
		}
	})
}

func TestAConnectorThatFailsOnCallbacksIsAskedOnceATimeSoThatOthersNeedNotWaitForIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Choke(&hub.Error{Code: hub.CodeUnavailable, Message: "the connector did not answer in time"})
		for key := int64(1); key <= 20; key++ {
			if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(hub.Receipt{DeliveryKey: key, Status: hub.ReceiptSent, At: time.Now()})); err != nil {
				t.Fatal(err)
			}
		}
		before := h.Connector.Choked()
		h.Connector.Down()
		h.Connector.Up() // what is kept is worked off
		settled()
		if n := h.Connector.Choked() - before; n < 1 || n > 2 { // going down and coming up each begin a round
			t.Errorf("it was asked %d times in a row, want once in a round", n)
		}
		h.Connector.Choke(nil)
		after(2 * time.Minute)
		var left []sqlite.KeptCallback
		if err := h.DB.Write(t.Context(), func(tx *sqlite.Tx) (err error) { left, err = tx.Callbacks(0, 100); return err }); err != nil || len(left) > 0 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}
