// Package sdktest is the suite that every connector must pass, and the means to run one inside a test.
//
// [Connect] puts a connector and a client on the two ends of a connection in memory: everything goes through the real protocol, only
// the process border is missing. [Suite] is driven by what the connector declares of itself: it tests what is offered, and that
// what is not offered says so.
package sdktest

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Connect serves c in this process and returns a client of it. Both end with the test.
func Connect(tb testing.TB, c sdk.Connector) *sdk.Client {
	tb.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(16 << 20))
	sdk.Register(server, c)
	go func() { _ = server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///connector",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		tb.Fatalf("connecting to the connector: %v", err)
	}
	tb.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
	})
	return sdk.NewClient(conn)
}
