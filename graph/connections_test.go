package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"
)

// A connection that comes later has all this as well, or it is named here.
func TestEveryConnectionTakesTheArgumentsOfRelay(t *testing.T) {
	t.Parallel()
	for name, f := range connections(loadSchema(t)) {
		for arg, typ := range map[string]string{"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"} {
			if a := f.Arguments.ForName(arg); a == nil || a.Type.String() != typ || a.DefaultValue != nil {
				t.Errorf("%s does not take %s: %s", name, arg, typ)
			}
		}
		var slicing []string
		if size := f.Directives.ForName("listSize"); size != nil {
			for _, c := range size.Arguments.ForName("slicingArguments").Value.Children {
				slicing = append(slicing, c.Value.Raw)
			}
		}
		if !slices.Equal(slicing, []string{"first", "last"}) {
			t.Errorf("what %s costs follows from %v, not from first and last", name, slicing)
		}
		if o := f.Arguments.ForName("orderBy"); o != nil && (o.Type.NonNull || !strings.HasSuffix(o.Type.Name(), "OrderInput")) {
			t.Errorf("%s is sorted by a %s", name, o.Type)
		}
	}
}

// connections are all fields of the schema that are a list with pages, by type and name.
func connections(s *gql.Schema) map[string]*gql.FieldDefinition {
	all := map[string]*gql.FieldDefinition{}
	for _, d := range ours(s) {
		for _, f := range fieldsOf(d) {
			if d.Kind == gql.Object && strings.HasSuffix(f.Type.Name(), "Connection") {
				all[d.Name+"."+f.Name] = f
			}
		}
	}
	return all
}

// shelf is where a connection is found in a site, with the arguments that it is to have besides those of pages.
type shelf struct {
	around string // with %s where the connection belongs
	args   []string
}

func query(args ...string) shelf { return shelf{"{ %s }", args} }

