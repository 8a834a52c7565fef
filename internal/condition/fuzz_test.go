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

// Whatever users write: evaluation never panics, Match and Eval agree, EQUAL and NOT_EQUAL are
// opposites, and the trace can be stored and stays within its bound.
func FuzzEvaluation(f *testing.F) {
	f.Add("ALL", []byte(`[{"field":"a","operation":"EQUAL","value":"x"}]`), []byte(`{"a":"x"}`))
	f.Add("ANY", []byte(`[{"field":"a","operation":"NOT_EQUAL","value":null},{"field":"b","operation":"EQUAL","value":[1,"2",true,null]}]`),
		[]byte(`{"a":[],"b":[1.0,"2",true,null]}`))
	f.Add("NONE", []byte(`[{}]`), []byte(`{}`))
	f.Add("ALL", []byte(`[{"field":"a","operation":"EQUAL","value":-0.0e-9999}]`), []byte(`{"a":1e999}`))
	f.Fuzz(func(t *testing.T, mode string, termsJSON, rowJSON []byte) {
		var terms []condition.Term
		var r row
		if decode(termsJSON, &terms) != nil || decode(rowJSON, &r) != nil {
			t.Skip()
		}
		p, err := condition.Compile(condition.Terms{Mode: condition.Mode(mode), Terms: terms})
		if err != nil {
			return
		}
		matched, trace := p.Eval(r, undated)
		if p.Match(r, undated) != (matched == condition.Yes) {
			t.Errorf("Match and Eval disagree on %s", rowJSON)
		}
		stored, err := json.Marshal(trace)
		if err != nil {
			t.Fatalf("the trace cannot be stored: %v", err)
		}
		// A rune takes up to 6 bytes in JSON; a field, an operation and two values per term.
		if bound := 2 + len(trace)*6*(condition.MaxField+3*condition.MaxShown+100); len(stored) > bound {
			t.Errorf("the trace of %d terms has %d bytes", len(trace), len(stored))
		}
		checkOpposites(t, trace, terms, r)
	})
}

func checkOpposites(t *testing.T, trace condition.Trace, terms []condition.Term, r row) {
	t.Helper()
	opposite := map[condition.Operation]condition.Operation{
		condition.Equal: condition.NotEqual, condition.NotEqual: condition.Equal,
	}
	for i, v := range trace {
		term := terms[i]
		term.Operation = opposite[term.Operation]
		if compile(t, condition.All, term).Match(r, undated) == v.True {
			t.Errorf("term %d and its opposite are both %v", i, v.True)
		}
	}
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
