package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// tellBatch is how many records the clock deals with in one transaction.
const tellBatch = 100

const day = 24 * time.Hour

// clockRules are the rules about a record type that time makes true.
type clockRules []*derivation

// moment is a time at which a rule has something to say.
type moment struct {
	*derivation
	of   time.Time // what the field says
	at   time.Time // that, moved by the rule's days
	days int
}

// look says what of a record has come at a time, of each rule the latest alone: when a warranty ends in three days, nobody
// needs to be told that it ended in thirty. next is when there is something to say again; zero if never.
func (rules clockRules) look(w *row, since func(*derivation) time.Time, now time.Time) (come []moment, next time.Time) {
	for _, d := range rules {
		of, ok := timeAt(w, d.Field)
		if late := since(d); late.After(of) {
			of, ok = late, true
		}
		if !ok || !d.applies(w, now) {
			continue
		}
		var last *moment
		for _, days := range d.days {
			m := moment{d, of, of.Add(time.Duration(days) * day), days}
			if m.at.After(now) {
				if next.IsZero() || m.at.Before(next) {
					next = m.at
				}
				break
			}
			last = &m
		}
		if last != nil {
			come = append(come, *last)
		}
	}
	return come, next
}

// cause names what has come, so that it is told once: the same date of the same record, so many days before or after it.
func (m moment) cause(whom string) string {
	return causeOf(m.event, whom, m.of.UTC().Format(time.RFC3339), strconv.Itoa(m.days))
}

// due says when the clock is to look at a record that is being written. What has come already is told at once; for a
// silent write it is noted as told.
func (w *writing) due(p *part) (time.Time, error) {
	of := w.e.derivations[p.typ.Key]
	if of == nil || len(of.clock) == 0 {
		return time.Time{}, nil
	}
	row := &row{catalog: w.e.catalog, typ: p.typ, name: p.in.Name, data: p.in.Data, lookup: w.tx.Reference}
	var failed error
	come, next := of.clock.look(row, func(*derivation) time.Time { return w.e.lastSign(w.tx, p.typ.Key, p.in.Name, &failed) }, w.tx.Now())
	if failed != nil {
		return time.Time{}, failed
	}
	for _, m := range come {
		if w.silent || w.brings != nil && w.brings.Type == m.event {
			if _, err := w.tx.CauseInsert(m.cause(m.whom(p)), 0); err != nil {
				return time.Time{}, err
			}
			continue
		}
		if next.IsZero() || m.at.Before(next) {
			next = m.at
		}
	}
	return next, row.err
}

// whom is whose cause it is: the record's, or that of what it belongs to.
func (m moment) whom(p *part) string {
	if m.perSubject() && p.sub != "" {
		return p.sub
	}
	return p.in.Name
}

// sign is a kind of record that says when another one was last heard of, beside what that says itself.
type sign struct {
	of   string // the record type that it is a sign of; its subject is the name of that
	path string // where it says when
}

// signs of life, by the record type that is one. Readings come by themselves, and the meter that they are of stays as it was.
var signs = map[string]sign{"reading": {"meter", "data.date"}}

// refresh lets the clock look at what a record that was written is a sign of. When it is time, the clock looks for the newest
// sign.
func (w *writing) refresh(p *part) error {
	s, ok := signs[p.typ.Key]
	if !ok || p.sub == "" {
		return nil
	}
	rules := w.e.derivations[s.of]
	at, said := timeAt(&row{catalog: w.e.catalog, typ: p.typ, data: p.in.Data}, s.path)
	if rules == nil || !said {
		return nil
	}
	for _, d := range rules.clock {
		for _, days := range d.days {
			due := at.Add(time.Duration(days) * day)
			if err := w.tx.RecordDueIfNone(s.of, p.sub, due); err != nil {
				return err
			}
			w.tx.AfterCommit(func() { w.e.clock.expect(due) })
		}
	}
	return nil
}

// clock is what the loop of the clock sleeps by.
type clock struct {
	wake   chan struct{}
	target atomic.Int64 // when it looks again, in milliseconds
}

