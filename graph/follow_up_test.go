package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// twoTargets are those of a flow whose second one follows the first one up.
func (s *site) twoTargets(followUp any) []vars {
	targets := flowInput(s.consumer, s.integration)["targets"].([]vars)
	return append(targets, vars{"integration": s.integration, "action": "letter", "parameters": vars{"template": "again"}, "recipient": vars{"constant": "+5511999990099"},
		"mapping": []vars{{"field": "wo_folio", "position": 1}}, "followUp": followUp})
}

func TestAFollowUpIsSetShownComparedAndLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const update = `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { flow { targets { action followUp { of when within } } problems { code path } } userErrors { code problem field message } } }`
	r := s.do(s.admin, update, vars{"id": s.flow, "in": vars{"targets": s.twoTargets(vars{"of": 0, "when": "NOT_READ", "within": "PT30M"})}})
	if got := fmt.Sprint(r.at("flowUpdate", "flow", "targets")); got != "[map[action:letter followUp:<nil>] map[action:letter followUp:map[of:0 when:NOT_READ within:PT30M]]]" {
		t.Errorf("the targets are %s, %v", got, r.userErrors("flowUpdate"))
	}
	r = s.do(s.admin, update, vars{"id": s.flow, "in": vars{"targets": s.twoTargets(vars{"of": 0, "when": "FAILED"})}})
	if got := r.text("flowUpdate", "flow", "targets", 1, "followUp", "within"); got != "P1D" {
		t.Errorf("a failure counts for %s", got)
	}
	r = s.do(s.admin, history, vars{"id": s.flow, "n": 1})
	if got := fmt.Sprint(r.at("flow", "history", "nodes", 0, "diff")); got != "[map[from:NOT_READ needs:[] path:[targets 1 followUp when] to:FAILED] map[from:PT30M needs:[] path:[targets 1 followUp within] to:P1D]]" {
		t.Errorf("it differs by %s", got)
	}
	r = s.do(s.admin, auditLog, vars{"f": vars{"subject": s.flow}, "n": 1})
	if got := fmt.Sprint(r.at("auditLog", "nodes", 0, "changes")); !strings.Contains(got, "path:targets.1.followUp.when to:FAILED") {
		t.Errorf("the log says %s", got)
	}
	for want, followUp := range map[string]vars{
		"FOLLOW_UP_INVALID [targets 1 followUp of]":     {"of": 1, "when": "FAILED"},
		"FOLLOW_UP_INVALID [targets 1 followUp within]": {"of": 0, "when": "NOT_DELIVERED"},
	} {
		r := s.do(s.admin, update, vars{"id": s.flow, "in": vars{"targets": s.twoTargets(followUp)}})
		if got := fmt.Sprint(r.at("flowUpdate", "userErrors", 0, "problem"), " ", r.at("flowUpdate", "userErrors", 0, "field")); got != want {
			t.Errorf("%v is answered with %s, not %s", followUp, got, want)
		}
	}
}

func TestMessagesSayWhatTheyFollowUpAndWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	errs := s.do(s.admin, `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { userErrors { code message } } }`,
		vars{"id": s.flow, "in": vars{"targets": s.twoTargets(vars{"of": 0, "when": "NOT_READ", "within": "PT2S"})}}).userErrors("flowUpdate")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	const q = `query($id: ID!) { execution(id: $id) { state waitingFor until deliveries { id state target flowTarget { parameters followUp { when } } waitingFor dueAt reason { code message by { id } }
		follows { id } followUps { id target } } timeline { subject aspect from to cause { code } } } deliveries(filter: {execution: $id, target: 1}) { nodes { target } } }`
	read := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	ask := func(execution, state string) reply {
		t.Helper()
		var r reply
		eventually(t, "the execution is "+state, func() bool {
			r = s.do(s.admin, q, vars{"id": execution})
			return r.text("execution", "state") == state
		})
		return r
	}
	r := ask(read, "WAITING")
	first, second := r.text("execution", "deliveries", 0, "id"), r.text("execution", "deliveries", 1, "id")
	if r.text("execution", "waitingFor") != "FOLLOW_UP" || r.at("execution", "until") == nil || r.at("execution", "deliveries", 1, "dueAt") != r.at("execution", "until") {
		t.Errorf("it waits as %v", r.at("execution"))
	}
	if got := fmt.Sprint(r.at("execution", "deliveries", 1, "reason")); got != "map[by:map[id:"+first+"] code:FOLLOW_UP message:it goes only if the message that it follows up is not read within 2s]" {
		t.Errorf("it says %s", got)
	}
	if got := fmt.Sprint(r.at("execution", "deliveries", 0, "followUps"), r.at("execution", "deliveries", 1, "follows"), r.at("deliveries", "nodes")); got != "[map[id:"+second+" target:1]] [map[id:"+first+"]] [map[target:1]]" {
		t.Errorf("they are tied as %s", got)
	}
	if got := fmt.Sprint(r.at("execution", "deliveries", 1, "flowTarget")); got != "map[followUp:map[when:NOT_READ] parameters:map[template:again]]" {
		t.Errorf("its target is %s", got)
	}
	_, key, _ := hub.ParseID(first)
	s.tell(hub.Receipt{DeliveryKey: key, ProviderID: "letter", Status: hub.ReceiptRead, At: time.Now()})
	if r := ask(read, "CLOSED"); r.text("execution", "deliveries", 1, "state") != "SUPPRESSED" || r.text("execution", "deliveries", 1, "reason", "code") != "FOLLOW_UP_NOT_NEEDED" {
		t.Errorf("of one that was read it says %v", r.at("execution", "deliveries"))
	}
	unread := s.workOrder("OT-2", "jonas").text("occurrencePublish", "executions", 0, "id")
	r = ask(unread, "CLOSED") // after two seconds
	if r.text("execution", "deliveries", 1, "state") != "ACCEPTED" || !strings.Contains(fmt.Sprint(r.at("execution", "timeline")), "aspect:FOLLOW_UP cause:map[code:FOLLOW_UP] from:<nil> subject:DELIVERY to:NOT_READ") {
		t.Errorf("of one that nobody read it says %v", r.at("execution"))
	}
}
