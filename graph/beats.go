package graph

import (
	"sync"
	"time"
)

// beats calls a function again and again, each time a length of time after the last one has returned. While it waits it costs a timer
// and no goroutine.
type beats struct {
	mu    sync.Mutex
	timer *time.Timer
	over  bool
}

func newBeats(every time.Duration, beat func()) *beats {
	b := &beats{}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(every, func() {
		beat()
		b.mu.Lock()
		defer b.mu.Unlock()
		if !b.over {
			b.timer.Reset(every)
		}
	})
	return b
}

func (b *beats) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	b.timer.Stop()
}
