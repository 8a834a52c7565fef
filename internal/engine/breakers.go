package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// breakers hold back what goes out through integrations whose providers seem to be down; see [hub.Breaker]. All of it is in memory:
// after a restart every breaker is closed, and a provider that is down still is found to be so anew.
type breakers struct {
	open atomic.Int32 // how many are: while none is, nobody has to ask
	mu   sync.Mutex
	by   map[int64]*hub.Breaker // by integration
}

// room says whether the breaker of an integration would let a message through now.
func (b *breakers) room(integration int64, now time.Time) bool {
	if b.open.Load() == 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	br := b.by[integration]
	return br == nil || br.Room(now)
}

// ask says whether a message may go, and whether it is one that tries.
func (b *breakers) ask(integration int64, now time.Time, patience time.Duration) (may, probe bool) {
	if b.open.Load() == 0 {
		return true, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.by[integration]; br != nil {
		return br.Ask(now, patience)
	}
	return true, false
}

// back takes back that one is trying: it did not leave.
func (b *breakers) back(integration int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.by[integration]; br != nil {
		br.Back()
	}
}

// try has the next message try at once.
func (b *breakers) try(integration int64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.by[integration]; br != nil {
		br.Try(now)
	}
}

// forget forgets an integration that is gone.
func (b *breakers) forget(integration int64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.by[integration]; br != nil && br.State(now).State != hub.BreakerClosed {
		b.open.Add(-1)
	}
	delete(b.by, integration)
}

func (b *breakers) look(integration int64, now time.Time) hub.IntegrationBreaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.by[integration]; br != nil {
		return br.State(now)
	}
	return hub.IntegrationBreaker{State: hub.BreakerClosed}
}

// hold leaves a delivery PENDING until the breaker may let one through, or until it expires.
func (b *breakers) hold(it *item, integration int64, now, expires time.Time) {
	at := now
	if until := b.look(integration, now).Until; until != nil && until.After(now) {
		at = *until
	}
	if at.After(expires) {
		at = expires
	}
	it.Reason = &hub.Reason{Code: hub.ReasonBreakerOpen, Message: "the provider does not answer; one message at a time is let through to try, and the others go when it answers"}
	it.wait(hub.ReasonBreakerOpen, at)
}

// turned is a breaker that opened or closed.
type turned struct {
	integration int64
	opened      bool
	failures    int
}

// landed takes what attempts said of their providers, and says which breakers opened or closed by it.
func (b *breakers) landed(landings []landing, now time.Time) (list []turned) {
	now = now.Truncate(time.Millisecond) // as the store keeps times: what waits until then is looked at then
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range landings {
		l := &landings[i]
		br := b.by[l.in.Key]
		if br == nil {
			br = &hub.Breaker{}
			b.by[l.in.Key] = br
		}
		if !br.Landed(now, l.started, hub.WordOf(&l.outcome)) {
			continue
		}
		s := br.State(now)
		t := turned{integration: l.in.Key, opened: s.State != hub.BreakerClosed, failures: s.Failures}
		if t.opened {
			b.open.Add(1)
		} else {
			b.open.Add(-1)
		}
		list = append(list, t)
	}
	return list
}

// weighed is the outcome as it counts for its delivery: a message that was let through to try, and only found out that its
// provider is still down, has used up nothing.
func (l *landing) weighed() hub.Outcome {
	o := l.outcome
	if l.probe && o.Kind == hub.OutcomeRetry && hub.WordOf(&o) == hub.WordDown {
		o.NotStarted = true
	}
	return o
}

// judgeProviders has the breakers judge by outcomes that are committed, and says in the journal which opened or closed. Those are
// in memory, so a line that cannot be written is no reason to wait.
func (e *Engine) judgeProviders(ctx context.Context, landings []landing) {
	list := e.breakers.landed(landings, time.Now())
	if len(list) == 0 {
		return
	}
	err := e.db.Write(context.WithoutCancel(ctx), func(tx *sqlite.Tx) error {
		for _, t := range list {
			tx.Change(t.line())
		}
		return nil
	})
	if err != nil {
		e.log.Error("it was not written to the journal that a circuit breaker opened or closed", "error", err)
	}
}

func (t turned) line() hub.Change {
	c := hub.Change{Subject: hub.SubjectIntegration, Key: t.integration, Aspect: hub.AspectBreaker, From: string(hub.BreakerOpen), To: string(hub.BreakerClosed),
		Cause: hub.Reason{Code: hub.ReasonOutcome, Message: "the provider answers again"}}
	if t.opened {
		c.From, c.To = c.To, c.From
		c.Cause = hub.Reason{Code: hub.ReasonBreakerOpen, Message: "the provider does not answer: most of the last attempts failed"}
		if t.failures >= hub.BreakerRow {
			c.Cause.Message = fmt.Sprintf("the provider does not answer: %d attempts failed in a row", t.failures)
		}
	}
	return c
}

// IntegrationBreaker is the circuit breaker of an integration as it is at the moment; nil if there is no such integration, or while its
// connector is not installed. SEE on settings/api_connections.
func (e *Engine) IntegrationBreaker(ctx context.Context, c hub.Caller, key int64) (*hub.IntegrationBreaker, error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	in, err := e.integration(ctx, e.now(), key)
	if err != nil || in == nil || e.connectors.Connector(in.Connector) == nil {
		return nil, err
	}
	s := e.breakers.look(key, time.Now())
	return &s, nil
}
