package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/graph/model"
)

// everything writes a selection of all fields of a type, with those of the objects that it links to, some levels deep.
func everything(s *gql.Schema, d *gql.Definition, levels int) string {
	var parts []string
	switch d.Kind {
	case gql.Interface:
		return "{ __typename id }"
	case gql.Union:
		for _, name := range d.Types {
			parts = append(parts, "... on "+name+" "+everything(s, s.Types[name], levels))
		}
	default:
		for _, f := range fieldsOf(d) {
			if f.Name == "explain" {
				continue // it takes an occurrence, and has a test of its own
			}
			args := keyed[f.Name]
			child := s.Types[f.Type.Name()]
			switch {
			case f.Arguments.ForName("key") != nil && args == "":
				panic("no key for " + f.Name)
			case !child.IsCompositeType():
				if f.Name == "may" {
					args = `(module: "automator", submodule: "events", action: SEE)`
				}
				parts = append(parts, f.Name+args)
			case levels > 1:
				if f.Arguments.ForName("key") == nil {
					args = ""
				}
				below := levels - 1
				if child == d {
					below = 1 // others of its kind: what they lead to is asked of it, and the document stays as short as it must be
				}
				parts = append(parts, f.Name+args+" "+everything(s, child, below))
			}
		}
	}
	return "{ __typename " + strings.Join(parts, " ") + " }"
}

// keyed are keys of the catalogue for its fields that find one thing by its key.
var keyed = map[string]string{
	"eventType": `(key: "work_management.work_orders.new")`, "recordType": `(key: "work_order_task")`, "sourceAction": `(key: "query_work_order_tasks")`,
	"enum": `(key: "DeliveryState")`,
}

// answered collects which fields of which types stood in an answer, and holds their values against the schema.
type answered struct {
	t      *testing.T
	schema *gql.Schema
	seen   map[string]bool
}

func (a answered) look(typ *gql.Type, v any, path string) {
	switch {
	case v == nil:
		if typ.NonNull {
			a.t.Errorf("%s is null", path)
		}
	case typ.Elem != nil:
		for i, e := range v.([]any) {
			a.look(typ.Elem, e, fmt.Sprintf("%s.%d", path, i))
		}
	case a.schema.Types[typ.Name()].IsCompositeType():
		object := v.(map[string]any)
		d := a.schema.Types[object["__typename"].(string)]
		for name, value := range object {
			if name != "__typename" {
				a.seen[d.Name+"."+name] = a.seen[d.Name+"."+name] || value != nil
				a.look(d.Fields.ForName(name).Type, value, path+"."+name)
			}
		}
	default:
		a.leaf(a.schema.Types[typ.Name()], v, path)
	}
}

func (a answered) leaf(d *gql.Definition, v any, path string) {
	wrong := false
	switch d.Name {
	case "DateTime":
		_, err := time.Parse("2006-01-02T15:04:05.000Z", v.(string))
		wrong = err != nil
	case "Duration":
		_, err := model.UnmarshalDuration(v)
		wrong = err != nil
	case "Cursor":
		wrong = !strings.HasPrefix(v.(string), "c") && !strings.HasPrefix(v.(string), "s")
	}
	if d.Kind == gql.Enum {
		wrong = d.EnumValues.ForName(v.(string)) == nil
	}
	if wrong {
		a.t.Errorf("%s is %v, which is no %s", path, v, d.Name)
	}
}

