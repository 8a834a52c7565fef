package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// boxed makes an enabled flow that new work orders start, and that asks the post for what lies in the box of each task.
func (s *site) boxed() (flow string) {
	s.t.Helper()
	s.post.bring = func(q hub.SourceQuery) ([]json.RawMessage, error) {
		return []json.RawMessage{json.RawMessage(fmt.Sprintf(`{"id_work_orders_tasks":900,"wo_folio":"FROM THE BOX","code_responsible":"maria","description":%q}`, q.Parameters))}, nil
	}
	group := s.do(s.admin, groupCreate, vars{"in": vars{"description": "Box", "grants": grants("work_management/work_orders:SEE", "work_management/work_orders:ADD",
		"work_management/work_orders:EDIT", "inhouse_personnel/general:SEE")}}).text("groupCreate", "group", "id")
	consumer := s.do(s.admin, consCreate, vars{"in": vars{"name": "Box", "group": group, "hubEnabled": true}}).text("consumerCreate", "consumer", "id")
	in := flowInput(consumer, s.integration)
	in["description"] = "from the box"
	in["source"].(vars)["fetch"] = vars{"integration": s.integration, "action": "letters", "about": "work_order_task", "mapping": []vars{{"name": "box", "field": "code_responsible"}}}
	r := s.do(s.admin, flowCreate, vars{"in": in})
	if problems := r.list("flowCreate", "flow", "problems"); len(problems) > 0 {
		s.t.Fatal(problems)
	}
	flow = r.text("flowCreate", "flow", "id")
	if errs := s.do(s.admin, flowEnable, vars{"id": flow}).userErrors("flowEnable"); len(errs) > 0 {
		s.t.Fatal(errs)
	}
	event := s.do(s.admin, eventCreate, vars{"in": vars{"description": "boxes", "type": "work_management.work_orders.new", "flows": []string{flow}}}).text("eventCreate", "event", "id")
	s.do(s.admin, eventEnable, vars{"id": event})
	return flow
}

func TestWhatAnExecutionAskedAndFetchedCanBeReadByWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	flow := s.boxed()
	occurrence := s.workOrder("OT-1", "maria").text("occurrencePublish", "occurrence", "id")
	execution := s.do(s.admin, `query($flow: ID) { executions(filter: {flow: $flow}) { nodes { id } } }`, vars{"flow": flow}).text("executions", "nodes", 0, "id")
	s.settled(execution)
	const ask = `query($id: ID!) { execution(id: $id) { outcome fetch { attempts doneAt reason { code } rowCount questions { parameters about rowCount } rows { record question data } hidden { path } } } }`
	want := func(got any, want string) {
		t.Helper()
		if text, _ := json.Marshal(got); string(text) != want {
			t.Errorf("it is %s, want %s", text, want)
		}
	}
	r := s.do(s.admin, ask, vars{"id": execution})
	want(r.at("execution", "outcome"), `"SUCCEEDED"`)
	want(r.at("execution", "fetch", "questions"), `[{"about":"1","parameters":{"box":"maria"},"rowCount":1}]`)
	want(r.at("execution", "fetch", "rows"), `[{"data":{"code_responsible":"maria","description":"{\"box\":\"maria\"}","id_work_orders_tasks":900,"wo_folio":"FROM THE BOX"},"question":0,"record":"900"}]`)

	blind := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)))
	r = s.do(blind, ask, vars{"id": execution})
	want(r.at("execution", "fetch", "questions"), `[]`)
	want(r.at("execution", "fetch", "rows"), `[]`)
	want(r.at("execution", "fetch", "rowCount"), `1`)
	want(r.at("execution", "fetch", "hidden"), `[{"path":["questions"]},{"path":["rows"]}]`)

	const preview = `query($in: FlowPreviewInput!) { flowPreview(input: $in) { executions { outcome reason { code path message } fetch { rowCount questions { parameters } rows { record } } rows { record deliveries { recipient } } } } }`
	r = s.do(s.admin, preview, vars{"in": vars{"flow": flow, "on": vars{"occurrence": occurrence}}})
	want(r.at("flowPreview", "executions"), `[{"fetch":{"questions":[{"parameters":{"box":"maria"}}],"rowCount":1,"rows":[{"record":"900"}]},"outcome":"SUCCEEDED","reason":null,"rows":[{"deliveries":[{"recipient":"+5511999991234"}],"record":"900"}]}]`)
	s.post.bring = func(hub.SourceQuery) ([]json.RawMessage, error) {
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "the box is shut"}
	}
	r = s.do(s.admin, preview, vars{"in": vars{"flow": flow, "on": vars{"occurrence": occurrence}}})
	want(r.at("flowPreview", "executions", 0, "reason"), `{"code":"SOURCE_FAILED","message":"the box is shut","path":"source.fetch"}`)
}
