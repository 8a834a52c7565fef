package sqlite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestTenThousandGroupsAreListedSearchedAndCounted(t *testing.T) {
	t.Parallel()
	const many = 10_000
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	write(t, db, func(tx *sqlite.Tx) error {
		for i := range many {
			if err := tx.Exec("INSERT INTO groups (key, version, description, folded, note, read_only, grants, created_at, updated_at) VALUES (?, 1, ?, ?, '', 0, '[]', 0, 0)",
				hub.NewKey(tx.Now()), groupName(i), hub.Filed(groupName(i))); err != nil {
				return err
			}
		}
		return nil
	})
	key := func(g *hub.Group) int64 { return g.Key }
	keys := walkAll(t, hub.MaxPage, key, func(p hub.Page) (hub.List[*hub.Group], error) { return db.Groups(ctx, admin, hub.ListFilter{}, p) })
	if len(keys) != many+1 || !slices.IsSortedFunc(keys, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("listed %d, newest first: %v", len(keys), slices.IsSortedFunc(keys, func(a, b int64) int { return int(b - a) }))
	}
	l := must(db.Groups(ctx, admin, hub.ListFilter{Search: "MANUTENÇÃO"}, hub.Page{First: 10, After: hub.Cursor(keys[5000])}))(t)
	if n := must(l.Total())(t); n != (hub.Count{N: many, Exact: true}) || len(l.Items) != 10 || !l.HasNext {
		t.Errorf("the whole list has %v, the page %d", n, len(l.Items))
	}
	l = must(db.Groups(ctx, admin, hub.ListFilter{Search: "grupo 0777"}, hub.Page{}))(t)
	if n := must(l.Total())(t); n != (hub.Count{N: 10, Exact: true}) || len(l.Items) != 10 || l.HasNext || l.Items[0].Description != "Grupo 07779 de Manutenção" {
		t.Errorf("found %d of %v", len(l.Items), n)
	}
	t.Run("in each order every group comes once", func(t *testing.T) {
		for _, o := range orders {
			var names []string
			var seen []int64
			p := hub.Page{First: hub.MaxPage, Order: o}
			for more := true; more; {
				l := must(db.Groups(ctx, admin, hub.ListFilter{}, p))(t)
				for _, g := range l.Items {
					seen, names = append(seen, g.Key), append(names, hub.Filed(g.Description))
				}
				last := l.Items[len(l.Items)-1]
				p.After = hub.Cursor(last.Key)
				if o.Field == hub.ByDescription {
					p.After = hub.SortedCursor(hub.Filed(last.Description), last.Key)
				}
				more = l.HasNext
			}
			sorted := slices.IsSorted(names)
			if o.Field == hub.ByCreatedAt {
				sorted = slices.IsSorted(seen)
			}
			if o.Direction == hub.Descending {
				slices.Reverse(names)
				slices.Reverse(seen)
				sorted = slices.IsSorted(names)
				if o.Field == hub.ByCreatedAt {
					sorted = slices.IsSorted(seen)
				}
			}
			slices.Sort(seen)
			if !sorted || len(slices.Compact(seen)) != many+1 {
				t.Errorf("%v: sorted %v, %d groups", o, sorted, len(slices.Compact(seen)))
			}
		}
	})
	t.Run("the first page and any other is read along an index, without sorting", func(t *testing.T) {
		for _, o := range orders {
			for _, after := range []string{"", hub.Cursor(keys[5000]), hub.SortedCursor("grupo 05000", keys[5000])} {
				plan, err := db.ExplainGroups(ctx, hub.Page{Order: o, After: after})
				if err != nil {
					continue // a cursor of another order, which is refused
				}
				for _, step := range plan {
					if strings.Contains(step, "TEMP B-TREE") || !strings.Contains(step, "groups_folded") && o.Field == hub.ByDescription {
						t.Errorf("%v after %q: %v", o, after, plan)
					}
				}
			}
		}
	})
	t.Run("a group that is renamed or goes leaves the place of a page where it was", func(t *testing.T) {
		found, byName := hub.ListFilter{Search: "grupo 0777"}, hub.Order{Field: hub.ByDescription, Direction: hub.Ascending}
		first := must(db.Groups(ctx, admin, found, hub.Page{Order: byName, First: 5}))(t).Items
		last := first[4]
		if err := db.GroupDelete(ctx, admin, last.Key, 0); err != nil {
			t.Fatal(err)
		}
		next := must(db.Groups(ctx, admin, found, hub.Page{Order: byName, First: 5, After: hub.SortedCursor(hub.Filed(last.Description), last.Key)}))(t)
		if len(next.Items) != 5 || next.Items[0].Description != "Grupo 07775 de Manutenção" || next.HasNext {
			t.Errorf("the next page has %d items", len(next.Items))
		}
	})
	t.Run("a cursor of another order is refused", func(t *testing.T) {
		_, err := db.Groups(ctx, admin, hub.ListFilter{}, hub.Page{Order: orders[0], After: hub.Cursor(1)})
		refused(t, err, hub.CodeInvalid, "after")
		_, err = db.Groups(ctx, admin, hub.ListFilter{}, hub.Page{After: hub.SortedCursor("x", 1)})
		refused(t, err, hub.CodeInvalid, "after")
	})
}

// orders are all orders of a list of groups.
var orders = []hub.Order{{Field: hub.ByDescription, Direction: hub.Ascending}, {Field: hub.ByDescription, Direction: hub.Descending},
	{Field: hub.ByCreatedAt, Direction: hub.Ascending}, {Field: hub.ByCreatedAt, Direction: hub.Descending}}

