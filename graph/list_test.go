package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAListIsWalkedPageByPage(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	var want []string
	for i := range 7 {
		r := d.do(d.admin, groupCreate, vars{"in": vars{"description": fmt.Sprintf("page %d", i)}})
		want = append(want, r.text("groupCreate", "group", "id"))
	}
	slices.Reverse(want)
	const q = `query($first: Int, $after: Cursor) { groups(filter: {search: "PAGE"}, first: $first, after: $after) {
		edges { cursor node { id } } nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
	var got []string
	v := vars{"first": 3}
	for page := 0; ; page++ {
		r := d.do(d.admin, q, v)
		edges := r.list("groups", "edges")
		for i := range edges {
			id := r.text("groups", "edges", i, "node", "id")
			if id != r.text("groups", "nodes", i, "id") {
				t.Error("edges and nodes differ")
			}
			got = append(got, id)
		}
		if r.text("groups", "pageInfo", "startCursor") != r.text("groups", "edges", 0, "cursor") || r.text("groups", "pageInfo", "endCursor") != r.text("groups", "edges", len(edges)-1, "cursor") {
			t.Error("the cursors of the page are not those of its items")
		}
		if r.at("groups", "pageInfo", "hasPreviousPage") != (page > 0) || r.at("groups", "totalCount") != 7.0 {
			t.Errorf("page %d says %v", page, r.at("groups", "pageInfo"))
		}
		if r.at("groups", "pageInfo", "hasNextPage") == false {
			break
		}
		v["after"] = r.text("groups", "pageInfo", "endCursor")
		if page > 3 {
			t.Fatal("the list does not end")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the pages hold %v, not %v", got, want)
	}
	t.Run("an empty one has no cursors", func(t *testing.T) {
		r := d.do(d.admin, `{ flows { edges { cursor } nodes { id } pageInfo { hasNextPage startCursor endCursor } totalCount } }`, nil)
		if got := fmt.Sprint(r.at("flows")); got != "map[edges:[] nodes:[] pageInfo:map[endCursor:<nil> hasNextPage:false startCursor:<nil>] totalCount:0]" {
			t.Errorf("it reads %s", got)
		}
	})
	for name, args := range map[string]string{"none": "first: 0", "too many": "first: 201", "fewer than none": "first: -1", "after no cursor": `after: "x"`} {
		t.Run("an impossible page is refused: "+name, func(t *testing.T) {
			r := d.ask(d.admin, `{ groups(`+args+`) { nodes { id } } }`, nil)
			if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || r.at("groups") != nil {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		})
	}
	t.Run("and a filter by an id that is none", func(t *testing.T) {
		r := d.ask(d.admin, `{ executions(filter: {flow: "x"}) { nodes { id } } }`, nil)
		if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || fmt.Sprint(r.Errors[0].Extensions["field"]) != "[filter flow]" {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

func TestListsAreNarrowedByTheirFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settled(s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id"))
	s.workOrder("OT-2", "maria")
	for query, want := range map[string]int{
		`groups(filter: {search: "adm"})`:                                 1,
		`consumers(filter: {group: "` + s.group + `"})`:                   1,
		`consumers(filter: {enabled: false})`:                             0,
		`integrations(filter: {connector: "post"})`:                       1,
		`integrations(filter: {connector: "whatsapp"})`:                   0,
		`flows(filter: {enabled: true, search: "wo"})`:                    1,
		`flows(filter: {enabled: false})`:                                 0,
		`events(filter: {flow: "` + s.flow + `"})`:                        1,
		`events(filter: {type: "work_management.work_orders.completed"})`: 0,
		`occurrences`:                                           2,
		`occurrences(filter: {subject: "OT-2"})`:                1,
		`occurrences(filter: {consumer: "` + s.consumer + `"})`: 0,
		`occurrences(filter: {since: "2020-01-01T00:00:00Z", until: "2021-01-01T00:00:00-03:00"})`: 0,
		`executions(filter: {flow: "` + s.flow + `", event: "` + s.event + `", subject: "OT-1"})`:  1,
		`executions(filter: {states: [CLOSED], outcomes: [SUCCEEDED]})`:                            1,
		`executions(filter: {states: [QUEUED, RUNNING, WAITING]})`:                                 0,
		`deliveries(filter: {recipient: "+5511999991234"})`:                                        1,
		`deliveries(filter: {integration: "` + s.integration + `", states: [FAILED]})`:             0,
		`records(type: "work_order_task")`:                                                         2,
		`records(type: "work_order_task", subject: "OT-2")`:                                        1,
		`records`: 4,
	} {
		r := s.do(s.admin, `{ list: `+query+` { nodes { id } } }`, nil)
		if got := len(r.list("list", "nodes")); got != want {
			t.Errorf("%s has %d items, not %d", query, got, want)
		}
	}
}

// lines keeps what is logged.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// batches is how many batches of linked objects were read for the last operation of a name.
func (l *lines) batches(t *testing.T, name string) int {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	found := -1
	for line := range bytes.Lines(l.buf.Bytes()) {
		var entry struct {
			Name    string
			Batches int
		}
		if json.Unmarshal(line, &entry) == nil && entry.Name == name {
			found = entry.Batches
		}
	}
	if found < 0 {
		t.Fatalf("the operation %s was not logged", name)
	}
	return found
}

func TestALongerListCostsNoMoreReadsOfItsLinks(t *testing.T) {
	t.Parallel()
	var log lines
	s := setUp(t, newDoor(t, func(o *graph.Options) {
		o.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}))
	const items = 60
	for i := range items {
		s.workOrder(fmt.Sprintf("OT-%d", i), "jonas")
	}
	eventually(t, "all are closed", func() bool {
		return len(s.do(s.admin, `{ executions(first: 200, filter: {states: [CLOSED]}) { nodes { id } } }`, nil).list("executions", "nodes")) == items
	})
	const q = `query Screen($n: Int) { executions(first: $n) { nodes { id
		flow { description source { consumer { name group { description } } } targets { integration { name } } } flowVersion { version } event { description flows { id } } occurrence { subject consumer { name } matches { event { id } executions { id } } }
		deliveries { state attempts { number } receipts { status } integration { name } } } } }`
	const links = 16 // places in the operation where an object links to others
	r := s.do(s.admin, q, vars{"n": items})
	if got := len(r.list("executions", "nodes")); got != items {
		t.Fatalf("%d items", got)
	}
	// A busy machine splits a batch into two or three; one by one it would be more than three hundred.
	if n := log.batches(t, "Screen"); n > 4*links {
		t.Errorf("%d items with %d links are read in %d batches", items, links, n)
	}
}

func TestManyObjectsAreReadByTheirIdsInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ids := []string{s.flow, s.group, hub.ID(hub.KindGroup, 3), s.event, s.flow, s.integration, s.consumer}
	r := s.do(s.admin, `query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Flow { version } } }`, vars{"ids": ids})
	for i, id := range ids {
		if n := r.at("nodes", i); i == 2 {
			if n != nil {
				t.Errorf("what is not there is %v", n)
			}
		} else if r.text("nodes", i, "id") != id {
			t.Errorf("at %d stands %v", i, n)
		}
	}
	for name, ids := range map[string][]string{"an id that is none": {s.flow, "x"}, "more than 200": slices.Repeat([]string{s.flow}, 201)} {
		if r := s.ask(s.admin, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": ids}); len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" {
			t.Errorf("%s is answered with %+v", name, r.Errors)
		}
	}
}

func TestEveryVersionOfAFlowStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	if errs := s.do(s.admin, flowUpdate, vars{"id": s.flow, "in": vars{"expectedVersion": s.version(), "description": "second"}}).userErrors("flowUpdate"); len(errs) > 0 {
		t.Fatal(errs)
	}
	r := s.do(s.admin, `query($id: ID!, $x: ID!) { flow(id: $id) { description versions { version description targets { recipient { ... on FieldRecipient { field } ... on ConstantRecipient { constant } } } } } execution(id: $x) { flow { description } flowVersion { description } } }`, vars{"id": s.flow, "x": execution})
	if r.text("flow", "versions", 0, "description") != "second" || r.text("flow", "versions", len(r.list("flow", "versions"))-1, "description") != "WO assigned" {
		t.Errorf("the versions are %v", r.at("flow", "versions"))
	}
	if r.text("flow", "versions", 0, "targets", 0, "recipient", "field") != "responsible.sms" {
		t.Errorf("the recipient is %v", r.at("flow", "versions", 0, "targets"))
	}
	if r.text("execution", "flow", "description") != "second" || r.text("execution", "flowVersion", "description") != "WO assigned" {
		t.Errorf("the execution ran %v", r.at("execution"))
	}
}

func TestGroupsAreListedInTheOrderThatIsAskedFor(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for _, name := range []string{"ordered b", "ORDERED a", "ordered Ç", "Ordered c"} {
		d.do(d.admin, groupCreate, vars{"in": vars{"description": name}})
	}
	const q = `query($order: GroupOrderInput, $after: Cursor) { groups(filter: {search: "ordered"}, orderBy: $order, first: 3, after: $after) {
		nodes { description } pageInfo { hasNextPage endCursor } } }`
	for _, c := range []struct {
		order any
		want  string
	}{
		{nil, "[Ordered c ordered Ç ORDERED a ordered b]"},
		{vars{"field": "CREATED_AT", "direction": "ASC"}, "[ordered b ORDERED a ordered Ç Ordered c]"},
		{vars{"field": "DESCRIPTION", "direction": "ASC"}, "[ORDERED a ordered b ordered Ç Ordered c]"},
		{vars{"field": "DESCRIPTION"}, "[Ordered c ordered Ç ordered b ORDERED a]"},
	} {
		var got []string
		v := vars{"order": c.order}
		for range 2 {
			r := d.do(d.admin, q, v)
			for i := range r.list("groups", "nodes") {
				got = append(got, r.text("groups", "nodes", i, "description"))
			}
			v["after"] = r.text("groups", "pageInfo", "endCursor")
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("in the order %v they are %v", c.order, got)
		}
	}
}

func TestAGroupNamesTheConsumersThatBelongToIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	group := d.do(d.admin, groupCreate, vars{"in": vars{"description": "used", "selectAll": true}}).text("groupCreate", "group", "id")
	for _, name := range []string{"one", "two", "three"} {
		d.do(d.admin, `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { userErrors { message } } }`, vars{"in": vars{"name": name, "group": group}})
	}
	const q = `query($id: ID!) { group(id: $id) { consumers(first: 2) { nodes { name } totalCount pageInfo { hasNextPage } } } }`
	if got := fmt.Sprint(d.do(d.admin, q, vars{"id": group}).at("group", "consumers")); got != "map[nodes:[map[name:three] map[name:two]] pageInfo:map[hasNextPage:true] totalCount:3]" {
		t.Errorf("they are %s", got)
	}
	without := d.tokenOf(hubtest.CallerWith(t, d.db, hubtest.May(hub.RowUserAccounts, hub.See)))
	if got := d.do(without, q, vars{"id": group}).at("group", "consumers"); got != nil {
		t.Errorf("who may not see consumers gets %v", got)
	}
}

func TestTheMatrixIsGivenAsAWhole(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const cells = `group { id readOnly grants { actions } } userErrors { code field message }`
	count := func(r reply, mutation string) (n, beyondSee int) {
		for i := range r.list(mutation, "group", "grants") {
			for _, a := range r.list(mutation, "group", "grants", i, "actions") {
				if n++; a != "SEE" {
					beyondSee++
				}
			}
		}
		return n, beyondSee
	}
	all, see := 0, 0
	for _, row := range d.do(d.admin, `{ catalog { permissions { actions } } }`, nil).list("catalog", "permissions") {
		actions := row.(map[string]any)["actions"].([]any)
		all += len(actions)
		if slices.Contains(actions, any("SEE")) {
			see++
		}
	}
	r := d.do(d.admin, `mutation { groupCreate(input: {description: "all", selectAll: true}) { `+cells+` } }`, nil)
	if n, _ := count(r, "groupCreate"); n != all {
		t.Errorf("selectAll grants %d of %d cells", n, all)
	}
	id := r.text("groupCreate", "group", "id")
	update := func(in string) reply {
		return d.do(d.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {`+in+`}) { `+cells+` } }`, vars{"id": id})
	}
	if n, more := count(update("readOnly: true"), "groupUpdate"); n != see || more != 0 {
		t.Errorf("readOnly grants %d cells, %d of them beyond SEE; SEE exists on %d rows", n, more, see)
	}
	for _, in := range []string{"selectAll: true", `grants: [{module: "automator", submodule: "events", actions: [EDIT]}]`, "unselectAll: true"} {
		if got := update(in).userErrors("groupUpdate"); len(got) != 1 || got[0][:7] != "INVALID" {
			t.Errorf("a read-only group takes %s: %v", in, got)
		}
	}
	if n, _ := count(update("readOnly: false, unselectAll: true"), "groupUpdate"); n != 0 {
		t.Errorf("unselectAll leaves %d cells", n)
	}
	absent := update(`grants: [{module: "work_management", submodule: "meter_readings", actions: [SEE, ADD]}]`)
	if got := absent.userErrors("groupUpdate"); len(got) != 1 || got[0] != "INVALID grants 0 actions 1" {
		t.Errorf("an absent cell: %v", got)
	}
	r = d.do(d.admin, `mutation($id: ID!) { groupClone(id: $id, input: {description: "another"}) { group { id description } userErrors { code } } }`, vars{"id": id})
	if r.text("groupClone", "group", "id") == id || r.text("groupClone", "group", "description") != "another" {
		t.Errorf("the clone is %v", r.Data)
	}
}
