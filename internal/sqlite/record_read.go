package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

var records = table[hub.Record]{
	kind: hub.KindRecord, name: "records", columns: recordColumns, scan: scanRecord,
	key: func(r *hub.Record) int64 { return r.Key },
	orders: map[hub.OrderField]sorting[hub.Record]{
		hub.ByKey: {column: "name", text: func(r *hub.Record) string { return r.Name }},
	},
}

// Records lists records of one type or, if typ is empty, of all that the caller may see; subject narrows if it is not empty. It
// needs SEE on the row that guards the type, or on that of one type at least.
func (db *DB) Records(ctx context.Context, c hub.Caller, typ, subject string, p hub.Page) (hub.List[*hub.Record], error) {
	types, all, err := db.recordTypes().visible(c, typ)
	if err != nil {
		return hub.List[*hub.Record]{}, err
	}
	q := recordWalk(types, all && p.Order.Field != hub.ByKey, subject)
	l, err := records.walk(db.reads(ctx), q, p)
	l.Total = records.total(db.reads(ctx), q, hub.MaxCounted)
	return l, err
}

// recordWalk asks for records of some types, or of all, which are read along the hub's keys then: nearly every row is of one of
// them. Along their own keys only those of one type can be read.
func recordWalk(types []string, all bool, subject string) (q walk) {
	switch {
	case subject != "":
		q.oneOf("type", types, func(string) string { return "subject <> ''" })
		q.rest.and("subject = ?", subject)
	case all:
		q.oneOf("type", types, nil)
	default:
		q.oneOf("type", types, wholeIndex)
	}
	return q
}

// Record reads a record; NOT_FOUND if there is none. It needs SEE on the row that guards its type.
func (db *DB) Record(ctx context.Context, c hub.Caller, key int64) (*hub.Record, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	r, err := records.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	if err := db.recordTypes().needOf(c, r.Type); err != nil {
		return nil, err
	}
	return r, nil
}

// RecordsByKey reads many records in the order of the keys: nil where there is none, or where SEE on the row that guards its type is missing.
func (db *DB) RecordsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Record, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	list, err := records.byKey(db.reads(ctx), keys)
	types := db.recordTypes()
	for i, r := range list {
		if r != nil && !types.may(c, r.Type) {
			list[i] = nil
		}
	}
	return list, err
}

// RecordNamed reads a record by its type and name; nil if there is none. It needs SEE on the row that guards its type.
func (db *DB) RecordNamed(ctx context.Context, c hub.Caller, typ, name string) (*hub.Record, error) {
	if err := db.recordTypes().need(c, typ); err != nil {
		return nil, err
	}
	return first(readAll(db.reads(ctx), records.scan, records.query(" WHERE type = ? AND name = ?"), typ, name))
}
