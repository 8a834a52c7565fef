package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// knows is a provider that can be asked: what it answers is in the test's hands. Without being told anything it cannot say.
type knows struct {
	mu    sync.Mutex
	say   hub.LookupAnswer
	err   error
	gate  chan struct{} // a question waits for it, if there is one
	asked []time.Duration
	items []hub.LookupItem
	most  int // deliveries in one question
	began time.Time
}

func provider(h *hubtest.Hub) *knows { return providerOf(h.Connector) }

// providerOf makes the provider of a connector that an engine is only to start with: the engine may look at it at once.
func providerOf(c *hubtest.Connector) *knows {
	k := &knows{began: time.Now(), say: hub.LookupAnswer{State: hub.LookupUndecided}}
	c.Know(k.answer)
	return k
}

func (k *knows) answer(items []hub.LookupItem) (list []hub.LookupAnswer, err error) {
	k.mu.Lock()
	k.asked, k.items, k.most = append(k.asked, time.Since(k.began)), append(k.items, items...), max(k.most, len(items))
	say, err, gate := k.say, k.err, k.gate
	k.mu.Unlock()
	if gate != nil {
		<-gate
	}
	for _, it := range items {
		a := say
		a.Key = it.Key
		for _, rc := range say.Receipts {
			rc.DeliveryKey = it.Key
			a.Receipts = append([]hub.Receipt(nil), rc)
		}
		list = append(list, a)
	}
	return list, err
}

func (k *knows) says(a hub.LookupAnswer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.say = a
}

// times is when it was asked, since the beginning.
func (k *knows) times() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Trim(fmt.Sprint(k.asked), "[]")
}

func (k *knows) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.asked)
}

// lost publishes a work order whose message's outcome is UNKNOWN.
func lost(t *testing.T, h *hubtest.Hub) (execution int64) {
	t.Helper()
	h.Connector.Script(jonasPhone, unknown)
	key := started(t, h.Publish(t, forJonas("OT-1")))
	settled()
	is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
	return key
}

func TestTheProviderIsAskedAboutAnUnknownDeliveryEverMoreSeldom(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		key := lost(t, h)
		after(time.Hour)
		if got := k.times(); got != "10s 30s 2m0s 5m0s 12m0s 30m0s 1h0m0s" {
			t.Errorf("it was asked at %s", got)
		}
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		_, d := one(t, h, key)
		if d.LookupAt == nil || d.HoldAt != nil || d.State != hub.Unknown || len(h.Connector.Sent()) != 1 { // its hold has ended, and it goes on
			t.Errorf("it is %+v, sent %d times", d, len(h.Connector.Sent()))
		}
		it := k.items[0]
		if it.Key != d.Key || it.Recipient != jonasPhone || it.ProviderID != "" || it.SentAt.IsZero() || it.SentAt.After(d.UpdatedAt) {
			t.Errorf("it was asked about %+v", it)
		}
		if n := h.Engine.Stats().Lookups; n != 7 {
			t.Errorf("%d questions are counted", n)
		}
	})
}

func TestWhatTheProviderHasIsAcceptedAndItsReceiptsCount(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1", Receipts: []hub.Receipt{{ProviderID: "SM1", Status: hub.ReceiptDelivered, Detail: map[string]string{"price": "-0.005"}}}})
		key := lost(t, h)
		after(11 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: DELIVERED")
		_, d := one(t, h, key)
		if d.ProviderID != "SM1" || d.LookupAt != nil || d.HoldAt != nil || d.Reason != nil || receipts(t, h, d.Key) != "DELIVERED" {
			t.Errorf("it is %+v with receipts %s", d, receipts(t, h, d.Key))
		}
		want := "DELIVERY UNKNOWN→ACCEPTED LOOKUP\nEXECUTION OUTCOME UNSETTLED→SUCCEEDED LOOKUP\nDELIVERY ACCEPTED→DELIVERED RECEIPT"
		if got := journal(t, h, key); !strings.HasSuffix(got, want) {
			t.Errorf("the journal is\n%s", got)
		}
		after(3 * time.Hour)
		if k.count() != 1 || len(h.Connector.Sent()) != 1 {
			t.Errorf("asked %d times, sent %d times", k.count(), len(h.Connector.Sent()))
		}
	})
}

