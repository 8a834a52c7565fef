package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

const twoActs = `mutation($id: ID!, $n: Int) { a: queuePause(input: {reason: "p"}) { queue { queued } } b: flowEnable(id: $id, expectedVersion: $n) { userErrors { message } } }`

func TestOfAMutationWithAValueThatDoesNotFitNothingIsRun(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	untouched := func(t *testing.T) {
		t.Helper()
		if d.do(d.admin, `{ queue { paused { __typename } } }`, nil).at("queue", "paused") != nil {
			t.Error("the queue is paused all the same")
		}
	}
	payload := vars{"query": twoActs, "variables": vars{"id": hub.ID(hub.KindFlow, 1), "n": "7"}}
	body, _ := json.Marshal(payload)
	const says = `"7" is no Int`
	t.Run("by a request", func(t *testing.T) {
		r := d.ask(d.admin, twoActs, vars{"id": hub.ID(hub.KindFlow, 1), "n": "7"})
		if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, "variable n: "+says) || r.Data != nil {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
		untouched(t)
	})
	t.Run("by a request that wants the status to tell", func(t *testing.T) {
		r := d.send(http.MethodPost, d.url, strings.NewReader(string(body)), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept", "application/graphql-response+json"))
		if r.status != http.StatusBadRequest {
			t.Errorf("it is answered %d", r.status)
		}
	})
	t.Run("over a websocket", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		w.say("subscribe", "1", payload)
		if m := w.hear(); m.Type != "error" || !strings.Contains(string(m.Payload), "is no Int") {
			t.Errorf("it is answered %s %s", m.Type, m.Payload)
		}
		untouched(t)
	})
	t.Run("as an event stream", func(t *testing.T) {
		s := d.listen(http.MethodPost, d.url, string(body), streaming(d.admin))
		if e, ok := s.next(); !ok || !strings.Contains(e.data, "is no Int") || strings.Contains(e.data, `"data"`) {
			t.Errorf("it says %s %s", e.name, e.data)
		}
		untouched(t)
	})
	t.Run("for a literal neither", func(t *testing.T) {
		r := d.ask(d.admin, strings.Replace(strings.Replace(twoActs, "$n)", "99999999999)", 1), ", $n: Int", "", 1), vars{"id": hub.ID(hub.KindFlow, 1)})
		if len(r.Errors) != 1 || r.Errors[0].Message != "argument expectedVersion: 99999999999 is no Int: it is a whole number of 32 bits" || r.Data != nil {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
		untouched(t)
	})
}

func TestAValueThatDoesNotFitIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const (
		invalid = "INVALID"
		misfit  = "GRAPHQL_VALIDATION_FAILED"
		groups  = `query($v: Int) { groups(first: $v) { nodes { id } } }`
		create  = `mutation($v: GroupCreateInput!) { groupCreate(input: $v) { group { id } } }`
		filter  = `query($v: ExecutionFilterInput) { executions(filter: $v) { nodes { id } } }`
		upsert  = `mutation($v: RecordsUpsertInput!) { recordsUpsert(input: $v) { records { id } } }`
		sorted  = `query($v: OrderDirection!) { groups(orderBy: {field: DESCRIPTION, direction: $v}) { nodes { id } } }`
	)
	for name, c := range map[string]struct {
		query             string
		v                 any
		code, says, field string
	}{
		"a fraction for an Int":                {groups, 7.5, invalid, "variable v: 7.5 is no Int: it is a whole number of 32 bits", "v"},
		"text for an Int":                      {groups, "7", invalid, `variable v: "7" is no Int: it is a whole number of 32 bits`, "v"},
		"more than an Int has":                 {groups, json.Number("2147483648"), invalid, "variable v: 2147483648 is no Int: it is a whole number of 32 bits", "v"},
		"a list for an Int":                    {groups, []int{1}, invalid, "variable v: a list is no Int: it is a whole number of 32 bits", "v"},
		"a number for a String":                {create, vars{"description": 5, "grants": []vars{}}, invalid, "variable v.description: a number is no String: it is text, in quotes", "v.description"},
		"a boolean for a String":               {`query($v: String) { groups(filter: {search: $v}) { nodes { id } } }`, true, invalid, "variable v: a boolean is no String: it is text, in quotes", "v"},
		"text for a Boolean":                   {filter, vars{"test": "true"}, invalid, "variable v.test: a text is no Boolean: it is true or false, without quotes", "v.test"},
		"a fraction for an ID":                 {filter, vars{"flow": 7.5}, invalid, "variable v.flow: a number is no ID: it is text or a whole number", "v.flow"},
		"an object for an ID":                  {`query($v: ID!) { flow(id: $v) { id } }`, vars{}, invalid, "variable v: an object is no ID: it is text or a whole number", "v"},
		"a word for a DateTime":                {filter, vars{"since": "yesterday"}, invalid, `variable v.since: "yesterday" is no DateTime: write it as 2026-11-22T14:00:34.404Z, with an offset (RFC 3339)`, "v.since"},
		"a number for a Cursor":                {`query($v: Cursor) { groups(after: $v) { nodes { id } } }`, 7, invalid, "variable v: a number is no Cursor: it is text that this API returned", "v"},
		"another language for a Locale":        {`query($v: Locale) { catalog(locale: $v) { modules { key } } }`, "ja", invalid, `variable v: "ja" is no Locale: it is one of pt-BR, pt-PT, es, en, fr, it`, "v"},
		"text for the data of a record":        {upsert, vars{"records": []vars{{"type": "person", "key": "a", "data": "x"}}}, invalid, "variable v.records[0].data: the data of a record is an object", "v.records.0.data"},
		"a state that there is not, in a list": {filter, vars{"states": []string{"QUEUED", "TIRED"}}, misfit, `variable v.states[1]: "TIRED" is not a valid ExecutionState`, "v.states.1"},
		"an enum in small letters":             {sorted, "asc", misfit, `variable v: "asc" is not a valid OrderDirection`, "v"},
		"text for an object":                   {create, "x", misfit, `variable v: "x" is not a valid GroupCreateInput`, "v"},
		"a field that there is not":            {create, vars{"descripcion": "x"}, misfit, "variable v.descripcion: unknown field", "v.descripcion"},
		"a field that is missing":              {upsert, vars{"records": []vars{{"type": "person"}}}, misfit, "variable v.records[0].key: must be defined", "v.records.0.key"},
		"a null in a list of none":             {`query($v: [ID!]!) { nodes(ids: $v) { id } }`, []any{nil}, misfit, "variable v[0]: cannot be null", "v.0"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.ask(d.admin, c.query, vars{"v": c.v})
			if len(r.Errors) != 1 || r.Errors[0].Message != c.says || r.Errors[0].code() != c.code || fieldIn(r) != c.field {
				t.Errorf("it is answered with %+v", r.Errors)
			}
			if r.Data != nil || r.Errors != nil && r.Errors[0].Path != nil {
				t.Errorf("there is data, or a place in it: %v %v", r.Data, r.Errors[0].Path)
			}
		})
	}
	for name, c := range map[string]struct{ query, says, field string }{
		"a literal":                     {`{ executions(filter: {since: "yesterday"}) { nodes { id } } }`, `argument filter.since: "yesterday" is no DateTime: write it as 2026-11-22T14:00:34.404Z, with an offset (RFC 3339)`, "filter.since"},
		"one in a fragment":             {`{ ...f } fragment f on Query { groups(after: 7) { nodes { id } } }`, "argument after: a number is no Cursor: it is text that this API returned", "after"},
		"one in a list":                 {`mutation { recordsUpsert(input: {records: [{type: "person", key: "a", data: [1]}]}) { records { id } } }`, "argument input.records[0].data: the data of a record is an object", "input.records.0.data"},
		"what stands for a variable":    {`query($n: Int = 99999999999) { groups(first: $n) { nodes { id } } }`, "variable n: 99999999999 is no Int: it is a whole number of 32 bits", "n"},
		"a number that no literal has":  {`{ permissionExplain(query: "{ viewer { locale } }", variables: {n: 99999999999999999999}) { verdict } }`, "argument variables: a number in it is too large for the text of an operation; send it in variables", "variables"},
		"one of an operation not asked": {`query a { viewer { locale } } query b { catalog(locale: "ja") { modules { key } } }`, `argument locale: "ja" is no Locale: it is one of pt-BR, pt-PT, es, en, fr, it`, "locale"},
	} {
		t.Run("and so is "+name, func(t *testing.T) {
			for range 2 { // the second time it could be known
				r := d.send(http.MethodPost, d.url, strings.NewReader(fmt.Sprintf(`{"query":%q,"operationName":"a"}`, c.query)), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json"))
				if len(r.Errors) != 1 || r.Errors[0].Message != c.says || fieldIn(r) != c.field || r.Data != nil {
					t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
				}
			}
		})
	}
}

