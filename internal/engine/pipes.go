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
	limited  bool      // it takes a place of its flow, too
	lookup   bool      // its provider can be asked what became of it
	probe    bool      // it tries whether its provider is there again
	alone    bool      // it is the only delivery of its execution
	givenUp  bool      // its outcome did not come in time: it takes no place any more
}

// keptPart is which part of the places is kept for executions that wait for one.
const keptPart = 4

// pipes knows what is in flight: how much per integration, and per flow where that is bounded, and which deliveries. Keys of both are
// never the same.
type pipes struct {
	mu      sync.Mutex
	busy    map[int64]int     // by integration, and by flow that is bounded: reserved and in flight
	flights map[int64]*flight // by delivery
	limits  map[int64]int     // by flow that is bounded: how many it may have, as a delivery of it last found
	crowds  map[int64]int64   // by integration or flow: the round of the worker in which somebody last found no place
	round   int64
}

// reserve takes a place in an integration's pipe, and of its flow if that is bounded, which limited says.
func (p *pipes) reserve(integration, flow int64) (limited bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy[integration]++
	if limited = p.limits[flow] > 0; limited {
		p.busy[flow]++
	}
	return limited
}

// room says whether an integration's pipe has a place for a flow that may have most in flight; 0 is any number. What the flow had in
// flight before it was bounded does not count.
func (p *pipes) room(integration int64, capacity int, flow int64, most int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limits[flow] != most {
		if p.limits[flow] = most; most == 0 {
			delete(p.limits, flow)
		}
	}
	return p.busy[integration] < capacity && (most == 0 || p.busy[flow] < most)
}

// admits says whether there is a place for an execution of a flow: the flow's own bound is the one that was last found. Some places are
// not for newcomers as long as others wait for one, or those who flood the hub would always be faster than the worker.
func (p *pipes) admits(integration int64, capacity int, flow int64, newcomer bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.fits(integration, capacity, newcomer) {
		return false
	}
	most := p.limits[flow]
	return most == 0 || p.fits(flow, most, newcomer)
}

func (p *pipes) fits(key int64, most int, newcomer bool) bool {
	busy := p.busy[key]
	if busy >= most {
		p.crowds[key] = p.round
		return false
	}
	if newcomer && len(p.crowds) > 0 {
		if _, crowded := p.crowds[key]; crowded {
			return busy < most-max(most/keptPart, 1)
		}
	}
	return true
}

// nextRound is called when the worker has taken up what it could. Where nobody missed a place since the round before, nobody waits for
// one any more.
func (p *pipes) nextRound() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, last := range p.crowds {
		if last < p.round {
			delete(p.crowds, key)
		}
	}
	p.round++
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
	p.leavePlace(f.in.Key)
	if f.limited {
		p.leavePlace(f.delivery.FlowKey)
	}
}

func (p *pipes) leavePlace(key int64) {
	if p.busy[key]--; p.busy[key] == 0 {
		delete(p.busy, key)
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
