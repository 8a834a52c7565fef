package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// failed is a receipt that says FAILED with a verdict.
func failed(delivery int64, kind hub.OutcomeKind, scope hub.Scope, change func(*hub.Receipt)) hub.Receipt {
	rc := receipt(delivery, hub.ReceiptFailed)
	rc.Kind, rc.Scope, rc.Code, rc.Message = kind, scope, "131000", "it went wrong"
	if change != nil {
		change(&rc)
	}
	return rc
}

// TestAFailureToldLaterActsAsOneToldAtOnce holds both ways of telling side by side: what a delivery, its flow, its integration and its
// recipient are after the same verdict in an outcome and in a receipt.
func TestAFailureToldLaterActsAsOneToldAtOnce(t *testing.T) {
	kinds := []hub.OutcomeKind{hub.OutcomeRetry, hub.OutcomeRejected, hub.OutcomeMisconfigured}
	scopes := []hub.Scope{hub.ScopeDelivery, hub.ScopeRecipient, hub.ScopeFlow, hub.ScopeIntegration}
	for _, kind := range kinds {
		for _, scope := range scopes {
			for _, suppress := range []time.Duration{0, time.Hour, hub.SuppressForever} {
				for _, most := range []int{0, 1, 2} {
					o := hub.Outcome{Kind: kind, Scope: scope, Code: "131000", Message: "it went wrong", NextStep: "mend it", RetryAfter: time.Minute, MostAttempts: most, Suppress: suppress}
					t.Run(fmt.Sprint(kind, " ", scope, " suppress ", suppress, " most ", most), func(t *testing.T) {
						scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
							h.Connector.Script(jonasPhone, o)
							h.Connector.Script(martaPhone, hub.Outcome{Kind: hub.OutcomeAccepted})
							atOnce := started(t, h.Publish(t, forJonas("OT-1")))
							settled()
							want := fate(t, h, a, atOnce, jonasPhone)
							later := hubtest.Engine(t, hubtest.EngineOptions{})
							b := later.Assignment(t, nil)
							key := started(t, later.Publish(t, forJonas("OT-1")))
							settled()
							_, d := one(t, later, key)
							callback(t, later, b.Integration.Key, failed(d.Key, kind, scope, func(rc *hub.Receipt) {
								rc.NextStep, rc.RetryAfter, rc.MostAttempts, rc.Suppress = o.NextStep, o.RetryAfter, o.MostAttempts, o.Suppress
							}))
							settled()
							if got := fate(t, later, b, key, jonasPhone); got != want {
								t.Errorf("told later: %s\ntold at once: %s", got, want)
							}
							after(2 * time.Minute)
							want, got := fate(t, h, a, atOnce, jonasPhone), fate(t, later, b, key, jonasPhone)
							if got != want {
								t.Errorf("two minutes after it was told later: %s\ntold at once: %s", got, want)
							}
						})
					})
				}
			}
		}
	}
}

// fate is what became of a delivery and of what it went through.
func fate(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, key int64, recipient string) string {
	t.Helper()
	exec, d := one(t, h, key)
	flow, err := h.DB.FlowNow(t.Context(), a.Flow.Key)
	if err != nil {
		t.Fatal(err)
	}
	in, err := h.DB.IntegrationNow(t.Context(), a.Integration.Key)
	if err != nil {
		t.Fatal(err)
	}
	list, words := suppressions(t, h, hub.SuppressionFilter{Recipient: recipient})
	words = strings.NewReplacer("RECEIPT", "X", "OUTCOME", "X").Replace(words)
	for _, s := range list {
		if s.Until != nil {
			words += fmt.Sprint(" for ", s.Until.Sub(s.Since))
		}
	}
	code, next := hub.ReasonCode(""), ""
	if d.Reason != nil {
		if code, next = d.Reason.Code, d.Reason.NextStep; code == hub.ReasonReceipt {
			code = hub.ReasonRejected
		}
	}
	due := d.DueAt != nil && d.DueAt.After(time.Now())
	return fmt.Sprintf("execution %s %s %s, delivery %s, %d attempts, waits for %q, later %v, because of %s (%s), flow paused %v, integration %s, suppressed [%s]",
		exec.State, exec.Outcome, exec.WaitingFor, d.State, d.Attempts, d.WaitingFor, due, code, next, flow.Paused != nil, in.State, words)
}

