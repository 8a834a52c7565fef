// Package feed knows who is listening to the journal: it keeps its newest part in memory and wakes whoever waits for more.
//
// A listener says what it listens for, and is woken by nothing else: a thousand listeners that watch a flow each cost no more
// than those whose flow moves. It holds nothing but its cursor. It takes what came after that from the tail; when it has fallen
// behind the tail it reads the journal itself, at its own pace. So a slow listener costs nobody anything and loses nothing, and
// publishing never waits.
package feed

import (
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// Feed is the shared tail of the journal. The zero value is not usable; see New.
type Feed struct {
	mu        sync.Mutex
	tail      []hub.Change // a ring: index seq % len holds the change seq, if it is in the tail
	from      int64        // sequence of the oldest change in the tail
	last      int64        // sequence of the newest change
	listeners map[Topic]map[*Listener]struct{}
	topics    [kinds]int // topics of each kind that somebody listens for
}

// New makes a feed that keeps size changes and whose journal ends at last.
func New(size int, last int64) *Feed {
	return &Feed{tail: make([]hub.Change, size), from: last + 1, last: last, listeners: map[Topic]map[*Listener]struct{}{}}
}

// Publish adds changes that were committed, in the order of their sequence, and wakes whoever listens for one of them. It never
// blocks.
func (f *Feed) Publish(changes []hub.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range changes {
		c := &changes[i]
		if c.Seq != f.last+1 {
			f.from = c.Seq // a gap: what came before it can only be read in the journal
		}
		f.tail[c.Seq%int64(len(f.tail))] = *c
		f.last = c.Seq
		f.tell(c)
	}
	f.from = max(f.from, f.last-int64(len(f.tail))+1)
}

// tell wakes whoever listens for a change.
func (f *Feed) tell(c *hub.Change) {
	for kind, n := range f.topics {
		if n == 0 {
			continue
		}
		for l := range f.listeners[topicOf(uint8(kind), c)] {
			l.hear(c.Seq)
		}
	}
}

// Last is the cursor of the newest change.
func (f *Feed) Last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// Listen begins to listen for a topic after a cursor. The listener must be closed.
func (f *Feed) Listen(t Topic, after int64) *Listener {
	l := &Listener{feed: f, topic: t, after: after, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[t] == nil {
		f.listeners[t] = map[*Listener]struct{}{}
		f.topics[t.kind]++
	}
	f.listeners[t][l] = struct{}{}
	if after < f.last {
		l.next = after + 1
	}
	return l
}
