package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// hanging has the connector never answer for Jonas, and ask for a second try of every third message to others; only one to Jonas may be under way.
func hanging(t *testing.T, p *pair) {
	t.Helper()
	one := 1
	if _, err := p.Engine.IntegrationUpdate(t.Context(), p.Admin, p.first.Key, 0, hub.IntegrationInput{MaxInFlight: &one}); err != nil {
		t.Fatal(err)
	}
	tried, first := map[int64]bool{}, 0
	p.Connector.Decide(func(h hub.Handover) hub.Outcome {
		switch {
		case h.Recipient == jonasPhone:
			return hub.Outcome{} // which does not come
		case !tried[h.Key]:
			tried[h.Key] = true
			if first++; first%3 != 0 { // more would have the breaker open
				break
			}
			return hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, RetryAfter: time.Second}
		}
		return hub.Outcome{Kind: hub.OutcomeAccepted}
	})
}

// count is how many deliveries of an integration are in a state.
func (p *pair) count(t *testing.T, in *hub.Integration, state hub.DeliveryState) int {
	t.Helper()
	l, err := p.DB.Deliveries(t.Context(), p.Admin, hub.DeliveryFilter{IntegrationKey: in.Key, States: []hub.DeliveryState{state}}, hub.Page{First: 1})
	if err != nil {
		t.Fatal(err)
	}
	n, err := l.Total()
	if err != nil {
		t.Fatal(err)
	}
	return n.N
}

func TestABacklogOfOneTargetHoldsUpNoRetryOfAnother(t *testing.T) {
	twice(t, nil, func(t *testing.T, p *pair) {
		hanging(t, p)
		for n := range 300 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", n)))
		}
		after(25 * time.Second)
		if n := p.count(t, p.second, hub.Accepted); n != 300 {
			t.Errorf("%d of 300 messages to the office were accepted, while those to Jonas wait", n)
		}
	})
}

func TestABacklogOfAnOldVersionHoldsUpNoRetryOfTheNewOne(t *testing.T) {
	twice(t, func(f *hub.FlowInput) { *f.Targets = (*f.Targets)[:1] }, func(t *testing.T, p *pair) {
		hanging(t, p)
		for n := range 200 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", n)))
		}
		if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Targets: &[]hub.FlowTarget{secondTarget(p.second.Key)}}); err != nil {
			t.Fatal(err)
		}
		for n := range 50 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", 1000+n)))
		}
		after(15 * time.Second)
		if n := p.count(t, p.second, hub.Accepted); n != 50 {
			t.Errorf("%d of 50 messages of the new version were accepted, while those of the old one wait", n)
		}
	})
}