func TestAFoundMessageThatFailedIsFailed(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1", Receipts: []hub.Receipt{{ProviderID: "SM1", Status: hub.ReceiptFailed, Code: "63024", Message: "invalid recipient"}}})
		key := lost(t, h)
		after(11 * time.Second)
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, d := one(t, h, key); d.Reason == nil || d.Reason.Provider != "63024" {
			t.Errorf("it failed because %+v", d.Reason)
		}
	})
}

func TestTheProviderIsAskedAboutTheLastAttemptAndNoEarlierOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		k := provider(h)
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: "SM1"}, unknown)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, hub.Receipt{DeliveryKey: d.Key, ProviderID: "SM1", Status: hub.ReceiptFailed, Kind: hub.OutcomeRejected})
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		after(11 * time.Second)
		if it := k.items[len(k.items)-1]; it.ProviderID != "" {
			t.Errorf("it is asked by the id of the message that failed: %+v", it)
		}
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM2", Receipts: []hub.Receipt{{ProviderID: "SM2", Status: hub.ReceiptSent}}})
		after(30 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		if _, d := one(t, h, key); d.ProviderID != "SM2" {
			t.Errorf("its id is %s", d.ProviderID)
		}
		after(time.Minute)
		if it := k.items[len(k.items)-1]; it.ProviderID != "SM2" {
			t.Errorf("then it is asked about %+v", it)
		}
	})
}

func TestWhatTheProviderNeverTookIsSentAgainAsAfterRetry(t *testing.T) {
	never := hub.LookupAnswer{State: hub.LookupNotFound, Message: "there is no such message"}
	for _, c := range []struct {
		name     string
		settings hub.FlowSettings
		want     string
		sent     int
		reason   hub.ReasonCode
	}{
		{"within the flow's bounds", hub.FlowSettings{}, "CLOSED SUCCEEDED: ACCEPTED", 2, ""},
		{"not more often than the flow allows", hub.FlowSettings{MaxAttempts: 1}, "CLOSED FAILED: FAILED", 1, hub.ReasonAttempts},
		{"not when it is too old", hub.FlowSettings{MaxAgeSeconds: 5}, "CLOSED FAILED: FAILED", 1, hub.ReasonTooOld},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, settings(c.settings), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				provider(h).says(never)
				key := lost(t, h)
				after(11 * time.Second)
				if c.sent == 2 && !strings.Contains(journal(t, h, key), "DELIVERY UNKNOWN→PENDING LOOKUP\nEXECUTION CLOSED→WAITING RETRY") {
					t.Errorf("the journal is\n%s", journal(t, h, key))
				}
				after(time.Minute)
				is(t, h, key, c.want)
				_, d := one(t, h, key)
				if n := len(h.Connector.Sent()); n != c.sent || d.Attempts != c.sent {
					t.Errorf("sent %d times, %d attempts", n, d.Attempts)
				}
				if c.reason != "" && (d.Reason == nil || d.Reason.Code != c.reason || d.Reason.Message != never.Message) {
					t.Errorf("it failed because %+v", d.Reason)
				}
			})
		})
	}
}

func TestAnAcceptedDeliveryWithoutAWordIsAskedAboutEverMoreSeldom(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		k := provider(h)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		if d.LookupAt == nil || !d.LookupAt.Equal(d.UpdatedAt.Add(time.Minute)) {
			t.Errorf("it is asked about at %v", d.LookupAt)
		}
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: d.ProviderID})
		after(time.Hour)
		if got := k.times(); got != "1m0s 5m0s 30m0s" {
			t.Errorf("it was asked at %s", got)
		}
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: d.ProviderID, Receipts: []hub.Receipt{{ProviderID: d.ProviderID, Status: hub.ReceiptSent}}})
		after(2 * time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		// It was sent at two hours, and that is news: the questions begin anew.
		if got := k.times(); got != "1m0s 5m0s 30m0s 2h0m0s 2h1m0s 2h5m0s 2h30m0s" {
			t.Errorf("it was asked at %s", got)
		}
		if receipts(t, h, d.Key) != "SENT" {
			t.Errorf("kept are %s", receipts(t, h, d.Key))
		}
		if it := k.items[0]; it.ProviderID != d.ProviderID || it.SentAt.IsZero() {
			t.Errorf("it was asked about %+v", it)
		}
		other := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		_, d = one(t, h, other)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered))
		n := k.count()
		after(50 * time.Minute)
		if k.count() != n {
			t.Error("one that was delivered was asked about")
		}
	})
}

