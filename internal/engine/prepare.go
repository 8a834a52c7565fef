package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// maxRows bounds how many rows one execution reads.
const maxRows = 500

// prepare runs the flow up to its deliveries: rights, source, filter, mapping. brought are rows that the occurrence has just
// brought; nil has them read from the records. Whatever keeps the execution from having deliveries becomes its reason.
func (r *run) prepare(ctx context.Context, p *program, brought []*row) error {
	if later, err := r.asReplay(ctx, p); err != nil || later {
		return err
	}
	if err := r.asCollection(ctx, p); err != nil || r.exec.Reason != nil {
		return err
	}
	rows, err := r.rows(ctx, p, brought)
	if err != nil || r.exec.Reason != nil {
		return err
	}
	if p.collect != nil {
		return r.prepareTogether(ctx, p, rows)
	}
	kept := 0
	for _, w := range rows {
		if !p.filter.Match(w, condition.Moment{Now: r.from().Now()}) {
			continue
		}
		kept++
		for i := range p.flow.Definition.Targets {
			if err := r.deliver(ctx, p, i, w); err != nil {
				return err
			}
		}
		if w.err != nil {
			return w.err
		}
	}
	if kept == 0 {
		r.exec.Reason = filteredOut(len(rows))
	}
	return nil
}

func filteredOut(rows int) *hub.Reason {
	return &hub.Reason{Code: hub.ReasonFilteredOut, Path: "filter", Message: fmt.Sprintf("the flow's filter dropped all %d rows", rows)}
}

// rows reads the rows, with the rights that the flow's consumer has now. What keeps it from that, or that there are none,
// becomes the reason of the execution.
func (r *run) rows(ctx context.Context, p *program, brought []*row) ([]*row, error) {
	q, err := r.e.query(p, r.exec)
	if err != nil {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonInvalidFlow, Path: "source.parameters", Message: err.Error()}
		return nil, nil
	}
	if r.exec.Reason, err = r.e.rights(ctx, p, q.needs...); err != nil || r.exec.Reason != nil {
		return nil, err
	}
	rows, err := r.source(p, brought)
	if err != nil || r.exec.Reason != nil {
		return nil, err
	}
	if rows, err = q.narrow(rows, r.from().Now()); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonNoRows, Message: "the source query found no rows"}
	}
	return rows, nil
}

// rights says why the flow may not read with the rights that its consumer has now; nil if it may. more are rows that it needs
// beside those of every run.
func (e *Engine) rights(ctx context.Context, p *program, more ...hub.Row) (*hub.Reason, error) {
	consumer, group, err := e.db.ConsumerRights(ctx, p.flow.Definition.Source.ConsumerKey)
	if err != nil {
		return nil, err
	}
	switch {
	case consumer == nil || !consumer.Active(time.Now()):
		return &hub.Reason{Code: hub.ReasonNoConsumer, Path: "source.consumer", Message: "the flow's consumer is disabled, has expired or was deleted",
			NextStep: "enable it or give it a later expiry date, or choose another consumer for the flow"}, nil
	case !consumer.HubEnabled:
		return &hub.Reason{Code: hub.ReasonHubDisabled, Path: "source.consumer",
			Message:  fmt.Sprintf("the flow's consumer %q may not be used by flows: hubEnabled is off", consumer.Name),
			NextStep: "switch hubEnabled on for the consumer"}, nil
	}
	for _, row := range slices.Concat(p.needs, more) {
		if !group.Grants.Allows(row, hub.See) {
			return &hub.Reason{Code: hub.ReasonPermission, Path: "source.consumer",
				Message:  fmt.Sprintf("the group %q of the flow's consumer %q lacks %s:SEE", group.Description, consumer.Name, row),
				NextStep: "grant it to the group"}, nil
		}
	}
	return nil, nil
}

// source reads the rows that the flow is about. An occurrence that brought no rows of its own means all those of its
// subject.
func (r *run) source(p *program, brought []*row) ([]*row, error) {
	if r.given != nil {
		return r.given, nil
	}
	subject := p.flow.Definition.Source.Rows == hub.RowsSubject || len(r.exec.Rows) == 0
	if subject && r.exec.Subject != "" {
		return r.subjectRows(p)
	}
	if len(brought) > 0 && brought[0].typ == p.records {
		return brought, nil
	}
	rows := make([]*row, 0, len(r.exec.Rows))
	for _, name := range r.exec.Rows {
		rec, err := r.from().Record(p.records.Key, name)
		if err != nil {
			return nil, err
		}
		if rec != nil {
			rows = append(rows, r.row(p, rec))
		}
	}
	return rows, nil
}

