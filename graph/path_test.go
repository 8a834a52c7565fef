package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// site is a hub that is set up as the four steps of the product's article say: a group, a consumer, a flow, an event.
type site struct {
	*door
	group, consumer, integration, flow, event string
	tasks                                     int // that were published; the last one's key
}

const (
	groupCreate = `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { group { id version grants { module submodule actions } } userErrors { code message field problem } } }`
	consCreate  = `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { consumer { id clientId group { id } } secret userErrors { code message field } } }`
	intCreate   = `mutation($in: IntegrationCreateInput!) { integrationCreate(input: $in) { integration { id secretsSet settings state connectorName connector { title } } userErrors { code message field problem } } }`
	flowCreate  = `mutation($in: FlowCreateInput!) { flowCreate(input: $in) { flow { id version enabled problems { code path message nextStep } } userErrors { code message field problem } } }`
	flowEnable  = `mutation($id: ID!, $v: Int) { flowEnable(id: $id, expectedVersion: $v) { flow { id enabled } userErrors { code message field problem } } }`
	flowUpdate  = `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { flow { id version description source { action } targets { mapping { field position } } settings { maxAttempts maxAge unknownPolicy unknownWait } problems { code } } userErrors { code message field problem } } }`
	eventCreate = `mutation($in: EventCreateInput!) { eventCreate(input: $in) { event { id problems { code } } userErrors { code message field } } }`
	eventEnable = `mutation($id: ID!) { eventEnable(id: $id) { event { id enabled } userErrors { code message field problem } } }`
	publish     = `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { repeat occurrence { id matches { fired event { id } executions { id } } } executions { id } userErrors { code message field } } }`
)

func grants(rows ...string) []vars {
	var list []vars
	for _, row := range rows {
		module, rest, _ := strings.Cut(row, "/")
		submodule, actions, _ := strings.Cut(rest, ":")
		list = append(list, vars{"module": module, "submodule": submodule, "actions": strings.Split(actions, ",")})
	}
	return list
}

func flowInput(consumer, integration string) vars {
	return vars{
		"description": "WO assigned",
		"source":      vars{"consumer": consumer, "action": "query_work_order_tasks"},
		"targets": []vars{{"integration": integration, "action": "letter", "parameters": vars{"template": "hello"}, "recipient": vars{"field": "responsible.sms"},
			"mapping": []vars{{"field": "wo_folio", "position": 1}, {"field": "task_todo_description", "position": 2}}}},
	}
}

func newSite(t *testing.T) *site {
	t.Helper()
	return setUp(t, newDoor(t, nil))
}

// setUp walks the four steps through the API.
func setUp(t *testing.T, d *door) *site {
	t.Helper()
	s := &site{door: d}
	r := s.do(s.admin, groupCreate, vars{"in": vars{"description": "Hub", "grants": grants("work_management/work_orders:SEE", "inhouse_personnel/general:SEE")}})
	s.group = r.text("groupCreate", "group", "id")
	r = s.do(s.admin, consCreate, vars{"in": vars{"name": "WhatsApp", "group": s.group, "hubEnabled": true}})
	s.consumer = r.text("consumerCreate", "consumer", "id")
	r = s.do(s.admin, intCreate, vars{"in": vars{"connector": "post", "name": "the post", "settings": vars{"stamp": "red"},
		"secrets": []vars{{"name": "key", "value": "s3cret"}}}})
	s.integration = r.text("integrationCreate", "integration", "id")
	r = s.do(s.admin, flowCreate, vars{"in": flowInput(s.consumer, s.integration)})
	s.flow = r.text("flowCreate", "flow", "id")
	if problems := r.list("flowCreate", "flow", "problems"); len(problems) > 0 {
		t.Fatalf("the flow has problems: %v", problems)
	}
	if errs := s.do(s.admin, flowEnable, vars{"id": s.flow}).userErrors("flowEnable"); len(errs) > 0 {
		t.Fatal(errs)
	}
	r = s.do(s.admin, eventCreate, vars{"in": vars{"description": "New WO for Jonas", "type": "work_management.work_orders.new", "flows": []string{s.flow},
		"terms": vars{"mode": "ALL", "terms": []vars{{"field": "code_responsible", "operation": "EQUAL", "value": "jonas"}}}}})
	s.event = r.text("eventCreate", "event", "id")
	if errs := s.do(s.admin, eventEnable, vars{"id": s.event}).userErrors("eventEnable"); len(errs) > 0 {
		t.Fatal(errs)
	}
	return s
}

