package host

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// connector is one connector for the life of the hub: the process that it has at the moment, and how it is.
type connector struct {
	name    string
	command []string
	o       *Options
	log     *slog.Logger
	redact  redactor

	view      atomic.Pointer[hub.Connector] // replaced, never changed
	described atomic.Bool
	settled   chan struct{} // closed after the first start, however it ended

	mu       sync.Mutex
	process  *process // nil unless READY
	draining bool
}

func newConnector(name string, command []string, o *Options) *connector {
	c := &connector{
		name: name, command: command, o: o,
		log:     o.Log.With("connector", name),
		settled: make(chan struct{}),
	}
	c.view.Store(&hub.Connector{
		Name: name, Title: hub.Labels{"en": name},
		Settings: hub.Schema{JSON: json.RawMessage("{}")},
		State:    hub.ConnectorStarting,
	})
	return c
}

// supervise starts the process, and again whenever it stops, until ctx ends. It is the only one that changes the view.
func (c *connector) supervise(ctx context.Context) {
	var b backoff
	for starts := 0; ctx.Err() == nil; starts++ {
		c.change(func(v *hub.Connector) {
			v.State, v.Restarts, v.Until, v.Problem = hub.ConnectorStarting, starts, nil, ""
		})
		ran, problem := c.runOnce(ctx)
		if ctx.Err() != nil {
			break
		}
		wait := b.stopped(ran)
		until := time.Now().Add(wait).UTC()
		c.log.Warn("the connector stopped and is started again", "problem", problem, "ran", ran.Round(time.Millisecond), "in", wait)
		c.change(func(v *hub.Connector) { v.State, v.Until, v.Problem = hub.ConnectorBackoff, &until, problem })
		c.settle()
		sleep(ctx, wait)
	}
	c.change(func(v *hub.Connector) { v.State, v.Until, v.Problem = hub.ConnectorStopped, nil, "" })
	c.settle()
}

// runOnce runs one process from its start to its end. It says for how long it was ready, and why it ended in words for people.
func (c *connector) runOnce(ctx context.Context) (ran time.Duration, problem string) {
	began := time.Now()
	p, description, err := c.start(ctx)
	if err != nil {
		return 0, c.redact.text(err.Error())
	}
	ready := time.Now()
	c.log.Info("connector ready", "version", description.Version, "pid", p.run.pid(), "took", ready.Sub(began).Round(time.Millisecond))
	c.setProcess(p)
	c.described.Store(true)
	c.change(func(v *hub.Connector) {
		restarts := v.Restarts
		*v = *description
		v.State, v.Restarts = hub.ConnectorReady, restarts
	})
	c.settle()
	err = p.watch(ctx)
	c.setProcess(nil)
	p.stop(err == nil)
	if err != nil {
		problem = c.redact.text(err.Error() + quoted(p.stderr.panicWords()))
	}
	return time.Since(ready), problem
}

// change replaces the view by a changed copy and tells of it.
func (c *connector) change(by func(*hub.Connector)) {
	v := *c.view.Load()
	by(&v)
	c.view.Store(&v)
	c.o.Changed(v)
}

func (c *connector) settle() {
	select {
	case <-c.settled:
	default:
		close(c.settled)
	}
}

func (c *connector) setProcess(p *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.process = p
}

// running is the process, or an UNAVAILABLE error that says why there is none.
func (c *connector) running() (*process, error) {
	c.mu.Lock()
	p, draining := c.process, c.draining
	c.mu.Unlock()
	if p != nil && !draining {
		return p, nil
	}
	v := c.view.Load()
	switch {
	case draining || v.State == hub.ConnectorStopped:
		return nil, unavailable("the hub is shutting down; try again when it is back")
	case v.State == hub.ConnectorBackoff:
		return nil, unavailable("the connector %s is not running and is started again at %s: %s",
			c.name, v.Until.Format(time.RFC3339), v.Problem)
	default:
		return nil, unavailable("the connector %s is starting; try again in a moment", c.name)
	}
}

// stops says whether the connector is to end because the hub does.
func (c *connector) stops() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.draining
}

// drain lets the process finish what it has begun, until ctx ends. It ends nothing.
func (c *connector) drain(ctx context.Context) error {
	c.mu.Lock()
	c.draining = true
	p := c.process
	c.mu.Unlock()
	if p == nil {
		return nil
	}
	return p.drain(ctx)
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
