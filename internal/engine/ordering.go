package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// A flow may ask that its messages about one record, or to one recipient, do not overtake each other: of those with the same order key
// one goes at a time, in the order in which they were made. Their keys say which that is. A delivery that comes back later, because a
// person or its provider wants it sent again, keeps its place before those that have not left yet. A flow that does not ask for it has no
// order keys, and costs nothing of this.

// ordered says whether the messages of an execution have an order. Then they are made in the transaction in which it came in, whether or
// not there is room, so that they have their places. A test message has none.
func (e *Engine) ordered(ctx context.Context, exec *hub.Execution) bool {
	p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
	return err == nil && !exec.Test && p.flow.Definition.Settings.Order() != hub.OrderedNot
}

// lineUp leaves what was made waiting until there is room.
func (r *run) lineUp() {
	for _, it := range r.items {
		if it.State == hub.Pending && it.WaitingFor != hub.ReasonFollowUp {
			it.wait(hub.ReasonBackpressure, r.tx.Now())
		}
	}
}

// inTurn says whether no earlier message holds a delivery. Otherwise it waits until that does so no more, for as long as it may wait at
// all: whoever ends the holding wakes it.
func (r *run) inTurn(p *program, it *item, expires time.Time) (bool, error) {
	if it.OrderKey == "" {
		return true, nil
	}
	before, err := r.heldBy(it)
	if err != nil {
		return false, err
	}
	if before == 0 {
		if it.Reason != nil && it.Reason.Code == hub.ReasonOrdered {
			it.Reason = nil
		}
		return true, nil
	}
	it.Reason = &hub.Reason{Code: hub.ReasonOrdered, Message: "an earlier message to the same recipient is not settled yet", By: hub.ID(hub.KindDelivery, before)}
	if p.flow.Definition.Settings.Ordering == hub.OrderedByRecord {
		it.Reason.Message = "an earlier message about the same record is not settled yet"
	}
	it.moved = true
	it.wait(hub.ReasonOrdered, expires)
	return false, nil
}

// heldBy is an earlier delivery that holds one; 0 if none does. Those of the same execution are looked at as they are in this pass, of
// which nothing is written yet.
func (r *run) heldBy(it *item) (key int64, err error) {
	for _, other := range r.items {
		if other.Key < it.Key && other.OrderKey == it.OrderKey && other.Holds() && !r.follows(it, other) {
			key = max(key, other.Key)
		}
	}
	if key != 0 {
		return key, nil
	}
	return r.tx.HeldBy(it.Delivery, r.exec.Key)
}

// follows says whether a delivery follows another one up: that one does not hold it.
func (r *run) follows(it, other *item) bool {
	for _, a := range r.awaited {
		if a.DeliveryKey == it.Key && a.FollowsKey == other.Key {
			return true
		}
	}
	return false
}

// passOn has the next one woken once a delivery that was read in a state in which it held others is written in one in which it does not.
func (r *run) passOn(it *item) {
	if it.OrderKey != "" && !it.Holds() && (it.from.Open() || it.from == hub.Unknown) {
		r.passed(it)
	}
}

func (r *run) passed(it *item) {
	r.tx.Passed(it.FlowKey, it.OrderKey, it.Key)
	r.tx.AfterCommit(r.e.nudge)
}

// lineUpAnew puts a delivery that was made anew among those with which it now has an order.
func (r *run) lineUpAnew(p *program, it *item) {
	if key := p.flow.Definition.OrderKey(it.Target, it.Record, it.Recipient); key != it.OrderKey {
		r.passed(it)
		it.OrderKey, it.anew = key, true
	}
}
