package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// fact is what a provider really did with a delivery, whatever it said and whoever heard it.
type fact struct {
	tries map[int]*try // by attempt
	last  int          // attempt
}

// try is an attempt at a fact as the provider knows it.
type try struct {
	id    string
	began time.Time
	taken bool
	fate  []hub.ReceiptStatus // what becomes of a message that it took, in order
	fails hub.Receipt         // the verdict, if it fails
	told  []hub.Receipt       // what it has still to tell by callbacks
	mute  bool                // no answer came
}

// failed says whether a message that was taken never arrived.
func (t *try) failed() bool { return len(t.fate) > 0 && t.fate[len(t.fate)-1] == hub.ReceiptFailed }

// rings is how often a phone rang for it.
func (l *fact) rings() (n int) {
	for _, t := range l.tries {
		if t.taken && !t.failed() {
			n++
		}
	}
	return n
}

// truth is a provider: it takes messages or does not, answers or loses the answer, and tells later what became of them,
// twice, in any order, and before its own answer. Some failures are to be tried again, some pause everything, and some recipients are to
// be left alone from then on.
type truth struct {
	mu      sync.Mutex
	rnd     *rand.Rand
	facts   map[int64]*fact
	lookup  bool // it can be asked, and may therefore lose callbacks
	certain bool // it always knows what it is asked
	asked   int
	shunned map[string]time.Time // recipients, since when the hub knows that they are to be left alone
	intrude []string             // what was sent to these later
}

func (p *truth) fact(key int64) *fact {
	l := p.facts[key]
	if l == nil {
		l = &fact{tries: map[int]*try{}}
		p.facts[key] = l
	}
	return l
}

func (p *truth) try(h hub.Handover) *try {
	l := p.fact(h.Key)
	t := l.tries[h.Attempt]
	if t == nil {
		t = &try{id: fmt.Sprintf("%s-%d", hubtest.ProviderID(h.Key), h.Attempt), began: h.Deadline.Add(-30 * time.Second)}
		l.tries[h.Attempt], l.last = t, max(l.last, h.Attempt)
	}
	return t
}

// outcome decides about a handover, and says what its connector hears.
func (p *truth) outcome(h hub.Handover) hub.Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	if since, ok := p.shunned[h.Recipient]; ok && h.Deadline.Add(-30*time.Second).After(since) {
		p.intrude = append(p.intrude, h.Recipient)
	}
	t := p.try(h)
	if t.taken { // it came before, and only the answer is open: another request would have been another attempt
		return p.answer(t)
	}
	if time.Now().After(h.Deadline) { // a connector begins nothing that late
		t.mute = true
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "it was too late"}
	}
	switch p.rnd.IntN(24) {
	case 0, 1:
		return hub.Outcome{Kind: hub.OutcomeRejected, Code: "131008"}
	case 2, 3:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131016"}
	case 4, 5:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131056", Limit: "pair", Scope: hub.ScopeRecipient, RetryAfter: 4 * time.Second}
	case 6, 7: // the request was lost on the way there
		t.mute = true
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "the connection broke"}
	case 8:
		return hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, Code: "190"}
	case 9:
		return hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Code: "132001", Path: "parameters.template"}
	case 10:
		if p.rnd.IntN(3) == 0 {
			p.shun(h.Recipient)
			return hub.Outcome{Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "21610", Suppress: hub.SuppressForever}
		}
	}
	p.take(t, h)
	return p.answer(t)
}

// shun notes that the hub is told now that a recipient is to be left alone.
func (p *truth) shun(recipient string) {
	if _, known := p.shunned[recipient]; !known {
		p.shunned[recipient] = time.Now()
	}
}

// answer is what is heard of a message that was taken.
func (p *truth) answer(t *try) hub.Outcome {
	if p.rnd.IntN(4) == 0 {
		t.mute = true
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer came"}
	}
	return hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: t.id}
}

// verdicts are what a message may have failed of.
var verdicts = []hub.Receipt{
	{Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery, Code: "131026"},
	{Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "131050", Suppress: hub.SuppressForever},
	{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, Code: "131016", RetryAfter: 10 * time.Second},
	{Kind: hub.OutcomeRetry, Scope: hub.ScopeRecipient, Code: "131056", Limit: "pair", RetryAfter: 4 * time.Second},
	{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, Code: "131000", MostAttempts: 2},
	{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, Code: "131031"},
	{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Code: "132015"},
}

// take has the provider take a message, and draws what becomes of it.
func (p *truth) take(t *try, h hub.Handover) {
	t.taken = true
	way := []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead}
	t.fate = way[:p.rnd.IntN(4)]
	if p.rnd.IntN(4) == 0 && len(t.fate) < 2 { // it fails before it arrives
		t.fate = append(slices.Clone(t.fate), hub.ReceiptFailed)
		t.fails = verdicts[p.rnd.IntN(len(verdicts))]
		if t.fails.Suppress != 0 && p.rnd.IntN(3) > 0 {
			t.fails = verdicts[0]
		}
	}
	for _, status := range t.fate {
		for range 1 + p.rnd.IntN(2) {
			t.told = append(t.told, p.receipt(h.Key, t, status, h.Recipient))
		}
	}
}

