package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// theScreens is what a frontend asks once to draw every screen of events and flows.
const theScreens = `{ catalog(locale: "it") {
	modules { key title submodules { key title eventTypes { key title help origin recordType { key }
		derived { on kind field values low high new per where { field operation value } settings { key type title unit many default min max } } } } }
	recordTypes { key title help origin guardedBy { module submodule } fields { key type title help unit alias by if unless open origin items operations
		reference { key } references { key } instead { if reference { key } } enum { value title } fields { key type title unit enum { value title } } } }
	sourceActions { key title help recordType { key } parameters { key type title help unit many default min max operations references { key } enum { value title } } }
	operations { operation title help valueKind types }
	enums { name values { value title help } }
	flowSettings { key type title help unit default min max enum { value title } } } }`

func TestOneOperationOfUsualCostReadsAllThatTheScreensNeed(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	r := d.do(d.admin, theScreens, nil)
	named := func(path []any, key, value string) map[string]any {
		t.Helper()
		for _, e := range r.list(path...) {
			if m := e.(map[string]any); m[key] == value {
				return m
			}
		}
		t.Fatalf("%v has none with %s %s", path, key, value)
		return nil
	}
	t.Run("a submodule lists its event types", func(t *testing.T) {
		for i, m := range r.list("catalog", "modules") {
			if m.(map[string]any)["key"] != "monitoring" {
				continue
			}
			got := fmt.Sprint(r.at("catalog", "modules", i, "submodules", 0, "eventTypes", 0))
			for _, want := range []string{"key:monitoring.meters.out_of_range", "title:Lettura fuori intervallo", "kind:OUT_OF_RANGE", "low:meter.min_value", "field:data.value", "on:UPSERT"} {
				if !strings.Contains(got, want) {
					t.Errorf("%s is not in %s", want, got)
				}
			}
		}
	})
	t.Run("a field says what is in its object and where its reference may lead", func(t *testing.T) {
		meter := fmt.Sprint(named([]any{"catalog", "recordTypes"}, "key", "meter"))
		if !strings.Contains(meter, "key:accumulated_value") || !strings.Contains(meter, "type:OBJECT") {
			t.Errorf("the meter is %s", meter)
		}
		task := fmt.Sprint(named([]any{"catalog", "recordTypes"}, "key", "work_order_task"))
		if !strings.Contains(task, "references:[map[key:person] map[key:third_party]]") || !strings.Contains(task, "instead:[map[if:id_contact reference:map[key:third_party]]]") {
			t.Errorf("the task is %s", task)
		}
	})
	t.Run("a parameter has the type and the values of what it filters by", func(t *testing.T) {
		action := fmt.Sprint(named([]any{"catalog", "sourceActions"}, "key", "query_work_requests"))
		for _, want := range []string{"key:status", "many:true", "title:Respinta", "key:limit", "max:10000", "value:-date"} {
			if !strings.Contains(action, want) {
				t.Errorf("%s is not in %s", want, action)
			}
		}
	})
	t.Run("a setting has its bounds and a default", func(t *testing.T) {
		if got := fmt.Sprint(named([]any{"catalog", "flowSettings"}, "key", "unknownWait")); !strings.Contains(got, "default:900") || !strings.Contains(got, "max:604800") {
			t.Errorf("it is %s", got)
		}
	})
	t.Run("an enum has titles for the values that the schema has, and no others", func(t *testing.T) {
		all := loadSchema(t).Types
		for _, e := range r.list("catalog", "enums") {
			m := e.(map[string]any)
			values := m["values"].([]any)
			if got := len(all[m["name"].(string)].EnumValues); got != len(values) {
				t.Errorf("%v has %d values and %d titles", m["name"], got, len(values))
			}
		}
		if got := named([]any{"catalog", "enums"}, "name", "UnknownPolicy")["values"].([]any)[0].(map[string]any); got["title"] != "Trattenere" || got["help"] == "" {
			t.Errorf("it is %v", got)
		}
	})
	t.Run("an operation says what it wants and of which fields", func(t *testing.T) {
		if got := named([]any{"catalog", "operations"}, "operation", "EQUAL"); got["title"] != "È uguale a" || got["valueKind"] != "ONE" || !strings.Contains(fmt.Sprint(got["types"]), "TIMESTAMP") {
			t.Errorf("it is %v", got)
		}
	})
	t.Run("an enum that the schema does not have is null", func(t *testing.T) {
		if r := d.do(d.admin, `{ catalog { enum(key: "Moon") { name } } }`, nil); r.at("catalog", "enum") != nil {
			t.Errorf("it is %v", r.at("catalog", "enum"))
		}
	})
}