// workOrder publishes a new work order with one task for each of the responsible persons.
func (s *site) workOrder(folio string, responsible ...string) reply {
	s.t.Helper()
	var records []vars
	for _, who := range responsible {
		s.tasks++
		records = append(records,
			vars{"type": "work_order_task", "key": fmt.Sprint(s.tasks), "data": vars{"wo_folio": folio, "description": "Replace the belt",
				"code_responsible": who, "id_work_orders_tasks": s.tasks}},
			vars{"type": "person", "key": who, "data": vars{"code": who, "sms": "+55 11 99999-1234"}})
	}
	return s.do(s.admin, publish, vars{"in": vars{"source": "/test", "id": folio, "type": "work_management.work_orders.new", "subject": folio, "records": records}})
}

// gathering publishes a work order that a flow of its own collects, and is the execution that gathers it.
func (s *site) gathering(folio string) string {
	s.t.Helper()
	in := flowInput(s.consumer, s.integration)
	in["description"], in["settings"] = "collects", vars{"collect": vars{"by": "FIELD", "field": "code_responsible", "mode": "DEBOUNCE", "window": "PT10M", "atMost": "PT1H", "limit": 50}}
	flow := s.do(s.admin, flowCreate, vars{"in": in}).text("flowCreate", "flow", "id")
	if errs := s.do(s.admin, flowEnable, vars{"id": flow}).userErrors("flowEnable"); len(errs) > 0 {
		s.t.Fatal(errs)
	}
	event := s.do(s.admin, eventCreate, vars{"in": vars{"description": "all of them", "type": "work_management.work_orders.new", "flows": []string{flow}}}).text("eventCreate", "event", "id")
	s.do(s.admin, eventEnable, vars{"id": event})
	s.workOrder(folio, "maria")
	return s.do(s.admin, `query($flow: ID) { executions(filter: {flow: $flow}) { nodes { id } } }`, vars{"flow": flow}).text("executions", "nodes", 0, "id")
}

// version is the current version of the flow.
func (s *site) version() any {
	s.t.Helper()
	return s.do(s.admin, `query($id: ID!) { flow(id: $id) { version } }`, vars{"id": s.flow}).at("flow", "version")
}

// settled waits until an execution is closed.
func (s *site) settled(execution string) {
	s.t.Helper()
	eventually(s.t, "the execution is closed", func() bool {
		return s.do(s.admin, `query($id: ID!) { execution(id: $id) { state } }`, vars{"id": execution}).text("execution", "state") == "CLOSED"
	})
}

func TestTheFourStepsOfTheArticleEndInAMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.workOrder("OT-1", "jonas", "maria")
	if errs := r.userErrors("occurrencePublish"); len(errs) > 0 {
		t.Fatal(errs)
	}
	occurrence, execution := r.text("occurrencePublish", "occurrence", "id"), r.text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)

	t.Run("the execution tells its whole story", func(t *testing.T) {
		r := s.do(s.admin, `query($id: ID!) { execution(id: $id) {
			state outcome waitingFor until reason { code } subject rows
			flow { id description } flowVersion { version description targets { action } savedAt } event { id } occurrence { id subject consumer { name } }
			deliveries { state recipient values providerId attemptCount integration { name } attempts { number counted kind scope code detail } receipts { status } flowVersion { version } }
			timeline { cursor subject aspect from to node { id } cause { code by { id __typename } } } } }`, vars{"id": execution})
		for path, want := range map[string]any{"state": "CLOSED", "outcome": "SUCCEEDED", "waitingFor": nil, "reason": nil, "subject": "OT-1"} {
			if got := r.at("execution", path); got != want {
				t.Errorf("%s is %v, not %v", path, got, want)
			}
		}
		if r.text("execution", "flow", "id") != s.flow || r.text("execution", "event", "id") != s.event || r.text("execution", "occurrence", "id") != occurrence {
			t.Errorf("the links lead elsewhere: %v", r.at("execution"))
		}
		if n := len(r.list("execution", "deliveries")); n != 1 {
			t.Fatalf("%d deliveries; one for the row of Jonas was expected", n)
		}
		if got := fmt.Sprint(r.at("execution", "deliveries", 0, "values")); got != "[OT-1 Replace the belt]" {
			t.Errorf("the values are %s", got)
		}
		if got := r.text("execution", "deliveries", 0, "recipient"); got != "+5511999991234" {
			t.Errorf("the recipient is %s", got)
		}
		if got := fmt.Sprint(r.at("execution", "deliveries", 0, "attempts", 0)); got != "map[code:<nil> counted:true detail:<nil> kind:ACCEPTED number:1 scope:DELIVERY]" {
			t.Errorf("the attempt reads %s", got)
		}
		first := r.at("execution", "timeline", 0).(map[string]any)
		if first["from"] != nil || first["subject"] != "EXECUTION" || first["node"].(map[string]any)["id"] != execution {
			t.Errorf("the history begins with %v", first)
		}
	})
	t.Run("the occurrence says which row satisfied which term", func(t *testing.T) {
		r := s.do(s.admin, `query($id: ID!) { occurrence(id: $id) { type eventType { title module { key } } source name records { type key data }
			matches { fired event { id } eventVersion rows { record true trace { field operation want got present true } } executions { id } skipped { flow { id } } } } }`, vars{"id": occurrence})
		if n := len(r.list("occurrence", "records")); n != 4 {
			t.Errorf("%d records", n)
		}
		rows := r.list("occurrence", "matches", 0, "rows")
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, row := range rows {
			row := row.(map[string]any)
			if want := row["record"] == "1"; row["true"] != want {
				t.Errorf("the row %v is %v", row["record"], row["true"])
			}
			term := row["trace"].([]any)[0].(map[string]any)
			if term["field"] != "code_responsible" || term["operation"] != "EQUAL" || term["want"] != "jonas" || term["present"] != true {
				t.Errorf("the trace reads %v", term)
			}
		}
	})
	t.Run("a repeat returns the first one and starts nothing", func(t *testing.T) {
		s.tasks = 0
		r := s.workOrder("OT-1", "jonas", "maria")
		if r.at("occurrencePublish", "repeat") != true || r.text("occurrencePublish", "occurrence", "id") != occurrence {
			t.Errorf("a repeat is answered with %v", r.at("occurrencePublish"))
		}
	})
	t.Run("the same id with another body is a conflict", func(t *testing.T) {
		r := s.workOrder("OT-1", "jonas")
		if errs := r.userErrors("occurrencePublish"); len(errs) != 1 || !strings.HasPrefix(errs[0], "CONFLICT") {
			t.Errorf("the errors are %v", errs)
		}
	})
}

