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

// chaos plays a hub with random outcomes, receipts, crashes and restarts, all drawn from one seed.
type chaos struct {
	t           *testing.T
	h           *hubtest.Hub
	rnd         *rand.Rand
	integration int64
	published   []*hub.Published
	sent        map[string]int // by delivery and attempt, over all connectors
	effective   map[int64]int  // by delivery: sends after which the recipient may have the message
}

func TestWhateverHappensTheInvariantsHold(t *testing.T) {
	seeds := 50
	if testing.Short() {
		seeds = 5
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &chaos{t: t, rnd: rand.New(rand.NewPCG(uint64(seed), 7)), sent: map[string]int{}, effective: map[int64]int{}}
				c.start("")
				a := c.h.Assignment(t, settings(hub.FlowSettings{MaxAgeSeconds: 900, MaxAttempts: 4, UnknownWaitSeconds: 60}))
				c.integration = a.Integration.Key
				for range 40 {
					c.step()
					settled()
				}
				c.calm()
				c.check()
			})
		})
	}
}

// start begins with a new connector, on the directory of the hub before, if there was one.
func (c *chaos) start(dir string) {
	connector := hubtest.NewConnector()
	connector.InFlight(1 + c.rnd.IntN(6))
	// The connector draws from a source of its own: it is called by the engine's goroutines.
	outcomes := rand.New(rand.NewPCG(c.rnd.Uint64(), 11))
	connector.Decide(func(h hub.Handover) hub.Outcome { return c.outcome(outcomes, h) })
	c.h = hubtest.Engine(c.t, hubtest.EngineOptions{Dir: dir, Connector: connector, FeedSize: 64})
}

func (c *chaos) outcome(rnd *rand.Rand, h hub.Handover) hub.Outcome {
	kinds := []hub.Outcome{
		{Kind: hub.OutcomeAccepted}, {Kind: hub.OutcomeAccepted}, {Kind: hub.OutcomeAccepted},
		{Kind: hub.OutcomeRetry}, {Kind: hub.OutcomeRetry, RetryAfter: time.Minute}, {Kind: hub.OutcomeRetry, NotStarted: true},
		{Kind: hub.OutcomeRejected}, {Kind: hub.OutcomeUnknown},
		{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, NotStarted: true},
		{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeRecipient},
	}
	o := kinds[rnd.IntN(len(kinds))]
	if o.Kind == hub.OutcomeAccepted || o.Kind == hub.OutcomeUnknown {
		c.effective[h.Key]++
	}
	return o
}

// step does one random thing.
func (c *chaos) step() {
	switch n := c.rnd.IntN(20); {
	case n < 7:
		c.publish()
	case n < 10:
		c.receive()
	case n == 10:
		c.h.Connector.Hold()
	case n == 11:
		c.h.Connector.Release()
	case n == 12:
		for _, h := range c.h.Connector.Held() {
			c.effective[h.Key]++
		}
		c.h.Connector.Crash()
	case n == 13:
		c.h.Connector.Up()
	case n == 14:
		c.h.Connector.Delay(time.Duration(c.rnd.IntN(90)) * time.Second)
	case n == 15:
		c.checked(c.h.Engine.IntegrationCheck(c.t.Context(), c.h.Admin, c.integration))
	case n == 16:
		c.restart()
	case n == 17 && len(c.published) > 0:
		c.cancel()
	default:
		after(time.Duration(c.rnd.IntN(120)) * time.Second)
	}
}

// checked allows a check of settings to say that the connector is down.
func (c *chaos) checked(_ *hub.Integration, _ []hub.Problem, err error) {
	if err != nil && hub.CodeOf(err) != hub.CodeUnavailable {
		c.t.Error(err)
	}
}

func (c *chaos) publish() {
	folio := fmt.Sprintf("OT-%d", len(c.published))
	in := []hub.OccurrenceInput{forJonas(folio), team(folio), crew(folio)}[c.rnd.IntN(3)]
	c.published = append(c.published, c.h.Publish(c.t, in))
}

func (c *chaos) cancel() {
	for _, e := range c.published[c.rnd.IntN(len(c.published))].Executions {
		if _, err := c.h.Engine.ExecutionCancel(c.t.Context(), c.h.Admin, e.Key); err != nil && hub.CodeOf(err) != hub.CodeConflict {
			c.t.Error(err)
		}
	}
}

// receive sends receipts of random statuses about random messages that were handed over, some without our key.
func (c *chaos) receive() {
	sent := c.h.Connector.Sent()
	statuses := []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead, hub.ReceiptFailed}
	var list []hub.Receipt
	for range min(len(sent), 3) {
		rc := receipt(sent[c.rnd.IntN(len(sent))].Key, statuses[c.rnd.IntN(len(statuses))])
		if c.rnd.IntN(3) == 0 {
			rc.DeliveryKey = 0
		}
		list = append(list, rc)
	}
	if _, err := c.h.Engine.Callback(c.t.Context(), c.integration, hubtest.Genuine(list...)); err != nil {
		c.t.Error(err)
	}
}

