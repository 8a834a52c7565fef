package graph_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const ping = `{"query":"{ viewer { locale } }"}`

func TestARequestWithoutAValidTokenIsAnswered401(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	expired := d.tokens.give(hubtest.Admin(t, d.db).Consumer.Key, time.Now().Add(-time.Second))
	for name, authorization := range map[string]string{
		"none": "", "unknown": "Bearer nonsense", "expired": "Bearer " + expired, "another scheme": "Basic " + d.admin, "empty": "Bearer ",
	} {
		t.Run(name, func(t *testing.T) {
			r := d.send(http.MethodPost, d.url, strings.NewReader(ping), headers("Authorization", authorization, "Content-Type", "application/json"))
			if r.status != http.StatusUnauthorized || len(r.Errors) != 1 || r.Errors[0].code() != "UNAUTHENTICATED" {
				t.Errorf("it is answered %d %+v", r.status, r.Errors)
			}
			if got := r.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
				t.Errorf("WWW-Authenticate is %q", got)
			}
			// RFC 6750 §3.1: no error code unless there was a token to be wrong.
			if got := r.header.Get("WWW-Authenticate"); strings.Contains(got, "invalid_token") != (name == "unknown" || name == "expired") {
				t.Errorf("WWW-Authenticate is %q", got)
			}
			if r.Data != nil {
				t.Errorf("there is data: %v", r.Data)
			}
		})
	}
	t.Run("disabled meanwhile", func(t *testing.T) {
		c := hubtest.CallerWith(t, d.db)
		token := d.tokenOf(c)
		d.do(token, `{ viewer { locale } }`, nil)
		off := false
		if _, err := d.db.ConsumerUpdate(t.Context(), hubtest.Admin(t, d.db), c.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off}); err != nil {
			t.Fatal(err)
		}
		if r := d.ask(token, `{ viewer { locale } }`, nil); r.status != http.StatusUnauthorized {
			t.Errorf("it is answered %d", r.status)
		}
	})
}

