package conformance

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Subject is a connector that can be started any number of times.
type Subject interface {
	// Start starts it once more.
	Start(ctx context.Context, s Surroundings) (*Instance, error)
}

// Surroundings are what a started connector finds around it.
type Surroundings struct {
	// Directory is its working directory.
	Directory string
	watch     *watch
}

// Instance is one running connector.
type Instance struct {
	Client *sdk.Client
	// Process is nil for a connector in this process.
	Process *Process
	stop    func()
}

// Close ends it at once.
func (i *Instance) Close() { i.stop() }

func (i *Instance) gone() bool { return i.Process != nil && i.Process.Exited() }

// InMemory is a connector in this process, at the other end of a connection in memory: everything goes through the real protocol, only the
// process border is missing.
type InMemory struct{ Connector sdk.Connector }

// Start serves the connector.
func (m InMemory) Start(_ context.Context, s Surroundings) (*Instance, error) {
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(16 << 20))
	sdk.Register(server, m.Connector)
	go func() { _ = server.Serve(listener) }()
	var options []grpc.DialOption
	if s.watch != nil {
		options = s.watch.dial()
	}
	options = append(options,
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	conn, err := grpc.NewClient("passthrough:///connector", options...)
	if err != nil {
		server.Stop()
		return nil, err
	}
	return &Instance{Client: sdk.NewClient(conn), stop: func() { _ = conn.Close(); server.Stop() }}, nil
}
