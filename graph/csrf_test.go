package graph_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A page of another origin can have a browser send, without asking first, what a form could: GET and POST, with one of three content types and
// no header of its own. Since every operation needs the header Authorization, nothing of it is run.
func TestWhatAPageCanSendWithoutAskingIsNotRun(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	const mutation = `{"query":"mutation { groupCreate(input: {description: \"by a page\"}) { group { id } } }"}`
	query := "?" + url.Values{"query": {`mutation { groupCreate(input: {description: "by a page"}) { group { id } } }`}}.Encode()
	for _, origin := range []string{"", "https://evil.example", "null"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain; application/json", "application/json"} {
			for _, c := range []struct{ method, url, body string }{{"POST", d.url, mutation}, {"POST", d.url + query, ""}, {"GET", d.url + query, ""}} {
				r := d.send(c.method, c.url, strings.NewReader(c.body), headers("Origin", origin, "Content-Type", kind, "Cookie", "token="+d.admin))
				if r.status != http.StatusUnauthorized || r.Data != nil {
					t.Errorf("%s as %q from %q is answered %d %v", c.method, kind, origin, r.status, r.Data)
				}
				if c.method != "POST" || kind == "application/json" {
					continue
				}
				if r := d.send(c.method, c.url, strings.NewReader(c.body), headers("Origin", origin, "Content-Type", kind, "Authorization", "Bearer "+d.admin)); r.status != http.StatusUnsupportedMediaType {
					t.Errorf("with a token, %s as %q from %q is answered %d %v", c.method, kind, origin, r.status, r.Data)
				}
			}
		}
	}
	if n := len(d.do(d.admin, `{ groups(filter: {search: "by a page"}) { nodes { id } } }`, nil).list("groups", "nodes")); n != 0 {
		t.Errorf("%d groups were made", n)
	}
}
