package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// scanner is a row of an answer, of the pool or of the writer's connection: the same code reads both.
type scanner interface{ Scan(dest ...any) error }

// rawRow is a row of the writer's connection.
type rawRow []driver.Value

// Scan copies the columns into the destinations.
func (r rawRow) Scan(dest ...any) error {
	if len(dest) != len(r) {
		return fmt.Errorf("scanning %d columns into %d places", len(r), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r[i]); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

func assign(dest any, v driver.Value) error {
	switch d := dest.(type) {
	case sql.Scanner:
		return d.Scan(v)
	case *int64:
		n, ok := v.(int64)
		*d = n
		return must(ok, dest, v)
	case *int:
		n, ok := v.(int64)
		*d = int(n)
		return must(ok, dest, v)
	case *bool:
		n, ok := v.(int64)
		*d = n != 0
		return must(ok, dest, v)
	case *string:
		s, ok := v.(string)
		*d = s
		return must(ok, dest, v)
	case *[]byte:
		b, ok := v.([]byte)
		*d = append([]byte(nil), b...)
		return must(ok || v == nil, dest, v)
	}
	return fmt.Errorf("no place of type %T", dest)
}

func must(ok bool, dest any, v driver.Value) error {
	if !ok {
		return fmt.Errorf("a %T does not fit a %T", v, dest)
	}
	return nil
}

// millis reads and writes a time as milliseconds; a zero time is NULL.
type millis struct{ t *time.Time }

// Scan reads milliseconds into the time.
func (m millis) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*m.t = time.Time{}
	case int64:
		*m.t = time.UnixMilli(n).UTC()
	default:
		return fmt.Errorf("a %T is no time", v)
	}
	return nil
}

// maybeMillis reads and writes a time that may be missing.
type maybeMillis struct{ t **time.Time }

// Scan reads milliseconds or NULL.
func (m maybeMillis) Scan(v any) error {
	if v == nil {
		*m.t = nil
		return nil
	}
	var t time.Time
	if err := (millis{&t}).Scan(v); err != nil {
		return err
	}
	*m.t = &t
	return nil
}

// maybeNumber reads a number that may be missing.
type maybeNumber struct{ n **int }

// Scan reads a number or NULL.
func (m maybeNumber) Scan(v any) error {
	n, ok := v.(int64)
	if *m.n = nil; ok {
		*m.n = new(int(n))
	}
	return must(ok || v == nil, *m.n, v)
}

// numberOrNull writes a number that may be missing.
func numberOrNull(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}

// ms writes a time.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// msp writes a time that may be missing.
func msp(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMilli()
}

// text reads a column of a string type of package hub; NULL is empty.
type text[T ~string] struct{ s *T }

// Scan reads text or NULL.
func (t text[T]) Scan(v any) error {
	switch s := v.(type) {
	case nil:
		*t.s = ""
	case string:
		*t.s = T(s)
	default:
		return fmt.Errorf("a %T is no text", v)
	}
	return nil
}

// null writes a text, NULL when it is empty.
func null[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// trace reads the trace to which something belongs; NULL is none.
type trace struct{ t *hub.Trace }

// Scan reads text or NULL.
func (t trace) Scan(v any) error {
	switch s := v.(type) {
	case nil:
		*t.t = hub.Trace{}
	case string:
		*t.t = hub.TraceOf(s)
	default:
		return fmt.Errorf("a %T is no trace", v)
	}
	return nil
}

// document reads a JSON column; NULL leaves the zero value.
type document struct{ v any }

// Scan reads JSON text.
func (d document) Scan(v any) error {
	switch s := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(s), d.v)
	case []byte:
		return json.Unmarshal(s, d.v)
	}
	return fmt.Errorf("a %T is no JSON", v)
}

// doc writes a value as JSON text.
func doc(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sqlite: %T cannot be written as JSON: %v", v, err)) // all our documents can
	}
	return string(b)
}

// reason writes a reason, NULL when there is none.
func reason(r *hub.Reason) any {
	if r == nil {
		return nil
	}
	return doc(r)
}
