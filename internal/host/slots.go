package host

import "sync"

// slots count the deliveries of a connector that are with it, over all of its integrations and processes, and bound them. The zero value
// only counts.
type slots struct {
	mu      sync.Mutex
	most    int // 0: no bound
	used    int
	waiting map[*stream]struct{} // that found no room
}

// take takes a place for a delivery of a stream; if there is none, the stream is woken when there may be.
func (l *slots) take(s *stream) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.most > 0 && l.used >= l.most {
		if l.waiting == nil {
			l.waiting = map[*stream]struct{}{}
		}
		l.waiting[s] = struct{}{}
		return false
	}
	l.used++
	return true
}

// give gives places back.
func (l *slots) give() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used--
	for s := range l.waiting {
		delete(l.waiting, s)
		s.signal()
	}
}

// forget forgets a stream that has ended.
func (l *slots) forget(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, s)
}

// inUse is how many places are taken.
func (l *slots) inUse() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.used
}
