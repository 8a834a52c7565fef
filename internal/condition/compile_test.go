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
		path    string
		code    string
		message string // a part of it
	}{
		{"an unknown mode", "SOME", []condition.Term{good}, "mode", condition.CodeModeUnknown, "NONE, ANY or ALL"},
		{"no mode", "", nil, "mode", condition.CodeModeUnknown, "NONE, ANY or ALL"},
		{"any without terms", condition.Any, nil, "", condition.CodeTermsMissing, "add one"},
		{"all without terms", condition.All, []condition.Term{}, "", condition.CodeTermsMissing, "add one"},
		{"101 terms", condition.All, slices.Repeat([]condition.Term{good}, 101), "", condition.CodeTermsTooMany, "101"},
		{"101 terms that are ignored", condition.None, slices.Repeat([]condition.Term{good}, 101), "", condition.CodeTermsTooMany, "101"},
		{"a term without a field", condition.All, []condition.Term{good, is("", 1)}, "terms.1.field", condition.CodeFieldEmpty, "name the field"},
		{"a field of white space", condition.All, []condition.Term{is(" \t", 1)}, "terms.0.field", condition.CodeFieldEmpty, "name the field"},
		{"a field of 201 bytes", condition.All, []condition.Term{is(strings.Repeat("f", 201), 1)}, "terms.0.field", condition.CodeFieldTooLong, "201"},
		{"an unknown operation", condition.Any, []condition.Term{good, good, {Field: "f", Operation: "LIKE"}}, "terms.2.operation",
			condition.CodeOperationUnknown, "NOT_EQUAL, STARTS_WITH"},
		{"an object", condition.All, []condition.Term{is("f", map[string]any{})}, "terms.0.value", condition.CodeValueUnsupported, "the value is an object, which cannot be compared"},
		{"a list in a list", condition.All, []condition.Term{is("f", []any{"a", []any{"b"}})}, "terms.0.value.1", condition.CodeValueUnsupported, "this element is a list, which"},
		{"an object in a list", condition.All, []condition.Term{is("f", []any{map[string]any{}})}, "terms.0.value.0", condition.CodeValueUnsupported, "this element is an object"},
		{"a text of 10,001 bytes", condition.All, []condition.Term{is("f", strings.Repeat("x", 10_001))}, "terms.0.value", condition.CodeValueTooLarge, "10001"},
		{"a list of 10,001 nothings", condition.All, []condition.Term{is("f", make([]any, 10_001))}, "terms.0.value", condition.CodeValueTooLarge, "10001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := condition.Compile(condition.Terms{Mode: c.mode, Terms: c.terms})
			var e *condition.CompileError
			if p != nil || !errors.As(err, &e) {
				t.Fatalf("Compile = %v, %v; want a *CompileError", p, err)
			}
			if e.Path != c.path || e.Code != c.code || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %s %s %q, want %s %s … %q …", e.Path, e.Code, e.Message, c.path, c.code, c.message)
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
	_, err := condition.Compile(condition.Terms{Mode: condition.All, Terms: []condition.Term{is("f", 1), is("", 1)}})
	if err == nil || !strings.HasPrefix(err.Error(), "terms.1.field: ") {
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
		_, err := condition.Compile(condition.Terms{Mode: c.mode, Terms: []condition.Term{c.term}})
		if err == nil || len(err.Error()) > 500 {
			t.Errorf("error of %.200v", err)
		}
	}
}
