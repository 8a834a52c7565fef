package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const suppressionAdd = `mutation($in: SuppressionAddInput!) { suppressionAdd(input: $in) { suppression { id recipient category ground source since until active note
	reason { code message } delivery { id } addedBy { id } integration { id } hidden { path } } userErrors { code message field } } }`

// suppress has the integration of the site leave somebody alone, and returns the id of that.
func (s *site) suppress(recipient string, more vars) string {
	s.t.Helper()
	in := vars{"integration": s.integration, "recipient": recipient}
	for name, v := range more {
		in[name] = v
	}
	r := s.do(s.admin, suppressionAdd, vars{"in": in})
	if errs := r.userErrors("suppressionAdd"); len(errs) > 0 {
		s.t.Fatal(errs)
	}
	return r.text("suppressionAdd", "suppression", "id")
}

func TestASuppressionIsAddedSeenObeyedRemovedAndThenTheDeliveryIsSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.suppress("+55 11 99999-1234", vars{"note": "on leave"})
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	const q = `query($e: ID!) { deliveries(filter: {execution: $e}) { nodes { id state reason { code message nextStep by { id } } suppression { id recipient note active } } } }`
	d := s.do(s.admin, q, vars{"e": execution})
	if d.text("deliveries", "nodes", 0, "state") != "SUPPRESSED" || d.text("deliveries", "nodes", 0, "suppression", "id") != id || d.text("deliveries", "nodes", 0, "reason", "by", "id") != id ||
		d.text("deliveries", "nodes", 0, "suppression", "recipient") != "+5511999991234" || d.text("deliveries", "nodes", 0, "suppression", "note") != "on leave" {
		t.Errorf("the delivery is %v", d.at("deliveries", "nodes", 0))
	}
	delivery := d.text("deliveries", "nodes", 0, "id")
	retry := `mutation($id: ID!) { deliveryRetry(id: $id) { delivery { state } userErrors { code message } } }`
	if r := s.do(s.admin, retry, vars{"id": delivery}); r.text("deliveryRetry", "userErrors", 0, "code") != "CONFLICT" || !strings.Contains(r.text("deliveryRetry", "userErrors", 0, "message"), id) {
		t.Errorf("it is answered with %v", r.Data)
	}
	remove := `mutation($id: ID!) { suppressionRemove(id: $id) { deletedId userErrors { code } } }`
	if r := s.do(s.admin, remove, vars{"id": id}); r.text("suppressionRemove", "deletedId") != id {
		t.Errorf("it is answered with %v", r.Data)
	}
	if r := s.do(s.admin, remove, vars{"id": id}); r.text("suppressionRemove", "userErrors", 0, "code") != "NOT_FOUND" {
		t.Errorf("once more it is answered with %v", r.Data)
	}
	if r := s.do(s.admin, q, vars{"e": execution}); r.at("deliveries", "nodes", 0, "suppression") != nil || r.text("deliveries", "nodes", 0, "state") != "SUPPRESSED" {
		t.Errorf("without it the delivery is %v", r.at("deliveries", "nodes", 0))
	}
	if errs := s.do(s.admin, retry, vars{"id": delivery}).userErrors("deliveryRetry"); len(errs) > 0 {
		t.Fatal(errs)
	}
	s.settled(execution)
	if got := s.do(s.admin, q, vars{"e": execution}).text("deliveries", "nodes", 0, "state"); got != "ACCEPTED" {
		t.Errorf("it is %s", got)
	}
}

func TestWhatIsWrongWithASuppressionIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for field, in := range map[string]vars{
		"recipient":   {"integration": s.integration, "recipient": "Jonas"},
		"until":       {"integration": s.integration, "recipient": "+5511999991234", "until": "2001-01-01T00:00:00Z"},
		"category":    {"integration": s.integration, "recipient": "+5511999991234", "category": strings.Repeat("x", 61)},
		"note":        {"integration": s.integration, "recipient": "+5511999991234", "note": strings.Repeat("x", 2001)},
		"integration": {"integration": hub.ID(hub.KindIntegration, 404), "recipient": "+5511999991234"},
	} {
		r := s.do(s.admin, suppressionAdd, vars{"in": in})
		if got := fmt.Sprint(r.at("suppressionAdd", "userErrors", 0, "field")); got != "[input "+field+"]" && got != "["+field+"]" || r.at("suppressionAdd", "suppression") != nil {
			t.Errorf("%s: it is answered with %v", field, r.Data)
		}
	}
}

func TestSuppressionsAreListedAndNarrowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.suppress("+5511999991234", vars{"category": "Marketing"})
	s.suppress("+5511999991234", nil)
	s.suppress("+5511988887777", nil)
	count := func(filter string) int {
		return len(s.do(s.admin, `{ suppressions(filter: {`+filter+`}) { nodes { id } } }`, nil).list("suppressions", "nodes"))
	}
	for filter, want := range map[string]int{
		"": 3, `recipient: "+5511999991234"`: 2, `category: "marketing"`: 1, `category: ""`: 2, `active: true`: 3, `active: false`: 0, `integration: "` + s.integration + `"`: 3,
		`integration: "` + hub.ID(hub.KindIntegration, 404) + `"`: 0, `integration: "` + s.integration + `", recipient: "+5511999991234", category: "", active: true`: 1,
	} {
		if got := count(filter); got != want {
			t.Errorf("{%s} finds %d, want %d", filter, got, want)
		}
	}
	r := s.do(s.admin, `query($id: ID!) { integration(id: $id) { suppressions(active: true, first: 2) { nodes { recipient category } pageInfo { hasNextPage endCursor } } } }`, vars{"id": s.integration})
	if got := fmt.Sprint(r.list("integration", "suppressions", "nodes")); got != "[map[category:<nil> recipient:+5511988887777] map[category:<nil> recipient:+5511999991234]]" ||
		r.at("integration", "suppressions", "pageInfo", "hasNextPage") != true {
		t.Errorf("the integration lists %v", r.at("integration", "suppressions"))
	}
}

