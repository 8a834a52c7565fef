package catalog

import (
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// MaxReferences is how many references one field path can follow. Each is a record more to read.
const MaxReferences = 4

// Resolve says what is known of a field path of a record type, and of the field at its end. A path is one of:
//
//   - the key of a field: "wo_folio";
//   - the key of a REFERENCE, a dot, and a path of the record type that it leads to: "responsible.sms". If it may lead to
//     several types, one of them has to know the path, and those that know it must agree on its type;
//   - the key of an OBJECT, a dot, and a path inside it: "last_data.value";
//   - the key of a LIST of objects, a dot, and a path inside them: "labels.description", which is the list of what is there.
//
// The fact's Needs are the rows that guard the record types on the way, each once, the type's own first, and of a REFERENCE
// those of all types that it may lead to: what comes of it may be from any. A path that ends at a REFERENCE reads only the
// name that is held by the type itself. An alias stays the alias: its field's Alias says what to read.
//
// The fact of a path that does not exist, or that follows more than MaxReferences, is not Known.
func (c *Catalog) Resolve(recordType, path string) (hub.FieldFact, Field) {
	t := c.recordTypeByKey[recordType]
	if t == nil {
		return hub.FieldFact{}, Field{}
	}
	needs, field := c.resolve(t, path, t.needs, MaxReferences)
	if field == nil {
		return hub.FieldFact{}, Field{}
	}
	return hub.FieldFact{Known: true, Needs: needs}, *field
}

// resolve adds to needs what the path needs beyond the type itself; the field is nil if the path does not exist.
func (c *Catalog) resolve(t *RecordType, path string, needs []hub.Row, references int) ([]hub.Row, *Field) {
	key, rest, deeper := strings.Cut(path, ".")
	f := t.byKey[key]
	switch {
	case f == nil || !deeper:
		return needs, f
	case f.Type != Reference:
		return needs, f.at(rest)
	case references == 0:
		return needs, nil
	}
	var end *Field
	for _, to := range f.leads {
		if !slices.Contains(needs, to.Row) {
			needs = append(slices.Clip(needs), to.Row)
		}
		more, field := c.resolve(to, rest, needs, references-1)
		switch {
		case field == nil:
		case end != nil && end.Type != field.Type:
			return needs, nil
		default:
			needs = more
			if end == nil {
				end = field
			}
		}
	}
	return needs, end
}

// inner finds the field that a path inside an OBJECT or a LIST of objects begins with.
func (f *Field) inner(path string) (inner *Field, rest string, deeper bool) {
	key, rest, deeper := strings.Cut(path, ".")
	for i := range f.Fields {
		if f.Fields[i].Key == key {
			return &f.Fields[i], rest, deeper
		}
	}
	return nil, "", false
}

// at is the field at the end of a path inside an OBJECT or a LIST of objects; nil if there is none.
func (f *Field) at(path string) *Field {
	end, rest, deeper := f.inner(path)
	if end != nil && deeper {
		end = end.at(rest)
	}
	if end == nil || f.Type != List || end.Type == List {
		return end
	}
	list := *end
	list.Type, list.Items, list.Unit, list.Enum, list.Open = List, end.Type, "", nil, false
	return &list
}
