package engine_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// taking is a provider's having taken a message: a phone rings.
type taking struct {
	attempt int
	at      time.Time
	fate    []hub.ReceiptStatus // what becomes of it, in order
}

func (k taking) failed() bool { return slices.Contains(k.fate, hub.ReceiptFailed) }

// isMeant says whether a question is about it: by its id or, without one, by when it was sent.
func (k taking) isMeant(it hub.LookupItem) bool {
	if it.ProviderID == "" {
		return !k.at.Before(it.SentAt)
	}
	return it.ProviderID == providerID(it.Key, k.attempt)
}

// letter is what a provider really did with a delivery, whatever it said and whoever heard it.
type letter struct {
	tried  map[int]int // how often each attempt was handed over
	taken  []taking
	told   []hub.Receipt // what is still to be told by callbacks
	asked  int
	failed int // takings that arrived nowhere
}

// effective is how often the recipient may have the message.
func (l *letter) effective() int { return len(l.taken) - l.failed }

// post is a provider: it takes messages or does not, answers, answers late, twice or never, and tells later what became of them: twice, in any
// order, and before its own answer. What it does with a message follows from the seed and the message, whenever it comes.
type post struct {
	mu          sync.Mutex
	seed        uint64
	integration int64
	lookup      bool // it can be asked, and may therefore lose callbacks
	calm        bool // it answers at once, and loses nothing
	letters     map[int64]*letter
	asked       map[string]int // how often the source was asked for a site
	owed        []hub.Outcome  // answers that have not come yet
	answered    []hub.Outcome  // some that have
}

func (p *post) letter(key int64) *letter {
	l := p.letters[key]
	if l == nil {
		l = &letter{tried: map[int]int{}}
		p.letters[key] = l
	}
	return l
}

// dice are those of one thing that happens, the same whenever it happens.
func (p *post) dice(what ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, what...)
	return rand.New(rand.NewPCG(p.seed, h.Sum64()))
}

// decide is what becomes of a handover; an outcome without a kind comes later or never.
func (p *post) decide(h hub.Handover) hub.Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.letter(h.Key)
	l.tried[h.Attempt]++
	dice := p.dice("send", h.Values, h.Recipient, h.Attempt)
	o := p.outcome(h, dice)
	o.Key, o.Attempt = h.Key, h.Attempt
	switch {
	case p.calm:
		return o
	case dice.IntN(4) == 0:
		p.owed = append(p.owed, o)
		return hub.Outcome{}
	case dice.IntN(4) == 0:
		p.answered = append(p.answered, o)
	}
	return o
}

func (p *post) outcome(h hub.Handover, dice *rand.Rand) hub.Outcome {
	if p.calm {
		return p.take(h, dice)
	}
	switch dice.IntN(16) {
	case 0, 1:
		return hub.Outcome{Kind: hub.OutcomeRejected, Code: "131008"}
	case 2, 3:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131016"}
	case 4:
		return hub.Outcome{Kind: hub.OutcomeRetry, Code: "131056", Limit: "pair", Scope: hub.ScopeRecipient, RetryAfter: 4 * time.Second}
	case 5:
		return hub.Outcome{Kind: hub.OutcomeRetry, NotStarted: true}
	case 6:
		return hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration, NotStarted: true}
	case 7:
		return hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow}
	case 8:
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "the connection broke on the way there"}
	case 9:
		p.take(h, dice)
		return hub.Outcome{Kind: hub.OutcomeUnknown, Message: "no answer came"}
	case 10:
		return hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026", Scope: hub.ScopeRecipient, Suppress: time.Hour}
	}
	return p.take(h, dice)
}

