package sandbox

import (
	"maps"
	"sync"
	"time"
)

// limits are the providers' rates, if they are enforced.
type limits struct {
	perSecond float64
	pair      bool

	mu      sync.Mutex
	numbers map[string]*bucket
	pairs   map[string]*bucket
	sweep   int // so many pairs, and those that are as if they had never been are forgotten
}

// bucket is a token bucket.
type bucket struct {
	tokens float64
	at     time.Time
}

// The pair rate: one message in 6 seconds to the same person, and 45 at once that are borrowed from the future.
const (
	pairRate  = 1.0 / 6
	pairBurst = 45
)

func (l *limits) init(perSecond float64, pair bool) {
	l.perSecond, l.pair = perSecond, pair
	l.numbers, l.pairs = map[string]*bucket{}, map[string]*bucket{}
}

// take counts one message from a number to a recipient.
func (l *limits) take(from, to string) *apiError {
	if l.perSecond <= 0 && !l.pair {
		return nil
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.spendThroughput(from, now) {
		return codeError(130429, "Cloud API message throughput has been reached.")
	}
	if !l.spendPair(from, to, now) {
		return codeError(131056, "Too many messages sent from this phone number to the same phone number in a short period of time.")
	}
	return nil
}

// takeThroughput counts one message of Twilio's sender.
func (l *limits) takeThroughput(from string) bool {
	if l.perSecond <= 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spendThroughput(from, time.Now())
}

// takePair counts one message from Twilio's sender to a recipient.
func (l *limits) takePair(from, to string) bool {
	if !l.pair {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spendPair(from, to, time.Now())
}

func (l *limits) spendThroughput(from string, now time.Time) bool {
	return l.perSecond <= 0 || spend(l.numbers, from, l.perSecond, max(1, l.perSecond), now)
}

func (l *limits) spendPair(from, to string, now time.Time) bool {
	if l.pair && len(l.pairs) >= l.sweep {
		maps.DeleteFunc(l.pairs, func(_ string, b *bucket) bool { return b.tokens+now.Sub(b.at).Seconds()*pairRate >= pairBurst })
		l.sweep = max(10_000, 2*len(l.pairs))
	}
	return !l.pair || spend(l.pairs, from+" "+to, pairRate, pairBurst, now)
}

func spend(m map[string]*bucket, key string, rate, burst float64, now time.Time) bool {
	b := m[key]
	if b == nil {
		b = &bucket{tokens: burst, at: now}
		m[key] = b
	}
	b.tokens = min(burst, b.tokens+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
