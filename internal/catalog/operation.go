package catalog

import (
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// The operations by what they ask, each list in the order of the screen.
var (
	equality  = []hub.Operation{hub.Equal, hub.NotEqual}
	choice    = []hub.Operation{hub.IsAnyOf, hub.IsNoneOf}
	parts     = []hub.Operation{hub.Contains, hub.DoesNotContain}
	ordering  = []hub.Operation{hub.Greater, hub.GreaterOrEqual, hub.Less, hub.LessOrEqual, hub.Between}
	nearness  = []hub.Operation{hub.WithinNextDays, hub.WithinLastDays}
	emptiness = []hub.Operation{hub.IsEmpty, hub.IsNotEmpty}
	change    = []hub.Operation{hub.Changed, hub.ChangedTo, hub.ChangedFrom}
)

var operations = map[FieldType][]hub.Operation{
	Text:      slices.Concat(equality, choice, parts, []hub.Operation{hub.StartsWith}, emptiness, change),
	Integer:   slices.Concat(equality, choice, ordering, emptiness, change),
	Number:    slices.Concat(equality, choice, ordering, emptiness, change),
	Boolean:   slices.Concat(equality, emptiness, change),
	Timestamp: slices.Concat(equality, ordering, nearness, emptiness, change),
	Enum:      slices.Concat(equality, choice, emptiness, change),
	List:      slices.Concat(parts, emptiness, []hub.Operation{hub.Changed}),
	Reference: slices.Concat(equality, choice, parts, []hub.Operation{hub.StartsWith}, emptiness, change),
}

// Operations lists what a term can ask of a field of a type. A LIST holds elements, often objects, which no value equals: it is
// asked for an element, by its text or its description. A REFERENCE is asked for the name of the record that it leads to.
func (c *Catalog) Operations(t FieldType) []hub.Operation { return operations[t] }

// Misfit says why a term with this operation and value makes no sense for the field; the path is that of the fault in the term:
// "operation", "value", "value.1". An empty message means that the field can be asked so. Null stands for empty where the
// operation takes a value at all, and the form of the value (a list, a range, a number of days) is for package condition to judge.
func (f *Field) Misfit(op hub.Operation, v any) (path, message string) {
	switch {
	case !slices.Contains(operations[f.Type], op):
		return "operation", fmt.Sprintf("the field %s of type %s cannot be asked for %s", f.Key, f.Type, op)
	case v == nil || slices.Contains(nearness, op) || slices.Contains(emptiness, op):
		return "", ""
	}
	if list, ok := v.([]any); ok && f.takesList(op) {
		for i, element := range list {
			if element != nil && !f.takes(op, element) {
				return hub.Path("value", i), f.misfit(element)
			}
		}
		return "", ""
	}
	if !f.takes(op, v) {
		return "value", f.misfit(v)
	}
	return "", ""
}

func (f *Field) misfit(v any) string {
	return fmt.Sprintf("the value is %s, but the field %s takes %s, so the term could never be true", describe(v), f.Key, f.wanted())
}

func (f *Field) takesList(op hub.Operation) bool {
	return op == hub.Between || slices.Contains(choice, op)
}

// takes says whether a value can be found in the field. An element of a LIST is text, a number or a boolean.
func (f *Field) takes(op hub.Operation, v any) bool {
	if f.Type != List {
		return f.Accepts(v)
	}
	_, isList := v.([]any)
	_, isObject := v.(map[string]any)
	return !isList && !isObject
}

// NormalFor is the value of a term that fits the field, in the form in which records hold it; see [Field.Normal].
func (f *Field) NormalFor(op hub.Operation, v any) any {
	list, ok := v.([]any)
	if !ok || !f.takesList(op) {
		return f.Normal(v)
	}
	out := make([]any, len(list))
	for i, element := range list {
		out[i] = f.Normal(element)
	}
	return out
}
