package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestOrderAndBoundsAreSetShownComparedAndLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const flow = `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { flow { settings { ordering maxInFlight } } userErrors { code message } } }`
	if got := fmt.Sprint(s.do(s.admin, `query($id: ID!) { flow(id: $id) { settings { ordering maxInFlight } } integration(id: "`+s.integration+`") { maxInFlight } }`, vars{"id": s.flow}).Data); got != "map[flow:map[settings:map[maxInFlight:<nil> ordering:NONE]] integration:map[maxInFlight:<nil>]]" {
		t.Errorf("at first it is %s", got)
	}
	r := s.do(s.admin, flow, vars{"id": s.flow, "in": vars{"settings": vars{"ordering": "RECIPIENT", "maxInFlight": 3}}})
	if got := fmt.Sprint(r.at("flowUpdate", "flow", "settings")); got != "map[maxInFlight:3 ordering:RECIPIENT]" {
		t.Errorf("the flow says %s", got)
	}
	r = s.do(s.admin, history, vars{"id": s.flow, "n": 1})
	if got := fmt.Sprint(r.at("flow", "history", "nodes", 0, "diff")); got != "[map[from:<nil> needs:[] path:[settings maxInFlight] to:3] map[from:NONE needs:[] path:[settings ordering] to:RECIPIENT]]" {
		t.Errorf("it differs by %s", got)
	}
	r = s.do(s.admin, auditLog, vars{"f": vars{"subject": s.flow}, "n": 1})
	if got, _ := json.Marshal(r.at("auditLog", "nodes", 0, "changes")); string(got) != `[{"from":null,"path":"settings.maxInFlight","to":3},{"from":null,"path":"settings.ordering","to":"RECIPIENT"},{"from":1,"path":"version","to":2}]` {
		t.Errorf("the log says %s", got)
	}
}

func TestTheBoundOfAnIntegrationIsSetKeptAndCleared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	update := func(in vars) any {
		t.Helper()
		r := s.do(s.admin, `mutation($id: ID!, $in: IntegrationUpdateInput!) { integrationUpdate(id: $id, input: $in) { integration { maxInFlight } userErrors { code message field } } }`, vars{"id": s.integration, "in": in})
		return r.at("integrationUpdate", "integration", "maxInFlight")
	}
	if got := update(vars{"maxInFlight": 5}); got != 5.0 {
		t.Errorf("it is %v", got)
	}
	if got := update(vars{"name": "renamed"}); got != 5.0 {
		t.Errorf("left out it is %v", got)
	}
	if got := update(vars{"maxInFlight": nil}); got != nil {
		t.Errorf("cleared it is %v", got)
	}
	r := s.do(s.admin, auditLog, vars{"f": vars{"subject": s.integration}, "n": 1})
	if got, _ := json.Marshal(r.at("auditLog", "nodes", 0, "changes")); string(got) != `[{"from":5,"path":"maxInFlight","to":null},{"from":3,"path":"version","to":4}]` {
		t.Errorf("the log says %s", got)
	}
}
