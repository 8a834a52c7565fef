package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// folded are records as pickers list them: by what people call them.
var folded = table[foldedRecord]{
	kind: hub.KindRecord, name: "records", columns: recordColumns + ", folded",
	scan: func(r scanner) (*foldedRecord, error) {
		f := &foldedRecord{}
		var err error
		f.Record, err = scanRecord(appended{r, []any{&f.folded}})
		return f, err
	},
	key: func(f *foldedRecord) int64 { return f.Key },
	orders: map[hub.OrderField]sorting[foldedRecord]{
		hub.ByName: {column: "folded", text: func(f *foldedRecord) string { return f.folded }},
	},
}

// foldedRecord is a record with what people call it, in lower case.
type foldedRecord struct {
	*hub.Record
	folded string
}

// RecordOptions lists records of some types to which others refer, by what people call them; search narrows to those that have it
// there or in their name. It needs SEE on the rows that guard the types.
func (db *DB) RecordOptions(ctx context.Context, c hub.Caller, types []string, search string, p hub.Page) (hub.List[*hub.Record], error) {
	var none hub.List[*hub.Record]
	for _, t := range types {
		if err := db.recordTypes().need(c, t); err != nil {
			return none, err
		}
	}
	q, err := optionsWalk(types, search)
	if err != nil {
		return none, err
	}
	p.Order = hub.Order{Field: hub.ByName, Direction: hub.Ascending}
	l, err := folded.walk(db.reads(ctx), q, p)
	if err != nil {
		return none, err
	}
	l.Total = folded.total(db.reads(ctx), q, hub.MaxCounted)
	return hub.Turned(l, func(f *foldedRecord) *hub.Record { return f.Record }), nil
}

// optionsWalk reads one type after the other along an index that has the labels in it, and merges them.
func optionsWalk(types []string, search string) (q walk, err error) {
	for _, t := range slices.Compact(slices.Sorted(slices.Values(types))) {
		var w terms
		w.and("type = ? AND folded <> ''", t)
		q.branches = append(q.branches, w)
	}
	return q, q.rest.folded(search)
}

// appended is a row with further columns behind those that somebody else scans.
type appended struct {
	scanner
	further []any
}

// Scan reads the columns, and behind them the further ones.
func (a appended) Scan(dest ...any) error { return a.scanner.Scan(append(dest, a.further...)...) }

// UnfoldedRecords reads records of which the hub has not yet noted how pickers find them and when they are due, since they were
// written by an earlier version of it.
func (tx *Tx) UnfoldedRecords(limit int) (list []*hub.Record, err error) {
	err = tx.each("SELECT "+recordColumns+" FROM records WHERE folded IS NULL ORDER BY key LIMIT ?", []any{limit},
		func(r scanner) error {
			rec, err := scanRecord(r)
			list = append(list, rec)
			return err
		})
	return list, err
}
