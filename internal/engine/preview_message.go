package engine

import (
	"context"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of asking connectors what they would send.
const (
	askTimeout = 10 * time.Second // for all messages of an execution
	asking     = 8                // at once
)

// rehearsal is a run that reads beside all transactions and is never saved.
func (e *Engine) rehearsal(ctx context.Context, exec *hub.Execution, on *tried, now time.Time) *run {
	find := e.remembering(ctx)
	if len(on.known) > 0 {
		find = e.storedBeside(ctx, on.known)
	}
	return &run{e: e, exec: exec, beside: &beside{ctx: ctx, e: e, now: now, find: find}}
}

// askConnectors says of each message that would go out what its connector would make of it. A connector that is down, or
// answers too late, is a problem of the messages that it was not asked about.
func (e *Engine) askConnectors(ctx context.Context, c hub.Caller, p *program, list []*hub.DeliveryPreview, paused bool) error {
	ask, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var wait sync.WaitGroup
	defer wait.Wait() // nobody is to write into the list after this
	places := make(chan struct{}, asking)
	rules := e.now()
	for _, d := range list {
		if d.State != hub.Pending || wouldFail(&d.Delivery) != nil {
			continue
		}
		in, err := e.integration(ctx, rules, d.IntegrationKey)
		if err != nil {
			return err
		}
		if in == nil {
			fail(d, hub.Reason{Code: hub.ReasonInvalidFlow, Path: hub.Path("targets", d.Target, "integration"), Message: "the integration was deleted"})
			continue
		}
		held, err := e.db.SuppressionsTo(ctx, in.Key, d.Recipient)
		if err != nil {
			return err
		}
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			e.askConnector(ask, c, p, in, d, paused, held)
		})
	}
	wait.Wait()
	return ctx.Err()
}

func (e *Engine) askConnector(ctx context.Context, c hub.Caller, p *program, in *integration, d *hub.DeliveryPreview, paused bool, held []*hub.Suppression) {
	connector := e.connectors.Connector(in.Connector)
	switch {
	case d.WaitingFor == hub.ReasonFollowUp: // before all else
	case e.pauses.queue.Load():
		d.WaitingFor = hub.ReasonQueuePaused
	case paused:
		d.WaitingFor = hub.ReasonFlowPaused
	case in.State == hub.IntegrationPaused:
		d.WaitingFor = hub.ReasonIntegrationPaused
	case connector == nil || connector.State != hub.ConnectorReady:
		d.WaitingFor = hub.ReasonConnectorDown
	}
	if connector == nil {
		return
	}
	handover, wrong := address(p, connector, &d.Delivery)
	if wrong != nil {
		fail(d, *wrong)
		return
	}
	d.Recipient = handover.Recipient
	whole, categories := hub.Holding(held, time.Now())
	if handover.HeldCategories = categories; whole != nil {
		leaveAlone(d, whole)
	}
	if !connector.Capabilities.Preview {
		return // it does not say
	}
	handover.Attempt, handover.Deadline = 1, time.Now().Add(askTimeout)
	said, err := e.connectors.Preview(ctx, in.open, handover)
	if err != nil {
		if hub.CodeOf(err) != hub.CodeNotFound {
			d.Problems = append(d.Problems, hub.Problem{Code: hub.ProblemConnectorDown, Path: hub.Path("targets", d.Target, "integration"),
				Message: "the connector could not be asked what it would send", NextStep: "try again in a moment"})
		}
		return
	}
	if s := hub.HoldingCategory(held, hub.Category(said.HeldCategory), time.Now()); s != nil && said.HeldCategory != "" && d.State == hub.Pending {
		leaveAlone(d, s)
	}
	tell(c, p, d, said)
}

// tell puts into a message what its connector said of it. What would keep it from being sent ends it.
func tell(c hub.Caller, p *program, d *hub.DeliveryPreview, said *hub.MessagePreview) {
	d.Text, d.ProviderRecipient, d.Request = said.Text, said.Recipient, said.Request
	for _, a := range said.Adjusted {
		a.Path = pathInFlow(p, &d.Delivery, a.Path)
		d.Adjusted = append(d.Adjusted, a)
	}
	for _, q := range said.Problems {
		q.Message = hub.SaidOf(q.Path, q.Message)
		if ofSettings(q.Path) && !c.May(hub.RowAPIConnections, hub.See) {
			q.Message, q.NextStep = "the settings of the integration cannot be used", ""
		}
		q.Path = pathInFlow(p, &d.Delivery, q.Path)
		d.Problems = append(d.Problems, q)
		if !q.Warning() && d.State == hub.Pending {
			fail(d, hub.Reason{Code: hub.ReasonRejected, Provider: string(q.Code), Path: q.Path, Message: q.Message, NextStep: q.NextStep})
		}
	}
}

// fail ends a message that would not be sent.
func fail(d *hub.DeliveryPreview, why hub.Reason) {
	d.State, d.Reason, d.DueAt, d.WaitingFor = hub.DeliveryFailed, &why, nil, ""
}

// leaveAlone ends a message that would not be sent because its recipient is to be left alone.
func leaveAlone(d *hub.DeliveryPreview, s *hub.Suppression) {
	why := s.Held()
	d.State, d.Reason, d.DueAt, d.WaitingFor = hub.Suppressed, &why, nil, ""
}

// pathInFlow leads to the place in the flow that a connector means by a path of its own.
func pathInFlow(p *program, d *hub.Delivery, path string) string {
	return hub.PathInTarget(d.Target, &p.flow.Definition.Targets[d.Target], path)
}
