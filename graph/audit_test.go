package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const auditLog = `query($f: AuditFilterInput, $n: Int, $after: Cursor) { auditLog(filter: $f, first: $n, after: $after) { nodes { id kind at lastAt count others
	consumer { id } consumerId consumerName clientId subjectType subject { id __typename } subjectId subjectName changes { path from to }
	asked reason needs { module submodule action } door address requestId hidden { path needs { module submodule action } } }
	pageInfo { hasNextPage endCursor } totalCount } }`

// toldElsewhere are the mutations that the audit log has nothing of, and where it is told what they did: they change no
// configuration, and a hub takes thousands of them in a minute.
var toldElsewhere = map[string]string{
	"occurrencePublish":  "occurrences keep who published them, and never change",
	"recordsUpsert":      "records are the hub's copy of what another system has, which keeps their history",
	"streamTicketCreate": "it changes nothing, and opens nothing that the token does not open; the token was granted, and that is there",
	"viewerRenew":        "it changes nothing but which token a connection goes by; the token was granted, and that is there",
}

// deed is one mutation that succeeds, and the kind of the entry that it must leave.
type deed struct {
	mutation string
	call     string // its arguments and selection
	vars     vars
	kind     string
}

func TestEveryMutationIsInTheAuditLogOrSaysWhereElseItIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	done := map[string]bool{}
	entries := func() []any { return s.do(s.admin, auditLog, nil).list("auditLog", "nodes") }
	do := func(d deed) reply {
		t.Helper()
		done[d.mutation] = true
		before := entries()[0].(map[string]any)["id"]
		r := s.do(s.admin, d.call, d.vars)
		if errs := r.userErrors(d.mutation); len(errs) > 0 {
			t.Fatalf("%s is answered with %v", d.mutation, r.at(d.mutation, "userErrors"))
		}
		e := entries()[0].(map[string]any)
		if e["id"] == before {
			t.Fatalf("%s is not in the audit log", d.mutation)
		}
		whole := strings.HasPrefix(d.mutation, "queue") || d.mutation == "retentionUpdate" || d.mutation == "connectorRestart" // which are about no object
		if e["kind"] != d.kind || e["consumerName"] != "Administrator" || e["door"] != "GRAPHQL" || e["address"] != "127.0.0.1" || e["subjectId"] == nil != whole {
			t.Errorf("of %s it says %v", d.mutation, e)
		}
		if kind, _ := strings.CutSuffix(fmt.Sprint(e["subjectType"]), "Y"); !whole && !strings.HasPrefix(strings.ToUpper(d.mutation), kind) {
			t.Errorf("%s was done to a %s", d.mutation, kind)
		}
		return r
	}
	write := func(fn func(*sqlite.Tx) error) {
		t.Helper()
		if err := s.db.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	key := func(id string) int64 { _, k, _ := hub.ParseID(id); return k }
	withID := func(mutation, selection string) string {
		return "mutation($id: ID!) { " + mutation + "(id: $id) { " + selection + " userErrors { code message field } } }"
	}
	withInput := func(mutation, typ, selection string) string {
		return "mutation($id: ID!, $in: " + typ + "!) { " + mutation + "(id: $id, input: $in) { " + selection + " userErrors { code message field } } }"
	}

	group := do(deed{"groupCreate", groupCreate, vars{"in": vars{"description": "New"}}, "CREATED"}).text("groupCreate", "group", "id")
	do(deed{"groupUpdate", withInput("groupUpdate", "GroupUpdateInput", ""), vars{"id": group, "in": vars{"note": "x"}}, "CHANGED"})
	clone := do(deed{"groupClone", withInput("groupClone", "GroupCloneInput", "group { id }"), vars{"id": group, "in": vars{"description": "Clone"}}, "CREATED"}).text("groupClone", "group", "id")
	do(deed{"groupDelete", withID("groupDelete", ""), vars{"id": clone}, "DELETED"})

	consumer := do(deed{"consumerCreate", consCreate, vars{"in": vars{"name": "New", "group": group}}, "CREATED"}).text("consumerCreate", "consumer", "id")
	update := withInput("consumerUpdate", "ConsumerUpdateInput", "")
	do(deed{"consumerUpdate", update, vars{"id": consumer, "in": vars{"description": "y"}}, "CHANGED"})
	do(deed{"consumerUpdate", update, vars{"id": consumer, "in": vars{"enabled": false}}, "DISABLED"})
	do(deed{"consumerUpdate", update, vars{"id": consumer, "in": vars{"enabled": true, "name": "Newer"}}, "ENABLED"})
	do(deed{"consumerSecretRotate", withInput("consumerSecretRotate", "ConsumerSecretRotateInput", "secret"), vars{"id": consumer, "in": vars{"keepOldFor": "PT1H"}}, "SECRET_ROTATED"})
	do(deed{"consumerDelete", withID("consumerDelete", ""), vars{"id": consumer}, "DELETED"})

	post := do(deed{"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "second", "settings": vars{"stamp": "red"}, "secrets": []vars{{"name": "key", "value": "k"}}}}, "CREATED"}).text("integrationCreate", "integration", "id")
	change := withInput("integrationUpdate", "IntegrationUpdateInput", "")
	do(deed{"integrationUpdate", change, vars{"id": post, "in": vars{"name": "the second"}}, "CHANGED"})
	do(deed{"integrationUpdate", change, vars{"id": post, "in": vars{"secrets": []vars{{"name": "key", "value": "k2"}}}}, "SECRETS_CHANGED"})
	write(func(tx *sqlite.Tx) error {
		return tx.IntegrationPause(key(post), hub.Reason{Code: hub.ReasonMisconfigured})
	})
	do(deed{"integrationPause", withInput("integrationPause", "PauseInput", ""), vars{"id": post, "in": vars{"reason": "x"}}, "PAUSED"})
	do(deed{"integrationResume", withID("integrationResume", ""), vars{"id": post}, "RESUMED"})
	do(deed{"integrationCheck", withID("integrationCheck", ""), vars{"id": post}, "RESUMED"})
	do(deed{"integrationDelete", withID("integrationDelete", ""), vars{"id": post}, "DELETED"})

	flow := do(deed{"flowCreate", flowCreate, vars{"in": flowInput(s.consumer, s.integration)}, "CREATED"}).text("flowCreate", "flow", "id")
	do(deed{"flowUpdate", withInput("flowUpdate", "FlowUpdateInput", ""), vars{"id": flow, "in": vars{"description": "other"}}, "CHANGED"})
	do(deed{"flowRollback", withInput("flowRollback", "FlowRollbackInput", "flow { version }"), vars{"id": flow, "in": vars{"version": 1, "expectedVersion": 2}}, "CHANGED"})
	do(deed{"flowEnable", withID("flowEnable", ""), vars{"id": flow}, "ENABLED"})
	write(func(tx *sqlite.Tx) error { return tx.FlowPause(key(flow), hub.Reason{Code: hub.ReasonMisconfigured}) })
	do(deed{"flowResume", withID("flowResume", ""), vars{"id": flow}, "RESUMED"})
	do(deed{"flowPause", withInput("flowPause", "PauseInput", ""), vars{"id": flow, "in": vars{"reason": "x"}}, "PAUSED"})
	do(deed{"flowResume", withID("flowResume", ""), vars{"id": flow}, "RESUMED"})
	do(deed{"flowDisable", withID("flowDisable", ""), vars{"id": flow}, "DISABLED"})

	event := do(deed{"eventCreate", eventCreate, vars{"in": vars{"description": "e", "type": "work_management.work_orders.new", "flows": []string{s.flow}}}, "CREATED"}).text("eventCreate", "event", "id")
	do(deed{"eventUpdate", withInput("eventUpdate", "EventUpdateInput", ""), vars{"id": event, "in": vars{"description": "e2"}}, "CHANGED"})
	do(deed{"eventEnable", withID("eventEnable", ""), vars{"id": event}, "ENABLED"})
	do(deed{"eventDisable", withID("eventDisable", ""), vars{"id": event}, "DISABLED"})
	do(deed{"eventArchive", withID("eventArchive", ""), vars{"id": event}, "ARCHIVED"})
	do(deed{"flowArchive", withID("flowArchive", ""), vars{"id": flow}, "ARCHIVED"})

	delivery := func(folio string) (execution, id string) {
		execution = s.workOrder(folio, "jonas").text("occurrencePublish", "executions", 0, "id")
		s.settled(execution)
		return execution, s.do(s.admin, `query($e: ID!) { deliveries(filter: {execution: $e}) { nodes { id } } }`, vars{"e": execution}).text("deliveries", "nodes", 0, "id")
	}
	s.post.mu.Lock()
	s.post.refuse = "+5511999991234"
	s.post.mu.Unlock()
	failed, id := delivery("OT-1")
	do(deed{"executionReplay", withInput("executionReplay", "ExecutionReplayInput", "execution { id }"), vars{"id": failed, "in": vars{"version": "CURRENT"}}, "REPLAYED"})
	eventually(t, "the replay has failed, too", func() bool {
		return s.do(s.admin, `query($id: ID!) { execution(id: $id) { replays { nodes { state } } } }`, vars{"id": failed}).text("execution", "replays", "nodes", 0, "state") == "CLOSED"
	})
	do(deed{"executionsReplay", `mutation($in: ExecutionsReplayInput!) { executionsReplay(input: $in) { replayed userErrors { code message field } } }`,
		vars{"in": vars{"filter": vars{"flow": s.flow}, "version": "PINNED", "atMost": 1, "idempotencyKey": "audit"}}, "REPLAYED"})
	do(deed{"deliveryRetry", withID("deliveryRetry", ""), vars{"id": id}, "RETRIED"})
	s.settled(failed)
	do(deed{"deliveriesRetry", `mutation($in: DeliveriesRetryInput!) { deliveriesRetry(input: $in) { retried userErrors { code message field } } }`,
		vars{"in": vars{"filter": vars{"execution": failed}, "atMost": 1, "idempotencyKey": "audit"}}, "RETRIED"})
	s.settled(failed)
	s.post.mu.Lock()
	s.post.refuse, s.post.lose = "", "+5511999991234"
	s.post.mu.Unlock()
	_, id = delivery("OT-2")
	s.post.mu.Lock()
	s.post.saw = &hub.LookupAnswer{State: hub.LookupUndecided}
	s.post.mu.Unlock()
	do(deed{"deliveryLookup", withID("deliveryLookup", ""), vars{"id": id}, "LOOKED_UP"})
	do(deed{"deliveryResolve", withInput("deliveryResolve", "DeliveryResolveInput", ""), vars{"id": id, "in": vars{"resolution": "NOT_SENT"}}, "RESOLVED"})
	alone := do(deed{"suppressionAdd", `mutation($in: SuppressionAddInput!) { suppressionAdd(input: $in) { suppression { id } userErrors { code message field } } }`,
		vars{"in": vars{"integration": s.integration, "recipient": "+5511977776666", "note": "asked for it"}}, "CREATED"}).text("suppressionAdd", "suppression", "id")
	do(deed{"suppressionRemove", withID("suppressionRemove", ""), vars{"id": alone}, "DELETED"})
	do(deed{"flowTest", withInput("flowTest", "FlowTestInput", "execution { id test } delivery { test recipient }"), vars{"id": s.flow, "in": vars{"recipient": "+5511988887777", "on": vars{"record": s.do(s.admin, `{ records(type: "work_order_task", first: 1) { nodes { id } } }`, nil).text("records", "nodes", 0, "id")}}}, "STARTED"})
	write(func(tx *sqlite.Tx) error {
		return tx.IntegrationPause(key(s.integration), hub.Reason{Code: hub.ReasonMisconfigured})
	})
	do(deed{"flowRun", withInput("flowRun", "FlowRunInput", "execution { id }"), vars{"id": s.flow, "in": vars{"records": []string{s.do(s.admin, `{ records(type: "work_order_task", first: 1) { nodes { id } } }`, nil).text("records", "nodes", 0, "id")}}}, "STARTED"})
	execution := s.workOrder("OT-3", "jonas").text("occurrencePublish", "executions", 0, "id")
	eventually(t, "it waits", func() bool {
		return s.do(s.admin, `query($id: ID!) { execution(id: $id) { state } }`, vars{"id": execution}).text("execution", "state") == "WAITING"
	})
	do(deed{"deliveryCancel", withID("deliveryCancel", ""), vars{"id": s.do(s.admin, `query($e: ID!) { deliveries(filter: {execution: $e}) { nodes { id } } }`, vars{"e": execution}).text("deliveries", "nodes", 0, "id")}, "CANCELLED"})
	do(deed{"connectorRestart", `mutation { connectorRestart(name: "post") { userErrors { code message field } } }`, nil, "CONNECTOR_RESTARTED"})
	do(deed{"queuePause", `mutation { queuePause(input: {reason: "x"}) { userErrors { code message field } } }`, nil, "QUEUE_PAUSED"})
	execution = s.workOrder("OT-4", "jonas").text("occurrencePublish", "executions", 0, "id")
	do(deed{"executionCancel", withID("executionCancel", ""), vars{"id": execution}, "CANCELLED"})
	gathers := s.gathering("OT-77")
	do(deed{"executionFlush", withID("executionFlush", ""), vars{"id": gathers}, "FLUSHED"})
	execution = s.workOrder("OT-5", "jonas").text("occurrencePublish", "executions", 0, "id")
	do(deed{"executionsCancel", `mutation { executionsCancel(input: {filter: {states: [QUEUED]}, atMost: 10}) { cancelled userErrors { code message field } } }`, nil, "CANCELLED"})
	do(deed{"queueResume", `mutation { queueResume { userErrors { code message field } } }`, nil, "QUEUE_RESUMED"})

	do(deed{"retentionUpdate", `mutation($in: RetentionUpdateInput!) { retentionUpdate(input: $in) { userErrors { code message field } } }`, vars{"in": vars{"history": "P500D"}}, "RETENTION_CHANGED"})
	do(deed{"flowRetentionUpdate", withInput("flowRetentionUpdate", "FlowRetentionUpdateInput", ""), vars{"id": s.flow, "in": vars{"history": "P30D"}}, "CHANGED"})

	for _, f := range fieldsOf(loadSchema(t).Mutation) {
		if why, ok := toldElsewhere[f.Name]; ok == done[f.Name] {
			t.Errorf("%s must leave an entry in the audit log, or say where else it is told (%q)", f.Name, why)
		}
	}
}

func TestARefusedMutationLeavesNoEntryButADenialDoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := len(s.do(s.admin, auditLog, nil).list("auditLog", "nodes"))
	for range 3 {
		if errs := s.do(s.admin, groupCreate, vars{"in": vars{"description": ""}}).userErrors("groupCreate"); len(errs) != 1 {
			t.Fatal(errs)
		}
	}
	s.do(s.admin, flowEnable, vars{"id": s.flow}) // it is enabled already
	if after := len(s.do(s.admin, auditLog, nil).list("auditLog", "nodes")); after != before {
		t.Errorf("what changed nothing left %d entries", after-before)
	}

	may := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
	token := s.tokenOf(may)
	for range 3 {
		if r := s.ask(token, flowEnable, vars{"id": s.flow}); len(r.Errors) != 1 {
			t.Fatalf("it is answered with %+v", r)
		}
	}
	s.ask(token, `{ one: group(id: "`+s.group+`") { id } two: groups { totalCount } }`, nil)
	listener := s.connect(bearer(s.tokenOf(hubtest.CallerWith(t, s.db))))
	listener.say("subscribe", "1", vars{"query": "subscription { executionChanged { cursor } }"})
	if m := listener.hear(); m.Type != "error" {
		t.Fatalf("it heard %s", m.Type)
	}
	s.denials(6)
	got := map[string]float64{}
	r := s.do(s.admin, auditLog, vars{"f": vars{"kinds": []string{"DENIED"}}})
	for _, n := range r.list("auditLog", "nodes") {
		e := n.(map[string]any)
		got[fmt.Sprint(e["asked"], " ", e["reason"], " ", e["needs"].([]any)[0].(map[string]any)["action"])] += e["count"].(float64)
		if e["consumerId"] == nil || e["address"] != "127.0.0.1" || e["door"] != "GRAPHQL" || e["consumerName"] == nil {
			t.Errorf("an entry says %v", e)
		}
	}
	if want := "map[executionChanged FORBIDDEN SEE:1 flowEnable FORBIDDEN EDIT:3 group FORBIDDEN SEE:1 groups FORBIDDEN SEE:1]"; fmt.Sprint(got) != want {
		t.Errorf("the denials are\n%v, not\n%s", got, want)
	}
}

func TestASubscriptionThatEndsBecauseARightWasTakenAwayIsADenial(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
	listener := s.connect(bearer(s.tokenOf(c)))
	listener.say("subscribe", "1", vars{"query": `subscription { executionChanged(after: "` + hub.Cursor(0) + `") { cursor } }`})
	s.workOrder("OT-1", "jonas")
	listener.hear()
	none := true
	if _, err := s.db.GroupUpdate(t.Context(), hubtest.Admin(t, s.db), c.Group.Key, 0, hub.GroupInput{UnselectAll: none}); err != nil {
		t.Fatal(err)
	}
	for m := listener.hear(); m.Type != "error"; m = listener.hear() {
		if m.Type == "complete" {
			t.Fatal("it ended without a reason")
		}
	}
	s.denials(1)
	r := s.do(s.admin, auditLog, vars{"f": vars{"kinds": []string{"DENIED"}, "consumer": c.Consumer.ID()}})
	if n := r.list("auditLog", "nodes"); len(n) != 1 || r.text("auditLog", "nodes", 0, "asked") != "executionChanged" || r.at("auditLog", "nodes", 0, "count") != 1.0 {
		t.Errorf("the denials are %v", n)
	}
}

func TestATokenOfAConsumerThatIsDisabledIsADenialAndOneThatNobodyKnowsIsNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := hubtest.CallerWith(t, s.db)
	token, off := s.tokenOf(c), false
	if _, err := s.db.ConsumerUpdate(t.Context(), hubtest.Admin(t, s.db), c.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	if r := s.ask(token, "{ viewer { locale } }", nil); r.status != http.StatusUnauthorized {
		t.Fatalf("it is answered %d", r.status)
	}
	s.ask("of nobody", "{ viewer { locale } }", nil)
	if _, res, err := s.dial(headers("Authorization", "Bearer "+token), "graphql-transport-ws"); err == nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a websocket is answered with %v", res)
	}
	socket, _, err := s.dial(nil, "graphql-transport-ws")
	if err != nil {
		t.Fatal(err)
	}
	socket.say("connection_init", "", bearer(token))
	if _, err := socket.next(); err == nil {
		t.Error("a websocket is opened")
	}
	s.denials(3)
	r := s.do(s.admin, auditLog, vars{"f": vars{"kinds": []string{"DENIED"}}})
	if n := r.list("auditLog", "nodes"); len(n) != 1 || r.text("auditLog", "nodes", 0, "consumerId") != c.Consumer.ID() || r.text("auditLog", "nodes", 0, "reason") != "UNAUTHENTICATED" ||
		r.text("auditLog", "nodes", 0, "asked") != "/graphql" || r.at("auditLog", "nodes", 0, "count") != 3.0 {
		t.Errorf("the denials are %v", n)
	}
}

