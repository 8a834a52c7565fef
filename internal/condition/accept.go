package condition

import (
	"fmt"
	"slices"
	"strconv"
)

// The functions of this file read the value of a term as its operation wants it. The paths of their faults lead from the value:
// empty, or the place in a list.

// acceptAny takes a scalar, nil or a list of these.
func acceptAny(t *term, v any) *CompileError {
	want := read(v)
	if want.kind == other || want.kind == object {
		return unsupported("", "the value", v)
	}
	size := len(want.text)
	for i, element := range want.list() {
		e := read(element)
		if e.kind == other || e.kind == list || e.kind == object {
			return unsupported(strconv.Itoa(i), "this element", element)
		}
		size += 1 + len(e.text)
	}
	if size > MaxValue {
		return fault("", CodeValueTooLarge, "the value has %d bytes and at most %d are allowed", size, MaxValue)
	}
	if want.kind == list {
		want.raw = slices.Clone(want.list()) // the caller may go on using its own
	}
	t.shown = show(want)
	if t.want = want; t.kind == Instant {
		t.want = want.moment()
	}
	return nil
}

func unsupported(path, what string, v any) *CompileError {
	kind := "an object"
	if _, isList := v.([]any); isList {
		kind = "a list"
	}
	return fault(path, CodeValueUnsupported, "%s is %s, which cannot be compared: use a text, a number, true or false, null, or a list of these", what, kind)
}

// acceptList takes a list that is not empty.
func acceptList(t *term, v any) *CompileError {
	if f := acceptAny(t, v); f != nil {
		return f
	}
	if t.want.kind != list || len(t.want.list()) == 0 {
		return fault("", CodeValueMissing, "%s needs a list of one value or more", t.operation)
	}
	for _, element := range t.want.list() {
		t.any = append(t.any, t.read(element))
	}
	return nil
}

// acceptPart takes what a text or a list can contain.
func acceptPart(t *term, v any) *CompileError {
	if f := acceptAny(t, v); f != nil {
		return f
	}
	switch t.want.kind {
	case list:
		return fault("", CodeValueUnsupported, "%s takes one value, not a list: use a group of terms", t.operation)
	case null:
		return fault("", CodeValueMissing, "%s needs a value: give a text, or use IS_EMPTY", t.operation)
	case text, instant:
		return acceptText(t, v)
	}
	return nil
}

// acceptText takes a text that is not empty.
func acceptText(t *term, v any) *CompileError {
	if f := acceptAny(t, v); f != nil {
		return f
	}
	t.want = read(v)
	if t.want.kind != text || t.want.text == "" {
		return fault("", CodeValueMissing, "%s needs a text that is not empty", t.operation)
	}
	t.needle = newNeedle(t.want.text)
	return nil
}

func acceptNothing(t *term, v any) *CompileError {
	if v != nil {
		return fault("", CodeValueNotTaken, "%s takes no value: leave it out", t.operation)
	}
	return nil
}

// acceptOrdered takes a number or a timestamp.
func acceptOrdered(t *term, v any) *CompileError {
	if f := acceptAny(t, v); f != nil {
		return f
	}
	end, f := t.end(v, "")
	t.want = end
	return f
}

// end reads a number or a timestamp, by the kind of the term if it has one.
func (t *term) end(v any, path string) (value, *CompileError) {
	e := read(v)
	if e.kind == text {
		if e = e.moment(); e.kind == instant {
			t.kind = Instant
			return e, nil
		}
	}
	if _, isNumber := e.number(); isNumber && t.kind != Instant {
		return e, nil
	}
	wanted := "a number, or a timestamp with its offset such as 2026-09-17T14:00:34Z"
	if t.kind == Instant {
		wanted = "a timestamp with its offset, such as 2026-09-17T14:00:34Z"
	}
	return value{}, fault(path, CodeValueUnsupported, "%s needs %s", t.operation, wanted)
}

// acceptRange takes a list of two, the lower first.
func acceptRange(t *term, v any) *CompileError {
	if f := acceptAny(t, v); f != nil {
		return f
	}
	if t.want.kind != list || len(t.want.list()) != 2 {
		return fault("", CodeValueMissing, "BETWEEN needs a list of two values, the lower one first")
	}
	var ends [2]value
	for i, element := range t.want.list() {
		var f *CompileError
		if ends[i], f = t.end(element, strconv.Itoa(i)); f != nil {
			return f
		}
	}
	c, ok := order(ends[0], ends[1])
	if !ok {
		return fault("", CodeValueUnsupported, "BETWEEN needs two numbers or two timestamps, not one of each")
	}
	if c > 0 {
		return fault("", CodeRangeReversed, "the first value is higher than the second, so nothing could lie between them: turn them round")
	}
	t.want, t.high = ends[0], ends[1]
	return nil
}

// acceptDays takes a whole number of days.
func acceptDays(t *term, v any) *CompileError {
	days := read(v)
	if days.kind != integer || days.int < 1 || days.int > MaxDays {
		return fault("", CodeValueUnsupported, "%s needs a whole number of days between 1 and %s", t.operation, fmt.Sprint(MaxDays))
	}
	t.want, t.shown, t.kind, t.dated = days, days.int, Instant, true
	return nil
}