// take has the provider take a message, and draws what becomes of it.
func (p *post) take(h hub.Handover, dice *rand.Rand) hub.Outcome {
	l, id := p.letter(h.Key), providerID(h.Key, h.Attempt)
	way := []hub.ReceiptStatus{hub.ReceiptSent, hub.ReceiptDelivered, hub.ReceiptRead}
	k := taking{attempt: h.Attempt, at: time.Now(), fate: slices.Clone(way[:dice.IntN(4)])}
	if dice.IntN(5) == 0 && len(k.fate) < 2 { // it fails before it arrives
		k.fate = append(k.fate, hub.ReceiptFailed)
		l.failed++
	}
	l.taken = append(l.taken, k)
	for i, status := range k.fate {
		for range 1 + dice.IntN(2) {
			l.told = append(l.told, p.receipt(h.Key, id, status, i))
		}
	}
	return hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: id}
}

func providerID(key int64, attempt int) string {
	return fmt.Sprintf("wamid.%s.%d", hub.ID(hub.KindDelivery, key), attempt)
}

func (p *post) receipt(key int64, id string, status hub.ReceiptStatus, step int) hub.Receipt {
	return hub.Receipt{DeliveryKey: key, ProviderID: id, Status: status, At: time.Now().Add(time.Duration(step) * time.Second),
		Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery}
}

// news draws what is told next, in any order; all of it if there is no tomorrow. What a provider that can be asked does not tell may
// be lost.
func (p *post) news(dice *rand.Rand, all bool) (list []hub.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range p.keys() {
		l := p.letters[key]
		dice.Shuffle(len(l.told), func(i, j int) { l.told[i], l.told[j] = l.told[j], l.told[i] })
		l.told = slices.DeleteFunc(l.told, func(rc hub.Receipt) bool {
			if all || dice.IntN(4) == 0 {
				list = append(list, rc)
			} else if p.lookup && dice.IntN(6) == 0 {
				return true
			}
			return false
		})
	}
	return list
}

// heard takes away what a callback told: it was answered, so it is not repeated.
func (p *post) heard(list []hub.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, rc := range list {
		l := p.letter(rc.DeliveryKey)
		if i := slices.IndexFunc(l.told, func(o hub.Receipt) bool { return o.ProviderID == rc.ProviderID && o.Status == rc.Status }); i >= 0 {
			l.told = slices.Delete(l.told, i, i+1)
		}
	}
}

func (p *post) keys() (list []int64) {
	for key := range p.letters {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

// know answers a lookup by the truth; sometimes it cannot say.
func (p *post) know(items []hub.LookupItem) (list []hub.LookupAnswer, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range items {
		l := p.letter(it.Key)
		l.asked++
		a := hub.LookupAnswer{Key: it.Key, State: hub.LookupNotFound}
		switch n := len(l.taken); {
		case !p.calm && p.dice("know", it.Key, l.asked).IntN(4) == 0:
			a.State = hub.LookupUndecided
		case n > 0 && l.taken[n-1].isMeant(it):
			last := l.taken[n-1]
			a.State, a.ProviderID = hub.LookupFound, providerID(it.Key, last.attempt)
			if n := len(last.fate); n > 0 {
				a.Receipts = []hub.Receipt{p.receipt(it.Key, a.ProviderID, last.fate[n-1], n)}
			}
		}
		list = append(list, a)
	}
	return list, nil
}

// answers draws some of the answers that are owed, and answers that came before once more.
func (p *post) answers(dice *rand.Rand, all bool) (list []hub.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var owed []hub.Outcome
	for _, o := range p.owed {
		if all || dice.IntN(2) == 0 {
			list = append(list, o)
		} else {
			owed = append(owed, o)
		}
	}
	p.owed = owed
	if len(p.answered) > 0 && dice.IntN(2) == 0 {
		list = append(list, p.answered[dice.IntN(len(p.answered))])
	}
	return list
}

// cut takes away what is owed when a process ends, as outcomes of which nobody knows.
func (p *post) cut() (list []hub.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.owed {
		list = append(list, hub.Outcome{Key: o.Key, Attempt: o.Attempt, Kind: hub.OutcomeUnknown, Message: "the connector stopped"})
	}
	p.owed = nil
	return list
}
