package graph_test

import (
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const collectionOf = `query($id: ID!, $n: Int, $after: Cursor) { execution(id: $id) { state waitingFor until collection { open occurrenceCount rowCount openedAt lastAt
	occurrences(first: $n, after: $after) { nodes { subject matches { executions { id } } } pageInfo { hasNextPage endCursor } } } } }`

func TestAnOccurrenceThatJoinedIsFoundByItsExecutionAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	execution := s.gathering("OT-70")
	for _, folio := range []string{"OT-71", "OT-72"} {
		r := s.workOrder(folio, "maria")
		if got := r.text("occurrencePublish", "executions", 0, "id"); got != execution {
			t.Fatalf("%s is in %s, want %s", folio, got, execution)
		}
		id := r.text("occurrencePublish", "occurrence", "id")
		found := s.do(s.admin, `query($o: ID) { executions(filter: {occurrence: $o}) { nodes { id } } }`, vars{"o": id})
		if list := found.list("executions", "nodes"); len(list) != 1 || found.text("executions", "nodes", 0, "id") != execution {
			t.Errorf("by its occurrence there is %v", list)
		}
	}
	r := s.do(s.admin, collectionOf, vars{"id": execution, "n": 2})
	c := r.at("execution", "collection").(map[string]any)
	if r.text("execution", "waitingFor") != "COLLECTING" || c["open"] != true || c["occurrenceCount"] != 3.0 || c["rowCount"] != 3.0 {
		t.Errorf("the execution is %v", r.Data)
	}
	if got := fmt.Sprintln(r.at("execution", "collection", "occurrences", "nodes", 0, "subject"), r.at("execution", "collection", "occurrences", "nodes", 1, "subject"),
		r.at("execution", "collection", "occurrences", "nodes", 0, "matches", 1, "executions", 0, "id")); got != "OT-72 OT-71 "+execution+"\n" {
		t.Errorf("the first page has %s", got)
	}
	r = s.do(s.admin, collectionOf, vars{"id": execution, "n": 2, "after": r.at("execution", "collection", "occurrences", "pageInfo", "endCursor")})
	if list := r.list("execution", "collection", "occurrences", "nodes"); len(list) != 1 || r.at("execution", "collection", "occurrences", "pageInfo", "hasNextPage") != false {
		t.Errorf("the second has %v", list)
	}
	sees := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)))
	r = s.do(sees, collectionOf, vars{"id": execution})
	if r.at("execution", "collection", "occurrenceCount") != 3.0 || len(r.list("execution", "collection", "occurrences", "nodes")) != 0 {
		t.Errorf("who may not see work orders gets %v", r.Data)
	}
	flushed := s.do(s.admin, `mutation($id: ID!) { executionFlush(id: $id) { execution { collection { open } } userErrors { code } } }`, vars{"id": execution})
	if flushed.at("executionFlush", "execution", "collection", "open") != false {
		t.Errorf("closing it is answered with %v", flushed.Data)
	}
	s.settled(execution)
	again := s.do(s.admin, `mutation($id: ID!) { executionFlush(id: $id) { execution { id } userErrors { code message field } } }`, vars{"id": execution})
	if errs := again.userErrors("executionFlush"); fmt.Sprint(errs) != "[CONFLICT id]" {
		t.Errorf("closing it again is answered with %v", errs)
	}
	refused := s.ask(sees, `mutation($id: ID!) { executionFlush(id: $id) { execution { id } userErrors { code } } }`, vars{"id": execution})
	if len(refused.Errors) != 1 || refused.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("who may only see is answered with %v %+v", refused.Data, refused.Errors)
	}
}

func TestWhatIsGatheredCanBeReadByAFlowThatCollectsAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in := flowInput(s.consumer, s.integration)
	in["targets"].([]vars)[0]["mapping"] = []vars{{"position": 1, "field": "collected.count"}, {"position": 2, "expression": vars{"list": []any{vars{"var": "collected.all.wo_folio"}, 10}}}}
	const create = `mutation($in: FlowCreateInput!) { flowCreate(input: $in) { flow { problems { code path } settings { collect { by field mode window atMost limit } } } userErrors { code message field } } }`
	r := s.do(s.admin, create, vars{"in": in})
	if got := fmt.Sprint(r.list("flowCreate", "flow", "problems")); got != "[map[code:FIELD_UNKNOWN path:[targets 0 mapping 0 field]] map[code:FIELD_UNKNOWN path:[targets 0 mapping 1 expression]]]" {
		t.Errorf("a flow that does not collect has the problems %s", got)
	}
	in["settings"] = vars{"collect": vars{"window": "PT5M"}}
	r = s.do(s.admin, create, vars{"in": in})
	if got := fmt.Sprint(r.at("flowCreate", "flow")); got != "map[problems:[] settings:map[collect:map[atMost:PT5M by:FLOW field:<nil> limit:100 mode:DIGEST window:PT5M]]]" {
		t.Errorf("one that does is %s", got)
	}
	for path, collect := range map[string]vars{"settings.collect.window": {"window": "PT0.5S"}, "settings.collect.limit": {"window": "PT1M", "limit": 1}} {
		in["settings"] = vars{"collect": collect}
		if errs := s.do(s.admin, create, vars{"in": in}).userErrors("flowCreate"); len(errs) != 1 {
			t.Errorf("%s is answered with %v", path, errs)
		}
	}
}
