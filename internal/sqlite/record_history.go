package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// RecordHistory lists the states of a record, newest first, from the one that it is in; the cursor of one is its version. It
// needs SEE on the row that guards the record's type.
func (db *DB) RecordHistory(ctx context.Context, c hub.Caller, key int64, p hub.Page) (hub.List[*hub.RecordVersion], error) {
	var none hub.List[*hub.RecordVersion]
	rec, err := db.Record(ctx, c, key)
	if err != nil {
		return none, err
	}
	by := byKey("version")
	cursor := func(v *hub.RecordVersion) string { return hub.Cursor(int64(v.Version)) }
	l, err := paged(by, p, cursor, func(s stretch) ([]*hub.RecordVersion, error) { return db.recordVersions(ctx, rec.Key, by, s) })
	l.Total = func() (hub.Count, error) {
		n, err := number(db.reads(ctx), "SELECT 1 + count(*) FROM record_versions WHERE record = ?", rec.Key)
		return hub.Count{N: n, Exact: true}, err
	}
	return l, err
}

// recordVersions reads states of a record, each with what differs from the one before it.
func (db *DB) recordVersions(ctx context.Context, record int64, by sortedBy, s stretch) ([]*hub.RecordVersion, error) {
	var w terms
	by.narrow(&w, s)
	list, err := readAll(db.reads(ctx), scanVersion, `SELECT version, data, at, source_at, consumer, occurrence FROM (
	SELECT version, data, updated_at AS at, source_at, consumer, occurrence FROM records WHERE key = ?
	UNION ALL SELECT version, data, at, source_at, consumer, occurrence FROM record_versions WHERE record = ?)`+w.String()+by.along(s),
		slices.Concat([]any{record, record}, w.args, []any{s.limit})...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if !s.back && len(list) == s.limit { // the last one is beyond the page
		return list, db.compare(ctx, record, list, false)
	}
	return list, db.compare(ctx, record, list, true)
}

// compare says of states that follow each other, either way, what differs from the one before; of the oldest only if it is asked.
func (db *DB) compare(ctx context.Context, record int64, list []*hub.RecordVersion, oldest bool) error {
	data := make(map[int]hub.Fields, len(list)+1)
	for _, v := range list {
		data[v.Version] = v.Data
	}
	if last := min(list[0].Version, list[len(list)-1].Version); oldest && last > 1 {
		before, err := readAll(db.reads(ctx), scanVersion, "SELECT version, data, at, source_at, consumer, occurrence FROM record_versions WHERE record = ? AND version = ?",
			record, last-1)
		if err != nil {
			return err
		}
		for _, v := range before {
			data[v.Version] = v.Data
		}
	}
	for _, v := range list {
		if of, kept := data[v.Version-1]; kept || v.Version == 1 {
			v.Changed = changedFields(of, v.Data)
		}
	}
	return nil
}

func scanVersion(r scanner) (*hub.RecordVersion, error) {
	v := &hub.RecordVersion{}
	err := r.Scan(&v.Version, exact{&v.Data}, millis{&v.At}, micros{&v.SourceUpdatedAt}, &v.ConsumerKey, &v.OccurrenceKey)
	return v, err
}

// changedFields names the fields that differ, those that only one of the two has among them.
func changedFields(before, after hub.Fields) []string {
	names := []string{}
	for key, v := range after {
		if old, ok := before[key]; !ok || !sameJSON(old, v) {
			names = append(names, key)
		}
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

func sameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
