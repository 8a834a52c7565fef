package engine

import (
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/trace"
)

// flight is a delivery that is with its connector, or about to be.
type flight struct {
	exec     *hub.Execution
	delivery *hub.Delivery
	program  *program
	in       *integration
	handover hub.Handover
	span     trace.Span // of the attempt
	started  time.Time
	handed   time.Time // when its connector was given it
	lookup   bool      // its provider can be asked what became of it
	probe    bool      // it tries whether its provider is there again
	alone    bool      // it is the only delivery of its execution
	givenUp  bool      // its outcome did not come in time: it takes no place any more
}

// pipes knows what is in flight: how much per integration, and which deliveries.
type pipes struct {
	mu      sync.Mutex
	busy    map[int64]int     // by integration: reserved and in flight
	flights map[int64]*flight // by delivery
}

// reserve takes a place in an integration's pipe.
func (p *pipes) reserve(integration int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy[integration]++
}

// room says whether an integration's pipe has a place.
func (p *pipes) room(integration int64, capacity int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.busy[integration] < capacity
}

// release gives back places that were reserved for what is not sent after all.
func (p *pipes) release(out []*flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range out {
		p.free(f)
	}
}

// enter notes what is handed over now.
func (p *pipes) enter(out []*flight) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range out {
		f.handed = now
		p.flights[f.delivery.Key] = f
	}
}

// leave takes the flights that outcomes answer out of the pipes. An outcome of another attempt, or of nothing that is in
// flight, finds none.
func (p *pipes) leave(outcomes []hub.Outcome) []landing {
	landings, now := make([]landing, 0, len(outcomes)), time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range outcomes {
		f, ok := p.flights[o.Key]
		if !ok || f.handover.Attempt != o.Attempt {
			continue
		}
		delete(p.flights, o.Key)
		if !f.givenUp {
			p.free(f)
		}
		landings = append(landings, landing{flight: f, outcome: o, at: now})
	}
	return landings
}

// giveUp frees the places of deliveries whose outcome did not come in time, so that a connector that forgets one does not
// block its integration for good. An outcome that comes after all still finds its flight.
func (p *pipes) giveUp(deliveries []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range deliveries {
		if f, ok := p.flights[key]; ok && !f.givenUp {
			f.givenUp = true
			p.free(f)
		}
	}
}

func (p *pipes) free(f *flight) {
	if p.busy[f.in.Key]--; p.busy[f.in.Key] == 0 {
		delete(p.busy, f.in.Key)
	}
}

func (p *pipes) total() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.flights)
}

// byConnector is how many are in flight, by the name of their connector.
func (p *pipes) byConnector() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := map[string]int{}
	for _, f := range p.flights {
		n[f.in.Connector]++
	}
	return n
}

// landing is a flight with its outcome.
type landing struct {
	*flight
	outcome hub.Outcome
	at      time.Time // when the outcome came
	first   bool      // nobody told before how the attempt ended; known once it is written
}

// handOver is what a transaction has to hand over once it is durable. A function that is run again, or whose transaction
// fails, gives its places back.
type handOver struct {
	e    *Engine
	out  []*flight
	left bool // something stays in the queue for a worker
}

// again begins anew: the transaction's function may run twice.
func (h *handOver) again() {
	h.e.pipes.release(h.out)
	for _, f := range h.out {
		h.e.pacer.back(f.paced(), f.started)
		if f.probe {
			h.e.breakers.back(f.in.Key)
		}
	}
	h.out, h.left = h.out[:0], false
}

// done is called with the error of the transaction: nothing of a failed one is handed over.
func (h *handOver) done(err error) {
	if err != nil {
		h.again()
	}
}

// leave hands over, by integration, right after the commit. It runs on the writer's goroutine and never blocks.
func (h *handOver) leave() {
	if len(h.out) == 0 {
		return
	}
	h.e.pipes.enter(h.out)
	for start := 0; start < len(h.out); {
		end := start + 1
		for end < len(h.out) && h.out[end].in == h.out[start].in {
			end++
		}
		h.e.send(h.out[start:end])
		start = end
	}
}

// send gives a batch of one integration to its connector. What could not be handed over never left: it lands at once as
// not started.
func (e *Engine) send(batch []*flight) {
	list := make([]hub.Handover, len(batch))
	for i, f := range batch {
		list[i] = f.handover
	}
	err := e.connectors.Send(batch[0].in.open, list)
	if err == nil {
		return
	}
	outcomes := make([]hub.Outcome, len(batch))
	for i, f := range batch {
		outcomes[i] = hub.Outcome{Key: f.delivery.Key, Attempt: f.handover.Attempt, Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration,
			NotStarted: true, Message: err.Error()}
	}
	e.Outcomes(batch[0].in.Key, outcomes)
}
