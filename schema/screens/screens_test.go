package screens_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/recado-hub/recado/schema/screens"
)

func TestAnOperationIsSentByItselfWithItsFragmentsAndNothingElse(t *testing.T) {
	t.Parallel()
	list, err := screens.Operations()
	if err != nil {
		t.Fatal(err)
	}
	fragments := map[string]int{"ExecutionDetail": 1, "Shell": 0, "FlowEditor": 3, "FlowSave": 3}
	for _, op := range list {
		doc, err := parser.ParseQuery(&ast.Source{Input: op.Document})
		if err != nil {
			t.Errorf("%s: %v", op.Name, err)
			continue
		}
		if len(doc.Operations) != 1 || doc.Operations[0].Name != op.Name || doc.Operations[0].Operation != op.Kind {
			t.Errorf("%s is sent as %s", op.Name, op.Document)
		}
		if want, known := fragments[op.Name]; known && len(doc.Fragments) != want {
			t.Errorf("%s is sent with %d fragments, not %d:\n%s", op.Name, len(doc.Fragments), want, op.Document)
		}
		delete(fragments, op.Name)
		if strings.Contains(op.Document, "#") {
			t.Errorf("%s is sent with its comments:\n%s", op.Name, op.Document)
		}
	}
	if len(fragments) > 0 {
		t.Errorf("there is none of %v", fragments)
	}
}
