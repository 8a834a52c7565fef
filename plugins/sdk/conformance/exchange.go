package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// stream is one integration's stream, used as the hub uses it: at most InFlight deliveries have no outcome.
type stream struct {
	*sdk.DeliverStream
	t      *T
	cancel context.CancelFunc
	open   map[string]*sdk.Delivery
	done   map[string]bool
	ended  error // how Recv ended
	came   chan arrival
}

type arrival struct {
	outcomes []sdk.Outcome
	err      error
}

// openStream opens one. Whatever hangs is ended by the check's patience.
func (t *T) openStream(in sdk.Integration) (*stream, error) {
	t.watch.keep(in)
	client := t.client()
	ctx, cancel := context.WithCancel(t)
	late := time.AfterFunc(t.options.Patience, cancel)
	ds, err := client.OpenDeliver(ctx, in)
	if !late.Stop() {
		err = fmt.Errorf("the stream was not opened within %s", t.options.Patience)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &stream{DeliverStream: ds, t: t, cancel: cancel, open: map[string]*sdk.Delivery{}, done: map[string]bool{}, came: make(chan arrival)}, nil
}

// Close ends the stream at once.
func (s *stream) Close() {
	s.DeliverStream.Close()
	s.cancel()
}

// read begins to take outcomes from the connector.
func (s *stream) read() {
	go func() {
		for {
			outcomes, err := s.Recv()
			select {
			case s.came <- arrival{outcomes, err}:
			case <-s.t.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
}

// hand hands deliveries over.
func (s *stream) hand(list []sdk.Delivery) error {
	for i := range list {
		s.open[list[i].ID] = &list[i]
	}
	return s.Send(list)
}

// next waits for the next outcomes and judges them. It gives those that answer a delivery for the first time.
func (s *stream) next(patience time.Duration) ([]sdk.Outcome, error) {
	if s.ended != nil {
		return nil, s.ended
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a := <-s.came:
		s.ended = a.err
		return s.account(a.outcomes), a.err
	case <-timer.C:
		return nil, errNoOutcome
	case <-s.t.Done():
		return nil, s.t.Err()
	}
}

func (s *stream) account(outcomes []sdk.Outcome) []sdk.Outcome {
	first := outcomes[:0]
	for _, o := range outcomes {
		d := s.open[o.DeliveryID]
		switch {
		case d != nil:
			s.t.ledger.judge(s.t.d, d, &o)
			delete(s.open, o.DeliveryID)
			s.done[o.DeliveryID] = true
			first = append(first, o)
		case s.done[o.DeliveryID]:
			s.t.ledger.note("outcome/once", "a second outcome for %s: %s", o.DeliveryID, o.Kind)
		default:
			s.t.ledger.note("outcome/once", "an outcome for %q, which was not on its way", o.DeliveryID)
		}
	}
	return first
}

// end closes the suite's side and reads to the end of the stream, for a moment: what comes too much comes now.
func (s *stream) end(patience time.Duration) error {
	err := s.CloseSend()
	for err == nil {
		_, err = s.next(patience)
	}
	return err
}

// exchange sends deliveries on a stream of their own and gives their outcomes by id. An error says that some are missing.
func (t *T) exchange(in sdk.Integration, list []sdk.Delivery) (map[string]sdk.Outcome, error) {
	got := make(map[string]sdk.Outcome, len(list))
	err := t.exchangeEach(in, list, func(o sdk.Outcome) { got[o.DeliveryID] = o })
	return got, err
}

// exchangeEach is exchange for many: it keeps nothing.
func (t *T) exchangeEach(in sdk.Integration, list []sdk.Delivery, each func(sdk.Outcome)) error {
	s, err := t.openStream(in)
	if err != nil {
		return err
	}
	defer s.Close()
	s.read()
	pump := newPump(s)
	defer pump.stop()
	n := 0
	for next := 0; n < len(list); {
		if free := s.InFlight() - len(s.open); free > 0 && next < len(list) {
			batch := list[next:min(next+min(free, mostBatch), len(list))]
			next += len(batch)
			for i := range batch {
				s.open[batch[i].ID] = &batch[i]
			}
			pump.send(batch)
			if len(s.open) < s.InFlight() && next < len(list) {
				continue
			}
		}
		outcomes, err := s.next(t.options.Patience)
		if err != nil {
			return fmt.Errorf("after %d of %d outcomes: %w", n, len(list), sendError(pump, err))
		}
		for _, o := range outcomes {
			each(o)
		}
		n += len(outcomes)
	}
	_ = s.end(tooMuch) // how a stream ends has a check of its own
	return nil
}

// tooMuch is how long outcomes are waited for that should not come.
const tooMuch = 300 * time.Millisecond

// mostBatch deliveries go in one message.
const mostBatch = 64

func sendError(p *pump, err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the connector ended the stream")
	}
	if sent := p.failed(); sent != nil {
		return errors.Join(err, sent)
	}
	return err
}

// pump hands batches over beside the one who reads outcomes: a connector whose buffers are full takes nothing until they are read.
type pump struct {
	batches chan []sdk.Delivery
	ended   chan struct{}
	once    sync.Once
	mu      sync.Mutex
	err     error
}

func newPump(s *stream) *pump {
	p := &pump{batches: make(chan []sdk.Delivery, sdk.MaxInFlight), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		for b := range p.batches {
			if err := s.Send(b); err != nil {
				p.mu.Lock()
				p.err = err
				p.mu.Unlock()
			}
		}
	}()
	return p
}

func (p *pump) send(b []sdk.Delivery) { p.batches <- b }

// stop ends it. The stream must have ended, or all outcomes come.
func (p *pump) stop() {
	p.once.Do(func() { close(p.batches) })
}

func (p *pump) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// one sends one delivery.
func (t *T) one(in sdk.Integration, d sdk.Delivery) (sdk.Outcome, error) {
	got, err := t.exchange(in, []sdk.Delivery{d})
	return got[d.ID], err
}

// must is exchange whose outcomes all have to come.
func (t *T) must(in sdk.Integration, list []sdk.Delivery) map[string]sdk.Outcome {
	got, err := t.exchange(in, list)
	if err != nil {
		t.stop("%v", err)
	}
	return got
}
