package engine

import (
	"context"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// queueEvery is how long after the numbers of the queue were read they are read again: what happens meanwhile is told together.
const queueEvery = time.Second

// queueReader reads the numbers of the queue for all who watch it: however many they are, they are read once in a second.
type queueReader struct {
	mu  sync.Mutex
	at  time.Time // when they were read
	seq int64     // the journal's end before they were read
	was *hub.Queue
}

// numbers gives the newest numbers that there may be, and up to which change they count.
func (e *Engine) numbers(ctx context.Context, seq int64) (*hub.Queue, int64, error) {
	r := &e.shown
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.was != nil && (r.seq >= seq || time.Since(r.at) < queueEvery) {
		return r.was, r.seq, nil
	}
	end := e.feed.Last()
	q, err := e.db.QueueForHub(ctx)
	if err != nil {
		return nil, 0, err
	}
	r.was, r.seq, r.at = q, end, time.Now()
	return q, end, nil
}

// due is how long to wait until they may be read again.
func (r *queueReader) due() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return queueEvery - time.Since(r.at)
}

// watchQueue sends the numbers of the queue as they are, and again when something has moved. What happens within a second is told
// together, and the last that is told is how it then stays.
func (e *Engine) watchQueue(ctx context.Context, w *Watch, s *Subscription, refresh func() (hub.Caller, error)) error {
	moved := true
	look := func(c *hub.Change) bool {
		moved = moved || w.wants(c)
		return false // it needs none of them
	}
	var told *hub.Queue
	for {
		for t := s.listener.Take(1, look); !t.Idle; t = s.listener.Take(1, look) {
			if t.Behind {
				moved = true
				s.listener.Read(e.feed.Last())
			}
		}
		if moved {
			seq := e.feed.Last()
			q, to, err := e.numbers(ctx, seq)
			if err != nil {
				return err
			}
			caller, err := refresh()
			if err != nil {
				return err
			}
			if q != told && w.maySee(caller) && !s.send(ctx, Seen{Queue: q, watch: w, Rights: caller.Grants()}) {
				return nil
			}
			told, moved = q, to < seq
		}
		var again <-chan time.Time
		more := s.listener.More()
		if moved {
			again, more = time.After(e.shown.due()), nil
		}
		select {
		case <-more:
		case <-again:
		case <-ctx.Done():
			return nil
		}
	}
}