func TestWhoMayNotSeeARecipientDoesNotSeeItAmongTheSuppressions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settled(s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id"))
	known := s.suppress("+5511999991234", vars{"note": "of Jonas"})    // a delivery went there, by the person's record
	unknown := s.suppress("+5511988887777", vars{"note": "of nobody"}) // it may be in any record
	seeHub, persons := hubtest.May(hub.RowHub, hub.See), hubtest.May(personnel, hub.See)
	const q = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Suppression { recipient note ground hidden { path needs { module submodule action } } } } }`
	look := func(c hub.Caller) string {
		var out []string
		for _, n := range s.do(s.tokenOf(c), q, vars{"ids": []string{known, unknown}}).list("nodes") {
			n := n.(map[string]any)
			out = append(out, fmt.Sprint(n["recipient"], " ", n["note"], " ", len(n["hidden"].([]any))))
		}
		return strings.Join(out, ", ")
	}
	for name, c := range map[string]struct {
		caller hub.Caller
		want   string
	}{
		"everything": {hubtest.Admin(t, s.db), "+5511999991234 of Jonas 0, +5511988887777 of nobody 0"},
		"persons":    {hubtest.CallerWith(t, s.db, seeHub, persons, hubtest.May(workOrders, hub.See)), "+5511999991234 of Jonas 0, <nil> <nil> 2"},
		"no record":  {hubtest.CallerWith(t, s.db, seeHub), "<nil> <nil> 2, <nil> <nil> 2"},
	} {
		if got := look(c.caller); got != c.want {
			t.Errorf("who may see %s reads %s, want %s", name, got, c.want)
		}
	}
	none := s.tokenOf(hubtest.CallerWith(t, s.db, seeHub))
	if n := s.do(none, `{ suppressions(filter: {recipient: "+5511999991234"}) { nodes { id } } }`, nil).list("suppressions", "nodes"); len(n) > 0 {
		t.Errorf("a filter can be used to guess a number: %v", n)
	}
	if n := s.do(none, `query($i: ID!) { suppressions(filter: {integration: $i}) { nodes { id } } }`, vars{"i": s.integration}).list("suppressions", "nodes"); len(n) > 0 {
		t.Errorf("a filter can be used to guess an integration: %v", n)
	}
	adds := hubtest.CallerWith(t, s.db, seeHub, hubtest.May(hub.RowHub, hub.Add))
	r := s.do(s.tokenOf(adds), suppressionAdd, vars{"in": vars{"integration": s.integration, "recipient": "+5511977776666", "note": "mine"}})
	if r.text("suppressionAdd", "suppression", "recipient") != "+5511977776666" || r.text("suppressionAdd", "suppression", "note") != "mine" || r.at("suppressionAdd", "suppression", "integration") != nil {
		t.Errorf("who typed it reads %v", r.at("suppressionAdd"))
	}
}

// Whoever sees to whom a test went sees who was left alone because of it, by any door.
func TestTheRecipientOfATestIsShownOnASuppressionToWhoSeesItOnTheDelivery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	constant := flowInput(s.consumer, s.integration)
	constant["description"] = "to one number"
	constant["targets"].([]vars)[0]["recipient"] = vars{"constant": "+5511966665555"}
	fixed := s.do(s.admin, flowCreate, vars{"in": constant}).text("flowCreate", "flow", "id")
	callers := map[string]hub.Caller{"records": hubtest.Admin(t, s.db), "the hub": hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)),
		"persons too": hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(personnel, hub.See), hubtest.May(workOrders, hub.See))}
	for flow, c := range map[string]struct {
		recipient string
		seenBy    []string
	}{
		s.flow: {"+5511988887777", []string{"records", "persons too"}},
		fixed:  {"+5511977776666", []string{"records", "persons too", "the hub"}},
	} {
		r := s.do(s.admin, `mutation($id: ID!, $in: FlowTestInput!) { flowTest(id: $id, input: $in) { execution { id } userErrors { message } } }`, vars{"id": flow, "in": vars{"recipient": c.recipient,
			"on": vars{"sample": []vars{{"type": "work_order_task", "key": "1", "data": vars{"id_work_orders_tasks": 1, "wo_folio": "OT-1", "description": "Grease", "code_responsible": "jonas"}},
				{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+5511999991234"}}}}}})
		if errs := r.userErrors("flowTest"); len(errs) > 0 {
			t.Fatal(r.Data)
		}
		s.settled(r.text("flowTest", "execution", "id"))
		id := s.suppress(c.recipient, nil)
		for name, caller := range callers {
			q := s.do(s.tokenOf(caller), `query($id: ID!, $r: String!) { suppression(id: $id) { recipient delivery { test recipient } }
				suppressions(filter: {recipient: $r}) { nodes { id } } deliveries(filter: {recipient: $r}) { nodes { id } } }`, vars{"id": id, "r": c.recipient})
			got := fmt.Sprintf("%v %d %d", q.at("suppression"), len(q.list("suppressions", "nodes")), len(q.list("deliveries", "nodes")))
			want := "map[delivery:map[recipient:<nil> test:true] recipient:<nil>] 0 0"
			if slices.Contains(c.seenBy, name) {
				want = strings.ReplaceAll(strings.ReplaceAll(want, "<nil>", c.recipient), "0 0", "1 1")
			}
			if got != want {
				t.Errorf("of a test to %s, who may see %s is told %s, want %s", c.recipient, name, got, want)
			}
		}
	}
}

func TestAReasonInTheReadersLanguageSaysWhyNothingIsSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.suppress("+5511999991234", nil)
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	r := s.send("POST", s.url, strings.NewReader(`{"query":"{ deliveries { nodes { reason { message nextStep } } } }"}`),
		headers("Authorization", "Bearer "+s.admin, "Content-Type", "application/json", "Accept-Language", "pt-BR"))
	if got := r.text("deliveries", "nodes", 0, "reason", "message"); !strings.HasPrefix(got, "o destinatário não deve receber mensagens desde 20") || !strings.HasSuffix(got, ": uma pessoa decidiu assim") {
		t.Errorf("it says %q", got)
	}
	if got := r.text("deliveries", "nodes", 0, "reason", "nextStep"); !strings.HasPrefix(got, "se o destinatário") {
		t.Errorf("what to do is %q", got)
	}
}
