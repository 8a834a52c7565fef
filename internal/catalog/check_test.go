package catalog_test

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func fields(t testing.TB, text string, numbers bool) hub.Fields {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if numbers {
		d.UseNumber()
	}
	var f hub.Fields
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func task(t testing.TB) *catalog.RecordType {
	t.Helper()
	rt := catalog.Load().RecordType("work_order_task")
	if rt == nil {
		t.Fatal("there is no work_order_task")
	}
	return rt
}

func TestARowOfTheProductPassesAndEveryFieldOfItIsKnown(t *testing.T) {
	t.Parallel()
	rt := task(t)
	for _, numbers := range []bool{false, true} {
		row := taskFields(t, numbers)
		if problems := rt.Check(row); problems != nil {
			t.Errorf("json.Number %v: %+v", numbers, problems)
		}
		for key := range row {
			if rt.Field(key) == nil {
				t.Errorf("the field %s is not known", key)
			}
		}
	}
	own := slices.DeleteFunc(slices.Clone(rt.Fields), func(f catalog.Field) bool { return f.Alias != "" || f.Type == catalog.Reference })
	if got := len(taskFields(t, true)); got != len(own) || got != 88 {
		t.Errorf("the row has %d fields and the catalogue %d, want 88", got, len(own))
	}
}

func TestEveryTypeTakesItsValuesAndRefusesTheOthers(t *testing.T) {
	t.Parallel()
	list, object := []any{"a"}, map[string]any{"a": 1}
	for _, c := range []struct {
		field   string
		takes   []any
		refuses []any
	}{
		{"description", []any{"", "text", "😀 שלום", json.Number("14960"), float64(14960), int64(14960), 7, json.Number("-3"), json.Number("7.0")},
			[]any{true, 12.5, json.Number("12.5"), json.Number("1e400"), math.NaN(), list, object}},
		{"duration", []any{json.Number("5400"), json.Number("5400.0"), json.Number("54e2"), float64(5400), int64(5400), 5400, json.Number("-9223372036854775808"), json.Number("9223372036854775807")},
			[]any{"5400", true, 1.5, json.Number("1.5"), json.Number("9223372036854775808"), float64(1 << 63), json.Number("0x10"), json.Number(""), math.Inf(1), list, object}},
		{"total_cost_task", []any{json.Number("312.50"), json.Number("1e6"), 312.5, int64(3), 3, float32(1.5), uint64(math.MaxUint64)},
			[]any{"312.50", false, json.Number("1e400"), json.Number("Inf"), json.Number("nan"), json.Number("0x1p-2"), math.NaN(), math.Inf(-1), list, object}},
		{"done", []any{true, false}, []any{"true", json.Number("1"), 1.0, int64(0), list, object}},
		{"creation_date", []any{"2026-09-17T14:00:34.404671+00:00", "2016-07-12T20:00:00-03", "2026-09-17", "2026-09-17T14:00:34Z", "2026-09-17T14:00:34+05:30", "2026-09-17T14:00:34.5+02"},
			[]any{"", "2026-9-17", "2026-13-01", "0000-01-01", "9999-12-31T23:59:59-01", "2026-09-17T14:00:34", "17/09/2026", "2026-02-30T00:00:00Z", "2026-09-17 14:00:34Z", "yesterday", json.Number("1789653634"), 1789653634.0, true, list, object}},
		{"id_status_work_order", []any{json.Number("1"), 4.0, int64(2), json.Number("3.0")}, []any{"1", json.Number("5"), 0.0, int64(-1), json.Number("1.5"), true, list, object}},
		{"id_priorities", []any{json.Number("1"), json.Number("0"), 17.0}, []any{"HIGH", json.Number("1.5"), true, list}},
		{"task_status", []any{"DONE", "PAUSED"}, []any{json.Number("1"), true, list, object}},
		{"labels", []any{list, []any{}, []any{object}}, []any{"a", json.Number("1"), true, object}},
		{"responsible", nil, []any{"P-0042", json.Number("1"), true, list, object}},
	} {
		t.Run(c.field, func(t *testing.T) {
			t.Parallel()
			rt := task(t)
			for _, v := range append(c.takes, nil) {
				if p := rt.Check(hub.Fields{c.field: v}); p != nil {
					t.Errorf("%T %v is refused: %s", v, v, p[0].Message)
				}
			}
			for _, v := range c.refuses {
				p := rt.Check(hub.Fields{c.field: v})
				if len(p) != 1 || p[0].Path != c.field {
					t.Errorf("%T %v: got %+v, want one problem at %s", v, v, p, c.field)
				}
			}
		})
	}
}

func TestAProblemNamesTheFieldWhatCameAndWhatIsWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data hub.Fields
		want hub.Problem
	}{
		"a truth value for text": {hub.Fields{"wo_folio": true}, hub.Problem{Code: catalog.ProblemFieldType, Path: "wo_folio",
			Message: "wo_folio is true, but must be text or a whole number"}},
		"text for a number": {hub.Fields{"duration": "90 min"}, hub.Problem{Code: catalog.ProblemFieldType, Path: "duration",
			Message: `duration is the text "90 min", but must be a whole number of at most 64 bits`}},
		"a fraction for a whole number": {hub.Fields{"duration": json.Number("1.5")}, hub.Problem{Code: catalog.ProblemFieldType, Path: "duration",
			Message: "duration is the number 1.5, but must be a whole number of at most 64 bits"}},
		"a number for an enum of text": {hub.Fields{"task_status": 1.0}, hub.Problem{Code: catalog.ProblemFieldType, Path: "task_status",
			Message: "task_status is the number 1, but must be text, such as NO_STARTED, IN_PROGRESS, DONE"}},
		"text for an enum of numbers": {hub.Fields{"id_status_work_order": "1"}, hub.Problem{Code: catalog.ProblemFieldType, Path: "id_status_work_order",
			Message: `id_status_work_order is the text "1", but must be one of the numbers 1, 2, 3, 4`}},
		"an unknown value of an enum": {hub.Fields{"id_status_work_order": json.Number("9")}, hub.Problem{Code: catalog.ProblemFieldValue, Path: "id_status_work_order",
			Message: "id_status_work_order is the number 9, but must be one of the numbers 1, 2, 3, 4"}},
		"a date without its offset": {hub.Fields{"event_date": "2026-09-17T14:00:34"}, hub.Problem{Code: catalog.ProblemFieldType, Path: "event_date",
			Message: `event_date is the text "2026-09-17T14:00:34", but must be a timestamp with its offset, such as 2026-09-17T14:00:34+00:00 or 2026-09-17T11:00:34-03, or a date such as 2026-09-17`}},
		"a list for a truth value": {hub.Fields{"done": []any{}}, hub.Problem{Code: catalog.ProblemFieldType, Path: "done",
			Message: "done is a list, but must be true or false"}},
		"an object for a list": {hub.Fields{"labels": map[string]any{}}, hub.Problem{Code: catalog.ProblemFieldType, Path: "labels",
			Message: "labels is an object, but must be a list"}},
		"a value for a reference": {hub.Fields{"responsible": "P-0042"}, hub.Problem{Code: catalog.ProblemFieldType, Path: "responsible",
			Message: `responsible is the text "P-0042", but it takes no value: it is found through code_responsible`, NextStep: "leave it out and send code_responsible"}},
		"no name": {hub.Fields{"id_work_orders_tasks": nil}, hub.Problem{Code: catalog.ProblemNameEmpty, Path: "id_work_orders_tasks",
			Message:  "id_work_orders_tasks is null, but it names the Work order task and cannot be empty",
			NextStep: "send the name, or leave the field out: the key of the record stands for it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.want.NextStep == "" {
				c.want.NextStep = "send null or leave it out if it is not known"
			}
			if got := task(t).Check(c.data); !reflect.DeepEqual(got, []hub.Problem{c.want}) {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestProblemsComeInTheOrderOfTheirPathsAndLongValuesAreCut(t *testing.T) {
	t.Parallel()
	data := hub.Fields{"wo_folio": true, "done": strings.Repeat("x", 1<<20), "duration": "a", "creation_date": "b"}
	for range 20 {
		p := task(t).Check(data)
		var paths []string
		for _, q := range p {
			paths = append(paths, q.Path)
			if len(q.Message) > 300 {
				t.Fatalf("a message of %d bytes", len(q.Message))
			}
		}
		if !slices.Equal(paths, []string{"creation_date", "done", "duration", "wo_folio"}) {
			t.Fatalf("got %v", paths)
		}
	}
}

func TestFieldsThatTheTypeDoesNotKnowAreKeptAsTheyCame(t *testing.T) {
	t.Parallel()
	data := hub.Fields{"custom_torque": map[string]any{"value": 12.5}, "another": 7.0, "": nil}
	before := maps.Clone(data)
	if p := task(t).Check(data); p != nil {
		t.Errorf("got %+v", p)
	}
	if got, _ := task(t).Normal(data); !reflect.DeepEqual(got, before) {
		t.Errorf("got %v", got)
	}
}

func TestANameThatIsEmptyIsRefusedAndOneThatIsLeftOutIsNot(t *testing.T) {
	t.Parallel()
	person := catalog.Load().RecordType("person")
	for _, v := range []any{nil, ""} {
		if p := person.Check(hub.Fields{"code": v}); len(p) != 1 || p[0].Code != catalog.ProblemNameEmpty {
			t.Errorf("%v: got %+v", v, p)
		}
	}
	if p := person.Check(hub.Fields{"name": "Jonas Campos"}); p != nil {
		t.Errorf("got %+v", p)
	}
	if p := catalog.Load().RecordType("stock_item").Check(hub.Fields{"code": nil}); p != nil {
		t.Errorf("no field names a stock item, but: %+v", p)
	}
}

func TestAnAliasIsCheckedAsTheFieldThatItReads(t *testing.T) {
	t.Parallel()
	rt := task(t)
	if p := rt.Check(hub.Fields{"task_todo_description": true}); len(p) != 1 || p[0].Path != "task_todo_description" {
		t.Errorf("got %+v", p)
	}
	for _, same := range []hub.Fields{
		{"task_todo_description": "Trocar", "description": "Trocar"},
		{"task_todo_description": nil, "description": "Trocar"},
		{"task_todo_description": "Trocar", "description": nil},
		{"task_todo_description": json.Number("7"), "description": "7"},
	} {
		if p := rt.Check(same); p != nil {
			t.Errorf("%v: got %+v", same, p)
		}
	}
	p := rt.Check(hub.Fields{"item_description": "MOTOR", "items_log_description": "BOMBA"})
	if len(p) != 1 || p[0].Code != catalog.ProblemFieldTwice || p[0].Path != "item_description" || p[0].NextStep != "send only items_log_description" {
		t.Errorf("got %+v", p)
	}
}

func TestNormalWritesTextAndAliasesInOneWayAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	rt := task(t)
	for name, c := range map[string]struct{ in, want hub.Fields }{
		"a folio that came as a number": {hub.Fields{"wo_folio": json.Number("1496")}, hub.Fields{"wo_folio": "1496"}},
		"a folio that came as a float":  {hub.Fields{"wo_folio": 1496.0}, hub.Fields{"wo_folio": "1496"}},
		"a number in a number field":    {hub.Fields{"duration": json.Number("5400.0")}, hub.Fields{"duration": json.Number("5400.0")}},
		"an alias":                      {hub.Fields{"task_todo_description": "Trocar"}, hub.Fields{"description": "Trocar"}},
		"an alias that is a number":     {hub.Fields{"item_description": 7.0, "items_log_description": nil}, hub.Fields{"items_log_description": "7"}},
		"an alias beside its field":     {hub.Fields{"task_todo_description": "Trocar", "description": "Trocar"}, hub.Fields{"description": "Trocar"}},
		"an alias that is null":         {hub.Fields{"task_todo_description": nil}, hub.Fields{}},
		"null":                          {hub.Fields{"note": nil}, hub.Fields{"note": nil}},
		"nothing":                       {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := maps.Clone(c.in)
			if got, _ := rt.Normal(c.in); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if !reflect.DeepEqual(c.in, before) {
				t.Errorf("the data given was altered to %v", c.in)
			}
		})
	}
}

func TestNormalOfNormalIsTheSame(t *testing.T) {
	t.Parallel()
	rt := task(t)
	once, _ := rt.Normal(taskFields(t, true))
	if p := rt.Check(once); p != nil {
		t.Errorf("what is normal is refused: %+v", p)
	}
	if twice, changed := rt.Normal(once); changed || !reflect.DeepEqual(once, twice) {
		t.Error("it changed again")
	}
	if once["id_failure_severity"] != "3" {
		t.Errorf("the severity is %#v", once["id_failure_severity"])
	}
}

func TestNameAndSubjectAreReadFromTheData(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	rt := task(t)
	data := hub.Fields{"id_work_orders_tasks": json.Number("9340021"), "wo_folio": json.Number("1496")}
	if n, s := rt.NameOf(data), rt.SubjectOf(data); n != "9340021" || s != "1496" {
		t.Errorf("got %q and %q", n, s)
	}
	if n, s := rt.NameOf(nil), rt.SubjectOf(hub.Fields{"wo_folio": nil}); n != "" || s != "" {
		t.Errorf("got %q and %q", n, s)
	}
	stock := c.RecordType("stock_item")
	if n, s := stock.NameOf(hub.Fields{"code": "R-1", "": "x"}), stock.SubjectOf(hub.Fields{"code": "R-1"}); n != "" || s != "R-1" {
		t.Errorf("got %q and %q", n, s)
	}
}

func TestATermsValueIsJudgedAndWrittenAsTheFieldHoldsIt(t *testing.T) {
	t.Parallel()
	rt := task(t)
	responsible := rt.Field("responsible")
	if !responsible.Accepts("P-0042") || responsible.Accepts(true) {
		t.Error("a reference is compared with the name of a record")
	}
	if got := responsible.Normal(json.Number("42")); got != "42" {
		t.Errorf("got %#v", got)
	}
	if rt.Field("id_status_work_order").Accepts("3") {
		t.Error("text would never equal the number of a status")
	}
	if got := rt.Field("done").Normal(true); got != true {
		t.Errorf("got %#v", got)
	}
}

func TestParseTimeReadsTheFormsOfTheProduct(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-09-17T14:00:34.404671+00:00": "2026-09-17T14:00:34.404671Z",
		"2016-07-12T20:00:00-03":           "2016-07-12T23:00:00Z",
		"2016-07-12T20:00:00.25+02":        "2016-07-12T18:00:00.25Z",
		"2026-09-17T14:00:34Z":             "2026-09-17T14:00:34Z",
		"2026-09-17":                       "2026-09-17T00:00:00Z",
		"2026-09-17T14:00:34-03:30":        "2026-09-17T17:30:34Z",
	} {
		got, err := catalog.ParseTime(in)
		if err != nil || got.UTC().Format("2006-01-02T15:04:05.999999Z07:00") != want {
			t.Errorf("%s is read as %v, %v", in, got.UTC(), err)
		}
	}
}

