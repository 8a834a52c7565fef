package host

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// executable is what a connector is run from. It never changes; another one is another executable.
type executable struct {
	command []string
	sha256  string // empty for a built-in one
	trust   hub.ConnectorTrust
}

// connector is one connector for as long as there is one of that name: the process that it has at the moment, those that only finish
// what they have begun, and how it is.
type connector struct {
	name   string
	o      *Options
	log    *slog.Logger
	redact redactor
	lines  lineLimit
	slots  slots
	limits hub.ConnectorLimits
	missed atomic.Int64 // answers that did not come in time, with none in between

	questions atomic.Int64 // calls that are under way

	viewing   sync.Mutex                    // whoever changes the view
	view      atomic.Pointer[hub.Connector] // replaced, never changed
	described atomic.Bool
	settled   chan struct{} // closed after the first start, however it ended
	gone      chan struct{} // closed when it runs no more
	cancel    context.CancelFunc
	wake      chan struct{} // what is to run may have changed

	mu       sync.Mutex
	want     *executable // nil: nothing may be run
	again    string      // why another process is to take over; empty: it need not
	process  *process    // nil unless READY
	old      map[*process]struct{}
	draining bool // nothing more is taken
	closing  bool // because the hub shuts down

	retiring sync.WaitGroup // old
}

func newConnector(name string, x *executable, o *Options) *connector {
	c := &connector{
		name: name, o: o, want: x,
		log:     o.Log.With("connector", name),
		limits:  o.limitsOf(name),
		settled: make(chan struct{}), gone: make(chan struct{}), wake: make(chan struct{}, 1), old: map[*process]struct{}{},
	}
	c.slots.most = c.limits.InFlight
	v := &hub.Connector{
		Name: name, Title: hub.Labels{"en": name},
		Settings: hub.Schema{JSON: json.RawMessage("{}")},
		State:    hub.ConnectorStarting,
	}
	v.ConnectorProcess = hub.ConnectorProcess{Trust: hub.TrustNone, Bounds: c.limits}
	if x != nil {
		v.Trust, v.SHA256 = x.trust, x.sha256
	}
	c.view.Store(v)
	return c
}

// change replaces the view by a changed copy and tells of it.
func (c *connector) change(by func(*hub.Connector)) {
	c.viewing.Lock()
	defer c.viewing.Unlock()
	v := *c.view.Load()
	by(&v)
	c.view.Store(&v)
	c.o.Changed(v)
}

// now is the view with what the processes use.
func (c *connector) now() *hub.Connector {
	v := *c.view.Load()
	v.Usage = hub.ConnectorUsage{InFlight: c.slots.inUse(), LinesCut: c.lines.cut.Load(), MissedInRow: int(c.missed.Load())}
	for _, p := range c.processes() {
		u := p.usage.Load()
		v.Usage.Memory += u.memory
		v.Usage.OpenFiles += u.files
		v.Usage.CPU += u.cpu
	}
	return &v
}

// processes are the one that works and those that only finish what they have begun.
func (c *connector) processes() []*process {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Collect(maps.Keys(c.old))
	if c.process != nil {
		list = append(list, c.process)
	}
	return list
}

func (c *connector) settle() {
	select {
	case <-c.settled:
	default:
		close(c.settled)
	}
}

// current is the process that has the work; nil if none has.
func (c *connector) current() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process
}

// setProcess gives the work to a process, or to none. The one that had it is one of the old ones at the same moment, so that whoever drains
// the connector misses none.
func (c *connector) setProcess(p *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil {
		c.old[c.process] = struct{}{}
	}
	c.process = p
}

// forget is for a process that has ended.
func (c *connector) forget(p *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.old, p)
}

// running is the process, or an UNAVAILABLE error that says why there is none.
func (c *connector) running() (*process, error) {
	c.mu.Lock()
	p, draining, closing := c.process, c.draining, c.closing
	c.mu.Unlock()
	if p != nil && !draining {
		return p, nil
	}
	v := c.view.Load()
	switch {
	case closing:
		return nil, unavailable("the hub is shutting down; try again when it is back")
	case draining || v.State == hub.ConnectorStopped:
		return nil, unavailable("the connector %s is being taken away; install it again or choose another one", c.name)
	case v.State == hub.ConnectorBackoff:
		return nil, unavailable("the connector %s is not running and is started again at %s: %s",
			c.name, v.Until.Format(time.RFC3339), v.Problem)
	case v.State == hub.ConnectorQuarantined:
		return nil, unavailable("the connector %s stopped too often and is left alone until %s: %s",
			c.name, v.Until.Format(time.RFC3339), v.Problem)
	case v.State == hub.ConnectorUntrusted:
		return nil, unavailable("the connector %s is not run: %s", c.name, v.Problem)
	default:
		return nil, unavailable("the connector %s is starting; try again in a moment", c.name)
	}
}

// stops says whether the connector is to end because the hub does.
func (c *connector) stops() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

// close is drain because the hub shuts down.
func (c *connector) close(ctx context.Context) error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	return c.drain(ctx)
}

// drain takes nothing more and lets all processes finish what they have begun, until ctx ends. It ends none.
func (c *connector) drain(ctx context.Context) error {
	c.mu.Lock()
	c.draining = true
	c.mu.Unlock()
	var draining sync.WaitGroup
	all := c.processes()
	errs := make([]error, len(all))
	for i, p := range all {
		draining.Go(func() { errs[i] = p.drain(ctx) })
	}
	draining.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
