//go:build unix

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// object is a JSON object.
type object = map[string]any

// client calls a hub with a token.
type client struct {
	url   string
	token string
}

// signIn gets a token for a consumer.
func signIn(t testing.TB, hub, key, secret string) *client {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {key}, "client_secret": {secret}}
	answer, err := http.PostForm(hub+"/oauth/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&token); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("POST /oauth/token answered %d (%v)", answer.StatusCode, err)
	}
	return &client{hub, token.AccessToken}
}

// send posts JSON and gives back what came, whatever the status.
func (c *client) send(path, kind string, body any) (status int, answer []byte, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequest(http.MethodPost, c.url+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+c.token)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = got.Body.Close() }()
	answer, err = io.ReadAll(got.Body)
	return got.StatusCode, answer, err
}

// ask runs a GraphQL operation, which must have no errors, and reads its data.
func (c *client) ask(t testing.TB, query string, vars object, into any) {
	t.Helper()
	if err := c.tryAsk(query, vars, into); err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
}

func (c *client) tryAsk(query string, vars object, into any) error {
	status, body, err := c.send("/graphql", "application/json", object{"query": query, "variables": vars})
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK || answer.Errors != nil {
		return fmt.Errorf("answered %d: %s", status, body)
	}
	return json.Unmarshal(answer.Data, into)
}

// act runs a mutation of one field, which must have no userErrors, and reads its payload.
func (c *client) act(t testing.TB, mutation string, vars object, into any) {
	t.Helper()
	var data map[string]json.RawMessage
	c.ask(t, mutation, vars, &data)
	for name, payload := range data {
		var wrong struct{ UserErrors []object }
		if err := json.Unmarshal(payload, &wrong); err != nil {
			t.Fatal(err)
		}
		if len(wrong.UserErrors) > 0 {
			t.Fatalf("%s: %v", name, wrong.UserErrors)
		}
		if err := json.Unmarshal(payload, into); err != nil {
			t.Fatal(err)
		}
	}
}

// seen is an item of executionChanged.
type seen struct {
	Cursor string
	Change struct {
		Subject string
		Aspect  string
		From    string
		To      string
	}
	Execution struct {
		ID      string
		Subject string
		State   string
	}
	Delivery *struct {
		ID    string
		State string
	}
}

// subscription is a running executionChanged.
type subscription struct {
	conn *websocket.Conn
	ctx  context.Context
}

type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// subscribe follows executions after a cursor (empty: from now on), over graphql-transport-ws with the token in the first message.
func (c *client) subscribe(t testing.TB, after string) *subscription {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, c.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &subscription{conn, ctx}
	s.write(t, frame{Type: "connection_init", Payload: mustJSON(t, object{"Authorization": "Bearer " + c.token})})
	if f := s.read(t); f.Type != "connection_ack" {
		t.Fatalf("connection_init was answered with %s %s", f.Type, f.Payload)
	}
	const query = `subscription($after: Cursor) { executionChanged(after: $after) { cursor change { subject aspect from to }
		execution { id subject state } delivery { id state } } }`
	vars := object{}
	if after != "" {
		vars["after"] = after
	}
	s.write(t, frame{ID: "1", Type: "subscribe", Payload: mustJSON(t, object{"query": query, "variables": vars})})
	return s
}

func mustJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *subscription) write(t testing.TB, f frame) {
	t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, f); err != nil {
		t.Fatal(err)
	}
}

func (s *subscription) read(t testing.TB) (f frame) {
	t.Helper()
	if err := wsjson.Read(s.ctx, s.conn, &f); err != nil {
		t.Fatalf("the websocket: %v", err)
	}
	return f
}

// next is the next item.
func (s *subscription) next(t testing.TB) seen {
	t.Helper()
	for {
		switch f := s.read(t); f.Type {
		case "ping":
			s.write(t, frame{Type: "pong"})
		case "next":
			var item struct {
				Data   struct{ ExecutionChanged seen }
				Errors json.RawMessage
			}
			if err := json.Unmarshal(f.Payload, &item); err != nil || item.Errors != nil {
				t.Fatalf("%s (%v)", f.Payload, err)
			}
			return item.Data.ExecutionChanged
		default:
			t.Fatalf("the subscription ended: %s %s", f.Type, f.Payload)
		}
	}
}

