package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// outage is a provider that can be down, and notes what it was asked.
type outage struct {
	down  bool
	how   hub.Outcome // while it is
	asked []int64     // deliveries
	took  []int64     // those that it accepted
}

func (o *outage) decide(h hub.Handover) hub.Outcome {
	o.asked = append(o.asked, h.Key)
	if o.down {
		return o.how
	}
	o.took = append(o.took, h.Key)
	return hub.Outcome{Kind: hub.OutcomeAccepted}
}

var unavailable = hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, Code: "503", Message: "the service is not there"}

func breaker(t testing.TB, h *hubtest.Hub, a *hubtest.Assignment) *hub.IntegrationBreaker {
	t.Helper()
	b, err := h.Engine.IntegrationBreaker(t.Context(), h.Admin, a.Integration.Key)
	if err != nil || b == nil {
		t.Fatalf("the breaker is %+v, %v", b, err)
	}
	return b
}

// breakerLines are the lines of the journal about breakers.
func breakerLines(t testing.TB, h *hubtest.Hub) (lines []string) {
	t.Helper()
	list, err := h.DB.ChangesAfter(t.Context(), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Aspect == hub.AspectBreaker {
			lines = append(lines, fmt.Sprintf("%s %s→%s %s", c.Subject, c.From, c.To, c.Cause.Code))
		}
	}
	return lines
}

func TestWhileAProviderIsDownItsMessagesWaitAndNoAttemptIsUsedUp(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAttempts: 3}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		o := &outage{down: true, how: unavailable}
		h.Connector.Decide(o.decide)
		var keys []int64
		for i := range 40 {
			keys = append(keys, started(t, h.Publish(t, another(i))))
			settled()
		}
		if b := breaker(t, h, a); b.State != hub.BreakerOpen || b.Since == nil || b.Until == nil || b.Failures != 10 || len(o.asked) != 10 {
			t.Fatalf("after %d attempts the breaker is %+v", len(o.asked), b)
		}
		is(t, h, keys[20], "WAITING BREAKER_OPEN: PENDING")
		if _, d := one(t, h, keys[20]); d.Attempts != 0 || d.Tries != 0 || d.Reason == nil || d.Reason.Code != hub.ReasonBreakerOpen || d.DueAt == nil || !d.DueAt.Equal(*breaker(t, h, a).Until) {
			t.Errorf("it waits as %+v because of %+v", d, d.Reason)
		}
		after(time.Hour)
		if n := len(o.asked) - 10; n < 12 || n > 25 {
			t.Errorf("in an hour %d messages were let through to try", n)
		}
		for _, key := range keys {
			if exec, d := one(t, h, key); exec.State != hub.Waiting || d.Attempts > 1 {
				t.Fatalf("one is %s after %d attempts that count: %s", d.State, d.Attempts, attempts(t, h, d.Key))
			}
		}
		o.down = false
		after(6 * time.Minute)
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		if len(o.took) != 40 {
			t.Errorf("%d of 40 were taken", len(o.took))
		}
		if got := strings.Join(breakerLines(t, h), ", "); got != "INTEGRATION CLOSED→OPEN BREAKER_OPEN, INTEGRATION OPEN→CLOSED OUTCOME" {
			t.Errorf("the journal says %s", got)
		}
		if b := breaker(t, h, a); b.State != hub.BreakerClosed || b.Since != nil || b.Failures != 0 {
			t.Errorf("in the end it is %+v", b)
		}
	})
}

func TestAProbeIsTriedAtTheTimeThatTheBreakerNames(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		o := &outage{down: true, how: unavailable}
		h.Connector.Decide(o.decide)
		for i := range 12 {
			h.Publish(t, another(i))
			settled()
		}
		until := *breaker(t, h, a).Until
		h.Connector.Hold()
		after(time.Until(until) - time.Millisecond)
		if len(h.Connector.Held()) != 0 {
			t.Fatal("one was tried too early")
		}
		after(time.Millisecond)
		if n := len(h.Connector.Held()); n != 1 || breaker(t, h, a).State != hub.BreakerProbing {
			t.Fatalf("%d are on their way to try: %+v", n, breaker(t, h, a))
		}
		after(20 * time.Second)
		if n := len(h.Connector.Held()); n != 1 {
			t.Errorf("%d are tried at once", n)
		}
		o.down = false
		h.Connector.Release()
		after(time.Second)
		if len(o.took) < 3 {
			t.Errorf("%d were taken", len(o.took))
		}
	})
}

