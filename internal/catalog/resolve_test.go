package catalog_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func TestAPathIsResolvedToItsFieldAndTheRowsThatGuardIt(t *testing.T) {
	t.Parallel()
	orders := hub.Row{Module: "work_management", Submodule: "work_orders"}
	people := hub.Row{Module: "inhouse_personnel", Submodule: "general"}
	equipment := hub.Row{Module: "assets", Submodule: "equipment"}
	thirdParties := hub.Row{Module: "third_parties", Submodule: "general"}
	for path, want := range map[string]struct {
		field string
		typ   catalog.FieldType
		needs []hub.Row
	}{
		"wo_folio":                   {"wo_folio", catalog.Text, []hub.Row{orders}},
		"id_status_work_order":       {"id_status_work_order", catalog.Enum, []hub.Row{orders}},
		"task_todo_description":      {"task_todo_description", catalog.Text, []hub.Row{orders}},
		"responsible":                {"responsible", catalog.Reference, []hub.Row{orders}},
		"responsible.sms":            {"sms", catalog.Text, []hub.Row{orders, people}},
		"creator.email":              {"email", catalog.Text, []hub.Row{orders, people}},
		"asset.description":          {"description", catalog.Text, []hub.Row{orders, equipment}},
		"asset.location":             {"location", catalog.Reference, []hub.Row{orders, equipment}},
		"asset.location.description": {"description", catalog.Text, []hub.Row{orders, equipment}},
		"asset.site.description":     {"description", catalog.Text, []hub.Row{orders, equipment, {Module: "assets", Submodule: "locations"}}},
		"labels.description":         {"description", catalog.List, []hub.Row{orders}},
		"assignee":                   {"assignee", catalog.Reference, []hub.Row{orders}},
		"assignee.sms":               {"sms", catalog.Text, []hub.Row{orders, people, thirdParties}},
		"assignee.telephone":         {"telephone", catalog.Text, []hub.Row{orders, people, thirdParties}},
		"assignee.web_page":          {"web_page", catalog.Text, []hub.Row{orders, people, thirdParties}},
		"responsible_person.sms":     {"sms", catalog.Text, []hub.Row{orders, people}},
	} {
		fact, field := catalog.Load().Resolve("work_order_task", path)
		if !fact.Known || field.Key != want.field || field.Type != want.typ || !reflect.DeepEqual(fact.Needs, want.needs) {
			t.Errorf("%s: got %+v, %s %s; want %+v", path, fact, field.Key, field.Type, want)
		}
	}
}

func TestAPathThatDoesNotExistIsNotKnown(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"work_order_task", ""}, {"work_order_task", "."}, {"work_order_task", "unheard_of"}, {"work_order_task", "WO_FOLIO"},
		{"work_order_task", "wo_folio.sms"}, {"work_order_task", "wo_folio."}, {"work_order_task", "responsible."},
		{"work_order_task", ".responsible"}, {"work_order_task", "responsible.unheard_of"}, {"work_order_task", "responsible.sms.x"},
		{"unheard_of", "wo_folio"}, {"", ""}, {"meter", "last_data."}, {"meter", "last_data.unheard_of"}, {"meter", "last_data.value.x"},
		{"work_order_task", "labels.description.x"}, {"work_order_task", "children.id"}, {"work_order_task", "assignee.unheard_of"},
		{"work_order_task", "asset." + strings.Repeat("location.", catalog.MaxReferences) + "code"},
	} {
		if fact, field := catalog.Load().Resolve(c[0], c[1]); fact.Known || fact.Needs != nil || field.Key != "" {
			t.Errorf("%q of %q: got %+v, %s", c[1], c[0], fact, field.Key)
		}
	}
}

func TestAPathMayFollowAsManyReferencesAsTheLimitSays(t *testing.T) {
	t.Parallel()
	path := "asset." + strings.Repeat("location.", catalog.MaxReferences-1) + "code"
	if fact, _ := catalog.Load().Resolve("work_order_task", path); !fact.Known {
		t.Errorf("%s is not known", path)
	}
}

func TestAnAliasNamesTheFieldThatItReads(t *testing.T) {
	t.Parallel()
	for alias, want := range map[string]string{"task_todo_description": "description", "item_description": "items_log_description"} {
		_, field := catalog.Load().Resolve("work_order_task", alias)
		if field.Alias != want {
			t.Errorf("%s reads %q, want %q", alias, field.Alias, want)
		}
	}
}

