package hub

import (
	"time"
)

// Rate is how often something may happen: PerSecond on average, and up to Burst times at once after a rest.
type Rate struct {
	PerSecond float64
	Burst     int
}

// interval is the time between two at this rate.
func (r Rate) interval() time.Duration { return time.Duration(float64(time.Second) / r.PerSecond) }

// tolerance is how far ahead of the average a burst may run. It stays while the rate is lowered, so that bursts become smaller with it.
func (r Rate) tolerance() time.Duration {
	return time.Duration(max(r.Burst-1, 0)) * r.interval()
}

// lower is the same shape at a part of the rate.
func (r Rate) lower(to float64) Rate { return Rate{PerSecond: r.PerSecond * to, Burst: r.Burst} }

// Bounds of how a pace that the provider found too fast is lowered, and how it recovers: half of it after each refusal, a twentieth of
// the whole regained in each second, or in the time of one message where that is longer.
const (
	paceLowerBy  = 0.5
	paceLeast    = 1.0 / 64
	paceRegain   = 0.05
	paceRegainIn = time.Second
)

// Pace keeps to a [Rate] by giving out times, one after the other: the generic cell rate algorithm (ITU-T I.371), whose whole memory
// is one moment. The zero Pace has rested. It is lowered when the provider says that it was too fast, and recovers by itself. It is
// not safe for use by several goroutines.
type Pace struct {
	next    time.Time // when the next one would be due if all came evenly
	hit     time.Time // when the provider last said that it was too fast; zero if it never did
	lowered float64   // to which part of the rate it was lowered then
	hits    uint32
}

// Rate is the rate in force at a time.
func (p *Pace) Rate(now time.Time, declared Rate) Rate {
	if p.hit.IsZero() {
		return declared
	}
	regain := max(paceRegainIn, declared.interval())
	part := p.lowered + paceRegain*float64(now.Sub(p.hit))/float64(regain)
	if part >= 1 {
		p.hit = time.Time{}
		return declared
	}
	return declared.lower(max(part, p.lowered))
}

// Free is the earliest time at which another one may happen; it is not taken.
func (p *Pace) Free(now time.Time, declared Rate) time.Time {
	return later(now, p.next.Add(-declared.tolerance()))
}

// Take takes the earliest free time, and returns it.
func (p *Pace) Take(now time.Time, declared Rate) time.Time {
	at := p.Free(now, declared)
	p.next = later(at, p.next).Add(p.Rate(now, declared).interval())
	return at
}

// Back gives back a time that was taken and not used.
func (p *Pace) Back(now time.Time, declared Rate) {
	p.next = p.next.Add(-p.Rate(now, declared).interval())
}

// Hit is what the provider's word that it was too fast does: the rate is lowered, and nothing happens before wait is over, nor a
// burst right after it. Several words about the same haste lower it once. Times that were given out before do not hold any more:
// Epoch has moved on.
func (p *Pace) Hit(now time.Time, wait time.Duration, declared Rate) {
	inForce := p.Rate(now, declared)
	if p.hit.IsZero() || now.Sub(p.hit) >= max(paceRegainIn, declared.interval()) {
		p.lowered = max(paceLowerBy*inForce.PerSecond/declared.PerSecond, paceLeast)
		p.hit = now
		p.hits++
	}
	p.next = later(p.next, now.Add(wait).Add(declared.tolerance()))
}

// Epoch counts the hits that lowered the rate. A time that was given out in an earlier epoch does not hold any more.
func (p *Pace) Epoch() uint32 { return p.hits }

// Rested says whether nothing of the past matters any more: a zero Pace would say the same.
func (p *Pace) Rested(now time.Time, declared Rate) bool {
	return !p.next.After(now) && p.Rate(now, declared) == declared
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// IntegrationRate is a limit as it holds for an integration, and how it is at a moment.
type IntegrationRate struct {
	Key       string
	Scope     string  // LimitIntegration or LimitRecipient
	PerSecond float64 // by the connector, or by the integration's own setting
	Burst     int
	Now       float64    // what is left of PerSecond while the provider has found it too fast
	Until     *time.Time // when the next message may go; nil: at once, or it depends on the recipient
	Waiting   int        // messages that have a place in time and wait for it
}
