package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const streamToken = "X-GraphQL-Event-Stream-Token"

// request sends a request and gives back status and body.
func (d *door) request(method, url, body string, header http.Header) (int, string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// reserve reserves a stream and gives back its token.
func (d *door) reserve(token string) string {
	d.t.Helper()
	status, secret := d.request("PUT", d.url, "", headers("Authorization", "Bearer "+token))
	if status != 201 || secret == "" {
		d.t.Fatalf("it is answered %d %s", status, secret)
	}
	return secret
}

// operate sends an operation to a stream that was reserved.
func (d *door) operate(token, secret, id, query string, v vars) (int, string) {
	d.t.Helper()
	body, _ := json.Marshal(vars{"query": query, "variables": v, "extensions": vars{"operationId": id}})
	return d.request("POST", d.url, string(body), headers("Authorization", "Bearer "+token, "Content-Type", "application/json", "Accept", "application/graphql-response+json", streamToken, secret))
}

// heard reads the next event of a stream that carries many operations.
func (s *stream) heard() (kind, id string, r reply) {
	s.t.Helper()
	e, ok := s.next()
	var data struct {
		ID      string
		Payload json.RawMessage
	}
	if !ok || json.Unmarshal([]byte(e.data), &data) != nil {
		s.t.Fatalf("instead of an event of an operation: %q %q", e.name, e.data)
	}
	r = reply{t: s.t}
	if data.Payload != nil {
		if err := json.Unmarshal(data.Payload, &r); err != nil {
			s.t.Fatal(err)
		}
	}
	return e.name, data.ID, r
}

func TestOneStreamCarriesManyOperations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := s.reserve(s.admin)
	// One is begun before the stream is there; nothing of it is lost.
	if status, body := s.operate(s.admin, secret, "early", "{ viewer { locale } }", nil); status != 202 || body != "" {
		t.Fatalf("it is answered %d %s", status, body)
	}
	w := s.listen("GET", s.url+"?token="+secret, "", headers("Accept", "text/event-stream"))
	if w.status != 200 || w.header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("it is answered %d", w.status)
	}
	if kind, id, r := w.heard(); kind != "next" || id != "early" || r.text("viewer", "locale") != "en" {
		t.Errorf("it is told %s %s %v", kind, id, r.Data)
	}
	if kind, id, _ := w.heard(); kind != "complete" || id != "early" {
		t.Errorf("then it is told %s %s", kind, id)
	}
	if status, _ := s.operate(s.admin, secret, "watch", watching, vars{"after": hub.Cursor(0)}); status != 202 {
		t.Fatalf("it is answered %d", status)
	}
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	for range s.do(s.admin, `query($id: ID!) { execution(id: $id) { timeline { cursor } } }`, vars{"id": execution}).list("execution", "timeline") {
		if kind, id, r := w.heard(); kind != "next" || id != "watch" || r.text("executionChanged", "execution", "id") != execution {
			t.Fatalf("it is told %s %s %v %+v", kind, id, r.Data, r.Errors)
		}
	}
	t.Run("each of which has an id of its own", func(t *testing.T) {
		if status, body := s.operate(s.admin, secret, "watch", "{ viewer { locale } }", nil); status != 409 {
			t.Errorf("it is answered %d %s", status, body)
		}
		if status, body := s.operate(s.admin, secret, "", "{ viewer { locale } }", nil); status != 400 || !strings.Contains(body, "operationId") {
			t.Errorf("without one it is answered %d %s", status, body)
		}
	})
	t.Run("and which can be ended one by one", func(t *testing.T) {
		header := headers("Authorization", "Bearer "+s.admin, streamToken, secret)
		if status, _ := s.request("DELETE", s.url+"?operationId=watch", "", header); status != 200 {
			t.Errorf("it is answered %d", status)
		}
		if kind, id, _ := w.heard(); kind != "complete" || id != "watch" {
			t.Errorf("it is told %s %s", kind, id)
		}
		if status, _ := s.request("DELETE", s.url+"?operationId=watch", "", header); status != 200 {
			t.Errorf("one that is over is answered %d", status)
		}
		if status, _ := s.request("DELETE", s.url, "", header); status != 400 {
			t.Errorf("none is answered %d", status)
		}
	})
	t.Run("what cannot be run is answered where it was asked", func(t *testing.T) {
		if status, body := s.operate(s.admin, secret, "bad", "{ moon }", nil); status != 400 || !strings.Contains(body, "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("it is answered %d %s", status, body)
		}
	})
	t.Run("a subscription that is refused says so and ends", func(t *testing.T) {
		s.operate(s.admin, secret, "refused", watching, vars{"after": "yesterday"})
		if kind, id, r := w.heard(); kind != "next" || id != "refused" || len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" {
			t.Errorf("it is told %s %s %+v", kind, id, r.Errors)
		}
		if kind, id, _ := w.heard(); kind != "complete" || id != "refused" {
			t.Errorf("then it is told %s %s", kind, id)
		}
	})
}