// receipt tells of a try; of whose recipient it is stands beside it.
func (p *truth) receipt(key int64, t *try, status hub.ReceiptStatus, recipient string) hub.Receipt {
	rc := hub.Receipt{}
	if status == hub.ReceiptFailed {
		rc = t.fails
	}
	rc.DeliveryKey, rc.ProviderID, rc.Status, rc.At, rc.Recipient = key, t.id, status, time.Now(), recipient
	return rc
}

// tell takes some of what is to be told, in any order; all of it if there is no tomorrow.
func (p *truth) tell(all bool) (list []hub.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range p.keys() {
		l := p.facts[key]
		for n := 1; n <= l.last; n++ {
			if t := l.tries[n]; t != nil {
				list = append(list, p.tellOf(t, all)...)
			}
		}
	}
	return list
}

func (p *truth) tellOf(t *try, all bool) (list []hub.Receipt) {
	p.rnd.Shuffle(len(t.told), func(i, j int) { t.told[i], t.told[j] = t.told[j], t.told[i] })
	keep := t.told[:0]
	for _, rc := range t.told {
		switch {
		case all || p.rnd.IntN(4) == 0:
			list = append(list, rc)
		case p.lookup && p.rnd.IntN(6) == 0: // lost for good
		default:
			keep = append(keep, rc)
		}
	}
	t.told = keep
	return list
}

func (p *truth) keys() (list []int64) {
	for key := range p.facts {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

// know answers a lookup by the truth; sometimes it cannot say. Without an id it looks for what was sent at that time.
func (p *truth) know(items []hub.LookupItem) (list []hub.LookupAnswer, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range items {
		p.asked++
		list = append(list, p.knowOf(it))
	}
	return list, nil
}

func (p *truth) knowOf(it hub.LookupItem) hub.LookupAnswer {
	a := hub.LookupAnswer{Key: it.Key, State: hub.LookupNotFound}
	l := p.fact(it.Key)
	var t *try
	for _, one := range l.tries {
		if one.id == it.ProviderID || it.ProviderID == "" && one.began.Sub(it.SentAt).Abs() < 10*time.Millisecond {
			t = one
		}
	}
	switch {
	case !p.certain && p.rnd.IntN(4) == 0:
		a.State = hub.LookupUndecided
	case t != nil && t.taken:
		a.State, a.ProviderID = hub.LookupFound, t.id
		if n := len(t.fate); n > 0 {
			rc := p.receipt(it.Key, t, t.fate[n-1], it.Recipient)
			if a.Receipts = []hub.Receipt{rc}; rc.Suppress != 0 {
				p.shun(it.Recipient)
			}
		}
	}
	return a
}

// play is a hub before a provider with a truth; everything is drawn from one seed.
type play struct {
	t *testing.T
	h *hubtest.Hub
	*truth
	integration int64
	flow        int64
	executions  []int64
}

func TestEveryDeliveryEndsAsItReallyWentAndNobodyIsMessagedTwice(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(uint64(seed), 5))
				p := &play{t: t, truth: &truth{rnd: rnd, facts: map[int64]*fact{}, shunned: map[string]time.Time{}, lookup: seed%2 == 1}}
				p.start("")
				a := p.h.Assignment(t, settings(hub.FlowSettings{MaxAttempts: 5, MaxAgeSeconds: 3600, UnknownWaitSeconds: 120}))
				p.integration, p.flow = a.Integration.Key, a.Flow.Key
				for range 40 {
					p.step()
					settled()
				}
				p.end()
				p.judge()
			})
		})
	}
}

func (p *play) start(dir string) {
	c := hubtest.NewConnector()
	c.InFlight(1 + p.draw(8))
	c.Limits(hub.Limit{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 1, Burst: 3})
	c.Decide(p.outcome)
	if p.lookup {
		c.Know(p.know)
	}
	p.h = hubtest.Engine(p.t, hubtest.EngineOptions{Dir: dir, Connector: c})
}

func (p *play) draw(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rnd.IntN(n)
}

func (p *play) step() {
	switch n := p.draw(20); {
	case n < 7:
		p.publish()
	case n < 10:
		p.callback(p.tell(false))
	case n == 10:
		p.h.Connector.Hold()
	case n == 11:
		p.h.Connector.Release()
	case n == 12:
		p.early()
	case n == 13:
		p.cut()
		p.h.Connector.Crash()
	case n == 14:
		p.h.Connector.Up()
	case n == 15:
		p.h.Stop(p.t)
		p.cut()
		p.start(p.h.Dir)
	case n == 16:
		p.mend()
	default:
		after(time.Duration(p.draw(90)) * time.Second)
	}
}

func (p *play) publish() {
	folio := fmt.Sprintf("OT-%d", len(p.executions))
	in := []hub.OccurrenceInput{forJonas(folio), team(folio), another(len(p.executions))}[p.draw(3)]
	p.executions = append(p.executions, started(p.t, p.h.Publish(p.t, in)))
}

