package graph

import (
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// explorer walks what a document asks for below its top, and judges each field that needs something of its own.
type explorer struct {
	*resolver
	op     *graphql.OperationContext
	caller hub.Caller
	found  []*model.FieldPermission
	seen   map[string]bool // type, field and path of what was found: an interface leads to the same places by several types
}

// below explains what a field leads to. path is where it stands in the response.
func (x *explorer) below(f graphql.CollectedField, path []string) {
	for _, d := range x.types(f) {
		satisfies := append([]string{d.Name}, d.Interfaces...)
		for _, of := range x.schema.GetImplements(d) { // unions too
			satisfies = append(satisfies, of.Name)
		}
		for _, child := range graphql.CollectFields(x.op, f.Selections, satisfies) {
			if strings.HasPrefix(child.Name, "__") {
				continue
			}
			at := append(slices.Clone(path), child.Alias)
			x.field(d, child, at)
			x.below(child, at)
		}
	}
}

// types are the types of the objects to which a field leads: of an interface or a union those that its arguments leave, since an id
// tells the kind of its object.
func (x *explorer) types(f graphql.CollectedField) []*ast.Definition {
	d := x.schema.Types[f.Definition.Type.Name()]
	if !d.IsAbstractType() {
		return []*ast.Definition{d}
	}
	kinds := kindsOf(f.ArgumentMap(x.op.Variables))
	return slices.DeleteFunc(slices.Clone(x.schema.GetPossibleTypes(d)), func(t *ast.Definition) bool {
		kind, known := typeOfKind[t.Name]
		return kinds != nil && known && !slices.Contains(kinds, kind)
	})
}

// field judges one field of a type.
func (x *explorer) field(of *ast.Definition, f graphql.CollectedField, path []string) {
	if f.Definition.Directives.ForName("requires") == nil && f.Definition.Directives.ForName("requiresRowOf") == nil {
		return // a valid token is nothing more than what the whole operation needs
	}
	key := of.Name + "." + f.Name + " " + strings.Join(path, ".")
	if x.seen[key] {
		return
	}
	x.seen[key] = true
	e := x.nested(f.Field).judge(x.caller)
	e.Path, e.Field, e.Type = path, f.Name, of.Name
	x.found = append(x.found, e)
}

// nested is the demand of a field below the top. Where its row follows from the data, only they know which it is: nothing in the
// arguments of such a field names it.
func (x *explorer) nested(f *ast.Field) demand {
	d := f.Definition.Directives.ForName("requiresRowOf")
	if d == nil {
		return x.demand(f, x.op.Variables)
	}
	w := rowDemand{resolver: x.resolver, what: d.Arguments.ForName("what").Value.Raw, action: hub.Action(d.Arguments.ForName("action").Value.Raw)}
	rows := w.onEveryRow()
	if w.what == "OBJECT" {
		for _, row := range []hub.Row{hub.RowUserAccounts, hub.RowAPIConnections, hub.RowEvents, hub.RowHub} {
			rows = append(rows, row.Permission(w.action))
		}
	}
	return demand{either: [][]hub.Permission{rows}, on: []model.PermissionDependency{model.PermissionDependency(w.what)}}
}

// typeOfKind says of which kind the ids of a type are.
var typeOfKind = map[string]hub.Kind{
	"Group": hub.KindGroup, "Consumer": hub.KindConsumer, "Integration": hub.KindIntegration, "Flow": hub.KindFlow, "Event": hub.KindEvent,
	"Record": hub.KindRecord, "Occurrence": hub.KindOccurrence, "Execution": hub.KindExecution, "Delivery": hub.KindDelivery, "AuditEntry": hub.KindAudit,
}

// kindsOf are the kinds of the objects that the arguments of a field name; nil if they name none.
func kindsOf(args map[string]any) (kinds []hub.Kind) {
	ids, _ := args["ids"].([]any)
	for _, given := range append(slices.Clone(ids), args["id"]) {
		id, _ := given.(string)
		if kind, _, err := hub.ParseID(id); err == nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
