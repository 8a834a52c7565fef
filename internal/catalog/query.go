package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// Query is what the parameters of a source action ask for.
type Query struct {
	Terms      hub.Terms // a row has to satisfy all of them; their values are in the form in which records hold them
	Order      string    // the path of the field by which the rows come; empty: as they were made, the oldest first
	Descending bool      // from the greatest to the least
	Limit      int       // the most rows; 0: as many as the caller takes
}

// maxParameterValues is how many values a parameter that takes a list can have.
const maxParameterValues = 100

// Query turns the parameters of the action into terms, an order and a limit. A parameter that is null or left out narrows
// nothing. The problems name each parameter that does not exist or has a wrong value, with its key as path, sorted.
func (a *SourceAction) Query(parameters map[string]any) (q Query, problems []hub.Problem) {
	q.Terms.Mode = hub.ModeAll
	known := make(map[string]bool, len(a.Parameters))
	for i := range a.Parameters {
		p := &a.Parameters[i]
		known[p.Key] = true
		v, given := parameters[p.Key]
		if !given {
			v = p.Default
		}
		value, wrong := p.parameter(v)
		switch {
		case wrong != "":
			problems = append(problems, hub.Problem{Code: hub.ProblemParameterInvalid, Path: p.Key, Message: fmt.Sprintf("%s is %s, but must be %s", p.Key, describe(v), wrong),
				NextStep: "correct it, or leave it out"})
		case value != nil:
			q.add(p, value)
		}
	}
	for key := range parameters {
		if !known[key] {
			problems = append(problems, hub.Problem{Code: hub.ProblemParameterInvalid, Path: hub.Clip(key, 60),
				Message: fmt.Sprintf("the action %s has no parameter %q; it has %s", a.Key, hub.Clip(key, 60), a.parameterKeys()), NextStep: "leave it out"})
		}
	}
	slices.SortFunc(problems, func(a, b hub.Problem) int { return cmp.Compare(a.Path, b.Path) })
	if len(q.Terms.Terms) == 0 {
		q.Terms.Mode = hub.ModeNone
	}
	return q, problems
}

func (q *Query) add(p *Field, v any) {
	switch p.Key {
	case ParameterLimit:
		n, _ := wholeNumber(v)
		q.Limit = int(n)
	case ParameterOrder:
		q.Order, q.Descending = strings.CutPrefix(v.(string), "-")
	default:
		q.Terms.Terms = append(q.Terms.Terms, hub.Term{Field: p.Filter.Field, Operation: p.Filter.Operation, Value: v})
	}
}

func (a *SourceAction) parameterKeys() string {
	keys := make([]string, len(a.Parameters))
	for i := range a.Parameters {
		keys[i] = a.Parameters[i].Key
	}
	return strings.Join(keys, ", ")
}

// parameter is a value of a parameter in the form in which records hold it; nil if there is none. If it is wrong it says
// what is wanted.
func (f *Field) parameter(v any) (value any, wrong string) {
	if v == nil {
		return nil, ""
	}
	if !f.Many {
		if wrong := f.unfit(v); wrong != "" {
			return nil, wrong
		}
		return f.Normal(v), ""
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 || len(list) > maxParameterValues {
		return nil, fmt.Sprintf("a list of 1 to %d values", maxParameterValues)
	}
	values := make([]any, len(list))
	for i, v := range list {
		if wrong := f.unfit(v); wrong != "" {
			return nil, fmt.Sprintf("a list, and each of its values %s", wrong)
		}
		values[i] = f.Normal(v)
	}
	return values, ""
}

// unfit says what is wanted of a single value, if this one is not fit.
func (f *Field) unfit(v any) string {
	switch n, whole := wholeNumber(v); {
	case v == "":
		return "more than empty text"
	case v == nil || !f.Accepts(v):
		return f.wanted()
	case whole && f.Min != nil && n < int64(*f.Min), whole && f.Max != nil && n > int64(*f.Max):
		return fmt.Sprintf("a whole number from %d to %d", *f.Min, *f.Max)
	}
	return ""
}
