package host

import (
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// How many lines of a connector's log are kept: so many a second, and so many at once after a rest. What is more would cost the hub,
// and every other connector, the time and the disk to write it.
const (
	linesPerSecond = 100
	linesBurst     = 2000
	// cutEvery is how often it is told that lines were left out: a flood would have it told beside nearly every line that is kept.
	cutEvery = time.Second
)

// lineLimit leaves out lines of a log that come too fast. The zero value is ready for use; a nil one leaves out nothing.
type lineLimit struct {
	rate   atomic.Pointer[rate.Limiter]
	cut    atomic.Int64 // since the hub started
	unsaid atomic.Int64 // of these, those that no line has told of
	said   atomic.Int64 // when one told last, in nanoseconds
}

// allow says whether a line may be written, and how many were left out that nobody was told of yet, if it is time to tell.
func (l *lineLimit) allow() (may bool, cut int64) {
	if l == nil {
		return true, 0
	}
	r := l.rate.Load()
	if r == nil {
		l.rate.CompareAndSwap(nil, rate.NewLimiter(linesPerSecond, linesBurst))
		r = l.rate.Load()
	}
	if !r.Allow() {
		l.cut.Add(1)
		l.unsaid.Add(1)
		return false, 0
	}
	if now, last := time.Now().UnixNano(), l.said.Load(); l.unsaid.Load() == 0 || now-last < int64(cutEvery) || !l.said.CompareAndSwap(last, now) {
		return true, 0
	}
	return true, l.unsaid.Swap(0)
}
