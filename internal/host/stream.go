package host

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// stream is the way of one integration's deliveries to one process: the handovers that wait for room, and those that are on their
// way. Four goroutines serve it: one opens it and reads outcomes, one writes, one keeps time, one tells the engine. Whoever takes a
// flight out of flights, under mu, gives its only outcome.
type stream struct {
	p      *process
	in     hub.OpenIntegration
	ctx    context.Context
	cancel context.CancelFunc

	wake     chan struct{} // there may be something to write
	retiring chan struct{} // closed by retire
	over     chan struct{} // closed by end
	told     chan []hub.Outcome

	mu       sync.Mutex
	flights  map[flightKey]*flight
	queue    []*flight // not written, in order; those settled meanwhile are skipped
	waiting  int       // unsettled in queue
	written  int       // unsettled and written
	opened   bool      // the connector took the settings
	retired  bool      // takes nothing new
	dead     bool      // nothing can be written or read any more
	lastUsed time.Time
}

// flightKey tells attempts of one delivery apart, so that a late answer to an earlier one is not taken for the later one's.
type flightKey struct {
	delivery int64
	attempt  int
}

// flight is a handover that has no outcome yet.
type flight struct {
	hub.Handover
	written bool // it may have reached the connector
	settled bool
}

var (
	errRetired     = errors.New("the stream takes nothing new")
	errOpenTimeout = errors.New("it did not take the settings in time")
)

func newStream(p *process, in hub.OpenIntegration) *stream {
	s := &stream{
		p: p, in: in, flights: map[flightKey]*flight{}, lastUsed: time.Now(),
		wake: make(chan struct{}, 1), retiring: make(chan struct{}), over: make(chan struct{}),
		told: make(chan []hub.Outcome, 64),
	}
	s.ctx, s.cancel = context.WithCancel(p.ctx)
	return s
}

// push takes all of a batch or, with an error, nothing of it.
func (s *stream) push(batch []hub.Handover) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retired || s.dead {
		return errRetired
	}
	if s.waiting+len(batch) > s.p.c.o.QueueSize {
		return unavailable("the connector %s has %d deliveries of this integration waiting already; hand over more when some of them are answered",
			s.p.c.name, s.waiting)
	}
	now := time.Now()
	block := make([]flight, len(batch))
	for i := range batch {
		f := &block[i]
		f.Handover = batch[i]
		if f.Deadline.IsZero() {
			f.Deadline = now.Add(sdk.DefaultSendTimeout)
		}
		key := flightKey{f.Key, f.Attempt}
		if s.flights[key] != nil {
			s.unpush(block[:i])
			return hub.Invalid("", "attempt %d of %s is on its way already; wait for its outcome", f.Attempt, hub.ID(hub.KindDelivery, f.Key))
		}
		s.flights[key] = f
	}
	for i := range block {
		s.queue = append(s.queue, &block[i])
	}
	s.waiting += len(block)
	s.lastUsed = now
	s.signal()
	return nil
}

func (s *stream) unpush(block []flight) {
	for i := range block {
		delete(s.flights, flightKey{block[i].Key, block[i].Attempt})
	}
}

func (s *stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// retire makes the stream take nothing new, hand back what waits, and end when the rest is answered.
func (s *stream) retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.retired {
		s.retired = true
		close(s.retiring)
	}
}

// open is how many flights have no outcome.
func (s *stream) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.flights)
}

// take settles a flight, under mu. It is nil if there is none of that key that fits.
func (s *stream) take(key flightKey) *flight {
	f := s.flights[key]
	if f == nil {
		return nil
	}
	delete(s.flights, key)
	f.settled = true
	if f.written {
		s.written--
		s.p.c.slots.give()
	} else {
		s.waiting--
	}
	return f
}

// takeAll settles all flights that fit and gives each an outcome.
func (s *stream) takeAll(fits func(*flight) bool, outcome func(*flight) hub.Outcome) []hub.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []hub.Outcome
	for key, f := range s.flights {
		if fits(f) {
			s.take(key)
			all = append(all, outcome(f))
		}
	}
	if s.waiting == 0 {
		s.queue = nil
	}
	return all
}

// tell passes outcomes on to the engine. It waits while the engine is far behind.
func (s *stream) tell(outcomes []hub.Outcome) {
	if len(outcomes) > 0 {
		s.told <- outcomes
	}
}

// mostTold bounds one call of Options.Outcomes.
const mostTold = 1024

// tellAll calls Options.Outcomes, with all that has come while it was busy at once: the engine commits them together.
func (s *stream) tellAll() {
	for list := range s.told {
		for more := true; more && len(list) < mostTold; {
			select {
			case next, ok := <-s.told:
				list, more = append(list, next...), ok
			default:
				more = false
			}
		}
		s.p.c.o.Outcomes(s.in.Key, list)
	}
}

