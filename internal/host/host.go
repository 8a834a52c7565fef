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

	// Plugins are the connectors of third parties.
	Plugins Plugins

	// Limits bound what connectors use, by name; under the empty name for all that have none of their own.
	Limits map[string]hub.ConnectorLimits

	// Quarantine says when a connector that keeps stopping is left alone.
	Quarantine Quarantine

	// Changed is told of every change of a connector, in order for each connector. It should return soon.
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
	// MissedAnswers is after how many answers in a row that did not come in time, with none in between, a connector is killed and
	// started again, however well it says that it is. Zero: 10.
	MissedAnswers int
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
	o.MissedAnswers = cmp.Or(o.MissedAnswers, 10)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, 5*time.Minute)
	o.QueueSize = cmp.Or(o.QueueSize, 4096)
	return o
}

// limitsOf are the limits of a connector.
func (o *Options) limitsOf(name string) hub.ConnectorLimits {
	if own, ok := o.Limits[name]; ok {
		return own
	}
	return o.Limits[""]
}

// Host has all connectors. Its methods are safe for use by many goroutines.
type Host struct {
	o       Options
	plugins *plugins // nil: there is no directory of them

	mu         sync.RWMutex
	connectors map[string]*connector
	leaving    map[*connector]struct{} // taken away, and finishing what they have begun
	running    context.Context         // of the supervisors; nil before Start
	closing    bool
	cancel     context.CancelFunc // ends running
	stopping   sync.WaitGroup     // the supervisors and the loops
}

// New makes a host; nothing runs before Start.
func New(o Options) *Host {
	h := &Host{o: o.withDefaults(), connectors: map[string]*connector{}, leaving: map[*connector]struct{}{}}
	for name, command := range o.Builtin {
		h.connectors[name] = newConnector(name, &executable{command: command, trust: hub.TrustBuiltIn}, &h.o)
	}
	if o.Plugins.Dir != "" {
		h.plugins = newPlugins(h, o.Plugins)
	}
	return h
}

