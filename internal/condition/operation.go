package condition

import (
	"maps"
	"slices"
	"strings"
)

// Operation is the comparison that a term makes.
type Operation string

// The operations. Which of them fit a field is for the catalogue to say.
const (
	Equal    Operation = "EQUAL"     // is equal to; with nil: is empty
	NotEqual Operation = "NOT_EQUAL" // is not equal to; with nil: is not empty

	IsAnyOf  Operation = "IS_ANY_OF"  // is equal to one of a list
	IsNoneOf Operation = "IS_NONE_OF" // is equal to none of a list

	Contains       Operation = "CONTAINS"         // the text has this part, or the list this element, in any case of letters
	DoesNotContain Operation = "DOES_NOT_CONTAIN" // the opposite
	StartsWith     Operation = "STARTS_WITH"      // the text begins with this, in any case of letters

	IsEmpty    Operation = "IS_EMPTY"     // holds nothing; takes no value
	IsNotEmpty Operation = "IS_NOT_EMPTY" // holds something; takes no value

	Greater        Operation = "GREATER"          // a greater number, or a later moment
	GreaterOrEqual Operation = "GREATER_OR_EQUAL" // that or the same
	Less           Operation = "LESS"             // a smaller number, or an earlier moment
	LessOrEqual    Operation = "LESS_OR_EQUAL"    // that or the same
	Between        Operation = "BETWEEN"          // from the first of two to the second, both included

	WithinNextDays Operation = "WITHIN_NEXT_DAYS" // a moment from now to so many times 24 hours ahead
	WithinLastDays Operation = "WITHIN_LAST_DAYS" // a moment from so many times 24 hours ago to now

	Changed     Operation = "CHANGED"      // is not what it was before; takes no value
	ChangedTo   Operation = "CHANGED_TO"   // was something else before and is this now; nil: became empty
	ChangedFrom Operation = "CHANGED_FROM" // was this before and is something else now; nil: was empty
)

// A test says whether a term holds for what the row has; present is false if the row has no such field, now is the moment in
// seconds since 1970 UTC. All are handed over by value: a pointer would make the caller allocate.
type test func(t *term, got value, present bool, now int64) bool

// A comparison is a test that asks what was before too.
type comparison func(t *term, got, was value) bool

// rule is an operation: how its value is read and how it is asked.
type rule struct {
	accept  func(*term, any) *CompileError
	test    test
	compare comparison // instead of test
}

// A new operation is a row here and a constant above.
var operations = map[Operation]rule{
	Equal:          {accept: acceptAny, test: isEqual},
	NotEqual:       {accept: acceptAny, test: not(isEqual)},
	IsAnyOf:        {accept: acceptList, test: isAnyOf},
	IsNoneOf:       {accept: acceptList, test: not(isAnyOf)},
	Contains:       {accept: acceptPart, test: contains},
	DoesNotContain: {accept: acceptPart, test: not(contains)},
	StartsWith:     {accept: acceptText, test: startsWith},
	IsEmpty:        {accept: acceptNothing, test: isEmpty},
	IsNotEmpty:     {accept: acceptNothing, test: not(isEmpty)},
	Greater:        {accept: acceptOrdered, test: ordered(func(c int) bool { return c > 0 })},
	GreaterOrEqual: {accept: acceptOrdered, test: ordered(func(c int) bool { return c >= 0 })},
	Less:           {accept: acceptOrdered, test: ordered(func(c int) bool { return c < 0 })},
	LessOrEqual:    {accept: acceptOrdered, test: ordered(func(c int) bool { return c <= 0 })},
	Between:        {accept: acceptRange, test: isBetween},
	WithinNextDays: {accept: acceptDays, test: isWithinNext},
	WithinLastDays: {accept: acceptDays, test: isWithinLast},
	Changed:        {accept: acceptNothing, compare: isChanged},
	ChangedTo:      {accept: acceptAny, compare: isChangedTo},
	ChangedFrom:    {accept: acceptAny, compare: isChangedFrom},
}

// AsksBefore says whether the operation asks what was before.
func (o Operation) AsksBefore() bool { return operations[o].compare != nil }

func not(holds test) test {
	return func(t *term, got value, present bool, now int64) bool {
		return !holds(t, got, present, now)
	}
}

func isEqual(t *term, got value, present bool, _ int64) bool {
	return present && equal(got, t.want)
}

// equal is same, with nothing for whatever is empty.
func equal(got, want value) bool {
	if want.kind == null {
		return got.empty()
	}
	return same(got, want)
}

func isAnyOf(t *term, got value, _ bool, _ int64) bool {
	for i := range t.any {
		if equal(got, t.any[i]) {
			return true
		}
	}
	return false
}

func isEmpty(_ *term, got value, present bool, _ int64) bool {
	return !present || got.empty()
}

func ordered(holds func(int) bool) test {
	return func(t *term, got value, _ bool, _ int64) bool {
		c, ok := order(got, t.want)
		return ok && holds(c)
	}
}

func isBetween(t *term, got value, _ bool, _ int64) bool {
	low, ok := order(got, t.want)
	if !ok || low < 0 {
		return false
	}
	high, ok := order(got, t.high)
	return ok && high <= 0
}

const day = 24 * 60 * 60 // seconds

func isWithinNext(t *term, got value, _ bool, now int64) bool {
	return within(got, now, now+t.want.int*day)
}

func isWithinLast(t *term, got value, _ bool, now int64) bool {
	return within(got, now-t.want.int*day, now)
}

// within says whether a moment lies between two others, which count in whole seconds.
func within(got value, from, to int64) bool {
	return got.kind == instant && got.int >= from && (got.int < to || got.int == to && got.nano == 0)
}

func isChanged(_ *term, got, was value) bool { return !unchanged(got, was) }

func isChangedTo(t *term, got, was value) bool { return equal(got, t.want) && !unchanged(got, was) }

func isChangedFrom(t *term, got, was value) bool { return equal(was, t.want) && !unchanged(got, was) }

// knownOperations lists the operations for messages, sorted so that a message never varies.
func knownOperations() string {
	names := slices.Sorted(maps.Keys(operations))
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
