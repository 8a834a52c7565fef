package contract_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/contract"
)

func schema(t *testing.T, text string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return s
}

const before = `
directive @shout(loud: Boolean) on FIELD | QUERY
directive @mark on FIELD_DEFINITION
interface Named { name: String! }
type Query { flow(id: ID!, first: Int = 50, state: State): Flow  flows: [Flow!]!  maybe: [Flow]  any: Any  send(in: In!): String }
type Mutation { stop: Boolean }
type Flow implements Named { name: String!  note: String }
type Event { id: ID! }
union Any = Flow | Event
enum State { ON OFF }
scalar Time
input In { id: ID!  note: String  list: [Int]  size: Int! = 1 }
input Choice { a: Int  b: Int }
`

func TestAChangeBreaksWhatProgramsReliedOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing changed":                       {"", "", ""},
		"a type is removed":                     {"scalar Time\n", "", "Time was removed"},
		"a type is added":                       {"scalar Time\n", "scalar Time\nscalar Other\n", ""},
		"a type is of another kind":             {"scalar Time\n", "enum Time { NOW }\n", "Time was scalar and is enum"},
		"a field is removed":                    {"  note: String }\ntype Event", "}\ntype Event", "Flow.note was removed"},
		"a field is added":                      {"note: String }\ntype Event", "note: String more: Int }\ntype Event", ""},
		"a field has another type":              {"note: String }\ntype Event", "note: Int }\ntype Event", "Flow.note was String and is Int"},
		"a field is a list now":                 {"note: String }\ntype Event", "note: [String] }\ntype Event", "Flow.note was String and is [String]"},
		"a field may be null now":               {"id: ID! }\nunion", "id: ID }\nunion", "Event.id was ID! and is ID"},
		"a field is never null now":             {"note: String }\ntype Event", "note: String! }\ntype Event", ""},
		"an element may be null now":            {"[Flow!]!", "[Flow]!", "Query.flows was [Flow!]! and is [Flow]!"},
		"a list may be null now":                {"[Flow!]!", "[Flow!]", "Query.flows was [Flow!]! and is [Flow!]"},
		"a list is never null now":              {"maybe: [Flow]", "maybe: [Flow!]!", ""},
		"an argument is removed":                {", state: State", "", "Query.flow(state:) was removed"},
		"an argument is added":                  {"state: State)", "state: State, more: Int)", ""},
		"a required argument is added":          {"state: State)", "state: State, more: Int!)", "Query.flow(more:) is new and has to be given"},
		"one with a default is added":           {"state: State)", "state: State, more: Int! = 1)", ""},
		"an argument has to be given":           {"state: State)", "state: State!)", "Query.flow(state:) was State and is State!"},
		"an argument need not be given":         {"id: ID!, first", "id: ID, first", ""},
		"an argument's default changes":         {"first: Int = 50", "first: Int = 10", "Query.flow(first:) was 50 if left out and is 10"},
		"an argument's default is taken away":   {"first: Int = 50", "first: Int", "Query.flow(first:) was 50 if left out and is nothing"},
		"an argument gets a default":            {"state: State)", "state: State = ON)", ""},
		"a value of an enum is removed":         {"ON OFF", "ON", "State.OFF was removed"},
		"a value of an enum is added":           {"ON OFF", "ON OFF AWAY", ""},
		"an interface is taken away":            {"Flow implements Named", "Flow", "Flow does not implement Named any more"},
		"a type leaves a union":                 {"Flow | Event", "Flow", "Any can not be Event any more"},
		"a type joins a union":                  {"Flow | Event", "Flow | Event | Query", ""},
		"a field of an input is removed":        {"note: String  list", "list", "In.note was removed"},
		"a field of an input has to be given":   {"note: String  list", "note: String!  list", "In.note was String and is String!"},
		"an input's element has to be there":    {"list: [Int]", "list: [Int!]", "In.list was [Int] and is [Int!]"},
		"a field of an input is more lenient":   {"{ id: ID!  note", "{ id: ID  note", ""},
		"an optional field joins an input":      {"list: [Int]", "list: [Int] more: Int", ""},
		"a required field joins an input":       {"list: [Int]", "list: [Int] more: Int!", "In.more is new and has to be given"},
		"a field of an input loses its default": {"size: Int! = 1", "size: Int!", "In.size was 1 if left out and is nothing"},
		"an input takes one of its fields":      {"input Choice", "input Choice @oneOf", "Choice takes only one of its fields now"},
		"a directive is removed":                {"directive @shout(loud: Boolean) on FIELD | QUERY\n", "", "@shout was removed"},
		"one of the schema's own is removed":    {"directive @mark on FIELD_DEFINITION\n", "", ""},
		"a directive stands elsewhere":          {"on FIELD | QUERY", "on FIELD", "@shout can not stand at QUERY any more"},
		"a directive loses an argument":         {"@shout(loud: Boolean)", "@shout", "@shout(loud:) was removed"},
		"there are no mutations any more":       {"type Mutation { stop: Boolean }\n", "", "Mutation is not the type of a mutation any more\nMutation was removed"},
		"several things at once": {"type Event { id: ID! }\nunion Any = Flow | Event", "type Event { name: ID! }\nunion Any = Event",
			"Any can not be Flow any more\nEvent.id was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(before, c.from) {
				t.Fatalf("the schema does not have %q", c.from)
			}
			after := strings.Replace(before, c.from, c.to, 1)
			if c.from == "" {
				after = before
			}
			if got := strings.Join(contract.Breaks(schema(t, before), schema(t, after)), "\n"); got != c.want {
				t.Errorf("found %q, not %q", got, c.want)
			}
		})
	}
}
