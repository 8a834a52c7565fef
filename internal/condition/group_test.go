package condition_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/condition"
)

func TestGroupsCountAsOneTermEach(t *testing.T) {
	t.Parallel()
	yes, no := is("f", 1), is("f", 2)
	group := func(mode condition.Mode, terms ...condition.Term) condition.Terms {
		return condition.Terms{Mode: mode, Terms: terms}
	}
	for _, c := range []struct {
		name  string
		terms condition.Terms
		want  bool
	}{
		{"any of two groups, one of which is true", condition.Terms{Mode: condition.Any, Groups: []condition.Terms{group(condition.All, yes, no), group(condition.Any, no, yes)}}, true},
		{"all of two groups, one of which is false", condition.Terms{Mode: condition.All, Groups: []condition.Terms{group(condition.All, yes, no), group(condition.Any, no, yes)}}, false},
		{"a term and a group", condition.Terms{Mode: condition.All, Terms: []condition.Term{yes}, Groups: []condition.Terms{group(condition.Any, no, yes)}}, true},
		{"a false term and a true group", condition.Terms{Mode: condition.All, Terms: []condition.Term{no}, Groups: []condition.Terms{group(condition.Any, yes)}}, false},
		{"a group in a group", condition.Terms{Mode: condition.All, Groups: []condition.Terms{{Mode: condition.Any, Terms: []condition.Term{no}, Groups: []condition.Terms{group(condition.All, yes, yes)}}}}, true},
		{"without conditions groups are ignored", condition.Terms{Mode: condition.None, Groups: []condition.Terms{group(condition.All, no), {}}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := condition.Compile(c.terms)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match(row{"f": 1}, noon); got != c.want {
				t.Errorf("it is %v", got)
			}
			checkAgreement(t, p, row{"f": 1}, noon)
		})
	}
}

// nested is a term within so many levels of groups.
func nested(levels int) condition.Terms {
	terms := condition.Terms{Mode: condition.All, Terms: []condition.Term{is("f", 1)}}
	for range levels - 1 {
		terms = condition.Terms{Mode: condition.All, Groups: []condition.Terms{terms}}
	}
	return terms
}

func TestGroupsThatCannotBeAskedAreNamedWithTheirPath(t *testing.T) {
	t.Parallel()
	half := condition.Terms{Mode: condition.All, Terms: slices.Repeat([]condition.Term{is("f", 1)}, 51)}
	for _, c := range []struct {
		name       string
		terms      condition.Terms
		path, code string
	}{
		{"five levels", nested(5), "groups.0.groups.0.groups.0.groups.0", condition.CodeGroupsTooDeep},
		{"ten thousand levels", nested(10_000), "groups.0.groups.0.groups.0.groups.0", condition.CodeGroupsTooDeep},
		{"101 terms in two groups", condition.Terms{Mode: condition.Any, Groups: []condition.Terms{half, half}}, "groups.1", condition.CodeTermsTooMany},
		{"101 groups", condition.Terms{Mode: condition.Any, Groups: make([]condition.Terms, 101)}, "", condition.CodeGroupsTooMany},
		{"101 groups that are ignored", condition.Terms{Mode: condition.None, Groups: make([]condition.Terms, 101)}, "", condition.CodeGroupsTooMany},
		{"an empty group", condition.Terms{Mode: condition.Any, Terms: []condition.Term{is("f", 1)}, Groups: []condition.Terms{{Mode: condition.All}}}, "groups.0", condition.CodeTermsMissing},
		{"a group without conditions", condition.Terms{Mode: condition.Any, Groups: []condition.Terms{nested(1), {Mode: condition.None}}}, "groups.1.mode", condition.CodeModeNested},
		{"a group of an unknown mode", condition.Terms{Mode: condition.Any, Groups: []condition.Terms{{Mode: "SOME"}}}, "groups.0.mode", condition.CodeModeUnknown},
		{"a value in a group", condition.Terms{Mode: condition.All, Groups: []condition.Terms{{Mode: condition.All, Terms: []condition.Term{is("f", 1), is("f", 1), is("f", map[string]any{})}}}},
			"groups.0.terms.2.value", condition.CodeValueUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := condition.Compile(c.terms)
			faults := condition.Faults(err)
			if len(faults) != 1 || faults[0].Path != c.path || faults[0].Code != c.code {
				t.Errorf("the faults are %v, want %s at %s", faults, c.code, c.path)
			}
		})
	}
	if p, err := condition.Compile(nested(condition.MaxDepth)); err != nil || !p.Match(row{"f": 1}, noon) {
		t.Errorf("the most levels that there can be: %v", err)
	}
}

func TestEveryFaultIsNamed(t *testing.T) {
	t.Parallel()
	_, err := condition.Compile(condition.Terms{Mode: condition.All, Terms: []condition.Term{is("", 1), is("f", 1), {Field: "f", Operation: "LIKE"}},
		Groups: []condition.Terms{{Mode: condition.Any}}})
	var paths []string
	for _, f := range condition.Faults(err) {
		paths = append(paths, f.Path)
	}
	if got := strings.Join(paths, " "); got != "terms.0.field terms.2.operation groups.0" {
		t.Errorf("the faults are at %s", got)
	}
	var one *condition.CompileError
	if !errors.As(err, &one) || one.Path != "terms.0.field" {
		t.Errorf("the first of them is %v", one)
	}
}

func TestAValueThatAnOperationCannotTakeIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op    condition.Operation
		kind  condition.Kind
		value any
		path  string
		code  string
	}{
		{condition.IsAnyOf, condition.Plain, []any{}, "value", condition.CodeValueMissing},
		{condition.IsAnyOf, condition.Plain, "a", "value", condition.CodeValueMissing},
		{condition.IsNoneOf, condition.Plain, []any{[]any{}}, "value.0", condition.CodeValueUnsupported},
		{condition.Contains, condition.Plain, "", "value", condition.CodeValueMissing},
		{condition.Contains, condition.Plain, nil, "value", condition.CodeValueMissing},
		{condition.Contains, condition.Plain, []any{"a"}, "value", condition.CodeValueUnsupported},
		{condition.StartsWith, condition.Plain, 7, "value", condition.CodeValueMissing},
		{condition.IsEmpty, condition.Plain, false, "value", condition.CodeValueNotTaken},
		{condition.Changed, condition.Plain, "a", "value", condition.CodeValueNotTaken},
		{condition.Greater, condition.Plain, "seven", "value", condition.CodeValueUnsupported},
		{condition.Greater, condition.Plain, nil, "value", condition.CodeValueUnsupported},
		{condition.Less, condition.Instant, 7, "value", condition.CodeValueUnsupported},
		{condition.Less, condition.Instant, "2026-11-22", "value", condition.CodeValueUnsupported},
		{condition.Between, condition.Plain, []any{5, 1}, "value", condition.CodeRangeReversed},
		{condition.Between, condition.Plain, []any{1}, "value", condition.CodeValueMissing},
		{condition.Between, condition.Plain, 1, "value", condition.CodeValueMissing},
		{condition.Between, condition.Plain, []any{1, "2"}, "value.1", condition.CodeValueUnsupported},
		{condition.Between, condition.Plain, []any{1, "2026-01-01T00:00:00Z"}, "value", condition.CodeValueUnsupported},
		{condition.Between, condition.Instant, []any{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00"}, "value", condition.CodeRangeReversed},
		{condition.WithinNextDays, condition.Instant, -1, "value", condition.CodeValueUnsupported},
		{condition.WithinNextDays, condition.Instant, 0, "value", condition.CodeValueUnsupported},
		{condition.WithinNextDays, condition.Instant, 1.5, "value", condition.CodeValueUnsupported},
		{condition.WithinLastDays, condition.Instant, 36_501, "value", condition.CodeValueUnsupported},
		{condition.WithinLastDays, condition.Instant, "7", "value", condition.CodeValueUnsupported},
	} {
		t.Run(fmt.Sprintf("%s %v", c.op, c.value), func(t *testing.T) {
			t.Parallel()
			_, err := condition.Compile(condition.Terms{Mode: condition.All, Terms: []condition.Term{{Field: "f", Operation: c.op, Value: c.value, Kind: c.kind}}})
			if faults := condition.Faults(err); len(faults) != 1 || faults[0].Path != "terms.0."+c.path || faults[0].Code != c.code {
				t.Errorf("the faults are %v", faults)
			}
		})
	}
}

func TestWhyNamesNoMoreThanWhatDecided(t *testing.T) {
	t.Parallel()
	yes, no := is("f", 1), is("f", 2)
	for _, c := range []struct {
		name  string
		terms condition.Terms
		want  string
	}{
		{"all, of which one is false: that one", condition.Terms{Mode: condition.All, Terms: []condition.Term{yes, no, no}}, "terms.1"},
		{"all that are true: all", condition.Terms{Mode: condition.All, Terms: []condition.Term{yes, yes}}, "terms.0 terms.1"},
		{"any, of which one is true: that one", condition.Terms{Mode: condition.Any, Terms: []condition.Term{no, yes, yes}}, "terms.1"},
		{"any that are false: all", condition.Terms{Mode: condition.Any, Terms: []condition.Term{no, no}}, "terms.0 terms.1"},
		{"a false group in all: what decided in it", condition.Terms{Mode: condition.All, Terms: []condition.Term{yes}, Groups: []condition.Terms{
			{Mode: condition.Any, Terms: []condition.Term{no, yes}}, {Mode: condition.Any, Terms: []condition.Term{no, no}}}}, "groups.1.terms.0 groups.1.terms.1"},
		{"groups of which none decides: what decided in each", condition.Terms{Mode: condition.Any, Terms: []condition.Term{no}, Groups: []condition.Terms{
			{Mode: condition.All, Terms: []condition.Term{yes, no}}, {Mode: condition.All, Terms: []condition.Term{no}}}}, "terms.0 groups.0.terms.1 groups.1.terms.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := condition.Compile(c.terms)
			if err != nil {
				t.Fatal(err)
			}
			_, trace := p.Why(row{"f": 1}, noon)
			var paths []string
			for _, v := range trace {
				paths = append(paths, v.Path)
			}
			if got := strings.Join(paths, " "); got != c.want {
				t.Errorf("it names %s, want %s", got, c.want)
			}
			checkAgreement(t, p, row{"f": 1}, noon)
		})
	}
}
