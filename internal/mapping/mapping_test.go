package mapping_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

type row map[string]any

func (r row) Field(path string) (any, bool) {
	v, ok := r[path]
	return v, ok
}

func compile(t testing.TB, entries ...mapping.Entry) *mapping.Program {
	t.Helper()
	p, err := mapping.Compile(entries, mapping.Options{})
	if err != nil {
		t.Fatalf("Compile(%v): %v", entries, err)
	}
	return p
}

func TestFieldsFillThePositionsInOrder(t *testing.T) {
	t.Parallel()
	p := compile(t, mapping.Entry{Field: "description", Position: 2}, mapping.Entry{Field: "wo_folio", Position: 1},
		mapping.Entry{Field: "wo_folio", Position: 3})
	texts, problems := p.Apply(row{"wo_folio": "OT-1496", "description": "Grease bearing", "other": 1}, nil)
	if !slices.Equal(texts, []string{"OT-1496", "Grease bearing", "OT-1496"}) || len(problems) != 0 {
		t.Errorf("Apply = %q, %v", texts, problems)
	}
	if p.Len() != 3 || !slices.Equal(p.Fields(), []string{"wo_folio", "description", "wo_folio"}) {
		t.Errorf("Len %d, Fields %v", p.Len(), p.Fields())
	}
}

func TestAMappingWithoutEntriesYieldsNothing(t *testing.T) {
	t.Parallel()
	texts, problems := compile(t).Apply(row{"a": 1}, nil)
	if len(texts) != 0 || len(problems) != 0 {
		t.Errorf("Apply = %q, %v", texts, problems)
	}
}

func TestWhatARowLacksIsAProblemOfItsPosition(t *testing.T) {
	t.Parallel()
	fields := []string{"good", "missing", "null", "blank", "no_elements", "object", "last"}
	entries := make([]mapping.Entry, len(fields))
	for i, f := range fields {
		entries[i] = mapping.Entry{Field: f, Position: i + 1}
	}
	texts, problems := compile(t, entries...).Apply(row{"good": "a", "null": nil, "blank": " \t\n",
		"no_elements": []any{nil}, "object": map[string]any{"secret": "x"}, "last": "z"}, nil)
	if !slices.Equal(texts, []string{"a", "", "", "", "", "", "z"}) {
		t.Errorf("texts %q: positions shift", texts)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %s %s", p.Position, p.Field, p.Code))
		if p.Message == "" {
			t.Errorf("%s has no message", p.Field)
		}
	}
	want := []string{"2 missing MISSING", "3 null EMPTY", "4 blank EMPTY", "5 no_elements EMPTY", "6 object NOT_TEXT"}
	if !slices.Equal(got, want) {
		t.Errorf("problems %q, want %q", got, want)
	}
}

func TestApplyUsesTheBufferItIsGiven(t *testing.T) {
	p := compile(t, mapping.Entry{Field: "a", Position: 1}, mapping.Entry{Field: "b", Position: 2})
	buf := []string{"old", "old", "old"}
	texts, _ := p.Apply(row{"a": "1", "b": "2"}, buf)
	if !slices.Equal(texts, []string{"1", "2"}) || &texts[0] != &buf[0] {
		t.Errorf("texts %q in another buffer", texts)
	}
	r := row{"a": "1", "b": "2"}
	if n := testing.AllocsPerRun(100, func() { buf, _ = p.Apply(r, buf) }); n != 0 {
		t.Errorf("a row of texts allocates %v times", n)
	}
}

func TestCompileRefusesAMappingThatCannotBeApplied(t *testing.T) {
	t.Parallel()
	at := func(positions ...int) []mapping.Entry {
		entries := make([]mapping.Entry, len(positions))
		for i, p := range positions {
			entries[i] = mapping.Entry{Field: "f", Position: p}
		}
		return entries
	}
	for _, c := range []struct {
		name    string
		entries []mapping.Entry
		index   int
		code    string
		path    string
		message string // a part of it
	}{
		{"position 0", at(1, 0), 1, mapping.CodePositionInvalid, "1.position", "count from 1"},
		{"a negative position", at(-3), 0, mapping.CodePositionInvalid, "0.position", "count from 1"},
		{"a position taken twice", at(1, 2, 1), 2, mapping.CodePositionDuplicate, "2.position", "entry 0"},
		{"a gap", at(1, 5, 3), 2, mapping.CodePositionGap, "2.position", "position 2 is missing before 3"},
		{"a first position that is not 1", at(2), 0, mapping.CodePositionGap, "0.position", "position 1 is missing before 2"},
		{"an empty field", []mapping.Entry{{Field: " ", Position: 1}}, 0, mapping.CodeFieldEmpty, "0.field", "name the field"},
		{"a field of 201 bytes", []mapping.Entry{{Field: strings.Repeat("f", 201), Position: 1}}, 0, mapping.CodeFieldTooLong, "0.field", "201"},
		{"101 entries", at(make([]int, 101)...), -1, mapping.CodeEntriesTooMany, "", "101"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := mapping.Compile(c.entries, mapping.Options{})
			var e *mapping.CompileError
			if p != nil || !errors.As(err, &e) {
				t.Fatalf("Compile = %v, %v; want a *CompileError", p, err)
			}
			if e.Index != c.index || e.Code != c.code || e.Path != c.path || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %+v, want %d %s %s … %q …", e, c.index, c.code, c.path, c.message)
			}
			if want := strings.TrimSuffix("mapping."+c.path, ".") + ": "; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error %q does not begin with %q", err, want)
			}
		})
	}
}

func TestCompileAcceptsTheMostEntriesInReverse(t *testing.T) {
	t.Parallel()
	entries := make([]mapping.Entry, mapping.MaxEntries)
	for i := range entries {
		entries[i] = mapping.Entry{Field: fmt.Sprint("f", mapping.MaxEntries-i), Position: mapping.MaxEntries - i}
	}
	fields := compile(t, entries...).Fields()
	if fields[0] != "f1" || fields[99] != "f100" {
		t.Errorf("first %s, last %s", fields[0], fields[99])
	}
}

// A work-order task has some 87 fields; the template of the assignment message takes 7.
func BenchmarkSevenOfEightySevenFields(b *testing.B) {
	r := row{}
	for i := range 87 {
		r[fmt.Sprint("field_", i)] = fmt.Sprint("value ", i)
	}
	r["field_30"], r["field_70"] = int64(1496), 12.5
	var entries []mapping.Entry
	for i := range 7 {
		entries = append(entries, mapping.Entry{Field: fmt.Sprint("field_", 10*(i+1)), Position: i + 1})
	}
	p := compile(b, entries...)
	var texts []string
	var problems []mapping.Problem
	b.ReportAllocs()
	for b.Loop() {
		texts, problems = p.Apply(r, texts)
	}
	if len(texts) != 7 || len(problems) != 0 || texts[2] != "1496" {
		b.Fatalf("Apply = %q, %v", texts, problems)
	}
}
