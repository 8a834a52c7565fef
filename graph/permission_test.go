package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// allBut are the rights of the whole matrix except one.
func allBut(p hub.Permission) []hub.Permission {
	var list []hub.Permission
	for _, row := range catalog.Load().PermissionRows() {
		for _, a := range row.Actions {
			if q := (hub.Permission{Module: row.Module, Submodule: row.Submodule, Action: a}); q != p {
				list = append(list, q)
			}
		}
	}
	return list
}

// minimal writes an operation that uses one root field with as little as the schema asks for.
func minimal(s *gql.Schema, kind string, f *gql.FieldDefinition) string {
	var args []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			of := f.Name
			if a.Type.Name() == "DateTime" {
				of = a.Name // the two ends of a length of time differ
			}
			args = append(args, a.Name+": "+literal(s, of, a.Type))
		}
	}
	call := f.Name
	if len(args) > 0 {
		call += "(" + strings.Join(args, ", ") + ")"
	}
	if s.Types[f.Type.Name()].IsCompositeType() {
		call += " { __typename }"
	}
	return kind + " { " + call + " }"
}

// literal is a value of a type that passes the schema and names nothing that exists.
func literal(s *gql.Schema, field string, typ *gql.Type) string {
	if typ.Elem != nil {
		return "[]"
	}
	d := s.Types[typ.Name()]
	switch {
	case d.Name == "ID":
		return fmt.Sprintf("%q", hub.ID(kindOf(field), 1))
	case d.Kind == gql.Enum:
		return d.EnumValues[0].Name
	case d.Kind == gql.InputObject:
		var fields []string
		for _, f := range d.Fields {
			if f.Type.NonNull && f.DefaultValue == nil || d.Directives.ForName("oneOf") != nil && len(fields) == 0 {
				fields = append(fields, f.Name+": "+literal(s, f.Name+field, f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case d.Name == "Int":
		return "1"
	case d.Name == "JSON":
		return "{}"
	case d.Name == "Duration":
		return `"PT15M"`
	case d.Name == "DateTime" && field == "from":
		return `"2026-11-22T14:00:00Z"`
	case d.Name == "DateTime":
		return `"2026-11-22T15:00:00Z"`
	}
	return `"x"`
}

// kindOf is the kind of the noun with which a name begins.
func kindOf(name string) hub.Kind {
	kinds := map[string]hub.Kind{"group": hub.KindGroup, "consumer": hub.KindConsumer, "integration": hub.KindIntegration, "flow": hub.KindFlow,
		"event": hub.KindEvent, "record": hub.KindRecord, "occurrence": hub.KindOccurrence, "execution": hub.KindExecution, "delivery": hub.KindDelivery, "audit": hub.KindAudit, "suppression": hub.KindSuppression}
	for noun, kind := range kinds {
		if strings.HasPrefix(name, noun) {
			return kind
		}
	}
	panic("no noun begins " + name)
}

func TestARootFieldIsForbiddenWithoutExactlyThePermissionThatItNames(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	s := loadSchema(t)
	callers := map[hub.Permission][2]string{} // the token of one who has everything else, and of one who has nothing else
	for root, fields := range map[string][]*gql.FieldDefinition{"query": fieldsOf(s.Query), "mutation": fieldsOf(s.Mutation)} {
		for _, f := range fields {
			directive := f.Directives.ForName("requires")
			if directive == nil {
				continue
			}
			need := hub.Permission{Module: argument(directive, "module"), Submodule: argument(directive, "submodule"), Action: hub.Action(argument(directive, "action"))}
			pair, known := callers[need]
			if !known {
				pair = [2]string{d.tokenOf(hubtest.CallerWith(t, d.db, allBut(need)...)), d.tokenOf(hubtest.CallerWith(t, d.db, need))}
				callers[need] = pair
			}
			operation := minimal(s, root, f)
			for i, want := range []string{"FORBIDDEN", "ALLOWED"} {
				if got := d.do(pair[i], explain, vars{"q": operation}).text("permissionExplain", "verdict"); got != want {
					t.Errorf("%s is explained as %s, not %s", operation, got, want)
				}
			}
			without := d.ask(pair[0], operation, nil)
			if len(without.Errors) != 1 || without.Errors[0].code() != "FORBIDDEN" {
				t.Errorf("%s without %s is answered with %+v %+v", operation, need, without.Data, without.Errors)
				continue
			}
			if got := fmt.Sprint(without.Errors[0].Extensions["needs"]); got != fmt.Sprintf("[map[action:%s module:%s submodule:%s]]", need.Action, need.Module, need.Submodule) {
				t.Errorf("%s needs %s, but the error says %s", operation, need, got)
			}
			if got := fmt.Sprint(without.Errors[0].Extensions["asked"]); got != "["+f.Name+"]" {
				t.Errorf("%s: what was asked for is %s", operation, got)
			}
			if group, _ := without.Errors[0].Extensions["group"].(string); group == "" {
				t.Errorf("%s: the error does not name the group", operation)
			}
			if with := d.ask(pair[1], operation, nil); len(with.Errors) > 0 {
				t.Errorf("%s with %s and nothing else is answered with %+v", operation, need, with.Errors)
			}
		}
	}
}

func TestWhatIsGuardedByItsOwnRowIsForbiddenWithoutIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	published := s.workOrder("OT-1", "jonas")
	occurrence, execution := published.text("occurrencePublish", "occurrence", "id"), published.text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	person := s.do(s.admin, `{ records(type: "person") { nodes { id } } }`, nil).text("records", "nodes", 0, "id")

	seeWorkOrders := hubtest.May(hub.Row{Module: "work_management", Submodule: "work_orders"}, hub.See)
	addWorkOrders := hubtest.May(hub.Row{Module: "work_management", Submodule: "work_orders"}, hub.Add)
	seePersons := hubtest.May(hub.Row{Module: "inhouse_personnel", Submodule: "general"}, hub.See)
	addPersons := hubtest.May(hub.Row{Module: "inhouse_personnel", Submodule: "general"}, hub.Add)
	byID := `query($id: ID!) { node(id: $id) { id } }`
	for name, c := range map[string]struct {
		query string
		vars  vars
		need  hub.Permission
	}{
		"a group by its id":        {byID, vars{"id": s.group}, hubtest.May(hub.RowUserAccounts, hub.See)},
		"a consumer by its id":     {byID, vars{"id": s.consumer}, hubtest.May(hub.RowAPIConnections, hub.See)},
		"an integration by its id": {byID, vars{"id": s.integration}, hubtest.May(hub.RowAPIConnections, hub.See)},
		"a flow by its id":         {byID, vars{"id": s.flow}, hubtest.May(hub.RowHub, hub.See)},
		"an event by its id":       {byID, vars{"id": s.event}, hubtest.May(hub.RowEvents, hub.See)},
		"an execution by its id":   {byID, vars{"id": execution}, hubtest.May(hub.RowHub, hub.See)},
		"an occurrence by its id":  {byID, vars{"id": occurrence}, seeWorkOrders},
		"a record by its id":       {byID, vars{"id": person}, seePersons},
		"an occurrence":            {`query($id: ID!) { occurrence(id: $id) { id } }`, vars{"id": occurrence}, seeWorkOrders},
		"the occurrences of a type": {`{ occurrences(filter: {type: "work_management.work_orders.new"}) { nodes { id } } }`, nil,
			seeWorkOrders},
		"a record":              {`query($id: ID!) { record(id: $id) { id } }`, vars{"id": person}, seePersons},
		"the records of a type": {`{ records(type: "person") { nodes { id } } }`, nil, seePersons},
		"publishing": {publish, vars{"in": vars{"source": "/t", "id": "n", "type": "work_management.work_orders.new", "subject": "OT-9"}},
			addWorkOrders},
		"writing a record": {`mutation { recordsUpsert(input: {records: [{type: "person", key: "new", data: {code: "new"}}]}) { userErrors { code } } }`, nil, addPersons},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.ask(s.tokenOf(hubtest.CallerWith(t, s.db, allBut(c.need)...)), c.query, c.vars)
			if len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" || !strings.Contains(fmt.Sprint(r.Errors[0].Extensions["needs"]), "submodule:"+c.need.Submodule) {
				t.Errorf("without %s it is answered with %+v %+v", c.need, r.Data, r.Errors)
			}
			if r := s.ask(s.admin, c.query, c.vars); len(r.Errors) > 0 {
				t.Errorf("with every right it is answered with %+v", r.Errors)
			}
		})
	}
	t.Run("of many objects those that may not be seen are null", func(t *testing.T) {
		may := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)))
		r := s.do(may, `query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }`, vars{"ids": []string{s.group, s.flow, occurrence, execution, person, hub.ID(hub.KindFlow, 5)}})
		got := []string{}
		for _, n := range r.list("nodes") {
			if n == nil {
				got = append(got, "null")
			} else {
				got = append(got, n.(map[string]any)["__typename"].(string))
			}
		}
		if want := []string{"null", "Flow", "null", "Execution", "null", "null"}; !slices.Equal(got, want) {
			t.Errorf("it is answered with %v, not %v", got, want)
		}
	})
	t.Run("a link to what may not be seen is null, and the rest is answered", func(t *testing.T) {
		may := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)))
		r := s.do(may, `query($id: ID!) { execution(id: $id) { id event { id } occurrence { id } flow { id source { consumer { id } } targets { integration { id } connectorAction { key } } } deliveries { integration { id } } timeline { cause { by { id } } } } }`,
			vars{"id": execution})
		if r.text("execution", "flow", "id") != s.flow {
			t.Error("what may be seen is missing")
		}
		for _, path := range [][]any{{"execution", "event"}, {"execution", "occurrence"}, {"execution", "flow", "source", "consumer"},
			{"execution", "flow", "targets", 0, "integration"}, {"execution", "flow", "targets", 0, "connectorAction"}, {"execution", "deliveries", 0, "integration"}} {
			if v := r.at(path...); v != nil {
				t.Errorf("%v is shown: %v", path, v)
			}
		}
	})
	t.Run("one missing permission does not take the other answers away", func(t *testing.T) {
		may := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See)))
		r := s.ask(may, `{ flows { nodes { id } } groups { nodes { id } } }`, nil)
		if len(r.Errors) != 1 || r.at("groups") != nil || r.text("flows", "nodes", 0, "id") != s.flow {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
	})
}

