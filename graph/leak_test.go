package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// secret is what only who may SEE a row is to learn: a text that stands in what the row guards.
type secret struct {
	row  hub.Row
	text string
}

// marked is a hub in which everything has a name of its own, and in which everything went wrong that tells names: an execution that
// succeeded, one whose message was refused, one that lacked a permission, and one whose flow was disabled.
type marked struct {
	*site
	executions []string
	occurrence string
	secrets    []secret
}

func newMarked(t *testing.T) *marked {
	t.Helper()
	m := &marked{site: setUp(t, newDoor(t, func(o *graph.Options) { o.MaxCost = 1_000_000_000 }))}
	m.secrets = []secret{{hub.RowUserAccounts, "Mark-Group"}, {hub.RowAPIConnections, "Mark-Consumer"}, {hub.RowAPIConnections, "Mark-Integration"},
		{hub.RowHub, "Mark-Flow"}, {hub.RowEvents, "Mark-Event"}, {workOrders, "OT-77"}, {personnel, "99999-1234"}, {personnel, "5511999991234"}}
	for mutation, id := range map[string]string{`groupUpdate(id: $id, input: {description: "Mark-Group"})`: m.group, `consumerUpdate(id: $id, input: {name: "Mark-Consumer"})`: m.consumer,
		`integrationUpdate(id: $id, input: {name: "Mark-Integration"})`: m.integration, `flowUpdate(id: $id, input: {description: "Mark-Flow"})`: m.flow,
		`eventUpdate(id: $id, input: {description: "Mark-Event"})`: m.event} {
		m.act(mutation, id)
	}
	m.publish()
	m.answers(func(h hub.Handover, o *hub.Outcome) {
		*o = hub.Outcome{Key: o.Key, Attempt: o.Attempt, Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Message: "no account: " + h.Recipient, NextStep: "ask for OT-77", At: time.Now()}
	})
	m.publish()
	m.answers(nil)
	m.act(`groupUpdate(id: $id, input: {grants: []})`, m.group)
	m.publish()
	m.act(`groupUpdate(id: $id, input: {readOnly: true})`, m.group)
	m.act(`flowDisable(id: $id)`, m.flow)
	m.publish()
	return m
}

// act runs a mutation on one object.
func (m *marked) act(mutation, id string) {
	m.t.Helper()
	name, _, _ := strings.Cut(mutation, "(")
	if errs := m.do(m.admin, "mutation($id: ID!) { "+mutation+" { userErrors { code message field } } }", vars{"id": id}).userErrors(name); len(errs) > 0 {
		m.t.Fatalf("%s: %v", mutation, errs)
	}
}

func (m *marked) answers(answer func(hub.Handover, *hub.Outcome)) {
	m.post.mu.Lock()
	m.post.answer = answer
	m.post.mu.Unlock()
}

