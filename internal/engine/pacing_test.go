package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// The limits of the tests: ten a second through the integration, one in six seconds to a recipient.
var (
	tenASecond = hub.Limit{Key: "throughput", Scope: hub.LimitIntegration, PerSecond: 10, Burst: 10}
	aPair      = hub.Limit{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 1.0 / 6, Burst: 45}
)

// sending notes when each message left, and answers that it was accepted.
type sending struct {
	at []time.Time
	to []string
}

func (s *sending) decide(h hub.Handover) hub.Outcome {
	s.at, s.to = append(s.at, time.Now()), append(s.to, h.Recipient)
	return hub.Outcome{Kind: hub.OutcomeAccepted}
}

// most is how many left in the busiest second.
func (s *sending) most() int {
	most := 0
	for i := range s.at {
		n := 0
		for j := i; j < len(s.at) && s.at[j].Before(s.at[i].Add(time.Second)); j++ {
			n++
		}
		most = max(most, n)
	}
	return most
}

// paced runs a test with limits and a connector that notes when each message left.
func paced(t *testing.T, limits []hub.Limit, change func(*hub.FlowInput, *hub.EventInput), play func(*testing.T, *hubtest.Hub, *hubtest.Assignment, *sending)) {
	t.Helper()
	scene(t, change, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		s := &sending{}
		h.Connector.Limits(limits...)
		h.Connector.Decide(s.decide)
		play(t, h, a, s)
	})
}

// another is a work order for somebody of its own.
func another(n int) hub.OccurrenceInput {
	code, folio := fmt.Sprintf("P-%d", n), fmt.Sprintf("OT-%d", 5000+n)
	return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), code), hubtest.Person(code, fmt.Sprintf("+551198%07d", n)))
}

func TestTheRateOfAnIntegrationIsKeptWhateverFloodsIn(t *testing.T) {
	paced(t, []hub.Limit{tenASecond, aPair}, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		start := time.Now()
		var keys []int64
		for i := range 200 {
			keys = append(keys, started(t, h.Publish(t, another(i))))
		}
		after(30 * time.Second)
		if len(s.at) != 200 {
			t.Fatalf("%d of 200 left", len(s.at))
		}
		if took := s.at[199].Sub(start); took < 18*time.Second || took > 21*time.Second {
			t.Errorf("200 messages at 10 a second, 10 of them at once, took %s", took)
		}
		if n := s.most(); n > 20 {
			t.Errorf("%d left within a second", n)
		}
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
			if _, d := one(t, h, key); d.Attempts != 1 || d.Tries != 1 || d.Reason != nil {
				t.Fatalf("%d attempts count, %d tries, reason %+v", d.Attempts, d.Tries, d.Reason)
			}
		}
	})
}

func TestOneRecipientIsSparedAndHoldsNobodyElse(t *testing.T) {
	paced(t, []hub.Limit{tenASecond, aPair}, func(f *hub.FlowInput, _ *hub.EventInput) {}, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		h.Connector.Limits(hub.Limit{Key: "throughput", Scope: hub.LimitIntegration, PerSecond: 1000, Burst: 1000}, aPair)
		start := time.Now()
		var keys []int64
		for i := range 60 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		if len(s.at) != 45 {
			t.Fatalf("%d left at once, want the burst of 45", len(s.at))
		}
		exec, d := one(t, h, keys[46])
		if d.State != hub.Pending || d.WaitingFor != hub.ReasonPaced || d.DueAt == nil || !d.DueAt.Equal(start.Add(12*time.Second).UTC().Truncate(time.Millisecond)) || d.Tries != 0 {
			t.Errorf("the 47th is %s, waits for %s until %v after %d tries", d.State, d.WaitingFor, d.DueAt, d.Tries)
		}
		if d.Reason == nil || d.Reason.Code != hub.ReasonPaced || d.Reason.Path != "pair" || d.Reason.Message != "the provider takes one message in 6s to one recipient" {
			t.Errorf("it says why: %+v", d.Reason)
		}
		if exec.State != hub.Waiting || exec.WaitingFor != hub.ReasonPaced || exec.Until == nil || !exec.Until.Equal(*d.DueAt) {
			t.Errorf("its execution is %s, for %s until %v", exec.State, exec.WaitingFor, exec.Until)
		}
		apart := started(t, h.Publish(t, another(1)))
		settled()
		is(t, h, apart, "CLOSED SUCCEEDED: ACCEPTED")
		after(90 * time.Second)
		if len(s.at) != 61 {
			t.Fatalf("%d of 61 left", len(s.at))
		}
		for i := 46; i < 61; i++ {
			if want := start.Add(time.Duration(i-45) * 6 * time.Second); s.at[i].Sub(want).Abs() > 50*time.Millisecond {
				t.Errorf("message %d left at +%s, want +%s", i, s.at[i].Sub(start), want.Sub(start))
			}
		}
	})
}