// groupName writes every other name with another case, which the order does not see.
func groupName(i int) string {
	if i%2 == 0 {
		return fmt.Sprintf("GRUPO %05d de Manutenção", i)
	}
	return fmt.Sprintf("Grupo %05d de Manutenção", i)
}

func TestASearchIsForAPartOfTheTextAsItIsWritten(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	for _, d := range []string{"100% dos técnicos", "ordem_de_serviço", `barra \ invertida`, "Équipe de nuit", "Any' OR 1=1 --"} {
		must(db.FlowCreate(ctx, admin, flow(d, 0, 0)))(t)
	}
	for search, want := range map[string]string{
		"100%": "100% dos técnicos", "0_": "", "%dos": "", "M_DE": "ordem_de_serviço", "_d": "ordem_de_serviço", "SERVIÇO": "ordem_de_serviço",
		`\`: `barra \ invertida`, "équipe DE": "Équipe de nuit", "' or 1=1": "Any' OR 1=1 --", "  nuit ": "Équipe de nuit", "nowhere": "",
	} {
		var got []string
		for _, f := range must(db.Flows(ctx, admin, hub.ListFilter{Search: search}, hub.Page{}))(t).Items {
			got = append(got, f.Description)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q found %q, want %q", search, got, want)
		}
	}
	_, err := db.Flows(ctx, admin, hub.ListFilter{Search: strings.Repeat("x", 201)}, hub.Page{})
	refused(t, err, hub.CodeInvalid, "search")
}

func TestListsOfConfigurationAreNarrowed(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	group := must(db.GroupCreate(ctx, admin, groupInput("Senders")))(t)
	on := must(db.ConsumerCreate(ctx, admin, consumerInput("on", group.Key)))(t).Consumer
	off := must(db.ConsumerCreate(ctx, admin, hub.ConsumerInput{Name: ptr("off"), Description: ptr("sleeps"), GroupKey: &group.Key, Enabled: ptr(false)}))(t).Consumer
	a := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "alpha"}, nil))(t)
	b := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "twilio", Name: "beta"}, nil))(t)
	f1, f2, f3 := must(db.FlowCreate(ctx, admin, flow("one", 0, 0)))(t), must(db.FlowCreate(ctx, admin, flow("two", 0, 0)))(t), must(db.FlowCreate(ctx, admin, flow("three", 0, 0)))(t)
	must(db.FlowSetEnabled(ctx, admin, f1.Key, 0, true, nil))(t)
	e1, e2 := must(db.EventCreate(ctx, admin, event("first", f1.Key, f2.Key)))(t), must(db.EventCreate(ctx, admin, event("second", f2.Key)))(t)
	must(db.EventUpdate(ctx, admin, e2.Key, 0, func(e *hub.Event) error { e.Type = "work_management.work_orders.completed"; return nil }))(t)
	must(db.EventSetEnabled(ctx, admin, e1.Key, 0, true, nil))(t)
	must(db.FlowArchive(ctx, admin, f3.Key, 0))(t)

	check := func(name string, got, want []int64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	consumers := func(f hub.ListFilter) []int64 {
		return walkAll(t, 1, func(c *hub.Consumer) int64 { return c.Key }, func(p hub.Page) (hub.List[*hub.Consumer], error) { return db.Consumers(ctx, admin, f, p) })
	}
	check("consumers of a group", consumers(hub.ListFilter{GroupKey: group.Key}), []int64{off.Key, on.Key})
	check("enabled consumers", consumers(hub.ListFilter{Enabled: ptr(true)}), []int64{on.Key, admin.Consumer.Key})
	check("disabled consumers of a group", consumers(hub.ListFilter{GroupKey: group.Key, Enabled: ptr(false)}), []int64{off.Key})
	check("consumers by description", consumers(hub.ListFilter{Search: "SLEEP"}), []int64{off.Key})

	integrations := func(f hub.ListFilter) []int64 {
		return walkAll(t, 1, func(i *hub.Integration) int64 { return i.Key }, func(p hub.Page) (hub.List[*hub.Integration], error) { return db.Integrations(ctx, admin, f, p) })
	}
	check("integrations", integrations(hub.ListFilter{}), []int64{b.Key, a.Key})
	check("integrations of a connector", integrations(hub.ListFilter{Type: "whatsapp"}), []int64{a.Key})
	check("integrations by name", integrations(hub.ListFilter{Search: "bet"}), []int64{b.Key})

	flows := func(f hub.ListFilter) []int64 {
		return walkAll(t, 1, func(f *hub.Flow) int64 { return f.Key }, func(p hub.Page) (hub.List[*hub.Flow], error) { return db.Flows(ctx, admin, f, p) })
	}
	check("flows without archived ones", flows(hub.ListFilter{}), []int64{f2.Key, f1.Key})
	check("flows with archived ones", flows(hub.ListFilter{Archived: true}), []int64{f3.Key, f2.Key, f1.Key})
	check("enabled flows", flows(hub.ListFilter{Enabled: ptr(true)}), []int64{f1.Key})

	events := func(f hub.ListFilter) []int64 {
		return walkAll(t, 1, func(e *hub.Event) int64 { return e.Key }, func(p hub.Page) (hub.List[*hub.Event], error) { return db.Events(ctx, admin, f, p) })
	}
	check("events", events(hub.ListFilter{}), []int64{e2.Key, e1.Key})
	check("events of a type", events(hub.ListFilter{Type: newWorkOrder}), []int64{e1.Key})
	check("events that run a flow", events(hub.ListFilter{FlowKey: f2.Key}), []int64{e2.Key, e1.Key})
	check("enabled events that run a flow", events(hub.ListFilter{FlowKey: f2.Key, Enabled: ptr(true)}), []int64{e1.Key})
	check("events by description", events(hub.ListFilter{Search: "sec"}), []int64{e2.Key})
}
