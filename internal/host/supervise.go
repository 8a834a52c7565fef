package host

import (
	"context"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// retireTimeout is how long a process that another one has replaced may take for what it has begun: longer than any message of the
// engine has until its deadline, so that nothing is cut off.
const retireTimeout = 45 * time.Second

// supervise keeps a process running from the executable that is wanted, until ctx ends: it starts another one whenever it stops, and has
// another one take over when another executable is wanted or somebody asks for it.
func (c *connector) supervise(ctx context.Context) {
	defer close(c.gone)
	b := backoff{quarantine: c.o.Quarantine}
	for stops := 0; ctx.Err() == nil; {
		x, _ := c.next()
		if x == nil {
			c.idle(ctx)
			continue
		}
		c.change(func(v *hub.Connector) {
			v.State, v.Restarts, v.Until, v.Problem = hub.ConnectorStarting, stops, nil, ""
			v.Trust, v.SHA256 = x.trust, x.sha256
		})
		ran, problem := c.runOnce(ctx, x, &b)
		if problem != "" && ctx.Err() == nil {
			stops++
			c.rest(ctx, x, &b, ran, problem)
		}
	}
	c.retiring.Wait()
	c.change(func(v *hub.Connector) { v.State, v.Until, v.Problem = hub.ConnectorStopped, nil, "" })
	c.settle()
}

// idle waits for an executable that may be run.
func (c *connector) idle(ctx context.Context) {
	c.change(func(v *hub.Connector) {
		v.State, v.Until, v.Trust, v.SHA256, v.PID, v.StartedAt = hub.ConnectorUntrusted, nil, hub.TrustNone, "", 0, nil
		if v.Problem = "its executable is not trusted"; v.Refused != nil {
			v.Problem = v.Refused.Problem
		}
	})
	c.settle()
	select {
	case <-c.wake:
	case <-ctx.Done():
	}
}

// rest waits before the next start of a connector whose process has stopped, but not for one that is another, or that somebody wants now.
func (c *connector) rest(ctx context.Context, x *executable, b *backoff, ran time.Duration, problem string) {
	now := time.Now().UTC()
	wait, quarantined := b.stopped(now, ran)
	until := now.Add(wait)
	state := hub.ConnectorBackoff
	if quarantined {
		state = hub.ConnectorQuarantined
		problem = "it stopped too often; the last time: " + problem
		c.log.Error("the connector stops again and again; it is left alone", "problem", problem, "until", until)
	} else {
		c.log.Warn("the connector stopped and is started again", "problem", problem, "ran", ran.Round(time.Millisecond), "in", wait)
	}
	c.change(func(v *hub.Connector) {
		v.State, v.Until, v.Problem = state, &until, problem
		v.LastError, v.ErrorAt = problem, &now
	})
	c.settle()
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		select {
		case <-over.C:
			return
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		if next, why := c.next(); next != x || why != "" {
			b.forget()
			return
		}
	}
}

// runOnce runs a process, and those that take over from it, until there is none. It says for how long the last one was ready, and why it
// ended in words for people; empty if it is not to run any more.
func (c *connector) runOnce(ctx context.Context, x *executable, b *backoff) (ran time.Duration, problem string) {
	p, err := c.begin(ctx, x)
	if err != nil {
		return 0, c.redact.text(err.Error())
	}
	c.settle()
	for {
		woken, err := p.watch(ctx)
		if !woken {
			return c.end(p, err)
		}
		next, why := c.next()
		switch {
		case next == nil:
			c.log.Warn("the connector is no longer trusted and is stopped")
			c.setProcess(nil)
			c.retire(ctx, p)
			return time.Since(p.ready), ""
		case next != p.executable || why != "":
			if next != p.executable {
				b.forget()
			} else if why != asked {
				if _, quarantined := b.stopped(time.Now(), time.Since(p.ready)); quarantined {
					return c.end(p, errors.New(why))
				}
			}
			p = c.replace(ctx, p, next, why)
		}
	}
}

// begin starts a process and gives it the work.
func (c *connector) begin(ctx context.Context, x *executable) (*process, error) {
	began := time.Now()
	p, description, err := c.start(ctx, x)
	if err != nil {
		return nil, err
	}
	c.missed.Store(0)
	c.log.Info("connector ready", "version", description.Version, "pid", p.run.pid(), "sha256", x.sha256, "took", p.ready.Sub(began).Round(time.Millisecond))
	c.setProcess(p)
	c.described.Store(true)
	c.change(func(v *hub.Connector) {
		restarts, process := v.Restarts, v.ConnectorProcess
		*v = *description
		v.State, v.Restarts, v.ConnectorProcess = hub.ConnectorReady, restarts, process
		ready := p.ready.UTC()
		v.Trust, v.SHA256, v.PID, v.StartedAt = x.trust, x.sha256, p.run.pid(), &ready
	})
	return p, nil
}

// end ends a process. err is why; nil if ctx has ended.
func (c *connector) end(p *process, err error) (ran time.Duration, problem string) {
	ran = time.Since(p.ready)
	c.setProcess(nil)
	p.stop(err == nil)
	c.forget(p)
	if err != nil {
		problem = c.redact.text(err.Error() + quoted(p.stderr.panicWords()))
	}
	c.change(func(v *hub.Connector) { v.PID, v.StartedAt = 0, nil })
	return ran, problem
}

// replace has a process of an executable take over: it is started first, then given the work, and only then may the one before finish what
// it has begun and end. So nothing waits, and nothing is cut off. If it cannot be started, the one before goes on.
func (c *connector) replace(ctx context.Context, old *process, x *executable, why string) *process {
	if x == old.executable {
		c.log.Info("another process of the connector takes over", "because", why)
	} else {
		c.log.Info("another executable of the connector takes over", "sha256", x.sha256, "before", old.executable.sha256)
	}
	p, err := c.begin(ctx, x)
	if err != nil {
		problem, now := c.redact.text(err.Error()), time.Now().UTC()
		c.log.Error("the process that was to take over could not be started; the one before goes on", "problem", problem)
		c.change(func(v *hub.Connector) {
			v.LastError, v.ErrorAt = "the process that was to take over could not be started: "+problem, &now
		})
		c.keep(old.executable, x)
		return old
	}
	if why != "" && why != asked {
		now := time.Now().UTC()
		c.change(func(v *hub.Connector) { v.LastError, v.ErrorAt = why, &now })
	}
	c.retire(ctx, old)
	return p
}

// retire lets a process that has lost the work finish what it has begun, and ends it.
func (c *connector) retire(ctx context.Context, p *process) {
	c.retiring.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, retireTimeout)
		defer cancel()
		if err := p.drain(ctx); err != nil {
			c.log.Warn("a process that was replaced could not finish in time", "pid", p.run.pid(), "error", err)
		}
		p.stop(true)
		c.forget(p)
	})
}

// asked is why another process takes over when a person wants it.
const asked = "somebody asked for it"

// wanted is what is to be run now; nil if nothing may be.
func (c *connector) wanted() *executable {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.want
}

// next is what is to be run from now on, and why by another process even if it is the same; empty: that one may go on.
func (c *connector) next() (x *executable, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, why = c.want, c.again
	c.again = ""
	return x, why
}

// set says what is to be run from now on; nil: nothing.
func (c *connector) set(x *executable) {
	c.mu.Lock()
	c.want = x
	c.mu.Unlock()
	c.rouse()
}

// keep takes back that an executable is wanted which cannot be started.
func (c *connector) keep(old, failed *executable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.want == failed {
		c.want = old
	}
}

// restart has another process take over, or has one started at once that waits.
func (c *connector) restart(why string) {
	c.mu.Lock()
	c.again = why
	c.mu.Unlock()
	c.rouse()
}

func (c *connector) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// refuse shows an executable that is not run, or takes that back with nil.
func (c *connector) refuse(r *hub.RefusedExecutable) {
	c.change(func(v *hub.Connector) {
		if v.Refused = r; v.State == hub.ConnectorUntrusted && r != nil {
			v.Problem = r.Problem
		}
	})
}