func TestOfAnAcceptedDeliveryNobodyIsToldThatItWasNeverTaken(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		provider(h).says(hub.LookupAnswer{State: hub.LookupNotFound})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

func TestAConnectorThatCannotBeAskedCostsNothing(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown)
		for i := range 2 {
			key := started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i))))
			settled()
			if _, d := one(t, h, key); d.LookupAt != nil {
				t.Errorf("an %s one is to be asked about", d.State)
			}
		}
	})
}

// TestAnAnswerThatComesTooLateSettlesNothing: while the question is under way, somebody else settles the delivery.
func TestAnAnswerThatComesTooLateSettlesNothing(t *testing.T) {
	resolve := func(how hub.DeliveryResolution) func(*testing.T, *hubtest.Hub, *hubtest.Assignment, *hub.Delivery) {
		return func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, d *hub.Delivery) {
			if _, err := h.Engine.DeliveryResolve(t.Context(), h.Admin, d.Key, how); err != nil {
				t.Fatal(err)
			}
		}
	}
	never := hub.LookupAnswer{State: hub.LookupNotFound}
	found := hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1", Receipts: []hub.Receipt{{ProviderID: "SM1", Status: hub.ReceiptFailed}}}
	for _, c := range []struct {
		name   string
		faster func(*testing.T, *hubtest.Hub, *hubtest.Assignment, *hub.Delivery)
		answer hub.LookupAnswer
		want   string
		sent   int
	}{
		{"a receipt", func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, d *hub.Delivery) {
			callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered))
		}, never, "CLOSED SUCCEEDED: DELIVERED", 1},
		{"a person who saw it", resolve(hub.ResolveAccepted), never, "CLOSED SUCCEEDED: ACCEPTED", 1},
		{"a person who knows that it was not sent", resolve(hub.ResolveFailed), never, "CLOSED FAILED: FAILED", 1},
		{"a person who had it sent again", resolve(hub.ResolveResend), never, "CLOSED SUCCEEDED: ACCEPTED", 2},
		{"a person who had it sent again, and the first attempt failed", resolve(hub.ResolveResend), found, "CLOSED SUCCEEDED: ACCEPTED", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				k := provider(h)
				k.gate = make(chan struct{})
				k.says(c.answer)
				key := lost(t, h)
				after(11 * time.Second)
				if k.count() != 1 {
					t.Fatalf("asked %d times", k.count())
				}
				_, d := one(t, h, key)
				c.faster(t, h, a, d)
				settled()
				close(k.gate)
				settled()
				is(t, h, key, c.want)
				if n := len(h.Connector.Sent()); n != c.sent {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

func TestWhatWasLostInACrashIsAskedAboutOnceItsConnectorIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := hubtest.Engine(t, hubtest.EngineOptions{})
		before.Assignment(t, nil)
		provider(before)
		before.Connector.Hold()
		key := started(t, before.Publish(t, forJonas("OT-1")))
		settled()
		before.Stop(t)

		c := hubtest.NewConnector()
		c.Strange() // it has not described itself when the engine starts
		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir, Connector: c})
		settled()
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		k := provider(h)
		k.says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1"})
		after(time.Minute)
		if k.count() != 0 {
			t.Error("it was asked while it was not running")
		}
		h.Connector.Up()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAfterARestartTheQuestionsGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := hubtest.Engine(t, hubtest.EngineOptions{})
		before.Assignment(t, nil)
		provider(before)
		key := lost(t, before)
		after(time.Minute)
		before.Stop(t)
		c := hubtest.NewConnector()
		providerOf(c).says(hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1"})
		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir, Connector: c})
		after(2 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAConnectorThatCannotAnswerIsLeftAloneForAWhileAndHoldsUpNoOther(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		k.err = &hub.Error{Code: hub.CodeUnavailable, Message: "the provider is down"}
		key := lost(t, h)
		after(time.Hour)
		if n := k.count(); n < 6 || n > 14 {
			t.Errorf("asked %d times in an hour: %s", n, k.times())
		}
		k.mu.Lock()
		k.err, k.say = nil, hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1"}
		k.mu.Unlock()
		after(11 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestQuestionsAreAskedAHundredAtOnceAndOneAtATime(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		lost := unknown
		lost.Lost = true // by the connector: it says nothing of the provider, so that no breaker opens
		h.Connector.Decide(func(hub.Handover) hub.Outcome { return lost })
		var keys []int64
		for i := range 250 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		k.mu.Lock()
		k.gate, k.say = make(chan struct{}), hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM"}
		k.mu.Unlock()
		after(time.Minute)
		if k.count() != 1 {
			t.Errorf("%d questions are under way for one integration", k.count())
		}
		close(k.gate)
		settled()
		if k.most != 100 || k.count() != 3 {
			t.Errorf("%d questions, of %d at most", k.count(), k.most)
		}
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
	})
}

func TestAFlowsPolicyStillTakesEffectWhenTheHoldEnds(t *testing.T) {
	scene(t, settings(hub.FlowSettings{UnknownPolicy: hub.Resend, UnknownWaitSeconds: 60}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		provider(h)
		key := lost(t, h)
		after(61 * time.Second)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("sent %d times", n)
		}
	})
}

