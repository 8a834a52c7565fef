package engine

import (
	"context"
	"errors"
	"maps"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// writing is the writing of records inside a transaction, by a caller or for an occurrence that brings them.
type writing struct {
	ctx    context.Context // of the caller, whose transaction this is
	e      *Engine
	rules  *rules
	tx     *sqlite.Tx
	caller hub.Caller
	brings *hub.Occurrence // nil: the caller writes them without one
	silent bool            // what is noticed in them is not told
	merge  bool            // only the fields that are given change
	path   string          // where the records stand in the input

	outcomes []hub.RecordOutcome
	changes  []*change
	trails   map[string]*trailStep // that records of this batch took steps on
	noticed  []noticed
}

// write stores the records: ADD for a new one, EDIT for one that is there.
func (w *writing) write(parts []part) error {
	w.outcomes = make([]hub.RecordOutcome, len(parts))
	for i := range parts {
		p := &parts[i]
		if w.merge {
			merged, err := w.merged(p)
			if err != nil {
				return at(w.path, i, err)
			}
			p = merged
		}
		if err := w.writeOne(i, p); err != nil {
			return at(w.path, i, err)
		}
	}
	// When all are written: a reading may come before its meter.
	return w.notice()
}

func (w *writing) writeOne(i int, p *part) error {
	due, err := w.due(p)
	if err != nil {
		return err
	}
	record := sqlite.RecordWrite{Type: p.in.Type, Name: p.in.Name, Subject: p.sub, Data: p.data, Folded: w.e.folded(p.typ, p.in.Name, p.in.Data),
		SourceUpdatedAt: p.in.SourceUpdatedAt, DueAt: due, Consumer: w.caller.Consumer.Key}
	if w.brings != nil {
		record.Occurrence = w.brings.Key
	}
	stored, err := w.tx.RecordWrite(record, func() error { return w.caller.Need(p.typ.Row, hub.Edit) })
	if err == nil && stored.New {
		err = w.caller.Need(p.typ.Row, hub.Add)
	}
	if err != nil {
		return err
	}
	w.outcomes[i] = stored.Outcome
	if stored.Outcome != hub.RecordWritten {
		return nil
	}
	if !due.IsZero() {
		w.tx.AfterCommit(func() { w.e.clock.expect(due) })
	}
	if err := w.refresh(p); err != nil {
		return err
	}
	return w.changed(p, stored)
}

// merged is what a record becomes if only the fields that came change in it. A field that came as null is emptied.
func (w *writing) merged(came *part) (*part, error) {
	stored, err := w.tx.Record(came.in.Type, came.in.Name)
	if err != nil {
		return nil, err
	}
	p := *came
	p.in.Data = hub.Fields{}
	if stored != nil {
		p.in.Data = maps.Clone(stored.Data)
	}
	for key, v := range came.in.Data {
		if v == nil {
			delete(p.in.Data, key)
			continue
		}
		p.in.Data[key] = v
	}
	if path, message := p.encode(); message != "" {
		return nil, hub.Invalid(path, "%s", message)
	}
	return &p, nil
}

// at says at which record of the input an error arose.
func at(path string, i int, err error) error {
	var e *hub.Error
	if !errors.As(err, &e) || e.Path == "" {
		return err
	}
	c := *e
	c.Path = hub.Path(path, i, e.Path)
	return &c
}

// RecordsUpsert writes records as they are now: all of them, or none. What the hub notices in them by itself becomes
// occurrences, matched and carried forward in the same transaction. ADD on the row that guards its type for a new one, EDIT
// for one that is there.
func (e *Engine) RecordsUpsert(ctx context.Context, c hub.Caller, in hub.RecordsInput) (out *hub.Upserted, err error) {
	ctx, span := e.door(ctx, "recordsUpsert")
	defer func() { closeDoor(span, err) }()
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	switch n := len(in.Records); {
	case n == 0:
		return nil, hub.Invalid("records", "give between 1 and %d records", hub.MaxOccurrenceRecord)
	case n > hub.MaxOccurrenceRecord:
		return nil, hub.Invalid("records", "give between 1 and %d records at a time; split these %d over %d calls, which may follow one another at once",
			hub.MaxOccurrenceRecord, n, (n+hub.MaxOccurrenceRecord-1)/hub.MaxOccurrenceRecord)
	}
	parts, err := e.parts(in.Records, "records")
	if err == nil {
		_, err = e.complete(ctx, parts)
	}
	if err != nil {
		return nil, err
	}
	err = e.withRules(ctx, func(tx *sqlite.Tx, rules *rules, hand *handOver) (err error) {
		out, err = e.upsert(ctx, tx, rules, c, in, parts, hand)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Derived, err = e.db.Disclosed(ctx, c, out.Derived)
	return out, err
}

func (e *Engine) upsert(ctx context.Context, tx *sqlite.Tx, rules *rules, c hub.Caller, in hub.RecordsInput, parts []part, hand *handOver) (*hub.Upserted, error) {
	w := &writing{ctx: ctx, e: e, rules: rules, tx: tx, caller: c, silent: in.Silent, merge: in.Merge, path: "records"}
	if err := w.write(parts); err != nil {
		return nil, err
	}
	out := &hub.Upserted{Results: make([]hub.RecordResult, len(parts))}
	for i := range parts {
		rec, err := tx.Record(parts[i].in.Type, parts[i].in.Name)
		if err != nil {
			return nil, err
		}
		out.Results[i] = hub.RecordResult{Record: rec, Outcome: w.outcomes[i]}
	}
	var err error
	out.Derived, err = w.derive(hand)
	return out, err
}

// withRules is attempt with the rules of the configuration as it is now; when that changes in between, fn runs again.
func (e *Engine) withRules(ctx context.Context, fn func(*sqlite.Tx, *rules, *handOver) error) error {
	for {
		rules := e.now()
		err := e.attempt(ctx, rules, func(tx *sqlite.Tx, hand *handOver) error { return fn(tx, rules, hand) })
		if !errors.Is(err, errStale) {
			return err
		}
	}
}