func TestAnyTokenIsEnoughForCatalogueConnectorsAndViewer(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	nobody := d.tokenOf(hubtest.CallerWith(t, d.db))
	r := d.do(nobody, `{ viewer { consumer { id enabled } group { description } grants { module } locale } catalog { modules { key } } connectors { name } connector(name: "post") { name } none: connector(name: "x") { name } }`, nil)
	if len(r.list("viewer", "grants")) != 0 || r.text("viewer", "group", "description") == "" || r.text("connectors", 0, "name") != "post" || r.at("none") != nil {
		t.Errorf("it is answered with %v", r.Data)
	}
	if len(r.list("catalog", "modules")) == 0 {
		t.Error("the catalogue is empty")
	}
}

func TestASubscriptionIsForbiddenWithoutExactlyThePermissionThatItNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	schema := loadSchema(t)
	for _, f := range fieldsOf(schema.Subscription) {
		directive := f.Directives.ForName("requires")
		if directive == nil {
			if f.Name != "connectorChanged" && f.Name != "occurrenceReceived" { // the one needs a token only; the other has a test of its own
				t.Errorf("%s names no permission", f.Name)
			}
			continue
		}
		need := hub.Permission{Module: argument(directive, "module"), Submodule: argument(directive, "submodule"), Action: hub.Action(argument(directive, "action"))}
		operation := minimal(schema, "subscription", f)
		without := s.connect(bearer(s.tokenOf(hubtest.CallerWith(t, s.db, allBut(need)...))))
		without.say("subscribe", "1", vars{"query": operation})
		var errs []responseFail
		if m := without.hear(); m.Type != "error" || json.Unmarshal(m.Payload, &errs) != nil || len(errs) != 1 {
			t.Fatalf("%s without %s is answered with %s %s", operation, need, m.Type, m.Payload)
		}
		ext := errs[0].Extensions
		if got := fmt.Sprintf("%v %v %v", ext["code"], ext["needs"], ext["asked"]); got != fmt.Sprintf("FORBIDDEN [map[action:%s module:%s submodule:%s]] [%s]", need.Action, need.Module, need.Submodule, f.Name) {
			t.Errorf("%s without %s: %s", operation, need, got)
		}
		with := s.connect(bearer(s.tokenOf(hubtest.CallerWith(t, s.db, need))))
		if f.Arguments.ForName("after") != nil {
			operation = strings.Replace(operation, f.Name, f.Name+`(after: "`+hub.Cursor(0)+`")`, 1)
		}
		with.say("subscribe", "1", vars{"query": operation})
		s.workOrder("OT-"+f.Name, "jonas")
		if m := with.hear(); m.Type != "next" {
			t.Errorf("%s with %s and nothing else is answered with %s %s", operation, need, m.Type, m.Payload)
		}
	}
}

