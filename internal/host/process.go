package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	gorunner "github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// process is one running connector process. A connector that is started again gets a new one.
type process struct {
	c          *connector
	executable *executable
	ready      time.Time // since when it has described itself
	plugin     *plugin.Client
	run        *runner
	rpc        *sdk.Client
	health     healthpb.HealthClient
	stderr     *logWriter

	usage   atomic.Pointer[usage]
	over    int                    // looks in a row that found it over its limit of memory; for who looks
	verdict atomic.Pointer[string] // why it was killed, if it was

	ctx    context.Context // of all streams
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool // takes no new stream
	streams map[int64]*stream
	living  map[*stream]struct{} // also those that only drain
	ending  sync.WaitGroup       // living
}

// windowSize of gRPC flow control, in bytes. A fixed one spares the pings by which gRPC would otherwise measure the connection.
const windowSize = 1 << 20

// start starts the process and asks it to describe itself. Whatever hangs on the way is ended by Options.StartTimeout or by ctx.
func (c *connector) start(ctx context.Context, x *executable) (*process, *hub.Connector, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.StartTimeout)
	defer cancel()
	p := &process{
		c: c, executable: x, run: newRunner(x.command, c.limits.OpenFiles), stderr: &logWriter{log: c.log, redact: &c.redact, limit: &c.lines},
		streams: map[int64]*stream{}, living: map[*stream]struct{}{},
	}
	p.usage.Store(&usage{})
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.plugin = plugin.NewClient(p.config())
	var description *hub.Connector
	connected := make(chan error, 1)
	go func() {
		err := p.connect()
		if err == nil {
			description, err = p.describe(ctx)
		}
		connected <- err
	}()
	var err error
	select {
	case err = <-connected:
	case <-ctx.Done():
		p.kill()
		<-connected
		err = ctx.Err()
	}
	if err == nil {
		p.ready = time.Now()
		return p, description, nil
	}
	reason, quote := p.startFailure(ctx, err)
	p.stop(false)
	if quote { // its log is complete only after stop
		reason += quoted(p.stderr.lastWords())
	}
	return nil, nil, errors.New(reason)
}

func (p *process) config() *plugin.ClientConfig {
	return &plugin.ClientConfig{
		HandshakeConfig:  sdk.Handshake(),
		VersionedPlugins: sdk.VersionedPlugins(),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true, // else the process would get the hub's whole environment
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: p.c.o.SocketDir},
		StartTimeout:     2 * p.c.o.StartTimeout, // never before our own, which says it better
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, tmpDir string) (gorunner.Runner, error) {
			p.run.cmd.Env, p.run.tmpDir = append(environment(p.c.o, p.c.limits.Memory), cmd.Env...), tmpDir
			return p.run, nil
		},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithInitialWindowSize(windowSize), grpc.WithInitialConnWindowSize(4 * windowSize),
		},
		Stderr: p.stderr,
		// go-plugin redirects what Go connectors write to os.Stderr while they serve; that is the log too. Its standard output is nothing.
		SyncStderr: &logWriter{log: p.c.log, redact: &p.c.redact, limit: &p.c.lines},
		// What go-plugin has to say about the process is said here, with the connector's name.
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Off}),
	}
}

// connect does the handshake and opens the connection.
func (p *process) connect() error {
	protocol, err := p.plugin.Client()
	if err != nil {
		return err
	}
	client, ok := protocol.(*plugin.GRPCClient)
	if !ok {
		return fmt.Errorf("it does not speak gRPC")
	}
	raw, err := client.Dispense(sdk.PluginName)
	if err != nil {
		return err
	}
	p.rpc, ok = raw.(*sdk.Client)
	if !ok {
		return fmt.Errorf("the plugin %q is no connector", sdk.PluginName)
	}
	p.health = healthpb.NewHealthClient(client.Conn)
	return nil
}

func (p *process) describe(ctx context.Context) (*hub.Connector, error) {
	d, err := p.rpc.Describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("it could not describe itself: %w", err)
	}
	return described(p.c.name, d)
}

