package sqlite

import (
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// sorting is a column by which a list can be sorted. It stands in an index, with the key behind it.
type sorting[T any] struct {
	column string
	number bool
	text   func(*T) string // what the column has
}

// byFolded sorts by what people call something, whatever the case of its letters and their accents.
func byFolded[T any](name func(*T) string) sorting[T] {
	return sorting[T]{column: "folded", text: func(v *T) string { return hub.Filed(name(v)) }}
}

// byUpdate sorts by when something was last changed.
func byUpdate[T any](at func(*T) time.Time) sorting[T] {
	return sorting[T]{column: "updated_at", number: true, text: func(v *T) string { return strconv.FormatInt(at(v).UnixMilli(), 10) }}
}

// order is how a list is sorted, and where its items stand in it.
type order[T any] struct {
	sortedBy
	text func(*T) string // nil: by the key alone
	of   func(*T) int64
}

// order reads how a list is to be sorted.
func (t table[T]) order(o hub.Order) (order[T], error) {
	out := t.newest()
	out.ascending = o.Direction == hub.Ascending
	switch by, ok := t.orders[o.Field]; {
	case ok:
		out.column, out.number, out.text = by.column, by.number, by.text
	case o.Field != "" && o.Field != hub.ByCreatedAt && o.Field != hub.ByReceivedAt && o.Field != hub.ByAt: // keys grow with the time
		return out, hub.Invalid("orderBy.field", "this list cannot be sorted by %q", hub.Clip(string(o.Field), 60))
	}
	return out, nil
}

// newest is the order in which things came to be, the newest first.
func (t table[T]) newest() order[T] { return order[T]{sortedBy: byKey("key"), of: t.key} }

func (o order[T]) place(v *T) hub.Place {
	if o.text == nil {
		return hub.Place{Key: o.of(v)}
	}
	return hub.Place{Text: o.text(v), Key: o.of(v)}
}

func (o order[T]) cursor(v *T) string {
	if o.text == nil {
		return hub.Cursor(o.of(v))
	}
	return hub.SortedCursor(o.text(v), o.of(v))
}
