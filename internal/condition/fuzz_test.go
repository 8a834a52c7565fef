package condition_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/condition"
)

// decode reads JSON as the hub's doors do, keeping the digits of numbers.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// Whatever users write: compiling and evaluating never panic, Match, Decide, Eval and Why agree, every operation and its opposite differ, what is
// said of the row in a group is what is said of it without, and the trace can be stored and stays within its bound.
func FuzzEvaluation(f *testing.F) {
	f.Add([]byte(`{"Mode":"ALL","Terms":[{"field":"a","operation":"EQUAL","value":"x"}]}`), []byte(`{"a":"x"}`), []byte(`{}`))
	f.Add([]byte(`{"Mode":"ANY","Terms":[{"field":"a","operation":"NOT_EQUAL","value":null},{"field":"b","operation":"EQUAL","value":[1,"2",true,null]}]}`),
		[]byte(`{"a":[],"b":[1.0,"2",true,null]}`), []byte(`null`))
	f.Add([]byte(`{"Mode":"NONE","Terms":[{}],"Groups":[{}]}`), []byte(`{}`), []byte(`{}`))
	f.Add([]byte(`{"Mode":"ALL","Terms":[{"field":"a","operation":"EQUAL","value":-0.0e-9999}]}`), []byte(`{"a":1e999}`), []byte(`{}`))
	f.Add([]byte(`{"Mode":"ANY","Groups":[{"Mode":"ALL","Terms":[{"field":"a","operation":"CHANGED_TO","value":"x"},{"field":"a","operation":"CONTAINS","value":"X"}]},
		{"Mode":"ANY","Terms":[{"field":"b","operation":"BETWEEN","value":["2026-01-01T00:00:00Z","2026-01-02T00:00:00+23:59"]},{"field":"b","operation":"WITHIN_NEXT_DAYS","value":7}]}]}`),
		[]byte(`{"a":"x","b":"2026-01-01T12:00:00-03"}`), []byte(`{"a":[{"description":"x"}]}`))
	f.Add([]byte(`{"Mode":"ALL","Groups":[{"Mode":"ALL","Groups":[{"Mode":"ALL","Groups":[{"Mode":"ALL","Groups":[{"Mode":"ALL"}]}]}]}]}`), []byte(`{}`), []byte(`{}`))
	f.Add([]byte(`{"Mode":"ALL","Terms":[{"field":"l","operation":"CONTAINS","value":"u"},{"field":"l","operation":"CHANGED"},{"field":"n","operation":"IS_NONE_OF","value":[1,null]},{"field":"n","operation":"LESS_OR_EQUAL","value":1e3}]}`),
		[]byte(`{"l":[{"description":"U"},[["u"]]],"n":1000}`), []byte(`{"l":[{"description":"U"},[["u"]]]}`))
	f.Fuzz(func(t *testing.T, termsJSON, rowJSON, beforeJSON []byte) {
		var terms condition.Terms
		var r, before row
		if decode(termsJSON, &terms) != nil || decode(rowJSON, &r) != nil || decode(beforeJSON, &before) != nil {
			t.Skip()
		}
		p, err := condition.Compile(terms)
		if err != nil {
			if len(condition.Faults(err)) == 0 {
				t.Errorf("the error names no fault: %v", err)
			}
			return
		}
		m := condition.Moment{Now: noon.Now}
		if before != nil {
			m.Before = before
		}
		checkAgreement(t, p, r, m)
		if terms.Mode != condition.None {
			grouped, err := condition.Compile(condition.Terms{Mode: condition.Any, Groups: []condition.Terms{{Mode: condition.All, Terms: []condition.Term{is("a", "a"), isNot("a", "a")}}, terms}})
			if err == nil && grouped.Decide(r, m) != p.Decide(r, m) {
				t.Errorf("the terms in a group, beside one that is never true, say %v", grouped.Decide(r, m))
			}
		}
		_, trace := p.Eval(r, m)
		checkOpposites(t, trace, terms, r, m)
	})
}

func checkAgreement(t *testing.T, p *condition.Program, r row, m condition.Moment) {
	t.Helper()
	decided := p.Decide(r, m)
	evaluated, trace := p.Eval(r, m)
	why, deciding := p.Why(r, m)
	if evaluated != decided || why != decided || p.Match(r, m) != (decided == condition.Yes) {
		t.Errorf("Decide says %v, Eval %v, Why %v, Match %v", decided, evaluated, why, p.Match(r, m))
	}
	if decided == condition.Unknown && m.Before != nil {
		t.Error("it is undecided though it is known what was before")
	}
	if len(deciding) > len(trace) {
		t.Errorf("%d terms decided, of %d", len(deciding), len(trace))
	}
	stored, err := json.Marshal(trace)
	if err != nil {
		t.Fatalf("the trace cannot be stored: %v", err)
	}
	// A rune takes up to 6 bytes in JSON; a field, an operation and three values per term.
	if bound := 2 + len(trace)*6*(condition.MaxField+4*condition.MaxShown+100); len(stored) > bound {
		t.Errorf("the trace of %d terms has %d bytes", len(trace), len(stored))
	}
}