func TestAMessageThatFailedLaterIsSentAgainWithBothLinesInTheJournal(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		rc := failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, func(rc *hub.Receipt) { rc.RetryAfter = time.Minute })
		for range 3 { // a provider repeats itself
			callback(t, h, a.Integration.Key, rc)
		}
		is(t, h, key, "WAITING RETRY: PENDING")
		after(59 * time.Second)
		is(t, h, key, "WAITING RETRY: PENDING")
		after(2 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		callback(t, h, a.Integration.Key, rc)
		after(time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME",
			"DELIVERY ACCEPTED→FAILED RECEIPT",
			"DELIVERY FAILED→PENDING RETRY",
			"EXECUTION CLOSED→WAITING RETRY",
			"EXECUTION WAITING→RUNNING WORKER",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("sent %d times", n)
		}
		if _, d = one(t, h, key); d.Attempts != 2 || attempts(t, h, d.Key) != "ACCEPTED counted, ACCEPTED counted" {
			t.Errorf("%d attempts: %s", d.Attempts, attempts(t, h, d.Key))
		}
	})
}

func TestAMessageIsNotSentAgainOnceItIsKnownToHaveArrived(t *testing.T) {
	for _, known := range []hub.ReceiptStatus{hub.ReceiptDelivered, hub.ReceiptRead} {
		t.Run("before it failed: "+string(known), func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				callback(t, h, a.Integration.Key, receipt(d.Key, known), failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, nil))
				after(time.Hour)
				is(t, h, key, "CLOSED SUCCEEDED: "+string(known))
				if n := len(h.Connector.Sent()); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
		t.Run("while it waits: "+string(known), func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				callback(t, h, a.Integration.Key, failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, func(rc *hub.Receipt) { rc.RetryAfter = time.Minute }))
				callback(t, h, a.Integration.Key, receipt(d.Key, known))
				after(time.Hour)
				is(t, h, key, "CLOSED SUCCEEDED: "+string(known))
				if n := len(h.Connector.Sent()); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

func TestThatItWasSentToldAfterThatItFailedChangesNothing(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: "first"}, hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: "second"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		of := func(id string, status hub.ReceiptStatus, kind hub.OutcomeKind) hub.Receipt {
			return hub.Receipt{DeliveryKey: d.Key, ProviderID: id, Status: status, Kind: kind}
		}
		callback(t, h, a.Integration.Key, of("first", hub.ReceiptFailed, hub.OutcomeRetry), of("first", hub.ReceiptSent, ""))
		is(t, h, key, "WAITING RETRY: PENDING")
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		callback(t, h, a.Integration.Key, of("second", hub.ReceiptSent, ""))
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		if got := receipts(t, h, d.Key); got != "FAILED, SENT, SENT" {
			t.Errorf("kept are %s", got)
		}
	})
}

func TestWhatContradictsAFailureThatCameEarlyKeepsItFromBeingTriedAgain(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, nil), receipt(d.Key, hub.ReceiptSent))
		h.Connector.Release()
		after(time.Hour)
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, d = one(t, h, key); !d.Flagged || len(h.Connector.Sent()) != 1 {
			t.Errorf("flagged %v, sent %d times", d.Flagged, len(h.Connector.Sent()))
		}
	})
}

func TestTheSameErrorToldAtOnceAndLaterCountsOnce(t *testing.T) {
	for name, o := range map[string]hub.Outcome{
		"retry":         {Kind: hub.OutcomeRetry, Code: "131000", RetryAfter: time.Minute},
		"rejected":      notThere,
		"misconfigured": {Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Code: "132001"},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Connector.Script(jonasPhone, o)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, before := one(t, h, key)
				lines := strings.Count(journal(t, h, key), "\n")
				same := failed(before.Key, o.Kind, o.Scope, func(rc *hub.Receipt) { rc.Code, rc.RetryAfter, rc.Suppress = o.Code, o.RetryAfter, o.Suppress })
				callback(t, h, a.Integration.Key, same)
				exec, now := one(t, h, key)
				if now.State != before.State || now.Attempts != before.Attempts || now.Flagged || exec.Outcome != "" && exec.Outcome != hub.Failed {
					t.Errorf("it was %s with %d attempts and is %s with %d", before.State, before.Attempts, now.State, now.Attempts)
				}
				if n := strings.Count(journal(t, h, key), "\n") - lines; n != 1 {
					t.Errorf("the journal has %d more lines, want that of the receipt:\n%s", n, journal(t, h, key))
				}
				if o.Suppress != 0 {
					wantSuppressions(t, h, "PASSING OUTCOME")
				}
				if o.Kind == hub.OutcomeRetry {
					after(2 * time.Minute)
					is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
					if n := len(h.Connector.Sent()); n != 2 {
						t.Errorf("sent %d times", n)
					}
				}
			})
		})
	}
}

