package feed

import "github.com/recado-hub/recado/internal/hub"

// scan is how many changes of the tail are looked at in one go: nobody else can look or publish meanwhile.
const scan = 2048

// Listener listens for a topic. One goroutine takes from it; Reached may be asked by others.
type Listener struct {
	feed  *Feed
	topic Topic
	wake  chan struct{} // holds one token: look again

	// Under the feed's lock.
	after int64 // it wants nothing up to here
	next  int64 // the first change that may concern it and that it has yet to look at; 0: there is none
	idle  bool  // it has looked at everything, and was told so
}

// hear notes a change that concerns it. Only the first is remembered: what is before that does not concern it, however much it is.
func (l *Listener) hear(seq int64) {
	if l.next != 0 || seq <= l.after {
		return
	}
	l.next = seq
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// More has a value when there may be something to take again.
func (l *Listener) More() <-chan struct{} { return l.wake }

// Taken is what Take found.
type Taken struct {
	Changes []hub.Change
	Behind  bool  // the tail does not reach back so far: read the journal after the cursor From, and say Read
	From    int64 // the cursor after which was looked
	Idle    bool  // there is nothing to take: wait for More
}

// Take takes up to limit changes that are wanted. wants is called under the feed's lock, so it must be quick.
func (l *Listener) Take(limit int, wants func(*hub.Change) bool) (t Taken) {
	f := l.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	l.idle = l.next == 0
	if l.idle {
		return Taken{From: f.last, Idle: true}
	}
	t.From = l.next - 1
	if t.Behind = l.next < f.from; t.Behind {
		return t
	}
	s := l.next
	for end := s + scan; s <= f.last && s < end && len(t.Changes) < limit; s++ {
		if c := &f.tail[s%int64(len(f.tail))]; wants(c) {
			t.Changes = append(t.Changes, *c)
		}
	}
	l.goOn(s)
	return t
}

// Read says up to which cursor the journal was read.
func (l *Listener) Read(seq int64) {
	l.feed.mu.Lock()
	defer l.feed.mu.Unlock()
	l.goOn(seq + 1)
}

// goOn makes s the next change to look at.
func (l *Listener) goOn(s int64) {
	l.after, l.next = s-1, s
	if s > l.feed.last {
		l.next = 0
	}
}

// Reached is the cursor up to which it has looked at everything; ok is false while it has not, or while what it took last
// may still be on its way: it has not asked for more.
func (l *Listener) Reached() (seq int64, ok bool) {
	l.feed.mu.Lock()
	defer l.feed.mu.Unlock()
	return max(l.feed.last, l.after), l.idle && l.next == 0
}

// Close ends it.
func (l *Listener) Close() {
	f := l.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	of := f.listeners[l.topic]
	if _, there := of[l]; !there {
		return
	}
	delete(of, l)
	if len(of) == 0 {
		delete(f.listeners, l.topic)
		f.topics[l.topic.kind]--
	}
}
