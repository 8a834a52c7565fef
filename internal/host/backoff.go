package host

import "time"

// The waits between starts of a connector that keeps stopping.
const (
	backoffLeast = 100 * time.Millisecond
	backoffMost  = 30 * time.Second
	// healthyAfter is how long a process must have run for the next stop to count as the first one.
	healthyAfter = time.Minute
)

// backoff counts the stops of a connector in a row. The zero value has seen none.
type backoff struct {
	stops int
}

// stopped says how long to wait before the next start of a process that was ready for the time ran, zero if it never was.
func (b *backoff) stopped(ran time.Duration) time.Duration {
	if ran >= healthyAfter {
		b.stops = 0
	}
	wait := backoffMost
	if b.stops < 9 { // 100 ms doubled nine times is over the most
		wait = min(backoffLeast<<b.stops, backoffMost)
	}
	b.stops++
	return wait
}
