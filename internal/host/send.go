package host

import (
	"errors"

	"github.com/recado-hub/recado/internal/hub"
)

// Send hands a batch of one integration over to its connector and returns at once: it waits neither for the connector nor for the
// stream, which is opened on first use and opened anew when in.Version is higher than before or the process is a new one. An older
// version than the last one goes out with the settings of the last one.
//
// After nil every handover gets exactly one outcome through Options.Outcomes. After an error nothing of the batch left and none gets
// one. Errors are UNAVAILABLE (no such connector, not running, shutting down, too many waiting) or INVALID (the same attempt of a
// delivery is on its way already).
//
// A handover without a deadline gets one of 30 s from now. One of more than 1 MiB is REJECTED.
func (h *Host) Send(in hub.OpenIntegration, batch []hub.Handover) error {
	if len(batch) == 0 {
		return nil
	}
	for {
		p, err := h.process(in.Connector)
		if err != nil {
			return err
		}
		if err = p.send(&in, batch); !errors.Is(err, errStopping) {
			return err
		}
		if now, err := h.process(in.Connector); err != nil || now == p {
			return unavailable("the connector %s is being stopped; try again in a moment", in.Connector)
		}
	}
}

// errStopping says that a process takes nothing more: another one may have taken over.
var errStopping = errors.New("the process takes nothing more")

func (p *process) send(in *hub.OpenIntegration, batch []hub.Handover) error {
	for {
		s := p.stream(in)
		if s == nil {
			return errStopping
		}
		if err := s.push(batch); !errors.Is(err, errRetired) {
			return err
		}
		p.forget(s)
	}
}

// stream is the integration's stream, a new one if there is none or its settings are outdated; nil if the process ends.
func (p *process) stream(in *hub.OpenIntegration) *stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.streams[in.Key]
	if old != nil && in.Version <= old.in.Version {
		return old
	}
	if p.closed || p.run.hasEnded() {
		return nil
	}
	if old != nil {
		old.retire()
	}
	p.c.redact.learn(in)
	s := newStream(p, *in)
	p.streams[in.Key] = s
	p.living[s] = struct{}{}
	p.ending.Go(func() {
		s.live()
		p.forget(s)
		p.mu.Lock()
		delete(p.living, s)
		p.mu.Unlock()
	})
	return s
}

// forget makes the next Send open a new stream.
func (p *process) forget(s *stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams[s.in.Key] == s {
		delete(p.streams, s.in.Key)
	}
}