var connectorName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// Start starts all connectors at once and returns when each of them is ready or has failed for the first time, or when ctx ends;
// that does not end the connectors. A connector that cannot start is in BACKOFF, and one that is not trusted is UNTRUSTED: that is no
// error. An error means that a command line is missing or a name impossible, that there is no plugins directory, or that Start was
// called before.
func (h *Host) Start(ctx context.Context) error {
	for name, c := range h.connectors {
		if !connectorName.MatchString(name) {
			return fmt.Errorf("the connector name %q is not possible; it must match %s", name, connectorName)
		}
		if command := c.wanted().command; len(command) == 0 || command[0] == "" {
			return fmt.Errorf("connector %s: the command line is empty; name its executable", name)
		}
	}
	if h.plugins != nil {
		if err := h.plugins.open(); err != nil {
			return err
		}
	}
	if err := h.begin(); err != nil {
		return err
	}
	for _, c := range h.everyone() {
		select {
		case <-c.settled:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (h *Host) begin() error {
	h.mu.Lock()
	if h.running != nil || h.closing {
		h.mu.Unlock()
		return errors.New("a host can be started only once")
	}
	h.running, h.cancel = context.WithCancel(context.Background())
	ctx := h.running
	for _, c := range h.connectors {
		h.supervise(c)
	}
	h.stopping.Go(func() { h.observe(ctx) })
	h.mu.Unlock()
	if h.plugins != nil {
		h.plugins.scan(time.Now())
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.closing {
			h.stopping.Go(func() { h.plugins.watch(ctx) })
		}
	}
	return nil
}

// supervise begins to run a connector, under mu.
func (h *Host) supervise(c *connector) {
	ctx, cancel := context.WithCancel(h.running)
	c.cancel = cancel
	h.stopping.Go(func() { c.supervise(ctx) })
}

// offer says from which executable a connector is to be run, which may be new here; nil: from none, for the reason that refused gives.
func (h *Host) offer(name string, x *executable, refused *hub.RefusedExecutable) {
	c, isNew := h.findOrMake(name, x, refused)
	if c == nil || isNew {
		return
	}
	if c.view.Load().Refused != refused {
		c.refuse(refused)
	}
	c.set(x)
}

func (h *Host) findOrMake(name string, x *executable, refused *hub.RefusedExecutable) (c *connector, isNew bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return nil, false
	}
	if c = h.connectors[name]; c != nil {
		return c, false
	}
	c = newConnector(name, x, &h.o)
	c.view.Load().Refused = refused // nobody has seen it yet
	h.connectors[name] = c
	h.supervise(c)
	return c, true
}

// remove takes a connector away: it finishes what it has begun, and ends. Until then no other one can have its name.
func (h *Host) remove(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.connectors[name]
	if c == nil || h.closing {
		return
	}
	delete(h.connectors, name)
	h.leaving[c] = struct{}{}
	h.stopping.Go(func() {
		ctx, cancel := context.WithTimeout(h.running, retireTimeout)
		defer cancel()
		if err := c.drain(ctx); err != nil {
			c.log.Warn("a connector that was taken away could not finish in time", "error", err)
		}
		c.cancel()
		<-c.gone
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.leaving, c)
	})
}

// isLeaving says whether a connector of that name has been taken away and still finishes.
func (h *Host) isLeaving(name string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.leaving {
		if c.name == name {
			return true
		}
	}
	return false
}

// everyone is all connectors, by name, and behind them those that are leaving.
func (h *Host) everyone() []*connector {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := make([]*connector, 0, len(h.connectors)+len(h.leaving))
	for _, name := range slices.Sorted(maps.Keys(h.connectors)) {
		list = append(list, h.connectors[name])
	}
	return slices.AppendSeq(list, maps.Keys(h.leaving))
}

// find is the connector of a name; nil if there is none.
func (h *Host) find(name string) *connector {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.connectors[name]
}

// List has all connectors by name, also those that never described themselves: of these only name and state are known. Callers
// must not change what is in it.
func (h *Host) List() []*hub.Connector {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := make([]*hub.Connector, 0, len(h.connectors))
	for _, name := range slices.Sorted(maps.Keys(h.connectors)) {
		list = append(list, h.connectors[name].now())
	}
	return list
}

// Connector is the last known description of a connector, and how its process is, but not what it uses; nil if there is none of that
// name or it never described itself. Callers must not change it.
func (h *Host) Connector(name string) *hub.Connector {
	c := h.find(name)
	if c == nil || !c.described.Load() {
		return nil
	}
	return c.view.Load()
}

// Restart has another process of a connector take over; the one before finishes what it has begun. One that waits for its next start, or is
// in quarantine, is started at once. Errors are NOT_FOUND, or CONFLICT for one that may not be run.
func (h *Host) Restart(name string) error {
	c := h.find(name)
	switch {
	case c == nil:
		return &hub.Error{Code: hub.CodeNotFound, Path: "name", Message: fmt.Sprintf("there is no connector %q here; install it or choose another one", hub.Clip(name, 40))}
	case c.wanted() == nil:
		return hub.Conflict("name", "the connector %s is not run: %s", name, c.view.Load().Problem)
	}
	c.restart(asked)
	return nil
}

// Directory is the plugins directory as it was last seen; nil if there is none.
func (h *Host) Directory() *hub.PluginsDirectory {
	if h.plugins == nil {
		return nil
	}
	return h.plugins.view.Load()
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
	all := h.everyone()
	errs := make([]error, len(all))
	for i, c := range all {
		draining.Go(func() { errs[i] = c.close(ctx) })
	}
	draining.Wait()
	cancel()
	h.stopping.Wait()
	return errors.Join(errs...)
}

// process finds the running process of a connector. It is an UNAVAILABLE error if there is none, with the reason.
func (h *Host) process(name string) (*process, error) {
	c := h.find(name)
	if c == nil {
		return nil, unavailable("there is no connector %q here; install it or choose another one", name)
	}
	return c.running()
}

func unavailable(format string, args ...any) *hub.Error {
	return &hub.Error{Code: hub.CodeUnavailable, Message: fmt.Sprintf(format, args...)}
}
