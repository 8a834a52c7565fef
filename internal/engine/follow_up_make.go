package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// deliverFollowUps makes the follow-ups of a row through a target: of each message of the target that it follows up, one for each recipient
// who stands for that of the message. Several messages that lead to the same recipient have one follow-up together.
func (r *run) deliverFollowUps(ctx context.Context, p *program, target int, w *row) error {
	f := p.flow.Definition.Targets[target].FollowUp
	values, problems := p.mapping[target].Apply(w, nil)
	for _, of := range r.items {
		if of.Target != f.Of || of.Record != w.name {
			continue
		}
		list, err := r.counterparts(ctx, p, target, w, of.Recipient)
		if err != nil {
			return err
		}
		for _, to := range list {
			it := r.alreadyTo(target, w.name, to.Text)
			if it == nil {
				gone, err := r.sentBefore(ctx, p, target, w.name, to.Text)
				if err != nil {
					return err
				}
				it = r.makeFollowUp(p, target, w, of, to, gone, values, problems)
			}
			if err := r.await(ctx, it, of, f); err != nil {
				return err
			}
		}
	}
	return w.err
}

// followUpsTogether makes the follow-ups of messages that are about several rows each.
func (r *run) followUpsTogether(ctx context.Context, p *program, target int, about map[int64][]*row) error {
	f := p.flow.Definition.Targets[target].FollowUp
	for _, of := range r.items {
		if of.Target != f.Of {
			continue
		}
		list, err := r.counterpartsOf(ctx, p, target, about[of.Key], of.Recipient)
		if err != nil {
			return err
		}
		for _, one := range list {
			left, gone, err := r.untold(ctx, p, target, one)
			if err != nil {
				return err
			}
			w := r.view(left)
			values, problems := p.mapping[target].Apply(w, nil)
			if w.err != nil {
				return w.err
			}
			it := r.makeFollowUp(p, target, w, of, one.to, gone, values, problems)
			about[it.Key] = left
			if err := r.await(ctx, it, of, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// counterparts are the recipients of a follow-up who stand for a recipient of the message.
func (r *run) counterparts(ctx context.Context, p *program, target int, w *row, recipient string) ([]mapping.To, error) {
	of := p.flow.Definition.Targets[target].FollowUp.Of
	normal, err := r.normal(ctx, p, of)
	if err != nil {
		return nil, err
	}
	own, err := r.normal(ctx, p, target)
	if err != nil {
		return nil, err
	}
	return p.to[of].Counterparts(w, recipient, normal, p.to[target], own), nil
}

// counterpartsOf is counterparts over several rows, each with those that are theirs.
func (r *run) counterpartsOf(ctx context.Context, p *program, target int, rows []*row, recipient string) (list []forOne, err error) {
	list, _, err = apart(rows, func(w *row) ([]mapping.To, error) { return r.counterparts(ctx, p, target, w, recipient) })
	return list, err
}

// alreadyTo is the delivery of a row through a target to a recipient; nil if there is none.
func (r *run) alreadyTo(target int, record, recipient string) *item {
	for _, it := range r.items {
		if recipient != "" && it.Target == target && it.Record == record && it.Recipient == recipient {
			return it
		}
	}
	return nil
}

// makeFollowUp makes a follow-up, which waits. What of it could not be made is its reason until then, and no failure.
func (r *run) makeFollowUp(p *program, target int, w *row, of *item, to mapping.To, gone bool, values []string, problems []mapping.Problem) *item {
	it := r.newItem(p, target, w, hub.Reason{Code: hub.ReasonFollowUp, By: of.ID()})
	if gone {
		r.withhold(it, to, values)
		return it
	}
	it.WaitingFor, it.DueAt = hub.ReasonFollowUp, nil
	it.Recipient, it.Values = to.Text, values
	it.Reason = wrongWith(p, it, to, problems)
	return it
}

// await notes that a follow-up waits to hear of a message. That it failed nobody tells later of one whose connector says nothing more once
// it was accepted: then its time is over at once.
func (r *run) await(ctx context.Context, it, of *item, f *hub.FollowUp) error {
	a := &hub.Awaited{DeliveryKey: it.Key, FollowsKey: of.Key, When: f.When, Within: f.Within()}
	if f.When == hub.FollowFailed {
		in, err := r.e.integration(ctx, r.e.now(), of.IntegrationKey)
		if err != nil {
			return err
		}
		if in != nil {
			if c := r.e.connectors.Connector(in.Connector); c != nil && c.Version != "" && !c.Capabilities.Receipts && !c.Capabilities.Lookup {
				a.Within = 0
			}
		}
	}
	r.awaited = append(r.awaited, &awaited{a, true})
	return nil
}
