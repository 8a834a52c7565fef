package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

type deliverServer = grpc.BidiStreamingServer[wire.DeliverRequest, wire.DeliverResponse]

// Deliver serves one integration's stream: a pool of workers calls Send, and outcomes go back in whatever order they come.
func (s *server) Deliver(stream deliverServer) (err error) {
	s.sending.Add(1)
	defer s.sending.Done()
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if first.GetOpen() == nil {
		return status.Error(codes.InvalidArgument, "the first message of Deliver must be open")
	}
	in := integrationFromWire(first.GetOpen())
	defer settle("Deliver", in.Secrets, &err)
	c, ok := s.connector.(Destination)
	if !ok {
		return ErrUnimplemented
	}
	d, err := s.description(stream.Context())
	if err != nil {
		return err
	}
	sender, err := c.Open(stream.Context(), in)
	if err != nil {
		return err
	}
	defer func() {
		if e := sender.Close(); e != nil {
			slog.Warn("closing the sender failed", "integration", in.ID, "error", redact(e.Error(), in.Secrets))
		}
	}()
	inFlight := boundInFlight(d.Capabilities.InFlight)
	if err := stream.Send(&wire.DeliverResponse{Message: &wire.DeliverResponse_Opened{Opened: &wire.Opened{InFlight: int32(inFlight)}}}); err != nil {
		return err
	}
	return newPool(stream.Context(), sender, in, inFlight).run(stream)
}

// overdueGrace is how long after its deadline a Send may still return its own outcome before the pool answers UNKNOWN in its place.
const overdueGrace = time.Second

// pool runs the sends of one stream. The receiving goroutine is the only one that queues work, starts workers and closes the queue.
type pool struct {
	sender   Sender
	in       Integration
	inFlight int
	stream   context.Context // ends when the stream breaks: nothing is started after that

	queue    chan *job
	outcomes chan sized
	workers  sync.WaitGroup

	mu         sync.Mutex
	unfinished int               // queued and being sent
	running    int               // workers that take work
	busy       map[*job]struct{} // being sent: looked over for those that hang
}

// sized is an outcome with its size on the wire in bytes, give or take.
type sized struct {
	*wire.Outcome
	bytes int
}

// job is one delivery on its way. Whoever sets answered first gives its only outcome.
type job struct {
	delivery Delivery
	answered bool // under pool.mu
}

func newPool(stream context.Context, s Sender, in Integration, inFlight int) *pool {
	return &pool{
		stream: stream, sender: s, in: in, inFlight: inFlight, busy: make(map[*job]struct{}, inFlight),
		queue: make(chan *job, inFlight), outcomes: make(chan sized, inFlight),
	}
}

// run ends when every delivery has its outcome and the outcomes are sent, or the stream is broken.
func (p *pool) run(stream deliverServer) error {
	written := make(chan error, 1)
	go func() { written <- p.write(stream) }()
	ended := make(chan struct{})
	watched := make(chan struct{})
	go func() { defer close(watched); p.watch(ended) }()

	err := p.read(stream)
	if err != nil {
		p.handBack(streamBroke)
	}
	close(p.queue)
	p.workers.Wait()
	close(ended)
	<-watched
	close(p.outcomes)
	return errors.Join(err, <-written)
}

// read queues deliveries until the host closes its side. A full queue holds it up, and with it the host.
func (p *pool) read(stream deliverServer) error {
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch m := r.GetMessage().(type) {
		case *wire.DeliverRequest_Batch:
			for _, d := range m.Batch.GetDeliveries() {
				if err := p.enqueue(&job{delivery: deliveryFromWire(d)}); err != nil {
					return err
				}
			}
		case *wire.DeliverRequest_Recall:
			p.handBack("recalled before it was started")
		case *wire.DeliverRequest_Open:
			return status.Error(codes.InvalidArgument, "open may come only once on a stream")
		}
	}
}

func (p *pool) enqueue(j *job) error {
	p.mu.Lock()
	p.unfinished++
	start := p.unfinished > p.running && p.running < p.inFlight
	if start {
		p.running++
	}
	p.mu.Unlock()
	if start {
		p.workers.Add(1)
		go p.work()
	}
	select {
	case p.queue <- j:
		return nil
	case <-p.stream.Done():
		return p.stream.Err()
	}
}

// handBack answers everything that waits in the queue with RETRY.
func (p *pool) handBack(reason string) {
	for {
		select {
		case j := <-p.queue:
			p.answer(j, notStarted(reason))
		default:
			return
		}
	}
}

const streamBroke = "the stream to the hub broke before it was started"

func notStarted(reason string) Outcome {
	return Outcome{Kind: Retry, Scope: ScopeDelivery, Message: reason, Detail: map[string]string{DetailNotStarted: "true"}}
}

// work sends until the queue is closed. A worker that the watch has given up leaves without Done: its place was passed on.
func (p *pool) work() {
	for j := range p.queue {
		if !p.send(j) {
			return
		}
	}
	p.workers.Done()
}

