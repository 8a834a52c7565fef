package catalog

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// copied is the embedded data as files that a test may alter.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(embedded, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(embedded, path)
		files[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheEmbeddedDataIsRight(t *testing.T) {
	t.Parallel()
	if _, err := parse(embedded); err != nil {
		t.Fatal(err)
	}
}

func TestDataThatIsWrongIsRefusedByName(t *testing.T) {
	t.Parallel()
	const task, person = "data/records/work_order_task.json", "data/records/person.json"
	for name, c := range map[string]struct{ file, old, with, want string }{
		"a language is missing":               {"data/modules.json", `"title": {"pt-BR": "Ativos", `, `"title": {`, "module assets title: the text in pt-BR is \"\""},
		"a text is empty":                     {task, `"it": "Etichette"`, `"it": ""`, "work_order_task field labels title: the text in it"},
		"a language is not one of the six":    {task, `"it": "Etichette"`, `"it": "Etichette", "de": "Etiketten"`, "it has 7 languages"},
		"a key has capitals":                  {person, `"key": "city"`, `"key": "City"`, `"City" is no key`},
		"a field is there twice":              {person, `"key": "city"`, `"key": "country"`, "person field country: used twice"},
		"a row is there twice":                {"data/modules.json", `"key": "fracttal_hub"`, `"key": "events"`, "row automator/events: used twice"},
		"an event type is there twice":        {"data/event_types.json", "orders.completed", "orders.cancelled", "event type work_management.work_orders.cancelled: used twice"},
		"an action is there twice":            {"data/source_actions.json", "query_documents", "query_stock_items", "source action query_stock_items: used twice"},
		"an action does not exist":            {"data/modules.json", `"REPORT"`, `"PRINT"`, "its actions"},
		"an event's module is unknown":        {"data/event_types.json", `"module": "warehouses"`, `"module": "warehouse"`, `there is no module "warehouse" with a submodule "stock"`},
		"an event's key is of another module": {"data/event_types.json", `"key": "warehouses.stock.`, `"key": "warehouses.store.`, "its key is not its module"},
		"an event's record type is unknown":   {"data/event_types.json", `"recordType": "stock_item"`, `"recordType": "stock"`, `there is no record type "stock"`},
		"an event's origin is unknown":        {"data/event_types.json", `"origin": "FRACTTAL"`, `"origin": "HEARSAY"`, `there is no origin "HEARSAY"`},
		"a type is guarded by no row":         {person, `"submodule": "general"`, `"submodule": "special"`, "there is no permission row inhouse_personnel/special"},
		"an alias leads nowhere":              {task, `"alias": "description"`, `"alias": "descriptions"`, "field task_todo_description: its alias"},
		"an alias leads to a number":          {task, `"alias": "description"`, `"alias": "duration"`, "field task_todo_description: its alias"},
		"a reference leads to no record type": {task, `"reference": "person"`, `"reference": "persons"`, `it refers to "persons"`},
		"a reference reads no field":          {task, `"by": "code_responsible"`, `"by": "code_nobody"`, `"code_nobody" cannot hold the name`},
		"a reference reads a truth value":     {task, `"by": "code_responsible"`, `"by": "done"`, `"done" cannot hold the name`},
		"a reference reads no field at all":   {task, `, "by": "code_responsible"`, ``, "it needs both"},
		"a type does not exist":               {person, `"type": "BOOLEAN"`, `"type": "BOOL"`, `there is no type "BOOL"`},
		"a name field does not exist":         {person, `"nameField": "code"`, `"nameField": "codes"`, `its name field "codes"`},
		"a subject field does not exist":      {task, `"subjectField": "wo_folio"`, `"subjectField": "folio"`, `its subject field "folio"`},
		"an enum value is there twice":        {task, `{"value": 2, `, `{"value": 1, `, "the value 1 is used twice"},
		"an enum mixes text and numbers":      {task, `{"value": 2, `, `{"value": "2", `, "partly text and partly numbers"},
		"an enum value is a fraction":         {task, `{"value": 2, `, `{"value": 2.5, `, "the value 2.5 is neither"},
		"an enum has no values":               {person, `"type": "BOOLEAN"`, `"type": "ENUM"`, "enum and open belong to the type ENUM"},
		"a text has a unit":                   {person, `"type": "TEXT"`, `"unit": "s", "type": "TEXT"`, "a unit belongs to a number"},
		"a property is misspelt":              {person, `"nameField"`, `"nameFeild"`, `unknown field "nameFeild"`},
		"a file is named after another type":  {person, `"key": "person"`, `"key": "people"`, "name the file after its record type"},
		"a file is cut off":                   {person, "\n  ]\n}\n", "", "person.json: unexpected EOF"},
		"a file goes on after its end":        {person, "\n  ]\n}\n", "\n  ]\n}\n{}", "something after the end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := copied(t)
			before := string(files[c.file].Data)
			after := strings.Replace(before, c.old, c.with, 1)
			if after == before {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			files[c.file].Data = []byte(after)
			_, err := parse(files)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	files := copied(t)
	delete(files, "data/event_types.json")
	if _, err := parse(files); err == nil || !strings.Contains(err.Error(), "event_types.json") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkParsingTheEmbeddedData(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(embedded); err != nil {
			b.Fatal(err)
		}
	}
}
