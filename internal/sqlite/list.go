package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// reader runs a query on the pool ([DB.reads]) or on the writer's connection ([Tx.each]) and calls row for every row of
// the answer: what reads a noun does not care which. row must not run statements of its own.
type reader func(query string, args []any, row func(scanner) error) error

// reads is the reader of the pool: it sees what was committed when each query began.
func (db *DB) reads(ctx context.Context) reader {
	return func(query string, args []any, row func(scanner) error) (err error) {
		rows, err := db.read.QueryContext(ctx, query, args...)
		if err != nil {
			return fault(err)
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return fault(rows.Err())
	}
}

// readAll reads every row of a query.
func readAll[T any](r reader, scan func(scanner) (T, error), query string, args ...any) (list []T, err error) {
	err = r(query, args, func(row scanner) error {
		v, err := scan(row)
		list = append(list, v)
		return err
	})
	return list, err
}

// number reads a query that answers one number.
func number(r reader, query string, args ...any) (n int, err error) {
	err = r(query, args, func(row scanner) error { return row.Scan(&n) })
	return n, err
}

// exact reads a JSON column whose numbers are values of people's: they stay as they were written (json.Number).
type exact struct{ v any }

// Scan reads JSON text.
func (e exact) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a %T is no JSON", v)
	}
	return decodeNumbers([]byte(s), e.v)
}

// maybeExact is exact for a column that may be NULL, of which nothing is read.
type maybeExact struct{ v any }

// Scan reads JSON text or NULL.
func (e maybeExact) Scan(v any) error {
	if v == nil {
		return nil
	}
	return exact(e).Scan(v)
}

// scanKey reads a query that answers keys.
func scanKey(row scanner) (key int64, err error) {
	err = row.Scan(&key)
	return key, err
}

// terms are conditions that hold together, with their arguments.
type terms struct {
	text []string
	args []any
}

func (w *terms) and(text string, args ...any) {
	w.text = append(w.text, text)
	w.args = append(w.args, args...)
}

// String writes the conditions with WHERE before them; nothing if there are none.
func (w terms) String() string {
	if len(w.text) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.text, " AND ")
}

// table is what is needed to read a noun.
type table[T any] struct {
	kind    hub.Kind
	name    string
	columns string
	scan    func(scanner) (*T, error)
	key     func(*T) int64
	orders  map[hub.OrderField]sorting[T] // besides the one in which things came to be
}

func (t table[T]) query(rest string) string {
	return "SELECT " + t.columns + " FROM " + t.name + rest
}

// get reads one by its key; NOT_FOUND if there is none.
func (t table[T]) get(r reader, key int64) (*T, error) {
	v, err := first(readAll(r, t.scan, t.query(" WHERE key = ?"), key))
	if err == nil && v == nil {
		err = hub.NotFound(t.kind, key)
	}
	return v, err
}

// byKey reads many by their keys: in the order of the keys, nil where there is none.
func (t table[T]) byKey(r reader, keys []int64) ([]*T, error) {
	found := make(map[int64]*T, len(keys))
	err := eachIn(keys, func(in string, args []any) error {
		list, err := readAll(r, t.scan, t.query(" WHERE key IN "+in), args...)
		for _, v := range list {
			found[t.key(v)] = v
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]*T, len(keys))
	for i, k := range keys {
		out[i] = found[k]
	}
	return out, nil
}

// page reads a part of a list of configuration, and offers to count the whole list.
func (t table[T]) page(r reader, w terms, p hub.Page) (hub.List[*T], error) {
	q := walk{rest: w}
	l, err := t.walk(r, q, p)
	l.Total = t.total(r, q, hub.MaxConfigured)
	return l, err
}

// walk reads a part of a list.
func (t table[T]) walk(r reader, q walk, p hub.Page) (hub.List[*T], error) {
	o, err := t.order(p.Order)
	if err != nil {
		return hub.List[*T]{}, err
	}
	return paged(o.sortedBy, p, o.cursor, func(s stretch) ([]*T, error) { return t.part(r, q, o.sortedBy, s) })
}

// walkKept is walk for a list of which the caller gets only what keep lets through.
func (t table[T]) walkKept(r reader, q walk, p hub.Page, keep func([]*T) ([]*T, error)) (hub.List[*T], error) {
	o, err := t.order(p.Order)
	if err != nil {
		return hub.List[*T]{}, err
	}
	return paged(o.sortedBy, p, o.cursor, func(s stretch) ([]*T, error) {
		return readOn(s, o.place, func(s stretch) ([]*T, error) { return t.part(r, q, o.sortedBy, s) }, keep)
	})
}

func (t table[T]) part(r reader, q walk, by sortedBy, s stretch) ([]*T, error) {
	query, args := q.statement(t.columns, t.name, by, s)
	return readAll(r, t.scan, query, args...)
}

// inSizes are the lengths that lists of keys are padded to, so that few statements serve all of them.
var inSizes = []int{1, 8, 40, 200}

// inParts calls fn for parts of so many things, from one to another, each of 200 at most, and says to which of the sizes each is padded; of
// nothing there is no part.
func inParts(many int, fn func(from, to, size int) error) error {
	most := inSizes[len(inSizes)-1]
	for from := 0; from < many; from += most {
		to := min(from+most, many)
		at := slices.IndexFunc(inSizes, func(size int) bool { return size >= to-from })
		if err := fn(from, to, inSizes[at]); err != nil {
			return err
		}
	}
	return nil
}

// eachIn calls fn with "(?, ?, …)" and its arguments, once for up to 200 keys. The last key is repeated up to the next of
// the sizes; no keys, no call.
func eachIn(keys []int64, fn func(in string, args []any) error) error {
	return inParts(len(keys), func(from, to, size int) error {
		args := make([]any, size)
		for i := range args {
			args[i] = keys[min(from+i, to-1)]
		}
		return fn(placeholders(size), args)
	})
}

// partsOf reads the parts of many wholes, by the key of the whole; query has %s where the list of keys belongs.
func partsOf[T any](r reader, keys []int64, scan func(scanner) (T, error), whole func(T) int64, query string) (map[int64][]T, error) {
	parts := make(map[int64][]T, len(keys))
	// A key that stood in two parts of the list would be answered twice.
	unique := slices.Compact(slices.Sorted(slices.Values(keys)))
	err := eachIn(unique, func(in string, args []any) error {
		list, err := readAll(r, scan, fmt.Sprintf(query, in), args...)
		for _, v := range list {
			parts[whole(v)] = append(parts[whole(v)], v)
		}
		return err
	})
	return parts, err
}

// rows writes so many rows of values.
func rows(n, columns int) string {
	row := placeholders(columns)
	return row + strings.Repeat(", "+row, n-1)
}

func placeholders(n int) string { return "(?" + strings.Repeat(", ?", n-1) + ")" }

// write runs fn in a transaction and hands out what it made, once that is durable.
func write[T any](ctx context.Context, db *DB, fn func(*Tx) (T, error)) (T, error) {
	var made T
	err := db.Write(ctx, func(tx *Tx) (err error) {
		made, err = fn(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return made, nil
}

// fresh refuses a change that was written against an older version; expected 0 means that the caller did not say.
func fresh(expected, current int) error {
	if expected != 0 && expected != current {
		return hub.Stale(expected, current)
	}
	return nil
}
