package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Options say which connectors there are and who hears of them. Only Builtin is needed.
type Options struct {
	// Builtin has the command line of each connector by its name. The connector must describe itself by that name.
	Builtin map[string][]string
	Log     *slog.Logger // nil: slog.Default()

	// Outcomes takes the outcomes of one integration, in slices as they came over the wire. It is called by several goroutines at
	// once and never from inside Send. While it waits, no further outcomes are read from that integration's stream, which in time
	// holds up the connector. Callees may keep the slice.
	Outcomes func(integrationKey int64, outcomes []hub.Outcome)

	// Changed is told of every change of a connector's state, in order for each connector. It should return soon.
	Changed func(hub.Connector)

	// Version is the hub's own. Connectors find it in RECADO_VERSION, for a User-Agent.
	Version string

	// Environment has more variables for every connector, as NAME=value. No secrets: they go with each call.
	Environment []string

	// SocketDir is where the sockets of the connectors lie; it must exist, and its path must be short, since that of a Unix
	// socket may have about 100 bytes. Empty: the system's directory for temporary files.
	SocketDir string

	Runtime Runtime

	// StartTimeout bounds a start, from the process to its description. Zero: 10 s.
	StartTimeout time.Duration
	// HealthEvery is how often a running connector is asked whether it is well, and how long it may take to say so. One that
	// misses two in a row is killed and started again. Zero: 10 s.
	HealthEvery time.Duration
	// IdleTimeout is how long an unused stream stays open, and with it the connector's copy of the secrets. Zero: 5 min.
	IdleTimeout time.Duration
	// QueueSize is how many handovers of one integration may wait for room at the connector. Zero: 4096.
	QueueSize int
}

// Runtime tunes the Go runtime of connector processes; programs in other languages ignore it. Zero values leave the defaults.
type Runtime struct {
	MaxProcs    int   // GOMAXPROCS
	GCPercent   int   // GOGC
	MemoryLimit int64 // GOMEMLIMIT, bytes
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Outcomes == nil {
		o.Outcomes = func(int64, []hub.Outcome) {}
	}
	if o.Changed == nil {
		o.Changed = func(hub.Connector) {}
	}
	o.StartTimeout = cmp.Or(o.StartTimeout, 10*time.Second)
	o.HealthEvery = cmp.Or(o.HealthEvery, 10*time.Second)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, 5*time.Minute)
	o.QueueSize = cmp.Or(o.QueueSize, 4096)
	return o
}

// Host has all connectors. Its methods are safe for use by many goroutines.
type Host struct {
	o          Options
	connectors map[string]*connector // fixed by New

	mu       sync.Mutex
	started  bool
	closing  bool
	cancel   context.CancelFunc // ends the supervisors
	stopping sync.WaitGroup     // the supervisors
}

// New makes a host; nothing runs before Start.
func New(o Options) *Host {
	h := &Host{o: o.withDefaults(), connectors: map[string]*connector{}}
	for name, command := range o.Builtin {
		h.connectors[name] = newConnector(name, command, &h.o)
	}
	return h
}

var connectorName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// Start starts all connectors at once and returns when each of them is ready or has failed for the first time, or when ctx ends;
// that does not end the connectors. A connector that cannot start is in BACKOFF: that is no error. An error means that a command
// line is missing or a name impossible, or that Start was called before.
func (h *Host) Start(ctx context.Context) error {
	for name, c := range h.connectors {
		if !connectorName.MatchString(name) {
			return fmt.Errorf("the connector name %q is not possible; it must match %s", name, connectorName)
		}
		if len(c.command) == 0 || c.command[0] == "" {
			return fmt.Errorf("connector %s: the command line is empty; name its executable", name)
		}
	}
	if err := h.supervise(); err != nil {
		return err
	}
	for _, c := range h.connectors {
		select {
		case <-c.settled:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (h *Host) supervise() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started || h.closing {
		return errors.New("a host can be started only once")
	}
	h.started = true
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	for _, c := range h.connectors {
		h.stopping.Go(func() { c.supervise(ctx) })
	}
	return nil
}

// List has all connectors by name, also those that never described themselves: of these only name and state are known. Callers
// must not change them.
func (h *Host) List() []*hub.Connector {
	list := make([]*hub.Connector, 0, len(h.connectors))
	for _, name := range slices.Sorted(maps.Keys(h.connectors)) {
		list = append(list, h.connectors[name].view.Load())
	}
	return list
}

// Connector is the last known description of a connector, and how its process is; nil if there is none of that name or it never
// described itself. Callers must not change it.
func (h *Host) Connector(name string) *hub.Connector {
	c := h.connectors[name]
	if c == nil || !c.described.Load() {
		return nil
	}
	return c.view.Load()
}

// Close ends all connectors. From here on Send refuses. What waits in the hub, and what a connector was given and has not begun,
// comes back as RETRY with NotStarted; what it has begun may finish until ctx ends. Then the processes are stopped, and whatever
// has no outcome gets UNKNOWN. All outcomes have been given to Options.Outcomes when Close returns. An error says how many sends
// were cut off.
func (h *Host) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	cancel := h.cancel
	h.mu.Unlock()
	if cancel == nil {
		return nil
	}
	var draining sync.WaitGroup
	errs := make(chan error, len(h.connectors))
	for _, c := range h.connectors {
		draining.Go(func() { errs <- c.drain(ctx) })
	}
	draining.Wait()
	close(errs)
	cancel()
	h.stopping.Wait()
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// process finds the running process of a connector. It is an UNAVAILABLE error if there is none, with the reason.
func (h *Host) process(name string) (*process, error) {
	c := h.connectors[name]
	if c == nil {
		return nil, unavailable("there is no connector %q here; install it or choose another one", name)
	}
	return c.running()
}

func unavailable(format string, args ...any) *hub.Error {
	return &hub.Error{Code: hub.CodeUnavailable, Message: fmt.Sprintf(format, args...)}
}
