package condition_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/condition"
)

func traceJSON(t *testing.T, trace condition.Trace) string {
	t.Helper()
	b, err := json.Marshal(trace)
	if err != nil {
		t.Fatalf("a trace cannot be written: %v", err)
	}
	return string(b)
}

func TestATraceSaysOfEveryTermWhy(t *testing.T) {
	t.Parallel()
	p := compile(t, condition.All, is("responsible", "Jonas Campos"), isNot("id_priorities", 5), is("labels", nil))
	matched, trace := p.Eval(row{"responsible": "Ana Dias", "id_priorities": json.Number("2")}, undated)
	if matched != condition.No {
		t.Error("the row matches")
	}
	const want = `[{"f":"responsible","o":"EQUAL","w":"Jonas Campos","g":"Ana Dias","p":true,"t":false,"a":"terms.0"},` +
		`{"f":"id_priorities","o":"NOT_EQUAL","w":5,"g":2,"p":true,"t":true,"a":"terms.1"},` +
		`{"f":"labels","o":"EQUAL","w":null,"g":null,"p":false,"t":false,"a":"terms.2"}]`
	if got := traceJSON(t, trace); got != want {
		t.Errorf("trace\n got %s\nwant %s", got, want)
	}
}

func TestATraceReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	_, trace := compile(t, condition.Any, is("a", "x"), isNot("b", true)).Eval(row{"a": "y"}, undated)
	var back condition.Trace
	if err := json.Unmarshal([]byte(traceJSON(t, trace)), &back); err != nil {
		t.Fatal(err)
	}
	for i := range trace {
		if back[i] != trace[i] {
			t.Errorf("verdict %d: %+v, want %+v", i, back[i], trace[i])
		}
	}
}

func TestATraceIsEmptyWithoutConditions(t *testing.T) {
	t.Parallel()
	_, trace := compile(t, condition.None, is("a", "x")).Eval(row{}, undated)
	if got := traceJSON(t, trace); got != "[]" {
		t.Errorf("trace = %s", got)
	}
}

func TestATraceCutsLongText(t *testing.T) {
	t.Parallel()
	fits, long := strings.Repeat("ã", 120), strings.Repeat("ã", 121)
	_, trace := compile(t, condition.All, is("f", fits)).Eval(row{"f": long}, undated)
	if trace[0].Want != fits {
		t.Errorf("a text of 120 runes was cut to %v", trace[0].Want)
	}
	got := trace[0].Got.(string)
	if utf8.RuneCountInString(got) != 120 || !strings.HasSuffix(got, "ã…") {
		t.Errorf("a text of 121 runes became %q", got)
	}
	if trace[0].True {
		t.Error("texts compare after they were cut")
	}
}

func TestATraceCutsLongLists(t *testing.T) {
	t.Parallel()
	many := make([]any, 5000)
	for i := range many {
		many[i] = strings.Repeat("x", 50)
	}
	_, trace := compile(t, condition.All, is("f", []any{"a"})).Eval(row{"f": many}, undated)
	list := trace[0].Got.([]any)
	if last := list[len(list)-1]; last != "…" {
		t.Errorf("the list ends in %v", last)
	}
	if n := len(traceJSON(t, trace)); n > 400 {
		t.Errorf("the trace has %d bytes", n)
	}
}

func TestATraceCanBeWrittenWhateverTheRowHolds(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"not a number":          math.NaN(),
		"infinity":              math.Inf(-1),
		"a number that is none": json.Number("seven"),
		"a channel":             make(chan int),
		"an object":             map[string]any{"a": make(chan int)},
		"broken UTF-8":          "\xff\xfe",
		"a list of all of them": []any{math.NaN(), json.Number(""), func() {}, []any{"a"}},
		"a number of many bytes": json.Number(
			strings.Repeat("9", 5000)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, trace := compile(t, condition.All, is("f", "a")).Eval(row{"f": v}, undated)
			if text := traceJSON(t, trace); len(text) > 200 || !json.Valid([]byte(text)) {
				t.Errorf("trace %s", text)
			}
		})
	}
}
