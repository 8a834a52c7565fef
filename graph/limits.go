package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/hub"
)

// limits refuses operations that ask for too much, before anything is read: too many levels, too many fields at the top,
// or too much in all. The cost of a field is 1, and that of a list what is asked of each item times the items to expect.
type limits struct {
	schema            *ast.Schema
	depth, cost, root int
}

// Costs of fields beyond their own 1.
const (
	costOfRead     = 10     // a field that is a read of its own for each object, where no dataloader helps
	costOfExplain  = 500    // terms are asked again about an occurrence
	costOfDocument = 10_000 // another document is parsed and validated
	costOfBacktest = 20_000 // thousands of occurrences are read

	itemsOfFew = 3 // items to expect of a list without pages, such as the deliveries of an execution

	introspectionDepth = 20 // its levels name types inside types; a tool's usual query has 15
)

// ownReads are the fields that are a read of their own for each object.
var ownReads = map[string]bool{
	"Group.consumers": true, "Flow.problems": true, "Flow.permissionsExcess": true, "Flow.versions": true, "Flow.history": true, "Execution.replays": true, "Event.problems": true, "Execution.timeline": true,
}

// ExtensionName names the extension to gqlgen.
func (l limits) ExtensionName() string { return "Limits" }

// Validate has nothing to look at: the limits fit every schema.
func (l limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext judges an operation that fits the schema and, if it may run, opens it for introspection.
func (l limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	if op.Operation.Operation == ast.Subscription {
		if n := len(graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})); n != 1 {
			return plainError(codeValidation, "a subscription selects exactly one field, this one %d; subscribe to each by itself", n)
		}
	}
	m := measurer{limits: l, vars: op.Variables, fragments: map[string]measure{}}
	got := m.of(op.Operation.SelectionSet)
	switch {
	case got.depth > l.depth:
		return plainError(codeCost, "the operation is %d levels deep, at most %d are answered; ask in several operations", got.depth, l.depth)
	case got.introspection > introspectionDepth:
		return plainError(codeCost, "the introspection is %d levels deep, at most %d are answered", got.introspection, introspectionDepth)
	case got.fields > l.root:
		return plainError(codeCost, "the operation has %d fields at its top, at most %d are answered; ask in several operations", got.fields, l.root)
	case got.cost > l.cost:
		return plainError(codeCost, "the operation costs %d, at most %d are answered; ask for fewer fields or a smaller first", got.cost, l.cost)
	}
	return nil
}

// measure is the size of a set of fields.
type measure struct {
	depth, introspection, fields, cost int
}

func (a measure) and(b measure) measure {
	return measure{depth: max(a.depth, b.depth), introspection: max(a.introspection, b.introspection),
		fields: a.fields + b.fields, cost: capped(a.cost + b.cost)}
}

// capped keeps sums and products of costs from overflowing.
func capped(cost int) int { return min(cost, 1<<30) }

// measurer measures each fragment once, however often it is spread.
type measurer struct {
	limits
	vars      map[string]any
	fragments map[string]measure
}

func (m measurer) of(set ast.SelectionSet) measure {
	var sum measure
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			sum = sum.and(m.field(s))
		case *ast.InlineFragment:
			sum = sum.and(m.of(s.SelectionSet))
		case *ast.FragmentSpread:
			got, known := m.fragments[s.Name]
			if !known {
				got = m.of(s.Definition.SelectionSet)
				m.fragments[s.Name] = got
			}
			sum = sum.and(got)
		}
	}
	return sum
}

func (m measurer) field(f *ast.Field) measure {
	children := m.of(f.SelectionSet)
	if strings.HasPrefix(f.Definition.Type.Name(), "__") {
		return measure{introspection: max(children.introspection, children.depth) + 1, fields: 1, cost: 1}
	}
	cost := 1
	switch name := f.ObjectDefinition.Name + "." + f.Name; {
	case ownReads[name]:
		cost = costOfRead
	case name == "Event.explain":
		cost = costOfExplain
	case name == "Query.eventBacktest":
		cost = costOfBacktest
	case name == "Query.permissionExplain", name == "Mutation.streamTicketCreate":
		cost = costOfDocument
	}
	return measure{depth: children.depth + 1, introspection: children.introspection, fields: 1,
		cost: capped(cost + capped(children.cost)*m.items(f))}
}

// items is how many items to expect of a field; 1 if it is no list.
func (m measurer) items(f *ast.Field) int {
	parent, name := f.ObjectDefinition.Name, f.Definition.Type.Name()
	switch {
	case strings.HasSuffix(name, "Connection"):
		return m.first(f)
	case strings.HasSuffix(parent, "Connection"), len(f.SelectionSet) == 0, f.Definition.Type.Elem == nil:
		return 1
	case parent == "ExecutionsReplayPayload" && f.Name == "results":
		return hub.MaxReplays
	case parent == "Query" && f.Name == "nodes":
		ids, _ := f.ArgumentMap(m.vars)["ids"].([]any)
		return max(len(ids), 1)
	}
	return itemsOfFew
}

func (m measurer) first(f *ast.Field) int {
	switch n := f.ArgumentMap(m.vars)["first"].(type) {
	case int64:
		return clamp(n)
	case interface{ Int64() (int64, error) }: // a number in the variables
		if v, err := n.Int64(); err == nil {
			return clamp(v)
		}
	}
	return hub.DefaultPage
}

// clamp reads a page size for its cost only; whether it is allowed is judged where the page is read.
func clamp(first int64) int { return int(max(1, min(first, hub.MaxPage))) }