// filled has at least three items in every list.
func (s *site) filled() map[string][]shelf {
	s.t.Helper()
	for i, name := range []string{"Ávila", "bruno", "CARLA"} {
		group := s.do(s.admin, groupCreate, vars{"in": vars{"description": name}}).text("groupCreate", "group", "id")
		s.do(s.admin, consCreate, vars{"in": vars{"name": name, "group": s.group}})
		s.do(s.admin, intCreate, vars{"in": vars{"connector": "post", "name": name, "settings": vars{"stamp": "red"}, "secrets": []vars{{"name": "key", "value": "s3cret"}}}})
		s.do(s.admin, flowCreate, vars{"in": vars{"description": name}})
		s.do(s.admin, eventCreate, vars{"in": vars{"description": name, "type": "work_management.work_orders.new", "flows": []string{}}})
		s.do(s.admin, flowUpdate, vars{"id": s.flow, "in": vars{"description": "WO " + name}})
		s.do(s.admin, `mutation($in: SuppressionAddInput!) { suppressionAdd(input: $in) { suppression { id } } }`,
			vars{"in": vars{"integration": s.integration, "recipient": fmt.Sprintf("+551197777000%d", i)}})
		s.do(s.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {note: "seen"}) { group { id } } }`, vars{"id": group})
	}
	s.workOrder("OT-C", "carla")
	gathers := s.gathering("OT-0")
	var original string
	for i := range 3 {
		original = s.workOrder(fmt.Sprint("OT-", i+1), "jonas").text("occurrencePublish", "executions", 0, "id")
		s.settled(original)
		s.workOrder(fmt.Sprint("OT-M", i+1), "maria") // which is gathered
	}
	for i := range 3 {
		again := s.do(s.admin, replayOne, vars{"id": original, "in": vars{"version": "CURRENT", "evenIfSent": true, "idempotencyKey": fmt.Sprint("again ", i)}})
		s.settled(again.text("executionReplay", "execution", "id"))
		s.do(s.admin, `mutation($in: RecordsUpsertInput!) { recordsUpsert(input: $in) { userErrors { message } } }`,
			vars{"in": vars{"records": []vars{{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+55 11 99999-1234", "city": fmt.Sprint(i)}}}}})
	}
	jonas := s.do(s.admin, `{ records(type: "person", where: {mode: ALL, terms: [{field: "code", operation: EQUAL, value: "jonas"}]}) { nodes { id } } }`, nil).text("records", "nodes", 0, "id")
	of := func(field, id string) shelf { return shelf{"{ " + field + `(id: "` + id + `") { %s } }`, nil} }
	both := func(field string) string { return "orderBy: {field: " + field + ", direction: " }
	return map[string][]shelf{
		"Query.groups":             {query(), query(both("DESCRIPTION") + "ASC}"), query(both("UPDATED_AT") + "DESC}"), query(both("CREATED_AT") + "ASC}")},
		"Query.consumers":          {query(), query(both("NAME") + "ASC}"), query(both("UPDATED_AT") + "ASC}"), query(`filter: {group: "` + s.group + `"}`)},
		"Query.integrations":       {query(), query(both("NAME") + "DESC}"), query(both("UPDATED_AT") + "ASC}")},
		"Query.flows":              {query(), query(both("DESCRIPTION") + "ASC}"), query(both("UPDATED_AT") + "DESC}"), query(`filter: {search: "a"}`, both("DESCRIPTION")+"DESC}")},
		"Query.events":             {query(), query(both("DESCRIPTION") + "ASC}"), query(both("UPDATED_AT") + "ASC}")},
		"Query.auditLog":           {query("filter: {kinds: [CREATED]}"), query("filter: {kinds: [CREATED, CHANGED]}", both("AT")+"ASC}")},
		"Query.occurrences":        {query(), query(both("RECEIVED_AT") + "ASC}"), query(`filter: {type: "work_management.work_orders.new", since: "2020-01-01T00:00:00Z"}`)},
		"Query.executions":         {query(), query(both("CREATED_AT") + "ASC}"), query("filter: {outcomes: [SUCCEEDED, PARTIAL]}")},
		"Query.deliveries":         {query(), query(both("CREATED_AT") + "ASC}"), query(`filter: {recipient: "+5511999991234"}`)},
		"Query.records":            {query(), query(both("KEY") + "ASC}"), query(`type: "work_order_task"`, both("KEY")+"DESC}"), query(both("CREATED_AT") + "ASC}"), query(`type: "work_order_task", where: {mode: ALL, terms: [{field: "wo_folio", operation: NOT_EQUAL, value: "OT-1"}]}`)},
		"Query.suppressions":       {query(), query(both("UPDATED_AT") + "ASC}"), query(`filter: {integration: "`+s.integration+`"}`, both("UPDATED_AT")+"DESC}")},
		"Query.fieldOptions":       {query(`recordType: "work_order_task", field: "priorities_description"`), query(`recordType: "work_order_task", field: "responsible"`)},
		"Collection.occurrences":   {{`{ execution(id: "` + gathers + `") { collection { %s } } }`, nil}},
		"Execution.replays":        {of("execution", original)},
		"Flow.history":             {of("flow", s.flow)},
		"Group.consumers":          {of("group", s.group)},
		"Integration.suppressions": {of("integration", s.integration), {of("integration", s.integration).around, []string{both("UPDATED_AT") + "ASC}"}}, {of("integration", s.integration).around, []string{"active: true", both("CREATED_AT") + "ASC}"}}},
		"Record.history":           {of("record", jonas)},
	}
}

func TestEveryConnectionIsReadFromBothEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	places := s.filled()
	for name := range connections(loadSchema(t)) {
		if places[name] == nil {
			t.Errorf("the connection %s is not tried", name)
		}
		_, field, _ := strings.Cut(name, ".")
		for _, p := range places[name] {
			t.Run(name+strings.Join(p.args, " "), func(t *testing.T) { s.bothEnds(t, field, p) })
		}
	}
}

// shownPage is a page as a client sees it.
type shownPage struct {
	cursors         []string
	previous, next  bool
	total, exact    any
	cost            float64
	errors          []string
	beginAt, endsAt any
}

func (s *site) shown(t *testing.T, field string, p shelf, args ...string) (out shownPage) {
	t.Helper()
	asked := field
	if all := slices.Concat(p.args, args); len(all) > 0 {
		asked += "(" + strings.Join(all, ", ") + ")"
	}
	r := s.ask(s.admin, fmt.Sprintf(p.around, "list: "+asked+` { edges { cursor node { __typename } } nodes { __typename } totalCount totalCountIsExact
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`), nil)
	for _, e := range r.Errors {
		out.errors = append(out.errors, e.code()+" "+fmt.Sprint(e.Extensions["field"]))
	}
	if len(r.Errors) > 0 {
		return out
	}
	out.cost = r.cost()
	list, _ := find(r.Data).(map[string]any)
	for _, e := range list["edges"].([]any) {
		out.cursors = append(out.cursors, e.(map[string]any)["cursor"].(string))
	}
	info := list["pageInfo"].(map[string]any)
	out.next, out.previous = info["hasNextPage"].(bool), info["hasPreviousPage"].(bool)
	out.beginAt, out.endsAt, out.total, out.exact = info["startCursor"], info["endCursor"], list["totalCount"], list["totalCountIsExact"]
	if n := len(out.cursors); n > 0 && (out.beginAt != out.cursors[0] || out.endsAt != out.cursors[n-1]) || len(list["nodes"].([]any)) != n {
		t.Errorf("%s: the page is said to be from %v to %v, and is %v", asked, out.beginAt, out.endsAt, out.cursors)
	}
	return out
}

// find is the object under the alias list, however deep.
func find(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if list, ok := object["list"]; ok {
		return list
	}
	for _, inside := range object {
		if found := find(inside); found != nil {
			return found
		}
	}
	return nil
}

func (s *site) bothEnds(t *testing.T, field string, p shelf) {
	t.Helper()
	at := func(name, cursor string) string { return name + `: "` + cursor + `"` }
	all := s.shown(t, field, p)
	n := len(all.cursors)
	if n < 3 || all.next || all.previous {
		t.Fatalf("the whole list is %+v", all)
	}
	if all.total != nil && (all.total != float64(n) || all.exact != true) || all.total == nil && all.exact != nil {
		t.Errorf("it has %d items, and counts as %v, exact: %v", n, all.total, all.exact)
	}
	same := func(what string, got shownPage, want []string, previous, next bool) {
		t.Helper()
		if len(got.errors) > 0 || !slices.Equal(got.cursors, want) || got.previous != previous || got.next != next {
			t.Errorf("%s: it is %v previous %v next %v %v, want %v previous %v next %v", what, got.cursors, got.previous, got.next, got.errors, want, previous, next)
		}
	}
	for i := range n - 1 {
		same("forward", s.shown(t, field, p, "first: 1", at("after", all.cursors[i])), all.cursors[i+1:i+2], true, i+2 < n)
		same("backward", s.shown(t, field, p, "last: 1", at("before", all.cursors[i+1])), all.cursors[i:i+1], i > 0, true)
	}
	same("the first", s.shown(t, field, p, "first: 2"), all.cursors[:2], false, true)
	same("the last", s.shown(t, field, p, "last: 2"), all.cursors[n-2:], true, false)
	same("all, from the end", s.shown(t, field, p, "last: 200"), all.cursors, false, false)
	same("before alone", s.shown(t, field, p, at("before", all.cursors[2])), all.cursors[:2], false, true)
	same("before the first", s.shown(t, field, p, "last: 1", at("before", all.cursors[0])), nil, false, true)
	same("after the last", s.shown(t, field, p, "first: 1", at("after", all.cursors[n-1])), nil, true, false)
	// Within bounds: the end that is counted from is said as the bounds have it, the other as it is.
	same("the first of those between", s.shown(t, field, p, "first: 5", at("after", all.cursors[0]), at("before", all.cursors[2])), all.cursors[1:2], true, false)
	same("the last of those between", s.shown(t, field, p, "last: 5", at("after", all.cursors[0]), at("before", all.cursors[2])), all.cursors[1:2], false, true)
	if first, last := s.shown(t, field, p, "first: 7"), s.shown(t, field, p, "last: 7"); first.cost != last.cost || first.cost == all.cost {
		t.Errorf("the first seven cost %v, the last seven %v, a page %v", first.cost, last.cost, all.cost)
	}
	for args, want := range map[string]string{"first: 1, last: 1": "[last]", "last: 0": "[last]", "last: -1": "[last]", "last: 201": "[last]", "first: -1": "[first]", "first: 201": "[first]",
		`before: "x"`: "[before]", `after: "c7"`: "[after]", `last: 1, before: "` + strings.TrimRight(all.cursors[0], "0123456789abcdefghijklmnopqrstuvwxyz") + `another"`: "[before]"} {
		if got := s.shown(t, field, p, args); len(got.errors) != 1 || got.errors[0] != "INVALID "+want {
			t.Errorf("%s is answered with %v", args, got.errors)
		}
	}
}

// A place in one list is none in another, and would lead astray.
func TestACursorHoldsForItsListOrderAndFilter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.filled()
	cursor := func(list string) string {
		return s.do(s.admin, `{ `+list+` { pageInfo { startCursor } } }`, nil).text(list[:strings.IndexAny(list+"(", "(")], "pageInfo", "startCursor")
	}
	for _, c := range []struct{ of, in, code string }{
		{`flows`, `flows(after: %q)`, ""},
		{`flows`, `flows(orderBy: {}, after: %q)`, ""},
		{`flows(filter: {search: "a"})`, `flows(filter: {search: "a"}, before: %q)`, ""},
		{`flows(first: 2)`, `flows(last: 1, before: %q)`, ""},
		{`flows`, `flows(filter: {search: "a"}, after: %q)`, "INVALID"},
		{`flows`, `flows(orderBy: {direction: ASC}, after: %q)`, "INVALID"},
		{`flows(orderBy: {field: DESCRIPTION})`, `flows(orderBy: {field: UPDATED_AT}, before: %q)`, "INVALID"},
		{`flows(orderBy: {field: DESCRIPTION, direction: ASC})`, `flows(orderBy: {field: DESCRIPTION}, after: %q)`, "INVALID"},
		{`flows`, `events(after: %q)`, "INVALID"},
		{`records(type: "person")`, `records(type: "work_order_task", after: %q)`, "INVALID"},
		{`executions(filter: {states: [CLOSED]})`, `executions(filter: {states: [QUEUED]}, after: %q)`, "INVALID"},
	} {
		r := s.ask(s.admin, `{ `+fmt.Sprintf(c.in, cursor(c.of))+` { nodes { __typename } } }`, nil)
		if got := fmt.Sprint(r.Errors); (c.code == "") != (len(r.Errors) == 0) || c.code != "" && (r.Errors[0].code() != c.code || !strings.Contains(r.Errors[0].Message, "filter")) {
			t.Errorf("%s in %s is answered with %s", c.of, c.in, got)
		}
	}
}
