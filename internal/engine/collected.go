package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// asCollection makes a run ready to find its rows if its execution has gathered them: as they were brought. From here on nothing joins it.
func (r *run) asCollection(ctx context.Context, p *program) error {
	if p.collect == nil || r.tx == nil || r.exec.Trigger != hub.StartedByEvent {
		return nil
	}
	rows, col, err := r.gathered(ctx, p, r.exec.Key, "")
	if err != nil || col == nil {
		return err
	}
	r.given = rows
	r.exec.Rows = distinctNames(r.given)
	if err := r.tx.ExecutionRows(r.exec.Key, r.exec.Rows); err != nil {
		return err
	}
	col.Open = false
	return r.tx.CollectionSave(col)
}

func distinctNames(rows []*row) []string {
	list := []string{}
	known := map[string]bool{}
	for _, w := range rows {
		if !known[w.name] {
			known[w.name], list = true, append(list, w.name)
		}
	}
	return list
}

// gathered are the rows that an execution has gathered, with the collection; no collection if it is none. Read as records says: as they are
// now, or as they were brought, then also with what they refer to; without a word, as they were brought, with what they refer to as it is now.
func (r *run) gathered(ctx context.Context, p *program, execution int64, records hub.ReplayRecords) ([]*row, *hub.Collection, error) {
	col, err := r.from().Collection(execution)
	if err != nil || col == nil {
		return nil, nil, err
	}
	list, err := r.from().Collected(execution)
	if err != nil {
		return nil, nil, err
	}
	if r.only, err = r.e.gatheredForOne(ctx, p.flow, col); err != nil {
		return nil, nil, err
	}
	rows, err := r.collectedRows(ctx, p, list, records)
	return rows, col, err
}

// gatheredBefore makes a replay ready to find its rows if it replays an execution that has gathered them. A version that does not collect gets
// each record once.
func (r *run) gatheredBefore(ctx context.Context, p *program, replay *hub.Replay) (is bool, err error) {
	rows, col, err := r.gathered(ctx, p, replay.RootKey, replay.Records)
	if err != nil || col == nil {
		return false, err
	}
	if r.given = rows; p.collect == nil {
		r.given = lastOfEach(r.given)
	}
	return true, nil
}

func lastOfEach(rows []*row) []*row {
	last := make(map[string]*row, len(rows))
	for _, w := range rows {
		last[w.name] = w
	}
	return slices.DeleteFunc(rows, func(w *row) bool { return last[w.name] != w })
}

// collectedRows are the rows that occurrences brought, in the order in which they came, and notes which occurrences each came with. Those that
// brought none stand for all rows of their subject, once.
func (r *run) collectedRows(ctx context.Context, p *program, list []*hub.Collected, records hub.ReplayRecords) ([]*row, error) {
	rows := []*row{}
	r.heard = map[*row][]int64{}
	subjects := map[string][]*row{}
	for _, c := range list {
		var more []*row
		var err error
		if len(c.Rows) > 0 && p.flow.Definition.Source.Rows != hub.RowsSubject {
			more, err = r.broughtRows(ctx, p, c, records)
		} else if c.Subject != "" {
			known, is := subjects[c.Subject]
			if more = known; !is {
				more, err = r.recordsOf(p, c.Subject)
				subjects[c.Subject] = more
			}
		}
		if err != nil {
			return nil, err
		}
		for _, w := range more {
			if r.heard[w] == nil {
				rows = append(rows, w)
			}
			r.heard[w] = append(r.heard[w], c.OccurrenceKey)
		}
	}
	if len(rows) > 2*hub.MaxCollected {
		r.exec.Reason = tooMany(fmt.Sprintf("it gathered more than %d rows", 2*hub.MaxCollected))
	}
	return rows, nil
}

func (r *run) broughtRows(ctx context.Context, p *program, c *hub.Collected, records hub.ReplayRecords) (rows []*row, err error) {
	find := r.lookup
	if records == hub.RecordsThen {
		find = r.lookupThen(ctx, c.OccurrenceKey)
	}
	for _, one := range c.Rows {
		rec := &hub.Record{Name: one.Name, Data: one.Data}
		if one.Data == nil || records == hub.RecordsNow {
			if rec, err = r.from().Record(p.records.Key, one.Name); err != nil {
				return nil, err
			}
		}
		if rec != nil {
			w := r.row(p, rec)
			w.lookup = find
			rows = append(rows, w)
		}
	}
	return rows, nil
}

// lookupThen looks among the records that an occurrence brought first, which are read when something is looked up. One that is gone brought none.
func (r *run) lookupThen(ctx context.Context, occurrence int64) lookup {
	var among lookup
	return func(typ, name string) (hub.Fields, error) {
		if among == nil {
			o, err := r.e.db.OccurrenceForEngine(ctx, occurrence)
			switch {
			case hub.CodeOf(err) == hub.CodeNotFound:
				among = r.lookup
			case err != nil:
				return nil, err
			default:
				among = r.lookupAmong(o.Records)
			}
		}
		return among(typ, name)
	}
}

func (r *run) recordsOf(p *program, subject string) (rows []*row, err error) {
	records, err := r.from().RecordsOfSubject(p.records.Key, subject, maxRows+1)
	for _, rec := range records {
		rows = append(rows, r.row(p, rec))
	}
	return rows, err
}

// rowsAgain are the rows of an execution of a collecting flow as they are now: what it gathered, or what it replays had; else those that it has
// deliveries for.
func (r *run) rowsAgain(ctx context.Context, p *program, it *item) ([]*row, error) {
	root := r.exec.Key
	if r.exec.Trigger == hub.StartedByReplay {
		replay, err := r.replays()
		if err != nil {
			return nil, err
		}
		root = replay.RootKey
	}
	rows, col, err := r.gathered(ctx, p, root, hub.RecordsNow)
	if err != nil || col != nil {
		return rows, err
	}
	names := r.exec.Rows
	if len(names) == 0 {
		names = []string{it.Record}
	}
	for _, name := range names {
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
