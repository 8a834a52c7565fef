package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAnExplanationAndABacktestAreAnsweredAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	s := setUp(t, newDoor(t, func(o *graph.Options) { o.MaxCost = 100_000_000 }))
	published := s.workOrder("OT-1", "jonas", "maria")
	occurrence := published.text("occurrencePublish", "occurrence", "id")
	for i := range published.list("occurrencePublish", "executions") {
		s.settled(published.text("occurrencePublish", "executions", i, "id"))
	}
	schema := loadSchema(t)
	a := answered{t: t, schema: schema, seen: map[string]bool{}}

	r := s.do(s.admin, `query($event: ID!, $occurrence: ID!) { event(id: $event) { explain(occurrence: $occurrence) `+everything(schema, schema.Types["EventExplanation"], 4)+` } }`,
		vars{"event": s.event, "occurrence": occurrence})
	a.look(schema.Types["Event"].Fields.ForName("explain").Type, r.at("event", "explain"), "explain")
	if r.at("event", "explain", "evaluated") != "THEN" || r.at("event", "explain", "fired") != true || len(r.list("event", "explain", "rowsNow")) == 0 {
		t.Errorf("the explanation is %v", r.at("event", "explain"))
	}
	none := s.do(s.admin, `query($event: ID!, $occurrence: ID!) { event(id: $event) { explain(occurrence: $occurrence) { fired } } }`, vars{"event": s.event, "occurrence": hub.ID(hub.KindOccurrence, 1)})
	if none.at("event", "explain") != nil {
		t.Errorf("of an occurrence that is not there it is %v", none.at("event", "explain"))
	}

	const backtest = `query($in: EventBacktestInput!) { eventBacktest(input: $in) `
	draft := vars{"type": hubtest.NewWorkOrder, "flows": []string{s.flow}, "terms": vars{"mode": "ANY", "groups": []vars{{"mode": "ALL",
		"terms": []vars{{"field": "responsible", "operation": "IS_ANY_OF", "value": []any{"jonas", nil}}, {"field": "id_work_orders_tasks", "operation": "GREATER", "value": 0}}}}}}
	r = s.do(s.admin, backtest+everything(schema, schema.Types["EventBacktest"], 4)+` }`, vars{"in": draft})
	a.look(schema.Query.Fields.ForName("eventBacktest").Type, r.at("eventBacktest"), "eventBacktest")
	if r.at("eventBacktest", "scanned") == nil || fmt.Sprint(r.at("eventBacktest", "fired")) != "1" || len(r.list("eventBacktest", "flows", 0, "recipients")) != 1 {
		t.Errorf("the back-test is %v", r.at("eventBacktest"))
	}
	trace := r.at("eventBacktest", "samples", 0, "rows", 0, "trace", 1).(map[string]any)
	if fmt.Sprint(trace["path"]) != "[groups 0 terms 1]" || trace["undecided"] != false || trace["operation"] != "GREATER" {
		t.Errorf("the trace is %v", trace)
	}
	for _, typ := range []string{"EventBacktest", "BacktestDay", "BacktestSample", "BacktestFlow", "BacktestRecipient", "EventExplanation"} {
		for _, f := range fieldsOf(schema.Types[typ]) {
			if _, ok := a.seen[typ+"."+f.Name]; !ok {
				t.Errorf("%s.%s is in no answer", typ, f.Name)
			}
		}
	}

	t.Run("a draft with problems names them", func(t *testing.T) {
		r := s.do(s.admin, backtest+`{ problems { code path } scanned } }`, vars{"in": vars{"type": hubtest.NewWorkOrder, "terms": vars{"mode": "ALL", "groups": []vars{{"mode": "ANY",
			"terms": []vars{{"field": "duration", "operation": "BETWEEN", "value": []int{9, 1}}}}}}}})
		if got := fmt.Sprint(r.at("eventBacktest")); got != "map[problems:[map[code:TERM_INVALID path:[terms groups 0 terms 0 value]]] scanned:0]" {
			t.Errorf("it is answered with %s", got)
		}
	})
	t.Run("numbers that make no sense are refused", func(t *testing.T) {
		for _, field := range []string{"limit", "samples"} {
			r := s.ask(s.admin, backtest+`{ scanned } }`, vars{"in": vars{"type": hubtest.NewWorkOrder, field: 20000}})
			if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || !strings.Contains(r.Errors[0].Message, field) {
				t.Errorf("%s is answered with %+v", field, r.Errors)
			}
		}
	})
	t.Run("what the caller may not see is not in an explanation", func(t *testing.T) {
		c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowEvents, hub.See), hubtest.May(workOrders, hub.See), hubtest.May(hub.RowHub, hub.See))
		r := s.do(s.tokenOf(c), `query($event: ID!, $occurrence: ID!) { event(id: $event) { explain(occurrence: $occurrence) `+everything(schema, schema.Types["EventExplanation"], 4)+` } }`,
			vars{"event": s.event, "occurrence": occurrence})
		if got := told(t, r.Data, ofPersons...); got != nil {
			t.Errorf("it tells %v", got)
		}
	})
}

func TestTermsInGroupsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.do(s.admin, eventCreate, vars{"in": vars{"description": "in groups", "type": hubtest.NewWorkOrder, "flows": []string{s.flow}, "terms": vars{"mode": "ALL",
		"terms":  []vars{{"field": "code", "operation": "STARTS_WITH", "value": 7}},
		"groups": []vars{{"mode": "ANY", "terms": []vars{{"field": "rating", "operation": "BETWEEN", "value": []any{1, 2.5}}, {"field": "note", "operation": "IS_EMPTY"}}}}}}})
	id := r.text("eventCreate", "event", "id")
	const read = `query($id: ID!) { event(id: $id) { problems { path } terms { mode terms { operation value } groups { mode terms { operation value } groups { mode } } } } }`
	want := "map[problems:[] terms:map[groups:[map[groups:[] mode:ANY terms:[map[operation:BETWEEN value:[1 2.5]] map[operation:IS_EMPTY value:<nil>]]]] mode:ALL terms:[map[operation:STARTS_WITH value:7]]]]"
	if got := fmt.Sprint(s.do(s.admin, read, vars{"id": id}).at("event")); got != want {
		t.Errorf("it reads %s, want %s", got, want)
	}
	deep := vars{"mode": "ALL", "terms": []vars{{"field": "code", "operation": "EQUAL", "value": "x"}}}
	for range 4 {
		deep = vars{"mode": "ALL", "groups": []vars{deep}}
	}
	r = s.do(s.admin, eventCreate, vars{"in": vars{"description": "too deep", "type": hubtest.NewWorkOrder, "flows": []string{s.flow}, "terms": deep}})
	problems := s.do(s.admin, read, vars{"id": r.text("eventCreate", "event", "id")}).at("event", "problems")
	if got := fmt.Sprint(problems); got != "[map[path:[terms groups 0 groups 0 groups 0 groups 0]]]" {
		t.Errorf("the problems are %s", got)
	}
}
