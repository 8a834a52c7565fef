package graph_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestAnActOfAMutationShowsWhatTheOnesBeforeItHaveChanged(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	group := d.do(d.admin, groupCreate, vars{"in": vars{"description": "before"}}).text("groupCreate", "group", "id")
	r := d.do(d.admin, `mutation($g: ID!) {
		one: consumerCreate(input: {name: "one", group: $g}) { consumer { group { description consumers { nodes { name } } } } }
		groupUpdate(id: $g, input: {description: "after"}) { userErrors { code } }
		two: consumerCreate(input: {name: "two", group: $g}) { consumer { group { description consumers { nodes { name } } } } } }`, vars{"g": group})
	if got := fmt.Sprint(r.at("two", "consumer", "group")); got != "map[consumers:map[nodes:[map[name:two] map[name:one]]] description:after]" {
		t.Errorf("the last act shows %s", got)
	}
}

// things is how many things of a list have lists inside of them.
const things = 20

// stocked has so many things of each kind, with some items in every list that they have.
func (s *site) stocked() {
	s.t.Helper()
	admin := hubtest.Admin(s.t, s.db)
	flow, err := hub.ParseKey(hub.KindFlow, s.flow, "id")
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range things {
		group := s.do(s.admin, groupCreate, vars{"in": vars{"description": fmt.Sprint("Group ", i)}}).text("groupCreate", "group", "id")
		integration := s.do(s.admin, intCreate, vars{"in": vars{"connector": "post", "name": fmt.Sprint("Post ", i), "settings": vars{"stamp": "red"},
			"secrets": []vars{{"name": "key", "value": "s3cret"}}}}).text("integrationCreate", "integration", "id")
		s.do(s.admin, eventCreate, vars{"in": vars{"description": fmt.Sprint("Event ", i), "type": "work_management.work_orders.new", "flows": []string{s.flow}}})
		drafted := s.do(s.admin, flowCreate, vars{"in": vars{"description": fmt.Sprint("Flow ", i)}}).text("flowCreate", "flow", "id")
		for n := range 3 {
			s.do(s.admin, consCreate, vars{"in": vars{"name": fmt.Sprintf("Consumer %d.%d", i, n), "group": group}})
			s.do(s.admin, `mutation($in: SuppressionAddInput!) { suppressionAdd(input: $in) { suppression { id } } }`, vars{"in": vars{"integration": integration, "recipient": fmt.Sprintf("+551197777%04d", n)}})
			s.do(s.admin, flowUpdate, vars{"id": drafted, "in": vars{"description": fmt.Sprint("Flow ", i, " again ", n)}})
			s.do(s.admin, `mutation($in: RecordsUpsertInput!) { recordsUpsert(input: $in) { userErrors { message } } }`,
				vars{"in": vars{"records": []vars{{"type": "person", "key": fmt.Sprint("p", i), "data": vars{"code": fmt.Sprint("p", i), "city": fmt.Sprint(n)}}}}})
		}
		if err := s.db.Write(s.t.Context(), func(tx *sqlite.Tx) error {
			ran := func(trigger hub.ExecutionTrigger) (*hub.Execution, error) {
				now := tx.Now()
				e := &hub.Execution{Key: hub.NewKey(now), FlowKey: flow, FlowVersion: 1, Trigger: trigger, State: hub.Closed, Outcome: hub.Succeeded, ClosedAt: &now, CreatedAt: now, UpdatedAt: now}
				return e, tx.ExecutionInsert(e)
			}
			var again [3]*hub.Execution // the original is the newest, so that a list begins with one
			var err [3]error
			for n := range again {
				again[n], err[n] = ran(hub.StartedByReplay)
			}
			e, failed := ran(hub.StartedByHand)
			errs := errors.Join(append(err[:], failed, tx.CollectionInsert(&hub.Collection{ExecutionKey: e.Key, FlowKey: flow, FlowVersion: 1, OpenedAt: tx.Now(), LastAt: tx.Now()}))...)
			for n, r := range again {
				o := &hub.Occurrence{Key: hub.NewKey(tx.Now()), ConsumerKey: admin.Consumer.Key, Source: "/test", Name: fmt.Sprint(i, n), Type: hubtest.NewWorkOrder, Time: tx.Now(), ReceivedAt: tx.Now(), Hash: []byte{1}}
				_, failed := tx.OccurrenceInsert(o, "[]")
				errs = errors.Join(errs, failed, tx.ReplayInsert(&hub.Replay{ExecutionKey: r.Key, OriginalKey: e.Key, RootKey: e.Key, Records: hub.RecordsNow}, nil),
					tx.CollectedInsert(&hub.Collected{ExecutionKey: e.Key, OccurrenceKey: o.Key, Subject: "WO"}))
			}
			return errs
		}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// A page in each thing of a page is read with as many statements as in one thing. A connection that comes later is found by itself.
func TestPagesInsideOfManyThingsAreReadTogether(t *testing.T) {
	t.Parallel()
	read := &statements{}
	s := setUp(t, newDoorOver(t, func(o *sqlite.Options) { o.Calls = read.count }, func(o *graph.Options) { o.MaxCost, o.Gather = 1<<20, patiently }))
	s.stocked()
	places := inside(loadSchema(t))
	for _, name := range []string{"Group.consumers", "Integration.suppressions", "Flow.history", "Execution.replays", "Collection.occurrences", "Record.history"} {
		if places[name] == "" {
			t.Errorf("%s is not found", name)
		}
	}
	for name, around := range places {
		_, field, _ := strings.Cut(name, ".")
		for _, args := range []string{"first: 2", "last: 2"} {
			t.Run(name+" "+args, func(t *testing.T) {
				query := fmt.Sprintf(around, "list: "+field+"("+args+") { nodes { __typename } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor } totalCount totalCountIsExact }")
				n := 4 * things // replays are executions too, and some have been there before
				if full := filledPages(s.do(s.admin, query, vars{"n": n}).Data); full < things {
					t.Fatalf("only %d things have two items and more in their list, of three", full)
				}
				one, many := []string{}, []string{}
				for range 20 { // on a busy machine what could be read together is not always
					one, many = read.during(func() { s.do(s.admin, query, vars{"n": 1}) }), read.during(func() { s.do(s.admin, query, vars{"n": n}) })
					if len(one) == len(many) {
						return
					}
				}
				t.Errorf("for one thing there are %d statements, for many %d: %v", len(one), len(many), tallied(many))
			})
		}
	}
}

// Whatever is asked of the things of a list, with what they lead to, it is read for all of them together.
func TestNoFieldOfAThingInAListCostsAStatementForEach(t *testing.T) {
	t.Parallel()
	read := &statements{}
	s := setUp(t, newDoorOver(t, func(o *sqlite.Options) { o.Calls = read.count }, func(o *graph.Options) { o.MaxCost, o.MaxTokens, o.Gather = 1<<29, 20_000, patiently }))
	s.stocked()
	for i := range things {
		s.settled(s.workOrder(fmt.Sprint("OT-", i), "jonas").text("occurrencePublish", "executions", 0, "id"))
	}
	schema := loadSchema(t)
	for _, f := range fieldsOf(schema.Query) {
		typ, list := strings.CutSuffix(f.Type.Name(), "Connection")
		if !list || typ == "FieldOption" { // which has nothing but its own fields
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			query := "query($n: Int) { " + f.Name + "(first: $n) { nodes " + everything(schema, schema.Types[typ], 2) + " } }"
			if n := len(s.do(s.admin, query, vars{"n": things}).list(f.Name, "nodes")); n < things {
				t.Fatalf("there are only %d", n)
			}
			few, many := tallied(read.during(func() { s.do(s.admin, query, vars{"n": 2}) })), tallied(read.during(func() { s.do(s.admin, query, vars{"n": things}) }))
			for statement, n := range many {
				if n > few[statement]+things/2 { // on a busy machine what could be read together comes in parts
					t.Errorf("for 2 things %d times, for %d things %d times: %.300s", few[statement], things, n, statement)
				}
			}
		})
	}
}

// filledPages counts the pages under the alias list that have two items of three or more.
func filledPages(v any) (full int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			full += filledPages(e)
		}
	case map[string]any:
		list, ok := v["list"].(map[string]any)
		if n, counted := v["totalCount"].(float64); ok && len(list["nodes"].([]any)) == 2 && (!counted || n >= 3) {
			return 1
		}
		for _, e := range v {
			full += filledPages(e)
		}
	}
	return full
}

