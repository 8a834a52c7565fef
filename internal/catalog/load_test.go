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
	const task, person, reading = "data/records/work_order_task.json", "data/records/person.json", "data/records/reading.json"
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
		"a part of an object is there twice":  {reading, `{"key": "value", "type": "NUMBER"`, `{"key": "date", "type": "NUMBER"`, "reading field data part date: it is there twice"},
		"an object has no parts":              {person, `"type": "BOOLEAN"`, `"type": "OBJECT"`, "fields belong to the types OBJECT"},
		"a list is of references":             {task, `"key": "children", "type": "LIST"`, `"key": "children", "type": "LIST", "items": "REFERENCE"`, `there can be no list of "REFERENCE"`},
		"a key is one of a tenant":            {person, `"key": "city"`, `"key": "x_city"`, "keys that begin with x_ are left to tenants"},
		"a record type has no origin":         {person, `"origin": "FRACTTAL"`, `"origin": ""`, `there is no origin ""`},
		"a reference depends on nothing":      {task, `"if": "id_contact"`, `"if": "id_contract"`, `it depends on "id_contract"`},
		"another type has no fields":          {"data/records/entry.json", `"fieldsOf": "movement"`, `"fieldsOf": "movements"`, `there are no fields of "movements" to share`},
		"a parameter filters by nothing":      {"data/source_actions.json", `"field": "id_status_work_order"`, `"field": "id_status"`, `parameter status: the rows have no field "id_status" of their own`},
		"a parameter compares in vain":        {"data/source_actions.json", `{"key": "done", "filter": {"field": "done", "operation": "EQUAL"`, `{"key": "done", "filter": {"field": "done", "operation": "GREATER"`, `a field of type BOOLEAN cannot be asked for "GREATER"`},
		"a parameter is there twice":          {"data/source_actions.json", `{"key": "task_status"`, `{"key": "status"`, "parameter status: used twice"},
		"rows are ordered by nothing":         {"data/source_actions.json", `"orders": ["creation_date"`, `"orders": ["created"`, `no field "created" to be ordered by`},
		"a rule looks at nothing":             {"data/event_types.json", `"field": "code_responsible"`, `"field": "responsibles"`, `task_assigned derived: the record has no field "responsibles"`},
		"a rule lacks its limit":              {"data/event_types.json", `, "low": "min_stock_level"`, ``, `FELL_UNDER on UPSERT with "field" is no rule`},
		"a rule waits for what cannot be":     {"data/event_types.json", `"values": [1]`, `"values": [7]`, "the field id_status_work_order can never be 7"},
		"a rule asks for what cannot be":      {"data/event_types.json", `"field": "done", "op": "NOT_EQUAL", "value": true`, `"field": "done", "op": "NOT_EQUAL", "value": 1`, "the field done can never be 1"},
		"a rule counts by nothing":            {"data/event_types.json", `"per": "SUBJECT"`, `"per": "TENANT"`, `there is nothing to count "TENANT" by`},
		"a default is out of bounds":          {"data/event_types.json", `"default": 7, "min": 1`, `"default": 0, "min": 1`, "its default 0 is wrong"},
		"an enum has a value twice":           {"data/enums.json", `"value": "RECADO"`, `"value": "FRACTTAL"`, "enum EventOrigin value FRACTTAL: used twice"},
		"an enum lacks a language":            {"data/enums.json", `"it": "In sospeso"`, `"it": ""`, `the text in it is ""`},
		"an operation is there twice":         {"data/operations.json", `"operation": "NOT_EQUAL"`, `"operation": "EQUAL"`, "operation EQUAL: used twice"},
		"an operation wants what is none":     {"data/operations.json", `"value": "ONE"`, `"value": "TWO"`, `there is no kind of value "TWO"`},
		"a setting is none of the hub's":      {"data/settings.json", `"key": "maxAge"`, `"key": "maxage"`, "the hub has no bounds for it"},
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
