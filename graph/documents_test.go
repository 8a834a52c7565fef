package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// post sends a body of JSON as it is.
func (d *door) postBody(body string) reply {
	d.t.Helper()
	return d.send(http.MethodPost, d.url, strings.NewReader(body), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json"))
}

func TestADocumentThatWasSentOnceCanBeAskedForByItsHash(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const text = `query me { viewer { locale } }`
	hash := sha(text)
	byHash := fmt.Sprintf(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, hash)
	if r := d.postBody(byHash); len(r.Errors) != 1 || r.Errors[0].code() != "PERSISTED_QUERY_NOT_FOUND" || r.Errors[0].Message != "PersistedQueryNotFound" {
		t.Fatalf("before it was sent it is answered with %+v", r.Errors) // in the words for which clients look
	}
	if r := d.postBody(fmt.Sprintf(`{"query":%q,"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, text, hash)); r.text("viewer", "locale") != "en" {
		t.Fatalf("sent along it is answered with %+v", r)
	}
	get := func(q url.Values) reply {
		return d.send(http.MethodGet, d.url+"?"+q.Encode(), nil, headers("Authorization", "Bearer "+d.admin))
	}
	for name, r := range map[string]reply{
		"by POST":                d.postBody(byHash),
		"by GET":                 get(url.Values{"extensions": {fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)}}),
		"by its documentId":      d.postBody(fmt.Sprintf(`{"documentId":"sha256:%s"}`, hash)),
		"by its documentId, GET": get(url.Values{"documentId": {"sha256:" + hash}, "operationName": {"me"}}),
	} {
		if len(r.Errors) > 0 || r.text("viewer", "locale") != "en" {
			t.Errorf("%s it is answered with %+v", name, r)
		}
	}
	t.Run("over a websocket too", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		w.say("subscribe", "1", vars{"extensions": vars{"persistedQuery": vars{"version": 1, "sha256Hash": hash}}})
		if r := w.hear().reply(t); r.text("viewer", "locale") != "en" {
			t.Errorf("it is answered with %+v", r)
		}
	})
	for name, body := range map[string]string{
		"a hash that is another's":  `{"query":"{ viewer { locale } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`,
		"a version that is none":    `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"` + hash + `"}}}`,
		"an extension that is none": `{"extensions":{"persistedQuery":[1]}}`,
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if r := d.postBody(body); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_REQUEST" || r.Data != nil {
				t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
			}
		})
	}
	t.Run("a mutation by GET is refused by its hash as well", func(t *testing.T) {
		const text = `mutation { groupCreate(input: {description: "by hash"}) { group { id } } }`
		ext := fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, sha(text))
		d.postBody(fmt.Sprintf(`{"query":%q,"extensions":%s}`, text, ext))
		if r := get(url.Values{"extensions": {ext}}); r.status != http.StatusMethodNotAllowed {
			t.Errorf("it is answered %d %+v", r.status, r.Errors)
		}
	})
}

// documents writes files and reads them as trusted documents.
func documents(t *testing.T, files map[string]string) (map[string]string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return graph.ReadTrusted(dir)
}

func TestWithTrustedDocumentsNoOtherIsAnswered(t *testing.T) {
	t.Parallel()
	const me, groups, flows, events = `query Me { viewer { locale } }`, `query Groups { groups { nodes { id } } }`, `query Flows { flows { nodes { id } } }`, `query Events { events { nodes { id } } }`
	found, err := documents(t, map[string]string{
		"me.graphql": me, "screens/groups.gql": groups, "README.md": "no document",
		"relay.json":  fmt.Sprintf(`{"3f0d": %q}`, flows),
		"apollo.json": fmt.Sprintf(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"e1","name":"Events","type":"query","body":%q}]}`, events),
	})
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t, func(o *graph.Options) { o.Trusted = found })
	for id, field := range map[string]string{sha(me): "viewer", "me": "viewer", sha(groups): "groups", "groups": "groups", "3f0d": "flows", "e1": "events"} {
		if r := d.postBody(fmt.Sprintf(`{"documentId":%q}`, id)); len(r.Errors) > 0 || r.at(field) == nil {
			t.Errorf("%s is answered with %+v", id, r)
		}
		if r := d.postBody(fmt.Sprintf(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, id)); len(r.Errors) > 0 || r.at(field) == nil {
			t.Errorf("%s is answered with %+v", id, r)
		}
	}
	t.Run("in full a trusted one is", func(t *testing.T) { d.do(d.admin, flows, nil) })
	for name, body := range map[string]string{
		"another text":                     `{"query":"{ viewer { locale } }"}`,
		"another text under a trusted id":  `{"query":"{ viewer { locale } }","documentId":"me"}`,
		"an id that is not there":          `{"documentId":"sha256:` + sha("x") + `"}`,
		"what automatic ones would accept": fmt.Sprintf(`{"query":"{ viewer { locale } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, sha("{ viewer { locale } }")),
		"introspection":                    `{"query":"{ __schema { queryType { name } } }"}`,
		"an extension that is none":        `{"extensions":{"persistedQuery":[1]}}`,
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if r := d.postBody(body); len(r.Errors) != 1 || r.Errors[0].code() != "DOCUMENT_NOT_TRUSTED" || r.Data != nil {
				t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
			}
		})
	}
	t.Run("on a websocket neither", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		w.say("subscribe", "1", vars{"query": `{ viewer { locale } }`})
		if m := w.hear(); m.Type != "error" || m.errorCode(t) != "DOCUMENT_NOT_TRUSTED" {
			t.Errorf("it is answered %+v", m)
		}
		w.say("subscribe", "2", vars{"documentId": "me"})
		if m := w.hear(); m.Type != "next" || !strings.Contains(string(m.Payload), `"viewer"`) {
			t.Errorf("a trusted one, asked for by its documentId, is answered %s %s", m.Type, m.Payload)
		}
	})
}

func TestTrustedDocumentsThatMakeNoSenseAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"none":                          {map[string]string{"x.txt": "x"}, "there is no trusted document"},
		"one that does not parse":       {map[string]string{"broken.graphql": "query {"}, `"broken" does not parse`},
		"one that does not fit":         {map[string]string{"old.graphql": "{ viewer { shoeSize } }"}, "shoeSize"},
		"one with a value of no scalar": {map[string]string{"old.graphql": `{ catalog(locale: "ja") { modules { key } } }`}, `"ja" is no Locale`},
		"one without an operation":      {map[string]string{"part.graphql": "# nothing yet"}, `"part" has no operation`},
		"one id for two":                {map[string]string{"a/x.graphql": "{ viewer { locale } }", "b/x.graphql": "{ queue { queued } }"}, `"x" stands for two`},
		"a manifest that is nothing":    {map[string]string{"m.json": "[1]"}, "m.json"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := documents(t, c.files); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	if _, err := graph.ReadTrusted(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a path that leads nowhere is read")
	}
}
