package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

var occurrences = table[hub.Occurrence]{
	kind: hub.KindOccurrence, name: "occurrences", columns: occurrenceRead, scan: scanOccurrence,
	key: func(o *hub.Occurrence) int64 { return o.Key },
}

// bareOccurrences are occurrences without their payloads.
var bareOccurrences = table[hub.Occurrence]{
	kind: hub.KindOccurrence, name: "occurrences", columns: occurrenceBare, scan: scanBare,
	key: func(o *hub.Occurrence) int64 { return o.Key },
}

// Occurrences lists what happened, of the event types that the caller may see: it needs SEE on the row that
// guards the type, or on that of one type at least if the filter names none. A filter by another consumer finds none without SEE on
// settings/api_connections, since it would tell what is left out. Of the records that an occurrence brought, it
// shows those that the caller may see.
func (db *DB) Occurrences(ctx context.Context, c hub.Caller, f hub.OccurrenceFilter, p hub.Page) (hub.List[*hub.Occurrence], error) {
	types, all, err := db.eventTypes().visible(c, f.Type)
	if err != nil {
		return hub.List[*hub.Occurrence]{}, err
	}
	if f.ConsumerKey != 0 && f.ConsumerKey != c.Consumer.Key && !c.May(hub.RowAPIConnections, hub.See) {
		return hub.List[*hub.Occurrence]{}, nil
	}
	read := occurrences
	if f.Bare {
		read = bareOccurrences
	}
	q := occurrenceWalk(f, types, all)
	l, err := read.walk(db.reads(ctx), q, p)
	if err != nil {
		return l, err
	}
	l.Total = occurrences.total(db.reads(ctx), q, hub.MaxCounted)
	return l, disclosing(ctx, c, l.Items, db.redact)
}

// occurrenceWalk asks for occurrences of some types, or of all, which are read along the keys then: nearly every row is of
// one of them.
func occurrenceWalk(f hub.OccurrenceFilter, types []string, all bool) (q walk) {
	q.text("subject", "subject <> ''", f.Subject)
	q.text("type", "", f.Type)
	q.number("consumer", "", f.ConsumerKey)
	switch {
	case all:
		q.oneOf("type", types, nil)
	case f.Type == "":
		q.oneOf("type", types, wholeIndex)
	}
	q.between("occurrences", "received_at", f.Since, f.Until)
	return q
}

// redact leaves out the records of an occurrence that the caller may not see, since a work order may bring the persons who
// work on it, and what the traces of its matches say of such records.
func (db *DB) redact(_ context.Context, c hub.Caller, o *hub.Occurrence) error {
	o.Records = slices.DeleteFunc(o.Records, func(r hub.RecordInput) bool {
		row, ok := db.guard(r.Type)
		return !ok || !c.May(row, hub.See)
	})
	db.redactMatches(c, o)
	return nil
}

// Occurrence reads one thing that happened, with those of its records that the caller may see; NOT_FOUND if there is none.
// It needs SEE on the row that guards its type.
func (db *DB) Occurrence(ctx context.Context, c hub.Caller, key int64) (*hub.Occurrence, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	o, err := occurrences.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	if err := db.eventTypes().needOf(c, o.Type); err != nil {
		return nil, err
	}
	return o, db.redact(ctx, c, o)
}

// OccurrencesByKey reads many occurrences in the order of the keys, with those of their records that the caller may see:
// nil where there is none, or where SEE on the row that guards its type is missing.
func (db *DB) OccurrencesByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Occurrence, error) {
	return db.occurrencesByKey(ctx, c, occurrences, keys)
}

// BareOccurrencesByKey is OccurrencesByKey without reading the records and the matches.
func (db *DB) BareOccurrencesByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Occurrence, error) {
	return db.occurrencesByKey(ctx, c, bareOccurrences, keys)
}

func (db *DB) occurrencesByKey(ctx context.Context, c hub.Caller, read table[hub.Occurrence], keys []int64) ([]*hub.Occurrence, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	list, err := read.byKey(db.reads(ctx), keys)
	types := db.eventTypes()
	for i, o := range list {
		switch {
		case o == nil:
		case !types.may(c, o.Type):
			list[i] = nil
		}
	}
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.redact)
}
