package catalog

import (
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// MaxReferences is how many references one field path can follow. Each is a record more to read.
const MaxReferences = 4

// Resolve says what is known of a field path of a record type, and of the field at its end. A path is the key of a field, or
// the key of a REFERENCE, a dot, and a path of the record type that it leads to: "responsible.sms". The fact's Needs are the
// rows that guard the record types on the way, each once, the type's own first; a path that ends at a REFERENCE reads
// only the name that is held by the type itself. An alias stays the alias: its field's Alias says what to read.
//
// The fact of a path that does not exist, or that follows more than MaxReferences, is not Known.
func (c *Catalog) Resolve(recordType, path string) (hub.FieldFact, Field) {
	t := c.recordTypeByKey[recordType]
	if t == nil {
		return hub.FieldFact{}, Field{}
	}
	needs := t.needs
	for range MaxReferences + 1 {
		key, rest, more := strings.Cut(path, ".")
		f := t.byKey[key]
		switch {
		case f == nil || more && f.Type != Reference:
			return hub.FieldFact{}, Field{}
		case !more:
			return hub.FieldFact{Known: true, Needs: needs}, *f
		}
		t, path = c.recordTypeByKey[f.Reference], rest
		if !slices.Contains(needs, t.Row) {
			needs = append(slices.Clip(needs), t.Row)
		}
	}
	return hub.FieldFact{}, Field{}
}
