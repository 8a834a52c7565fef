package condition_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/condition"
)

func TestCompileRefusesWhatCannotBeEvaluated(t *testing.T) {
	t.Parallel()
	good := is("f", 1)
	for _, c := range []struct {
		name    string
		mode    condition.Mode
		terms   []condition.Term
		index   int
		code    string
		message string // a part of it
	}{
		{"an unknown mode", "SOME", []condition.Term{good}, -1, condition.CodeModeUnknown, "NONE, ANY or ALL"},
		{"no mode", "", nil, -1, condition.CodeModeUnknown, "NONE, ANY or ALL"},
		{"any without terms", condition.Any, nil, -1, condition.CodeTermsMissing, "add one"},
		{"all without terms", condition.All, []condition.Term{}, -1, condition.CodeTermsMissing, "add one"},
		{"101 terms", condition.All, slices.Repeat([]condition.Term{good}, 101), -1, condition.CodeTermsTooMany, "101"},
		{"101 terms that are ignored", condition.None, slices.Repeat([]condition.Term{good}, 101), -1, condition.CodeTermsTooMany, "101"},
		{"a term without a field", condition.All, []condition.Term{good, is("", 1)}, 1, condition.CodeFieldEmpty, "name the field"},
		{"a field of white space", condition.All, []condition.Term{is(" \t", 1)}, 0, condition.CodeFieldEmpty, "name the field"},
		{"a field of 201 bytes", condition.All, []condition.Term{is(strings.Repeat("f", 201), 1)}, 0, condition.CodeFieldTooLong, "201"},
		{"an unknown operation", condition.Any, []condition.Term{good, good, {Field: "f", Operation: "LIKE"}}, 2,
			condition.CodeOperationUnknown, "EQUAL, NOT_EQUAL"},
		{"an object", condition.All, []condition.Term{is("f", map[string]any{})}, 0, condition.CodeValueUnsupported, "the value is an object, which cannot be compared"},
		{"a list in a list", condition.All, []condition.Term{is("f", []any{"a", []any{"b"}})}, 0, condition.CodeValueUnsupported, "element 1 of the value is a list, which"},
		{"an object in a list", condition.All, []condition.Term{is("f", []any{map[string]any{}})}, 0, condition.CodeValueUnsupported, "element 0 of the value is an object"},
		{"a text of 10,001 bytes", condition.All, []condition.Term{is("f", strings.Repeat("x", 10_001))}, 0, condition.CodeValueTooLarge, "10001"},
		{"a list of 10,001 nothings", condition.All, []condition.Term{is("f", make([]any, 10_001))}, 0, condition.CodeValueTooLarge, "10001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := condition.Compile(c.mode, c.terms)
			var e *condition.CompileError
			if p != nil || !errors.As(err, &e) {
				t.Fatalf("Compile = %v, %v; want a *CompileError", p, err)
			}
			if e.Index != c.index || e.Code != c.code || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %d %s %q, want %d %s … %q …", e.Index, e.Code, e.Message, c.index, c.code, c.message)
			}
		})
	}
}

func TestCompileAcceptsWhatJustFits(t *testing.T) {
	t.Parallel()
	long := is(strings.Repeat("f", condition.MaxField), strings.Repeat("x", condition.MaxValue))
	compile(t, condition.All, slices.Repeat([]condition.Term{long}, condition.MaxTerms)...)
	compile(t, condition.All, is("f", make([]any, condition.MaxValue)))
}

func TestACompileErrorNamesItsTerm(t *testing.T) {
	t.Parallel()
	_, err := condition.Compile(condition.All, []condition.Term{is("f", 1), is("", 1)})
	if err == nil || !strings.HasPrefix(err.Error(), "terms.1: ") {
		t.Errorf("error %v", err)
	}
}

func TestACompileErrorIsShortHoweverLongTheInput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("X", 100_000)
	for _, c := range []struct {
		mode condition.Mode
		term condition.Term
	}{
		{condition.Mode(long), is("f", 1)},
		{condition.All, condition.Term{Field: "f", Operation: condition.Operation(long)}},
		{condition.All, is(long, 1)},
		{condition.All, is("f", long)},
	} {
		_, err := condition.Compile(c.mode, []condition.Term{c.term})
		if err == nil || len(err.Error()) > 300 {
			t.Errorf("error of %.200v", err)
		}
	}
}
