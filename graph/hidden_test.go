package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// What an answer tells of the records of OT-1: to whom who may see what.
var (
	ofPersons    = []string{"99999-1234", "5511999991234", "letter-dlv", "nobody lives there"}
	ofWorkOrders = []string{"OT-1", "Replace the belt"}
)

// told lists which of some texts stand in an answer.
func told(t *testing.T, answer any, texts ...string) (found []string) {
	t.Helper()
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if strings.Contains(string(raw), text) {
			found = append(found, text)
		}
	}
	return found
}

func TestWhatCameFromAFieldThatTheCallerMayNotSeeIsNotInAnyAnswer(t *testing.T) {
	t.Parallel()
	s := setUp(t, newDoor(t, func(o *graph.Options) { o.MaxCost = 100_000_000 }))
	r := s.do(s.admin, eventCreate, vars{"in": vars{"description": "with a telephone", "type": "work_management.work_orders.new", "flows": []string{s.flow},
		"terms": vars{"mode": "ALL", "terms": []vars{{"field": "responsible.sms", "operation": "NOT_EQUAL", "value": "+0"}, {"field": "done", "operation": "NOT_EQUAL", "value": true}}}}})
	if errs := s.do(s.admin, eventEnable, vars{"id": r.text("eventCreate", "event", "id")}).userErrors("eventEnable"); len(errs) > 0 {
		t.Fatal(errs)
	}
	accepted := s.workOrder("OT-1", "jonas")
	for i := range accepted.list("occurrencePublish", "executions") {
		s.settled(accepted.text("occurrencePublish", "executions", i, "id"))
	}
	s.post.mu.Lock()
	s.post.refuse = "+5511999991234"
	s.post.mu.Unlock()
	refused := s.workOrder("OT-10", "jonas")
	for i := range refused.list("occurrencePublish", "executions") {
		s.settled(refused.text("occurrencePublish", "executions", i, "id"))
	}
	schema := loadSchema(t)
	fields := func(name string, levels int) string { return everything(schema, schema.Types[name], levels) }
	whole := map[string]string{
		"executions": "{ executions " + fields("ExecutionConnection", 5) + " }",
		"deliveries": "{ deliveries " + fields("DeliveryConnection", 5) + " }",
		"queue":      "{ queue " + fields("Queue", 5) + " }",
		"flows":      "{ flows " + fields("FlowConnection", 4) + " }",
	}
	ofAll := slices.Concat(ofPersons, ofWorkOrders)
	hubOnly := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
	withOrders := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(workOrders, hub.See))
	for name, query := range whole {
		if got := told(t, s.do(s.tokenOf(hubOnly), query, nil).Data, ofAll...); got != nil {
			t.Errorf("%s tell who may see no record %v", name, got)
		}
		if got := told(t, s.do(s.tokenOf(withOrders), query, nil).Data, ofPersons...); got != nil {
			t.Errorf("%s tell who may not see persons %v", name, got)
		}
	}
	for name, want := range map[string][]string{"executions": ofWorkOrders, "deliveries": ofWorkOrders} {
		if got := told(t, s.do(s.tokenOf(withOrders), whole[name], nil).Data, ofWorkOrders...); !slices.Equal(got, want) {
			t.Errorf("%s tell who may see work orders only %v", name, got)
		}
		if got := told(t, s.do(s.admin, whole[name], nil).Data, ofAll[1:]...); len(got) != len(ofAll)-1 {
			t.Errorf("%s tell who may see everything only %v", name, got)
		}
	}

	t.Run("each part that is left out says what it would need", func(t *testing.T) {
		const q = `{ deliveries(first: 1) { nodes { recipient values record providerId hidden { path needs { module submodule action } } } } }`
		hidden := func(c hub.Caller) string {
			node := s.do(s.tokenOf(c), q, nil).at("deliveries", "nodes", 0).(map[string]any)
			var out []string
			for _, h := range node["hidden"].([]any) {
				h := h.(map[string]any)
				out = append(out, fmt.Sprintf("%v %s", h["path"], cells(h["needs"])))
			}
			return fmt.Sprintf("%v %v %v %v", node["recipient"], node["record"] == nil, node["values"], out)
		}
		const persons, orders = "inhouse_personnel/general:SEE", "work_management/work_orders:SEE"
		if got, want := hidden(withOrders), fmt.Sprintf("<nil> false [OT-10 Replace the belt] %v", []string{"[recipient] " + persons, "[providerId] " + persons,
			"[reason message] " + persons, "[attempts] " + persons, "[receipts] " + persons}); got != want {
			t.Errorf("it says %s, not %s", got, want)
		}
		both := orders + " " + persons
		if got, want := hidden(hubOnly), fmt.Sprintf("<nil> true [<nil> <nil>] %v", []string{"[record] " + orders, "[recipient] " + both, "[providerId] " + both,
			"[values 0] " + orders, "[values 1] " + orders, "[reason message] " + both, "[attempts] " + both, "[receipts] " + both}); got != want {
			t.Errorf("it says %s, not %s", got, want)
		}
		if got := hidden(hubtest.Admin(t, s.db)); got != "+5511999991234 false [OT-10 Replace the belt] []" {
			t.Errorf("who may see everything gets %s", got)
		}
	})
	t.Run("a filter cannot be used to guess it", func(t *testing.T) {
		for query, field := range map[string]string{
			`{ deliveries(filter: {recipient: "+5511999991234"}) { nodes { id } pageInfo { hasNextPage } } }`: "deliveries",
			`{ executions(filter: {subject: "OT-1"}) { nodes { id } pageInfo { hasNextPage } } }`:             "executions",
		} {
			if r := s.do(s.tokenOf(hubOnly), query, nil); len(r.list(field, "nodes")) != 0 || r.at(field, "pageInfo", "hasNextPage") != false {
				t.Errorf("%s finds %v", query, r.Data)
			}
			if r := s.do(s.admin, query, nil); len(r.list(field, "nodes")) == 0 {
				t.Errorf("%s finds nothing for who may see it", query)
			}
		}
	})
	t.Run("an act on a delivery does not show it either", func(t *testing.T) {
		may := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.Edit))
		id := s.do(s.admin, `{ deliveries(first: 1, filter: {states: [FAILED]}) { nodes { id } } }`, nil).text("deliveries", "nodes", 0, "id")
		r := s.do(s.tokenOf(may), `mutation($id: ID!) { deliveryRetry(id: $id) { delivery { id recipient providerRecipient values record providerId reason { message } } userErrors { code } } }`, vars{"id": id})
		if r.text("deliveryRetry", "delivery", "id") != id {
			t.Fatalf("it is answered with %v", r.Data)
		}
		if got := told(t, r.Data, ofAll...); got != nil {
			t.Errorf("it tells %v", got)
		}
	})
	t.Run("nor does what the provider says of it", func(t *testing.T) {
		may := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.Edit))
		s.post.mu.Lock()
		s.post.saw = &hub.LookupAnswer{State: hub.LookupFound, Message: "a letter to +5511999991234 about the belt",
			Receipts: []hub.Receipt{{ProviderID: "letter-x", Status: hub.ReceiptSent, Message: "+5511999991234"}}}
		s.post.mu.Unlock()
		id := s.do(s.admin, `{ deliveries(first: 1, filter: {states: [ACCEPTED]}) { nodes { id } } }`, nil).text("deliveries", "nodes", 0, "id")
		const ask = `mutation($id: ID!) { deliveryLookup(id: $id) { delivery { id state recipient providerRecipient values record providerId reason { message } } answer message userErrors { code } } }`
		r := s.do(s.tokenOf(may), ask, vars{"id": id})
		if r.text("deliveryLookup", "answer") != "FOUND" || r.text("deliveryLookup", "delivery", "state") != "SENT" || r.text("deliveryLookup", "message") != "" {
			t.Fatalf("it is answered with %v", r.Data)
		}
		if got := told(t, r.Data, ofAll...); got != nil {
			t.Errorf("it tells %v", got)
		}
		if r := s.do(s.admin, ask, vars{"id": id}); r.text("deliveryLookup", "message") == "" {
			t.Errorf("who may see everything is told nothing: %v", r.Data)
		}
	})
	t.Run("an occurrence tells it neither by its records nor by its traces", func(t *testing.T) {
		id := accepted.text("occurrencePublish", "occurrence", "id")
		query := `query($id: ID!) { occurrence(id: $id) ` + fields("Occurrence", 5) + ` }`
		r := s.do(s.tokenOf(withOrders), query, vars{"id": id})
		if got := told(t, r.Data, ofPersons...); got != nil {
			t.Errorf("it tells %v", got)
		}
		traces := 0
		for _, m := range r.list("occurrence", "matches") {
			for _, row := range m.(map[string]any)["rows"].([]any) {
				for _, v := range row.(map[string]any)["trace"].([]any) {
					v := v.(map[string]any)
					traces++
					if hidden := v["field"] == "responsible.sms"; hidden != (v["true"] == nil) || hidden != (v["present"] == nil) || hidden != (cells(v["needs"]) == "inhouse_personnel/general:SEE") {
						t.Errorf("the trace says %v", v)
					}
				}
			}
		}
		if traces != 3 {
			t.Errorf("there are %d terms", traces)
		}
		if got := told(t, s.do(s.admin, query, vars{"id": id}).Data, "99999-1234"); got == nil {
			t.Error("who may see it does not")
		}
	})
	t.Run("publishing answers with no more", func(t *testing.T) {
		publisher := hubtest.CallerWith(t, s.db, hubtest.May(workOrders, hub.Add), hubtest.May(workOrders, hub.See))
		r := s.do(s.tokenOf(publisher), `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { occurrence { matches { rows { trace { field got true } } } } userErrors { message } } }`,
			vars{"in": vars{"source": "/t", "id": "quiet", "type": "work_management.work_orders.new", "subject": "OT-2", "records": []vars{
				{"type": "work_order_task", "key": "900", "data": vars{"wo_folio": "OT-2", "code_responsible": "jonas", "id_work_orders_tasks": 900}}}}})
		if got := told(t, r.Data, ofPersons...); got != nil || told(t, r.Data, "responsible.sms") == nil {
			t.Errorf("it tells %v: %v", got, r.Data)
		}
	})
	t.Run("a subscription tells no more, and less as soon as a right is lost", func(t *testing.T) {
		w := s.connect(bearer(s.tokenOf(hubOnly)))
		w.say("subscribe", "1", vars{"query": `subscription { executionChanged(after: "` + hub.Cursor(0) + `") ` + fields("ExecutionChange", 4) + ` }`})
		for range 20 {
			if m := w.hear(); told(t, m.Payload, ofAll...) != nil {
				t.Fatalf("an item tells %v: %s", told(t, m.Payload, ofAll...), m.Payload)
			}
		}
		w.say("complete", "1", nil)
		losing := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(hub.RowEvents, hub.See), hubtest.May(workOrders, hub.See), hubtest.May(personnel, hub.See))
		w = s.connect(bearer(s.tokenOf(losing)))
		follow := func(execution string) (items []any) {
			for {
				r := w.hear().reply(t)
				if r.text("executionChanged", "execution", "id") != execution {
					continue
				}
				items = append(items, r.Data)
				if r.text("executionChanged", "change", "aspect") == "OUTCOME" {
					return items
				}
			}
		}
		w.say("subscribe", "1", vars{"query": `subscription { executionChanged(event: "` + s.event + `", after: "` + hub.Cursor(0) + `") { execution { id subject } delivery { recipient } change { aspect cause { message } } } }`})
		if got := told(t, follow(accepted.text("occurrencePublish", "occurrence", "matches", 0, "executions", 0, "id")), "5511999991234"); got == nil {
			t.Error("who may see everything does not")
		}
		grants := hub.Grants{hub.RowHub: hub.ActionSet(hub.See), hub.RowEvents: hub.ActionSet(hub.See)}.List()
		if _, err := s.db.GroupUpdate(t.Context(), hubtest.Admin(t, s.db), losing.Group.Key, 0, hub.GroupInput{Grants: &grants}); err != nil {
			t.Fatal(err)
		}
		if got := told(t, follow(s.workOrder("OT-100", "jonas").text("occurrencePublish", "occurrence", "matches", 0, "executions", 0, "id")), ofAll...); got != nil {
			t.Errorf("after the rights are lost it tells %v", got)
		}
	})
}
