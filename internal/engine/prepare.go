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
	q, err := r.e.query(p, r.exec)
	if err != nil {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonInvalidFlow, Path: "source.parameters", Message: err.Error()}
		return nil
	}
	refused, err := r.e.rights(ctx, p, q.needs...)
	if err != nil {
		return err
	}
	if refused != nil {
		r.exec.Reason = refused
		return nil
	}
	rows, err := r.source(p, brought)
	if err != nil {
		return err
	}
	if rows, err = q.narrow(rows, r.tx.Now()); err != nil {
		return err
	}
	if r.exec.Reason != nil {
		return nil
	}
	if len(rows) == 0 {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonNoRows, Message: "the source query found no rows"}
		return nil
	}
	kept := 0
	for _, w := range rows {
		if !p.filter.Match(w, condition.Moment{Now: r.tx.Now()}) {
			continue
		}
		kept++
		for i := range p.flow.Definition.Targets {
			r.deliver(p, i, w)
		}
		if w.err != nil {
			return w.err
		}
	}
	if kept == 0 {
		r.exec.Reason = &hub.Reason{Code: hub.ReasonFilteredOut, Path: "filter",
			Message: fmt.Sprintf("the flow's filter dropped all %d rows", len(rows))}
	}
	return nil
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
	subject := p.flow.Definition.Source.Rows == hub.RowsSubject || len(r.exec.Rows) == 0
	if subject && r.exec.Subject != "" {
		return r.subjectRows(p)
	}
	if len(brought) > 0 && brought[0].typ == p.records {
		return brought, nil
	}
	rows := make([]*row, 0, len(r.exec.Rows))
	for _, name := range r.exec.Rows {
		rec, err := r.tx.Record(p.records.Key, name)
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
	records, err := r.tx.RecordsOfSubject(p.records.Key, r.exec.Subject, maxRows+1)
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

// lookup reads a record that a row refers to, inside the transaction.
func (r *run) lookup(typ, name string) (hub.Fields, error) { return r.tx.Reference(typ, name) }

// deliver makes the delivery of a row through a target. A value or a recipient that cannot be made fails this delivery
// and no other.
func (r *run) deliver(p *program, target int, w *row) {
	now := r.tx.Now()
	t := &p.flow.Definition.Targets[target]
	it := &item{made: true, Delivery: &hub.Delivery{Key: hub.NewKey(now), ExecutionKey: r.exec.Key, FlowKey: p.flow.Key, FlowVersion: p.flow.Version,
		IntegrationKey: t.IntegrationKey, Target: target, Record: w.name, Action: t.Action, State: hub.Pending, DueAt: &now, CreatedAt: now, UpdatedAt: now}}
	r.items = append(r.items, it)
	r.line(hub.SubjectDelivery, it.Key, hub.AspectState, "", string(hub.Pending), hub.Reason{Code: r.started()})
	r.fill(p, it, w)
}

// started is why the execution came to be, in a word.
func (r *run) started() hub.ReasonCode {
	switch r.exec.Trigger {
	case hub.StartedByDate, hub.StartedByFrequency:
		return hub.ReasonScheduled
	case hub.StartedByHand:
		return hub.ReasonManual
	}
	return hub.ReasonMatched
}

// fill makes recipient and values of a delivery from its row.
func (r *run) fill(p *program, it *item, w *row) {
	t := &p.flow.Definition.Targets[it.Target]
	to, problem := mapping.Recipient{Constant: t.Recipient.Constant, Field: t.Recipient.Field}.Resolve(w)
	it.Recipient = to
	if problem != nil {
		r.fail(it, hub.Reason{Code: hub.ReasonRecipient, Path: hub.Path("targets", it.Target, "recipient"), Message: problem.Message,
			NextStep: "correct the record and send it again"})
		return
	}
	values, problems := p.mapping[it.Target].Apply(w, nil)
	it.Values = values
	if len(problems) > 0 {
		q := problems[0]
		r.fail(it, hub.Reason{Code: hub.ReasonMapping, Path: mappingPath(t, it.Target, q.Position), Message: q.Message,
			NextStep: "correct the record and send it again, or map another field"})
	}
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
	rec, err := r.tx.Record(p.records.Key, it.Record)
	if err != nil {
		return err
	}
	if rec == nil {
		r.fail(it, hub.Reason{Code: hub.ReasonNoRows, Message: "its record is gone"})
		return nil
	}
	w := r.row(p, rec)
	it.anew = true
	r.fill(p, it, w)
	return w.err
}

// mappingPath names the entry of a target's mapping that fills a position.
func mappingPath(t *hub.FlowTarget, target, position int) string {
	for i, m := range t.Mapping {
		if m.Position == position {
			return hub.Path("targets", target, "mapping", i, "field")
		}
	}
	return hub.Path("targets", target, "mapping")
}
