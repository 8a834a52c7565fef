package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph"
)

// cost is what an answer says that its operation costs.
func (r reply) cost() float64 {
	r.t.Helper()
	c, ok := r.Extra["cost"].(map[string]any)
	if !ok {
		r.t.Fatalf("the answer says nothing of its cost: %v %+v", r.Extra, r.Errors)
	}
	return c["requested"].(float64)
}

func TestWhatAnOperationCostsIsInItsAnswer(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	// Of each: the cost that the schema declares, by hand.
	for name, c := range map[string]struct {
		query string
		vars  vars
		cost  float64
	}{
		"a field and one inside":                       {`{ viewer { locale } }`, nil, 2},
		"__typename is free":                           {`{ __typename viewer { __typename locale } }`, nil, 2},
		"a page by its first":                          {`{ flows(first: 10) { nodes { id } } }`, nil, 1 + 1 + 10},
		"what stands beside the items counts once":     {`{ flows(first: 10) { nodes { id } totalCount pageInfo { endCursor } } }`, nil, 1 + 1 + 10 + 1 + 2},
		"edges as well":                                {`{ flows(first: 10) { edges { cursor node { id } } } }`, nil, 1 + 1 + 10*3},
		"a page of the usual size":                     {`{ flows { nodes { id } } }`, nil, 1 + 1 + 50},
		"a page by a variable":                         {`query($n: Int) { flows(first: $n) { nodes { id } } }`, vars{"n": 7}, 1 + 1 + 7},
		"a page by the default of a variable":          {`query($n: Int = 8) { flows(first: $n) { nodes { id } } }`, nil, 1 + 1 + 8},
		"a list of things by their number":             {`{ nodes(ids: ["flw_1", "flw_2"]) { id } }`, nil, 1 + 2},
		"a list in a page multiplies":                  {`{ executions(first: 10) { nodes { deliveries { id } } } }`, nil, 1 + 1 + 10*(1+3)},
		"a declared cost":                              {`{ flows(first: 10) { nodes { problems { code } } } }`, nil, 1 + 1 + 10*(10+3)},
		"a page in a page":                             {`{ groups(first: 10) { nodes { consumers(first: 5) { nodes { id } } } } }`, nil, 1 + 1 + 10*(10+1+5)},
		"what is skipped costs nothing":                {`query($no: Boolean = false) { viewer { locale @skip(if: true) consumer @include(if: $no) { id } ... @skip(if: true) { group { id } } group { id } } }`, nil, 1 + 2},
		"an alias costs as much":                       {`{ a: viewer { locale } b: viewer { locale } }`, nil, 4},
		"a fragment costs where it is spread":          {`{ flows(first: 10) { nodes { ...f } } g: flows(first: 5) { ...g } } fragment f on Flow { id description } fragment g on FlowConnection { nodes { ...f } }`, nil, 1 + 1 + 20 + 1 + 1 + 10},
		"of several types the dearest":                 {`{ node(id: "flw_1") { id ... on Flow { description enabled } ... on Event { description } } }`, nil, 1 + 1 + 2},
		"a fragment on an interface is for all":        {`{ node(id: "flw_1") { ... on Node { id } ... on Flow { description } } }`, nil, 1 + 2},
		"a mutation":                                   {`mutation { groupDelete(id: "grp_1") { userErrors { code } } }`, nil, 10 + 1 + 3},
		"a field that fails is asked for all the same": {`{ groups(first: -1) { nodes { id } } }`, nil, 1 + 1 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := d.ask(d.admin, c.query, c.vars).cost(); got != c.cost {
				t.Errorf("it costs %v, not %v", got, c.cost)
			}
		})
	}
	t.Run("with what it might", func(t *testing.T) {
		r := d.do(d.admin, `{ viewer { locale } }`, nil)
		if got := fmt.Sprint(r.Extra["cost"]); got != "map[most:100000 requested:2]" {
			t.Errorf("it says %s", got)
		}
	})
	t.Run("and in that of one that is refused", func(t *testing.T) {
		r := d.ask(d.admin, `{ executions(first: 200) { nodes { replays(first: 200) { nodes { id flow { id } } } } } }`, nil)
		if want := 2 + 200*(10+1+200*3.0); r.cost() != want || len(r.Errors) != 1 || r.Errors[0].Extensions["limit"] != "cost" || r.Errors[0].Extensions["value"] != want || r.Errors[0].Extensions["most"] != 100_000.0 {
			t.Errorf("it is answered with %+v", r)
		}
	})
}

func TestEachLimitIsNamedByWhatPassesIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) {
		o.Limits = graph.Limits{MaxTokens: 3000, MaxAliases: 20, MaxDirectives: 10, MaxDepth: 5, MaxRoot: 8, MaxCost: 1000}
	})
	for _, c := range []struct {
		limit, query string
		value, most  float64
	}{
		{"tokens", "{ viewer { " + strings.Repeat("locale ", 3000) + "} }", 3001, 3000},
		{"aliases", "{ viewer { " + aliases(21, "locale") + "} }", 21, 20},
		{"directives", "{ viewer { locale " + strings.Repeat("@include(if: true) ", 11) + "} }", 11, 10},
		{"fragments", "{ viewer { " + strings.Repeat("... { locale } ", 100) + names("...f%d ", 101) + "} }" + names(" fragment f%d on Viewer { locale }", 101), 201, 200},
		{"repeats", "{ viewer { " + strings.Repeat("locale ", 202) + "} }", 201, 200},
		{"depth", "{ executions { nodes { flow { source { consumer { name } } } } } }", 6, 5},
		{"root", "{ " + aliases(9, "viewer { locale } ") + "}", 9, 8},
		{"cost", "{ flows(first: 200) { nodes { id description enabled version archivedAt } } }", 1002, 1000},
		{"introspection", "{ __schema { types { fields { type { " + strings.Repeat("ofType { ", 16) + "name" + strings.Repeat(" }", 20) + " }", 21, 20},
	} {
		t.Run(c.limit, func(t *testing.T) {
			r := d.ask(d.admin, c.query, nil)
			if len(r.Errors) != 1 || r.Errors[0].code() != "TOO_COSTLY" || r.Data != nil {
				t.Fatalf("it is answered with %v %+v", r.Data, r.Errors)
			}
			e := r.Errors[0]
			if e.Extensions["limit"] != c.limit || e.Extensions["value"] != c.value || e.Extensions["most"] != c.most {
				t.Errorf("it says %v", e.Extensions)
			}
			for _, n := range []float64{c.value, c.most} {
				if !strings.Contains(e.Message, fmt.Sprint(n)) {
					t.Errorf("%q does not say %v", e.Message, n)
				}
			}
		})
	}
	t.Run("fragments that go in a circle are refused by the name of one", func(t *testing.T) {
		for query, name := range map[string]string{
			"{ viewer { ...a } } fragment a on Viewer { locale ...a }":                                                                                  "a",
			"{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ... { ...c } } fragment c on Viewer { group { id } ...a }":        "a",
			"{ viewer { locale } } fragment a on Viewer { consumer { group { ...b } } } fragment b on Group { consumers { nodes { group { ...b } } } }": "b",
		} {
			r := d.ask(d.admin, query, nil)
			if len(r.Errors) != 1 || r.Errors[0].code() != "GRAPHQL_VALIDATION_FAILED" || !strings.HasPrefix(r.Errors[0].Message, fmt.Sprintf("the fragment %q spreads itself", name)) {
				t.Errorf("%s is answered with %+v", query, r.Errors)
			}
		}
		d.do(d.admin, "{ viewer { ...a ...b } } fragment a on Viewer { ...c } fragment b on Viewer { ...c ...a } fragment c on Viewer { locale }", nil)
	})
	t.Run("a text with many mistakes is not told all of them", func(t *testing.T) {
		r := d.ask(d.admin, "{ viewer { "+names("x%d ", 500)+"} }", nil)
		if len(r.Errors) != 1 || r.Errors[0].code() != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(r.Errors[0].Message, "500 mistakes") || r.Errors[0].Extensions["first"] != `Cannot query field "x0" on type "Viewer".` {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
	t.Run("one with few mistakes is told them, with what was meant", func(t *testing.T) {
		r := d.ask(d.admin, "{ viewer { locala granted } }", nil)
		if len(r.Errors) != 2 || !strings.Contains(r.Errors[0].Message, `Did you mean "locale"`) {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

// names writes a pattern with the numbers from 0.
func names(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, i)
	}
	return b.String()
}

func TestIntrospectionCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.NoIntrospection = true })
	for _, query := range []string{introspection, `{ viewer { locale } __type(name: "Flow") { name } }`, `mutation { __schema { queryType { name } } groupDelete(id: "x") { userErrors { code } } }`} {
		if r := d.ask(d.admin, query, nil); len(r.Errors) == 0 || r.Errors[0].code() != "INTROSPECTION_OFF" && r.Errors[0].code() != "GRAPHQL_VALIDATION_FAILED" || r.Data != nil {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
	}
	t.Run("and then a wrong name is not told what was meant", func(t *testing.T) {
		for _, query := range []string{`{ viewer { locala } }`, `{ flow(idd: "x") { id } }`, `query($a: Flo) { viewer { locale } }`} {
			if r := d.ask(d.admin, query, nil); len(r.Errors) == 0 || strings.Contains(r.Errors[0].Message, "Did you mean") {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		}
	})
	t.Run("while __typename is answered", func(t *testing.T) {
		if r := d.do(d.admin, `{ __typename viewer { __typename } }`, nil); r.text("viewer", "__typename") != "Viewer" {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
}

func TestTheSchemaDeclaresTheSizeOfEveryPage(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	for _, d := range ours(s) {
		if d.Kind != gql.Object {
			continue
		}
		for _, f := range d.Fields {
			size := f.Directives.ForName("listSize")
			of := s.Types[f.Type.Name()]
			if pages := of.Fields.ForName("pageInfo") != nil; pages && size == nil {
				t.Errorf("%s.%s is a page without @listSize", d.Name, f.Name)
			}
			if size == nil {
				continue
			}
			var slicing []string
			for _, a := range childrenOf(size, "slicingArguments") {
				slicing = append(slicing, a)
				if f.Arguments.ForName(a) == nil {
					t.Errorf("%s.%s has no argument %s to be sliced by", d.Name, f.Name, a)
				}
			}
			for _, name := range []string{"first", "last"} {
				if f.Arguments.ForName(name) != nil && !slices.Contains(slicing, name) {
					t.Errorf("%s.%s is not sliced by its argument %s", d.Name, f.Name, name)
				}
			}
			for _, name := range childrenOf(size, "sizedFields") {
				if sized := of.Fields.ForName(name); sized == nil || sized.Type.Elem == nil {
					t.Errorf("%s.%s has no list %s", d.Name, f.Name, name)
				}
			}
		}
	}
}

func childrenOf(d *gql.Directive, argument string) (list []string) {
	if a := d.Arguments.ForName(argument); a != nil {
		for _, c := range a.Value.Children {
			list = append(list, c.Value.Raw)
		}
	}
	return list
}
