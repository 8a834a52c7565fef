package graph

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/hub"
)

// Costs where the schema declares none.
const (
	costOfField    = 1
	costOfMutation = 10
	itemsOfList    = 3 // items to expect of a list of objects, such as the deliveries of an execution

	// Introspection reads what is in memory: so many of its fields cost as much as one of the hub's.
	introspectionPerCost = 10
)

// price is what the schema declares of a field, with @cost and @listSize.
type price struct {
	weight  int
	items   int      // to expect of what the field returns, or of each of its sized fields
	slicing []string // arguments that say how many items it is instead
	sized   []string // fields of the object that hold the items; none if the field itself is the list
}

// prices are those of all fields of a schema.
type prices map[*ast.FieldDefinition]price

func pricesOf(s *ast.Schema) prices {
	all := prices{}
	for _, d := range s.Types {
		for _, f := range d.Fields {
			all[f] = priceOf(s, d, f)
		}
	}
	return all
}

func priceOf(s *ast.Schema, of *ast.Definition, f *ast.FieldDefinition) price {
	p := price{weight: costOfField, items: 1}
	if of == s.Mutation {
		p.weight = costOfMutation
	}
	if f.Type.Elem != nil {
		p.items = itemsOfList
	}
	if n, ok := introspectedItems[of.Name+"."+f.Name]; ok {
		p.items = n
	}
	if d := f.Directives.ForName("cost"); d != nil {
		p.weight = number(d.Arguments.ForName("weight"))
	}
	if d := f.Directives.ForName("listSize"); d != nil {
		if n := d.Arguments.ForName("assumedSize"); n != nil {
			p.items = number(n)
		}
		p.slicing, p.sized = names(d.Arguments.ForName("slicingArguments")), names(d.Arguments.ForName("sizedFields"))
	}
	return p
}

// introspectedItems are the items to expect of the lists by which a schema tells of itself: about as many as this one has.
var introspectedItems = map[string]int{
	"__Schema.types": 300, "__Schema.directives": 12,
	"__Type.fields": 8, "__Type.inputFields": 4, "__Type.enumValues": 4, "__Type.interfaces": 1, "__Type.possibleTypes": 2,
	"__Field.args": 2, "__Directive.args": 2,
}

func number(a *ast.Argument) int {
	n, _ := strconv.Atoi(a.Value.Raw) // the schema was validated: it is an Int
	return n
}

func names(a *ast.Argument) (list []string) {
	if a == nil {
		return nil
	}
	for _, c := range a.Value.Children {
		list = append(list, c.Value.Raw)
	}
	return list
}

// of is how many items to expect of a field that is asked for with arguments: the largest number that one of them says.
func (p price) of(args map[string]any) int {
	most := 0
	for _, name := range p.slicing {
		switch n := args[name].(type) {
		case int64:
			most = max(most, clamp(n))
		case []any:
			most = max(most, len(n))
		case interface{ Int64() (int64, error) }: // a number in the variables
			if v, err := n.Int64(); err == nil {
				most = max(most, clamp(v))
			}
		}
	}
	if most == 0 {
		return p.items
	}
	return most
}

// clamp reads a page size for its cost only; whether it is allowed is judged where the page is read.
func clamp(size int64) int { return int(max(1, min(size, hub.MaxPage))) }

// measure is the size of a set of fields.
type measure struct {
	depth, introspection, fields, cost int
}

func (a measure) and(b measure) measure {
	return measure{depth: max(a.depth, b.depth), introspection: max(a.introspection, b.introspection),
		fields: a.fields + b.fields, cost: capped(a.cost + b.cost)}
}

// or is the larger of two in everything.
func (a measure) or(b measure) measure {
	return measure{depth: max(a.depth, b.depth), introspection: max(a.introspection, b.introspection),
		fields: max(a.fields, b.fields), cost: max(a.cost, b.cost)}
}

// capped keeps sums and products of costs from overflowing.
func capped(cost int) int { return min(cost, 1<<30) }