// restart ends the hub as a crash does, and starts it again.
func (c *chaos) restart() {
	c.h.Stop(c.t)
	for _, h := range c.h.Connector.Held() {
		c.effective[h.Key]++
	}
	c.tally()
	c.start(c.h.Dir)
}

// tally counts what the connector was given.
func (c *chaos) tally() {
	for _, s := range c.h.Connector.Sent() {
		c.sent[fmt.Sprintf("%d/%d", s.Key, s.Attempt)]++
	}
}

// calm mends everything and waits until nothing is to be done any more.
func (c *chaos) calm() {
	c.h.Connector.Up()
	c.h.Connector.Delay(0)
	c.h.Connector.Release()
	for range 20 {
		c.checked(c.h.Engine.IntegrationCheck(c.t.Context(), c.h.Admin, c.integration))
		after(time.Minute)
	}
	c.tally()
}

func (c *chaos) check() {
	for key, n := range c.sent {
		if n != 1 {
			c.t.Errorf("the attempt %s was handed over %d times", key, n)
		}
	}
	for key, n := range c.effective {
		if n > 1 {
			c.t.Errorf("the recipient of %s may have the message %d times", hub.ID(hub.KindDelivery, key), n)
		}
	}
	for _, p := range c.published {
		o, err := c.h.DB.Occurrence(c.t.Context(), c.h.Admin, p.Occurrence.Key)
		if err != nil || len(o.Matches) != 1 || len(o.Matches[0].Executions) != 1 {
			c.t.Errorf("the occurrence reads %+v, %v", o, err)
			continue
		}
		c.replay(o.Matches[0].Executions[0])
	}
	if s := c.h.Engine.Stats(); s.InFlight != 0 {
		c.t.Errorf("%d are in flight", s.InFlight)
	}
}

// replay walks the journal of an execution along the arrows and must arrive where everything is.
func (c *chaos) replay(key int64) {
	changes := c.h.Timeline(c.t, key)
	states, outcome := map[int64]string{}, ""
	for _, ch := range changes {
		switch {
		case ch.Aspect == hub.AspectReceipt:
			continue
		case ch.Aspect == hub.AspectOutcome:
			if ch.From != outcome && ch.From != "" {
				c.t.Errorf("the outcome was %s, but the journal goes %s→%s", outcome, ch.From, ch.To)
			}
			outcome = ch.To
			continue
		case ch.From != states[ch.Key]:
			c.t.Errorf("%s was %s, but the journal goes %s→%s", ch.Subject, states[ch.Key], ch.From, ch.To)
		case ch.From != "" && ch.Subject == hub.SubjectExecution && !hub.ExecutionState(ch.From).May(hub.ExecutionState(ch.To)),
			ch.From != "" && ch.Subject == hub.SubjectDelivery && !hub.DeliveryState(ch.From).May(hub.DeliveryState(ch.To)):
			c.t.Errorf("no arrow leads from %s to %s for an %s", ch.From, ch.To, ch.Subject)
		}
		states[ch.Key] = ch.To
	}
	exec, list := execution(c.t, c.h, key)
	if string(exec.State) != states[key] || exec.State != hub.Closed || string(exec.Outcome) != outcome {
		c.t.Errorf("the execution is %s %s, the journal says %s %s", exec.State, exec.Outcome, states[key], outcome)
	}
	count := map[hub.DeliveryState]int{}
	for _, d := range list {
		count[d.State]++
		c.delivery(d, states[d.Key])
	}
	if want := hub.OutcomeOf(count, exec.Reason); want != exec.Outcome {
		c.t.Errorf("the outcome of %v is %s, want %s", count, exec.Outcome, want)
	}
	if c.t.Failed() {
		c.t.Fatalf("its journal is\n%s", journal(c.t, c.h, key))
	}
}

// delivery holds a delivery against its journal and its attempts.
func (c *chaos) delivery(d *hub.Delivery, state string) {
	if string(d.State) != state {
		c.t.Errorf("the delivery is %s, the journal says %s", d.State, state)
	}
	list, err := c.h.DB.AttemptsOf(c.t.Context(), c.h.Admin, []int64{d.Key})
	if err != nil {
		c.t.Fatal(err)
	}
	counted := 0
	for i, a := range list[d.Key] {
		if a.Number != i+1 || c.sent[fmt.Sprintf("%d/%d", d.Key, a.Number)] > 1 {
			c.t.Errorf("the attempt %d has the number %d", i+1, a.Number)
		}
		if a.Counted {
			counted++
		}
	}
	if len(list[d.Key]) != d.Tries || counted != d.Attempts || d.Attempts > 4 {
		c.t.Errorf("%d attempts are kept, %d count; the delivery says %d and %d", len(list[d.Key]), counted, d.Tries, d.Attempts)
	}
}
