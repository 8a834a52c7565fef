package host

import (
	"slices"
	"time"
)

// The waits between starts of a connector that keeps stopping.
const (
	backoffLeast = 100 * time.Millisecond
	backoffMost  = 30 * time.Second
	// healthyAfter is how long a process must have run for the next stop to count as the first one.
	healthyAfter = time.Minute
)

// Quarantine says when a connector that keeps stopping is left alone for longer, so that it neither wears out the machine nor burns
// the attempts of messages. The zero value never does so.
type Quarantine struct {
	Stops  int           // so many stops
	Within time.Duration // in so long
	For    time.Duration // keep it from being started for so long
}

// QuarantineAfter is ten minutes of it for so many stops within five; 0: never. With ten, a connector has been through nearly all shorter waits
// in vain.
func QuarantineAfter(stops int) Quarantine {
	return Quarantine{Stops: stops, Within: 5 * time.Minute, For: 10 * time.Minute}
}

// backoff counts the stops of a connector. The zero value has seen none and knows no quarantine.
type backoff struct {
	quarantine Quarantine
	stops      int         // in a row
	times      []time.Time // of the stops that may still count for a quarantine
	probation  bool        // a quarantine is over, and no process has been well for long since
}

// stopped says how long to wait before the next start of a process that was ready for the time ran, zero if it never was, and
// whether that is a quarantine. Behind one, a single stop leads back to it.
func (b *backoff) stopped(now time.Time, ran time.Duration) (wait time.Duration, quarantined bool) {
	if ran >= healthyAfter {
		b.stops, b.probation = 0, false
	}
	b.times = append(slices.DeleteFunc(b.times, func(t time.Time) bool { return now.Sub(t) >= b.quarantine.Within }), now)
	if b.quarantine.Stops > 0 && (b.probation || len(b.times) >= b.quarantine.Stops) {
		*b = backoff{quarantine: b.quarantine, probation: true}
		return b.quarantine.For, true
	}
	wait = backoffMost
	if b.stops < 9 { // 100 ms doubled nine times is over the most
		wait = min(backoffLeast<<b.stops, backoffMost)
	}
	b.stops++
	return wait, false
}

// forget begins anew: what is run now is another thing, or a person wants it.
func (b *backoff) forget() { *b = backoff{quarantine: b.quarantine} }
