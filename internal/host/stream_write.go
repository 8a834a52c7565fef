package host

import (
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// Bounds of what is written at once.
const (
	mostAtOnce = 256
	// largestHandover in bytes. Receivers of gRPC take 4 MiB in one message unless told otherwise, and refuse the whole stream beyond.
	largestHandover = 1 << 20
)

// write hands waiting flights to the connector, never more than it has room for, until the stream retires or ends.
func (s *stream) write(ds *sdk.DeliverStream) {
	var w batchWriter
	for {
		batch, tooLarge := s.next(ds.InFlight())
		s.tell(tooLarge)
		if len(batch) > 0 {
			if err := ds.Send(w.deliveries(batch)); err != nil {
				if !errors.Is(err, sdk.ErrUnavailable) {
					// With ErrUnavailable the reader gets the outcomes that came before, then the end. Any other error must end it too.
					s.p.c.log.Error("handing deliveries to the connector failed", "error", s.p.c.redact.text(err.Error()))
					ds.Close()
				}
				return
			}
			continue
		}
		select {
		case <-s.wake:
		case <-s.retiring:
			s.finish(ds)
			return
		case <-s.over:
			return
		}
	}
}

// finish asks back what the connector has not begun and tells it that nothing more comes. Both fail only if the stream is over,
// which the reader finds out by itself.
func (s *stream) finish(ds *sdk.DeliverStream) {
	if s.open() > 0 {
		_ = ds.Recall()
	}
	_ = ds.CloseSend()
}

// next takes from the queue what there is room for and marks it as written: from here on nobody can say that it did not leave. What
// is too large for the wire is settled instead. A retired stream has nothing next.
func (s *stream) next(inFlight int) (batch []*flight, tooLarge []hub.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retired || s.dead {
		return nil, nil
	}
	now := time.Now()
	size, used := 0, 0
	for _, f := range s.queue {
		if !f.settled && (len(batch) == mostAtOnce || s.written == inFlight || size >= largestHandover) {
			break
		}
		used++
		if f.settled || !now.Before(f.Deadline) {
			continue // the latter is settled by the keeper
		}
		n := sizeOf(&f.Handover)
		if n > largestHandover {
			s.take(flightKey{f.Key, f.Attempt})
			tooLarge = append(tooLarge, rejectedAsTooLarge(f, n))
			continue
		}
		if !s.p.c.slots.take(s) {
			used-- // it waits for another stream of the connector
			break
		}
		size += n
		f.written = true
		s.waiting--
		s.written++
		batch = append(batch, f)
	}
	s.dequeue(used)
	return batch, tooLarge
}

// dequeue drops the first n of the queue without keeping them in memory.
func (s *stream) dequeue(n int) {
	clear(s.queue[:n])
	s.queue = s.queue[n:]
	if len(s.queue) == 0 {
		s.queue = nil
	}
}

// sizeOf a handover on the wire, in bytes, give or take.
func sizeOf(h *hub.Handover) int {
	n := 128 + len(h.Parameters) + len(h.Recipient) + len(h.Trace.Parent) + len(h.Trace.State)
	for _, v := range h.Values {
		n += 16 + len(v)
	}
	for _, name := range h.Names {
		n += len(name)
	}
	return n
}

// batchWriter turns flights into deliveries and keeps the memory for it: the sdk has copied them when Send returns.
type batchWriter struct {
	list   []sdk.Delivery
	values []sdk.Value
	flow   int64 // whose id is flowID: most deliveries of a batch belong to the same flow
	flowID string
}

func (w *batchWriter) deliveries(batch []*flight) []sdk.Delivery {
	clear(w.list)
	w.list, w.values = w.list[:0], w.values[:0]
	total := 0
	for _, f := range batch {
		total += len(f.Values)
	}
	if cap(w.values) < total {
		w.values = make([]sdk.Value, 0, total)
	}
	for _, f := range batch {
		if w.flowID == "" || w.flow != f.FlowKey {
			w.flow, w.flowID = f.FlowKey, hub.ID(hub.KindFlow, f.FlowKey)
		}
		first := len(w.values)
		for i, text := range f.Values {
			if i < len(f.Names) {
				w.values = append(w.values, sdk.Value{Name: f.Names[i], Text: text})
			} else {
				w.values = append(w.values, sdk.Value{Position: i + 1, Text: text})
			}
		}
		w.list = append(w.list, sdk.Delivery{
			ID: hub.ID(hub.KindDelivery, f.Key), Attempt: f.Attempt, Action: f.Action, Parameters: f.Parameters,
			Recipient: f.Recipient, Values: w.values[first:len(w.values):len(w.values)], Language: f.Language,
			Deadline: f.Deadline, FlowID: w.flowID, HeldCategories: f.HeldCategories, Trace: sdk.Trace(f.Trace),
		})
	}
	return w.list
}