// send tries j once. It is false if the watch has given this worker up meanwhile.
func (p *pool) send(j *job) bool {
	d := &j.delivery
	if p.stream.Err() != nil {
		return p.answer(j, notStarted(streamBroke))
	}
	if d.Deadline.IsZero() {
		d.Deadline = time.Now().Add(DefaultSendTimeout)
	} else if !time.Now().Before(d.Deadline) {
		return p.answer(j, notStarted("its deadline passed before it was started"))
	}
	p.mu.Lock()
	p.busy[j] = struct{}{}
	p.mu.Unlock()
	// Not the stream's context: what has been begun is better finished, since a request cut off in the middle can never be accounted for.
	ctx, cancel := context.WithDeadline(context.Background(), d.Deadline)
	o := p.trySend(ctx, *d)
	cancel()
	return p.answer(j, o)
}

func (p *pool) trySend(ctx context.Context, d Delivery) (o Outcome) {
	defer func() {
		if v := recover(); v != nil {
			o = Outcome{Kind: Unknown, Message: panicked("Send", v)}
		}
	}()
	return p.sender.Send(ctx, d)
}

// answer gives j its outcome, unless it has one: then it is false.
func (p *pool) answer(j *job, o Outcome) bool {
	p.mu.Lock()
	first := !j.answered
	if first {
		j.answered = true
		p.unfinished--
		delete(p.busy, j)
	}
	p.mu.Unlock()
	if !first {
		slog.Warn("a send returned long after its deadline; it was taken as unknown", "delivery", j.delivery.ID, "outcome", o.Kind)
		return false
	}
	p.outcomes <- p.toWire(j, o)
	return true
}

func (p *pool) toWire(j *job, o Outcome) sized {
	o.DeliveryID, o.Attempt = j.delivery.ID, j.delivery.Attempt
	if o.Kind != Accepted && outcomeKinds.number(o.Kind) == 0 {
		o.Message = fmt.Sprintf("the connector answered with the outcome kind %q, which does not exist", o.Kind)
		o.Kind = Unknown
	}
	o = o.Told(p.clean)
	return sized{outcomeToWire(&o), sizeOfOutcome(&o)}
}

func (p *pool) clean(text string) string { return blot(text, p.in.Secrets) }

// sizeOfOutcome on the wire, in bytes, give or take.
func sizeOfOutcome(o *Outcome) int {
	n := 128 + len(o.ProviderID) + len(o.ProviderCode) + len(o.Message) + len(o.NextStep) + len(o.Path) + len(o.Recipient)
	for k, v := range o.Detail {
		n += 16 + len(k) + len(v)
	}
	for i := range o.Adjusted {
		n += 16 + len(o.Adjusted[i].Path) + len(o.Adjusted[i].Reason) + len(o.Adjusted[i].Sent)
	}
	return n
}

// watch answers for sends that hang far beyond their deadline. Such a worker is lost for the stream; a new one takes its place.
func (p *pool) watch(ended <-chan struct{}) {
	tick := time.NewTicker(overdueGrace / 4)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case now := <-tick.C:
			for _, j := range p.overdue(now) {
				p.giveUp(j)
			}
		}
	}
}

func (p *pool) overdue(now time.Time) (late []*job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for j := range p.busy {
		if now.After(j.delivery.Deadline.Add(overdueGrace)) {
			late = append(late, j)
		}
	}
	return late
}

func (p *pool) giveUp(j *job) {
	p.mu.Lock()
	if j.answered {
		p.mu.Unlock()
		return
	}
	j.answered = true
	p.unfinished--
	delete(p.busy, j)
	p.mu.Unlock()
	p.outcomes <- p.toWire(j, Outcome{Kind: Unknown, Message: "the connector did not answer by the deadline; the message may have been sent"})
	go p.work()
}

// Bounds of one message of outcomes: the hub takes 64 MiB, and ends the stream beyond.
const (
	mostOutcomes     = 256
	mostOutcomeBytes = 1 << 20
)

// write sends outcomes as they come, as many in one message as are there. When the stream is broken it goes on to take them, so that
// no worker waits for ever.
func (p *pool) write(stream deliverServer) error {
	var broken error
	for o := range p.outcomes {
		batch := &wire.OutcomeBatch{Outcomes: append(make([]*wire.Outcome, 0, 16), o.Outcome)}
		for more, size := true, o.bytes; more && len(batch.Outcomes) < mostOutcomes && size < mostOutcomeBytes; {
			select {
			case o, ok := <-p.outcomes:
				if ok {
					batch.Outcomes = append(batch.Outcomes, o.Outcome)
					size += o.bytes
				}
				more = ok
			default:
				more = false
			}
		}
		if broken == nil {
			broken = stream.Send(&wire.DeliverResponse{Message: &wire.DeliverResponse_Batch{Batch: batch}})
		}
	}
	return broken
}
