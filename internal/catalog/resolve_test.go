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
		{"unheard_of", "wo_folio"}, {"", ""},
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
