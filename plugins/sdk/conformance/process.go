package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Executable is a connector that is a program, started as the hub starts it.
type Executable struct {
	// Command is its absolute path and its arguments.
	Command []string
}

// startTimeout is what the hub gives a start.
const startTimeout = 10 * time.Second

// Process is a running connector's process.
type Process struct {
	cmd    *exec.Cmd
	plugin *plugin.Client
	conn   *grpc.ClientConn
}

// command is the program with the environment of the hub's connectors, in a group of its own.
func (e Executable) command(directory string) *exec.Cmd {
	cmd := exec.Command(e.Command[0], e.Command[1:]...)
	cmd.Dir, cmd.Env = directory, sdk.HostEnvironment()
	isolate(cmd)
	return cmd
}

// Start starts the program and does the handshake.
func (e Executable) Start(ctx context.Context, s Surroundings) (*Instance, error) {
	sockets, err := os.MkdirTemp("", "rcs") // the path of a socket may have about 100 bytes
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: e.command(s.Directory)}
	p.plugin = plugin.NewClient(&plugin.ClientConfig{
		Cmd:              p.cmd,
		HandshakeConfig:  sdk.Handshake(),
		VersionedPlugins: sdk.VersionedPlugins(),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: sockets},
		StartTimeout:     startTimeout,
		GRPCDialOptions:  s.watch.dial(),
		Stderr:           s.watch.log(),
		SyncStdout:       s.watch.log(),
		SyncStderr:       s.watch.log(),
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off}),
	})
	stop := func() {
		p.kill()
		p.plugin.Kill()
		_ = os.RemoveAll(sockets)
	}
	unhang := context.AfterFunc(ctx, p.kill)
	client, err := p.connect()
	unhang()
	if err != nil {
		stop()
		return nil, startProblem(err)
	}
	return &Instance{Client: client, Process: p, stop: stop}, nil
}

func (p *Process) connect() (*sdk.Client, error) {
	protocol, err := p.plugin.Client()
	if err != nil {
		return nil, err
	}
	raw, err := protocol.Dispense(sdk.PluginName)
	if err != nil {
		return nil, err
	}
	client, ok := raw.(*sdk.Client)
	if g, grpc := protocol.(*plugin.GRPCClient); ok && grpc {
		p.conn = g.Conn
		return client, nil
	}
	return nil, errors.New("it does not speak gRPC")
}

// startProblem is why a start failed, without go-plugin's general advice in further lines.
func startProblem(err error) error {
	if problem := sdk.VersionProblem(err); problem != "" {
		return errors.New(problem)
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if line, ok := strings.CutPrefix(first, "Unrecognized remote plugin message:"); ok {
		return fmt.Errorf("its first line on standard output is no handshake but %q", strings.TrimSpace(line))
	}
	return errors.New(first)
}

// health asks go-plugin's standard health service.
func (p *Process) health(ctx context.Context) (healthpb.HealthCheckResponse_ServingStatus, error) {
	r, err := healthpb.NewHealthClient(p.conn).Check(ctx, &healthpb.HealthCheckRequest{Service: plugin.GRPCServiceName})
	return r.GetStatus(), err
}

// shutdown asks the process to end, as the hub does, and tells whether it did within the time.
func (p *Process) shutdown(ctx context.Context, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	// The answer may be lost with the process: only its end counts.
	_ = p.conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", &emptypb.Empty{}, &emptypb.Empty{})
	return p.wait(ctx)
}

// wait waits for the end of the process; false if ctx ended first.
func (p *Process) wait(ctx context.Context) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !p.plugin.Exited() {
		select {
		case <-ctx.Done():
			return p.plugin.Exited()
		case <-tick.C:
		}
	}
	return true
}

// ended says how a process that is gone ended.
func (p *Process) ended() string {
	if s := p.cmd.ProcessState; s != nil {
		return s.String()
	}
	return "it is gone"
}

func (p *Process) pid() int { return p.cmd.Process.Pid }

// kill ends the process and all that it started, at once.
func (p *Process) kill() {
	if p.cmd.Process != nil && !p.plugin.Exited() {
		killGroup(p.cmd.Process)
	}
}