var opposites = map[condition.Operation]condition.Operation{
	condition.Equal: condition.NotEqual, condition.IsAnyOf: condition.IsNoneOf, condition.Contains: condition.DoesNotContain, condition.IsEmpty: condition.IsNotEmpty,
	condition.NotEqual: condition.Equal, condition.IsNoneOf: condition.IsAnyOf, condition.DoesNotContain: condition.Contains, condition.IsNotEmpty: condition.IsEmpty,
}

// inverted are terms that are true where those given are false, and the other way round (De Morgan); ok is false if a term has no opposite.
func inverted(terms condition.Terms) (out condition.Terms, ok bool) {
	out.Mode = map[condition.Mode]condition.Mode{condition.Any: condition.All, condition.All: condition.Any}[terms.Mode]
	ok = out.Mode != ""
	for _, term := range terms.Terms {
		term.Operation = opposites[term.Operation]
		ok = ok && term.Operation != ""
		out.Terms = append(out.Terms, term)
	}
	for _, g := range terms.Groups {
		group, possible := inverted(g)
		ok = ok && possible
		out.Groups = append(out.Groups, group)
	}
	return out, ok
}

func checkOpposites(t *testing.T, trace condition.Trace, terms condition.Terms, r row, m condition.Moment) {
	t.Helper()
	if other, ok := inverted(terms); ok {
		p, err := condition.Compile(terms)
		q, otherErr := condition.Compile(other)
		if err != nil || otherErr != nil || p.Match(r, m) == q.Match(r, m) {
			t.Errorf("the terms and their opposite are both %v: %v, %v", p.Match(r, m), err, otherErr)
		}
	}
	for i, v := range trace[:min(len(trace), len(terms.Terms))] {
		term := terms.Terms[i]
		if term.Operation = opposites[term.Operation]; term.Operation == "" {
			continue
		}
		if compile(t, condition.All, term).Match(r, m) == v.True {
			t.Errorf("term %d and its opposite are both %v", i, v.True)
		}
	}
}

// FuzzCompile compiles whatever JSON there is: it never panics, and what it accepts is within the limits.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(`{"Mode":"ALL","Terms":[{"field":"a","operation":"BETWEEN","value":[2,1]}]}`))
	f.Add([]byte(`{"Mode":"ANY","Terms":[{"field":"a","operation":"IS_ANY_OF","value":[]}],"Groups":[{"Mode":"NONE"}]}`))
	f.Add([]byte(`{"Mode":"ALL","Terms":[{"field":"a","operation":"WITHIN_LAST_DAYS","value":-1},{"field":"a","operation":"STARTS_WITH","value":{"a":[[]]}}]}`))
	f.Fuzz(func(t *testing.T, termsJSON []byte) {
		var terms condition.Terms
		if decode(termsJSON, &terms) != nil {
			t.Skip()
		}
		p, err := condition.Compile(terms)
		if err != nil {
			for _, fault := range condition.Faults(err) {
				if fault.Code == "" || fault.Message == "" || len(fault.Message) > 600 {
					t.Errorf("the fault is %+v", fault)
				}
			}
			return
		}
		if n := len(p.Fields()); n > condition.MaxTerms {
			t.Errorf("it reads %d fields", n)
		}
	})
}

// One occurrence against the events of a large customer.
func BenchmarkThousandProgramsAgainstARow(b *testing.B) {
	programs := make([]*condition.Program, 1000)
	for i := range programs {
		programs[i] = compile(b, condition.All,
			is("responsible", fmt.Sprintf("person %d", i%500)), isNot("id_priorities", json.Number("5")), is("stop_assets", true))
	}
	r := row{"responsible": "person 7", "id_priorities": json.Number("2"), "stop_assets": true}
	matches := 0
	b.Run("Match", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range programs {
				if p.Match(r, undated) {
					matches++
				}
			}
		}
	})
	b.Run("Eval", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range programs {
				if ok, _ := p.Eval(r, undated); ok == condition.Yes {
					matches++
				}
			}
		}
	})
	if matches == 0 {
		b.Fatal("no program matched")
	}
}