func TestAMessageThatTheProviderRefusesSaysWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post.refuse = "+5511999991234"
	execution := s.workOrder("OT-2", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	r := s.do(s.admin, `query($id: ID!) { execution(id: $id) { outcome deliveries { id state reason { code message provider by { id } } attempts { kind scope code message } } } }`, vars{"id": execution})
	if got := fmt.Sprint(r.at("execution", "deliveries", 0, "reason")); got != "map[by:<nil> code:REJECTED message:nobody lives there provider:404]" {
		t.Errorf("the reason reads %s", got)
	}
	if r.text("execution", "outcome") != "FAILED" {
		t.Errorf("the outcome is %v", r.at("execution", "outcome"))
	}
	delivery := r.text("execution", "deliveries", 0, "id")

	t.Run("and can be sent again by hand", func(t *testing.T) {
		s.post.mu.Lock()
		s.post.refuse = ""
		s.post.mu.Unlock()
		r := s.do(s.admin, `mutation($id: ID!) { deliveryRetry(id: $id) { delivery { id } userErrors { code message field } } }`, vars{"id": delivery})
		if errs := r.userErrors("deliveryRetry"); len(errs) > 0 {
			t.Fatal(errs)
		}
		eventually(t, "it is accepted", func() bool {
			return s.do(s.admin, `query($id: ID!) { delivery(id: $id) { state } }`, vars{"id": delivery}).text("delivery", "state") == "ACCEPTED"
		})
	})
	t.Run("one that did not fail is not sent again", func(t *testing.T) {
		r := s.do(s.admin, `mutation($id: ID!) { deliveryRetry(id: $id) { delivery { id } userErrors { code message field } } }`, vars{"id": delivery})
		if errs := r.userErrors("deliveryRetry"); len(errs) != 1 || errs[0] != "CONFLICT id" {
			t.Errorf("the errors are %v", errs)
		}
		if r.at("deliveryRetry", "delivery") != nil {
			t.Error("a refused act returns an object")
		}
	})
	t.Run("and a provider that cannot be asked is not asked", func(t *testing.T) {
		r := s.do(s.admin, `mutation($id: ID!) { deliveryLookup(id: $id) { delivery { id } answer message userErrors { code message field } } }`, vars{"id": delivery})
		if errs := r.userErrors("deliveryLookup"); len(errs) != 1 || errs[0] != "CONFLICT id" || r.at("deliveryLookup", "answer") != nil || r.at("deliveryLookup", "message") != nil {
			t.Errorf("the answer is %v", r.Data)
		}
	})
	t.Run("nor settled as if nobody knew", func(t *testing.T) {
		r := s.do(s.admin, `mutation($id: ID!) { deliveryResolve(id: $id, input: {resolution: NOT_SENT}) { delivery { id } userErrors { code message field } } }`, vars{"id": delivery})
		if errs := r.userErrors("deliveryResolve"); len(errs) != 1 || errs[0] != "CONFLICT id" {
			t.Errorf("the errors are %v", errs)
		}
	})
	t.Run("and a closed execution is not cancelled", func(t *testing.T) {
		s.settled(execution)
		r := s.do(s.admin, `mutation($id: ID!) { executionCancel(id: $id) { execution { id } userErrors { code message field } } }`, vars{"id": execution})
		if errs := r.userErrors("executionCancel"); len(errs) != 1 || errs[0] != "CONFLICT id" {
			t.Errorf("the errors are %v", errs)
		}
	})
}

func TestTheQueueCountsWhatWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settled(s.workOrder("OT-3", "jonas").text("occurrencePublish", "executions", 0, "id"))
	r := s.do(s.admin, `{ queue { queued running waiting depth oldestAt oldestAge waitingFor { reason count } deliveries { reason count } } }`, nil)
	if got := fmt.Sprint(r.at("queue")); got != "map[deliveries:[] depth:0 oldestAge:<nil> oldestAt:<nil> queued:0 running:0 waiting:0 waitingFor:[]]" {
		t.Errorf("with nothing to do the queue reads %s", got)
	}
	r = s.do(s.admin, `{ queue { throughput { occurrences { published } executions { started closed succeeded } deliveries { made accepted } attempts { accepted } } } }`, nil)
	if got := fmt.Sprint(r.at("queue", "throughput")); got != "map[attempts:map[accepted:1] deliveries:map[accepted:1 made:1] executions:map[closed:1 started:1 succeeded:1] occurrences:map[published:1]]" {
		t.Errorf("in the last minute there were %s", got)
	}
}

func TestWhatIsPublishedBelongsToTheTraceOfTheRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const came = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	body, err := json.Marshal(vars{"query": publish, "variables": vars{"in": vars{"source": "/test", "id": "OT-3", "type": "work_management.work_orders.new", "subject": "OT-3",
		"records": []vars{{"type": "work_order_task", "key": "7", "data": vars{"wo_folio": "OT-3", "description": "Replace the belt", "code_responsible": "jonas", "id_work_orders_tasks": 7}},
			{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+55 11 99999-1234"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	r := s.send(http.MethodPost, s.url, bytes.NewReader(body), headers("Authorization", "Bearer "+s.admin, "Content-Type", "application/json", "Traceparent", came, "Tracestate", "a=b"))
	s.settled(r.text("occurrencePublish", "executions", 0, "id"))
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	if len(s.post.sent) != 1 || s.post.sent[0].Trace != (hub.Trace{Parent: came, State: "a=b"}) {
		t.Errorf("the connector was given %+v", s.post.sent)
	}
}

func TestTheActivityIsTheSeriesOfADashboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settled(s.workOrder("OT-3", "jonas").text("occurrencePublish", "executions", 0, "id"))
	const query = `query($from: DateTime!, $to: DateTime!, $bucket: Duration!) { activity(from: $from, to: $to, bucket: $bucket) { from to deliveries { accepted } } }`
	now := time.Now().UTC()
	ask := func(token string, from, to time.Time, bucket string) reply {
		return s.ask(token, query, vars{"from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339), "bucket": bucket})
	}
	r := ask(s.admin, now.Add(-2*time.Hour), now.Add(time.Hour), "PT1H")
	accepted := 0
	for i := range r.list("activity") {
		accepted += int(r.at("activity", i, "deliveries", "accepted").(float64))
	}
	if n := len(r.list("activity")); n < 3 || n > 4 || accepted != 1 {
		t.Errorf("in %d buckets %d messages were accepted: %v", n, accepted, r.Data)
	}
	for _, c := range []struct{ bucket, path string }{{"PT30S", "bucket"}, {"PT16M", "bucket"}, {"P1D", "to"}} {
		from, to := now, now.Add(time.Hour)
		if c.path == "to" {
			to = from.Add(-time.Hour)
		}
		if r := ask(s.admin, from, to, c.bucket); len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || r.Errors[0].Extensions["field"] == nil {
			t.Errorf("a bucket of %s is answered with %v %v", c.bucket, r.Data, r.Errors)
		}
	}
	nobody := hubtest.CallerWith(t, s.db)
	if r := ask(s.tokenOf(nobody), now.Add(-time.Hour), now, "PT15M"); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("who may see nothing is told %v %v", r.Data, r.Errors)
	}
}
