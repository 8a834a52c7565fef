package sdk

import (
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// maxRequest bounds one message from the hub, in bytes: a callback's body may have 3 MB, a batch of deliveries somewhat more.
const maxRequest = 16 << 20

// How long sends that have begun may still run when the process is told to end. The host gives it two seconds before it kills.
const (
	shutdownGrace = 1500 * time.Millisecond
	orphanGrace   = 10 * time.Second
)

// Serve runs c as a connector's whole program and returns when the hub has told it to end. Call it from main, and print nothing on
// standard output before: the first line there is the handshake. A program that was not started by a hub explains itself on
// standard error and exits with 1.
//
// Logs go to standard error as JSON lines that the hub reads: use log/slog as usual. Secrets never belong there.
//
// The hub decides when a connector ends: SIGINT, SIGTERM and SIGHUP, which a terminal or a service manager sends to the whole group, are
// ignored, so that deliveries can be drained. When the hub itself is gone the connector lets begun sends finish and exits.
func Serve(c Connector) {
	stderr := os.Stderr // go-plugin replaces os.Stderr while it serves; the hub reads logs from the real one
	slog.SetDefault(slog.New(newLogHandler(stderr)))
	// SIGPIPE too: once the hub is gone, the first line of the log would end the process in the middle of a send.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	tuneGC()

	p := &Plugin{Connector: c}
	watchParent(func() {
		slog.Warn("the hub is gone; this connector ends")
		p.drain(orphanGrace)
		os.Exit(0)
	})
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  Handshake(),
		VersionedPlugins: map[int]plugin.PluginSet{ProtocolVersion: {PluginName: p}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(maxRequest))...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Name: "connector", Level: hclog.Info, Output: stderr, JSONFormat: true}),
	})
	p.drain(shutdownGrace)
}

// tuneGC lets the heap grow to five times what is alive before it is collected. That is little memory in a connector, and most of
// its time at full load goes into short-lived messages. GOGC in the environment wins.
func tuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// drain waits for the sends that have begun, at most so long. Their outcomes reach nobody any more, but their requests are whole.
func (p *Plugin) drain(most time.Duration) {
	s := p.server.Load()
	if s == nil {
		return
	}
	done := make(chan struct{})
	go func() { s.sending.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(most):
	}
}

var parentWatched sync.Once

// parentAtStart is read as early as can be: later it might already be whoever takes orphans in.
var parentAtStart = os.Getppid()

// watchParent calls gone once when the process that started this one has ended.
func watchParent(gone func()) {
	parentWatched.Do(func() {
		wake := parentSignal()
		go func() {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for os.Getppid() == parentAtStart {
				select {
				case <-tick.C:
				case <-wake:
				}
			}
			gone()
		}()
	})
}