func TestAMessageThatARateRefusedWaitsAndItsAttemptDoesNotCount(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAttempts: 2}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Limits(tenASecond, aPair)
		refusal := hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeRecipient, Code: "131056", Message: "too many to this person", Limit: "pair"}
		var script []hub.Outcome
		for _, wait := range []time.Duration{1, 4, 16, 64} {
			refusal.RetryAfter = wait * time.Second
			script = append(script, refusal)
		}
		h.Connector.Script(jonasPhone, script...)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING PACED: PENDING")
		if _, d := one(t, h, key); d.Attempts != 0 || d.Tries != 1 || d.Reason.Code != hub.ReasonPaced || d.Reason.Provider != "131056" {
			t.Errorf("%d attempts count, %d tries, reason %+v", d.Attempts, d.Tries, d.Reason)
		}
		second := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, second, "WAITING PACED: PENDING")
		apart := started(t, h.Publish(t, another(1)))
		settled()
		is(t, h, apart, "CLOSED SUCCEEDED: ACCEPTED")
		after(5 * time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, second, "CLOSED SUCCEEDED: ACCEPTED")
		_, a := one(t, h, key)
		_, b := one(t, h, second)
		got := attempts(t, h, a.Key) + "; " + attempts(t, h, b.Key)
		if n := strings.Count(got, "RETRY not counted"); n != 4 || strings.Count(got, "ACCEPTED counted") != 2 {
			t.Errorf("the attempts are %s", got)
		}
	})
}

func TestWhatTheProviderFindsTooFastSlowsTheIntegrationDownAndRecovers(t *testing.T) {
	paced(t, []hub.Limit{{Key: "throughput", Scope: hub.LimitIntegration, PerSecond: 80, Burst: 80}}, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		h.Connector.Hold()
		start := time.Now()
		for i := range 400 {
			h.Publish(t, another(i))
		}
		settled()
		held := h.Connector.Held()
		for _, refused := range held[:3] {
			h.Connector.Answer(refused, hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, Code: "130429", Limit: "throughput", RetryAfter: 3 * time.Second})
		}
		h.Connector.Release()
		settled()
		atOnce := len(s.at)
		if len(held) != 80 || atOnce != 77 {
			t.Fatalf("%d were handed over at once, and %d of them left", len(held), atOnce)
		}
		after(2900 * time.Millisecond)
		if len(s.at) != atOnce {
			t.Errorf("%d more left before the provider's wait of 3 s was over", len(s.at)-atOnce)
		}
		after(1100 * time.Millisecond)
		if n := len(s.at) - atOnce; n < 35 || n > 62 {
			t.Errorf("%d left in the second after it, want about 40 to 50: the rate was halved, and recovers", n)
		}
		after(30 * time.Second)
		if len(s.at) != 400 {
			t.Errorf("%d of 400 left in the end", len(s.at))
		}
		if took := s.at[len(s.at)-1].Sub(start); took > 12*time.Second {
			t.Errorf("all took %s", took)
		}
	})
}

func TestTheFloodOfOneFlowDoesNotStarveAnother(t *testing.T) {
	paced(t, []hub.Limit{tenASecond}, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		other := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		(*other.Targets)[0].Recipient = hub.Recipient{Constant: martaPhone}
		critical := h.Flow(t, other)
		for i := range 1000 {
			h.Publish(t, another(i))
		}
		after(20 * time.Second) // 800 wait still
		event := hub.EventInput{Description: ptr("critical"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{critical.Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "responsible", Operation: "EQUAL", Value: marta}}}}
		h.Event(t, event)
		asked := time.Now()
		h.Publish(t, hubtest.WorkOrder("OT-9999", hubtest.Task("OT-9999", 99991, marta), hubtest.Person(marta, martaPhone)))
		after(8 * time.Second)
		i := slices.Index(s.to, martaPhone)
		if i < 0 {
			t.Fatal("it has not left 8 seconds later")
		}
		if waited := s.at[i].Sub(asked); waited > 5*time.Second {
			t.Errorf("it waited for %s behind the flood of the other flow", waited)
		}
		after(2 * time.Minute)
		if len(s.at) != 1002 { // both flows tell Marta
			t.Errorf("%d of 1002 left in the end", len(s.at))
		}
		if n := s.most(); n > 20 {
			t.Errorf("%d left within a second", n)
		}
	})
}