// early has the provider take messages whose answer is still open, and tell of them first.
func (p *play) early() {
	p.cut()
	p.callback(p.tell(false))
}

// cut decides about what is on its way when a process ends: it may have arrived.
func (p *play) cut() {
	held := p.h.Connector.Held()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range held {
		t := p.try(h)
		if !t.taken && !time.Now().After(h.Deadline) && p.rnd.IntN(2) == 0 {
			p.take(t, h)
		}
		t.mute = true // unless it is answered after all
	}
}

// mend has somebody put right what paused the integration or the flow.
func (p *play) mend() {
	if _, _, err := p.h.Engine.IntegrationCheck(p.t.Context(), p.h.Admin, p.integration); err != nil && hub.CodeOf(err) != hub.CodeUnavailable {
		p.t.Error(err)
	}
	if _, err := p.h.Engine.FlowResume(p.t.Context(), p.h.Admin, p.flow, 0); err != nil && hub.CodeOf(err) != hub.CodeConflict {
		p.t.Error(err)
	}
}

// callback sends receipts, in batches; while the connector is down they are kept.
func (p *play) callback(list []hub.Receipt) {
	for len(list) > 0 {
		n := 1 + p.draw(len(list))
		if _, err := p.h.Engine.Callback(p.t.Context(), p.integration, hubtest.Genuine(list[:n]...)); err != nil {
			p.t.Error(err)
		}
		if p.h.Connector.Connector(hubtest.ConnectorName).State == hub.ConnectorReady {
			p.mu.Lock()
			for _, rc := range list[:n] {
				if rc.Suppress != 0 {
					p.shun(rc.Recipient)
				}
			}
			p.mu.Unlock()
		}
		list = list[n:]
	}
}

// end mends everything, has the provider tell all that it has not lost, and lets time go on until nothing moves any more.
func (p *play) end() {
	p.h.Connector.Up()
	p.h.Connector.Release()
	for range 80 {
		p.mend()
		after(time.Minute)
		p.callback(p.tell(true))
	}
	if p.lookup {
		p.mu.Lock()
		p.certain = true
		p.mu.Unlock()
		after(24 * time.Hour) // all that was accepted and of which nothing was told is asked for at least once
	}
}

func (p *play) judge() {
	if len(p.intrude) > 0 {
		p.t.Errorf("%v were messaged although the hub knew that they are to be left alone", p.intrude)
	}
	for _, key := range p.executions {
		exec, list := execution(p.t, p.h, key)
		if exec.State != hub.Closed {
			p.t.Errorf("the execution is %s", exec.State)
		}
		for _, d := range list {
			p.judgeOne(d)
		}
		if p.t.Failed() {
			p.t.Fatalf("lookup %v; the journal is\n%s", p.lookup, journal(p.t, p.h, key))
		}
	}
}

// judgeOne holds what the hub says of a delivery against what really became of it.
func (p *play) judgeOne(d *hub.Delivery) {
	l := p.fact(d.Key)
	if n := l.rings(); n > 1 || n > 0 && d.State == hub.Suppressed {
		p.t.Errorf("%s was messaged %d times, and is %s", d.Recipient, n, d.State)
	}
	if _, shunned := p.shunned[d.Recipient]; d.State == hub.Suppressed && shunned {
		return
	}
	want := p.want(l)
	if !slices.Contains(want, d.State) {
		t := l.tries[l.last]
		p.t.Errorf("%s is %s, want %s; attempt %d of it was %+v; receipts %s; attempts %s; reason %+v", d.ID(), d.State,
			strings.Trim(fmt.Sprint(want), "[]"), l.last, t, receipts(p.t, p.h, d.Key), attempts(p.t, p.h, d.Key), d.Reason)
	}
}

// want are the states in which a fact may end, by the last attempt at it.
func (p *play) want(l *fact) []hub.DeliveryState {
	t := l.tries[l.last]
	switch {
	case t == nil, !t.taken && p.lookup:
		return []hub.DeliveryState{hub.DeliveryFailed}
	case !t.taken: // whether it was taken nobody can find out
		return []hub.DeliveryState{hub.DeliveryFailed, hub.Unknown}
	case t.failed() && t.mute && l.last > 1 && !p.lookup: // of which attempt the provider speaks nobody knows
		return []hub.DeliveryState{hub.DeliveryFailed, hub.Unknown}
	case len(t.fate) > 0:
		want := []hub.DeliveryState{hub.DeliveryState(t.fate[len(t.fate)-1])}
		if p.lookup && want[0] == hub.Read { // that it was read may be lost; nobody is asked any more once it is delivered
			want = append(want, hub.Delivered)
		}
		return want
	case !p.lookup: // nothing is told of it, and the answer may have been lost
		return []hub.DeliveryState{hub.Accepted, hub.Unknown}
	}
	return []hub.DeliveryState{hub.Accepted}
}
