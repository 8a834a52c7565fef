package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// explain judges a document as if it were sent, and says what each of its fields would need.
func (r *resolver) explain(ctx context.Context, c hub.Caller, params *graphql.RawParams) (*model.PermissionExplanation, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	op, errs := r.exec.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		path, what := refused(ctx, op, errs[0])
		return nil, hub.Invalid(path, "the document cannot be explained: %s", what)
	}
	out := &model.PermissionExplanation{Verdict: model.PermissionVerdictAllowed, Fields: []*model.FieldPermission{}}
	x := &explorer{resolver: r, op: op, caller: c, found: []*model.FieldPermission{}, seen: map[string]bool{}}
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
		if strings.HasPrefix(f.Name, "__") {
			continue // the schema is open to any token
		}
		e := r.demand(f.Field, op.Variables).judge(c)
		e.Path, e.Field, e.Type = []string{f.Alias}, f.Name, f.ObjectDefinition.Name
		out.Fields = append(out.Fields, e)
		out.Verdict = worse(out.Verdict, e.Verdict)
		x.below(f, e.Path)
	}
	out.Nested = x.found
	return out, nil
}

// refused says of a document that is handed in which argument has what is wrong with it, and what that is, in the words of the door itself.
func refused(ctx context.Context, op *graphql.OperationContext, err *gqlerror.Error) (argument, what string) {
	argument = "query"
	if len(err.Path) > 0 && err.Path[0] == variablePath {
		argument = "variables"
	}
	return argument, explain(graphql.WithOperationContext(ctx, op), err).Message
}

// document reads the arguments of permissionExplain as the parameters of a request.
func document(query string, operationName *string, variables json.RawMessage) (*graphql.RawParams, error) {
	params := &graphql.RawParams{Query: query}
	hub.Assign(&params.OperationName, operationName)
	if isNull(variables) {
		return params, nil
	}
	if err := decode(bytes.NewReader(variables), &params.Variables); err != nil {
		return nil, hub.Invalid("variables", "the variables are no JSON object")
	}
	return params, nil
}

// demand is what a field needs of its caller.
type demand struct {
	all    []hub.Permission             // each of them
	oneOf  []hub.Permission             // one of them, if there are any
	either [][]hub.Permission           // of each list one at least; which, only the data know
	on     []model.PermissionDependency // what of the data decides about either
}

// judge compares a demand with what a caller holds.
func (d demand) judge(c hub.Caller) *model.FieldPermission {
	e := &model.FieldPermission{Verdict: model.PermissionVerdictAllowed, Needs: pointers(unique(d.all)), OneOf: pointers(unique(d.oneOf))}
	depends := unique(slices.Concat(d.either...))
	e.Depends, e.DependsOn = pointers(depends), slices.Compact(append([]model.PermissionDependency{}, d.on...))
	e.Missing = pointers(lacking(c, unique(slices.Concat(d.all, d.oneOf, depends))))
	if len(lacking(c, d.all)) > 0 || len(d.oneOf) > 0 && len(lacking(c, d.oneOf)) == len(d.oneOf) {
		e.Verdict = model.PermissionVerdictForbidden
	}
	for _, list := range d.either {
		switch n := len(lacking(c, list)); {
		case n == len(list):
			e.Verdict = model.PermissionVerdictForbidden
		case n > 0:
			e.Verdict = worse(e.Verdict, model.PermissionVerdictDepends)
		}
	}
	return e
}

// worse is the verdict of the two that lets less through.
func worse(a, b model.PermissionVerdict) model.PermissionVerdict {
	for _, v := range []model.PermissionVerdict{model.PermissionVerdictForbidden, model.PermissionVerdictDepends} {
		if a == v || b == v {
			return v
		}
	}
	return model.PermissionVerdictAllowed
}

func lacking(c hub.Caller, list []hub.Permission) (missing []hub.Permission) {
	for _, p := range list {
		if !c.May(p.Row(), p.Action) {
			missing = append(missing, p)
		}
	}
	return missing
}