func TestAStreamThatIsReservedIsItsCallersAlone(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	other := d.tokenOf(hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See)))
	secret := d.reserve(d.admin)
	sse := func(more ...string) http.Header {
		return headers(append([]string{"Accept", "text/event-stream"}, more...)...)
	}
	if status, _ := d.request("PUT", d.url, "", headers("Authorization", "Bearer nonsense")); status != 401 {
		t.Errorf("without a valid token it is reserved with %d", status)
	}
	for name, token := range map[string]string{"another consumer": other, "nobody": "nonsense"} {
		want := map[string]int{other: 404, "nonsense": 401}[token]
		if status, _ := d.operate(token, secret, "1", "{ viewer { locale } }", nil); status != want {
			t.Errorf("%s begins an operation with %d", name, status)
		}
		if status, _ := d.request("DELETE", d.url+"?operationId=1", "", headers("Authorization", "Bearer "+token, streamToken, secret)); status != want {
			t.Errorf("%s ends an operation with %d", name, status)
		}
		if status, _ := d.request("GET", d.url, "", sse("Authorization", "Bearer "+token, streamToken, secret)); status != want {
			t.Errorf("%s opens it with %d", name, status)
		}
	}
	if status, _ := d.operate(d.admin, "AAAA", "1", "{ viewer { locale } }", nil); status != 404 {
		t.Errorf("a stream that there is not takes an operation with %d", status)
	}
	w := d.listen("GET", d.url, "", sse(streamToken, secret))
	if w.status != 200 {
		t.Fatalf("it is answered %d", w.status)
	}
	t.Run("and is there once", func(t *testing.T) {
		if status, _ := d.request("GET", d.url+"?token="+secret, "", sse()); status != 409 {
			t.Errorf("it is answered %d", status)
		}
	})
	t.Run("and is over when its client goes", func(t *testing.T) {
		d.operate(d.admin, secret, "watch", `subscription { queueChanged { depth } }`, nil)
		w.heard()
		w.close()
		eventually(t, "it is gone", func() bool {
			status, _ := d.operate(d.admin, secret, "after", "{ viewer { locale } }", nil)
			return status == 404
		})
	})
	t.Run("and a consumer has so many", func(t *testing.T) {
		for range 100 {
			d.reserve(other)
		}
		if status, _ := d.request("PUT", d.url, "", headers("Authorization", "Bearer "+other)); status != 503 {
			t.Errorf("the hundred and first is answered %d", status)
		}
	})
}

func TestAStreamThatIsReservedGoesByTheNewestToken(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
	first := d.tokens.give(c.Consumer.Key, time.Now().Add(2*time.Second))
	secret := d.reserve(first)
	w := d.listen("GET", d.url+"?"+url.Values{"token": {secret}}.Encode(), "", headers("Accept", "text/event-stream"))
	d.operate(first, secret, "watch", watching, nil)
	second := d.tokenOf(c)
	if status, body := d.operate(second, secret, "ask", "{ viewer { locale } }", nil); status != 202 {
		t.Fatalf("it is answered %d %s", status, body)
	}
	for range 2 { // the answer, and its end
		if _, id, _ := w.heard(); id != "ask" {
			t.Fatalf("it is told of %s", id)
		}
	}
	eventually(t, "the first would have ended", func() bool { return time.Now().After(d.tokens.endOf(first).Add(50 * time.Millisecond)) })
	d.operate(second, secret, "again", "{ viewer { locale } }", nil)
	if kind, id, r := w.heard(); kind != "next" || id != "again" {
		t.Errorf("it is told %s %s %+v", kind, id, r.Errors)
	}
	w.heard()
	d.tokens.take(second)
	hubtest.CallerWith(t, d.db) // the hub wakes subscriptions when a token is revoked; here a change of configuration does
	if kind, id, r := w.heard(); kind != "next" || id != "watch" || len(r.Errors) != 1 || r.Errors[0].code() != "UNAUTHENTICATED" {
		t.Errorf("it ends with %s %s %+v", kind, id, r.Errors)
	}
}

func TestAStreamThatIsReservedEndsWithTheHub(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(context.Background())
	d := newDoor(t, func(o *graph.Options) { o.Stopping = stopping })
	secret := d.reserve(d.admin)
	w := d.listen("GET", d.url+"?token="+secret, "", headers("Accept", "text/event-stream"))
	d.operate(d.admin, secret, "watch", watching, nil)
	stop()
	if e, ok := w.next(); ok {
		t.Errorf("it ends with %s", fmt.Sprint(e))
	}
}