func (r *run) subjectRows(p *program) ([]*row, error) {
	records, err := r.from().RecordsOfSubject(p.records.Key, r.exec.Subject, maxRows+1)
	if err != nil {
		return nil, err
	}
	if len(records) > maxRows {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonTooManyRows, Path: "source", Message: fmt.Sprintf("the source query found more than %d rows", maxRows),
			NextStep: "let the flow read the matching rows instead of all rows of the subject"}
		return nil, nil
	}
	rows := make([]*row, len(records))
	for i, rec := range records {
		rows[i] = r.row(p, rec)
	}
	return rows, nil
}

func (r *run) row(p *program, rec *hub.Record) *row {
	return &row{catalog: r.e.catalog, typ: p.records, name: rec.Name, data: rec.Data, lookup: r.lookup}
}

// lookup reads a record that a row refers to, inside the transaction if there is one.
func (r *run) lookup(typ, name string) (hub.Fields, error) { return r.from().Reference(typ, name) }

// deliver makes the deliveries of a row through a target: one for each recipient. A value or a recipient that cannot be made
// fails its own deliveries and no others.
func (r *run) deliver(ctx context.Context, p *program, target int, w *row) error {
	if p.flow.Definition.Follows(target) {
		return r.deliverFollowUps(ctx, p, target, w)
	}
	if r.only != nil && r.only.target != target {
		return nil // what was gathered for a recipient goes to that one alone
	}
	list, err := r.recipients(ctx, p, target, w)
	if err != nil {
		return err
	}
	values, problems := p.mapping[target].Apply(w, nil)
	for _, to := range r.only.among(list, p) {
		gone, err := r.sentBefore(ctx, p, target, w.name, to.Text)
		if err != nil {
			return err
		}
		r.deliverOne(p, target, w, to, gone, values, problems)
	}
	return nil
}

// deliverOne makes a delivery to a recipient; gone says that it went out before.
func (r *run) deliverOne(p *program, target int, w *row, to mapping.To, gone bool, values []string, problems []mapping.Problem) *item {
	it := r.newItem(p, target, w, hub.Reason{Code: r.started()})
	if gone {
		r.withhold(it, to, values)
	} else {
		r.fill(p, it, to, values, problems)
	}
	it.OrderKey = p.flow.Definition.OrderKey(it.Target, it.Record, it.Recipient)
	return it
}

// newItem is a delivery of a row through a target, as yet to nobody.
func (r *run) newItem(p *program, target int, w *row, cause hub.Reason) *item {
	now := r.from().Now()
	t := &p.flow.Definition.Targets[target]
	it := &item{made: true, Delivery: &hub.Delivery{Key: hub.NewKey(now), ExecutionKey: r.exec.Key, FlowKey: p.flow.Key, FlowVersion: p.flow.Version,
		IntegrationKey: t.IntegrationKey, Target: target, Record: w.name, Action: t.Action, State: hub.Pending, DueAt: &now, CreatedAt: now, UpdatedAt: now}}
	if w.with != nil {
		it.about = distinctNames(w.with.rows)
	}
	r.items = append(r.items, it)
	r.line(hub.SubjectDelivery, it.Key, hub.AspectState, "", string(hub.Pending), cause)
	return it
}

// started is why the execution came to be, in a word.
func (r *run) started() hub.ReasonCode {
	switch r.exec.Trigger {
	case hub.StartedByDate, hub.StartedByFrequency:
		return hub.ReasonScheduled
	case hub.StartedByHand:
		return hub.ReasonManual
	case hub.StartedByReplay:
		return hub.ReasonReplayed
	}
	return hub.ReasonMatched
}

// recipients are those of a row, as the target's action wants them written.
func (r *run) recipients(ctx context.Context, p *program, target int, w *row) ([]mapping.To, error) {
	normal, err := r.normal(ctx, p, target)
	if err != nil {
		return nil, err
	}
	return p.to[target].Resolve(w, normal), nil
}

// normal writes recipients as the action of a target wants them. It is looked up once for all rows of a run. As long as
// nobody knows the action they stay as they are, and are normalised when they are sent.
func (r *run) normal(ctx context.Context, p *program, target int) (func(string) (string, error), error) {
	if f := r.normals[target]; f != nil {
		return f, nil
	}
	f, err := r.e.normal(ctx, &p.flow.Definition, target)
	if err != nil {
		return nil, err
	}
	if r.normals == nil {
		r.normals = map[int]func(string) (string, error){}
	}
	r.normals[target] = f
	return f, nil
}

// normal writes recipients as the action of a target wants them.
func (e *Engine) normal(ctx context.Context, d *hub.FlowDefinition, target int) (func(string) (string, error), error) {
	t := &d.Targets[target]
	in, err := e.integration(ctx, e.now(), t.IntegrationKey)
	if err != nil {
		return nil, err
	}
	var action *hub.ConnectorAction
	if in != nil {
		if c := e.connectors.Connector(in.Connector); c != nil {
			action = c.Action(t.Action)
		}
	}
	return func(s string) (string, error) { return hub.NormalRecipient(s, action, d.Settings.DefaultCountry) }, nil
}