func TestAConnectorThatCanNoLongerBeAskedIsNotAskedAnyMore(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		provider(h)
		key := lost(t, h)
		h.Connector.Know(nil)
		after(time.Minute)
		if _, d := one(t, h, key); d.LookupAt != nil || d.State != hub.Unknown {
			t.Errorf("it is %s and asked about at %v", d.State, d.LookupAt)
		}
	})
}

func TestAPersonCanAskAtOnce(t *testing.T) {
	found := hub.LookupAnswer{State: hub.LookupFound, ProviderID: "SM1", Message: "Twilio has it", Receipts: []hub.Receipt{{ProviderID: "SM1", Status: hub.ReceiptRead}}}
	t.Run("and sees what the provider says", func(t *testing.T) {
		scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			k := provider(h)
			key := lost(t, h)
			_, d := one(t, h, key)
			got, a, err := h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			if err != nil || a.State != hub.LookupUndecided || got.State != hub.Unknown || !got.LookupAt.Equal(*d.LookupAt) {
				t.Errorf("the answer is %+v, the delivery %+v, %v", a, got, err)
			}
			k.says(found)
			got, a, err = h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			if err != nil || a.State != hub.LookupFound || a.Message != "Twilio has it" || got.State != hub.Read || got.ProviderID != "SM1" {
				t.Errorf("the answer is %+v, the delivery %+v, %v", a, got, err)
			}
			is(t, h, key, "CLOSED SUCCEEDED: READ")
			_, _, err = h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			wantError(t, err, hub.CodeConflict, "id", "READ")
		})
	})
	t.Run("after the hub has ceased to", func(t *testing.T) {
		scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			k := provider(h)
			key := lost(t, h)
			_, d := one(t, h, key)
			tamper(t, h.Dir, "UPDATE deliveries SET updated_at = updated_at - 30 * 86400000, lookup_at = 1")
			after(time.Minute)
			if _, d := one(t, h, key); d.LookupAt != nil || k.count() != 1 {
				t.Fatalf("asked %d times, next at %v", k.count(), d.LookupAt)
			}
			k.says(hub.LookupAnswer{State: hub.LookupNotFound})
			got, _, err := h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			if err != nil || got.State != hub.Pending || got.Reason.Code != hub.ReasonLookup || got.Reason.Message == "" {
				t.Errorf("it is %+v because %+v, %v", got, got.Reason, err)
			}
			after(time.Minute)
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		})
	})
	t.Run("but not without the right", func(t *testing.T) {
		scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			provider(h).says(found)
			key := lost(t, h)
			_, d := one(t, h, key)
			_, _, err := h.Engine.DeliveryLookup(t.Context(), hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See)), d.Key)
			if hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("the error is %v", err)
			}
			is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
			_, _, err = h.Engine.DeliveryLookup(t.Context(), h.Admin, 12345)
			wantError(t, err, hub.CodeNotFound, "id", "dlv_")
		})
	})
	t.Run("and is told when nobody can be asked", func(t *testing.T) {
		scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			key := lost(t, h)
			_, d := one(t, h, key)
			_, _, err := h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			wantError(t, err, hub.CodeConflict, "id", "cannot be asked")
			provider(h)
			h.Connector.Down()
			_, _, err = h.Engine.DeliveryLookup(t.Context(), h.Admin, d.Key)
			wantError(t, err, hub.CodeUnavailable, "", "not running")
		})
	})
}

