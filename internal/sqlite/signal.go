package sqlite

import "sync"

// signal wakes whoever waits for something to change.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait is a channel that closes at the next wake.
func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// RightsChanged is a channel that closes when a commit may have changed what a caller may do: a change of configuration, or
// a token that was taken back. Whoever holds a caller for long takes the channel first, then looks at the caller, and does
// both again when it closes. That a consumer or a token expires by itself is no commit.
func (db *DB) RightsChanged() <-chan struct{} { return db.rights.wait() }
