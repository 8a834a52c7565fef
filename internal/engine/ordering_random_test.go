package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// queues plays a hub whose flow has an order, with random outcomes, pauses, limits, bounds, cancels and crashes, all drawn from one seed.
type queues struct {
	t         *testing.T
	h         *hubtest.Hub
	rnd       *rand.Rand
	a         *hubtest.Assignment
	settings  hub.FlowSettings
	comeBack  bool // what ended may be sent again, so that the provider may see it late
	published []*hub.Published
	sent      []hub.Handover // over all connectors
	made      []int64        // deliveries
}

func TestWhateverHappensEachKeyIsSentInOrderAndGoesOn(t *testing.T) {
	seeds := 24
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := &queues{t: t, rnd: rand.New(rand.NewPCG(uint64(seed), 13)), comeBack: seed%3 == 2}
				q.settings = hub.FlowSettings{MaxAttempts: 4, UnknownWaitSeconds: 60, MaxInFlight: q.rnd.IntN(4), UnknownPolicy: hub.Hold,
					Ordering: []hub.FlowOrdering{hub.OrderedByRecipient, hub.OrderedByRecord}[seed%2]}
				if q.rnd.IntN(2) == 0 {
					q.settings.UnknownPolicy = hub.Resend
				}
				q.start("")
				q.a = q.h.Assignment(t, settings(q.settings))
				for range 60 {
					q.step()
					settled()
					q.oneAtATime()
				}
				q.calm()
				q.judge()
			})
		})
	}
}

func (q *queues) start(dir string) {
	c := hubtest.NewConnector()
	c.InFlight(1 + q.rnd.IntN(4))
	if q.rnd.IntN(2) == 0 {
		c.Limits(hub.Limit{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 0.5, Burst: 2}, hub.Limit{Key: "throughput", Scope: hub.LimitIntegration, PerSecond: 2, Burst: 3})
	}
	outcomes := rand.New(rand.NewPCG(q.rnd.Uint64(), 17)) // it is called by the engine's goroutines
	c.Decide(func(hub.Handover) hub.Outcome {
		return []hub.Outcome{
			{Kind: hub.OutcomeAccepted}, {Kind: hub.OutcomeAccepted}, {Kind: hub.OutcomeAccepted}, {Kind: hub.OutcomeAccepted},
			{Kind: hub.OutcomeRetry}, {Kind: hub.OutcomeRetry, RetryAfter: time.Minute}, {Kind: hub.OutcomeRetry, NotStarted: true},
			{Kind: hub.OutcomeRetry, Limit: "pair", Scope: hub.ScopeRecipient, RetryAfter: 4 * time.Second},
			{Kind: hub.OutcomeRejected}, {Kind: hub.OutcomeUnknown},
			{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, NotStarted: true},
			{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, NotStarted: true},
		}[outcomes.IntN(12)]
	})
	q.h = hubtest.Engine(q.t, hubtest.EngineOptions{Dir: dir, Connector: c})
}

// step does one random thing.
func (q *queues) step() {
	switch n := q.rnd.IntN(24); {
	case n < 8:
		for range 1 + q.rnd.IntN(6) {
			q.publish()
		}
	case n == 8:
		q.h.Connector.Hold()
	case n == 9:
		q.h.Connector.Release()
	case n == 10:
		q.h.Connector.Crash()
	case n == 11:
		q.h.Connector.Up()
	case n == 12:
		q.h.Connector.Delay(time.Duration(q.rnd.IntN(20)) * time.Second)
	case n == 13:
		q.mend()
	case n == 14:
		q.tally()
		q.h.Stop(q.t)
		q.start(q.h.Dir)
	case n == 15 && len(q.published) > 0:
		q.cancel(q.published[q.rnd.IntN(len(q.published))])
	case n == 16:
		q.settings.MaxInFlight = q.rnd.IntN(4)
		if _, err := q.h.Engine.FlowUpdate(q.t.Context(), q.h.Admin, q.a.Flow.Key, 0, hub.FlowInput{Settings: &q.settings}); err != nil {
			q.t.Error(err)
		}
	case n == 17:
		most := q.rnd.IntN(3)
		if _, err := q.h.Engine.IntegrationUpdate(q.t.Context(), q.h.Admin, q.a.Integration.Key, 0, hub.IntegrationInput{MaxInFlight: &most}); err != nil {
			q.t.Error(err)
		}
	case n == 18 && q.comeBack:
		q.again()
	case n == 19 && q.comeBack:
		q.receipt()
	case n > 21:
		after(time.Duration(q.rnd.IntN(1500)) * time.Millisecond)
	default:
		after(time.Duration(q.rnd.IntN(90)) * time.Second)
	}
}

// publish has something happen to one of three records, for one of two people or for both.
func (q *queues) publish() {
	n := q.rnd.IntN(3)
	folio := fmt.Sprintf("OT-%d", n)
	in := []hub.OccurrenceInput{forJonas(folio), forMarta(folio), team(folio), q.many(folio)}[q.rnd.IntN(4)]
	in.ID = fmt.Sprint(len(q.published))
	q.published = append(q.published, q.h.Publish(q.t, in))
}