func TestWhatAGroupGainedAndLostCanBeReadAndNoSecretCan(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do(s.admin, `mutation($id: ID!, $in: GroupUpdateInput!) { groupUpdate(id: $id, input: $in) { userErrors { code } } }`,
		vars{"id": s.group, "in": vars{"grants": grants("work_management/work_orders:SEE,ADD", "warehouses/stock:SEE")}})
	r := s.do(s.admin, auditLog, vars{"f": vars{"subject": s.group}, "n": 1})
	want := `[{"from":null,"path":"grants.added","to":["warehouses/stock:SEE","work_management/work_orders:ADD"]},{"from":["inhouse_personnel/general:SEE"],"path":"grants.removed","to":null},{"from":1,"path":"version","to":2}]`
	if got, _ := json.Marshal(r.at("auditLog", "nodes", 0, "changes")); string(got) != want {
		t.Errorf("it says %s", got)
	}

	made := s.do(s.admin, consCreate, vars{"in": vars{"name": "secretive", "group": s.group}}).text("consumerCreate", "secret")
	s.do(s.admin, `mutation($id: ID!) { integrationUpdate(id: $id, input: {secrets: [{name: "key", value: "another s3cret"}]}) { userErrors { code } } }`, vars{"id": s.integration})
	r = s.do(s.admin, auditLog, vars{"n": 200})
	if found := told(t, r.Data, made, "s3cret"); len(found) > 0 {
		t.Errorf("the log tells the secrets %v", found)
	}
	if got, _ := json.Marshal(r.at("auditLog", "nodes", 0, "changes")); string(got) != `[{"from":1,"path":"version","to":2},{"from":"set","path":"secrets.key","to":"changed"}]` {
		t.Errorf("of a secret that was replaced it says %s", got)
	}
}