func TestUnknownOutcomesOpenABreakerAndAreNotSentAgainByIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		o := &outage{down: true, how: hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer in time"}}
		h.Connector.Decide(o.decide)
		var keys []int64
		for i := range 15 {
			keys = append(keys, started(t, h.Publish(t, another(i))))
			settled()
		}
		is(t, h, keys[0], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[14], "WAITING BREAKER_OPEN: PENDING")
		o.down = false
		after(time.Hour)
		for i, key := range keys {
			want := "CLOSED SUCCEEDED: ACCEPTED"
			if i < 10 {
				want = "CLOSED UNSETTLED: UNKNOWN"
			}
			is(t, h, key, want)
		}
		if len(o.asked) != 15 {
			t.Errorf("the provider was asked %d times for 15 messages", len(o.asked))
		}
	})
}

func TestAConnectorThatIsUpAndDoesNotBeginIsAskedEverMoreSeldom(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		o := &outage{down: true, how: hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, NotStarted: true, Refused: true, Message: "cannot open"}}
		h.Connector.Decide(o.decide)
		var keys []int64
		for i := range 30 {
			keys = append(keys, started(t, h.Publish(t, another(i))))
			settled()
		}
		if b := breaker(t, h, a); b.State == hub.BreakerClosed {
			t.Errorf("after 30 messages the breaker is %+v", b)
		}
		after(time.Hour)
		if n := len(o.asked); n > 80 {
			t.Errorf("30 messages were handed over %d times within an hour", n)
		}
		o.down = false
		after(time.Hour)
		for _, key := range keys {
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
	})
}

func TestWhatSaysNothingOfTheProviderOpensNoBreaker(t *testing.T) {
	for name, how := range map[string]hub.Outcome{
		"refused messages":                  {Kind: hub.OutcomeRejected, Code: "131026"},
		"recipients who cannot be reached":  {Kind: hub.OutcomeRetry, Scope: hub.ScopeRecipient},
		"a rate that was passed":            {Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, Limit: "throughput"},
		"what the connector never began on": {Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, NotStarted: true},
		"a connector that went away":        {Kind: hub.OutcomeUnknown, Lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				o := &outage{down: true, how: how}
				h.Connector.Decide(o.decide)
				for i := range 30 {
					h.Publish(t, another(i))
					settled()
				}
				if b := breaker(t, h, a); b.State != hub.BreakerClosed {
					t.Errorf("it is %+v", b)
				}
			})
		})
	}
}

func TestABreakerHoldsBackOnlyItsOwnIntegration(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		second := h.Integration(t, "another number")
		other := hubtest.AssignmentFlow(a.Reader.Consumer.Key, second.Key)
		(*other.Targets)[0].Recipient = hub.Recipient{Constant: martaPhone}
		flow := h.Flow(t, other)
		h.Event(t, hub.EventInput{Description: ptr("beside"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{flow.Key}})
		h.Connector.Decide(func(d hub.Handover) hub.Outcome {
			if d.FlowKey == flow.Key {
				return hub.Outcome{Kind: hub.OutcomeAccepted}
			}
			return unavailable
		})
		for i := range 100 { // more than a worker takes up at once
			h.Publish(t, another(i))
			settled()
		}
		after(10 * time.Second)
		list, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{FlowKey: flow.Key, Outcomes: []hub.ExecutionOutcome{hub.Succeeded}}, hub.Page{First: 200})
		if err != nil || len(list.Items) != 100 {
			t.Errorf("%d of the 100 beside it have left, %v", len(list.Items), err)
		}
		h.Connector.Decide(nil)
		if _, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		after(2 * time.Second) // a check without problems lets one try at once
		if b := breaker(t, h, a); b.State != hub.BreakerClosed {
			t.Errorf("it is %+v", b)
		}
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		_, err = h.Engine.IntegrationBreaker(t.Context(), sees, a.Integration.Key)
		wantError(t, err, hub.CodeForbidden, "", "settings/api_connections:SEE")
	})
}
