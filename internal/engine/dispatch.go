package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// dispatch puts every delivery that may go now on its way, and leaves the others waiting with their reason.
func (r *run) dispatch(ctx context.Context, rules *rules, p *program) error {
	if err := r.followUp(); err != nil {
		return err
	}
	for _, it := range r.items {
		if it.State != hub.Pending || r.asleep(it) {
			continue
		}
		if it.Tries == 0 && it.WaitingFor == hub.ReasonOperator && !it.Test { // a test goes to no one but whom it was meant for
			if err := r.refill(ctx, p, it); err != nil {
				return err
			}
			r.lineUpAnew(p, it)
		}
		if it.State != hub.Pending {
			continue
		}
		if err := r.dispatchOne(ctx, rules, p, it); err != nil {
			return err
		}
	}
	return nil
}

// asleep says whether a delivery waits for a time that has not come. One that waits for a condition is looked at whenever
// its execution is taken up.
func (r *run) asleep(it *item) bool {
	switch it.WaitingFor {
	case hub.ReasonFollowUp:
		return it.RipeAt == nil // else its time has come
	case hub.ReasonRetry, hub.ReasonPaced, hub.ReasonQuietHours, hub.ReasonOrdered, hub.ReasonOperator: // one of many that a person has sent again waits for its turn
		return it.DueAt.After(r.tx.Now())
	}
	return false
}

func (r *run) dispatchOne(ctx context.Context, rules *rules, p *program, it *item) error {
	now := r.tx.Now()
	policy := p.flow.Definition.Settings.Retry()
	expires := it.Since().Add(policy.MaxAge)
	if !now.Before(expires) {
		r.fail(it, hub.Reason{Code: hub.ReasonTooOld, Message: "it waited for longer than the flow allows: " + policy.MaxAge.String()})
		return nil
	}
	in, err := r.e.integration(ctx, rules, it.IntegrationKey)
	if err != nil {
		return err
	}
	if in == nil {
		r.fail(it, hub.Reason{Code: hub.ReasonInvalidFlow, Path: hub.Path("targets", it.Target, "integration"), Message: "the integration was deleted"})
		return nil
	}
	flow, err := r.e.flow(ctx, rules, it.FlowKey)
	if err != nil {
		return err
	}
	connector := r.e.connectors.Connector(in.Connector)
	switch {
	case r.e.pauses.queue.Load():
		it.wait(hub.ReasonQueuePaused, now) // the worker takes it up when it goes on
	case flow.Paused != nil:
		it.wait(hub.ReasonFlowPaused, expires)
	case in.State == hub.IntegrationPaused:
		it.wait(hub.ReasonIntegrationPaused, expires)
	case connector == nil || connector.State != hub.ConnectorReady:
		it.wait(hub.ReasonConnectorDown, expires)
	default:
		return r.send(p, flow, in, connector, it, expires)
	}
	return nil
}

// send makes a delivery SENDING and reserves its place with the connector, if it is its turn, its recipient may be messaged and it is not
// quiet there, there is room, its provider is not known to be down, and no rate holds it back. flow is its flow as it is now.
func (r *run) send(p *program, flow *hub.Flow, in *integration, connector *hub.Connector, it *item, expires time.Time) error {
	handover, wrong := address(p, connector, it.Delivery)
	if wrong != nil {
		r.fail(it, *wrong)
		return nil
	}
	if turn, err := r.inTurn(p, it, expires); !turn || err != nil {
		return err
	}
	if suppressed, err := r.suppressed(it, &handover); suppressed || err != nil {
		return err
	}
	if r.hush(p, it, handover.Recipient, expires) {
		return nil
	}
	if !r.e.pipes.room(in.Key, in.capacity(connector), flow.Key, flow.Definition.Settings.MaxInFlight) {
		if it.WaitingFor != hub.ReasonBackpressure { // else it need not be written again: it may go when there is room
			it.wait(hub.ReasonBackpressure, r.tx.Now())
		}
		return nil
	}
	may, probe := r.e.breakers.ask(in.Key, r.tx.Now(), r.e.sendTimeout+leaseGrace)
	if !may {
		r.e.breakers.hold(it, in.Key, r.tx.Now(), expires)
		return nil
	}
	ask := paced{integration: in.Key, limits: in.limits(connector), flow: it.FlowKey, execution: it.ExecutionKey, delivery: it.Key, recipient: handover.Recipient}
	if at, by := r.e.pacer.ask(&ask, r.tx.Now()); by != nil {
		if probe {
			r.e.breakers.back(in.Key)
		}
		it.pace(by, at, expires)
		return nil
	}
	limited := r.e.pipes.reserve(in.Key, flow.Key) // transactions run one after the other: the room is still there
	if it.Recipient != handover.Recipient {
		it.Recipient, it.anew = handover.Recipient, true
	}
	it.Tries++
	it.ProviderID = "" // that of an earlier attempt says nothing of this one
	r.move(it, hub.Sending, hub.Reason{Code: hub.ReasonWorker})
	now := r.tx.Now()
	handover.Attempt, handover.Deadline = it.Tries, now.Add(r.e.sendTimeout)
	span, place := r.attempted()
	handover.Trace = place
	r.out = append(r.out, &flight{exec: r.exec, delivery: it.Delivery, program: p, in: in, started: now, handover: handover, span: span, probe: probe,
		limited: limited, lookup: connector.Capabilities.Lookup && !in.mute.Load()})
	return nil
}

// address makes of a delivery what its connector is given, or says why it cannot be sent.
func address(p *program, connector *hub.Connector, d *hub.Delivery) (hub.Handover, *hub.Reason) {
	action := connector.Action(d.Action)
	if action == nil {
		return hub.Handover{}, &hub.Reason{Code: hub.ReasonInvalidFlow, Path: hub.Path("targets", d.Target, "action"),
			Message: "the connector no longer has the action " + d.Action}
	}
	to, err := hub.NormalRecipient(d.Recipient, action, p.flow.Definition.Settings.DefaultCountry)
	if err != nil {
		return hub.Handover{}, &hub.Reason{Code: hub.ReasonRecipient, Path: hub.Path("targets", d.Target, "recipient"), Message: err.Error(),
			NextStep: "correct the number in the record"}
	}
	return hub.Handover{Key: d.Key, FlowKey: d.FlowKey, Action: d.Action, Parameters: p.flow.Definition.Targets[d.Target].Parameters,
		Recipient: to, Values: d.Values, Names: p.mapping[d.Target].Names(), Language: action.Language}, nil
}

// capacity is how many deliveries an integration may have with its connector at once: enough that the connector never
// waits for the hub, and few enough that a crash leaves few unknown. Whoever set it up may want fewer.
func (in *integration) capacity(c *hub.Connector) int {
	n := 2 * max(c.Capabilities.InFlight, 1)
	if in.MaxInFlight > 0 {
		return min(n, in.MaxInFlight)
	}
	return n
}
