package host

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// The keeper's times.
const (
	keepEvery = 250 * time.Millisecond
	// answerGrace is how long after its deadline an outcome may still come. A connector answers a hanging send itself within a
	// second (plugins/sdk), and knows better what it was.
	answerGrace = 2 * time.Second
	// endGrace is how long after its last outcome a retired stream may take to end.
	endGrace = 5 * time.Second
)

// keep settles what is overdue, hands back what waits once the stream retires, and retires it when nobody uses it.
func (s *stream) keep() {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	retiring := s.retiring
	var idle time.Time // since when a retired stream has no flights
	for {
		select {
		case <-s.over:
			return
		case <-retiring:
			retiring = nil
			s.handBack()
		case now := <-tick.C:
			s.tell(s.overdue(now))
			switch {
			case s.open() > 0:
				idle = time.Time{}
			case retiring != nil:
				s.retireIdle(now)
			case idle.IsZero():
				idle = now
			case now.Sub(idle) > endGrace:
				s.cancel()
			}
		}
	}
}

// handBack settles what the connector has not been given.
func (s *stream) handBack() {
	s.tell(s.takeAll(
		func(f *flight) bool { return !f.written },
		func(f *flight) hub.Outcome {
			return notStarted(f, "it was handed back before it was sent, because the connector or its settings are being changed")
		}))
}

// overdue settles flights whose deadline has passed: those that wait as not started, those on their way as unknown. A late outcome
// finds no flight and is dropped. The place at the connector is free again, so that one which loses outcomes is not stuck for good.
func (s *stream) overdue(now time.Time) []hub.Outcome {
	outcomes := s.takeAll(
		func(f *flight) bool {
			deadline := f.Deadline
			if f.written {
				deadline = deadline.Add(answerGrace)
			}
			return !now.Before(deadline)
		},
		func(f *flight) hub.Outcome {
			if f.written {
				s.p.c.missed.Add(1)
				return unknown(f, "the connector did not say by the deadline what became of the message")
			}
			if !s.opened {
				return refused(f, "its deadline passed before the connector had taken the settings of this integration")
			}
			return notStarted(f, "its deadline passed while it waited for room at the connector")
		})
	if len(outcomes) > 0 {
		s.signal()
	}
	return outcomes
}

func (s *stream) retireIdle(now time.Time) {
	s.mu.Lock()
	idle := len(s.flights) == 0 && now.Sub(s.lastUsed) > s.p.c.o.IdleTimeout
	s.mu.Unlock()
	if idle {
		s.retire() // a push in between finds a retired stream and opens another one, or is handed back
	}
}