// publish publishes the work order OT-77 once more, and waits for what comes of it.
func (m *marked) publish() {
	m.t.Helper()
	m.tasks++
	r := m.do(m.admin, publish, vars{"in": vars{"source": "/test", "id": fmt.Sprint(m.tasks), "type": "work_management.work_orders.new", "subject": "OT-77", "records": []vars{
		{"type": "work_order_task", "key": "1", "data": vars{"wo_folio": "OT-77", "description": "Replace", "code_responsible": "jonas", "id_work_orders_tasks": 1}},
		{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+55 11 99999-1234"}}}}})
	m.occurrence = r.text("occurrencePublish", "occurrence", "id")
	for i := range r.list("occurrencePublish", "executions") {
		execution := r.text("occurrencePublish", "executions", i, "id")
		m.settled(execution)
		m.executions = append(m.executions, execution)
	}
}

// stop has the next message pause what it goes through.
func (m *marked) stop(scope hub.Scope) {
	m.t.Helper()
	m.act(`flowEnable(id: $id)`, m.flow)
	m.answers(func(h hub.Handover, o *hub.Outcome) {
		*o = hub.Outcome{Key: o.Key, Attempt: o.Attempt, Kind: hub.OutcomeMisconfigured, Scope: scope, Code: "132001",
			Message: "there is no template for " + h.Values[0] + " to " + h.Recipient, NextStep: "write to 5511999991234", At: time.Now()}
	})
	m.tasks++
	m.do(m.admin, publish, vars{"in": vars{"source": "/test", "id": fmt.Sprint(m.tasks), "type": "work_management.work_orders.new", "subject": "OT-77", "records": []vars{
		{"type": "work_order_task", "key": "1", "data": vars{"wo_folio": "OT-77", "description": "Replace", "code_responsible": "jonas", "id_work_orders_tasks": 1}}}}})
	eventually(m.t, "it is paused", func() bool {
		r := m.do(m.admin, `query($f: ID!, $i: ID!) { flow(id: $f) { paused { message } } integration(id: $i) { reason { message } } }`, vars{"f": m.flow, "i": m.integration})
		return r.at("flow", "paused") != nil || r.at("integration", "reason") != nil
	})
}

// leaks lists which secrets of other rows than those that a caller may see stand in an answer.
func (m *marked) leaks(answer any, may ...hub.Row) (list []string) {
	m.t.Helper()
	for _, s := range m.secrets {
		if !slices.Contains(may, s.row) && told(m.t, answer, s.text) != nil {
			list = append(list, s.text)
		}
	}
	return list
}

// rows are the rows that guard something in a marked hub.
var rows = []hub.Row{hub.RowUserAccounts, hub.RowAPIConnections, hub.RowEvents, hub.RowHub, workOrders, personnel}

func TestWhoMaySeeOneRowLearnsNothingOfWhatTheOthersGuard(t *testing.T) {
	t.Parallel()
	for _, paused := range []hub.Scope{hub.ScopeFlow, hub.ScopeIntegration} {
		t.Run("with a paused "+string(paused), func(t *testing.T) {
			t.Parallel()
			m := newMarked(t)
			m.stop(paused)
			schema := loadSchema(t)
			for _, row := range rows {
				token := m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(row, hub.See)))
				for _, f := range fieldsOf(schema.Query) {
					query := m.wholly(schema, f)
					if query == "" {
						continue
					}
					r := m.ask(token, query, nil)
					if got := m.leaks([]any{r.Data, r.Errors}, row); got != nil {
						t.Errorf("%s tells who may only see %s %v", f.Name, row, got)
					}
				}
			}
			for _, f := range []string{"flows", "integrations", "executions"} {
				query := m.wholly(schema, schema.Query.Fields.ForName(f))
				if got := m.leaks(m.do(m.admin, query, nil).Data); f != "integrations" && len(got) < 5 || !slices.Contains(got, "Mark-Integration") {
					t.Errorf("%s tell who may see everything only %v: the test looks in the wrong place", f, got)
				}
			}
		})
	}
}

// wholly writes a query of a field with all that lies below it; empty for what is about no object of the hub.
func (m *marked) wholly(schema *gql.Schema, f *gql.FieldDefinition) string {
	ids := map[string]string{"group": m.group, "consumer": m.consumer, "integration": m.integration, "flow": m.flow, "event": m.event,
		"execution": m.executions[2], "occurrence": m.occurrence}
	args := ""
	switch id, one := ids[f.Name]; {
	case f.Name == "catalog" || f.Name == "connector" || f.Name == "permissionExplain" || f.Name == "node" || f.Name == "nodes" || f.Name == "record" || f.Name == "delivery":
		return ""
	case one:
		args = fmt.Sprintf("(id: %q)", id)
	}
	return "{ " + f.Name + args + " " + everything(schema, schema.Types[f.Type.Name()], 5) + " }"
}

func TestARefusalNamesNothingThatTheCallerMayNotSee(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	say := ` { userErrors { code problem message nextStep } } }`
	disabled := func(what string) string { return `mutation($id: ID!) { ` + what + say }
	m.act(`consumerUpdate(id: $id, input: {enabled: false})`, m.consumer)
	archived := m.do(m.admin, flowCreate, vars{"in": vars{"description": "Mark-Flow"}}).text("flowCreate", "flow", "id")
	m.act(`flowArchive(id: $id)`, archived)
	m.act(`eventDisable(id: $id)`, m.event)
	for name, c := range map[string]struct {
		may   hub.Permission
		query string
		id    string
		sees  hub.Row // with whom the names are told
		code  string
	}{
		"a group in use":                        {hubtest.May(hub.RowUserAccounts, hub.Remove), disabled(`groupDelete(id: $id)`), m.group, hub.RowAPIConnections, "IN_USE"},
		"a consumer in use":                     {hubtest.May(hub.RowAPIConnections, hub.Remove), disabled(`consumerDelete(id: $id)`), m.consumer, hub.RowHub, "IN_USE"},
		"an integration in use":                 {hubtest.May(hub.RowAPIConnections, hub.Remove), disabled(`integrationDelete(id: $id)`), m.integration, hub.RowHub, "IN_USE"},
		"a flow in use":                         {hubtest.May(hub.RowHub, hub.Remove), disabled(`flowArchive(id: $id)`), m.flow, hub.RowEvents, "IN_USE"},
		"an event whose flow is not enabled":    {hubtest.May(hub.RowEvents, hub.Edit), disabled(`eventEnable(id: $id)`), m.event, hub.RowHub, "FLOW_DISABLED"},
		"an event with a flow that is archived": {hubtest.May(hub.RowEvents, hub.Edit), disabled(`eventUpdate(id: $id, input: {flows: ["` + archived + `"]})`), m.event, hub.RowHub, "INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			r := m.do(m.tokenOf(hubtest.CallerWith(t, m.db, c.may)), c.query, vars{"id": c.id})
			if got := m.leaks(r.Data, c.may.Row()); got != nil || told(t, r.Data, c.code) == nil {
				t.Errorf("it tells %v: %v", got, r.Data)
			}
			r = m.do(m.tokenOf(hubtest.CallerWith(t, m.db, c.may, hubtest.May(c.sees, hub.See))), c.query, vars{"id": c.id})
			if got := m.leaks(r.Data, c.may.Row()); len(got) != 1 {
				t.Errorf("who may see it is told %v: %v", got, r.Data)
			}
		})
	}
	t.Run("a flow whose consumer is disabled", func(t *testing.T) {
		all := []hub.Permission{hubtest.May(hub.RowHub, hub.Edit), hubtest.May(workOrders, hub.See), hubtest.May(personnel, hub.See)}
		query := disabled(`flowEnable(id: $id)`)
		r := m.do(m.tokenOf(hubtest.CallerWith(t, m.db, all...)), query, vars{"id": m.flow})
		if got := m.leaks(r.Data, hub.RowHub); got != nil || told(t, r.Data, "CONSUMER_DISABLED") == nil {
			t.Errorf("it tells %v: %v", got, r.Data)
		}
		r = m.do(m.tokenOf(hubtest.CallerWith(t, m.db, append(all, hubtest.May(hub.RowAPIConnections, hub.See))...)), query, vars{"id": m.flow})
		if got := m.leaks(r.Data, hub.RowHub); !slices.Equal(got, []string{"Mark-Consumer"}) {
			t.Errorf("who may see consumers is told %v: %v", got, r.Data)
		}
	})
}

func TestAFilterByWhatTheCallerMayNotSeeFindsNothing(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	occurrence := m.do(m.admin, `query($id: ID!) { execution(id: $id) { occurrence { id } } }`, vars{"id": m.executions[0]}).text("execution", "occurrence", "id")
	admin := hubtest.Admin(t, m.db).Consumer.ID()
	for name, c := range map[string]struct {
		list, filter, id string
		may              hub.Row
		tells            hub.Row // which the list with the filter would tell of
	}{
		"events by a flow":             {"events", "flow", m.flow, hub.RowEvents, hub.RowHub},
		"executions by an event":       {"executions", "event", m.event, hub.RowHub, hub.RowEvents},
		"executions by an occurrence":  {"executions", "occurrence", occurrence, hub.RowHub, workOrders},
		"deliveries by an integration": {"deliveries", "integration", m.integration, hub.RowHub, hub.RowAPIConnections},
		"occurrences by a consumer":    {"occurrences", "consumer", admin, workOrders, hub.RowAPIConnections},
		"consumers by a group":         {"consumers", "group", m.group, hub.RowAPIConnections, hub.RowUserAccounts},
	} {
		t.Run(name, func(t *testing.T) {
			query := `query($id: ID!) { ` + c.list + `(filter: {` + c.filter + `: $id}) { nodes { id } pageInfo { hasNextPage } totalCount } }`
			one := m.do(m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(c.may, hub.See))), query, vars{"id": c.id})
			count := one.at(c.list, "totalCount")
			if n := len(one.list(c.list, "nodes")); n != 0 || count != nil && count != 0.0 {
				t.Errorf("it finds %d", n)
			}
			both := m.do(m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(c.may, hub.See), hubtest.May(c.tells, hub.See))), query, vars{"id": c.id})
			if len(both.list(c.list, "nodes")) == 0 {
				t.Error("who may see both finds none")
			}
		})
	}
	t.Run("nor does a subscription", func(t *testing.T) {
		s := m.connect(bearer(m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(hub.RowHub, hub.See)))))
		s.say("subscribe", "narrow", vars{"query": `subscription { executionChanged(event: "` + m.event + `", after: "` + hub.Cursor(0) + `") { cursor } }`})
		s.say("subscribe", "wide", vars{"query": `subscription { executionChanged(after: "` + hub.Cursor(0) + `") { cursor } }`})
		for range 12 {
			if item := s.hear(); item.ID != "wide" {
				t.Fatalf("it says %s %s", item.Type, item.Payload)
			}
		}
	})
	t.Run("but the consumers of one's own group are told", func(t *testing.T) {
		c := hubtest.CallerWith(t, m.db, hubtest.May(hub.RowAPIConnections, hub.See))
		r := m.do(m.tokenOf(c), `{ viewer { group { consumers { nodes { id } } } } }`, nil)
		if got := r.text("viewer", "group", "consumers", "nodes", 0, "id"); got != c.Consumer.ID() {
			t.Errorf("it is %s", got)
		}
	})
}

