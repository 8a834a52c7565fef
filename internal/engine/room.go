package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// hasRoom says whether the connectors of an execution's flow can take another delivery now, and their rates have a place for one; nothing
// has room while the queue is paused. A flow whose deliveries cannot go for another reason has room: its execution is to find out and say
// why. One that waited for a rate has its place already; one that a breaker holds back knows that, and is looked at when it may be let
// through. A newcomer leaves room to those that found none before it.
func (e *Engine) hasRoom(ctx context.Context, tx *sqlite.Tx, rules *rules, exec *hub.Execution, newcomer bool) (bool, error) {
	if e.pauses.queue.Load() {
		return false, nil
	}
	p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
	if err != nil {
		return true, nil // begin says what is wrong
	}
	if targets := p.flow.Definition.Targets; len(targets) == 1 {
		return e.fits(ctx, tx, rules, targets[0].IntegrationKey, exec.FlowKey, exec.WaitingFor, newcomer)
	}
	return e.hasRoomSomewhere(ctx, tx, rules, p, exec, newcomer)
}

// hasRoomSomewhere is hasRoom for a flow with several targets: one of them is enough, so that a connector without room holds up no message
// of another. Of an execution that has begun, only those count through which something is due: it would be taken up in vain, again and
// again.
func (e *Engine) hasRoomSomewhere(ctx context.Context, tx *sqlite.Tx, rules *rules, p *program, exec *hub.Execution, newcomer bool) (bool, error) {
	var through []sqlite.Through
	if exec.StartedAt != nil {
		var err error
		if through, err = tx.DueThrough(exec.Key, tx.Now()); err != nil || len(through) == 0 {
			return true, err
		}
	} else {
		for i := range p.flow.Definition.Targets {
			if p.flow.Definition.Follows(i) {
				continue // nothing of it goes yet
			}
			through = append(through, sqlite.Through{IntegrationKey: p.flow.Definition.Targets[i].IntegrationKey})
		}
	}
	for _, t := range through {
		if room, err := e.fits(ctx, tx, rules, t.IntegrationKey, exec.FlowKey, t.WaitingFor, newcomer); room || err != nil {
			return room, err
		}
	}
	return false, nil
}

// fits says whether there is room for a delivery through an integration, which waited for something before or not. What the pacer says now it
// is to say when the delivery asks it in this transaction, and so it is the transaction's time that both go by.
func (e *Engine) fits(ctx context.Context, tx *sqlite.Tx, rules *rules, integration, flow int64, waitedFor hub.ReasonCode, newcomer bool) (bool, error) {
	in, err := e.integration(ctx, rules, integration)
	if err != nil {
		return false, err
	}
	if in == nil || in.State == hub.IntegrationPaused {
		return true, nil
	}
	c := e.connectors.Connector(in.Connector)
	if c == nil || c.State != hub.ConnectorReady {
		return true, nil
	}
	if waitedFor == hub.ReasonBreakerOpen && !e.breakers.room(in.Key, time.Now()) {
		return false, nil
	}
	return e.pipes.admits(in.Key, in.capacity(c), flow, newcomer) && (waitedFor == hub.ReasonPaced || e.pacer.room(in.Key, in.limits(c), flow, tx.Now())), nil
}