func TestCheckingAValidRowAllocatesNothing(t *testing.T) {
	rt := task(t)
	for _, numbers := range []bool{false, true} {
		row := taskFields(t, numbers)
		if n := testing.AllocsPerRun(100, func() { rt.Check(row) }); n != 0 {
			t.Errorf("json.Number %v: %v allocations", numbers, n)
		}
		normal, _ := rt.Normal(row)
		if n := testing.AllocsPerRun(100, func() { rt.Normal(normal) }); n != 0 {
			t.Errorf("json.Number %v: %v allocations for what is normal already", numbers, n)
		}
	}
}

func FuzzCheckRefusesWithAPathOrNormalTakesIt(f *testing.F) {
	f.Add(taskRow)
	f.Add(`{"wo_folio": 1496, "task_todo_description": 7, "labels": [], "creation_date": "2016-07-12T20:00:00-03"}`)
	f.Add(`{"duration": 1e999, "total_cost_task": -0.0, "id_status_work_order": 1e0}`)
	f.Fuzz(func(t *testing.T, s string) {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var data hub.Fields
		if d.Decode(&data) != nil {
			return
		}
		rt := task(t)
		problems := rt.Check(data)
		for _, p := range problems {
			if fact, _ := catalog.Load().Resolve(rt.Key, p.Path); !fact.Known || p.Message == "" || p.Code == "" {
				t.Fatalf("%+v", p)
			}
		}
		if problems != nil {
			return
		}
		normal, _ := rt.Normal(data)
		if _, changed := rt.Normal(normal); rt.Check(normal) != nil || changed {
			t.Fatalf("%v became %v", data, normal)
		}
	})
}

func TestOneMomentIsOneTextHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	f := task(t).Field("creation_date")
	for in, want := range map[string]string{
		"2016-07-12T20:00:00-03":           "2016-07-12T23:00:00Z",
		"2026-09-17T14:00:34.404671+00:00": "2026-09-17T14:00:34.404671Z",
		"2026-09-17T14:00:34.400+00:00":    "2026-09-17T14:00:34.4Z",
		"2026-09-17T14:00:34.000Z":         "2026-09-17T14:00:34Z",
		"2026-09-17":                       "2026-09-17T00:00:00Z",
	} {
		if got := f.Normal(in); got != want {
			t.Errorf("%s became %v, not %s", in, got, want)
		}
	}
}

func TestAnObjectIsCheckedPartByPart(t *testing.T) {
	t.Parallel()
	rt := catalog.Load().RecordType("reading")
	for name, c := range map[string]struct {
		data hub.Fields
		path string
		want string
	}{
		"text for a number":       {hub.Fields{"data": map[string]any{"value": "high", "date": "2026-09-17"}}, "data.value", `data.value is the text "high", but must be a number`},
		"a wrong date":            {hub.Fields{"data": map[string]any{"date": "17/09/2026"}}, "data.date", "such as 2026-09-17T14:00:34+00:00"},
		"text for the object":     {hub.Fields{"data": "7.5"}, "data", "must be an object with the fields date, value, accumulated_value"},
		"an object for a number":  {hub.Fields{"deviation": map[string]any{}}, "deviation", "deviation is an object, but must be a number"},
		"a list instead of a map": {hub.Fields{"data": []any{}}, "data", "data is a list"},
	} {
		if p := rt.Check(c.data); len(p) != 1 || p[0].Path != c.path || !strings.Contains(p[0].Message, c.want) {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	if p := rt.Check(hub.Fields{"data": map[string]any{"value": "a", "date": "b", "accumulated_value": nil, "note": []any{}}}); len(p) != 2 {
		t.Errorf("two parts are wrong, got %+v", p)
	}
	in := hub.Fields{"data": map[string]any{"value": 7.5, "date": "2016-07-12T20:00:00-03", "note": "kept"}}
	got, _ := rt.Normal(in)
	if want := (hub.Fields{"data": map[string]any{"value": 7.5, "date": "2016-07-12T23:00:00Z", "note": "kept"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("it became %v", got)
	}
	if in["data"].(map[string]any)["date"] != "2016-07-12T20:00:00-03" {
		t.Error("what was given was altered")
	}
}

func TestATextAloneIsAListOfOneWhereTheListHoldsTexts(t *testing.T) {
	t.Parallel()
	rt := catalog.Load().RecordType("work_request")
	data := hub.Fields{"requests_x_key_words_descriptions": "pump"}
	if p := rt.Check(data); p != nil {
		t.Fatalf("refused: %+v", p)
	}
	normal, _ := rt.Normal(data)
	if got := normal["requests_x_key_words_descriptions"]; !reflect.DeepEqual(got, []any{"pump"}) {
		t.Errorf("it became %v", got)
	}
	for _, v := range []any{"a", 1.5, true, []any{1.0}, map[string]any{"x": 1.0}} {
		if p := rt.Check(hub.Fields{"geolocation": v}); p != nil {
			t.Errorf("%v is refused where anything is taken: %+v", v, p)
		}
	}
}