// many has several rows for the same person among others.
func (q *queues) many(folio string) hub.OccurrenceInput {
	in := team(folio)
	in.Records = append(in.Records, hubtest.Task(folio, number(folio)+2, jonas), hubtest.Task(folio, number(folio)+3, jonas))
	return in
}

// mend puts right what paused the flow or the integration, if its connector is up.
func (q *queues) mend() {
	for _, err := range []error{
		second(q.h.Engine.FlowResume(q.t.Context(), q.h.Admin, q.a.Flow.Key, 0)),
		third(q.h.Engine.IntegrationCheck(q.t.Context(), q.h.Admin, q.a.Integration.Key)),
	} {
		if code := hub.CodeOf(err); err != nil && code != hub.CodeUnavailable && code != hub.CodeConflict {
			q.t.Error(err)
		}
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func (q *queues) cancel(p *hub.Published) {
	for _, e := range p.Executions {
		if _, err := q.h.Engine.ExecutionCancel(q.t.Context(), q.h.Admin, e.Key); err != nil && hub.CodeOf(err) != hub.CodeConflict {
			q.t.Error(err)
		}
	}
}

// again has a person send something again, or settle it.
func (q *queues) again() {
	for _, d := range q.deliveries() {
		if q.rnd.IntN(4) != 0 {
			continue
		}
		var err error
		switch d.State {
		case hub.DeliveryFailed:
			_, err = q.h.Engine.DeliveryRetry(q.t.Context(), q.h.Admin, d.Key)
		case hub.Unknown:
			how := []hub.DeliveryResolution{hub.ResolveAccepted, hub.ResolveFailed, hub.ResolveResend}[q.rnd.IntN(3)]
			_, err = q.h.Engine.DeliveryResolve(q.t.Context(), q.h.Admin, d.Key, how)
		}
		if err != nil && hub.CodeOf(err) != hub.CodeConflict {
			q.t.Error(err)
		}
	}
}

// receipt has the provider tell something of a message, perhaps that it is to be sent again.
func (q *queues) receipt() {
	list := q.deliveries()
	if len(list) == 0 {
		return
	}
	rc := receipt(list[q.rnd.IntN(len(list))].Key, []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptFailed}[q.rnd.IntN(3)])
	rc.Kind, rc.Scope = []hub.OutcomeKind{hub.OutcomeRetry, hub.OutcomeRejected}[q.rnd.IntN(2)], hub.ScopeDelivery
	if _, err := q.h.Engine.Callback(q.t.Context(), q.a.Integration.Key, hubtest.Genuine(rc)); err != nil {
		q.t.Error(err)
	}
}

func (q *queues) deliveries() (all []*hub.Delivery) {
	for _, p := range q.published {
		for _, e := range p.Executions {
			_, list := execution(q.t, q.h, e.Key)
			all = append(all, list...)
		}
	}
	return all
}

// oneAtATime holds that of each key one is with the connector, as long as nothing is sent again that others have overtaken.
func (q *queues) oneAtATime() {
	if q.comeBack {
		return
	}
	under := map[string]int64{}
	for _, d := range q.deliveries() {
		if d.State != hub.Sending {
			continue
		}
		if d.OrderKey == "" || under[d.OrderKey] != 0 {
			q.t.Fatalf("%d and %d of the key %q are under way", under[d.OrderKey], d.Key, d.OrderKey)
		}
		under[d.OrderKey] = d.Key
	}
}

func (q *queues) tally() { q.sent = append(q.sent, q.h.Connector.Sent()...) }

// calm mends everything and waits until nothing is to be done any more, for far shorter than a message may wait.
func (q *queues) calm() {
	q.h.Connector.Decide(nil)
	q.h.Connector.Delay(0)
	q.h.Connector.Up()
	q.h.Connector.Release()
	for range 30 {
		q.mend()
		after(time.Minute)
	}
	q.tally()
}

func (q *queues) judge() {
	last, key := map[string]int64{}, map[int64]string{}
	for i, d := range q.deliveries() { // in the order in which what they tell came in
		if list := q.made; i > 0 && d.Key < list[i-1] {
			q.t.Errorf("%d was made before %d, which came in before it", d.Key, list[i-1])
		}
		q.made = append(q.made, d.Key)
		key[d.Key] = d.OrderKey
		if d.State.Open() || d.HoldAt != nil {
			q.t.Errorf("%d is %s, waits for %s until %v: %+v", d.Key, d.State, d.WaitingFor, d.DueAt, d.Reason)
		}
		if d.Reason != nil && d.Reason.Code == hub.ReasonOrdered && d.State != hub.DeliveryCancelled {
			q.t.Errorf("%s is %s, and says that it waits", d.ID(), d.State)
		}
	}
	if q.comeBack {
		return
	}
	for _, h := range q.sent {
		k := key[h.Key]
		if k == "" || h.Key < last[k] {
			q.t.Errorf("%d of the key %q was handed over after %d", h.Key, k, last[k])
		}
		last[k] = h.Key
	}
	if n := q.h.Engine.Stats().InFlight; n != 0 {
		q.t.Errorf("%d are in flight", n)
	}
}