func TestAFloodAtARateStarvesNoOtherFlowThoughTransactionsTakeTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		disk := &hubtest.Disk{}
		h := hubtest.Engine(t, hubtest.EngineOptions{Disk: disk})
		a := h.Assignment(t, nil)
		s := &sending{}
		h.Connector.Limits(hub.Limit{Key: "throughput", Scope: hub.LimitIntegration, PerSecond: 20, Burst: 20})
		h.Connector.Decide(s.decide)
		other := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		(*other.Targets)[0].Recipient = hub.Recipient{Constant: martaPhone}
		h.Event(t, hub.EventInput{Description: ptr("critical"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{h.Flow(t, other).Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "responsible", Operation: "EQUAL", Value: marta}}}})
		disk.Slow(time.Millisecond)
		var posted sync.WaitGroup
		for i := range 300 {
			posted.Go(func() { h.Publish(t, another(i)) })
		}
		posted.Wait()
		time.Sleep(time.Second)
		l, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{States: []hub.ExecutionState{hub.Waiting}}, hub.Page{First: 200})
		if err != nil || len(l.Items) > 70 { // at 20 a second for two seconds ahead, and those at the front of their line
			t.Errorf("%d of one flow have their place in line already: %v", len(l.Items), err)
		}
		asked := time.Now()
		h.Publish(t, hubtest.WorkOrder("OT-9999", hubtest.Task("OT-9999", 99991, marta), hubtest.Person(marta, martaPhone)))
		after(time.Minute)
		i := slices.Index(s.to, martaPhone)
		if i < 0 || len(s.at) != 302 { // both flows tell Marta
			t.Fatalf("%d of 302 left in a minute, Marta's as number %d", len(s.at), i)
		}
		if waited := s.at[i].Sub(asked); waited > 6*time.Second {
			t.Errorf("it waited for %s behind the flood of the other flow", waited)
		}
	})
}

func TestAnExecutionOfManyRecipientsGoesOutAtTheRate(t *testing.T) {
	paced(t, []hub.Limit{tenASecond, aPair}, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		var list []hub.RecordInput
		for i := range 90 {
			code := fmt.Sprintf("P-%d", i)
			list = append(list, hubtest.Task("OT-1", 7000+i, code), hubtest.Person(code, fmt.Sprintf("+551197%07d", i)))
		}
		start := time.Now()
		key := started(t, h.Publish(t, hubtest.WorkOrder("OT-1", list...)))
		after(15 * time.Second)
		if len(s.at) != 90 || s.most() > 20 {
			t.Fatalf("%d of 90 left, %d of them within a second", len(s.at), s.most())
		}
		if took := s.at[89].Sub(start); took < 7*time.Second || took > 11*time.Second {
			t.Errorf("90 messages at 10 a second, 10 of them at once, took %s", took)
		}
		is(t, h, key, "CLOSED SUCCEEDED:"+strings.Repeat(" ACCEPTED", 90))
	})
}

func TestWhatWaitsForARateGoesOnAfterARestart(t *testing.T) {
	paced(t, []hub.Limit{aPair}, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		var keys []int64
		for i := range 50 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		is(t, h, keys[49], "WAITING PACED: PENDING")
		h.Stop(t)
		connector := hubtest.NewConnector()
		connector.Limits(aPair)
		connector.Decide(s.decide)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: connector})
		after(3 * time.Second)
		is(t, h, keys[49], "WAITING PACED: PENDING")
		after(30 * time.Second)
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		if len(s.at) != 50 {
			t.Errorf("%d messages left, want 50", len(s.at))
		}
	})
}

func TestWhatWaitsForARateCanBeCancelledAndGetsTooOld(t *testing.T) {
	paced(t, []hub.Limit{{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 1.0 / 3600, Burst: 1}}, settings(hub.FlowSettings{MaxAgeSeconds: 600}),
		func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
			first, second, third := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2"))), started(t, h.Publish(t, forJonas("OT-3")))
			settled()
			is(t, h, first, "CLOSED SUCCEEDED: ACCEPTED")
			if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, second); err != nil {
				t.Fatal(err)
			}
			is(t, h, second, "CLOSED CANCELLED: CANCELLED")
			after(11 * time.Minute)
			is(t, h, third, "CLOSED FAILED: FAILED")
			if _, d := one(t, h, third); d.Reason.Code != hub.ReasonTooOld {
				t.Errorf("it failed because %+v", d.Reason)
			}
			if len(s.at) != 1 {
				t.Errorf("%d left", len(s.at))
			}
		})
}

