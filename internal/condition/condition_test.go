package condition_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/recado-hub/recado/internal/condition"
)

type row map[string]any

func (r row) Field(path string) (any, bool) {
	v, ok := r[path]
	return v, ok
}

// undated is for terms that ask for no moment and nothing before.
var undated condition.Moment

func compile(t testing.TB, mode condition.Mode, terms ...condition.Term) *condition.Program {
	t.Helper()
	p, err := condition.Compile(condition.Terms{Mode: mode, Terms: terms})
	if err != nil {
		t.Fatalf("Compile(%s, %v): %v", mode, terms, err)
	}
	return p
}

func is(field string, value any) condition.Term {
	return condition.Term{Field: field, Operation: condition.Equal, Value: value}
}

func isNot(field string, value any) condition.Term {
	return condition.Term{Field: field, Operation: condition.NotEqual, Value: value}
}

// uncomparable is a Go type that no decoder of JSON makes; comparing two with == panics.
type uncomparable []int

func TestEqualComparesByKindAndValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		got, want any
		equal     bool
	}{
		{"the same text", "Jonas Campos", "Jonas Campos", true},
		{"another case of letters differs", "jonas campos", "Jonas Campos", false},
		{"a space at the end differs", "Jonas Campos ", "Jonas Campos", false},
		{"a composed letter differs from a decomposed one", "Jo\u00e3o", "Joa\u0303o", false},
		{"an int and a float of the same value", int64(7), 7.0, true},
		{"a decoded number and an int", json.Number("7"), 7, true},
		{"a decoded number with zeros after its point and an int", json.Number("7.00"), 7, true},
		{"a decoded number with an exponent and an int", json.Number("7e2"), int32(700), true},
		{"two floats", 12.5, json.Number("12.50"), true},
		{"a float32 that a float64 can hold", float32(0.5), 0.5, true},
		{"an unsigned int", uint16(7), 7, true},
		{"unsigned beyond int64 and the same as a float", uint64(1 << 63), float64(1 << 63), true},
		{"other numbers differ", 7, 8, false},
		{"a fraction differs from its whole part", 7.5, 7, false},
		{"zero and minus zero", 0, math.Copysign(0, -1), true},
		{"neighbours that float64 cannot tell apart", int64(9007199254740993), int64(9007199254740992), false},
		{"a large decoded number with zeros after its point", json.Number("9007199254740993.0"), int64(9007199254740993), true},
		{"a text is no number", "7", 7, false},
		{"a number is no text", 7, "7", false},
		{"a text is no bool", "true", true, false},
		{"a number is no bool", 1, true, false},
		{"true is true", true, true, true},
		{"false is not true", false, true, false},
		{"not a number equals nothing", math.NaN(), 0, false},
		{"infinity equals nothing", math.Inf(1), json.Number("1e308"), false},
		{"a decoded number beyond float64 equals nothing", json.Number("1e999"), json.Number("1e308"), false},
		{"a number that is none equals nothing", json.Number("0x10"), 16, false},
		{"lists with equal elements", []any{"a", 1}, []any{"a", 1.0}, true},
		{"lists in another order differ", []any{"a", "b"}, []any{"b", "a"}, false},
		{"a longer list differs", []any{"a", "b"}, []any{"a"}, false},
		{"a list is none of its elements", []any{"a"}, "a", false},
		{"a list within a list equals nothing", []any{[]any{"a"}}, []any{"a"}, false},
		{"an object equals nothing", map[string]any{"a": 1}, "a", false},
		{"an unknown Go type equals nothing and does not panic", uncomparable{}, "a", false},
		{"nothing is empty", nil, nil, true},
		{"no text is empty", "", nil, true},
		{"no elements are empty", []any{}, nil, true},
		{"a space is not empty", " ", nil, false},
		{"zero is not empty", 0, nil, false},
		{"false is not empty", false, nil, false},
		{"an object is not empty", map[string]any{}, nil, false},
		{"nothing is not the empty text", nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := row{"f": c.got}
			if got := compile(t, condition.All, is("f", c.want)).Match(r, undated); got != c.equal {
				t.Errorf("%#v EQUAL %#v = %v, want %v", c.got, c.want, got, c.equal)
			}
			if got := compile(t, condition.All, isNot("f", c.want)).Match(r, undated); got != !c.equal {
				t.Errorf("%#v NOT_EQUAL %#v = %v, want %v", c.got, c.want, got, !c.equal)
			}
		})
	}
}

