package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// A follow-up is a delivery like any other, made together with the one that it follows up, so that there is one of it whatever happens. It
// is PENDING and waits until its condition holds; then it goes the way of all others. When it is not needed it is SUPPRESSED, and its
// reason says why. Its execution stays open meanwhile: it has not come to its end as long as something of it may still be sent. Whoever
// changes a delivery settles its execution, and there its follow-ups hear of it; what is left is the time, which stands in the due_at of
// both. A flow without follow-ups pays nothing for it.

// awaited is what a follow-up of a run waits to hear of another of its deliveries.
type awaited struct {
	*hub.Awaited
	moved bool // it is to be written
}

// hasFollowUps says whether an execution may have any. One whose version cannot run any more may.
func (e *Engine) hasFollowUps(flow int64, version int) bool {
	p, err := e.program(context.Background(), flow, version) // which reads a version once
	return err != nil || p.follows
}

// followUp has the follow-ups of a run hear what became of the messages that they follow up.
func (r *run) followUp() error {
	if len(r.items) < 2 || r.exec.Reading || !r.e.hasFollowUps(r.exec.FlowKey, r.exec.FlowVersion) {
		return nil
	}
	if err := r.readAwaited(); err != nil {
		return err
	}
	for _, it := range r.items { // a message comes before its follow-ups
		if it.State == hub.Pending && it.Tries == 0 && it.RedrivenAt == nil {
			if err := r.hear(it); err != nil {
				return err
			}
		}
	}
	return nil
}

// readAwaited reads what the follow-ups of a stored execution wait to hear, once.
func (r *run) readAwaited() error {
	if r.heardOf {
		return nil
	}
	r.heardOf = true
	if r.made {
		return nil
	}
	list, err := r.tx.Awaited(r.exec.Key)
	for _, a := range list {
		r.awaited = append(r.awaited, &awaited{Awaited: a})
		if it := r.find(a.DeliveryKey); it != nil && a.HeldAt != nil && (it.RipeAt == nil || it.RipeAt.Before(*a.HeldAt)) {
			it.RipeAt = a.HeldAt
		}
	}
	return err
}

// hear asks each message that a follow-up waits to hear of.
func (r *run) hear(it *item) error {
	now := r.tx.Now()
	var goes, waits, not *hub.FollowUpVerdict
	for _, a := range r.awaited {
		if a.DeliveryKey != it.Key {
			continue
		}
		d := r.find(a.FollowsKey)
		unreachable, err := r.unreachable(d)
		if err != nil {
			return err
		}
		v := a.Judge(d.Delivery, unreachable, now)
		switch v.Step {
		case hub.FollowUpGoes:
			if a.HeldAt == nil {
				a.HeldAt, a.moved = &now, true
			}
			goes = &v
		case hub.FollowUpWaits:
			if !sameTime(a.Until, v.Until) {
				a.Until, a.moved = v.Until, true
			}
			if waits == nil || v.Until != nil && (waits.Until == nil || v.Until.Before(*waits.Until)) {
				waits = &v
			}
		default:
			not = &v
		}
	}
	switch {
	case goes != nil:
		return r.ripen(it, goes)
	case waits != nil:
		r.waitToHear(it, waits)
	case not != nil:
		why := r.ofTarget(it, not.Reason)
		it.Reason = &why
		r.move(it, hub.Suppressed, why)
	}
	return nil
}

// ripen lets a follow-up go, if it does not go already. What could not be made of it ends it now.
func (r *run) ripen(it *item, v *hub.FollowUpVerdict) error {
	if it.RipeAt != nil {
		return nil
	}
	now := r.tx.Now()
	r.line(hub.SubjectDelivery, it.Key, hub.AspectFollowUp, "", string(v.Held), r.ofTarget(it, v.Reason))
	it.RipeAt, it.UpdatedAt, it.moved = &now, now, true
	if why := wouldFail(it.Delivery); why != nil {
		r.move(it, endOf(why), *why)
		return nil
	}
	it.Reason, it.DueAt = nil, &now
	r.tx.AfterCommit(r.e.nudge)
	p, err := r.e.program(context.Background(), it.FlowKey, it.FlowVersion)
	if err != nil {
		return nil // whoever takes it up finds out
	}
	if key := p.flow.Definition.OrderKey(it.Target, it.Record, it.Recipient); key != it.OrderKey {
		it.OrderKey, it.anew = key, true
	}
	return nil
}

// waitToHear leaves a follow-up waiting.
func (r *run) waitToHear(it *item, v *hub.FollowUpVerdict) {
	if why := r.ofTarget(it, v.Reason); wouldFail(it.Delivery) == nil && (it.Reason == nil || *it.Reason != why) {
		it.Reason, it.moved = &why, true
	}
	if !sameTime(it.DueAt, v.Until) {
		it.DueAt, it.moved = v.Until, true
		r.tx.AfterCommit(r.e.nudge)
	}
}

// ofTarget is a reason with the place in the flow at which the follow-up stands.
func (r *run) ofTarget(it *item, why hub.Reason) hub.Reason {
	why.Path = hub.Path("targets", it.Target, "followUp")
	return why
}

// wouldFail is why a follow-up that waits could not be sent if it were to go; nil if it could.
func wouldFail(d *hub.Delivery) *hub.Reason {
	if d.Reason == nil || d.Reason.Code == hub.ReasonFollowUp {
		return nil
	}
	return d.Reason
}

// unreachable says whether a message was not sent because its recipient cannot be reached by its integration at the moment.
func (r *run) unreachable(it *item) (bool, error) {
	if it.State != hub.Suppressed || it.Reason == nil || it.Reason.Code != hub.ReasonSuppressed {
		return false, nil
	}
	list, err := r.tx.Suppressions(it.IntegrationKey, it.Recipient)
	for _, s := range list {
		if s.ID() == it.Reason.By {
			return s.Ground == hub.GroundPassing, err
		}
	}
	return false, err
}

// saveAwaited writes what changed in what follow-ups wait to hear.
func (r *run) saveAwaited() error {
	for _, a := range r.awaited {
		if a.moved {
			if err := r.tx.FollowUpSave(a.Awaited); err != nil {
				return err
			}
		}
	}
	return nil
}

// followed says whether a target of the version that made a delivery follows it up.
func (e *Engine) followed(d *hub.Delivery) bool {
	p, err := e.program(context.Background(), d.FlowKey, d.FlowVersion)
	if err != nil {
		return true
	}
	for i := range p.flow.Definition.Targets {
		if f := p.flow.Definition.Targets[i].FollowUp; f != nil && f.Of == d.Target {
			return true
		}
	}
	return false
}

// aged tells a delivery since when its age counts, if it is a follow-up.
func (e *Engine) aged(tx *sqlite.Tx, d *hub.Delivery) (err error) {
	if d.RipeAt == nil && e.hasFollowUps(d.FlowKey, d.FlowVersion) {
		d.RipeAt, err = tx.FollowUpRipe(d.Key)
	}
	return err
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