// startFailure says why a start failed, and whether the last line of the process's log may say more. No secret has been given to it
// yet, so that its own words may be quoted.
func (p *process) startFailure(ctx context.Context, err error) (reason string, quote bool) {
	const unrecognized = "Unrecognized remote plugin message:"
	// go-plugin's errors go on with general advice in further lines.
	first, _, _ := strings.Cut(err.Error(), "\n")
	line, garbled := strings.CutPrefix(first, unrecognized)
	line = strings.TrimSpace(line)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded): // the connector's clock may be a moment ahead
		return fmt.Sprintf("it was not ready within %s and was stopped", p.c.o.StartTimeout), true
	case garbled && line != "":
		return fmt.Sprintf("its first line on standard output is no handshake but %q; a connector prints nothing there", hub.Clip(line, 100)), false
	case sdk.VersionProblem(err) != "":
		return sdk.VersionProblem(err), false
	case p.run.endedByItself():
		return p.run.ended(), true
	}
	return "it could not be started: " + hub.Clip(first, 300), false
}

func quoted(words string) string {
	if words == "" {
		return ""
	}
	return "; its last words: " + words
}

// watch waits until the process ends or must be ended, and says why, or until the connector is woken. err is nil when ctx ended.
func (p *process) watch(ctx context.Context) (woken bool, err error) {
	tick := time.NewTicker(p.c.o.HealthEvery)
	defer tick.Stop()
	for misses := 0; ; {
		select {
		case <-ctx.Done():
			return false, nil
		case <-p.run.done:
			return false, errors.New(p.ended())
		case <-p.c.wake:
			return true, nil
		case <-tick.C:
		}
		if p.well(ctx) {
			misses = 0
		} else if misses++; misses == 2 && ctx.Err() == nil && !p.run.hasEnded() {
			return false, fmt.Errorf("it did not answer two health checks in a row, each within %s, and was stopped", p.c.o.HealthEvery)
		}
		if n := p.c.missed.Load(); n >= int64(p.c.o.MissedAnswers) {
			return false, fmt.Errorf("%d answers in a row did not come in time, with none in between, and it was stopped", n)
		}
	}
}

// ended says why the process ended. Call it only when it has.
func (p *process) ended() string {
	if v := p.verdict.Load(); v != nil {
		return *v
	}
	return p.run.ended()
}

// condemn kills the process for a reason.
func (p *process) condemn(why string) {
	p.verdict.Store(&why)
	p.kill()
}

// well asks the standard gRPC health service for go-plugin's service name. Any answer but "not serving" is a sign of life.
func (p *process) well(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, p.c.o.HealthEvery)
	defer cancel()
	r, err := p.health.Check(ctx, &healthpb.HealthCheckRequest{Service: plugin.GRPCServiceName})
	if err != nil {
		code := status.Code(err)
		return code != codes.DeadlineExceeded && code != codes.Unavailable && code != codes.Canceled
	}
	return r.GetStatus() != healthpb.HealthCheckResponse_NOT_SERVING
}

// drain has all streams finish what is begun and hand back the rest, until ctx ends.
func (p *process) drain(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	for s := range p.living {
		s.retire()
	}
	p.mu.Unlock()
	if p.streamsEnded(ctx) {
		return nil
	}
	left := 0
	p.mu.Lock()
	for s := range p.living {
		left += s.open()
	}
	p.mu.Unlock()
	return fmt.Errorf("connector %s: the time to shut down ran out with %d deliveries on their way; they are UNKNOWN", p.c.name, left)
}

// streamsEnded waits until all streams have ended; false if ctx ends first.
func (p *process) streamsEnded(ctx context.Context) bool {
	done := make(chan struct{})
	go func() { p.ending.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// How long a process may take to end by itself, and how long outcomes may still be read from the connection of one that is gone.
const (
	stopGrace  = 4 * time.Second
	flushGrace = 2 * time.Second
)

// stop ends the process, its streams and the connection, and returns when all of them are gone. If gently, the process is asked to
// end first.
func (p *process) stop(gently bool) {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	if !gently {
		p.kill()
		// What the process said before its end is still in the connection, and worth more than UNKNOWN.
		ctx, cancel := context.WithTimeout(context.Background(), flushGrace)
		p.streamsEnded(ctx)
		cancel()
	}
	p.cancel()
	p.ending.Wait()
	insist := time.AfterFunc(stopGrace, p.kill)
	p.plugin.Kill()
	insist.Stop()
	if p.run.tmpDir != "" {
		// go-plugin does so only for a process that did start. What is left over lies in the system's temporary directory.
		_ = os.RemoveAll(p.run.tmpDir)
	}
}

func (p *process) kill() { _ = p.run.Kill(context.Background()) }
