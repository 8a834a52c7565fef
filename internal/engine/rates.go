package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// rates are the limits of an integration by one version of its connector.
type rates struct {
	connector string // its version
	limits    []limit
}

// limits are those of a connector that hold for the integration: first those for each recipient, so that whoever waits for one of
// these takes nothing from the others.
func (in *integration) limits(c *hub.Connector) []limit {
	if len(c.Limits) == 0 {
		return nil
	}
	if known := in.rates.Load(); known != nil && known.connector == c.Version {
		return known.limits
	}
	settings := settingsOf(in.Settings, c.Settings)
	found := &rates{connector: c.Version}
	for _, each := range []bool{true, false} {
		for i := range c.Limits {
			l := &c.Limits[i]
			if rate, ok := l.For(settings); ok && (l.Scope == hub.LimitRecipient) == each {
				found.limits = append(found.limits, limit{l.Key, each, rate})
			}
		}
	}
	in.rates.Store(found)
	return found.limits
}

// settingsOf are settings with the defaults of their schema. Both were judged when they were saved.
func settingsOf(given json.RawMessage, schema hub.Schema) map[string]any {
	own, all := map[string]any{}, map[string]any{}
	_ = json.Unmarshal(given, &own)
	properties, _ := propertiesOf(schema)
	for name, p := range properties {
		if p.Default != nil {
			all[name] = p.Default
		}
	}
	maps.Copy(all, own)
	return all
}

// paced is what the flight took of its integration's rates.
func (f *flight) paced() *paced {
	a := &paced{integration: f.in.Key, flow: f.delivery.FlowKey, execution: f.delivery.ExecutionKey, delivery: f.delivery.Key, recipient: f.handover.Recipient}
	if known := f.in.rates.Load(); known != nil {
		a.limits = known.limits
	}
	return a
}

// slowDown lowers the rate of which a provider says that it was passed.
func (e *Engine) slowDown(in *integration, d *hub.Delivery, o hub.Outcome, decision hub.Decision, now time.Time) {
	if o.Limit == "" || in == nil {
		return
	}
	connector := e.connectors.Connector(in.Connector)
	if connector == nil {
		return
	}
	wait := o.RetryAfter
	if wait == 0 && !decision.DueAt.IsZero() {
		wait = decision.DueAt.Sub(now)
	}
	// A receipt may tell of it before anything was sent by these settings, or since the start.
	e.pacer.hit(&paced{integration: in.Key, limits: in.limits(connector), recipient: d.Recipient}, o.Limit, wait, now)
}

// held is why a delivery waits for a limit.
func (l *limit) held() hub.Reason {
	often := l.rate.PerSecond >= 1
	each := strconv.FormatFloat(l.rate.PerSecond, 'g', 6, 64)
	every := time.Duration(float64(time.Second) / l.rate.PerSecond).Round(time.Millisecond).String()
	r := hub.Reason{Code: hub.ReasonPaced, Path: l.key}
	switch {
	case l.each && often:
		r.Message = fmt.Sprintf("the provider takes %s messages a second to one recipient", each)
	case l.each:
		r.Message = fmt.Sprintf("the provider takes one message in %s to one recipient", every)
	case often:
		r.Message = fmt.Sprintf("the provider takes %s messages a second through this integration", each)
	default:
		r.Message = fmt.Sprintf("the provider takes one message in %s through this integration", every)
	}
	return r
}

// IntegrationRates are the rates that hold for an integration, as they are at the moment. SEE on settings/api_connections.
func (e *Engine) IntegrationRates(ctx context.Context, c hub.Caller, key int64) ([]*hub.IntegrationRate, error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	in, err := e.integration(ctx, e.now(), key)
	if err != nil || in == nil {
		return nil, err
	}
	connector := e.connectors.Connector(in.Connector)
	if connector == nil {
		return nil, nil
	}
	return e.pacer.look(key, in.limits(connector), time.Now()), nil
}

// look says how the rates of an integration are.
func (p *pacer) look(integration int64, limits []limit, now time.Time) []*hub.IntegrationRate {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := map[string]int{}
	for _, pl := range p.places {
		if pl.integration == integration && pl.at.After(now) {
			waiting[pl.by().key]++
		}
	}
	var list []*hub.IntegrationRate
	for _, l := range limits {
		r := &hub.IntegrationRate{Key: l.key, Scope: hub.LimitIntegration, PerSecond: l.rate.PerSecond, Now: l.rate.PerSecond, Burst: l.rate.Burst, Waiting: waiting[l.key]}
		if l.each {
			r.Scope = hub.LimitRecipient
		} else if pc := p.paces[paceKey{integration: integration, limit: l.key}]; pc != nil {
			r.Now = pc.Rate(now, l.rate).PerSecond
			if free := pc.Free(now, l.rate); free.After(now) {
				r.Until = &free
			}
		}
		list = append(list, r)
	}
	return list
}
