package catalog_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func TestParametersOfASourceActionBecomeTermsAnOrderAndALimit(t *testing.T) {
	t.Parallel()
	a := catalog.Load().SourceAction("query_work_order_tasks")
	got, problems := a.Query(map[string]any{
		"status": []any{json.Number("1"), json.Number("2")}, "responsible": "JCAMPOS", "label": "URGENTE", "done": false, "folio": nil,
		"created_since": "2016-07-12T20:00:00-03", "duration_over": json.Number("3600"), "asset": []any{json.Number("42")},
		"order": "-creation_date", "limit": json.Number("50")})
	if problems != nil {
		t.Fatalf("refused: %+v", problems)
	}
	want := catalog.Query{Order: "creation_date", Descending: true, Limit: 50, Terms: hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{
		{Field: "id_status_work_order", Operation: "IS_ANY_OF", Value: []any{json.Number("1"), json.Number("2")}},
		{Field: "responsible", Operation: "IS_ANY_OF", Value: []any{"JCAMPOS"}},
		{Field: "asset", Operation: "IS_ANY_OF", Value: []any{"42"}},
		{Field: "labels.description", Operation: "CONTAINS", Value: "URGENTE"},
		{Field: "done", Operation: hub.Equal, Value: false},
		{Field: "duration", Operation: "GREATER", Value: json.Number("3600")},
		{Field: "creation_date", Operation: "GREATER_OR_EQUAL", Value: "2016-07-12T23:00:00Z"}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestNoParametersNarrowNothing(t *testing.T) {
	t.Parallel()
	for _, a := range catalog.Load().SourceActions() {
		if q, problems := a.Query(nil); problems != nil || q.Terms.Mode != hub.ModeNone || q.Terms.Terms != nil || q.Limit != 0 || q.Order != "" {
			t.Errorf("%s: %+v, %+v", a.Key, q, problems)
		}
	}
}

func TestAWrongParameterIsRefusedByItsKey(t *testing.T) {
	t.Parallel()
	many := make([]any, 101)
	for i := range many {
		many[i] = "x"
	}
	a := catalog.Load().SourceAction("query_work_order_tasks")
	for name, c := range map[string]struct {
		key   string
		value any
		want  string
	}{
		"one that does not exist":        {"colour", "red", `has no parameter "colour"; it has status, `},
		"an unknown value of an enum":    {"status", []any{9.0}, "one of the numbers 1, 2, 3, 4"},
		"text for a number":              {"duration_over", "long", "a whole number of at most 64 bits"},
		"a list where one value goes":    {"folio", []any{"OT-1"}, "text or a whole number"},
		"an empty list":                  {"responsible", []any{}, "a list of 1 to 100 values"},
		"too long a list":                {"responsible", many, "a list of 1 to 100 values"},
		"null in a list":                 {"responsible", []any{nil}, "the name of a record"},
		"empty text, which is in all":    {"label", "", "more than empty text"},
		"a date that is none":            {"created_since", "yesterday", "such as 2026-09-17"},
		"a field that orders nothing":    {"order", "rating", "creation_date, -creation_date"},
		"a limit of nothing":             {"limit", 0.0, "from 1 to 10000"},
		"more than can be read":          {"limit", json.Number("10001"), "from 1 to 10000"},
		"an object where text is wanted": {"folio", map[string]any{}, "text or a whole number"},
	} {
		q, problems := a.Query(map[string]any{c.key: c.value})
		if len(problems) != 1 || problems[0].Path != c.key || problems[0].Code != hub.ProblemParameterInvalid || !strings.Contains(problems[0].Message, c.want) {
			t.Errorf("%s: got %+v with %+v", name, problems, q)
		}
	}
	if _, problems := a.Query(map[string]any{"z": 1, "status": "x", "b": 1}); len(problems) != 3 || problems[0].Path != "b" || problems[2].Path != "z" {
		t.Errorf("they are not sorted: %+v", problems)
	}
}

func TestEveryParameterSaysHowItFilters(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	for _, a := range c.SourceActions() {
		n := len(a.Parameters)
		if n < 3 || a.Parameters[n-2].Key != catalog.ParameterOrder || a.Parameters[n-1].Key != catalog.ParameterLimit || *a.Parameters[n-1].Max != catalog.MaxSourceRows {
			t.Errorf("%s does not end with an order and a limit", a.Key)
			continue
		}
		for _, p := range a.Parameters[:n-2] {
			_, by := c.Resolve(a.RecordType, p.Filter.Field)
			if p.Type != by.Type && by.Type != catalog.List && p.Type != catalog.Text {
				t.Errorf("%s.%s is %s and filters %s, which is %s", a.Key, p.Key, p.Type, p.Filter.Field, by.Type)
			}
			if (p.Type == catalog.Enum) != (len(p.Enum) > 0) || (p.Type == catalog.Reference) != (p.Reference != "") {
				t.Errorf("%s.%s lacks what its type needs: %+v", a.Key, p.Key, p)
			}
		}
	}
}

func FuzzParametersAreRefusedWithAPathOrBecomeTerms(f *testing.F) {
	f.Add(`{"status": [1, 2], "responsible": "JCAMPOS", "limit": 5}`)
	f.Add(`{"order": "-", "created_since": "2026-13-01", "label": ["x"]}`)
	f.Fuzz(func(t *testing.T, s string) {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var in map[string]any
		if d.Decode(&in) != nil {
			return
		}
		q, problems := catalog.Load().SourceAction("query_work_order_tasks").Query(in)
		for _, p := range problems {
			if p.Message == "" || p.Code == "" {
				t.Fatalf("%+v", p)
			}
		}
		if problems == nil && (q.Limit < 0 || q.Limit > catalog.MaxSourceRows || len(q.Terms.Terms) > len(in)) {
			t.Fatalf("%s became %+v", s, q)
		}
	})
}