func TestANullWhereTheSchemaHasADefaultIsNamedByItsArgument(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	r := d.ask(d.admin, `mutation($t: Int) { test: flowTest(id: "x", input: {target: $t, recipient: "1", on: {occurrence: "x"}}) { userErrors { message } } }`, vars{"t": nil})
	if len(r.Errors) != 1 || fieldIn(r) != "input.target" || fmt.Sprint(r.Errors[0].Path) != "[test]" || !strings.HasPrefix(r.Errors[0].Message, "input.target: null is no Int") {
		t.Errorf("it is answered with %+v", r.Errors)
	}
}

// fieldIn is the field that the first error names, with dots.
func fieldIn(r reply) string {
	if len(r.Errors) == 0 {
		return ""
	}
	list, _ := r.Errors[0].Extensions["field"].([]any)
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", ".")
}

func TestWhatFitsByTheRulesOfGraphQLIsTaken(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	id := hub.ID(hub.KindFlow, 1)
	for name, c := range map[string]struct {
		query string
		v     vars
	}{
		"one value for a list":             {`query($v: [ID!]!) { nodes(ids: $v) { id } }`, vars{"v": id}},
		"one value for a list in an input": {`query($v: ExecutionFilterInput) { executions(filter: $v) { nodes { id } } }`, vars{"v": vars{"states": "QUEUED"}}},
		"one literal for a list":           {`{ executions(filter: {states: QUEUED}) { nodes { id } } }`, nil},
		"a null where it may be":           {`query($v: Int, $f: ExecutionFilterInput) { executions(first: $v, filter: $f) { nodes { id } } }`, vars{"v": nil, "f": vars{"since": nil, "states": nil}}},
		"nothing where it may be":          {`query($v: Int) { groups(first: $v) { nodes { id } } }`, nil},
		"what stands for a variable":       {`query($v: Int! = 5) { groups(first: $v) { nodes { id } } }`, nil},
		"a whole number for an ID":         {`query($v: [ID!]!) { nodes(ids: $v) { id } }`, vars{"v": []any{}}},
		"a name that clients leave in":     {`query($v: ExecutionFilterInput) { executions(filter: $v) { nodes { id } } }`, vars{"v": vars{"__typename": "ExecutionFilterInput"}}},
		"any JSON":                         {`query($q: String!, $v: JSON) { permissionExplain(query: $q, variables: $v) { verdict } }`, vars{"q": "{ viewer { locale } }", "v": vars{"a": []any{1, 7.5, nil, vars{}}}}},
		"variables inside of JSON":         {`query($n: Float, $b: Boolean) { permissionExplain(query: "{ viewer { locale } }", variables: {n: $n, b: [$b]}) { verdict } }`, vars{"n": 7, "b": true}},
	} {
		t.Run(name, func(t *testing.T) {
			if r := d.ask(d.admin, c.query, c.v); len(r.Errors) > 0 {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		})
	}
	t.Run("a whole number for the ID of one", func(t *testing.T) { // which no object has
		r := d.ask(d.admin, `query($v: ID!) { flow(id: $v) { id } }`, vars{"v": 7})
		if len(r.Errors) != 1 || !strings.HasPrefix(r.Errors[0].Message, "id: ") {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

// Were a scalar read by one function and judged by another, an operation could still be refused when half of it has run.
func TestEveryScalarIsJudgedByWhatReadsIt(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	for name, d := range s.Types {
		if err := model.Judge(name, "", nil); d.Kind == gql.Scalar && err != nil && hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	names, err := filepath.Glob("generated/*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range readsScalar.FindAllStringSubmatch(string(text), -1) {
			if s.Types[call[1]].Kind == gql.Scalar && call[1] != "Float" && !strings.HasPrefix(call[2], "model.") { // no input has a Float
				t.Errorf("%s is read by %s", call[1], call[2])
			}
		}
		for _, part := range strings.Split(string(text), "func (ec *executionContext) unmarshalInput")[1:] {
			part, _, _ = strings.Cut(part, "\n}\n")
			input, _, _ := strings.Cut(part, "(")
			for _, field := range readsFields.FindAllStringSubmatch(part, -1) {
				if model.Judge("JSON", input+"."+field[1], 5) == nil {
					t.Errorf("of %s.%s an object is read, and anything is judged to be one", input, field[1])
				}
			}
		}
	}
}

var (
	readsScalar = regexp.MustCompile(`func \(ec \*executionContext\) unmarshal[NO]([A-Za-z_]+)2[^\[(]*\([^\n]*\n(?:[^\n]*\n){0,3}?\t(?:res|tmp), err := ((?:graphql|model)\.Unmarshal\w+)`)
	readsFields = regexp.MustCompile(`NewPathWithField\("(\w+)"\)\)\n[^\n]*unmarshal[NO]JSON2[^\n(]*Fields\(`)
)
