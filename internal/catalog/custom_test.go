package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "catalog.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestATenantDeclaresFieldsInAFile(t *testing.T) {
	t.Parallel()
	base := catalog.Load()
	c, err := base.WithFile(written(t, `{"fields": {
		"work_order_task": [
			{"key": "x_line", "type": "ENUM", "title": {"pt-BR": " Linha "}, "enum": [{"value": 1, "title": {"es": "Uno"}}, {"value": 2}]},
			{"key": "PlantCode", "type": "TEXT", "title": {"en": "Plant", "it": "Stabilimento"}, "help": {"fr": "Le code."}},
			{"key": "x_plant", "type": "REFERENCE", "title": {"en": "Plant"}, "reference": "location", "by": "PlantCode"},
			{"key": "x_sensor", "type": "OBJECT", "title": {"en": "Sensor"}, "fields": [{"key": "At", "type": "TIMESTAMP", "title": {"en": "At"}}]}],
		"person": [{"key": "x_shift_lead", "type": "BOOLEAN", "title": {"en": "Shift lead"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	rt := c.RecordType("work_order_task")
	t.Run("a title stands in for the languages that it lacks", func(t *testing.T) {
		if f := rt.Field("x_line"); f.Title["it"] != "Linha" || f.Title["en"] != "Linha" || f.Enum[0].Title["pt-PT"] != "Uno" || f.Enum[1].Title["en"] != "2" {
			t.Errorf("it is %+v", f)
		}
		if f := rt.Field("PlantCode"); f.Title["fr"] != "Plant" || f.Title["it"] != "Stabilimento" || f.Help["en"] != "Le code." || f.Origin != catalog.OriginCustom {
			t.Errorf("it is %+v", f)
		}
	})
	t.Run("paths lead to them and through them, guarded as their type is", func(t *testing.T) {
		for path, needs := range map[string]int{"x_line": 1, "x_plant.description": 2, "x_sensor.At": 1, "responsible.x_shift_lead": 2, "assignee.x_shift_lead": 3} {
			fact, _ := c.Resolve("work_order_task", path)
			if !fact.Known || len(fact.Needs) != needs || fact.Needs[0] != rt.Row {
				t.Errorf("%s: %+v", path, fact)
			}
		}
	})
	t.Run("their values are checked and written in one form", func(t *testing.T) {
		if p := rt.Check(hub.Fields{"x_line": json.Number("3"), "x_sensor": map[string]any{"At": "noon"}}); len(p) != 2 || p[0].Path != "x_line" || p[1].Path != "x_sensor.At" {
			t.Errorf("got %+v", p)
		}
		if normal, _ := rt.Normal(hub.Fields{"PlantCode": json.Number("7")}); normal["PlantCode"] != "7" {
			got := normal["PlantCode"]
			t.Errorf("got %v", got)
		}
	})
	t.Run("the catalogue that it began with stays as it was", func(t *testing.T) {
		if base.RecordType("work_order_task").Field("x_line") != nil {
			t.Error("it has the field")
		}
		if fact, _ := base.Resolve("work_order_task", "responsible.x_shift_lead"); fact.Known {
			t.Error("it follows a reference to the tenant's field")
		}
	})
	t.Run("what else there is, is there still", func(t *testing.T) {
		if len(c.RecordTypes()) != len(base.RecordTypes()) || c.EventType("monitoring.meters.out_of_range") == nil || len(c.SourceActions()) != len(base.SourceActions()) {
			t.Error("something is missing")
		}
		if fact, _ := c.Resolve("work_order_task", "assignee.sms"); len(fact.Needs) != 3 {
			t.Errorf("got %+v", fact)
		}
	})
}

func TestWithoutAFileTheCatalogueIsTheBuildsOwn(t *testing.T) {
	t.Parallel()
	c, err := catalog.Load().WithFile(filepath.Join(t.TempDir(), "catalog.json"))
	if err != nil || c != catalog.Load() {
		t.Errorf("got another one, or %v", err)
	}
}

func TestAFileThatIsWrongIsRefusedWithItsNameAndThePath(t *testing.T) {
	t.Parallel()
	one := func(field string) string { return `{"fields": {"person": [` + field + `]}}` }
	for name, c := range map[string]struct{ file, want string }{
		"no JSON":                         {"{\n\"fields\": {\n,", "line 3: fields: this is no JSON"},
		"something after the end":         {"{} {}", "something after the end"},
		"a property that is misspelt":     {`{"field": {}}`, `line 1: field: there is no property "field"`},
		"one of a field":                  {one(`{"key": "x_a", "typ": "TEXT"}`), `line 1: fields.person.0.typ: there is no property "typ"`},
		"a record type twice":             {"{\"fields\": {\"person\": [],\n\"person\": []}}", `line 2: fields.person: "person" stands twice in one object`},
		"a property twice":                {one(`{"key": "x_a", "type": "TEXT", "type": "INTEGER", "title": {"en": "S"}}`), `line 1: fields.person.0.type: "type" stands twice`},
		"a property in other letters":     {one(`{"key": "x_a", "type": "TEXT", "Type": "INTEGER", "title": {"en": "S"}}`), `fields.person.0.Type: there is no property "Type"`},
		"a language twice":                {one(`{"key": "x_a", "type": "TEXT", "title": {"en": "S", "en": "T"}}`), `fields.person.0.title.en: "en" stands twice`},
		"all fields twice":                {"{\n\"fields\": {},\n\"fields\": {}}", `line 3: fields: "fields" stands twice`},
		"nothing at all":                  {"\n", `it is empty; write {"fields": {}} into it, or take the file away`},
		"an end that is missing":          {"{\"fields\": {\n\"person\": [", "line 2: fields.person: it ends too early"},
		"a text that does not end":        {`{"fields": {"per`, "line 1: fields: it ends too early"},
		"a list":                          {"\n[]", `line 2: it is a list, and must be an object: {"fields": {…}}`},
		"null":                            {"null", "line 1: it is null, and must be an object"},
		"a list instead of the types":     {"{\"fields\":\n []}", "line 2: fields: it is a list, and must be an object"},
		"an object instead of a list":     {"{\"fields\": {\n\"person\":\n {}}}", "line 3: fields.person: it is an object, and must be a list"},
		"a text instead of a field":       {one(`"x_a"`), "fields.person.0: it is a text, and must be an object"},
		"a number instead of a text":      {one("\n{\"key\":\n 7}"), "line 3: fields.person.0.key: it is a number, and must be a text"},
		"a number instead of a yes":       {one(`{"key": "x_a", "open": 1}`), "fields.person.0.open: it is a number, and must be true or false"},
		"a record type that is none":      {`{"fields": {"persons": []}}`, `fields.persons: there is no record type "persons"`},
		"a key of the catalogue":          {one(`{"key": "sms", "type": "TEXT", "title": {"en": "S"}}`), `fields.person.0.key: person has a field "sms" already`},
		"a key twice":                     {one(`{"key": "x_a", "type": "TEXT", "title": {"en": "S"}}, {"key": "x_a", "type": "TEXT", "title": {"en": "S"}}`), `fields.person.1.key: "x_a" is there twice`},
		"a key that would be a path":      {one(`{"key": "a.b", "type": "TEXT", "title": {"en": "S"}}`), `fields.person.0.key: "a.b" is no key`},
		"no title":                        {one(`{"key": "x_a", "type": "TEXT"}`), "fields.person.0: title: it needs a text in at least one of pt-BR"},
		"a language that is none":         {one(`{"key": "x_a", "type": "TEXT", "title": {"en": "S", "de": "S"}}`), `fields.person.0: title: there is no language "de"`},
		"a type that is none":             {one(`{"key": "x_a", "type": "STRING", "title": {"en": "S"}}`), `fields.person.0: there is no type "STRING"`},
		"an enum without values":          {one(`{"key": "x_a", "type": "ENUM", "title": {"en": "S"}}`), "fields.person.0: enum and open belong"},
		"a reference to nowhere":          {one(`{"key": "x_a", "type": "REFERENCE", "title": {"en": "S"}, "reference": "moon", "by": "code"}`), `fields.person.0: it refers to "moon"`},
		"a reference by nothing":          {one(`{"key": "x_a", "type": "REFERENCE", "title": {"en": "S"}, "reference": "asset", "by": "moon"}`), `fields.person.0: "moon" cannot hold the name`},
		"what only parameters have":       {one(`{"key": "x_a", "type": "TEXT", "title": {"en": "S"}, "many": true}`), "fields.person.0: alias, origin, many"},
		"a part of an object of no type":  {one(`{"key": "x_a", "type": "OBJECT", "title": {"en": "S"}, "fields": [{"key": "b", "type": "X", "title": {"en": "B"}}]}`), `fields.person.0 part b: there is no type "X"`},
		"a part of an object of no title": {one(`{"key": "x_a", "type": "OBJECT", "title": {"en": "S"}, "fields": [{"key": "b", "type": "TEXT"}]}`), "fields.person.0: fields.0.title: it needs"},
		"too much":                        {strings.Repeat(" ", catalog.MaxCustomFile) + "{}", "larger than 1024 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := written(t, c.file)
			_, err := catalog.Load().WithFile(file)
			if err == nil || !strings.HasPrefix(err.Error(), file+": ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Go ") || strings.Count(err.Error(), "json:") > 1 {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
	t.Run("too many fields", func(t *testing.T) {
		t.Parallel()
		if _, err := catalog.Load().With(map[string][]catalog.Field{"person": make([]catalog.Field, catalog.MaxCustomFields+1)}); err == nil || !strings.Contains(err.Error(), "at most 200") {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkWith(b *testing.B) {
	custom := map[string][]catalog.Field{"person": {{Key: "x_a", Type: catalog.Text, Title: hub.Labels{"en": "A"}}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catalog.Load().With(custom); err != nil {
			b.Fatal(err)
		}
	}
}
