package conformance

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/hashicorp/go-plugin"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// Executable is a connector that is a program, started as the hub starts it.
type Executable struct {
	// Command is its absolute path and its arguments.
	Command []string
}

// Process is a running connector's process.
type Process struct{ *sdk.Running }

// Start starts the program and does the handshake.
func (e Executable) Start(_ context.Context, s Surroundings) (*Instance, error) {
	r, err := sdk.Program{
		Command: e.Command, Dir: s.Directory, Stderr: s.watch.log(), Dial: s.watch.dial(),
		// The suite's provider is on this machine, which an operator would have to open for connectors that guard their way out.
		Env: []string{outbound.AllowVariable + "=" + cmp.Or(os.Getenv(outbound.AllowVariable), "127.0.0.1")},
	}.Start()
	if err != nil {
		return nil, err
	}
	return &Instance{Client: r.Client, Process: &Process{r}, stop: r.Kill}, nil
}

// health asks go-plugin's standard health service.
func (p *Process) health(ctx context.Context) (healthpb.HealthCheckResponse_ServingStatus, error) {
	r, err := healthpb.NewHealthClient(p.Conn()).Check(ctx, &healthpb.HealthCheckRequest{Service: plugin.GRPCServiceName})
	return r.GetStatus(), err
}

// shutdown asks the process to end, as the hub does, and tells whether it did within the time.
func (p *Process) shutdown(ctx context.Context, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	// The answer may be lost with the process: only its end counts.
	_ = p.Conn().Invoke(ctx, "/plugin.GRPCController/Shutdown", &emptypb.Empty{}, &emptypb.Empty{})
	return p.wait(ctx)
}

// wait waits for the end of the process; false if ctx ended first.
func (p *Process) wait(ctx context.Context) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !p.Exited() {
		select {
		case <-ctx.Done():
			return p.Exited()
		case <-tick.C:
		}
	}
	return true
}