func TestAMalformedRequestIsRefusedWithACode(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxBody = 2000 })
	const jsonType = "application/json"
	for name, c := range map[string]struct {
		method, body, contentType string
		status                    int
		code                      string
	}{
		"no JSON":                 {"POST", `{"query":`, jsonType, 400, "BAD_REQUEST"},
		"another type":            {"POST", `{"query":1}`, jsonType, 400, "BAD_REQUEST"},
		"variables that are none": {"POST", `{"query":"{viewer{locale}}","variables":"x"}`, jsonType, 400, "BAD_REQUEST"},
		"more after the end":      {"POST", ping + ping, jsonType, 400, "BAD_REQUEST"},
		"no query":                {"POST", `{"variables":{}}`, jsonType, 400, "BAD_REQUEST"},
		"another content type":    {"POST", "query=x", "application/x-www-form-urlencoded", 415, "BAD_REQUEST"},
		"no content type":         {"POST", ping, "", 415, "BAD_REQUEST"},
		"another charset":         {"POST", ping, "application/json; charset=iso-8859-1", 415, "BAD_REQUEST"},
		"a body over the limit":   {"POST", `{"query":"{ viewer { locale } }` + strings.Repeat(" ", 2000) + `"}`, jsonType, 413, "TOO_LARGE"},
		"another method":          {"PATCH", ping, jsonType, 405, "BAD_REQUEST"},
		"a query that ends early": {"POST", `{"query":"{ viewer {"}`, jsonType, 200, "GRAPHQL_PARSE_FAILED"},
		"an unknown field":        {"POST", `{"query":"{ viewer { shoeSize } }"}`, jsonType, 200, "GRAPHQL_VALIDATION_FAILED"},
		"a missing variable":      {"POST", `{"query":"query($id: ID!) { flow(id: $id) { id } }"}`, jsonType, 200, "GRAPHQL_VALIDATION_FAILED"},
		"an unknown operation":    {"POST", `{"query":"query a { viewer { locale } }","operationName":"b"}`, jsonType, 200, "GRAPHQL_VALIDATION_FAILED"},
		"a subscription":          {"POST", `{"query":"subscription { executionChanged { cursor } }"}`, jsonType, 400, "BAD_REQUEST"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.send(c.method, d.url, strings.NewReader(c.body), headers("Authorization", "Bearer "+d.admin, "Content-Type", c.contentType))
			if r.status != c.status || len(r.Errors) == 0 || r.Errors[0].code() != c.code {
				t.Errorf("it is answered %d %+v, not %d %s", r.status, r.Errors, c.status, c.code)
			}
			if r.status == http.StatusMethodNotAllowed && r.header.Get("Allow") != "GET, POST, PUT, DELETE" {
				t.Errorf("Allow is %q", r.header.Get("Allow"))
			}
		})
	}
	for name, c := range map[string]struct{ body, says string }{
		"a list of requests":              {`[` + ping + `]`, "it is a JSON array and no object: a request is one operation"},
		"a name that stands twice":        {`{"query":"{ viewer { locale } }","query":"{ queue { queued } }"}`, "a name stands twice in one object, at byte 33"},
		"a variable's name twice":         {`{"query":"query($i: JSON) { viewer { locale } }","variables":{"i":{"a":1,"a":2}}}`, "a name stands twice"},
		"bytes that are not UTF-8":        {"{\"query\":\"{ viewer { locale } } #\xff\"}", "malformed JSON"},
		"a missing variable":              {`{"query":"query($id: ID!) { flow(id: $id) { id } }"}`, "variable id: must be defined"},
		"a null deep in a variable":       {`{"query":"mutation($i: RecordsUpsertInput!) { recordsUpsert(input: $i) { records { id } } }","variables":{"i":{"records":[{"type":"person","key":"a","data":null}]}}}`, "variable i.records[0].data: cannot be null"},
		"an unknown operation":            {`{"query":"query a { viewer { locale } }","operationName":"b"}`, `there is no operation "b" in the document`},
		"two operations and none chosen":  {`{"query":"query a { viewer { locale } } query b { viewer { locale } }"}`, "say in operationName which one to run"},
		"a number as text for an integer": {`{"query":"query($n: Int) { groups(first: $n) { nodes { id } } }","variables":{"n":"5"}}`, "is no Int"},
	} {
		t.Run("saying where: "+name, func(t *testing.T) {
			r := d.send("POST", d.url, strings.NewReader(c.body), headers("Authorization", "Bearer "+d.admin, "Content-Type", jsonType))
			if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, c.says) {
				t.Errorf("it is answered %+v, not with %q", r.Errors, c.says)
			}
		})
	}
	t.Run("and so is a compressed body", func(t *testing.T) {
		r := d.send("POST", d.url, strings.NewReader(ping), headers("Authorization", "Bearer "+d.admin, "Content-Type", jsonType, "Content-Encoding", "gzip"))
		if r.status != http.StatusUnsupportedMediaType || r.header.Get("Accept-Encoding") != "identity" {
			t.Errorf("it is answered %d %+v", r.status, r.Errors)
		}
	})
	t.Run("without repeating what was sent, which may hold a secret", func(t *testing.T) {
		r := d.send("POST", d.url, strings.NewReader(`{"query":"{x}","variables":{"secret":"hunter2"`), headers("Authorization", "Bearer "+d.admin, "Content-Type", jsonType))
		if strings.Contains(r.Errors[0].Message, "hunter2") {
			t.Errorf("the answer reads %q", r.Errors[0].Message)
		}
	})
}