func TestEveryFieldOfTheSchemaIsAnsweredAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	s := setUp(t, newDoor(t, func(o *graph.Options) { o.MaxCost, o.MaxTokens = 100_000_000, 20_000 }))
	s.post.refuse = "+5511999991234"
	published := s.workOrder("OT-1", "jonas", "maria")
	execution := published.text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	s.do(s.admin, `mutation($id: ID!) { executionReplay(id: $id, input: {version: PINNED, input: [{type: "work_order_task", key: "1", data: {wo_folio: "OT-1"}}]}) { userErrors { code } } }`, vars{"id": execution})
	alone := s.suppress("+5511999991234", vars{"note": "asked for it"})
	s.suppress("+5511999991234", vars{"category": "marketing", "until": "2098-01-01T00:00:00Z"})
	s.settled(s.workOrder("OT-2", "jonas").text("occurrencePublish", "executions", 0, "id"))
	draft := s.do(s.admin, flowCreate, vars{"in": vars{"description": "a draft with problems", "source": vars{"consumer": s.consumer, "action": "query_work_order_tasks",
		"fetch": vars{"integration": s.integration, "action": "letters", "parameters": vars{"box": "7"}}}, "settings": vars{"quietHours": vars{"from": "22:00", "to": "07:00", "zone": "NAMED", "timeZone": "Europe/Lisbon"}}}}).text("flowCreate", "flow", "id")
	for _, schedule := range []vars{{"cron": vars{"expression": "0 8 * * *", "timeZone": "UTC"}}, {"interval": vars{"every": 1, "unit": "DAYS", "timeZone": "UTC"}},
		{"date": vars{"local": "2098-01-01T08:00", "timeZone": "UTC"}}} {
		s.do(s.admin, flowCreate, vars{"in": vars{"description": "a schedule", "schedule": schedule}})
	}
	s.do(s.admin, flowCreate, vars{"in": vars{"description": "a follow-up", "targets": s.twoTargets(vars{"of": 0, "when": "FAILED"})}})
	s.gathering("OT-9")
	ids := vars{"group": s.group, "consumer": s.consumer, "integration": s.integration, "flow": s.flow, "event": s.event, "execution": execution,
		"occurrence":  published.text("occurrencePublish", "occurrence", "id"),
		"record":      s.do(s.admin, `{ records { nodes { id } } }`, nil).text("records", "nodes", 0, "id"),
		"suppression": alone,
		"delivery":    s.do(s.admin, `{ deliveries { nodes { id } } }`, nil).text("deliveries", "nodes", 0, "id"),
		"auditEntry":  s.do(s.admin, `{ auditLog { nodes { id } } }`, nil).text("auditLog", "nodes", 0, "id")}
	a := answered{t: t, schema: loadSchema(t), seen: map[string]bool{}}
	for _, f := range fieldsOf(a.schema.Query) {
		args := ""
		switch id, ok := ids[f.Name].(string); {
		case ok:
			args = fmt.Sprintf("(id: %q)", id)
		case f.Name == "node":
			args = fmt.Sprintf("(id: %q)", s.flow)
		case f.Name == "nodes":
			args = fmt.Sprintf("(ids: [%q])", s.flow)
		case f.Name == "eventBacktest":
			args = fmt.Sprintf(`(input: {type: "work_management.work_orders.new", flows: [%q]})`, s.flow)
		case f.Name == "flowPreview":
			args = fmt.Sprintf(`(input: {flow: %q, on: {occurrence: %q}})`, s.flow, ids["occurrence"])
		case f.Name == "executionReplayPreview":
			args = fmt.Sprintf(`(id: %q, input: {version: PINNED})`, execution)
		case f.Name == "permissionExplain":
			args = `(query: "{ groups { totalCount } }")`
		case f.Name == "fieldOptions":
			args = `(recordType: "work_order_task", field: "responsible")`
		case f.Name == "activity":
			args = `(from: "2026-11-22T00:00:00Z", to: "2026-11-23T00:00:00Z", bucket: "PT6H")`
		case f.Name == "connector":
			args = `(name: "post")`
		case f.Name == "scheduleNextRuns":
			args = `(schedule: {cron: {expression: "0 8 * *", timeZone: "UTC"}})`
		}
		levels := 5
		if strings.HasSuffix(f.Type.Name(), "Connection") || f.Name == "delivery" || f.Name == "execution" { // whose text would be too long
			levels = 4
		}
		r := s.do(s.admin, "{ "+f.Name+args+" "+everything(a.schema, a.schema.Types[f.Type.Name()], levels)+" }", nil)
		if r.at(f.Name) == nil {
			t.Errorf("%s is null", f.Name)
		}
		a.look(f.Type, r.at(f.Name), f.Name)
	}
	fetch := s.do(s.admin, "query($id: ID!) { flow(id: $id) { source { fetch "+everything(a.schema, a.schema.Types["SourceFetch"], 2)+" } } }", vars{"id": draft})
	a.look(a.schema.Types["FlowSource"].Fields.ForName("fetch").Type, fetch.at("flow", "source", "fetch"), "fetch")
	// Objects that a query does not reach, or that this hub has none of.
	elsewhere := []string{"Mutation", "Subscription", "Query", "UserError", "ExecutionChange", "DeliveryChange", "OccurrenceReceived", "ConnectorChange", "Receipt", "ReceiptPricing", "SkippedAction", "WaitingCount", "WaitingDeliveries", "ConstantRecipient", "SeveralRecipients", "FirstRecipient", "Hidden", "RecordResult",
		"EventExplanation", "ExplainedReason", "ReplayResult", "RetryResult", "CancelResult", "Pause",
		"Fetch", "FetchQuestion", "FetchedRow", // these in fetch_test.go
		"ConnectorError", "RefusedExecutable", "FormGroup", "FormOption", "FormRule", "FormCondition"} // these in connector_test.go
	a.seen["Event.explain"] = true // in a test of its own
	var missing []string
	for _, d := range ours(a.schema) {
		if d.Kind != gql.Object || slices.Contains(elsewhere, d.Name) || strings.HasSuffix(d.Name, "Payload") {
			continue
		}
		for _, f := range fieldsOf(d) {
			if _, ok := a.seen[d.Name+"."+f.Name]; !ok {
				missing = append(missing, d.Name+"."+f.Name)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("not in any answer: %s", strings.Join(missing, ", "))
	}
}

func TestTheCatalogueSaysWhatAScreenNeeds(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	r := d.do(d.admin, `{ catalog { permissions { module submodule moduleTitle title actions }
		eventType(key: "work_management.work_orders.new") { module { title } submodule { title } recordType { key } guardedBy { submodule } origin }
		recordType(key: "work_order_task") { nameField subjectField guardedBy { module submodule } fields { key type alias by open operations reference { key } enum { value title } } }
		sourceAction(key: "query_work_order_tasks") { title recordType { key } parameters { key } } none: recordType(key: "moon") { key } } }`, nil)
	if got := fmt.Sprint(r.at("catalog", "eventType")); got != "map[guardedBy:map[submodule:work_orders] module:map[title:Work Management] origin:FRACTTAL recordType:map[key:work_order_task] submodule:map[title:Work Orders]]" {
		t.Errorf("the event type is %s", got)
	}
	if r.text("catalog", "sourceAction", "title") != "Query Tasks in Work Orders (Items)" || r.at("catalog", "none") != nil {
		t.Errorf("it is answered with %v and %v", r.at("catalog", "sourceAction"), r.at("catalog", "none"))
	}
	if got := len(r.list("catalog", "permissions")); got < 80 {
		t.Errorf("the permission matrix has %d rows", got)
	}
	fields := map[string]map[string]any{}
	for _, f := range r.list("catalog", "recordType", "fields") {
		fields[f.(map[string]any)["key"].(string)] = f.(map[string]any)
	}
	if f := fields["responsible"]; f["type"] != "REFERENCE" || f["by"] != "code_responsible" || fmt.Sprint(f["reference"]) != "map[key:person]" {
		t.Errorf("responsible is %v", f)
	}
	if f := fields["task_todo_description"]; f["alias"] != "description" || fmt.Sprint(f["operations"]) != "[EQUAL NOT_EQUAL IS_ANY_OF IS_NONE_OF CONTAINS DOES_NOT_CONTAIN STARTS_WITH IS_EMPTY IS_NOT_EMPTY CHANGED CHANGED_TO CHANGED_FROM]" {
		t.Errorf("task_todo_description is %v", f)
	}
	if f := fields["id_status_work_order"]; f["type"] != "ENUM" || len(f["enum"].([]any)) == 0 {
		t.Errorf("id_status_work_order is %v", f)
	}
}

func TestAConnectorSaysWhatAFormNeeds(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	r := d.do(d.admin, `{ connector(name: "post", locale: "pt-BR") { settings { json labels { name title help } } roles state restarts until problem
		actions { key title language values { positional min max maxLength } recipient { format title } parameters { labels { name } } } limits { key scope perSecond burst setting where { setting value } } capabilities { receipts inFlight } } }`, nil)
	if got := fmt.Sprint(r.at("connector", "settings", "labels")); got != "[map[help: name:stamp title:Selo] map[help: name:key title:Chave] map[help: name:area title:Área]]" {
		t.Errorf("the labels are not in the order of the schema, or not in Portuguese: %s", got)
	}
	if got := fmt.Sprint(r.at("connector", "actions", 0)); got != "map[key:letter language:<nil> parameters:map[labels:[]] recipient:map[format:e164 title:Telefone] title:Carta values:map[max:7 maxLength:<nil> min:1 positional:true]]" {
		t.Errorf("the action is %s", got)
	}
	if got := fmt.Sprint(r.at("connector", "limits", 0)); got != "map[burst:1000 key:rate perSecond:1000 scope:INTEGRATION setting:<nil> where:[map[setting:area value:north]]]" {
		t.Errorf("the limit is %s", got)
	}
}

func TestAnIntegrationSaysToWhichRatesTheHubKeeps(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	rates := func(area string) string {
		r := d.do(d.admin, `mutation($i: IntegrationCreateInput!) { integrationCreate(input: $i) { integration { rates { key scope perSecond burst now until waiting } } userErrors { message } } }`,
			vars{"i": vars{"connector": "post", "name": "in the " + area, "settings": vars{"stamp": "blue", "area": area}, "secrets": []vars{{"name": "key", "value": "k"}}}})
		return fmt.Sprint(r.at("integrationCreate"))
	}
	if got := rates("north"); got != "map[integration:map[rates:[map[burst:1000 key:rate now:1000 perSecond:1000 scope:INTEGRATION until:<nil> waiting:0]]] userErrors:[]]" {
		t.Errorf("the limit holds in the north: %s", got)
	}
	if got := rates("south"); got != "map[integration:map[rates:[]] userErrors:[]]" {
		t.Errorf("and nowhere else: %s", got)
	}
}
