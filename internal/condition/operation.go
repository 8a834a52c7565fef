package condition

import (
	"maps"
	"slices"
	"strings"
)

// Operation is the comparison that a term makes.
type Operation string

// The operations.
const (
	Equal    Operation = "EQUAL"     // is equal to; with nil: is empty
	NotEqual Operation = "NOT_EQUAL" // is not equal to; with nil: is not empty
)

// A test says whether a term holds for what the row has; present is false if the
// row has no such field.
type test func(got value, present bool, want value) bool

// A new operation is a row here and a constant above.
var operations = map[Operation]test{
	Equal:    isEqual,
	NotEqual: func(got value, present bool, want value) bool { return !isEqual(got, present, want) },
}

func isEqual(got value, present bool, want value) bool {
	if !present {
		return false
	}
	if want.kind == null {
		return got.empty()
	}
	return same(got, want)
}

// knownOperations lists the operations for messages, sorted so that a message never varies.
func knownOperations() string {
	names := slices.Sorted(maps.Keys(operations))
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
