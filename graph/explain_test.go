package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const explain = `query($q: String!, $name: String, $vars: JSON) { permissionExplain(query: $q, operationName: $name, variables: $vars) { verdict
	fields { path field verdict needs { module submodule action } oneOf { module submodule action } depends { module submodule action } missing { module submodule action } } } }`

var (
	workOrders = hub.Row{Module: "work_management", Submodule: "work_orders"}
	personnel  = hub.Row{Module: "inhouse_personnel", Submodule: "general"}
)

// cells writes a list of permissions as the API answers it.
func cells(v any) string {
	var out []string
	for _, p := range v.([]any) {
		p := p.(map[string]any)
		out = append(out, fmt.Sprintf("%s/%s:%s", p["module"], p["submodule"], p["action"]))
	}
	return strings.Join(out, " ")
}

func TestAnOperationIsExplainedWithoutRunningIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const orders, persons = "work_management/work_orders", "inhouse_personnel/general"
	seeOrders, editOrders := hubtest.May(workOrders, hub.See), hubtest.May(workOrders, hub.Edit)
	addOrders, addPersons, editPersons := hubtest.May(workOrders, hub.Add), hubtest.May(personnel, hub.Add), hubtest.May(personnel, hub.Edit)
	upsert := `mutation($in: RecordsUpsertInput!) { recordsUpsert(input: $in) { userErrors { code } } }`
	records := vars{"in": vars{"records": []any{vars{"type": "person", "key": "1", "data": vars{}}}}}
	for name, c := range map[string]struct {
		query                        string
		vars                         vars
		holds                        []hub.Permission
		verdict                      string
		needs, oneOf, depends, lacks string
	}{
		"a permission that is held":            {`{ groups { nodes { id } } }`, nil, []hub.Permission{hubtest.May(hub.RowUserAccounts, hub.See)}, "ALLOWED", "settings/user_accounts:SEE", "", "", ""},
		"a permission that is missing":         {`{ groups { nodes { id } } }`, nil, nil, "FORBIDDEN", "settings/user_accounts:SEE", "", "", "settings/user_accounts:SEE"},
		"any token":                            {`{ catalog { modules { key } } }`, nil, nil, "ALLOWED", "", "", "", ""},
		"a mutation":                           {`mutation { executionCancel(id: "exe_1") { userErrors { code } } }`, nil, nil, "FORBIDDEN", "automator/fracttal_hub:EDIT", "", "", "automator/fracttal_hub:EDIT"},
		"a subscription":                       {`subscription { executionChanged { cursor } }`, nil, nil, "FORBIDDEN", "automator/fracttal_hub:SEE", "", "", "automator/fracttal_hub:SEE"},
		"a type in the arguments":              {`{ records(type: "person") { nodes { id } } }`, nil, []hub.Permission{seeOrders}, "FORBIDDEN", persons + ":SEE", "", "", persons + ":SEE"},
		"a type in a variable":                 {`query($t: String) { records(type: $t) { nodes { id } } }`, vars{"t": "work_order_task"}, []hub.Permission{seeOrders}, "ALLOWED", orders + ":SEE", "", "", ""},
		"an event type in a filter":            {`{ occurrences(filter: {type: "work_management.work_orders.new"}) { nodes { id } } }`, nil, nil, "FORBIDDEN", orders + ":SEE", "", "", orders + ":SEE"},
		"an id that tells the kind":            {`query($id: ID!) { node(id: $id) { id } }`, vars{"id": hub.ID(hub.KindEvent, 5)}, nil, "FORBIDDEN", "automator/events:SEE", "", "", "automator/events:SEE"},
		"ids of several kinds":                 {`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": []string{hub.ID(hub.KindGroup, 5), hub.ID(hub.KindFlow, 5)}}, []hub.Permission{hubtest.May(hub.RowHub, hub.See)}, "FORBIDDEN", "settings/user_accounts:SEE automator/fracttal_hub:SEE", "", "", "settings/user_accounts:SEE"},
		"an occurrence to publish":             {publish, vars{"in": vars{"source": "/t", "id": "n", "type": "work_management.work_orders.new", "records": []any{vars{"type": "person", "key": "1", "data": vars{}}}}}, []hub.Permission{addOrders}, "FORBIDDEN", orders + ":ADD", "", persons + ":ADD " + persons + ":EDIT", persons + ":ADD " + persons + ":EDIT"},
		"a record that may be new":             {upsert, records, []hub.Permission{addPersons}, "DEPENDS", "", "", persons + ":ADD " + persons + ":EDIT", persons + ":EDIT"},
		"a record that may be there":           {upsert, records, []hub.Permission{addPersons, editPersons}, "ALLOWED", "", "", persons + ":ADD " + persons + ":EDIT", ""},
		"a record that may not be written":     {upsert, records, []hub.Permission{editOrders}, "FORBIDDEN", "", "", persons + ":ADD " + persons + ":EDIT", persons + ":ADD " + persons + ":EDIT"},
		"what a directive skips":               {`query($no: Boolean!) { catalog { modules { key } } groups @include(if: $no) { nodes { id } } }`, vars{"no": false}, nil, "ALLOWED", "", "", "", ""},
		"what a fragment brings":               {`{ ...f } fragment f on Query { ... { flows { nodes { id } } } }`, nil, nil, "FORBIDDEN", "automator/fracttal_hub:SEE", "", "", "automator/fracttal_hub:SEE"},
		"the schema itself":                    {`{ __typename viewer { locale } }`, nil, nil, "ALLOWED", "", "", "", ""},
		"a type that the catalogue has not":    {`{ records(type: "nothing") { nodes { id } } }`, nil, nil, "ALLOWED", "", "", "", ""},
		"an explanation inside an explanation": {`{ permissionExplain(query: "{ groups { nodes { id } } }") { verdict } }`, nil, nil, "ALLOWED", "", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.do(d.tokenOf(hubtest.CallerWith(t, d.db, c.holds...)), explain, vars{"q": c.query, "vars": c.vars})
			if got := r.text("permissionExplain", "verdict"); got != c.verdict {
				t.Errorf("the verdict is %s, not %s", got, c.verdict)
			}
			f := func(list string) string { return cells(r.at("permissionExplain", "fields", 0, list)) }
			if got := []string{f("needs"), f("oneOf"), f("depends"), f("missing")}; !slices.Equal(got, []string{c.needs, c.oneOf, c.depends, c.lacks}) {
				t.Errorf("it says %q", got)
			}
		})
	}
	t.Run("each field has its own path and verdict", func(t *testing.T) {
		token := d.tokenOf(hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See)))
		r := d.do(token, explain, vars{"q": `query a { x: flows { nodes { id } } groups { nodes { id } } } query b { viewer { locale } }`, "name": "a"})
		if got := fmt.Sprint(r.at("permissionExplain", "fields", 0, "path"), r.at("permissionExplain", "fields", 0, "field"), r.at("permissionExplain", "fields", 0, "verdict"),
			r.at("permissionExplain", "fields", 1, "path"), r.at("permissionExplain", "fields", 1, "verdict"), r.at("permissionExplain", "verdict")); got != "[x]flowsALLOWED[groups]FORBIDDENFORBIDDEN" {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("where nothing narrows it, one row is enough, and only the data know an object's", func(t *testing.T) {
		token := d.tokenOf(hubtest.CallerWith(t, d.db, seeOrders))
		r := d.do(token, explain, vars{"q": `query($id: ID!) { records { nodes { id } } record(id: $id) { id } }`, "vars": vars{"id": hub.ID(hub.KindRecord, 5)}})
		list, one := r.at("permissionExplain", "fields", 0).(map[string]any), r.at("permissionExplain", "fields", 1).(map[string]any)
		if list["verdict"] != "ALLOWED" || !strings.Contains(cells(list["oneOf"]), persons+":SEE") || one["verdict"] != "DEPENDS" || cells(one["depends"]) != cells(list["oneOf"]) {
			t.Errorf("it says %v and %v", list, one)
		}
		nobody := d.do(d.tokenOf(hubtest.CallerWith(t, d.db)), explain, vars{"q": `{ records { nodes { id } } }`})
		if got := nobody.text("permissionExplain", "verdict"); got != "FORBIDDEN" {
			t.Errorf("without any row it is %s", got)
		}
	})
	t.Run("nothing is run", func(t *testing.T) {
		r := d.do(d.admin, explain, vars{"q": `mutation { groupCreate(input: {description: "never made"}) { group { id } } }`})
		if r.text("permissionExplain", "verdict") != "ALLOWED" {
			t.Error("who holds everything may not")
		}
		if got := d.do(d.admin, `{ groups(filter: {search: "never made"}) { totalCount } }`, nil).at("groups", "totalCount"); got != 0.0 {
			t.Error("the mutation was run")
		}
	})
	for name, c := range map[string]struct {
		query string
		vars  any
		says  string
	}{
		"that does not parse":          {`{ groups `, nil, "Expected Name"},
		"that does not fit the schema": {`{ grupos { nodes { id } } }`, nil, "grupos"},
		"without its variables":        {`query($id: ID!) { node(id: $id) { id } }`, nil, "must be defined"},
		"without an operation":         {`fragment f on Query { __typename }`, nil, "cannot be explained"},
		"that is too deep":             {`{ groups { nodes { ` + strings.Repeat("consumers { nodes { group { ", 4) + "id" + strings.Repeat(" } } }", 4) + ` } } }`, nil, "levels deep"},
		"that is too long":             {`{ ` + strings.Repeat("viewer { locale } ", 9000) + ` }`, nil, "token"},
		"with variables that are none": {`{ viewer { locale } }`, []int{1}, "no JSON object"},
	} {
		t.Run("a document "+name+" is refused", func(t *testing.T) {
			r := d.ask(d.admin, explain, vars{"q": c.query, "vars": c.vars})
			if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || !strings.Contains(r.Errors[0].Message, c.says) {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		})
	}
	t.Run("and so are many documents at once", func(t *testing.T) {
		r := d.ask(d.admin, `{ `+aliases(11, `permissionExplain(query: "{ viewer { locale } }") { verdict }`)+` }`, nil)
		if len(r.Errors) != 1 || r.Errors[0].code() != "TOO_COSTLY" {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

func aliases(n int, field string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: %s ", i, field)
	}
	return b.String()
}

func TestAViewerLearnsWhatItMayDo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	token := d.tokenOf(hubtest.CallerWith(t, d.db, hubtest.May(hub.RowEvents, hub.Edit), hubtest.May(workOrders, hub.See)))
	r := d.do(token, `{ viewer { permissions { module submodule action } yes: may(module: "automator", submodule: "events", action: EDIT) no: may(module: "automator", submodule: "events", action: SEE) } }`, nil)
	if r.at("viewer", "yes") != true || r.at("viewer", "no") != false || cells(r.at("viewer", "permissions")) != "automator/events:EDIT work_management/work_orders:SEE" {
		t.Errorf("it learns %v", r.Data)
	}
	for _, cell := range []string{`module: "automator", submodule: "evnts", action: SEE`, `module: "work_management", submodule: "meter_readings", action: ADD`} {
		r := d.ask(token, `{ viewer { locale may(`+cell+`) } }`, nil)
		if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || r.text("viewer", "locale") == "" {
			t.Errorf("a cell that does not exist is answered with %v %+v", r.Data, r.Errors)
		}
	}
	all := 0
	for _, row := range catalog.Load().PermissionRows() {
		all += len(row.Actions)
	}
	if got := len(d.do(d.admin, `{ viewer { permissions { action } } }`, nil).list("viewer", "permissions")); got != all {
		t.Errorf("who holds everything has %d of %d permissions", got, all)
	}
}

func TestARefusalSaysWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	token := d.tokenOf(hubtest.CallerWith(t, d.db))
	for query, want := range map[string]string{
		`{ mine: groups { nodes { id } } }`: "[groups]",
		`mutation { flowEnable(id: "` + hub.ID(hub.KindFlow, 1) + `") { userErrors { code } } }`: "[flowEnable]",
	} {
		r := d.ask(token, query, nil)
		if len(r.Errors) != 1 || fmt.Sprint(r.Errors[0].Extensions["asked"]) != want {
			t.Errorf("%s is refused with %+v", query, r.Errors)
		}
	}
}