// until reads items up to the one with which a delivery of the subject comes to a state.
func (s *subscription) until(t testing.TB, subject, state string) (items []seen) {
	t.Helper()
	for {
		item := s.next(t)
		items = append(items, item)
		if item.Execution.Subject == subject && item.Change.Subject == "DELIVERY" && item.Change.To == state {
			return items
		}
	}
}

// workOrder is a CloudEvent: a new work order with one task for a recipient.
func workOrder(folio string, task int, recipient string) object {
	return object{"specversion": "1.0", "id": folio, "source": "/tests", "type": "work_management.work_orders.new", "subject": folio,
		"data": object{"records": []object{{"type": "work_order_task", "key": fmt.Sprint(task), "data": object{
			"id_work_orders_tasks": task, "wo_folio": folio, "code_responsible": "JCAMPOS", "user_assigned": "Jonas Campos",
			"description": "Trocar o selo mecânico", "items_log_description": "Bomba BBA-101", "created_by": "Marina Duarte",
			"creation_date": "2026-11-22T14:00:00Z", "requested_by": recipient}}}}}
}

// answered is what POST /events says.
type answered struct {
	ID         string
	Repeat     bool
	Executions []struct{ ID, State string }
}

// errRefused is an answer that is no 202.
var errRefused = errors.New("refused")

func (c *client) tryPublish(event object) (a answered, err error) {
	status, body, err := c.send("/events", "application/cloudevents+json", event)
	if err != nil {
		return a, err
	}
	if status != http.StatusAccepted {
		return a, fmt.Errorf("%w: %d %s", errRefused, status, strings.TrimSpace(string(body)))
	}
	return a, json.Unmarshal(body, &a)
}

// publish publishes a work order that one execution must come of.
func (c *client) publish(t testing.TB, event object) answered {
	t.Helper()
	a, err := c.tryPublish(event)
	if err != nil || len(a.Executions) != 1 {
		t.Fatalf("POST /events: %v, %+v", err, a)
	}
	return a
}

// delivery is a message as the hub knows it.
type delivery struct {
	ID       string
	State    string
	Reason   *struct{ Code, Message string }
	Flagged  bool
	Attempts []struct {
		Kind    string
		Counted bool
	}
	Receipts []struct {
		Status  string
		Flagged bool
	}
}

// execution is one as the hub knows it.
type execution struct {
	ID         string
	State      string
	Outcome    string
	Subject    string
	Reason     *struct{ Code, Message string }
	Occurrence *struct{ ID, Name string }
	Deliveries []delivery
	Timeline   []struct {
		Cursor  string
		Subject string
		Aspect  string
		From    string
		To      string
		Cause   struct{ Code string }
	}
}

func (c *client) execution(t testing.TB, id string) execution {
	t.Helper()
	var data struct{ Execution *execution }
	c.ask(t, `query($id: ID!) { execution(id: $id) { id state outcome subject reason { code message } occurrence { id name }
		deliveries { id state flagged reason { code message } attempts { kind counted } receipts { status flagged } }
		timeline { cursor subject aspect from to cause { code } } } }`, object{"id": id}, &data)
	if data.Execution == nil {
		t.Fatalf("the execution %s is not there", id)
	}
	return *data.Execution
}

// settled waits until the one delivery of an execution is in a state. The execution is read once more then: an answer reads it
// before its deliveries, and they may move meanwhile.
func (c *client) settled(t testing.TB, id, state string) execution {
	t.Helper()
	eventually(t, "the message of "+id+" is "+state, func() bool {
		e := c.execution(t, id)
		return len(e.Deliveries) == 1 && e.Deliveries[0].State == state
	})
	return c.execution(t, id)
}
