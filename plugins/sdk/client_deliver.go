package sdk

import (
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// DeliverStream carries deliveries to a connector and outcomes back, for one integration.
//
// One goroutine receives while others send: a host that only sends comes to a stop when the connector's buffers are full. Keep at
// most InFlight deliveries without an outcome. When Recv ends with an error other than io.EOF, every delivery without an outcome is
// unknown.
type DeliverStream struct {
	ctx      context.Context
	cancel   context.CancelFunc
	stream   grpc.BidiStreamingClient[wire.DeliverRequest, wire.DeliverResponse]
	inFlight int

	sending sync.Mutex // gRPC allows one sender at a time
	closed  bool
}

// OpenDeliver opens a stream for in and waits until the connector has taken its settings. A [*SettingsError] says that it cannot
// use them. The stream lives until both sides are done, ctx ends, or Close.
func (c *Client) OpenDeliver(ctx context.Context, in Integration) (*DeliverStream, error) {
	ctx, cancel := context.WithCancel(ctx)
	s, err := c.openDeliver(ctx, in)
	if err != nil {
		cancel()
		return nil, err
	}
	s.cancel = cancel
	return s, nil
}

func (c *Client) openDeliver(ctx context.Context, in Integration) (*DeliverStream, error) {
	stream, err := c.rpc.Deliver(ctx, answerSize)
	if err != nil {
		return nil, errorOf(ctx, err)
	}
	open := &wire.DeliverRequest{Message: &wire.DeliverRequest_Open{Open: integrationToWire(in)}}
	if err := stream.Send(open); err != nil && !errors.Is(err, io.EOF) { // io.EOF: Recv has the reason
		return nil, errorOf(ctx, err)
	}
	first, err := stream.Recv()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the connector closed the stream without opening it")
		}
		return nil, errorOf(ctx, err)
	}
	opened := first.GetOpened()
	if opened == nil {
		return nil, errors.New("the connector's first answer on the stream was not `opened`")
	}
	return &DeliverStream{ctx: ctx, stream: stream, inFlight: boundInFlight(int(opened.GetInFlight()))}, nil
}

// InFlight is the most deliveries that may be without an outcome on this stream.
func (s *DeliverStream) InFlight() int { return s.inFlight }

// Bounds of one message of deliveries: the receiving side takes 4 MiB unless it was told otherwise.
const (
	mostDeliveries    = 512
	mostDeliveryBytes = 2 << 20
)

// Send hands deliveries over, in as few messages as their size allows. It waits while the connector's buffers are full. After an
// error the deliveries may or may not have been handed over; Recv then says why the stream ended. It may be called by several
// goroutines.
func (s *DeliverStream) Send(deliveries []Delivery) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	for len(deliveries) > 0 {
		batch := &wire.DeliveryBatch{Deliveries: make([]*wire.Delivery, 0, min(len(deliveries), mostDeliveries))}
		n, size := 0, 0
		for n < len(deliveries) && n < mostDeliveries && (n == 0 || size < mostDeliveryBytes) {
			batch.Deliveries = append(batch.Deliveries, deliveryToWire(&deliveries[n]))
			size += sizeOf(&deliveries[n])
			n++
		}
		if err := s.send(&wire.DeliverRequest{Message: &wire.DeliverRequest_Batch{Batch: batch}}); err != nil {
			return err
		}
		deliveries = deliveries[n:]
	}
	return nil
}

func sizeOf(d *Delivery) int {
	n := 128 + len(d.Parameters) + len(d.Recipient) + len(d.Trace.Parent) + len(d.Trace.State)
	for i := range d.Values {
		n += 16 + len(d.Values[i].Name) + len(d.Values[i].Text)
	}
	return n
}

// Recall asks for everything back that the connector has not started: each such delivery gets an outcome that is NotStarted.
func (s *DeliverStream) Recall() error {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.send(&wire.DeliverRequest{Message: &wire.DeliverRequest_Recall{Recall: &wire.Recall{}}})
}

func (s *DeliverStream) send(r *wire.DeliverRequest) error {
	err := s.stream.Send(r)
	if errors.Is(err, io.EOF) {
		return ErrUnavailable // the stream is over; Recv has the reason
	}
	if err != nil {
		return errorOf(s.ctx, err)
	}
	return nil
}

// Recv waits for outcomes. It returns io.EOF after CloseSend, when all have come. Only one goroutine may call it.
func (s *DeliverStream) Recv() ([]Outcome, error) {
	for {
		r, err := s.stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			return nil, errorOf(s.ctx, err)
		}
		list := r.GetBatch().GetOutcomes()
		if len(list) == 0 {
			continue // a newer protocol may say things here that we do not know
		}
		out := make([]Outcome, len(list))
		for i, o := range list {
			out[i] = outcomeFromWire(o)
		}
		return out, nil
	}
}

// CloseSend says that no more deliveries come. The outcomes of those handed over still come, then io.EOF.
func (s *DeliverStream) CloseSend() error {
	s.sending.Lock()
	defer s.sending.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.stream.CloseSend()
}

// Close ends the stream at once. What has no outcome by then is unknown.
func (s *DeliverStream) Close() { s.cancel() }
