package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestAFlowKeepsWhatItsMappingSays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const q = `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { flow {
		settings { locale timeZone defaultCountry } problems { code path severity } warnings { code path severity }
		targets { mapping { field position name constant expression missing default }
		  recipient { ... on SeveralRecipients { all { ... on ConstantRecipient { constant } ... on FirstRecipient { first { ... on FieldRecipient { field } } } } } } } }
		userErrors { code message field } } }`
	r := s.do(s.admin, `query($id: ID!) { flow(id: $id) { targets { integration { id } action parameters } } }`, vars{"id": s.flow})
	target := vars{"integration": r.text("flow", "targets", 0, "integration", "id"), "action": r.text("flow", "targets", 0, "action"), "parameters": r.at("flow", "targets", 0, "parameters")}
	with := func(recipient vars, mapping ...vars) vars {
		out := vars{"recipient": recipient, "mapping": mapping}
		for k, v := range target {
			out[k] = v
		}
		return vars{"targets": []vars{out}, "settings": vars{"locale": "pt-BR", "timeZone": "America/Sao_Paulo", "defaultCountry": "BR"}}
	}
	expression := vars{"cat": []any{"OT ", vars{"var": "wo_folio"}}}
	everyone := vars{"all": []vars{{"constant": "11 99999-1234"}, {"first": []vars{{"field": "responsible.sms"}, {"field": "responsible.telephone"}}}}}
	t.Run("constants, expressions, policies, several recipients and the settings of the language are read back as they were written", func(t *testing.T) {
		r := s.do(s.admin, q, vars{"id": s.flow, "in": with(everyone, vars{"expression": expression, "position": 1},
			vars{"constant": "hello", "position": 2}, vars{"field": "task_todo_description", "position": 3, "missing": "DEFAULT", "default": "-"})})
		if errs := r.userErrors("flowUpdate"); len(errs) > 0 {
			t.Fatal(errs)
		}
		got, _ := json.Marshal(r.at("flowUpdate", "flow", "targets"))
		want := `[{"mapping":[` +
			`{"constant":null,"default":null,"expression":{"cat":["OT ",{"var":"wo_folio"}]},"field":"","missing":"FAIL","name":null,"position":1},` +
			`{"constant":"hello","default":null,"expression":null,"field":"","missing":"FAIL","name":null,"position":2},` +
			`{"constant":null,"default":"-","expression":null,"field":"task_todo_description","missing":"DEFAULT","name":null,"position":3}],` +
			`"recipient":{"all":[{"constant":"11 99999-1234"},{"first":[{"field":"responsible.sms"},{"field":"responsible.telephone"}]}]}}]`
		if string(got) != want {
			t.Errorf("read back was\n%s\nwant\n%s", got, want)
		}
		if got := fmt.Sprint(r.at("flowUpdate", "flow", "settings")); got != "map[defaultCountry:BR locale:pt-BR timeZone:America/Sao_Paulo]" {
			t.Errorf("the settings are %s", got)
		}
		if list := r.list("flowUpdate", "flow", "problems"); len(list) > 0 {
			t.Errorf("there are problems: %v", list)
		}
	})
	t.Run("a value that may be missing is a warning, which keeps the flow enabled", func(t *testing.T) {
		r := s.do(s.admin, q, vars{"id": s.flow, "in": with(everyone, vars{"field": "wo_folio", "position": 1}, vars{"field": "task_todo_description", "position": 2})})
		if errs := r.userErrors("flowUpdate"); len(errs) > 0 {
			t.Fatal(errs)
		}
		if got := fmt.Sprint(r.at("flowUpdate", "flow", "warnings"), r.at("flowUpdate", "flow", "problems")); got != "[map[code:VALUE_MAY_BE_MISSING path:[targets 0 mapping 1 missing] severity:WARNING]] []" {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("the example of the guide has no problems", func(t *testing.T) {
		var example struct {
			Mapping   []vars
			Recipient vars
		}
		if err := json.Unmarshal([]byte(blocks(t, "../schema/README.md", "jsonc")[0]), &example); err != nil {
			t.Fatal(err)
		}
		r := s.do(s.admin, q, vars{"id": s.flow, "in": with(example.Recipient, example.Mapping...)})
		if errs := r.userErrors("flowUpdate"); len(errs) > 0 || len(example.Mapping) != 3 || len(r.list("flowUpdate", "flow", "problems")) > 0 {
			t.Errorf("it is answered with %v", r.at("flowUpdate", "userErrors"))
		}
	})
	for _, c := range []struct {
		name string
		in   vars
		want string
	}{
		{"an operator that does not exist is refused with its place in the expression", with(everyone, vars{"position": 1, "expression": vars{"if": []any{true, vars{"eval": "1"}}}}), "[INVALID targets 0 mapping 0 expression if 1 eval]"},
		{"a field that does not exist is found inside an expression", with(everyone, vars{"position": 1, "expression": vars{"cat": []any{vars{"var": "colour"}}}}), "[INVALID targets 0 mapping 0 expression]"},
		{"a field of two kinds of recipient is refused", with(vars{"all": []vars{{"constant": "1", "field": "x"}}}, vars{"position": 1, "field": "wo_folio"}), "[INVALID targets 0 recipient all 0]"},
		{"a constant that is no telephone number is refused at its place", with(vars{"all": []vars{{"constant": "12"}}}, vars{"position": 1, "field": "wo_folio"}), "[INVALID targets 0 recipient all 0 constant]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs := s.do(s.admin, q, vars{"id": s.flow, "in": c.in}).userErrors("flowUpdate")
			if fmt.Sprint(errs) != c.want {
				t.Errorf("it is answered with %v, not %s", errs, c.want)
			}
		})
	}
}