// inside are the connections of things that are themselves in a list, each as a query of the screen that it is in: with %s where the connection
// belongs, and $n things.
func inside(s *gql.Schema) map[string]string {
	around := map[string]string{} // by type: how objects of it are reached
	var next []string
	for _, f := range fieldsOf(s.Query) {
		if typ, list := strings.CutSuffix(f.Type.Name(), "Connection"); list && around[typ] == "" {
			args := ""
			if typ == "FieldOption" {
				args = `, recordType: "work_order_task", field: "responsible"`
			}
			around[typ], next = "query($n: Int) { "+f.Name+"(first: $n"+args+") { nodes { %s } } }", append(next, typ)
		}
	}
	found := map[string]string{}
	for len(next) > 0 {
		typ := s.Types[next[0]]
		next = next[1:]
		for _, f := range fieldsOf(typ) {
			if strings.HasSuffix(f.Type.Name(), "Connection") {
				found[typ.Name+"."+f.Name] = around[typ.Name]
			} else if d := s.Types[f.Type.Name()]; d.Kind == gql.Object && around[d.Name] == "" && !slices.ContainsFunc(f.Arguments, func(a *gql.ArgumentDefinition) bool { return a.Type.NonNull }) {
				around[d.Name], next = fmt.Sprintf(around[typ.Name], f.Name+" { %s }"), append(next, d.Name)
			}
		}
	}
	return found
}