// One connector may have a provider that can be asked and another that cannot.
func TestAnIntegrationWhoseProviderCannotBeAskedCostsNothingOnceThatIsKnown(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		k := provider(h)
		k.err = &hub.Error{Code: hub.CodeNotFound, Message: "it cannot be asked"}
		key := lost(t, h)
		after(11 * time.Second)
		other := started(t, h.Publish(t, forJonas("OT-2")))
		h.Connector.Script(jonasPhone, unknown)
		third := started(t, h.Publish(t, forJonas("OT-3")))
		after(time.Hour)
		for _, key := range []int64{key, other, third} {
			if _, d := one(t, h, key); d.LookupAt != nil {
				t.Errorf("one that is %s is asked about at %v", d.State, d.LookupAt)
			}
		}
		if k.count() != 1 {
			t.Errorf("it was asked %d times", k.count())
		}
		name := "through another provider"
		if _, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, a.Integration.Key, 0, hub.IntegrationInput{Name: &name}); err != nil {
			t.Fatal(err)
		}
		again := started(t, h.Publish(t, forJonas("OT-4")))
		settled()
		if _, d := one(t, h, again); d.LookupAt == nil {
			t.Error("after the integration was changed it is not asked about")
		}
	})
}

func TestAnAnswerThatCannotBeAppliedHoldsUpNoOther(t *testing.T) {
	faulty(t, func(t *testing.T, h *hubtest.Hub) {
		k := provider(h)
		h.Connector.Decide(func(hub.Handover) hub.Outcome { return unknown })
		var keys []int64
		for i := range 3 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE UPDATE ON deliveries WHEN OLD.record = '2000' AND NEW.state = 'ACCEPTED' BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		k.says(hub.LookupAnswer{State: hub.LookupFound})
		after(11 * time.Second)
		is(t, h, keys[0], "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[1], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[2], "CLOSED SUCCEEDED: ACCEPTED")
		if _, d := one(t, h, keys[1]); d.LookupAt != nil {
			t.Errorf("it is asked about again at %v", d.LookupAt)
		}
	})
}

func TestOneOfSeveralMessagesIsSettledByALookup(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		h.Connector.Script(jonasPhone, unknown)
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		exec, list := execution(t, h, key)
		if exec.Outcome != hub.Unsettled {
			t.Fatalf("it is %s", exec.Outcome)
		}
		for _, d := range list {
			if d.LookupAt == nil || (d.State == hub.Unknown) != d.LookupAt.Equal(d.UpdatedAt.Add(10*time.Second)) {
				t.Errorf("an %s one is asked about at %v", d.State, d.LookupAt)
			}
		}
		k.says(hub.LookupAnswer{State: hub.LookupFound})
		after(11 * time.Second)
		if exec, _ = execution(t, h, key); exec.Outcome != hub.Succeeded {
			t.Errorf("it is %s", exec.Outcome)
		}
	})
}

// TestAnAnswerOfTheConnectorThatComesAfterAllIsNotContradicted: the lease ended, the provider is asked, and then the answer comes.
func TestAnAnswerOfTheConnectorThatComesAfterAllIsNotContradicted(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		k := provider(h)
		k.gate = make(chan struct{})
		k.says(hub.LookupAnswer{State: hub.LookupNotFound})
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(80 * time.Second)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		if k.count() != 1 {
			t.Fatalf("asked %d times", k.count())
		}
		h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted})
		settled()
		close(k.gate)
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// The first attempt was accepted and failed later; of the second no answer came. What is known of the first says nothing of it, even if
// the provider finds that one.
func TestALostSecondAttemptIsNotTakenForTheFirst(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		var asked []hub.LookupItem
		h.Connector.Know(func(items []hub.LookupItem) (list []hub.LookupAnswer, err error) {
			asked = append(asked, items...)
			for _, it := range items {
				list = append(list, hub.LookupAnswer{Key: it.Key, State: hub.LookupFound, ProviderID: "SM1"})
			}
			return list, nil
		})
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: "SM1"}, hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer came"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		rc := hub.Receipt{DeliveryKey: d.Key, ProviderID: "SM1", Status: hub.ReceiptFailed, Kind: hub.OutcomeRetry, Code: "63012"}
		if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(rc)); err != nil {
			t.Fatal(err)
		}
		after(time.Minute)
		if len(asked) == 0 || asked[len(asked)-1].ProviderID != "" {
			t.Errorf("asked was %+v", asked)
		}
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		told := hub.Receipt{DeliveryKey: d.Key, ProviderID: "SM2", Status: hub.ReceiptDelivered}
		if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(told)); err != nil {
			t.Fatal(err)
		}
		if _, d = one(t, h, key); d.State != hub.Delivered || d.ProviderID != "SM2" || d.Flagged {
			t.Errorf("it is %s under %s, flagged %v", d.State, d.ProviderID, d.Flagged)
		}
	})
}