// unique lists each permission once, where it stood first.
func unique(list []hub.Permission) (out []hub.Permission) {
	for _, p := range list {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// demand reads what a field needs from its directive and, where that leaves it to the arguments, from them.
func (r *resolver) demand(f *ast.Field, vars map[string]any) demand {
	if d := f.Definition.Directives.ForName("requires"); d != nil {
		text := func(name string) string { return d.Arguments.ForName(name).Value.Raw }
		return demand{all: []hub.Permission{{Module: text("module"), Submodule: text("submodule"), Action: hub.Action(text("action"))}}}
	}
	if d := f.Definition.Directives.ForName("requiresRowOf"); d != nil {
		w := rowDemand{resolver: r, what: d.Arguments.ForName("what").Value.Raw, action: hub.Action(d.Arguments.ForName("action").Value.Raw)}
		return w.of(f.ArgumentMap(vars))
	}
	return demand{}
}

// rowDemand is a demand whose row follows from what is asked for.
type rowDemand struct {
	*resolver
	what   string // a value of the enum RowOf
	action hub.Action
}

func (w rowDemand) of(args map[string]any) demand {
	if w.what == "OBJECT" {
		return w.ofObjects(args)
	}
	if _, byID := args["id"]; byID {
		return demand{either: [][]hub.Permission{w.onEveryRow()}, on: []model.PermissionDependency{model.PermissionDependency(w.what)}}
	}
	if input, ok := args["input"].(map[string]any); ok {
		return w.ofInput(input)
	}
	filter, _ := args["filter"].(map[string]any)
	for _, given := range []any{args["type"], args["recordType"], filter["type"]} {
		if typ, _ := given.(string); typ != "" {
			return demand{all: w.onRowOf(typ)}
		}
	}
	return demand{oneOf: w.onEveryRow()}
}

// ofInput is the demand of what writes: its own type, and that of every record that it brings.
func (w rowDemand) ofInput(input map[string]any) (d demand) {
	if typ, _ := input["type"].(string); w.what == "EVENT_TYPE" {
		d.all = w.onRowOf(typ)
	}
	records, _ := input["records"].([]any)
	seen := map[string]bool{}
	for _, rec := range records {
		fields, _ := rec.(map[string]any)
		typ, _ := fields["type"].(string)
		if t := w.catalog.RecordType(typ); t != nil && !seen[typ] {
			seen[typ] = true
			d.either = append(d.either, []hub.Permission{t.Row.Permission(hub.Add), t.Row.Permission(hub.Edit)})
			d.on = append(d.on, model.PermissionDependencyExistence)
		}
	}
	return d
}

// rowOfKind guards the kinds of objects that have one row; the others have that of their type.
var rowOfKind = map[hub.Kind]hub.Row{
	hub.KindGroup: hub.RowUserAccounts, hub.KindConsumer: hub.RowAPIConnections, hub.KindIntegration: hub.RowAPIConnections,
	hub.KindEvent: hub.RowEvents, hub.KindFlow: hub.RowHub, hub.KindExecution: hub.RowHub, hub.KindDelivery: hub.RowHub,
	hub.KindAudit: hub.RowTransactionsLog,
}

// ofObjects is the demand of objects of any kind, which their ids tell.
func (w rowDemand) ofObjects(args map[string]any) (d demand) {
	ids, _ := args["ids"].([]any)
	for _, given := range append(ids, args["id"]) {
		id, _ := given.(string)
		kind, _, err := hub.ParseID(id)
		if err != nil {
			continue // no id, or one that will be refused
		}
		if row, ok := rowOfKind[kind]; ok {
			d.all = append(d.all, row.Permission(w.action))
		} else {
			d.either = append(d.either, w.onEveryRow())
			d.on = append(d.on, model.PermissionDependencyObject)
		}
	}
	return d
}

// onRowOf is the permission on the row that guards a record type or an event type; none if there is no such type.
func (w rowDemand) onRowOf(typ string) []hub.Permission {
	if w.what == "EVENT_TYPE" {
		e := w.catalog.EventType(typ)
		if e == nil {
			return nil
		}
		typ = e.RecordType
	}
	if t := w.catalog.RecordType(typ); t != nil {
		return []hub.Permission{t.Row.Permission(w.action)}
	}
	return nil
}

// onEveryRow are the permissions on the rows that guard any type.
func (w rowDemand) onEveryRow() (list []hub.Permission) {
	if w.what == "EVENT_TYPE" {
		for _, e := range w.catalog.EventTypes() {
			list = append(list, w.onRowOf(e.Key)...)
		}
		return unique(list)
	}
	for _, t := range w.catalog.RecordTypes() {
		list = append(list, t.Row.Permission(w.action))
	}
	return unique(list)
}