func TestResolvingOnePathLeavesTheRowsOfAnotherAlone(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	plain, _ := c.Resolve("work_order_task", "wo_folio")
	c.Resolve("work_order_task", "responsible.sms")
	c.Resolve("work_order_task", "asset.code")
	if len(plain.Needs) != 1 || plain.Needs[0].Submodule != "work_orders" {
		t.Errorf("got %v", plain.Needs)
	}
}

func BenchmarkResolve(b *testing.B) {
	c := catalog.Load()
	for _, path := range []string{"wo_folio", "responsible.sms"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if fact, _ := c.Resolve("work_order_task", path); !fact.Known {
					b.Fatal("not known")
				}
			}
		})
	}
}

func TestAPathGoesOnFromAReferenceIntoAnObject(t *testing.T) {
	t.Parallel()
	fact, field := catalog.Load().Resolve("reading", "meter.last_data.value")
	want := []hub.Row{{Module: "monitoring", Submodule: "meter_readings"}, {Module: "monitoring", Submodule: "meters"}}
	if !fact.Known || field.Type != catalog.Number || !reflect.DeepEqual(fact.Needs, want) {
		t.Errorf("got %+v, %s", fact, field.Type)
	}
	fact, _ = catalog.Load().Resolve("reading", "meter.asset.location.description")
	if len(fact.Needs) != 3 {
		t.Errorf("it needs %v", fact.Needs)
	}
}

func TestAReferenceLeadsWhereTheRecordSays(t *testing.T) {
	t.Parallel()
	rt := task(t)
	for name, c := range map[string]struct {
		field string
		data  hub.Fields
		typ   string
		name  any
	}{
		"to a person without a contact":           {"assignee", hub.Fields{"code_responsible": "P-1"}, "person", "P-1"},
		"to a third party with one":               {"assignee", hub.Fields{"code_responsible": "T-1", "id_contact": 7}, "third_party", "T-1"},
		"nowhere without a name":                  {"assignee", hub.Fields{"id_contact": 7, "code_responsible": ""}, "person", nil},
		"to the third party only with a contact":  {"responsible_third_party", hub.Fields{"code_responsible": "P-1"}, "third_party", nil},
		"to the third party with a contact":       {"responsible_third_party", hub.Fields{"code_responsible": "T-1", "id_contact": 7}, "third_party", "T-1"},
		"to no person with a contact":             {"responsible_person", hub.Fields{"code_responsible": "T-1", "id_contact": 7}, "person", nil},
		"to the person without a contact":         {"responsible_person", hub.Fields{"code_responsible": "P-1", "id_contact": nil}, "person", "P-1"},
		"as ever where it leads to one type only": {"responsible", hub.Fields{"code_responsible": "T-1", "id_contact": 7}, "person", "T-1"},
	} {
		if typ, got := rt.Field(c.field).Follow(c.data); typ != c.typ || got != c.name {
			t.Errorf("%s: got %s %v", name, typ, got)
		}
	}
}

func TestAPathReadsWhatIsInObjectsAndLists(t *testing.T) {
	t.Parallel()
	labels := []any{map[string]any{"description": "URGENTE", "enabled": true}, "odd", map[string]any{"color": "#fff"}, map[string]any{"description": "OBRA"}, nil}
	for name, c := range map[string]struct {
		typ, field string
		value      any
		path       string
		want       any
		ok         bool
	}{
		"a part of an object":               {"meter", "last_data", map[string]any{"value": 7.5}, "value", 7.5, true},
		"a part that is not there":          {"meter", "last_data", map[string]any{"value": 7.5}, "date", nil, true},
		"a part of nothing":                 {"meter", "last_data", nil, "value", nil, true},
		"a part that nobody knows":          {"meter", "last_data", map[string]any{"moon": 1}, "moon", nil, false},
		"what is in the objects of a list":  {"work_order_task", "labels", labels, "description", []any{"URGENTE", "OBRA"}, true},
		"what is in none of them":           {"work_order_task", "labels", []any{"odd"}, "description", nil, true},
		"what is in an element of no field": {"work_order_task", "children", []any{map[string]any{"id": 1}}, "id", nil, false},
	} {
		got, ok := catalog.Load().RecordType(c.typ).Field(c.field).Within(c.value, c.path)
		if !reflect.DeepEqual(got, c.want) || ok != c.ok {
			t.Errorf("%s: got %v, %v", name, got, ok)
		}
	}
}