// live serves the stream to its end and sees to it that every flight has an outcome and that the engine knows it.
func (s *stream) live() {
	var telling, helpers sync.WaitGroup
	telling.Go(s.tellAll)
	helpers.Go(s.keep)
	s.exchange(&helpers)
	s.cancel()
	helpers.Wait()
	close(s.told)
	telling.Wait()
}

// exchange opens the stream and reads outcomes until it is over.
func (s *stream) exchange(helpers *sync.WaitGroup) {
	log := s.p.c.log.With("integration", hub.ID(hub.KindIntegration, s.in.Key), "version", s.in.Version)
	ds, err := s.openDeliver()
	if err != nil {
		log.Warn("the stream of an integration could not be opened", "error", s.p.c.redact.text(err.Error()))
		s.end(func(f *flight) hub.Outcome { return s.openFailed(f, err) })
		return
	}
	s.mu.Lock()
	s.opened = true
	s.mu.Unlock()
	log.Debug("the stream of an integration is open", "in_flight", ds.InFlight())
	helpers.Go(func() { s.write(ds) })
	err = s.read(ds)
	s.end(func(f *flight) hub.Outcome { return s.broken(f, err) })
	log.Debug("the stream of an integration has ended", "because", s.p.c.redact.text(err.Error()))
}

// openDeliver opens the stream in the connector. It is bounded in time: settings are to be taken without asking the network.
func (s *stream) openDeliver() (*sdk.DeliverStream, error) {
	late := time.AfterFunc(s.p.c.o.StartTimeout, s.cancel)
	ds, err := s.p.rpc.OpenDeliver(s.ctx, integrationToSDK(&s.in))
	if late.Stop() {
		return ds, err
	}
	if err == nil {
		ds.Close()
	}
	return nil, errOpenTimeout
}

// end settles everything that is left. From here on push refuses.
func (s *stream) end(outcome func(*flight) hub.Outcome) {
	s.mu.Lock()
	s.dead = true
	s.mu.Unlock()
	close(s.over)
	s.tell(s.takeAll(func(*flight) bool { return true }, outcome))
	s.p.c.slots.forget(s)
}

// read passes outcomes on until the stream ends.
func (s *stream) read(ds *sdk.DeliverStream) error {
	for {
		list, err := ds.Recv()
		if err != nil {
			return err
		}
		s.tell(s.answered(list))
	}
}

// answered settles the flights that outcomes answer. An outcome for none of them is late, or the connector's mistake: it is dropped.
func (s *stream) answered(list []sdk.Outcome) []hub.Outcome {
	now := time.Now().UTC()
	outcomes := make([]hub.Outcome, 0, len(list))
	s.mu.Lock()
	for i := range list {
		if f := s.takeWritten(&list[i]); f != nil {
			outcomes = append(outcomes, s.p.c.outcome(&list[i], f.Key, now))
		} else {
			s.p.c.log.Debug("an outcome came for no delivery on its way and was dropped",
				"delivery", hub.Clip(list[i].DeliveryID, 40), "attempt", list[i].Attempt, "outcome", list[i].Kind)
		}
	}
	more := s.waiting > 0
	s.mu.Unlock()
	if len(outcomes) > 0 {
		s.p.c.missed.Store(0)
	}
	if more {
		s.signal()
	}
	return outcomes
}

func (s *stream) takeWritten(o *sdk.Outcome) *flight {
	kind, key, err := hub.ParseID(o.DeliveryID)
	if err != nil || kind != hub.KindDelivery {
		return nil
	}
	at := flightKey{key, o.Attempt}
	if f := s.flights[at]; f == nil || !f.written {
		return nil
	}
	return s.take(at)
}

// openFailed is the outcome of a handover whose stream could not be opened: nothing was sent.
func (s *stream) openFailed(f *flight, err error) hub.Outcome {
	var settings *sdk.SettingsError
	if s.p.ctx.Err() != nil || errors.Is(err, sdk.ErrUnavailable) {
		return notStarted(f, "the connector stopped before the message was handed to it")
	}
	if errors.As(err, &settings) || errors.Is(err, sdk.ErrUnimplemented) {
		return s.p.c.misconfigured(f, err)
	}
	return refused(f, "the connector could not be opened for this integration: "+hub.Clip(s.p.c.redact.text(err.Error()), 300))
}

// broken is the outcome of a flight that was left when the stream ended.
func (s *stream) broken(f *flight, err error) hub.Outcome {
	switch {
	case !f.written:
		return notStarted(f, "the connector stopped before the message was handed to it")
	case s.p.c.stops():
		o := unknown(f, "the hub stopped while the message was on its way")
		o.CutOff = true
		return o
	case errors.Is(err, io.EOF):
		return lost(f, "the connector ended its stream without saying what became of the message")
	default:
		return lost(f, "the connector stopped while the message was on its way")
	}
}