// measurer measures an operation. Each field is measured once, however often the fragment in which it stands is spread: the work
// grows with the text and not with what the text amounts to.
type measurer struct {
	schema *ast.Schema
	prices prices
	vars   map[string]any
	inside map[*ast.Field]measure
	spread map[spot]measure
}

// spot is where the fields of a fragment stand.
type spot struct {
	fragment string
	typ      string // the type of the object, if it may be of several
	items    int    // by which the sized fields are multiplied
}

func newMeasurer(s *ast.Schema, p prices, vars map[string]any) *measurer {
	return &measurer{schema: s, prices: p, vars: vars, inside: map[*ast.Field]measure{}, spread: map[spot]measure{}}
}

// set measures fields of an object at a place. sized are those that hold the items of a list.
func (m *measurer) set(set ast.SelectionSet, at spot, sized []string) measure {
	var sum measure
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !m.skipped(s.Directives) {
				sum = sum.and(m.field(s, at.items, sized))
			}
		case *ast.InlineFragment:
			if !m.skipped(s.Directives) && m.fits(s.TypeCondition, at.typ) {
				sum = sum.and(m.set(s.SelectionSet, at, sized))
			}
		case *ast.FragmentSpread:
			if !m.skipped(s.Directives) && m.fits(s.Definition.TypeCondition, at.typ) {
				sum = sum.and(m.fragment(s, at, sized))
			}
		}
	}
	return sum
}

func (m *measurer) fragment(s *ast.FragmentSpread, at spot, sized []string) measure {
	at.fragment = s.Name
	got, known := m.spread[at]
	if !known {
		got = m.set(s.Definition.SelectionSet, at, sized)
		m.spread[at] = got
	}
	return got
}

// field measures one field, whose items its parent may have counted already.
func (m *measurer) field(f *ast.Field, items int, sized []string) measure {
	if f.Name == "__typename" {
		return measure{depth: 1, fields: 1}
	}
	p, known := m.prices[f.Definition]
	if !known {
		p = price{weight: costOfField, items: 1}
	}
	in, n := m.below(f, p), 1
	switch {
	case slices.Contains(sized, f.Name):
		n = items
	case len(p.sized) == 0:
		n = p.of(f.ArgumentMap(m.vars))
	}
	got := measure{depth: in.depth + 1, introspection: in.introspection, fields: 1, cost: capped(p.weight + capped(in.cost)*n)}
	if strings.HasPrefix(f.Definition.Type.Name(), "__") {
		got.introspection, got.depth = max(in.introspection, in.depth)+1, 0
		if strings.HasPrefix(f.Name, "__") { // the way into it: __schema or __type
			got.cost = 1 + got.cost/introspectionPerCost
		}
	}
	return got
}

// below measures what is asked for inside of a field: of an object that may be of several types, the most that one of them can
// come to.
func (m *measurer) below(f *ast.Field, p price) measure {
	if got, known := m.inside[f]; known || len(f.SelectionSet) == 0 {
		return got
	}
	at := spot{items: 1}
	if len(p.sized) > 0 {
		at.items = p.of(f.ArgumentMap(m.vars))
	}
	var got measure
	if d := m.schema.Types[f.Definition.Type.Name()]; d.IsAbstractType() {
		for _, t := range m.schema.GetPossibleTypes(d) {
			at.typ = t.Name
			got = got.or(m.set(f.SelectionSet, at, p.sized))
		}
	} else {
		got = m.set(f.SelectionSet, at, p.sized)
	}
	m.inside[f] = got
	return got
}

// fits says whether a fragment on a type is for an object of a type; of one that is not known, it is.
func (m *measurer) fits(condition, typ string) bool {
	if condition == "" || typ == "" || condition == typ {
		return true
	}
	d := m.schema.Types[condition]
	return d.IsAbstractType() && slices.ContainsFunc(m.schema.GetPossibleTypes(d), func(t *ast.Definition) bool { return t.Name == typ })
}

// skipped says whether @skip or @include leaves something out, as the variables have it.
func (m *measurer) skipped(list ast.DirectiveList) bool {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if on, ok := d.ArgumentMap(m.vars)["if"].(bool); ok && on == (d.Name == "skip") {
			return true
		}
	}
	return false
}