func TestDataStandsInTheAnswerOnlyOfWhatWasRun(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for name, c := range map[string]struct {
		body string
		data bool
	}{
		"an operation":                    {ping, true},
		"a field that is null":            {`{"query":"{ groups(first: -1) { nodes { id } } }"}`, true},
		"a value that no scalar takes":    {`{"query":"{ viewer { locale } catalog(locale: \"ja\") { modules { key } } }"}`, false},
		"a query that does not parse":     {`{"query":"{"}`, false},
		"a query that fits no schema":     {`{"query":"{ x }"}`, false},
		"an operation that asks too much": {`{"query":"{ executions { nodes { deliveries { execution { deliveries { execution { deliveries { execution { deliveries { execution { deliveries { execution { id } } } } } } } } } } } } }"}`, false},
		"no request at all":               {`{}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var answer map[string]any
			if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
			if _, there := answer["data"]; there != c.data {
				t.Errorf("it is answered %v", answer)
			}
		})
	}
}

func TestTheMediaTypeOfTheAnswerIsTheOneThatWasAskedFor(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for name, c := range map[string]struct {
		accept, body, contentType string
		status                    int
	}{
		"nothing asked for":          {"", ping, "application/json; charset=utf-8", 200},
		"JSON":                       {"application/json", `{"query":"{ x }"}`, "application/json; charset=utf-8", 200},
		"the one of GraphQL":         {"application/graphql-response+json", ping, "application/graphql-response+json; charset=utf-8", 200},
		"the one of GraphQL, wrong":  {"application/graphql-response+json, application/json;q=0.9", `{"query":"{ x }"}`, "application/graphql-response+json; charset=utf-8", 400},
		"the one of GraphQL refused": {"application/graphql-response+json;q=0, */*", ping, "application/json; charset=utf-8", 200},
		"the one of GraphQL refused, as some write it": {"application/graphql-response+json;q=0.0, */*", ping, "application/json; charset=utf-8", 200},
		"the one of GraphQL rather less":               {"application/json, application/graphql-response+json;q=0.5", `{"query":"{ x }"}`, "application/json; charset=utf-8", 200},
		"both alike":                                   {"application/json, application/graphql-response+json", ping, "application/graphql-response+json; charset=utf-8", 200},
		"what nobody can give":                         {"text/plain", ping, "application/json; charset=utf-8", 200},
	} {
		t.Run(name, func(t *testing.T) {
			h := headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json; charset=utf-8")
			if c.accept != "" {
				h.Set("Accept", c.accept)
			}
			r := d.send("POST", d.url, strings.NewReader(c.body), h)
			if r.status != c.status || r.header.Get("Content-Type") != c.contentType {
				t.Errorf("it is answered %d %s", r.status, r.header.Get("Content-Type"))
			}
			if r.header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be kept by a cache")
			}
		})
	}
}

func TestGETIsForQueries(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	get := func(q url.Values) reply {
		return d.send(http.MethodGet, d.url+"?"+q.Encode(), nil, headers("Authorization", "Bearer "+d.admin))
	}
	t.Run("which are answered", func(t *testing.T) {
		r := get(url.Values{"query": {`query a($f: Int) { groups(first: $f) { nodes { description } } } query b { viewer { locale } }`}, "variables": {`{"f": 1}`}, "operationName": {"a"}})
		if r.status != 200 || r.text("groups", "nodes", 0, "description") != "Administrators" {
			t.Errorf("it is answered %d %v %+v", r.status, r.Data, r.Errors)
		}
	})
	t.Run("and not for mutations", func(t *testing.T) {
		r := get(url.Values{"query": {`mutation { groupCreate(input: {description: "by GET"}) { group { id } } }`}})
		if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" || r.Errors[0].code() != "BAD_REQUEST" {
			t.Errorf("it is answered %d %+v", r.status, r.Errors)
		}
		if n := len(d.do(d.admin, `{ groups(filter: {search: "by GET"}) { nodes { id } } }`, nil).list("groups", "nodes")); n != 0 {
			t.Error("it was done all the same")
		}
	})
	t.Run("with variables that are an object", func(t *testing.T) {
		if r := get(url.Values{"query": {"{ viewer { locale } }"}, "variables": {"[1]"}}); r.status != 400 || r.Errors[0].code() != "BAD_REQUEST" {
			t.Errorf("it is answered %d %+v", r.status, r.Errors)
		}
	})
}

func TestAnOperationThatAsksForTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost = 5000 })
	deep := "{ executions { nodes " + strings.Repeat("{ occurrence { matches { executions ", 4) + "{ id }" + strings.Repeat(" } } }", 4) + " } }"
	for name, c := range map[string]struct{ query, says string }{
		"too deep":              {deep, "levels deep"},
		"too deep by fragments": {`{ executions { nodes { ...a } } } fragment a on Execution { occurrence { matches { executions { ...b } } } } fragment b on Execution { occurrence { matches { executions { ...c } } } } fragment c on Execution { occurrence { matches { executions { flow { id } } } } }`, "levels deep"},
		"too many fields at once": {"{ " + func() string {
			var s string
			for i := range 31 {
				s += " a" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ": queue { queued }"
			}
			return s
		}() + " }", "fields at its top"},
		"too costly":               {`{ executions(first: 200) { nodes { id deliveries { id attempts { number } receipts { status } } timeline { at cause { code } } } } }`, "costs"},
		"too costly by a variable": {`query($n: Int = 200) { executions(first: $n) { nodes { id deliveries { id attempts { number } receipts { status } } timeline { at cause { code } } } } }`, "costs"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.ask(d.admin, c.query, nil)
			if len(r.Errors) != 1 || r.Errors[0].code() != "TOO_COSTLY" || !strings.Contains(r.Errors[0].Message, c.says) || r.Data != nil {
				t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
			}
		})
	}
	t.Run("the same with a smaller page is answered", func(t *testing.T) {
		d.do(d.admin, `{ executions(first: 20) { nodes { id deliveries { id attempts { number } receipts { status } } timeline { at cause { code } } } } }`, nil)
	})
	t.Run("a long operation is refused before it is compared with the schema", func(t *testing.T) {
		// To find out whether 3,000 fields of one name can be merged takes seconds.
		r := d.ask(d.admin, "{ "+strings.Repeat("viewer { locale } ", 3000)+"}", nil)
		if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, "tokens or more") {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
	t.Run("the usual introspection is answered", func(t *testing.T) {
		r := newDoor(t, nil).do("token-1", introspection, nil)
		if len(r.list("__schema", "types")) < 50 {
			t.Error("the schema is not all there")
		}
	})
	t.Run("a fragment that doubles thirty times is measured at once", func(t *testing.T) {
		var q strings.Builder
		q.WriteString("{ ...f0 }")
		for i := range 30 {
			n := string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10))
			if i == 0 {
				q.WriteString(" fragment f0 on Query { ...f01 ...f01 }")
			}
			m := string(rune('0'+(i+2)/10)) + string(rune('0'+(i+2)%10))
			if i < 29 {
				q.WriteString(" fragment f" + n + " on Query { ...f" + m + " ...f" + m + " }")
			} else {
				q.WriteString(" fragment f" + n + " on Query { queue { queued } }")
			}
		}
		began := time.Now()
		r := d.ask(d.admin, q.String(), nil)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		if len(r.Errors) != 1 {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
	})
}

// introspection is the query that tools send.
const introspection = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
	types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }`

func TestTheLanguageOfLabelsIsTheCallers(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	query := `{"query":"{ viewer { locale } catalog { eventType(key: \"work_management.work_orders.new\") { title } } fr: catalog(locale: \"fr\") { eventType(key: \"work_management.work_orders.new\") { title module { title } } } connectors { title actions { title } } }"}`
	for accept, want := range map[string][3]string{
		"":                       {"en", "New WO", "Post"},
		"pt-BR":                  {"pt-BR", "Nova OS", "Correio"},
		"pt":                     {"pt-BR", "Nova OS", "Correio"},
		"pt-PT, en;q=0.5":        {"pt-PT", "Nova OT", "Post"},
		"ja, es-MX;q=0.8":        {"es", "Nueva OT", "Post"},
		"ja":                     {"en", "New WO", "Post"},
		"not a language at all;": {"en", "New WO", "Post"},
	} {
		t.Run("Accept-Language "+accept, func(t *testing.T) {
			r := d.send("POST", d.url, strings.NewReader(query), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", accept))
			got := [3]string{r.text("viewer", "locale"), r.text("catalog", "eventType", "title"), r.text("connectors", 0, "title")}
			if got != want {
				t.Errorf("it is answered in %v, not %v", got, want)
			}
			if fr := r.text("fr", "eventType", "title"); fr != "Nouvel OT" {
				t.Errorf("what was asked for in French reads %q", fr)
			}
		})
	}
	t.Run("another language is refused with the six", func(t *testing.T) {
		r := d.ask(d.admin, `query($l: Locale) { catalog(locale: $l) { modules { title } } }`, vars{"l": "ja"})
		if len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" || !strings.Contains(r.Errors[0].Message, "pt-BR, pt-PT, es, en, fr, it") {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}