// waitingAt is how many messages wait for a limit of an integration.
func waitingAt(t *testing.T, h *hubtest.Hub, integration int64, limit string) int {
	t.Helper()
	rates, err := h.Engine.IntegrationRates(t.Context(), h.Admin, integration)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rates {
		if r.Key == limit {
			return r.Waiting
		}
	}
	t.Fatalf("there is no limit %s in %+v", limit, rates)
	return 0
}

func TestWhoCancelsMessagesToAPersonGivesTheirPlacesBack(t *testing.T) {
	paced(t, []hub.Limit{aPair}, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		var keys []int64
		for i := range 100 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		if n := waitingAt(t, h, a.Integration.Key, "pair"); n != 55 || len(s.at) != 45 {
			t.Fatalf("%d wait, %d left", n, len(s.at))
		}
		for _, key := range keys[46:] {
			if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, key); err != nil {
				t.Fatal(err)
			}
		}
		if n := waitingAt(t, h, a.Integration.Key, "pair"); n != 1 {
			t.Errorf("%d wait, want the one that was not cancelled", n)
		}
		asked := time.Now()
		last := started(t, h.Publish(t, forJonas("OT-900")))
		after(5 * time.Minute)
		is(t, h, last, "CLOSED SUCCEEDED: ACCEPTED")
		if waited := s.at[len(s.at)-1].Sub(asked); waited != 12*time.Second || len(s.at) != 47 {
			t.Errorf("it left after %s, as the %dth: want 12s, behind the one that waited", waited, len(s.at))
		}
	})
}

func TestAFlowWhoseFloodIsCancelledStandsNoLongerAtTheEndOfIt(t *testing.T) {
	paced(t, []hub.Limit{tenASecond}, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		other := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key))
		h.Event(t, hub.EventInput{Description: ptr("others"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{other.Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: "STARTS_WITH", Value: "OTHER"}}}})
		flood := func(folio string) hub.OccurrenceInput {
			var list []hub.RecordInput
			for i := range 250 {
				code := fmt.Sprintf("%s-%d", folio, i)
				list = append(list, hubtest.Task(folio, number(folio)*1000+i, code), hubtest.Person(code, fmt.Sprintf("+5511%d%06d", 970+number(folio), i)))
			}
			return hubtest.WorkOrder(folio, list...)
		}
		both := h.Publish(t, flood("OTHER-1")) // both flows tell all of them: each stands in a line of 50 seconds
		after(5 * time.Second)
		for _, e := range both.Executions {
			if exec, _ := execution(t, h, e.Key); exec.FlowKey == a.Flow.Key {
				if _, err := h.Engine.ExecutionCancel(t.Context(), h.Admin, e.Key); err != nil {
					t.Fatal(err)
				}
			}
		}
		asked := time.Now()
		h.Publish(t, forJonas("OT-900"))
		after(2 * time.Minute)
		i := slices.Index(s.to, jonasPhone)
		if i < 0 || s.at[i].Sub(asked) > 5*time.Second {
			t.Errorf("it is message %d of %d, and left after %s", i, len(s.at), s.at[i].Sub(asked))
		}
	})
}

func TestALimitThatAReceiptNamesSlowsDownAlsoAfterARestart(t *testing.T) {
	paced(t, []hub.Limit{tenASecond}, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment, s *sending) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		h.Stop(t)
		connector := hubtest.NewConnector()
		connector.Limits(tenASecond)
		connector.Decide(s.decide)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: connector})
		settled()
		rc := receipt(d.Key, hub.ReceiptFailed)
		rc.Kind, rc.Code, rc.Limit, rc.RetryAfter = hub.OutcomeRetry, "130429", "throughput", 4*time.Second
		if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(rc)); err != nil {
			t.Fatal(err)
		}
		is(t, h, key, "WAITING PACED: PENDING")
		rates, err := h.Engine.IntegrationRates(t.Context(), h.Admin, a.Integration.Key)
		if err != nil || len(rates) != 1 || rates[0].Now != 5 || rates[0].Until == nil {
			t.Errorf("the rate is %+v, %v; want half of it", rates[0], err)
		}
	})
}
