package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// Whatever an answer says is said in the language of its caller, and its codes are the same in all of them.
func TestEveryKindOfErrorIsSaidInSixLanguages(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.NoIntrospection = true })
	nobody := d.tokenOf(hubtest.CallerWith(t, d.db))
	query := func(q string) string { text, _ := json.Marshal(vars{"query": q}); return string(text) }
	given := func(typ, value string) string {
		return fmt.Sprintf(`{"query": "query($v: %s) { permissionExplain(query: \"{ x }\", variables: [$v]) { verdict } }", "variables": {"v": %s}}`, typ, value)
	}
	persisted := func(value string) string {
		return fmt.Sprintf(`{"query": "{ viewer { locale } }", "extensions": {"persistedQuery": %s}}`, value)
	}
	for _, c := range []struct {
		name, method, token, body, accept, code string
	}{
		{"no token", "POST", "", ping, "", "UNAUTHENTICATED"},
		{"no permission", "POST", nobody, query(`{ flows { nodes { id } } }`), "", "FORBIDDEN"},
		{"an argument that is wrong", "POST", d.admin, query(`{ flows(first: 0) { nodes { id } } }`), "", "INVALID"},
		{"no GraphQL", "POST", d.admin, query(`{ flows(`), "", "GRAPHQL_PARSE_FAILED"},
		{"a field that there is not", "POST", d.admin, query(`{ flows { nothing } }`), "", "GRAPHQL_VALIDATION_FAILED"},
		{"text for an Int", "POST", d.admin, query(`{ flows(first: 99999999999) { nodes { id } } }`), "", "INVALID"},
		{"no DateTime", "POST", d.admin, query(`{ executions(filter: {since: "yesterday"}) { nodes { id } } }`), "", "INVALID"},
		{"no Duration", "POST", d.admin, query(`mutation { retentionUpdate(input: {history: "a year"}) { userErrors { message } } }`), "", "INVALID"},
		{"no Locale", "POST", d.admin, query(`{ catalog(locale: "ja") { modules { key } } }`), "", "INVALID"},
		{"no LocalDateTime", "POST", d.admin, given("LocalDateTime", `"noon"`), "", "INVALID"},
		{"no Cursor", "POST", d.admin, query(`{ flows(after: 7) { nodes { id } } }`), "", "INVALID"},
		{"no String", "POST", d.admin, given("String", "7"), "", "INVALID"},
		{"no Boolean", "POST", d.admin, given("Boolean", "7"), "", "INVALID"},
		{"no ID", "POST", d.admin, given("ID", "7.5"), "", "INVALID"},
		{"no Float", "POST", d.admin, given("Float", "{}"), "", "INVALID"},
		{"no data of a record", "POST", d.admin, given("RecordInput", `{"type": "person", "key": "a", "data": 1}`), "", "INVALID"},
		{"no value of an enum", "POST", d.admin, given("OrderDirection", `"asc"`), "", "GRAPHQL_VALIDATION_FAILED"},
		{"a number that no literal has", "POST", d.admin, query(`{ permissionExplain(query: "{ x }", variables: {n: 99999999999999999999}) { verdict } }`), "", "GRAPHQL_VALIDATION_FAILED"},
		{"a hash of another text", "POST", d.admin, persisted(`{"version": 1, "sha256Hash": "x"}`), "", "BAD_REQUEST"},
		{"a hash of another version", "POST", d.admin, persisted(`{"version": 2}`), "", "BAD_REQUEST"},
		{"a hash in a list", "POST", d.admin, persisted(`[1]`), "", "BAD_REQUEST"},
		{"a variable that is missing", "POST", d.admin, query(`query($id: ID!) { flow(id: $id) { id } }`), "", "GRAPHQL_VALIDATION_FAILED"},
		{"too many mistakes", "POST", d.admin, query("{ " + strings.Repeat("moon ", 30) + " }"), "", "GRAPHQL_VALIDATION_FAILED"},
		{"a limit", "POST", d.admin, query("{ " + aliases(40, "viewer { locale }") + " }"), "", "TOO_COSTLY"},
		{"introspection", "POST", d.admin, query(`{ __schema { types { name } } }`), "", "INTROSPECTION_OFF"},
		{"no query", "POST", d.admin, `{}`, "", "BAD_REQUEST"},
		{"no JSON", "POST", d.admin, `[]`, "", "BAD_REQUEST"},
		{"another method", "PATCH", d.admin, ping, "", "BAD_REQUEST"},
		{"a subscription without a stream", "POST", d.admin, query(`subscription { occurrenceReceived { cursor } }`), "", "BAD_REQUEST"},
		{"a stream that is not reserved", "DELETE", d.admin, "", "", "BAD_REQUEST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ask := func(locale string) reply {
				h := []string{"Content-Type", "application/json", "Accept-Language", locale}
				if c.token != "" {
					h = append(h, "Authorization", "Bearer "+c.token)
				}
				return d.send(c.method, d.url, strings.NewReader(c.body), headers(h...))
			}
			english := ask("en")
			if len(english.Errors) == 0 || english.Errors[0].code() != c.code {
				t.Fatalf("it is answered %d %+v", english.status, english.Errors)
			}
			for _, locale := range hub.Locales {
				got := ask(locale)
				if len(got.Errors) == 0 || got.Errors[0].code() != c.code || got.status != english.status {
					t.Fatalf("in %s it is answered %d %+v", locale, got.status, got.Errors)
				}
				if first, ok := english.Errors[0].Extensions["first"]; ok && (got.Errors[0].Extensions["first"] == first) != (locale == "en") {
					t.Errorf("in %s the first mistake is %q", locale, got.Errors[0].Extensions["first"])
				}
				if said := got.Errors[0].Message; (said == english.Errors[0].Message) != (locale == "en") {
					t.Errorf("in %s it says %q", locale, said)
				}
				if h := got.header; h.Get("Content-Language") != locale || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Accept-Language") {
					t.Errorf("in %s the header is %v", locale, h)
				}
			}
		})
	}
}

