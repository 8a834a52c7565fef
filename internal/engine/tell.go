package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// derive makes occurrences of what was noticed in the records, in the transaction that wrote them. They write no records, so
// nothing is noticed in them in turn.
func (w *writing) derive(hand *handOver) (list []*hub.Occurrence, err error) {
	for i := range w.noticed {
		t := telling{e: w.e, tx: w.tx, rules: w.rules, hand: hand, consumer: w.caller.Consumer.Key, source: hub.SourceDerived,
			cause: hub.Reason{Code: hub.ReasonDerived, By: w.caller.Consumer.ID()}}
		o, err := t.tell(w.ctx, &w.noticed[i])
		if err != nil {
			return nil, err
		}
		if o != nil {
			list = append(list, o)
		}
	}
	return list, nil
}

// telling is the making of an occurrence of what the hub noticed.
type telling struct {
	e        *Engine
	tx       *sqlite.Tx
	rules    *rules
	hand     *handOver
	consumer int64 // who wrote the record; 0 for the clock
	source   string
	cause    hub.Reason
}

// tell stores the occurrence, matches it as a published one and starts what follows. Nil means that the same was told
// before.
func (t *telling) tell(ctx context.Context, n *noticed) (*hub.Occurrence, error) {
	e, now := t.e, t.tx.Now()
	p := t.intake(n)
	verdicts, err := e.judge(ctx, t.rules, p, now)
	if err != nil {
		return nil, err
	}
	o := p.occurrence
	o.Key, o.ReceivedAt = hub.NewKey(now), now
	if o.Time.IsZero() {
		o.Time = now
	}
	runs, err := e.runs(ctx, t.tx, o, verdicts)
	if err != nil {
		return nil, err
	}
	if inserted, err := t.tx.OccurrenceInsert(o, p.recordsDoc); err != nil || !inserted {
		return nil, err
	}
	t.tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: o.Key, To: "RECEIVED", Cause: t.cause})
	_, err = e.start(ctx, t.tx, t.rules, runs, t.hand)
	return o, err
}

// intake is what was noticed as an occurrence that brings the records of which it was.
func (t *telling) intake(n *noticed) *intake {
	main := t.e.catalog.RecordType(t.e.catalog.EventType(n.event).RecordType)
	rows := n.rows[:min(len(n.rows), hub.MaxOccurrenceRecord)]
	p := &intake{main: main, find: t.tx.Reference}
	o := &hub.Occurrence{ConsumerKey: t.consumer, Source: t.source, Name: n.cause, Type: n.event, Subject: n.subject, Time: n.at}
	for _, c := range rows {
		p.parts = append(p.parts, *c.part)
		w := &row{catalog: t.e.catalog, typ: main, name: c.part.in.Name, data: c.part.in.Data, before: c.before}
		if w.before == nil { // of a record that is new, every field was empty
			w.before = &row{catalog: t.e.catalog, typ: main, name: w.name, lookup: p.find}
		}
		p.rows = append(p.rows, w)
		o.Records = append(o.Records, c.part.in)
		if c.part.in.SourceUpdatedAt.After(o.Time) && t.consumer != 0 {
			o.Time = c.part.in.SourceUpdatedAt
		}
	}
	p.recordsDoc = keptDoc(p.parts)
	o.Hash = contentHash(hub.OccurrenceInput{Type: o.Type, Subject: o.Subject}, p.recordsDoc)
	p.occurrence = o
	return p
}