func TestAFailureOfAnEarlierAttemptDoesNotTouchTheLaterOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		accepted := func(id string) hub.Outcome { return hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: id} }
		h.Connector.Script(jonasPhone, accepted("first"))
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		of := func(id, code string) hub.Receipt {
			return failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, func(rc *hub.Receipt) { rc.ProviderID, rc.Code = id, code })
		}
		callback(t, h, a.Integration.Key, of("first", "131000"))
		h.Connector.Hold()
		after(time.Minute)
		is(t, h, key, "RUNNING: SENDING")
		callback(t, h, a.Integration.Key, of("first", "131016")) // of the first one, in other words
		callback(t, h, a.Integration.Key, of("third", "131016")) // of one that nobody knows yet
		is(t, h, key, "RUNNING: SENDING")
		h.Connector.Answer(h.Connector.Held()[0], accepted("second"))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		callback(t, h, a.Integration.Key, of("first", "131026"), of("of another message", "131026"))
		after(time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("sent %d times", n)
		}
		callback(t, h, a.Integration.Key, of("second", "131000")) // this one is about it
		is(t, h, key, "WAITING RETRY: PENDING")
	})
}

func TestAFailureThatComesBeforeTheConnectorsAnswerActsWhenThatIsThere(t *testing.T) {
	for _, c := range []struct {
		name   string
		tries  int // at which it fails
		answer hub.Outcome
		sends  int
		want   string
	}{
		{"accepted", 1, hub.Outcome{Kind: hub.OutcomeAccepted}, 2, "CLOSED SUCCEEDED: ACCEPTED"},
		{"nobody knows", 1, hub.Outcome{Kind: hub.OutcomeUnknown}, 2, "CLOSED SUCCEEDED: ACCEPTED"},
		{"the same at once", 1, hub.Outcome{Kind: hub.OutcomeRetry}, 2, "CLOSED SUCCEEDED: ACCEPTED"},
		{"refused for good", 1, hub.Outcome{Kind: hub.OutcomeRejected}, 1, "CLOSED FAILED: FAILED"},
		{"accepted, the second time", 2, hub.Outcome{Kind: hub.OutcomeAccepted}, 3, "CLOSED SUCCEEDED: ACCEPTED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				if c.tries == 2 {
					h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry})
				} else {
					h.Connector.Hold()
				}
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				if c.tries == 2 {
					h.Connector.Hold()
					after(time.Minute)
				}
				_, d := one(t, h, key)
				callback(t, h, a.Integration.Key, failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, nil))
				held := h.Connector.Held()
				if len(held) != 1 {
					t.Fatalf("%d are held", len(held))
				}
				h.Connector.Answer(held[0], c.answer)
				h.Connector.Release()
				after(time.Hour)
				is(t, h, key, c.want)
				if n := len(h.Connector.Sent()); n != c.sends {
					t.Errorf("sent %d times, want %d", n, c.sends)
				}
				if n := h.Engine.Stats().InFlight; n != 0 {
					t.Errorf("%d are in flight", n)
				}
			})
		})
	}
}

func TestAFailureOfWhichNobodyKnowsTheAttemptIsNotTriedAgainByItself(t *testing.T) {
	scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown, unknown)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Minute + time.Second)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		_, d := one(t, h, key)
		if d.Tries != 2 {
			t.Fatalf("it was tried %d times", d.Tries)
		}
		callback(t, h, a.Integration.Key, failed(d.Key, hub.OutcomeRetry, hub.ScopeDelivery, nil)) // of the first or of the second
		after(time.Hour)
		is(t, h, key, "CLOSED FAILED: FAILED")
	})
}

func TestAVerdictThatComesBeforeItsDeliveryIsKnownActsWhenItIs(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		_, d := one(t, h, key)
		rc := failed(d.Key, hub.OutcomeMisconfigured, hub.ScopeIntegration, func(rc *hub.Receipt) {
			rc.DeliveryKey, rc.NextStep, rc.Suppress, rc.SuppressCategory = 0, "mend it", time.Hour, "marketing"
		})
		callback(t, h, a.Integration.Key, rc)
		h.Connector.Release()
		settled()
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING")
		in, err := h.DB.IntegrationNow(t.Context(), a.Integration.Key)
		if err != nil || in.State != hub.IntegrationPaused || in.Reason.NextStep != "mend it" || in.Reason.By != d.ID() {
			t.Errorf("the integration is %s because %+v, %v", in.State, in.Reason, err)
		}
		wantSuppressions(t, h, "PASSING marketing RECEIPT")
		if got := attempts(t, h, d.Key); got != "ACCEPTED not counted" {
			t.Errorf("attempts %s", got)
		}
		if _, _, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestOneOfSeveralThatFailedLaterIsSentAgainAlone(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		_, list := execution(t, h, key)
		callback(t, h, a.Integration.Key, receipt(list[0].Key, hub.ReceiptSent), failed(list[0].Key, hub.OutcomeRetry, hub.ScopeDelivery, nil))
		after(time.Minute)
		for i, d := range func() []*hub.Delivery { _, l := execution(t, h, key); return l }() {
			if tries := map[bool]int{true: 2, false: 1}[i == 0]; d.State != hub.Accepted || d.Tries != tries {
				t.Errorf("delivery %d is %s after %d tries", i, d.State, d.Tries)
			}
		}
	})
}