// expect wakes the loop if it would sleep for longer than until then. It never blocks.
func (c *clock) expect(t time.Time) {
	if t.UnixMilli() >= c.target.Load() {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// tick is the loop that tells what time has made true. It sleeps until the next time that a record has, and never for long:
// the machine's clock may be set.
func (e *Engine) tick(ctx context.Context) {
	e.loop(ctx, "clock", e.clock.wake, retryLoop, func(ctx context.Context) (time.Time, error) {
		e.clock.target.Store(1 << 62) // whatever is written from here on wakes it
		next, err := e.tellDue(ctx)
		again := next
		if err != nil {
			again = time.Now().Add(retryLoop)
		}
		e.clock.target.Store(time.Now().Add(until(again)).UnixMilli())
		return next, err
	})
}

// tellDue tells everything that is due, and says when to look again.
func (e *Engine) tellDue(ctx context.Context) (time.Time, error) {
	if e.draining.Load() {
		return time.Time{}, nil
	}
	next, err := e.db.NextRecordDue(ctx)
	if err != nil || next.IsZero() || next.After(time.Now()) {
		return next, err
	}
	err = e.inBatches(ctx, tellBatch, func(_ int64, limit int) (n int, last int64, err error) {
		err = e.withRules(ctx, func(tx *sqlite.Tx, rules *rules, hand *handOver) error {
			list, err := tx.DueRecords(limit)
			n = len(list)
			for _, rec := range list {
				last = rec.Key
				if err := e.tellRecord(ctx, tx, rules, rec, hand); err != nil {
					return fmt.Errorf("%s: %w", rec.ID(), err)
				}
			}
			return err
		})
		return n, last, err
	}, func(key int64) error {
		return e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.RecordDue(key, time.Time{}) })
	})
	switch {
	case errors.Is(err, errDraining):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, err
	}
	return e.db.NextRecordDue(ctx)
}

// tellRecord tells what has come of a record, once for each cause, and sets when to look again.
func (e *Engine) tellRecord(ctx context.Context, tx *sqlite.Tx, rules *rules, rec *hub.Record, hand *handOver) error {
	of := e.derivations[rec.Type]
	if of == nil {
		return tx.RecordDue(rec.Key, time.Time{})
	}
	now := tx.Now()
	look := func(c *change) (come []moment, next time.Time, err error) {
		come, next = of.clock.look(c.after, func(*derivation) time.Time { return e.lastSign(tx, rec.Type, c.part.in.Name, &err) }, now)
		if err == nil {
			err = c.after.err
		}
		return come, next, err
	}
	c, err := e.asIs(tx, of.typ, rec)
	if err != nil {
		return err
	}
	come, next, err := look(c)
	if err != nil {
		return err
	}
	for _, m := range come {
		fresh, err := tx.CauseInsert(m.cause(m.whom(c.part)), 0)
		if err != nil {
			return err
		}
		if !fresh {
			continue
		}
		rows, err := e.together(tx, of, m, c, look)
		if err != nil {
			return err
		}
		t := telling{e: e, tx: tx, rules: rules, hand: hand, source: hub.SourceClock, cause: hub.Reason{Code: hub.ReasonClock}}
		if _, err := t.tell(e.byItself(ctx, tx, "clock"), &noticed{event: m.event, subject: subjectOf(c.part), cause: m.cause(m.whom(c.part)), at: m.at, rows: rows}); err != nil {
			return err
		}
	}
	return tx.RecordDue(rec.Key, next)
}

// asIs is a stored record as a change that changes nothing.
func (e *Engine) asIs(tx *sqlite.Tx, typ *catalog.RecordType, rec *hub.Record) (*change, error) {
	p := &part{typ: typ, in: hub.RecordInput{Type: rec.Type, Name: rec.Name, Data: rec.Data, SourceUpdatedAt: rec.SourceUpdatedAt}}
	if path, message := p.encode(); message != "" {
		return nil, fmt.Errorf("%s: %s", path, message)
	}
	w := &row{catalog: e.catalog, typ: typ, name: rec.Name, data: rec.Data, lookup: tx.Reference}
	return &change{part: p, before: w, after: w}, nil
}

// together are the records of which the same has come and that belong to the same: they come in one occurrence.
func (e *Engine) together(tx *sqlite.Tx, of *derivations, m moment, c *change, look func(*change) ([]moment, time.Time, error)) ([]*change, error) {
	if !m.perSubject() || c.part.sub == "" {
		return []*change{c}, nil
	}
	records, err := tx.RecordsOfSubject(of.typ.Key, c.part.sub, hub.MaxOccurrenceRecord)
	if err != nil {
		return nil, err
	}
	var rows []*change
	for _, rec := range records {
		other, err := e.asIs(tx, of.typ, rec)
		if err != nil {
			return nil, err
		}
		come, _, err := look(other)
		if err != nil {
			return nil, err
		}
		for _, o := range come {
			if o.derivation == m.derivation && o.of.Equal(m.of) && o.days == m.days {
				rows = append(rows, other)
			}
		}
	}
	return rows, nil
}

// lastSign is when the newest of the last signs of a record says that it was; zero if there is none.
func (e *Engine) lastSign(tx *sqlite.Tx, typ, name string, failed *error) (last time.Time) {
	for of, s := range signs {
		if s.of != typ {
			continue
		}
		records, err := tx.NewestOfSubject(of, name, 20)
		if err != nil {
			*failed = err
			return last
		}
		for _, rec := range records {
			if at, ok := timeAt(&row{catalog: e.catalog, typ: e.catalog.RecordType(of), data: rec.Data}, s.path); ok && at.After(last) {
				last = at
			}
		}
	}
	return last
}
