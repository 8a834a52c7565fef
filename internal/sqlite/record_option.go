package sqlite

import (
	"context"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// FoldedRecord is a record as pickers list it: by what people call it.
type FoldedRecord struct {
	*hub.Record
	Folded string
}

// Place is its cursor.
func (r *FoldedRecord) Place() string { return hub.SortedCursor(r.Folded, r.Key) }

// RecordOptions lists records of some types to which others refer, by what people call them; search narrows to those that have it
// there or in their name. It needs SEE on the rows that guard the types.
func (db *DB) RecordOptions(ctx context.Context, c hub.Caller, types []string, search string, p hub.Page) (hub.List[*FoldedRecord], error) {
	var none hub.List[*FoldedRecord]
	for _, t := range types {
		if err := db.recordTypes().need(c, t); err != nil {
			return none, err
		}
	}
	limit, err := p.Limit()
	if err != nil {
		return none, err
	}
	query, args, err := optionsStatement(types, search, p, limit+1)
	if err != nil {
		return none, err
	}
	list, err := readAll(db.reads(ctx), scanFolded, query, args...)
	if err != nil {
		return none, err
	}
	l := hub.List[*FoldedRecord]{Items: list, HasNext: len(list) > limit}
	if l.HasNext {
		l.Items = list[:limit]
	}
	return l, nil
}

// optionsStatement reads one type after the other along an index that has the labels in it, and merges them.
func optionsStatement(types []string, search string, p hub.Page, limit int) (string, []any, error) {
	after, key, further, err := p.Sorted()
	if err != nil {
		return "", nil, err
	}
	var branches []string
	var args []any
	for _, t := range slices.Compact(slices.Sorted(slices.Values(types))) {
		var w terms
		w.and("type = ? AND folded <> ''", t)
		if err := w.folded(search); err != nil {
			return "", nil, err
		}
		if further {
			w.and("(folded, key) > (?, ?)", after, key)
		}
		branches = append(branches, "SELECT "+recordColumns+", folded FROM records"+w.String())
		args = append(args, w.args...)
	}
	return strings.Join(branches, " UNION ALL ") + " ORDER BY folded, key LIMIT ?", append(args, limit), nil
}

func scanFolded(r scanner) (*FoldedRecord, error) {
	f := &FoldedRecord{}
	var err error
	f.Record, err = scanRecord(appended{r, []any{&f.Folded}})
	return f, err
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