func TestTheAuditLogIsNoWayAroundThePermissionOfAnObject(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	only := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowTransactionsLog, hub.See)))
	r := s.do(only, auditLog, vars{"f": vars{"subject": s.flow}})
	e := r.list("auditLog", "nodes")[1].(map[string]any) // the first one enabled it
	if len(e["changes"].([]any)) != 0 || e["subject"] != nil || e["consumer"] != nil || e["subjectName"] != "WO assigned" || e["consumerName"] != "Administrator" {
		t.Errorf("who may see nothing but the log reads %v", e)
	}
	if got := fmt.Sprint(e["hidden"]); got != "[map[needs:[map[action:SEE module:automator submodule:fracttal_hub]] path:[changes]]]" {
		t.Errorf("hidden is %s", got)
	}
	both := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowTransactionsLog, hub.See), hubtest.May(hub.RowHub, hub.See)))
	id := e["id"].(string)
	r = s.do(both, `query($id: ID!) { node(id: $id) { ... on AuditEntry { subject { id } changes { path to } hidden { path } } } auditEntry(id: $id) { changes { path } } nodes(ids: [$id]) { ... on AuditEntry { changes { path } } } }`, vars{"id": id})
	if len(r.list("node", "changes")) == 0 || len(r.list("node", "hidden")) != 0 || r.text("node", "subject", "id") != s.flow ||
		len(r.list("auditEntry", "changes")) == 0 || len(r.list("nodes", 0, "changes")) == 0 {
		t.Errorf("who may see flows too reads %v", r.Data)
	}
	if !slices.ContainsFunc(r.list("node", "changes"), func(c any) bool {
		return c.(map[string]any)["path"] == "targets.0.recipient.field" && c.(map[string]any)["to"] == "responsible.sms"
	}) {
		t.Errorf("the changes are %v", r.at("node", "changes"))
	}
	r = s.ask(s.tokenOf(hubtest.CallerWith(t, s.db, allBut(hubtest.May(hub.RowTransactionsLog, hub.See))...)), `query($id: ID!) { node(id: $id) { id } }`, vars{"id": id})
	if len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" || !strings.Contains(fmt.Sprint(r.Errors[0].Extensions["needs"]), "transactions_log") {
		t.Errorf("without the permission an entry is answered with %v %+v", r.Data, r.Errors)
	}
}

// denials waits until the log has written so many denials; it counts them for a few seconds first.
func (s *site) denials(want int) {
	s.t.Helper()
	admin := hubtest.Admin(s.t, s.db)
	eventually(s.t, fmt.Sprint(want, " denials are written"), func() bool {
		l, err := s.db.AuditLog(s.t.Context(), admin, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditDenied}}, hub.Page{})
		n := 0
		for _, e := range l.Items {
			n += e.Count
		}
		return err == nil && n >= want
	})
}
