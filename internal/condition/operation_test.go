package condition_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/condition"
)

// noon is the moment of the tests, at which a row is asked.
var noon = condition.Moment{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}

func labels(names ...string) []any {
	list := []any{}
	for _, name := range names {
		list = append(list, map[string]any{"description": name, "color": "#ff0000", "enabled": true})
	}
	return list
}

// holds asks one term of a row that has the field f.
func holds(t *testing.T, kind condition.Kind, op condition.Operation, got, want any) bool {
	t.Helper()
	p := compile(t, condition.All, condition.Term{Field: "f", Operation: op, Value: want, Kind: kind})
	return p.Match(row{"f": got}, noon)
}

func TestAnOperationHoldsForWhatItSays(t *testing.T) {
	t.Parallel()
	const plain, instant = condition.Plain, condition.Instant
	for _, c := range []struct {
		name      string
		kind      condition.Kind
		op        condition.Operation
		got, want any
		holds     bool
	}{
		{"one of several texts", plain, condition.IsAnyOf, "b", []any{"a", "b"}, true},
		{"none of several texts", plain, condition.IsAnyOf, "c", []any{"a", "b"}, false},
		{"a text in another case is none of them", plain, condition.IsAnyOf, "B", []any{"a", "b"}, false},
		{"a number among numbers", plain, condition.IsAnyOf, json.Number("2.0"), []any{1, 2}, true},
		{"a number is none of several texts", plain, condition.IsAnyOf, 2, []any{"1", "2"}, false},
		{"nothing where the list has null", plain, condition.IsAnyOf, "", []any{"a", nil}, true},
		{"a moment among moments, however written", instant, condition.IsAnyOf, "2026-11-22T09:00:00-03", []any{"2026-11-22T12:00:00Z"}, true},

		{"a part of a text", plain, condition.Contains, "Feed pump { PMP-014 }", "PUMP {", true},
		{"a text contains itself", plain, condition.Contains, "pump", "PUMP", true},
		{"a longer text is no part", plain, condition.Contains, "pump", "pumps", false},
		{"a part with accents in another case", plain, condition.Contains, "MANUTENÇÃO ELÉTRICA", "ção elé", true},
		{"the Kelvin sign is a k", plain, condition.Contains, "300 \u212a", "300 k", true},
		{"ß is not ss: simple folding", plain, condition.Contains, "STRASSE", "straße", false},
		{"a part that begins anew where it failed", plain, condition.Contains, "aabaabaaab", "aabaaab", true},
		{"a number contains nothing", plain, condition.Contains, 1234, "23", false},
		{"nothing contains nothing", plain, condition.Contains, nil, "a", false},
		{"a label by its description", plain, condition.Contains, labels("Urgent", "Night"), "urgent", true},
		{"a part of a label is none", plain, condition.Contains, labels("Urgent"), "urg", false},
		{"another label", plain, condition.Contains, labels("Urgent"), "Night", false},
		{"no label", plain, condition.Contains, labels(), "Night", false},
		{"an element that is text", plain, condition.Contains, []any{"a", "B"}, "b", true},
		{"an element that is a number", plain, condition.Contains, []any{"7", 7}, json.Number("7.0"), true},
		{"an object without description is no element", plain, condition.Contains, []any{map[string]any{"name": "a"}}, "a", false},

		{"a beginning", plain, condition.StartsWith, "Órgão", "óRG", true},
		{"a part that is no beginning", plain, condition.StartsWith, "Feed pump", "pump", false},
		{"a beginning longer than the text", plain, condition.StartsWith, "ab", "abc", false},

		{"no text is empty", plain, condition.IsEmpty, "", nil, true},
		{"no elements are empty", plain, condition.IsEmpty, labels(), nil, true},
		{"nothing is empty", plain, condition.IsEmpty, nil, nil, true},
		{"zero is not empty", plain, condition.IsEmpty, 0, nil, false},
		{"a space is not empty", plain, condition.IsEmpty, " ", nil, false},
		{"no text of a timestamp is empty", instant, condition.IsEmpty, "", nil, true},

		{"a greater number", plain, condition.Greater, json.Number("7.5"), 7, true},
		{"the same number is not greater", plain, condition.Greater, 7, json.Number("7.0"), false},
		{"the same number is greater or equal", plain, condition.GreaterOrEqual, 7, 7.0, true},
		{"neighbours beyond float64", plain, condition.Greater, int64(9007199254740993), int64(9007199254740992), true},
		{"a smaller number", plain, condition.Less, -1, 0, true},
		{"the same number is less or equal", plain, condition.LessOrEqual, 0, 0, true},
		{"a text is not greater than a number", plain, condition.Greater, "9", 7, false},
		{"nothing is not less than a number", plain, condition.Less, nil, 7, false},
		{"a later moment, in another zone", instant, condition.Greater, "2026-11-22T09:00:00.5-03:00", "2026-11-22T12:00:00Z", true},
		{"an earlier moment that is greater as text", instant, condition.Less, "2026-11-22T13:00:00+02", "2026-11-22T12:00:00Z", true},
		{"text that is no moment is not less", instant, condition.Less, "soon", "2026-11-22T12:00:00Z", false},
		{"the same moment", instant, condition.Equal, "2026-11-22T09:00:00.000-03:00", "2026-11-22T12:00:00Z", true},
		{"another fraction is another moment", instant, condition.Equal, "2026-11-22T12:00:00.000000001Z", "2026-11-22T12:00:00Z", false},

		{"between, at the lower end", plain, condition.Between, 1, []any{1, 5}, true},
		{"between, at the upper end", plain, condition.Between, json.Number("5.0"), []any{1, 5}, true},
		{"over the upper end", plain, condition.Between, 5.01, []any{1, 5}, false},
		{"under the lower end", plain, condition.Between, 0, []any{1, 5}, false},
		{"between moments", instant, condition.Between, "2026-11-22T09:00:00-03:00", []any{"2026-11-22T12:00:00Z", "2026-11-23T00:00:00Z"}, true},

		{"now is within the next days", instant, condition.WithinNextDays, "2026-11-22T12:00:00Z", 1, true},
		{"the end is within them", instant, condition.WithinNextDays, "2026-11-23T12:00:00Z", 1, true},
		{"a moment after the end is not", instant, condition.WithinNextDays, "2026-11-23T12:00:00.1Z", 1, false},
		{"a moment ago is not", instant, condition.WithinNextDays, "2026-11-22T11:59:59Z", 1, false},
		{"a moment ago is within the last days", instant, condition.WithinLastDays, "2026-11-22T11:59:59Z", 1, true},
		{"their beginning is", instant, condition.WithinLastDays, "2026-11-21T12:00:00Z", 1, true},
		{"before it is not", instant, condition.WithinLastDays, "2026-11-21T11:59:59Z", 1, false},
		{"the future is not", instant, condition.WithinLastDays, "2026-11-22T12:00:01Z", 1, false},
		{"nothing is within no days", instant, condition.WithinLastDays, nil, 30, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := holds(t, c.kind, c.op, c.got, c.want); got != c.holds {
				t.Errorf("%#v %s %#v is %v", c.got, c.op, c.want, got)
			}
			opposite := map[condition.Operation]condition.Operation{condition.Equal: condition.NotEqual, condition.IsAnyOf: condition.IsNoneOf,
				condition.Contains: condition.DoesNotContain, condition.IsEmpty: condition.IsNotEmpty}[c.op]
			if opposite != "" && holds(t, c.kind, opposite, c.got, c.want) == c.holds {
				t.Errorf("%#v %s %#v is %v too", c.got, opposite, c.want, c.holds)
			}
		})
	}
}

