//go:build unix

package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

const ownFields = `{
  "fields": {
    "work_order_task": [
      {"key": "x_line", "type": "ENUM", "title": {"pt-BR": "Linha"}, "enum": [{"value": "L1"}, {"value": "L2", "title": {"pt-BR": "Linha 2"}}]},
      {"key": "x_foreman_phone", "type": "TEXT", "title": {"en": "Foreman's telephone", "pt-BR": "Telefone do encarregado"}}
    ]
  }
}`

func TestATenantsOwnFieldsAreUsableOnceTheyAreDeclared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.hub.end(t, syscall.SIGTERM)
	if err := os.WriteFile(filepath.Join(w.dir, "catalog.json"), []byte(ownFields), 0o600); err != nil {
		t.Fatal(err)
	}
	w.again(t)
	w.admin = signIn(t, w.hub.url, adminKey, adminSecret)
	t.Run("the catalogue has them, with a title in every language", func(t *testing.T) {
		var answer struct {
			Catalog struct {
				RecordType struct {
					Fields []struct{ Key, Title, Origin, Type string }
				}
			}
		}
		w.admin.ask(t, `{ catalog(locale: "it") { recordType(key: "work_order_task") { fields { key title origin type } } } }`, nil, &answer)
		fields := answer.Catalog.RecordType.Fields
		if got := fields[len(fields)-2:]; got[0].Key != "x_line" || got[0].Title != "Linha" || got[0].Origin != "CUSTOM" || got[0].Type != "ENUM" || got[1].Title != "Foreman's telephone" {
			t.Errorf("they are %+v", got)
		}
	})
	t.Run("terms, mapping and recipient read them", func(t *testing.T) {
		var f, e made
		w.admin.act(t, `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) { flow { id enabled problems { code message path } } userErrors { message field } } }`,
			object{"id": w.flow, "input": object{"targets": []object{{"integration": w.integration, "action": "wo_assignment_pt_BR", "parameters": object{"template": "wo_assigned"},
				"recipient": object{"field": "x_foreman_phone"}, "mapping": mappedTo("user_assigned", "wo_folio", "x_line", "creation_date", "created_by", "user_assigned", "item_description")}}}}, &f)
		if len(f.Flow.Problems) > 0 {
			t.Fatalf("the flow has problems: %v", f.Flow.Problems)
		}
		w.admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id problems { code message path } } userErrors { message field } } }`,
			object{"input": object{"description": "Line 2", "type": "work_management.work_orders.completed", "flows": []string{w.flow},
				"terms": object{"mode": "ALL", "terms": []object{{"field": "x_line", "operation": "EQUAL", "value": "L2"}}}}}, &e)
		if len(e.Event.Problems) > 0 {
			t.Fatalf("the event has problems: %v", e.Event.Problems)
		}
		w.admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { id enabled } userErrors { message field } } }`, object{"id": e.Event.ID}, &e)
		for i, line := range []string{"L1", "L2"} {
			order := workOrder("OS-"+line, 10+i, "+5531900000000")
			order["type"] = "work_management.work_orders.completed"
			data := order["data"].(object)["records"].([]object)[0]["data"].(object)
			data["x_line"], data["x_foreman_phone"] = line, "+5531998765432"
			if a, err := w.admin.tryPublish(order); err != nil || len(a.Executions) != i {
				t.Fatalf("%s is answered with %+v, %v", line, a, err)
			}
		}
		w.arrived(t, 1)
		if got := w.messagesOf("OS-L2"); len(got) != 1 || !slices.Contains(got[0].Values, "L2") || len(w.messagesOf("OS-L1")) != 0 {
			t.Errorf("what arrived is %+v", w.sandbox.Messages())
		}
	})
	t.Run("a value that does not fit is refused with its path", func(t *testing.T) {
		order := workOrder("OS-3", 30, "+5531900000000")
		order["data"].(object)["records"].([]object)[0]["data"].(object)["x_line"] = "L9"
		if _, err := w.admin.tryPublish(order); err == nil || !strings.Contains(err.Error(), "data.x_line") || !strings.Contains(err.Error(), "L1, L2") {
			t.Errorf("it is answered with %v", err)
		}
	})
}

func mappedTo(fields ...string) (mapping []object) {
	for i, field := range fields {
		mapping = append(mapping, object{"field": field, "position": i + 1})
	}
	return mapping
}

func TestAHubDoesNotStartWithFieldsThatAreWrongAndSaysWhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "catalog.json")
	if err := os.WriteFile(file, []byte(`{"fields": {"work_order_task": [{"key": "wo_folio", "type": "TEXT", "title": {"en": "Folio"}}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := run(t, nil, "serve", "--addr", anyPort, "--data", dir)
	if code := p.exit(t); code == 0 || !strings.Contains(p.errs.String(), file) || !strings.Contains(p.errs.String(), "fields.work_order_task.0.key") {
		t.Errorf("it ended with %d and said %s", code, p.errs.String())
	}
}
