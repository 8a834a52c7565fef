package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// Client is the hub's end of the wire: a connector in another process, in plain Go. It is safe for use by many goroutines.
//
// Its errors are [ErrUnimplemented] for an ability that the connector does not have, [*SettingsError] for settings that it cannot
// use, [*RetryError] when a source wants to be asked later, [ErrUnavailable] when the process is gone, the context's own error when that ended, and else what the connector said. Find
// them with errors.Is and errors.As.
type Client struct {
	rpc wire.ConnectorClient
}

// NewClient speaks to the connector at the other end of a connection.
func NewClient(conn grpc.ClientConnInterface) *Client {
	return &Client{rpc: wire.NewConnectorClient(conn)}
}

// maxMessage bounds one answer, in bytes: a page of rows is the largest.
const maxMessage = 64 << 20

var answerSize = grpc.MaxCallRecvMsgSize(maxMessage)

// Describe asks for the connector's description.
func (c *Client) Describe(ctx context.Context) (Description, error) {
	r, err := c.rpc.Describe(ctx, &wire.DescribeRequest{}, answerSize)
	if err != nil {
		return Description{}, errorOf(ctx, err)
	}
	return descriptionFromWire(r.GetDescription()), nil
}

// Check asks whether the settings would work now.
func (c *Client) Check(ctx context.Context, in Integration) ([]Problem, error) {
	return c.check(ctx, in, nil)
}

// CheckAction asks whether an intended use of an action would work.
func (c *Client) CheckAction(ctx context.Context, in Integration, use ActionUse) ([]Problem, error) {
	return c.check(ctx, in, useToWire(use))
}

func (c *Client) check(ctx context.Context, in Integration, use *wire.ActionUse) ([]Problem, error) {
	r, err := c.rpc.Check(ctx, &wire.CheckRequest{Integration: integrationToWire(in), Use: use}, answerSize)
	if err != nil {
		return nil, errorOf(ctx, err)
	}
	return each(r.GetProblems(), problemFromWire), nil
}

// Preview asks what would be sent.
func (c *Client) Preview(ctx context.Context, in Integration, d Delivery) (Preview, error) {
	r, err := c.rpc.Preview(ctx, &wire.PreviewRequest{Integration: integrationToWire(in), Delivery: deliveryToWire(&d)}, answerSize)
	if err != nil {
		return Preview{}, errorOf(ctx, err)
	}
	return previewFromWire(r), nil
}

// Receive has a raw callback verified and translated.
func (c *Client) Receive(ctx context.Context, in Integration, cb Callback) (Reception, error) {
	r, err := c.rpc.Receive(ctx, &wire.ReceiveRequest{Integration: integrationToWire(in), Callback: callbackToWire(cb)}, answerSize)
	if err != nil {
		return Reception{}, errorOf(ctx, err)
	}
	return receptionFromWire(r), nil
}

// Lookup asks what became of at most [MaxLookupItems] deliveries.
func (c *Client) Lookup(ctx context.Context, in Integration, q LookupQuery) (Lookup, error) {
	r, err := c.rpc.Lookup(ctx, lookupQueryToWire(in, q), answerSize)
	if err != nil {
		return Lookup{}, errorOf(ctx, err)
	}
	return lookupFromWire(r), nil
}

// Query reads a source's rows and gives page each page in turn. If page returns an error the query is cancelled and that error returned.
func (c *Client) Query(ctx context.Context, in Integration, q Query, page func(Page) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.rpc.Query(ctx, queryToWire(in, q), answerSize)
	if err != nil {
		return errorOf(ctx, err)
	}
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errorOf(ctx, err)
		}
		if err := page(pageFromWire(r.GetPage())); err != nil {
			return err
		}
	}
}

// errorOf makes a plain error of a gRPC one.
func errorOf(ctx context.Context, err error) error {
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	if later := retryErrorOf(st); later != nil {
		return later
	}
	switch st.Code() {
	case codes.Unimplemented:
		return ErrUnimplemented
	case codes.Unavailable:
		return fmt.Errorf("%w: %s", ErrUnavailable, st.Message())
	case codes.FailedPrecondition:
		return settingsErrorOf(st)
	case codes.Canceled, codes.DeadlineExceeded:
		if e := ctx.Err(); e != nil {
			return e
		}
		if st.Code() == codes.Canceled {
			// Nobody here cancelled: the connection went down under the call.
			return fmt.Errorf("%w: %s", ErrUnavailable, st.Message())
		}
		return fmt.Errorf("%w in the connector: %s", context.DeadlineExceeded, st.Message())
	}
	return errors.New(st.Message())
}

// retryErrorOf is what a status says of when to ask again; nil if it says nothing of it.
func retryErrorOf(st *status.Status) error {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.RetryInfo); ok {
			return &RetryError{After: max(info.GetRetryDelay().AsDuration(), 0), Message: st.Message()}
		}
	}
	return nil
}

func settingsErrorOf(st *status.Status) error {
	e := &SettingsError{}
	for _, d := range st.Details() {
		if p, ok := d.(*wire.Problems); ok {
			e.Problems = append(e.Problems, each(p.GetProblems(), problemFromWire)...)
		}
	}
	if len(e.Problems) == 0 {
		e.Problems = []Problem{{Code: "SETTINGS", Message: st.Message(), Severity: SeverityError}}
	}
	return e
}