func TestAWebsocketIsClosedInTheLanguageOfItsClient(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for _, locale := range hub.Locales {
		for name, c := range map[string]struct {
			say    func(*socket)
			reason string
		}{
			"no first message": {func(w *socket) { w.say("subscribe", "1", vars{"query": "{ viewer { locale } }"}) }, "the first message must be connection_init"},
			"no such type": {func(w *socket) {
				w.say("connection_init", "", vars{"Authorization": "Bearer " + d.admin})
				w.say("shout", "", nil)
			}, `a client sends no message of the type "shout"`},
			"no token": {func(w *socket) { w.say("connection_init", "", vars{"Accept-Language": locale}) }, "UNAUTHENTICATED: sign in: send a bearer token from POST /oauth/token"},
		} {
			w, _, err := d.dial(http.Header{"Accept-Language": {locale}}, "graphql-transport-ws")
			if err != nil {
				t.Fatal(err)
			}
			c.say(w)
			_, reason := w.closed()
			code, sentence, coded := strings.Cut(c.reason, ": ")
			want := catalog.Say(locale, c.reason)
			if coded && strings.ToUpper(code) == code {
				want = code + ": " + catalog.Say(locale, sentence)
			}
			if !strings.HasPrefix(want, strings.TrimSuffix(reason, "…")) || (want == c.reason) != (locale == "en") {
				t.Errorf("%s in %s: it is closed with %q, not %q", name, locale, reason, want)
			}
		}
	}
}

func TestAnOperationOnAWebsocketIsRefusedInTheLanguageOfTheConnection(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	w := d.connect(vars{"Authorization": "Bearer " + d.admin, "Accept-Language": "es-MX, en;q=0.1"})
	for id, c := range map[string]struct {
		payload any
		want    string
	}{
		"validation": {vars{"query": `{ nothing }`}, `El campo "nothing" no existe en el tipo "Query".`},
		"misspelt":   {vars{"query": `{ flws { id } }`}, `El campo "flws" no existe en el tipo "Query". ¿Quiso decir "flows" o "flow"?`},
		"no query":   {vars{"variables": vars{}}, "el payload no tiene query"},
		"not valid":  {vars{"query": `subscription { occurrenceReceived(after: "yesterday") { cursor } }`}, catalog.Say("es", "this is not a cursor; use one that this API returned")},
	} {
		w.say("subscribe", id, c.payload)
		m := w.hear()
		if m.Type != "error" || !strings.Contains(string(m.Payload), strings.ReplaceAll(c.want, `"`, `\"`)) {
			t.Errorf("%s: it is answered %s %s", id, m.Type, m.Payload)
		}
	}
}

func TestAStreamSaysWhatIsWrongInTheLanguageOfItsClient(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for _, locale := range hub.Locales {
		r, err := http.NewRequest("POST", d.url, strings.NewReader(`{"query":"subscription { occurrenceReceived(after: \"yesterday\") { cursor } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept", "text/event-stream", "Accept-Language", locale)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 4096)
		var all string
		for {
			n, err := res.Body.Read(text)
			if all += string(text[:n]); err != nil {
				break
			}
		}
		_ = res.Body.Close()
		want, _ := json.Marshal(catalog.Say(locale, "this is not a cursor; use one that this API returned"))
		if !strings.Contains(all, strings.Trim(string(want), `"`)) || !strings.Contains(all, `"code":"INVALID"`) || res.Header.Get("Content-Language") != locale {
			t.Errorf("in %s it says %s with %v", locale, all, res.Header)
		}
	}
}