func TestWhoMayPublishAndNothingElseIsToldNothingElse(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	m.act(`flowEnable(id: $id)`, m.flow)
	m.tasks++
	in := vars{"in": vars{"source": "/mine", "id": fmt.Sprint(m.tasks), "type": "work_management.work_orders.new", "subject": "OT-8", "records": []vars{
		{"type": "work_order_task", "key": "800", "data": vars{"wo_folio": "OT-8", "description": "Replace", "code_responsible": "jonas", "id_work_orders_tasks": 800}}}}}
	const query = `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { repeat occurrence { id matches { fired event { id } executions { id } skipped { flow { id } reason { code message } } } }
		executions { id subject rows } userErrors { code message } } }`
	c := hubtest.CallerWith(t, m.db, hubtest.May(workOrders, hub.Add))
	for _, repeat := range []bool{false, true} {
		r := m.do(m.tokenOf(c), query, in)
		if r.at("occurrencePublish", "repeat") != repeat || r.at("occurrencePublish", "executions") != nil || r.at("occurrencePublish", "occurrence", "matches", 0, "fired") != true {
			t.Errorf("it is answered with %v", r.Data)
		}
		if got := told(t, r.Data, "evt_", "exe_", "flw_"); got != nil {
			t.Errorf("it tells %v: %v", got, r.Data)
		}
	}
	t.Run("also not of executions, if it may see those, what they read", func(t *testing.T) {
		in["in"].(vars)["id"] = "again"
		r := m.do(m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(workOrders, hub.Add), hubtest.May(workOrders, hub.Edit), hubtest.May(hub.RowHub, hub.See))), query, in)
		if execution := r.at("occurrencePublish", "executions", 0).(map[string]any); execution["subject"] != nil || len(execution["rows"].([]any)) != 0 {
			t.Errorf("it tells %v", execution)
		}
		m.settled(r.text("occurrencePublish", "executions", 0, "id"))
		whole := m.do(m.admin, `query($id: ID!) { execution(id: $id) { subject rows outcome } }`, vars{"id": r.text("occurrencePublish", "executions", 0, "id")})
		if got := fmt.Sprint(whole.at("execution")); got != "map[outcome:SUCCEEDED rows:[800] subject:OT-8]" {
			t.Errorf("what was left out of the answer is missing in the store: %s", got)
		}
	})
}