func TestAMissingFieldIsTakenForAnEmptyOneByTheOtherOperations(t *testing.T) {
	t.Parallel()
	for op, want := range map[condition.Operation]bool{condition.IsEmpty: true, condition.IsNotEmpty: false} {
		if got := compile(t, condition.All, condition.Term{Field: "f", Operation: op}).Match(row{}, noon); got != want {
			t.Errorf("%s of a missing field is %v", op, got)
		}
	}
	for op, want := range map[condition.Operation]bool{condition.DoesNotContain: true, condition.Contains: false, condition.StartsWith: false} {
		if got := compile(t, condition.All, condition.Term{Field: "f", Operation: op, Value: "a"}).Match(row{}, noon); got != want {
			t.Errorf("%s of a missing field is %v", op, got)
		}
	}
}

func TestChangedComparesWithWhatWasBefore(t *testing.T) {
	t.Parallel()
	yes, no, unknown := condition.Yes, condition.No, condition.Unknown
	deep := any("x")
	for range 200 {
		deep = []any{deep}
	}
	for _, c := range []struct {
		name                          string
		kind                          condition.Kind
		was, got                      any
		changed, toA, fromA, fromNull condition.Answer
	}{
		{"another text", condition.Plain, "b", "a", yes, yes, no, no},
		{"the same text", condition.Plain, "a", "a", no, no, no, no},
		{"from the text", condition.Plain, "a", "b", yes, no, yes, no},
		{"from nothing", condition.Plain, nil, "a", yes, yes, no, yes},
		{"to nothing", condition.Plain, "a", nil, yes, no, yes, no},
		{"from one nothing to another", condition.Plain, nil, "", no, no, no, no},
		{"a number written otherwise", condition.Plain, 7, json.Number("7.0"), no, no, no, no},
		{"a number as text", condition.Plain, 7, "7", yes, no, no, no},
		{"the same moment in another zone", condition.Instant, "2026-11-22T12:00:00Z", "2026-11-22T09:00:00-03:00", no, no, no, no},
		{"the same labels", condition.Plain, labels("Urgent"), labels("Urgent"), no, no, no, no},
		{"a label more", condition.Plain, labels("Urgent"), labels("Urgent", "Night"), yes, no, no, no},
		{"a label renamed", condition.Plain, labels("Urgent"), labels("Night"), yes, no, no, no},
		{"what nobody looks into any more", condition.Plain, deep, deep, yes, no, no, no},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, q := range []struct {
				op   condition.Operation
				want any
				is   condition.Answer
			}{{condition.Changed, nil, c.changed}, {condition.ChangedTo, "a", c.toA}, {condition.ChangedFrom, "a", c.fromA}, {condition.ChangedFrom, nil, c.fromNull}} {
				p := compile(t, condition.All, condition.Term{Field: "f", Operation: q.op, Value: q.want, Kind: c.kind})
				if got := p.Decide(row{"f": c.got}, condition.Moment{Before: row{"f": c.was}}); got != q.is {
					t.Errorf("%s %v is %v, want %v", q.op, q.want, got, q.is)
				}
				if !p.AsksBefore() {
					t.Errorf("%s does not ask what was before", q.op)
				}
				got := p.Decide(row{"f": c.got}, noon)
				if q.op == condition.ChangedTo && c.got != "a" && got != no || (q.op != condition.ChangedTo || c.got == "a") && got != unknown {
					t.Errorf("%s %v of a row whose earlier state nobody knows is %v", q.op, q.want, got)
				}
			}
		})
	}
	t.Run("of a new row everything was empty", func(t *testing.T) {
		p := compile(t, condition.All, condition.Term{Field: "f", Operation: condition.ChangedFrom}, condition.Term{Field: "f", Operation: condition.Changed})
		if !p.Match(row{"f": "a"}, condition.Moment{Before: row{}}) {
			t.Error("a new row has changed nothing")
		}
	})
}

