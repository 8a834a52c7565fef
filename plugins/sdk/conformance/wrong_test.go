package conformance_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// TestMain makes the test binary also the connectors that the suite is tested with.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "connector" {
		serveWrong(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// serveWrong serves the right connector with a fault. What the SDK does not let an author do wrong is done on the wire below it, as a connector
// in another language might.
func serveWrong(fault string) {
	h := sdk.Handshake()
	started := os.Getenv(h.MagicCookieKey) == h.MagicCookieValue
	version := sdk.ProtocolVersion
	switch fault {
	case "ends well without a hub":
		if !started {
			os.Exit(0)
		}
	case "greets first":
		fmt.Println("Hello!")
	case "speaks a later contract":
		version = sdk.ProtocolVersion + 1
	case "speaks an earlier contract":
		version = sdk.ProtocolVersion - 1
	case "leaves a lock behind":
		refuseLocked()
	}
	if started && fault != "ends at a signal" {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	}
	if started && fault != "outlives its hub" {
		go func(parent int) {
			for os.Getppid() == parent {
				time.Sleep(100 * time.Millisecond)
			}
			os.Exit(0)
		}(os.Getppid())
	}
	w := &wrongWire{fault: fault}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  h,
		VersionedPlugins: map[int]plugin.PluginSet{version: {sdk.PluginName: &sdk.Plugin{Connector: newRight(fault)}}},
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(16<<20), grpc.ChainUnaryInterceptor(w.unary), grpc.ChainStreamInterceptor(w.stream))...)
		},
	})
	if fault == "does not end" {
		select {}
	}
}

// refuseLocked does not start when an earlier process has left its lock behind, once.
func refuseLocked() {
	text, err := os.ReadFile("lock")
	if err != nil {
		return
	}
	pid, err := strconv.Atoi(string(text))
	if p, found := os.FindProcess(pid); err == nil && found == nil && p.Signal(syscall.Signal(0)) == nil {
		return
	}
	_ = os.Remove("lock")
	fmt.Fprintln(os.Stderr, "another process is running already: lock")
	os.Exit(1)
}

// wrongWire does on the wire what the SDK would prevent.
type wrongWire struct {
	fault string
	asked atomic.Int64
	turn  sync.Mutex
}

func (w *wrongWire) unary(ctx context.Context, r any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	answer, err := handle(ctx, r)
	switch a := answer.(type) {
	case *healthpb.HealthCheckResponse:
		if w.fault == "is not well" {
			return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_NOT_SERVING}, nil
		}
	case *wire.DescribeResponse:
		switch w.fault {
		case "describes itself anew":
			a.Description.Help = &wire.Labels{Text: map[string]string{"en": fmt.Sprint(w.asked.Add(1))}}
		case "answers what it did not declare":
			a.Description.Capabilities.Lookup = false
		}
	case *wire.LookupResponse:
		if w.fault == "a state that does not exist" {
			for _, one := range a.Answers {
				one.State = 9
			}
		}
	}
	return answer, err
}

func (w *wrongWire) stream(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if !strings.HasSuffix(info.FullMethod, "/Deliver") {
		return handle(srv, s)
	}
	if w.fault == "one stream at a time" {
		w.turn.Lock()
		defer w.turn.Unlock()
	}
	err := handle(srv, &wrongStream{ServerStream: s, fault: w.fault})
	switch {
	case w.fault == "dies when a stream breaks" && s.Context().Err() != nil:
		os.Exit(3)
	case w.fault == "does not end a stream" && err == nil:
		<-s.Context().Done()
	case w.fault == "ends a stream with an error" && err == nil:
		return status.Error(codes.Internal, "closed")
	}
	return err
}

type wrongStream struct {
	grpc.ServerStream
	fault    string
	recalled atomic.Bool
	token    atomic.Value // the secret
}

// RecvMsg changes what comes.
func (s *wrongStream) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	r, ok := m.(*wire.DeliverRequest)
	if err != nil || !ok {
		return err
	}
	if in := r.GetOpen(); in != nil {
		s.token.Store(in.GetSecrets()["token"])
	}
	if r.GetRecall() != nil {
		s.recalled.Store(true)
	}
	if s.fault == "sends what is too late" {
		for _, d := range r.GetBatch().GetDeliveries() {
			if now := time.Now(); d.DeadlineUnixMs < now.UnixMilli() {
				d.DeadlineUnixMs = now.Add(time.Minute).UnixMilli()
			}
		}
	}
	return nil
}

// SendMsg changes what goes.
func (s *wrongStream) SendMsg(m any) error {
	batch := m.(*wire.DeliverResponse).GetBatch()
	if batch == nil {
		return s.open(m.(*wire.DeliverResponse))
	}
	if s.fault == "refuses what is recalled" {
		time.Sleep(50 * time.Millisecond)
	}
	kept := batch.Outcomes[:0:0]
	for _, o := range batch.Outcomes {
		n, _ := strconv.Atoi(strings.TrimPrefix(o.DeliveryId, "dlv_suite"))
		kept = append(kept, o)
		switch s.fault {
		case "loses an outcome":
			if n == 77 {
				kept = kept[:len(kept)-1]
			}
		case "answers one twice":
			if n == 77 {
				kept = append(kept, o)
			}
		case "one provider id for several":
			if n > 70 && n < 80 {
				o.ProviderId = "the same"
			}
		case "secrets in answers":
			if o.Kind == wire.OutcomeKind_OUTCOME_KIND_ACCEPTED {
				o.Detail = map[string]string{"request": fmt.Sprint("Bearer ", s.token.Load())}
			}
		case "every attempt is the first":
			o.Attempt = 1
		case "refuses what is recalled":
			if s.recalled.Load() {
				o.Kind, o.Message = wire.OutcomeKind_OUTCOME_KIND_REJECTED, "recalled"
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	batch.Outcomes = kept
	return s.ServerStream.SendMsg(m)
}

func (s *wrongStream) open(m *wire.DeliverResponse) error {
	switch s.fault {
	case "opens twice":
		if err := s.ServerStream.SendMsg(m); err != nil {
			return err
		}
	case "has room for nothing":
		m.GetOpened().InFlight = 0
	}
	return s.ServerStream.SendMsg(m)
}
