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

// letter is what a provider really did with a delivery, whatever it said and whoever heard it.
type letter struct {
	taken int                 // how often it took the message: each time a phone rings
	fate  []hub.ReceiptStatus // what becomes of a message that it took, in order
	told  []hub.Receipt       // what it has still to tell by callbacks
}

// truth is a provider: it takes messages or does not, answers or loses the answer, and tells later what became of them,
// twice, in any order, and before its own answer.
type truth struct {
	mu      sync.Mutex
	rnd     *rand.Rand
	letters map[int64]*letter
	lookup  bool // it can be asked, and may therefore lose callbacks
	asked   int
}

func (p *truth) letter(key int64) *letter {
	l := p.letters[key]
	if l == nil {
		l = &letter{}
		p.letters[key] = l
	}
	return l
}

// outcome decides about a handover, and says what its connector hears.
func (p *truth) outcome(h hub.Handover) hub.Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.letter(h.Key)
	if l.taken > 0 { // it came before, and only the answer is open: another request would have been another attempt
		return p.answer()
	}
	switch p.rnd.IntN(10) {
	case 0:
		return hub.Outcome{Kind: hub.OutcomeRejected, Code: "131008"}
	case 1:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131016"}
	case 2:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131056", Limit: "pair", Scope: hub.ScopeRecipient, RetryAfter: 4 * time.Second}
	case 3: // the request was lost on the way there
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "the connection broke"}
	}
	p.take(h.Key)
	return p.answer()
}

// answer is what is heard of a message that was taken.
func (p *truth) answer() hub.Outcome {
	if p.rnd.IntN(4) == 0 {
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer came"}
	}
	return hub.Outcome{Kind: hub.OutcomeAccepted}
}

// take has the provider take a message, and draws what becomes of it.
func (p *truth) take(key int64) {
	l := p.letter(key)
	l.taken++
	way := []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead}
	l.fate = way[:p.rnd.IntN(4)]
	if p.rnd.IntN(5) == 0 && len(l.fate) < 2 { // it fails before it arrives
		l.fate = append(slices.Clone(l.fate), hub.ReceiptFailed)
	}
	for _, status := range l.fate {
		for range 1 + p.rnd.IntN(2) {
			l.told = append(l.told, hub.Receipt{DeliveryKey: key, ProviderID: hubtest.ProviderID(key), Status: status, At: time.Now(),
				Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery})
		}
	}
}

// tell takes some of what is to be told, in any order; all of it if there is no tomorrow.
func (p *truth) tell(all bool) (list []hub.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range p.keys() {
		l := p.letters[key]
		p.rnd.Shuffle(len(l.told), func(i, j int) { l.told[i], l.told[j] = l.told[j], l.told[i] })
		keep := l.told[:0]
		for _, rc := range l.told {
			switch {
			case all || p.rnd.IntN(4) == 0:
				list = append(list, rc)
			case p.lookup && p.rnd.IntN(6) == 0: // lost for good
			default:
				keep = append(keep, rc)
			}
		}
		l.told = keep
	}
	return list
}

func (p *truth) keys() (list []int64) {
	for key := range p.letters {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

// know answers a lookup by the truth; sometimes it cannot say.
func (p *truth) know(items []hub.LookupItem) (list []hub.LookupAnswer, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range items {
		p.asked++
		a := hub.LookupAnswer{Key: it.Key, State: hub.LookupNotFound}
		l := p.letter(it.Key)
		switch {
		case p.rnd.IntN(4) == 0:
			a.State = hub.LookupUndecided
		case l.taken > 0:
			a.State, a.ProviderID = hub.LookupFound, hubtest.ProviderID(it.Key)
			if n := len(l.fate); n > 0 {
				a.Receipts = []hub.Receipt{{DeliveryKey: it.Key, ProviderID: a.ProviderID, Status: l.fate[n-1], At: time.Now(), Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery}}
			}
		}
		list = append(list, a)
	}
	return list, nil
}

// play is a hub before a provider with a truth; everything is drawn from one seed.
type play struct {
	t *testing.T
	h *hubtest.Hub
	*truth
	integration int64
	executions  []int64
}

func TestEveryDeliveryEndsAsItReallyWentAndNobodyIsMessagedTwice(t *testing.T) {
	seeds := 30
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(uint64(seed), 5))
				p := &play{t: t, truth: &truth{rnd: rnd, letters: map[int64]*letter{}, lookup: seed%2 == 1}}
				p.start("")
				a := p.h.Assignment(t, settings(hub.FlowSettings{MaxAttempts: 5, MaxAgeSeconds: 3600, UnknownWaitSeconds: 120}))
				p.integration = a.Integration.Key
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
	held := p.h.Connector.Held()
	p.mu.Lock()
	for _, h := range held {
		if p.letter(h.Key).taken == 0 && p.rnd.IntN(2) == 0 {
			p.take(h.Key)
		}
	}
	p.mu.Unlock()
	p.callback(p.tell(false))
}

// cut decides about what is on its way when a process ends: it may have arrived.
func (p *play) cut() {
	held := p.h.Connector.Held()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range held {
		if p.letter(h.Key).taken == 0 && p.rnd.IntN(2) == 0 {
			p.take(h.Key)
		}
	}
}

// callback sends receipts, in batches; while the connector is down they are kept.
func (p *play) callback(list []hub.Receipt) {
	for len(list) > 0 {
		n := 1 + p.draw(len(list))
		if _, err := p.h.Engine.Callback(p.t.Context(), p.integration, hubtest.Genuine(list[:n]...)); err != nil {
			p.t.Error(err)
		}
		list = list[n:]
	}
}

// end mends everything, has the provider tell all that it has not lost, and lets time go on until nothing moves any more.
func (p *play) end() {
	p.h.Connector.Up()
	p.h.Connector.Release()
	for range 80 {
		after(time.Minute)
		p.callback(p.tell(true))
	}
	if p.lookup {
		after(4 * time.Hour)
	}
}

func (p *play) judge() {
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
	l := p.letter(d.Key)
	if l.taken > 1 {
		p.t.Errorf("%s was messaged %d times", d.Recipient, l.taken)
	}
	want := []hub.DeliveryState{hub.Accepted}
	switch n := len(l.fate); {
	case l.taken == 0 && p.lookup:
		want = []hub.DeliveryState{hub.DeliveryFailed}
	case l.taken == 0: // whether it was taken nobody can find out
		want = []hub.DeliveryState{hub.DeliveryFailed, hub.Unknown}
	case n > 0:
		want = []hub.DeliveryState{hub.DeliveryState(l.fate[n-1])}
		if p.lookup && l.fate[n-1] == hub.ReceiptRead { // that it was read may be lost; nobody is asked any more once it is delivered
			want = append(want, hub.Delivered)
		}
	case !p.lookup: // nothing is told of it, and the answer may have been lost
		want = append(want, hub.Unknown)
	}
	if !slices.Contains(want, d.State) {
		p.t.Errorf("%s is %s, want %s; it was taken %d times, and %v became of it; receipts %s; attempts %s; reason %+v", d.ID(), d.State,
			strings.Trim(fmt.Sprint(want), "[]"), l.taken, l.fate, receipts(p.t, p.h, d.Key), attempts(p.t, p.h, d.Key), d.Reason)
	}
}
