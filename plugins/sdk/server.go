package sdk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// Register serves c on a gRPC server. [Serve] does this for a program; Register is for tests that need no process of their own.
func Register(s grpc.ServiceRegistrar, c Connector) {
	register(s, c)
}

func register(s grpc.ServiceRegistrar, c Connector) *server {
	srv := &server{connector: c}
	wire.RegisterConnectorServer(s, srv)
	return srv
}

// server is the connector's end of the wire.
type server struct {
	wire.UnimplementedConnectorServer
	connector Connector

	// sending counts Deliver streams that have not ended, so that Serve can let them finish.
	sending sync.WaitGroup

	describing sync.Mutex
	described  *Description
}

// description asks the connector once and keeps the answer; a failure is asked again.
func (s *server) description(ctx context.Context) (*Description, error) {
	s.describing.Lock()
	defer s.describing.Unlock()
	if s.described != nil {
		return s.described, nil
	}
	d, err := s.connector.Describe(ctx)
	if err != nil {
		return nil, err
	}
	d.complete(s.connector)
	s.described = &d
	return s.described, nil
}

func (s *server) Describe(ctx context.Context, _ *wire.DescribeRequest) (_ *wire.DescribeResponse, err error) {
	defer settle("Describe", nil, &err)
	d, err := s.description(ctx)
	if err != nil {
		return nil, err
	}
	return &wire.DescribeResponse{Description: descriptionToWire(*d)}, nil
}

func (s *server) Check(ctx context.Context, r *wire.CheckRequest) (_ *wire.CheckResponse, err error) {
	in := integrationFromWire(r.GetIntegration())
	defer settle("Check", in.Secrets, &err)
	problems, err := s.check(ctx, in, r.GetUse())
	if err != nil {
		return nil, err
	}
	return &wire.CheckResponse{Problems: problemsToWire(problems, in.Secrets)}, nil
}

func (s *server) check(ctx context.Context, in Integration, use *wire.ActionUse) ([]Problem, error) {
	if use != nil {
		c, ok := s.connector.(ActionChecker)
		if !ok {
			return nil, ErrUnimplemented
		}
		return c.CheckAction(ctx, in, useFromWire(use))
	}
	c, ok := s.connector.(Checker)
	if !ok {
		return nil, ErrUnimplemented
	}
	return c.Check(ctx, in)
}

func (s *server) Preview(ctx context.Context, r *wire.PreviewRequest) (_ *wire.PreviewResponse, err error) {
	in := integrationFromWire(r.GetIntegration())
	defer settle("Preview", in.Secrets, &err)
	c, ok := s.connector.(Previewer)
	if !ok {
		return nil, ErrUnimplemented
	}
	p, err := c.Preview(ctx, in, deliveryFromWire(r.GetDelivery()))
	if err != nil {
		return nil, err
	}
	return previewToWire(p), nil
}

func (s *server) Receive(ctx context.Context, r *wire.ReceiveRequest) (_ *wire.ReceiveResponse, err error) {
	in := integrationFromWire(r.GetIntegration())
	defer settle("Receive", in.Secrets, &err)
	c, ok := s.connector.(Receiver)
	if !ok {
		return nil, ErrUnimplemented
	}
	reception, err := c.Receive(ctx, in, callbackFromWire(r.GetCallback()))
	if err != nil {
		return nil, err
	}
	clean := func(text string) string { return blot(text, in.Secrets) }
	reception.Receipts = each(reception.Receipts, func(r Receipt) Receipt { return r.Told(clean) })
	reception.Notices = each(reception.Notices, func(n Notice) Notice { return n.Told(clean) })
	return receptionToWire(reception), nil
}

func (s *server) Lookup(ctx context.Context, r *wire.LookupRequest) (_ *wire.LookupResponse, err error) {
	in := integrationFromWire(r.GetIntegration())
	defer settle("Lookup", in.Secrets, &err)
	c, ok := s.connector.(Lookuper)
	if !ok {
		return nil, ErrUnimplemented
	}
	if n := len(r.GetItems()); n > MaxLookupItems {
		return nil, status.Errorf(codes.InvalidArgument, "items: %d, at most %d", n, MaxLookupItems)
	}
	l, err := c.Lookup(ctx, in, lookupQueryFromWire(r))
	if err != nil {
		return nil, err
	}
	return lookupToWire(l), nil
}

func (s *server) Query(r *wire.QueryRequest, stream grpc.ServerStreamingServer[wire.QueryResponse]) (err error) {
	in := integrationFromWire(r.GetIntegration())
	defer settle("Query", in.Secrets, &err)
	c, ok := s.connector.(Source)
	if !ok {
		return ErrUnimplemented
	}
	ctx := stream.Context()
	return c.Query(ctx, in, queryFromWire(r), func(p Page) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return stream.Send(&wire.QueryResponse{Page: pageToWire(p)})
	})
}

// settle turns a call's error, or its panic, into a gRPC status without any of the integration's secrets in it.
func settle(call string, secrets map[string]string, err *error) {
	if v := recover(); v != nil {
		*err = status.Error(codes.Internal, panicked(call, v))
		return
	}
	if *err != nil {
		*err = statusOf(*err, secrets)
	}
}

// panicked logs a panic and says in words that may be shown what happened. A value that is no runtime error is not repeated: it
// may hold anything, a secret too.
func panicked(call string, v any) string {
	text := fmt.Sprintf("the connector panicked in %s", call)
	if re, ok := v.(runtime.Error); ok {
		text += ": " + re.Error()
	}
	slog.Error(text, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
	return text
}

func statusOf(err error, secrets map[string]string) error {
	var settings *SettingsError
	var later *RetryError
	switch {
	case errors.As(err, &later):
		st := status.New(codes.ResourceExhausted, redact(later.Error(), secrets))
		if detailed, e := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(max(later.After, 0))}); e == nil {
			st = detailed
		}
		return st.Err()
	case errors.As(err, &settings):
		st := status.New(codes.FailedPrecondition, redact(settings.Error(), secrets))
		if detailed, e := st.WithDetails(&wire.Problems{Problems: problemsToWire(settings.Problems, secrets)}); e == nil {
			st = detailed
		}
		return st.Err()
	case errors.Is(err, ErrUnimplemented):
		return status.Error(codes.Unimplemented, ErrUnimplemented.Error())
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, redact(err.Error(), secrets))
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, redact(err.Error(), secrets))
	}
	if st, ok := status.FromError(err); ok {
		return status.Error(st.Code(), redact(st.Message(), secrets))
	}
	return status.Error(codes.Unknown, redact(err.Error(), secrets))
}

func problemsToWire(problems []Problem, secrets map[string]string) []*wire.Problem {
	return each(problems, func(p Problem) *wire.Problem {
		return problemToWire(p.Told(func(text string) string { return blot(text, secrets) }))
	})
}

// redact takes secrets out of a text: libraries like to put the whole request into their errors. Very short values are left, since
// they would be found everywhere.
func redact(text string, secrets map[string]string) string { return utf8Text(blot(text, secrets)) }

func blot(text string, secrets map[string]string) string {
	for _, secret := range secrets {
		if len(secret) >= 6 && strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}
