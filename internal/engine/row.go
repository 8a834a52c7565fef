package engine

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// row is a record as terms and mappings read it: fields by path, aliases, and references to other records.
type row struct {
	catalog *catalog.Catalog
	typ     *catalog.RecordType
	name    string
	data    hub.Fields
	lookup  lookup
	before  *row      // as it was before; nil if nobody knows
	with    *together // the rows of the same message, this one the last; nil if it is by itself
	about   *row      // of a row that was fetched, the occurrence's row for which it was; nil if there is none
	err     error     // of the first lookup that failed
}

// moment is what the terms of the row are asked against.
func (r *row) moment(now time.Time) condition.Moment {
	m := condition.Moment{Now: now}
	if r.before != nil {
		m.Before = r.before // a nil row in it would be one that is there
	}
	return m
}

// fault is the first lookup that failed, of the row or of what it was before.
func (r *row) fault() error {
	if r.err == nil && r.before != nil {
		return r.before.err
	}
	return r.err
}

// lookup finds the record that a reference leads to; nil fields if there is none.
type lookup func(typ, name string) (hub.Fields, error)

// Field reads a path. A field that the catalogue knows and the record did not bring is empty, not missing.
func (r *row) Field(path string) (any, bool) {
	head, rest, deeper := strings.Cut(path, ".")
	f := r.typ.Field(head)
	if f == nil && deeper && head == "collected" {
		if part, field := hub.CollectedPath(path); part != "" {
			return r.gatheredField(part, field)
		}
	}
	if field, ok := hub.OccurrencePath(path); ok && f == nil {
		if r.about == nil {
			return nil, true
		}
		return r.of(r.about, field)
	}
	if f == nil {
		v, ok := r.data[path] // a field of the tenant's own
		return v, ok
	}
	if f.Alias != "" {
		f = r.typ.Field(f.Alias)
	}
	if f.Type != catalog.Reference {
		if deeper {
			return f.Within(r.data[f.Key], rest)
		}
		return r.data[f.Key], true
	}
	to, name := f.Follow(r.data)
	if !deeper || name == nil {
		return name, true
	}
	return r.follow(to, text(name), rest)
}

// follow reads a path of the record that a reference leads to. Of several types that it may lead to not all need to have the
// field: where it is not, it is empty.
func (r *row) follow(typ, name, path string) (any, bool) {
	data, err := r.lookup(typ, name)
	if err != nil && r.err == nil {
		r.err = err
	}
	if data == nil {
		return nil, true
	}
	next := &row{catalog: r.catalog, typ: r.catalog.RecordType(typ), name: name, data: data, lookup: r.lookup}
	v, _ := next.Field(path)
	if next.err != nil && r.err == nil {
		r.err = next.err
	}
	return v, true
}

// Lookup reads a field of a record of another type; nothing if there is no such record.
func (r *row) Lookup(recordType, key, path string) (any, bool) {
	if r.catalog.RecordType(recordType) == nil {
		return nil, false
	}
	return r.follow(recordType, key, path)
}

// text reads the name of a record, which may be written as a number.
func text(v any) string {
	switch s := v.(type) {
	case string:
		return s
	case json.Number:
		return s.String()
	}
	return ""
}