func TestEveryGoNumberOfTheSameValueIsTheSame(t *testing.T) {
	t.Parallel()
	all := []any{7, int8(7), int16(7), int32(7), int64(7), uint(7), uint8(7), uint16(7), uint32(7), uint64(7),
		float32(7), float64(7), json.Number("7"), json.Number("7.0"), json.Number("0.7e1")}
	for _, want := range all {
		p := compile(t, condition.All, is("f", want))
		for _, got := range all {
			if !p.Match(row{"f": got}, undated) {
				t.Errorf("%T %v EQUAL %T %v is false", got, got, want, want)
			}
		}
	}
}

func TestAMissingFieldIsNeitherEqualNorEmpty(t *testing.T) {
	t.Parallel()
	for _, want := range []any{"a", 7, true, nil, []any{"a"}} {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			t.Parallel()
			equal, trace := compile(t, condition.All, is("f", want)).Eval(row{}, undated)
			if equal != condition.No || trace[0].Present {
				t.Errorf("EQUAL %v of a missing field: %v, trace %+v", want, equal, trace)
			}
			different, trace := compile(t, condition.All, isNot("f", want)).Eval(row{}, undated)
			if different != condition.Yes || trace[0].Present {
				t.Errorf("NOT_EQUAL %v of a missing field: %v, trace %+v", want, different, trace)
			}
		})
	}
}

func TestTheModeJoinsTheVerdicts(t *testing.T) {
	t.Parallel()
	yes, no := is("f", 1), is("f", 2)
	for _, c := range []struct {
		name  string
		mode  condition.Mode
		terms []condition.Term
		want  bool
	}{
		{"none without terms", condition.None, nil, true},
		{"none ignores terms that are false", condition.None, []condition.Term{no}, true},
		{"none ignores terms that are half written", condition.None, []condition.Term{{}}, true},
		{"any with one true of two", condition.Any, []condition.Term{no, yes}, true},
		{"any with none true", condition.Any, []condition.Term{no, no}, false},
		{"all with all true", condition.All, []condition.Term{yes, yes}, true},
		{"all with one false", condition.All, []condition.Term{yes, no}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, c.mode, c.terms...)
			if got := p.Match(row{"f": 1}, undated); got != c.want {
				t.Errorf("Match = %v, want %v", got, c.want)
			}
			if got, _ := p.Eval(row{"f": 1}, undated); (got == condition.Yes) != c.want {
				t.Errorf("Eval = %v, want %v", got, c.want)
			}
		})
	}
}

func TestFieldsAreNamedOnceInOrderOfFirstUse(t *testing.T) {
	t.Parallel()
	p := compile(t, condition.Any, is("b", 1), is("a", 1), isNot("b", 2))
	fields := p.Fields()
	if !slices.Equal(fields, []string{"b", "a"}) {
		t.Fatalf("Fields = %v", fields)
	}
	fields[0] = "changed"
	if got := p.Fields()[0]; got != "b" {
		t.Errorf("the caller's change reached the program: %q", got)
	}
	if got := compile(t, condition.None, is("a", 1)).Fields(); len(got) != 0 {
		t.Errorf("NONE reads %v, want nothing", got)
	}
}

func TestAProgramDoesNotSeeWhatItsCallerChangesLater(t *testing.T) {
	t.Parallel()
	list := []any{"a"}
	p := compile(t, condition.All, is("f", list))
	list[0] = "b"
	if !p.Match(row{"f": []any{"a"}}, undated) {
		t.Error("the program compares with the changed list")
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	p := compile(t, condition.All, is("text", "a"), is("number", json.Number("1.5")),
		is("whole", 7), is("list", []any{"a", 1}), isNot("missing", 1), is("empty", nil))
	r := row{"text": "a", "number": json.Number("1.50"), "whole": json.Number("7"), "list": []any{"a", 1.0}, "empty": ""}
	if !p.Match(r, undated) {
		t.Fatal("the row was to match, or the terms are not all evaluated")
	}
	if n := testing.AllocsPerRun(100, func() { p.Match(r, undated) }); n != 0 {
		t.Errorf("Match allocates %v times", n)
	}
}