// fill puts recipient and values into a delivery. One that has no recipient has no values either; what is wrong with a
// recipient that is there comes after what is wrong with the values.
func (r *run) fill(p *program, it *item, to mapping.To, values []string, problems []mapping.Problem) {
	if it.Recipient = to.Text; to.Text != "" || to.Problem == nil {
		it.Values = values
	}
	if why := wrongWith(p, it, to, problems); why != nil {
		it.Reason = why
		r.move(it, endOf(why), *why)
	}
}

// wrongWith is why a delivery cannot be sent to a recipient, or with its values; nil if it can.
func wrongWith(p *program, it *item, to mapping.To, problems []mapping.Problem) *hub.Reason {
	path := hub.Path("targets", it.Target, "recipient")
	switch {
	case to.Text == "" && to.Problem != nil:
		return &hub.Reason{Code: hub.ReasonRecipient, Path: path, Message: to.Problem.Message, NextStep: "correct the record and send it again"}
	case len(problems) > 0:
		return lack(&p.flow.Definition.Targets[it.Target], it.Target, problems)
	case to.Problem != nil:
		return &hub.Reason{Code: hub.ReasonRecipient, Path: path, Message: to.Problem.Message, NextStep: "correct the number in the record"}
	}
	return nil
}

// lack is why a delivery of which a value could not be made is not sent: it is skipped if the policy of one of its values says so.
func lack(t *hub.FlowTarget, target int, problems []mapping.Problem) *hub.Reason {
	for _, q := range problems {
		if q.Skip {
			return &hub.Reason{Code: hub.ReasonValueMissing, Path: mappingPath(t, target, q.Entry),
				Message: "not sent, as the flow wants it when a value is missing: " + q.Message}
		}
	}
	return &hub.Reason{Code: hub.ReasonMapping, Path: mappingPath(t, target, problems[0].Entry), Message: problems[0].Message,
		NextStep: "correct the record and send it again, or map another field"}
}

// endOf is where a delivery ends that cannot be sent.
func endOf(why *hub.Reason) hub.DeliveryState {
	if why.Code == hub.ReasonValueMissing {
		return hub.Suppressed
	}
	return hub.DeliveryFailed
}

// refill makes a delivery anew from its record as it is now: a person has it sent again, and what kept it from being sent
// at all may have lain in the record.
func (r *run) refill(ctx context.Context, p *program, it *item) error {
	refused, err := r.e.rights(ctx, p)
	if err != nil {
		return err
	}
	if refused != nil {
		r.fail(it, *refused)
		return nil
	}
	if p.collect != nil {
		return r.refillTogether(ctx, p, it)
	}
	rec, err := r.tx.Record(p.records.Key, it.Record)
	if err != nil {
		return err
	}
	if rec == nil {
		r.fail(it, hub.Reason{Code: hub.ReasonNoRows, Message: "its record is gone"})
		return nil
	}
	w := r.row(p, rec)
	if w.about, err = r.aboutOf(ctx, p, it.Record); err != nil {
		return err
	}
	list, err := r.recipients(ctx, p, it.Target, w)
	if err != nil {
		return err
	}
	it.anew = true
	values, problems := p.mapping[it.Target].Apply(w, nil)
	if to := r.own(it, list); to == nil {
		r.fail(it, hub.Reason{Code: hub.ReasonRecipient, Path: hub.Path("targets", it.Target, "recipient"),
			Message: "the record no longer names a recipient that has no delivery of its own"})
	} else {
		r.fill(p, it, *to, values, problems)
	}
	return w.err
}

// own is the recipient of a delivery among those that its row has now: the one that it had, or the first that no other
// delivery of the row goes to; nil if there is none.
func (r *run) own(it *item, list []mapping.To) *mapping.To {
	taken := map[string]bool{}
	for _, other := range r.items {
		if other.Key != it.Key && other.Target == it.Target && other.Record == it.Record {
			taken[other.Recipient] = true
		}
	}
	var free *mapping.To
	for i := range list {
		switch to := &list[i]; {
		case to.Text != "" && to.Text == it.Recipient:
			return to
		case free == nil && !taken[to.Text]:
			free = to
		}
	}
	return free
}

// mappingPath names what an entry of a target's mapping is made of.
func mappingPath(t *hub.FlowTarget, target, entry int) string {
	kind := "field"
	if t.Mapping[entry].Expression != nil {
		kind = "expression"
	}
	return hub.Path("targets", target, "mapping", entry, kind)
}
