package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
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

func TestExtensionAttributesArePublishedOverGraphQLAsWithACloudEvent(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const query = `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { occurrence { extensions } repeat userErrors { code field message } } }`
	with := func(id string, extensions any) reply {
		return d.do(d.admin, query, vars{"in": vars{"source": "/test", "id": id, "type": "work_management.work_orders.new", "subject": "OT-1", "extensions": extensions}})
	}
	r := with("1", vars{"plant": "Évora", "sequence": 7, "urgent": false, "nothing": nil, "traceparent": "00-0", "recadoderive": "false"})
	if got := fmt.Sprint(r.at("occurrencePublish", "occurrence", "extensions")); got != "map[plant:Évora sequence:7 urgent:false]" {
		t.Errorf("they are %s", got)
	}
	if r := with("1", vars{"plant": "Faro"}); r.at("occurrencePublish", "repeat") != true {
		t.Errorf("with others it is no repeat: %v", r.Data)
	}
	if r := with("2", nil); r.at("occurrencePublish", "occurrence", "extensions") != nil {
		t.Errorf("without any it is %v", r.Data)
	}
	for name, c := range map[string]struct {
		extensions any
		field, say string
	}{
		"an upper-case letter":         {vars{"Plant": "x"}, "INVALID extensions Plant", "lower-case"},
		"no name":                      {vars{"": "x"}, "INVALID extensions ", "no name"},
		"one of CloudEvents' own":      {vars{"subject": "x"}, "INVALID extensions subject", "CloudEvents itself"},
		"the data":                     {vars{"data": "x"}, "INVALID extensions data", "CloudEvents itself"},
		"an object":                    {vars{"plant": vars{"name": "x"}}, "INVALID extensions plant", "text, a number or a boolean"},
		"a list":                       {vars{"plant": []int{1}}, "INVALID extensions plant", "text, a number or a boolean"},
		"a line break":                 {vars{"plant": "a\nb"}, "INVALID extensions plant", "control characters"},
		"too much":                     {vars{"a": strings.Repeat("a", 5000), "b": strings.Repeat("b", 5000)}, "INVALID extensions b", "8192 bytes"},
		"no boolean where one is":      {vars{"recadoderive": "no"}, "INVALID extensions recadoderive", "true or false"},
		"a text in place of them":      {"plant", "INVALID extensions", "JSON object"},
		"a list in place of an object": {[]vars{{"plant": "x"}}, "INVALID extensions", "JSON object"},
	} {
		r := with("3 "+name, c.extensions)
		if got := r.userErrors("occurrencePublish"); len(got) != 1 || got[0] != c.field || !strings.Contains(r.text("occurrencePublish", "userErrors", 0, "message"), c.say) {
			t.Errorf("%s: %v %v", name, got, r.Data)
		}
	}
}
