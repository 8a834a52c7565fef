// Package feed knows who is listening to the journal: it keeps its newest part in memory and wakes whoever waits for more.
//
// A listener holds nothing but its cursor. It takes what came after the cursor from the tail; when it has fallen behind
// the tail it reads the journal itself, at its own pace. So a slow listener costs nobody anything and loses nothing, and
// publishing never waits.
package feed

import (
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// Feed is the shared tail of the journal. The zero value is not usable; see New.
type Feed struct {
	mu   sync.Mutex
	tail []hub.Change // a ring: index seq % len holds the change seq, if it is in the tail
	from int64        // sequence of the oldest change in the tail
	last int64        // sequence of the newest change
	news chan struct{}
}

// New makes a feed that keeps size changes and whose journal ends at last.
func New(size int, last int64) *Feed {
	return &Feed{tail: make([]hub.Change, size), from: last + 1, last: last, news: make(chan struct{})}
}

// Publish adds changes that were committed, in the order of their sequence, and wakes everybody who waits. It never blocks.
func (f *Feed) Publish(changes []hub.Change) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range changes {
		if c.Seq != f.last+1 {
			f.from = c.Seq // a gap: what came before it can only be read in the journal
		}
		f.tail[c.Seq%int64(len(f.tail))] = c
		f.last = c.Seq
	}
	f.from = max(f.from, f.last-int64(len(f.tail))+1)
	close(f.news)
	f.news = make(chan struct{})
}

// Last is the cursor of the newest change.
func (f *Feed) Last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// After returns up to limit changes after a cursor. behind says that the tail does not reach back so far: read the journal
// from the cursor on instead. Without changes, more is closed as soon as there are some.
func (f *Feed) After(seq int64, limit int) (changes []hub.Change, behind bool, more <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq >= f.last {
		return nil, false, f.news
	}
	if seq+1 < f.from {
		return nil, true, nil
	}
	n := min(int64(limit), f.last-seq)
	changes = make([]hub.Change, 0, n)
	for s := seq + 1; s <= seq+n; s++ {
		changes = append(changes, f.tail[s%int64(len(f.tail))])
	}
	return changes, false, nil
}
