package graph

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/quota"
)

// Limits are how much one operation may ask for. It is refused with the code TOO_COSTLY before anything is read, and the answer names the
// limit, by how much it is passed, and what to do. One of zero takes its default.
type Limits struct {
	MaxTokens     int // of its text; 5,000. What is long by its values belongs into variables
	MaxAliases    int // in its text; 100
	MaxDirectives int // in its text; 100
	MaxDepth      int // levels of fields; 12
	MaxRoot       int // fields at its top, aliases counted; 30
	MaxCost       int // by its fields and list sizes, as the schema declares them; 100,000
}

func (l *Limits) fill() {
	orDefault(&l.MaxTokens, 5_000)
	orDefault(&l.MaxAliases, 100)
	orDefault(&l.MaxDirectives, 100)
	orDefault(&l.MaxDepth, 12)
	orDefault(&l.MaxRoot, 30)
	orDefault(&l.MaxCost, 100_000)
}

const (
	maxIntrospection = 20  // levels of it: they name types inside types, and a tool's usual query has 15
	maxFragments     = 200 // in a text, those without a name included: how they can be merged takes time as well
	maxRepeats       = 200 // fields of a text that stand beside their like: to see whether they can be merged, each is held against each
	maxMistakes      = 20  // that are told of a text; to look for what was meant takes its time for each
)

// limits refuses operations that ask for too much, before anything is read.
type limits struct {
	Limits
	schema          *ast.Schema
	coercer         coercer
	prices          prices
	documents       *cache[*ast.QueryDocument] // the same that the executor has
	quota           *quota.Quota
	noIntrospection bool
}

// ExtensionName names the extension to gqlgen.
func (l limits) ExtensionName() string { return "Limits" }

// Validate has nothing to look at: the limits fit every schema.
func (l limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext judges an operation that fits the schema and, if it may run, opens it for introspection.
func (l limits) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation == ast.Subscription {
		if n := len(graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})); n != 1 {
			return plainError(codeValidation, "a subscription selects exactly one field, this one %d; subscribe to each by itself", n)
		}
	}
	got := newMeasurer(l.schema, l.prices, op.Variables).set(op.Operation.SelectionSet, spot{items: 1}, nil)
	most := l.MaxCost
	if budget := l.quota.Of(visitOf(ctx).caller.Consumer, quota.Cost); budget > 0 {
		most = min(most, budget)
	}
	op.Stats.SetExtension(costExtension, operationCost{Requested: got.cost, Most: most})
	switch {
	case got.introspection > 0 && l.noIntrospection:
		return plainError(codeIntrospection, "introspection is switched off at this hub; the folder schema of its source has the schema")
	case got.depth > l.MaxDepth:
		return tooMuch("depth", got.depth, l.MaxDepth, "the operation is %d levels deep, at most %d are answered; ask in several operations")
	case got.introspection > maxIntrospection:
		return tooMuch("introspection", got.introspection, maxIntrospection, "the introspection is %d levels deep, at most %d are answered")
	case got.fields > l.MaxRoot:
		return tooMuch("root", got.fields, l.MaxRoot, "the operation has %d fields at its top, at most %d are answered; ask in several operations")
	case got.cost > most:
		return tooMuch("cost", got.cost, most, "the operation costs %d, at most %d are answered; ask for fewer fields or a smaller first")
	}
	op.DisableIntrospection = false
	return nil
}

// tooMuch refuses what passes a limit. The format has the two numbers.
func tooMuch(limit string, value, most int, format string) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, value, most),
		Extensions: map[string]any{"code": codeCost, "limit": limit, "value": value, "most": most}}
}

// costExtension names what the answer says of the cost.
const costExtension = "cost"

// operationCost is what an operation costs and what it might.
type operationCost struct {
	Requested int `json:"requested"`
	Most      int `json:"most"`

	// Left is what the caller may ask for now, and Whole in how many seconds it may ask for everything again; nil if there is no end.
	Left  *int `json:"left,omitempty"`
	Whole *int `json:"wholeIn,omitempty"`
}

// costOf is what an operation costs that was judged.
func costOf(op *graphql.OperationContext) int {
	cost, _ := op.Stats.GetExtension(costExtension).(operationCost)
	return cost.Requested
}

// InterceptResponse tells the cost of a query or mutation. Of a subscription every item would repeat it.
func (l limits) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	if cost, ok := op.Stats.GetExtension(costExtension).(operationCost); ok && op.Operation.Operation != ast.Subscription {
		if consumer := visitOf(ctx).caller.Consumer; l.quota.Of(consumer, quota.Cost) > 0 {
			left, whole := l.quota.Left(consumer, quota.Cost, time.Now())
			seconds := int(math.Ceil(whole.Seconds()))
			cost.Left, cost.Whole = &left, &seconds
		}
		graphql.RegisterExtension(ctx, costExtension, cost)
	}
	return next(ctx)
}