func TestEveryTypeIsGuardedByItsOwnRowAndByNoOther(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	cat := catalog.Load()
	tokens := map[string]string{}
	token := func(perms ...hub.Permission) string {
		key := fmt.Sprint(perms)
		if tokens[key] == "" {
			tokens[key] = d.tokenOf(hubtest.CallerWith(t, d.db, perms...))
		}
		return tokens[key]
	}
	// guarded asks with exactly the permission and with everything but it; what the explanation says must be what happens.
	guarded := func(query string, v vars, need hub.Permission) {
		t.Helper()
		if cells, _ := cat.Cells(need.Row()); !cells.Has(need.Action) {
			t.Fatalf("%s needs %s, which nobody can hold", query, need)
		}
		without := d.ask(token(allBut(need)...), query, v)
		want := fmt.Sprintf("[map[action:%s module:%s submodule:%s]]", need.Action, need.Module, need.Submodule)
		if len(without.Errors) != 1 || without.Errors[0].code() != "FORBIDDEN" || fmt.Sprint(without.Errors[0].Extensions["needs"]) != want {
			t.Errorf("%s %v without %s is answered with %v %+v", query, v, need, without.Data, without.Errors)
		}
		if with := d.ask(token(need), query, v); len(with.Errors) > 0 {
			t.Errorf("%s %v with %s and nothing else is answered with %+v", query, v, need, with.Errors)
		}
		if got := d.do(token(need), explain, vars{"q": query, "vars": v}).text("permissionExplain", "verdict"); got == "FORBIDDEN" {
			t.Errorf("%s %v with %s is explained as %s", query, v, need, got)
		}
	}
	for _, typ := range cat.RecordTypes() {
		guarded(`query($t: String!) { records(type: $t) { nodes { id } } }`, vars{"t": typ.Key}, typ.Row.Permission(hub.See))
		upsert := `mutation($in: RecordsUpsertInput!) { recordsUpsert(input: $in) { records { id } userErrors { code } } }`
		record := func(key string) vars {
			return vars{"in": vars{"records": []vars{{"type": typ.Key, "key": key, "data": vars{}}}}}
		}
		guarded(upsert, record("new"), typ.Row.Permission(hub.Add))
		id := d.do(d.admin, `query($t: String!) { records(type: $t) { nodes { id } } }`, vars{"t": typ.Key}).text("records", "nodes", 0, "id")
		guarded(`query($id: ID!) { record(id: $id) { id } }`, vars{"id": id}, typ.Row.Permission(hub.See))
		guarded(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": id}, typ.Row.Permission(hub.See))
		if cells, _ := cat.Cells(typ.Row); cells.Has(hub.Edit) {
			guarded(upsert, record("new"), typ.Row.Permission(hub.Edit))
		}
	}
	for i, typ := range cat.EventTypes() {
		row := cat.RecordType(typ.RecordType).Row
		guarded(`query($t: String!) { occurrences(filter: {type: $t}) { nodes { id } } }`, vars{"t": typ.Key}, row.Permission(hub.See))
		v := vars{"in": vars{"source": "/t", "id": fmt.Sprint("o", i), "type": typ.Key, "subject": "s"}}
		guarded(`mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { repeat userErrors { code } } }`, v, row.Permission(hub.Add))
		id := d.do(d.admin, `query($t: String!) { occurrences(filter: {type: $t}) { nodes { id } } }`, vars{"t": typ.Key}).text("occurrences", "nodes", 0, "id")
		guarded(`query($id: ID!) { occurrence(id: $id) { id } }`, vars{"id": id}, row.Permission(hub.See))
		guarded(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": id}, row.Permission(hub.See))
	}
}

func TestWhatNeedsOnlyATokenIsAnsweredToWhoHoldsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	nobody := d.tokenOf(hubtest.CallerWith(t, d.db))
	s := loadSchema(t)
	asked := 0
	for root, fields := range map[string][]*gql.FieldDefinition{"query": fieldsOf(s.Query), "mutation": fieldsOf(s.Mutation)} {
		for _, f := range fields {
			if f.Directives.ForName("requiresToken") == nil {
				continue
			}
			asked++
			operation := minimal(s, root, f)
			if f.Name == "permissionExplain" {
				operation = `{ permissionExplain(query: "{ viewer { locale } }") { verdict } }`
			}
			if r := d.ask(nobody, operation, nil); len(r.Errors) > 0 {
				t.Errorf("%s is answered with %+v", operation, r.Errors)
			}
			if r := d.do(nobody, explain, vars{"q": operation}); r.text("permissionExplain", "verdict") != "ALLOWED" {
				t.Errorf("%s is explained as %v", operation, r.Data)
			}
		}
	}
	if asked < 4 {
		t.Errorf("only %d fields need no permission", asked)
	}
}
