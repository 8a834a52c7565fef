package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestTheExtensionAttributesOfAnEventAreShown(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	in := hubtest.WorkOrder("OT-1")
	in.Extensions = hub.Fields{"plant": "Évora", "sequence": json.Number("7"), "urgent": true}
	for id, want := range map[string]hub.Fields{"with": in.Extensions, "without": nil} {
		in.ID, in.Extensions = id, want
		p, err := d.engine.Publish(t.Context(), hubtest.Admin(t, d.db), in)
		if err != nil {
			t.Fatal(err)
		}
		got := d.do(d.admin, `query($id: ID!) { occurrence(id: $id) { name extensions } }`, vars{"id": p.Occurrence.ID()}).at("occurrence", "extensions")
		if want == nil && got != nil || want != nil && fmt.Sprint(got) != fmt.Sprint(map[string]any(want)) {
			t.Errorf("%s: it is shown with %v", id, got)
		}
	}
}

// Lists and links read an occurrence without its payloads, which the fields that show them read when they are asked for.
func TestAnOccurrenceIsTheSameWhereverItIsRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in := hubtest.WorkOrder("OT-1")
	in.Type, in.Extensions = "work_management.work_orders.new", hub.Fields{"plant": "Évora"}
	in.Records = []hub.RecordInput{{Type: "work_order_task", Name: "1", Data: hub.Fields{"id_work_orders_tasks": 1, "wo_folio": "OT-1", "code_responsible": "jonas"}}}
	p, err := s.engine.Publish(t.Context(), hubtest.Admin(t, s.db), in)
	if err != nil || len(p.Executions) != 1 {
		t.Fatalf("%v: %+v", err, p)
	}
	s.settled(p.Executions[0].ID())
	schema := loadSchema(t)
	for _, f := range fieldsOf(schema.Types["Occurrence"]) {
		ask := "{ " + f.Name + " }"
		if of := schema.Types[f.Type.Name()]; of.IsCompositeType() {
			ask = "{ " + f.Name + " " + everything(schema, of, 2) + " }"
		}
		r := s.do(s.admin, `query($id: ID!, $x: ID!) { one: occurrence(id: $id) `+ask+` list: occurrences { nodes `+ask+` } link: execution(id: $x) { occurrence `+ask+` } node(id: $id) { ... on Occurrence `+ask+` } }`,
			vars{"id": p.Occurrence.ID(), "x": p.Executions[0].ID()})
		want := fmt.Sprint(r.at("one", f.Name))
		for where, got := range map[string]any{"a list": r.at("list", "nodes", 0, f.Name), "a link": r.at("link", "occurrence", f.Name), "node": r.at("node", f.Name)} {
			if fmt.Sprint(got) != want {
				t.Errorf("in %s %s is %v, not %s", where, f.Name, got, want)
			}
		}
		if want == "<nil>" || want == "[]" {
			t.Errorf("%s is %s, which tells nothing", f.Name, want)
		}
	}
}