func TestWhatIsUndecidedDecidesOnlyWhereNothingElseDoes(t *testing.T) {
	t.Parallel()
	changed := condition.Term{Field: "f", Operation: condition.Changed}
	for _, c := range []struct {
		name string
		mode condition.Mode
		with condition.Term
		want condition.Answer
	}{
		{"any, with a term that is true", condition.Any, is("f", "a"), condition.Yes},
		{"any, with a term that is false", condition.Any, is("f", "b"), condition.Unknown},
		{"all, with a term that is true", condition.All, is("f", "a"), condition.Unknown},
		{"all, with a term that is false", condition.All, is("f", "b"), condition.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, list := range [][]condition.Term{{changed, c.with}, {c.with, changed}} {
				p := compile(t, c.mode, list...)
				evaluated, trace := p.Eval(row{"f": "a"}, noon)
				why, _ := p.Why(row{"f": "a"}, noon)
				if got := p.Decide(row{"f": "a"}, noon); got != c.want || evaluated != c.want || why != c.want || p.Match(row{"f": "a"}, noon) != (c.want == condition.Yes) {
					t.Errorf("it is %v, %v and %v, want %v", got, evaluated, why, c.want)
				}
				for _, v := range trace {
					if v.Unknown != (v.Operation == condition.Changed) || v.Unknown && v.True {
						t.Errorf("the trace says %+v", v)
					}
				}
			}
		})
	}
}

func TestMomentsAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	t.Parallel()
	check := func(s string) {
		layout := time.RFC3339
		if n := len(s); n > 3 && (s[n-3] == '+' || s[n-3] == '-') {
			layout = "2006-01-02T15:04:05Z07"
		}
		want, err := time.Parse(layout, s)
		p, compileErr := condition.Compile(condition.Terms{Mode: condition.All, Terms: []condition.Term{{Field: "f", Operation: condition.Equal, Value: s, Kind: condition.Instant},
			{Field: "f", Operation: condition.GreaterOrEqual, Value: "0000-01-01T00:00:00+23:59", Kind: condition.Instant}}})
		if compileErr != nil {
			t.Fatal(compileErr)
		}
		utc := want.UTC().Format(time.RFC3339Nano)
		if err == nil && want.UTC().Year() >= 0 && want.UTC().Year() < 10000 && (!p.Match(row{"f": utc}, noon) || !p.Match(row{"f": s}, noon)) {
			t.Errorf("%s is not %s", s, utc)
		}
		if err != nil && p.Match(row{"f": s}, noon) {
			t.Errorf("%q is taken for a moment, though %v", s, err)
		}
	}
	for _, s := range []string{"2026-09-17T14:00:34.404671+00:00", "2016-07-12T20:00:00-03", "2024-02-29T23:59:59Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z", "0000-03-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.5Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
		"2026-01-01T00:00:00", "2026-01-01", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+3", "2026-01-01T00:00:00z", "", "T", "2026-1-01T00:00:00Z", "2026-01-01T00:00:00Z "} {
		check(s)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		check(fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d%s", r.IntN(10000), r.IntN(14), r.IntN(33), r.IntN(25), r.IntN(61), r.IntN(61),
			[]string{"Z", "+02:00", "-03", "-11:30", ".25Z", ",5Z", ".123456789123+01:00"}[r.IntN(7)]))
	}
}

func TestLookingForAPartTakesTimeByTheLengthsAndNotByTheirProduct(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 1<<20) // a naive search compares ten thousand runes at each of a million places
	p := compile(t, condition.All, condition.Term{Field: "f", Operation: condition.Contains, Value: strings.Repeat("a", condition.MaxValue-1) + "b"})
	if p.Match(row{"f": long}, noon) || !p.Match(row{"f": long + "B"}, noon) {
		t.Error("the part is not found where it is")
	}
}

func TestEveryOperationIsAskedWithoutAllocating(t *testing.T) {
	moment := condition.Moment{Now: noon.Now, Before: row{"text": "b", "list": labels("b")}}
	r := row{"text": "Ação", "list": labels("a", "b"), "number": json.Number("7"), "at": "2026-11-22T09:30:00.5-03:00"}
	p, err := condition.Compile(condition.Terms{Mode: condition.All, Terms: []condition.Term{
		{Field: "text", Operation: condition.IsAnyOf, Value: []any{"x", "Ação"}}, {Field: "text", Operation: condition.Contains, Value: "ÇÃ"},
		{Field: "text", Operation: condition.StartsWith, Value: "a"}, {Field: "text", Operation: condition.IsNotEmpty},
		{Field: "list", Operation: condition.Contains, Value: "B"}, {Field: "list", Operation: condition.Changed},
		{Field: "text", Operation: condition.ChangedTo, Value: "Ação"}, {Field: "text", Operation: condition.ChangedFrom, Value: "b"}},
		Groups: []condition.Terms{{Mode: condition.Any, Terms: []condition.Term{{Field: "number", Operation: condition.Greater, Value: 8}}, Groups: []condition.Terms{
			{Mode: condition.All, Terms: []condition.Term{{Field: "number", Operation: condition.Between, Value: []any{1, 7}},
				{Field: "at", Operation: condition.Greater, Value: "2026-11-22T12:00:00Z", Kind: condition.Instant},
				{Field: "at", Operation: condition.WithinNextDays, Value: 1, Kind: condition.Instant}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Match(r, moment) {
		t.Fatal("the row was to match, or the terms are not all evaluated")
	}
	if n := testing.AllocsPerRun(100, func() { p.Match(r, moment) }); n != 0 {
		t.Errorf("Match allocates %v times", n)
	}
}
