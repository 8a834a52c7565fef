package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const explainNested = `query($q: String!, $name: String, $vars: JSON) { permissionExplain(query: $q, operationName: $name, variables: $vars) { verdict
	nested { path type field verdict needs { module submodule action } depends { module submodule action } dependsOn missing { module submodule action } } } }`

// nestedLines writes what lies below the top of a document, a line for each field.
func (d *door) nestedLines(token, query string, v vars) (lines []string) {
	d.t.Helper()
	r := d.do(token, explainNested, vars{"q": query, "vars": v})
	for _, n := range r.list("permissionExplain", "nested") {
		n := n.(map[string]any)
		path := strings.Trim(strings.ReplaceAll(fmt.Sprint(n["path"]), " ", "."), "[]")
		line := fmt.Sprintf("%s %s.%s %s", path, n["type"], n["field"], n["verdict"])
		for _, list := range []string{cells(n["needs"]), strings.Trim(fmt.Sprint(n["dependsOn"]), "[]"), cells(n["missing"])} {
			if len(list) > 100 {
				list = "many"
			}
			line += " | " + list
		}
		lines = append(lines, line)
	}
	return lines
}

func TestWhatLiesBelowTheTopIsExplainedToo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const h, e, api = "automator/fracttal_hub:SEE", "automator/events:SEE", "settings/api_connections:SEE"
	seeHub, seeEvents := hubtest.May(hub.RowHub, hub.See), hubtest.May(hub.RowEvents, hub.See)
	everyRecord := []hub.Permission{}
	for _, typ := range catalog.Load().RecordTypes() {
		everyRecord = append(everyRecord, hubtest.May(typ.Row, hub.See))
	}
	for name, c := range map[string]struct {
		query string
		vars  vars
		holds []hub.Permission
		want  []string
	}{
		"links, by what they lead to": {`{ events { nodes { id flows { id versions { version } } } } }`, nil, []hub.Permission{seeEvents},
			[]string{"events.nodes.flows Event.flows FORBIDDEN | " + h + " |  | " + h, "events.nodes.flows.versions Flow.versions FORBIDDEN | " + h + " |  | " + h}},
		"links of links, under their aliases": {`{ all: executions { edges { one: node { mine: deliveries { through: integration { name } } } } } }`, nil, []hub.Permission{seeHub},
			[]string{"all.edges.one.mine Execution.deliveries ALLOWED | " + h + " |  | ", "all.edges.one.mine.through Delivery.integration FORBIDDEN | " + api + " |  | " + api}},
		"through fragments": {`query($id: ID!) { execution(id: $id) { ...a } } fragment a on Execution { ... { event { ...b } } } fragment b on Event { problems { code } }`,
			vars{"id": hub.ID(hub.KindExecution, 1)}, []hub.Permission{seeEvents},
			[]string{"execution.event Execution.event ALLOWED | " + e + " |  | ", "execution.event.problems Event.problems ALLOWED | " + e + " |  | "}},
		"not what a directive leaves out": {`query($no: Boolean!) { flows { nodes { versions @include(if: $no) { version } problems @skip(if: true) { code } source { consumer { id } } } } }`,
			vars{"no": false}, nil, []string{"flows.nodes.source.consumer FlowSource.consumer FORBIDDEN | " + api + " |  | " + api}},
		"of an object whose id tells its kind, for that kind only": {`query($id: ID!) { node(id: $id) { id ... on Flow { versions { version } } ... on Event { flows { id } } } }`,
			vars{"id": hub.ID(hub.KindEvent, 1)}, nil, []string{"node.flows Event.flows FORBIDDEN | " + h + " |  | " + h}},
		"of several, for each of their kinds": {`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Flow { versions { version } } ... on Event { flows { id } } ... on Consumer { group { id } } } }`,
			vars{"ids": []string{hub.ID(hub.KindEvent, 1), hub.ID(hub.KindFlow, 1)}}, []hub.Permission{seeHub},
			[]string{"nodes.flows Event.flows ALLOWED | " + h + " |  | ", "nodes.versions Flow.versions ALLOWED | " + h + " |  | "}},
		"where only the data know the kind": {`subscription { executionChanged { change { cause { by { ... on Consumer { name } } } } } }`, nil, []hub.Permission{seeHub},
			[]string{"executionChanged.change.cause.by Reason.by DEPENDS |  | OBJECT | many"}},
		"where only the data know the type": {`query($id: ID!) { execution(id: $id) { occurrence { name } } }`, vars{"id": hub.ID(hub.KindExecution, 1)}, []hub.Permission{hubtest.May(workOrders, hub.See)},
			[]string{"execution.occurrence Execution.occurrence DEPENDS |  | EVENT_TYPE | many"}},
		"values that came from records": {`{ deliveries { nodes { state recipient values } } }`, nil, everyRecord,
			[]string{"deliveries.nodes.recipient Delivery.recipient ALLOWED |  | SOURCE | ", "deliveries.nodes.values Delivery.values ALLOWED |  | SOURCE | "}},
		"what a mutation answers with": {`mutation($id: ID!) { flowDisable(id: $id) { flow { id versions { version } } userErrors { code } } }`, vars{"id": hub.ID(hub.KindFlow, 1)}, []hub.Permission{hubtest.May(hub.RowHub, hub.Edit)},
			[]string{"flowDisable.flow.versions Flow.versions FORBIDDEN | " + h + " |  | " + h}},
		"nothing where a token is enough": {`{ viewer { group { description } consumer { name } } catalog { modules { key } } __schema { types { name } } }`, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := d.nestedLines(d.tokenOf(hubtest.CallerWith(t, d.db, c.holds...)), c.query, c.vars); !slices.Equal(got, c.want) {
				t.Errorf("it says\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
	t.Run("and does not make the whole forbidden", func(t *testing.T) {
		r := d.do(d.tokenOf(hubtest.CallerWith(t, d.db, seeEvents)), explainNested, vars{"q": `{ events { nodes { flows { id } } } }`})
		if got := r.text("permissionExplain", "verdict"); got != "ALLOWED" {
			t.Errorf("the verdict is %s", got)
		}
	})
	t.Run("at the top it is said of what the data decide", func(t *testing.T) {
		r := d.do(d.admin, `query($q: String!, $vars: JSON) { permissionExplain(query: $q, variables: $vars) { fields { type field dependsOn } } }`, vars{
			"q": `query($rec: ID!, $occ: ID!) { record(id: $rec) { id } occurrence(id: $occ) { id } node(id: $rec) { id } flows { totalCount } }`, "vars": vars{"rec": hub.ID(hub.KindRecord, 1), "occ": hub.ID(hub.KindOccurrence, 1)}})
		if got := fmt.Sprint(r.at("permissionExplain", "fields")); got != "[map[dependsOn:[RECORD_TYPE] field:record type:Query] map[dependsOn:[EVENT_TYPE] field:occurrence type:Query] map[dependsOn:[OBJECT] field:node type:Query] map[dependsOn:[] field:flows type:Query]]" {
			t.Errorf("it says %s", got)
		}
		r = d.do(d.admin, `{ permissionExplain(query: "mutation { recordsUpsert(input: {records: [{type: \"person\", key: \"1\", data: {}}]}) { userErrors { code } } }") { fields { dependsOn } } }`, nil)
		if got := fmt.Sprint(r.at("permissionExplain", "fields")); got != "[map[dependsOn:[EXISTENCE]]]" {
			t.Errorf("it says %s", got)
		}
	})
}

// linksBelowTheTop are the fields of objects that lead to an object of another row, or to one whose row the data know: all that have
// the type of a Node, but for the parts of which lists consist and what a mutation answers with, for which the root field asks.
func linksBelowTheTop(s *gql.Schema) map[string]*gql.FieldDefinition {
	links := map[string]*gql.FieldDefinition{}
	for _, d := range ours(s) {
		if d.Kind != gql.Object || d == s.Query || d == s.Mutation || d == s.Subscription || strings.HasSuffix(d.Name, "Connection") || strings.HasSuffix(d.Name, "Edge") {
			continue
		}
		for _, f := range fieldsOf(d) {
			typ := s.Types[strings.TrimSuffix(f.Type.Name(), "Connection")]
			acted := strings.HasSuffix(d.Name, "Payload") && strings.HasPrefix(strings.ToLower(d.Name), strings.ToLower(strings.TrimSuffix(f.Name, "s")))
			if (typ.Name == "Node" || slices.Contains(typ.Interfaces, "Node")) && !acted {
				links[d.Name+"."+f.Name] = f
			}
		}
	}
	return links
}

func TestEveryLinkBelowTheTopSaysWhatItRequires(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	links := linksBelowTheTop(s)
	if len(links) < 20 {
		t.Errorf("there are only %d links; the test does not find them", len(links))
	}
	for name, f := range links {
		if found := permissionDirective(f); len(found) != 1 {
			t.Errorf("%s has %d permission directives; it needs one of @%s", name, len(found), strings.Join(permissionDirectives, ", @"))
		}
	}
}

// reaching is how each field below the top that names a permission is reached by who lacks that: over which operation, with which
// permission for that, and where in the answer the object stands that has the field.
type reaching struct {
	also      []hub.Permission // what the way itself needs beside may
	may       hub.Permission
	operation string // with %s where the fields of the object stand, and $id
	id        string
	path      []any
}

func TestAFieldBelowTheTopIsAnsweredWithExactlyThePermissionThatItNames(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	schema := loadSchema(t)
	see := func(row hub.Row) hub.Permission { return hubtest.May(row, hub.See) }
	orders := see(workOrders)
	edit := hubtest.May(hub.RowHub, hub.Edit)
	failed := m.do(m.admin, `{ deliveries(filter: {states: [FAILED]}) { nodes { id } } }`, nil).text("deliveries", "nodes", 0, "id")
	waiting := m.wait()
	m.do(m.admin, `mutation { groupCreate(input: {description: "told of", grants: []}) { group { id } } }`, nil)
	told := m.do(m.admin, `{ auditLog(filter: {kinds: [CREATED]}, first: 1) { nodes { id } } }`, nil).text("auditLog", "nodes", 0, "id")
	record := m.do(m.admin, `{ records(type: "work_order_task", first: 1) { nodes { id } } }`, nil).text("records", "nodes", 0, "id")
	persons := see(hub.Row{Module: "inhouse_personnel", Submodule: "general"})
	fetching := m.do(m.admin, flowCreate, vars{"in": vars{"description": "a draft that fetches", "source": vars{"consumer": m.consumer, "action": "query_work_order_tasks",
		"fetch": vars{"integration": m.integration, "action": "read_rows"}}}}).text("flowCreate", "flow", "id")
	previewing := `flowPreview(input: {flow: $id, on: {occurrence: "` + m.occurrenceOf(m.executions[0]) + `"}}) { %s }`
	m.post.refused.Store(&hub.RefusedExecutable{File: "/plugins/recado-connector-post", Problem: "the file is not trusted"})
	of := map[string]reaching{
		"Connector":        {nil, see(hub.RowHub), `connector(name: "post") { %s } node(id: $id) { __typename }`, m.flow, []any{"connector"}},
		"Record":           {nil, orders, `record(id: $id) { %s }`, record, []any{"record"}},
		"RecordVersion":    {nil, orders, `record(id: $id) { history { nodes { %s } } }`, record, []any{"record", "history", "nodes", 0}},
		"Consumer":         {nil, see(hub.RowAPIConnections), `consumer(id: $id) { %s }`, m.consumer, []any{"consumer"}},
		"Group":            {nil, see(hub.RowUserAccounts), `group(id: $id) { %s }`, m.group, []any{"group"}},
		"Flow":             {nil, see(hub.RowHub), `flow(id: $id) { %s }`, m.flow, []any{"flow"}},
		"FlowVersion":      {nil, see(hub.RowHub), `flow(id: $id) { history { nodes { %s } } }`, m.flow, []any{"flow", "history", "nodes", 0}},
		"FlowSource":       {nil, see(hub.RowHub), `flow(id: $id) { source { %s } }`, m.flow, []any{"flow", "source"}},
		"SourceFetch":      {nil, see(hub.RowHub), `flow(id: $id) { source { fetch { %s } } }`, fetching, []any{"flow", "source", "fetch"}},
		"FlowTarget":       {nil, see(hub.RowHub), `flow(id: $id) { targets { %s } }`, m.flow, []any{"flow", "targets", 0}},
		"Event":            {nil, see(hub.RowEvents), `event(id: $id) { %s }`, m.event, []any{"event"}},
		"Execution":        {nil, see(hub.RowHub), `execution(id: $id) { %s }`, m.executions[0], []any{"execution"}},
		"Delivery":         {nil, see(hub.RowHub), `delivery(id: $id) { %s }`, failed, []any{"delivery"}},
		"Integration":      {nil, see(hub.RowAPIConnections), `integration(id: $id) { %s }`, m.integration, []any{"integration"}},
		"Suppression":      {nil, see(hub.RowHub), `suppression(id: $id) { %s }`, m.suppress("+5511999991234", vars{"category": "marketing"}), []any{"suppression"}},
		"Occurrence":       {nil, orders, `occurrence(id: $id) { %s }`, m.occurrence, []any{"occurrence"}},
		"Match":            {nil, orders, `occurrence(id: $id) { matches { %s } }`, m.occurrenceOf(m.executions[0]), []any{"occurrence", "matches", 0}},
		"AuditEntry":       {nil, see(hub.RowTransactionsLog), `auditEntry(id: $id) { %s }`, told, []any{"auditEntry"}},
		"EventExplanation": {[]hub.Permission{orders}, see(hub.RowEvents), `event(id: $id) { explain(occurrence: "` + m.occurrenceOf(m.executions[0]) + `") { %s } }`, m.event, []any{"event", "explain"}},
		"BacktestFlow": {[]hub.Permission{orders}, see(hub.RowEvents), `eventBacktest(input: {type: "work_management.work_orders.new", terms: {mode: NONE}, flows: [$id]}) { flows { %s } }`,
			m.flow, []any{"eventBacktest", "flows", 0}},
		"PreviewMatch":         {[]hub.Permission{orders, persons}, see(hub.RowHub), fmt.Sprintf(previewing, "matches { %s }"), m.flow, []any{"flowPreview", "matches", 0}},
		"ExecutionPreview":     {[]hub.Permission{orders, persons}, see(hub.RowHub), fmt.Sprintf(previewing, "executions { %s }"), m.flow, []any{"flowPreview", "executions", 0}},
		"DeliveryPreview":      {[]hub.Permission{orders, persons}, see(hub.RowHub), fmt.Sprintf(previewing, "executions { deliveries { %s } }"), m.flow, []any{"flowPreview", "executions", 0, "deliveries", 0}},
		"DeliveryFailureGroup": {nil, see(hub.RowHub), `deliveryFailures(filter: {flow: $id}) { groups { %s } }`, m.flow, []any{"deliveryFailures", "groups", 0}},
		"SkippedAction": {nil, orders, `occurrence(id: $id) { matches { skipped { %s } } }`, m.occurrence,
			[]any{"occurrence", "matches", 0, "skipped", 0}},
	}
	// Who may see the object holds what these need; who may only change it does not.
	changing := map[string]reaching{
		"Flow":      {nil, edit, `mutation($id: ID!) { flowUpdate(id: $id, input: {}) { flow { %s } } }`, "", []any{"flowUpdate", "flow"}},
		"Event":     {nil, hubtest.May(hub.RowEvents, hub.Edit), `mutation($id: ID!) { eventUpdate(id: $id, input: {}) { event { %s } } }`, m.event, []any{"eventUpdate", "event"}},
		"Execution": {nil, edit, `mutation($id: ID!) { executionCancel(id: $id) { execution { %s } } }`, "", []any{"executionCancel", "execution"}},
		"Delivery":  {nil, edit, `mutation($id: ID!) { deliveryRetry(id: $id) { delivery { %s } } }`, "", []any{"deliveryRetry", "delivery"}},
		"Suppression": {nil, hubtest.May(hub.RowHub, hub.Add), `mutation($id: ID!) { suppressionAdd(input: {integration: $id, recipient: "+5511999991234", category: "marketing"}) { suppression { %s } } }`,
			m.integration, []any{"suppressionAdd", "suppression"}},
	}
	tested := 0
	for _, d := range ours(schema) {
		if d.Kind != gql.Object || d == schema.Query || d == schema.Mutation || d == schema.Subscription || d.Name == "ExecutionChange" || d.Name == "DeliveryChange" || d.Name == "OccurrencePublishPayload" || d.Name == "FlowRunPayload" || d.Name == "FlowTestPayload" || d.Name == "ExecutionReplayPayload" || d.Name == "ReplayResult" || d.Name == "RetryResult" || d.Name == "CancelResult" || d.Name == "RetentionUpdatePayload" || d.Name == "FlowRetentionUpdatePayload" || d.Name == "QueuePausePayload" || d.Name == "QueueResumePayload" || d.Name == "ExplainedReason" {
			continue // their root fields are asked elsewhere for the same; a reason that names what may not be seen is not there at all
		}
		for _, f := range fieldsOf(d) {
			requires := f.Directives.ForName("requires")
			if requires == nil {
				continue
			}
			name := d.Name + "." + f.Name
			need := hub.Permission{Module: argument(requires, "module"), Submodule: argument(requires, "submodule"), Action: hub.Action(argument(requires, "action"))}
			way, known := of[d.Name]
			if !known {
				t.Errorf("no way leads to %s", name)
				continue
			}
			if way.may == need && d.Name == "DeliveryFailureGroup" {
				continue // without it there are no groups
			}
			if way.may == need {
				if way, known = changing[d.Name]; !known {
					t.Errorf("no way leads to %s for who lacks %s", name, need)
					continue
				}
			}
			tested++
			selection := f.Name
			if schema.Types[f.Type.Name()].IsCompositeType() {
				selection += " { __typename }"
			}
			ask := func(token string) reply {
				id := way.id
				switch {
				case id != "":
				case d.Name == "Delivery":
					id = m.refused()
				case d.Name == "Execution":
					id = waiting()
				default: // a draft: its consumer and what it reads are the business of other permissions
					id = m.do(m.admin, flowCreate, vars{"in": vars{"description": "a draft", "source": vars{"consumer": m.consumer}}}).text("flowCreate", "flow", "id")
				}
				operation := fmt.Sprintf(way.operation, selection)
				if !strings.HasPrefix(operation, "mutation") {
					operation = "query($id: ID!) { " + operation + " }"
				}
				return m.ask(token, operation, vars{"id": id})
			}
			without := ask(m.tokenOf(hubtest.CallerWith(t, m.db, allBut(need)...)))
			value := any(nil)
			if without.at(way.path...) != nil {
				value = without.at(append(slices.Clone(way.path), f.Name)...)
			}
			list, isList := value.([]any)
			refused := len(without.Errors) == 1 && without.Errors[0].code() == "FORBIDDEN" &&
				fmt.Sprint(without.Errors[0].Extensions["needs"]) == fmt.Sprintf("[map[action:%s module:%s submodule:%s]]", need.Action, need.Module, need.Submodule)
			if nothing := value == nil || isList && len(list) == 0; !nothing || len(without.Errors) > 0 && !refused || len(without.Errors) == 0 && without.at(way.path...) == nil {
				t.Errorf("%s without %s is answered with %v %+v", name, need, without.Data, without.Errors)
			}
			with := ask(m.tokenOf(hubtest.CallerWith(t, m.db, append([]hub.Permission{way.may, need}, way.also...)...)))
			value = nil
			if len(with.Errors) == 0 {
				value = with.at(append(slices.Clone(way.path), f.Name)...)
			}
			mayBeEmpty := slices.Contains([]string{"problems", "permissionsNeeded", "receipts", "follows", "followUps"}, f.Name)
			// a draft never ran, nobody ran it by hand or replayed it, it gathers and fetches nothing, no connector was asked about it, and what is sent again is not suppressed
			mayBeNull := slices.Contains([]string{"lastRun", "startedBy", "replay", "replayOf", "collection", "fetch", "checkedAt", "suppression"}, f.Name)
			if list, isList := value.([]any); value == nil && (!mayBeNull || len(with.Errors) > 0) || isList && len(list) == 0 && !mayBeEmpty {
				t.Errorf("%s with %s and %s is answered with %v %+v", name, way.may, need, with.Data, with.Errors)
			}
		}
	}
	if tested < 20 {
		t.Errorf("only %d fields were asked for", tested)
	}
}

// refused is a delivery that failed, a new one each time.
func (m *marked) refused() string {
	m.t.Helper()
	m.act(`flowEnable(id: $id)`, m.flow)
	m.answers(func(h hub.Handover, o *hub.Outcome) {
		o.Kind, o.Scope, o.Message = hub.OutcomeRejected, hub.ScopeRecipient, "no account"
	})
	m.publish()
	return m.do(m.admin, `query($id: ID!) { execution(id: $id) { deliveries { id } } }`, vars{"id": m.executions[len(m.executions)-1]}).text("execution", "deliveries", 0, "id")
}

func (m *marked) occurrenceOf(execution string) string {
	m.t.Helper()
	return m.do(m.admin, `query($id: ID!) { execution(id: $id) { occurrence { id } } }`, vars{"id": execution}).text("execution", "occurrence", "id")
}

// wait has the provider ask for patience, and returns what makes an execution that waits, a new one each time.
func (m *marked) wait() func() string {
	return func() string {
		m.t.Helper()
		m.act(`flowEnable(id: $id)`, m.flow)
		m.answers(func(h hub.Handover, o *hub.Outcome) {
			o.Kind, o.Scope, o.RetryAfter = hub.OutcomeRetry, hub.ScopeDelivery, 3600*1e9
		})
		m.tasks++
		r := m.do(m.admin, publish, vars{"in": vars{"source": "/test", "id": fmt.Sprint(m.tasks), "type": "work_management.work_orders.new", "subject": "OT-77", "records": []vars{
			{"type": "work_order_task", "key": "1", "data": vars{"wo_folio": "OT-77", "description": "Replace", "code_responsible": "jonas", "id_work_orders_tasks": 1}}}}})
		execution := r.text("occurrencePublish", "executions", 0, "id")
		eventually(m.t, "it waits", func() bool {
			return m.do(m.admin, `query($id: ID!) { execution(id: $id) { state } }`, vars{"id": execution}).text("execution", "state") == "WAITING"
		})
		return execution
	}
}
