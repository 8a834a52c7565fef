package hub

import "time"

// BreakerState is how the circuit breaker of an integration stands.
type BreakerState string

// The states of a breaker.
const (
	BreakerClosed  BreakerState = "CLOSED"  // messages go through
	BreakerOpen    BreakerState = "OPEN"    // they wait
	BreakerProbing BreakerState = "PROBING" // they wait, and one is on its way to try
)

// IntegrationBreaker is the breaker of an integration as it is at a moment.
type IntegrationBreaker struct {
	State    BreakerState
	Since    *time.Time // when it opened; nil if it is closed
	Until    *time.Time // when the next message may go to try; nil if it is closed
	Failures int        // attempts that failed in a row
}

// When a breaker opens, and how long it stays so: a provider that comes back soon costs seconds, and one that stays away is
// asked every few minutes.
const (
	BreakerRow    = 10              // so many failures in a row open it
	breakerLast   = 20              // of so many attempts ...
	breakerWithin = time.Minute     // ... within so long, more than half
	breakerFirst  = 5 * time.Second // the wait before the first probe, which then doubles
	breakerMost   = 5 * time.Minute // the longest
	breakerRelief = time.Minute     // opened again so soon after it closed, it goes on doubling
)

// Breaker judges by the attempts of an integration whether its provider is down, and lets one message at a time through to
// try while it is. The zero Breaker is closed. It is not safe for use by several goroutines.
type Breaker struct {
	row    int // failures in a row
	last   [breakerLast]breakerMark
	next   int // in last
	open   bool
	since  time.Time     // it opened
	wait   time.Duration // before the next probe
	until  time.Time     // when the next probe may go
	probe  time.Time     // until when one is taken to be on its way; zero: none is
	closed time.Time     // it closed last
}

type breakerMark struct {
	at     time.Time
	failed bool
}

// Word is what an attempt says of the provider.
type Word int

// The words.
const (
	WordNone Word = iota // nothing: no connector that is up was asked, or it went away
	WordUp               // it answered, whatever it said of the message
	WordDown             // there was no answer, or none that could be used
)

// WordOf is what an outcome says of the provider. One that refuses a message, finds the hub too fast, or knows that a recipient cannot
// be reached at the moment, is up. A connector that is up and does not begin keeps messages back as a provider that is down does.
func WordOf(o *Outcome) Word {
	switch {
	case o.Lost || o.NotStarted && !o.Refused:
		return WordNone
	case o.Kind == OutcomeUnknown:
		return WordDown
	case o.Kind != OutcomeRetry || o.Limit != "":
		return WordUp
	case o.Scope == ScopeRecipient || o.Scope == ScopeFlow:
		return WordUp
	}
	return WordDown
}

// State is how the breaker stands at a time.
func (b *Breaker) State(now time.Time) IntegrationBreaker {
	s := IntegrationBreaker{State: BreakerClosed, Failures: b.row}
	if !b.open {
		return s
	}
	since, until := b.since, b.until
	s.State, s.Since, s.Until = BreakerOpen, &since, &until
	if b.probe.After(now) {
		s.State = BreakerProbing
	}
	return s
}

// Room says whether a message could go now; nothing is taken.
func (b *Breaker) Room(now time.Time) bool {
	return !b.open || !now.Before(b.until) && !b.probe.After(now)
}

// Ask says whether a message may go. While the breaker is open that is the probe, which is on its way from then on: if nothing is
// heard of it within patience, another one may go.
func (b *Breaker) Ask(now time.Time, patience time.Duration) (may, probe bool) {
	if !b.Room(now) {
		return false, false
	}
	if b.open {
		b.probe = now.Add(patience)
	}
	return true, b.open
}

// Back takes back that a probe is on its way: it did not leave.
func (b *Breaker) Back() { b.probe = time.Time{} }

// Try lets the next message through to try at once, since there is hope.
func (b *Breaker) Try(now time.Time) {
	if b.open && b.until.After(now) {
		b.until = now
	}
}

// Landed takes what an attempt said of the provider; started is when it left. moved says that the breaker opened or closed. While
// it is open, only what left after it opened counts: the rest was on its way when the provider went down.
func (b *Breaker) Landed(now, started time.Time, w Word) (moved bool) {
	switch {
	case b.open && !started.After(b.since):
		return false
	case b.open:
		return b.probed(now, w)
	case w == WordNone:
		return false
	}
	b.last[b.next] = breakerMark{now, w == WordDown}
	b.next = (b.next + 1) % breakerLast
	if w == WordUp {
		b.row = 0
		return false
	}
	b.row++
	return b.trips(now)
}

// probed takes what became of a probe.
func (b *Breaker) probed(now time.Time, w Word) (moved bool) {
	b.probe = time.Time{}
	switch w {
	case WordUp:
		*b = Breaker{closed: now, wait: b.wait}
		return true
	case WordDown:
		b.row++
		b.wait = min(2*b.wait, breakerMost)
	}
	b.until = now.Add(b.wait)
	return false
}

// trips opens the breaker if the attempts say that the provider is down.
func (b *Breaker) trips(now time.Time) bool {
	failed := 0
	for _, m := range b.last {
		if m.failed && now.Sub(m.at) <= breakerWithin {
			failed++
		}
	}
	oldest := b.last[b.next].at // the place that is written next
	often := !oldest.IsZero() && now.Sub(oldest) <= breakerWithin && failed > breakerLast/2
	if b.row < BreakerRow && !often {
		return false
	}
	if again := !b.closed.IsZero() && now.Sub(b.closed) <= breakerRelief; again {
		b.wait = min(2*b.wait, breakerMost)
	} else {
		b.wait = breakerFirst
	}
	b.open, b.since, b.until, b.probe = true, now, now.Add(b.wait), time.Time{}
	return true
}
