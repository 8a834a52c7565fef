package graph_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func (d *door) dial(header http.Header, protocols ...string) (*socket, *http.Response, error) {
	conn, res, err := websocket.Dial(d.t.Context(), d.url, &websocket.DialOptions{HTTPHeader: header, Subprotocols: protocols})
	if err != nil {
		return nil, res, err
	}
	d.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{d.t, conn}, res, nil
}

// connect opens a socket and says init with a payload; the server acknowledges.
func (d *door) connect(payload vars) *socket {
	d.t.Helper()
	s, _, err := d.dial(nil, "graphql-transport-ws")
	if err != nil {
		d.t.Fatal(err)
	}
	s.say("connection_init", "", payload)
	if m := s.hear(); m.Type != "connection_ack" {
		d.t.Fatalf("init is answered with %+v", m)
	}
	return s
}

func (s *socket) say(kind, id string, payload any) {
	s.t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := wsjson.Write(s.t.Context(), s.conn, message{ID: id, Type: kind, Payload: raw}); err != nil {
		s.t.Fatal(err)
	}
}

// hear reads the next message that is no ping.
func (s *socket) hear() message {
	s.t.Helper()
	m, err := s.next()
	if err != nil {
		s.t.Fatalf("instead of a message: %v", err)
	}
	return m
}

func (s *socket) next() (message, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 15*time.Second)
	defer cancel()
	for {
		var m message
		if err := wsjson.Read(ctx, s.conn, &m); err != nil {
			return m, err
		}
		if m.Type != "ping" {
			return m, nil
		}
		if err := wsjson.Write(ctx, s.conn, message{Type: "pong"}); err != nil {
			return m, err
		}
	}
}

func (m message) errorCode(t *testing.T) string {
	t.Helper()
	var errs []responseFail
	if err := json.Unmarshal(m.Payload, &errs); err != nil || len(errs) == 0 {
		t.Fatalf("%s has no list of errors: %s", m.Type, m.Payload)
	}
	return errs[0].code()
}

func (m message) reply(t *testing.T) reply {
	t.Helper()
	r := reply{t: t}
	if m.Type != "next" {
		t.Fatalf("instead of an item: %s %s", m.Type, m.Payload)
	}
	if err := json.Unmarshal(m.Payload, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

const watching = `subscription($flow: ID, $after: Cursor, $states: [ExecutionState!]) { executionChanged(flow: $flow, after: $after, states: $states) {
	cursor change { subject to node { id } } execution { id state flow { description } } delivery { id state } } }`

func bearer(token string) vars { return vars{"Authorization": "Bearer " + token} }

func TestAWebsocketIsOpenedOnlyToAValidToken(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	t.Run("in the payload of the first message", func(t *testing.T) {
		d.connect(bearer(d.admin))
	})
	t.Run("in the header", func(t *testing.T) {
		s, _, err := d.dial(headers("Authorization", "Bearer "+d.admin), "graphql-transport-ws")
		if err != nil {
			t.Fatal(err)
		}
		s.say("connection_init", "", nil)
		if m := s.hear(); m.Type != "connection_ack" {
			t.Errorf("init is answered with %+v", m)
		}
	})
	t.Run("and not with a bad one in the header", func(t *testing.T) {
		_, res, err := d.dial(headers("Authorization", "Bearer nonsense"), "graphql-transport-ws")
		if err == nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("it is answered with %v", res)
		}
	})
	for name, payload := range map[string]any{"without any": nil, "with a bad one in the payload": bearer("nonsense"), "with a payload of another kind": vars{"Authorization": 7}} {
		t.Run("and not "+name, func(t *testing.T) {
			s, _, err := d.dial(nil, "graphql-transport-ws")
			if err != nil {
				t.Fatal(err)
			}
			s.say("connection_init", "", payload)
			_, err = s.next()
			if websocket.CloseStatus(err) != 4403 || !strings.Contains(err.Error(), "UNAUTHENTICATED") {
				t.Errorf("it ends with %v", err)
			}
		})
	}
	t.Run("and only for the one protocol", func(t *testing.T) {
		for _, offered := range [][]string{{"graphql-ws"}, {"graphql-ws", "something-else"}, nil} {
			s, _, err := d.dial(headers("Authorization", "Bearer "+d.admin), offered...)
			if err != nil {
				t.Fatal(err)
			}
			if code, reason := s.closed(); code != 4406 || !strings.Contains(reason, "graphql-transport-ws") {
				t.Errorf("offered %v, it is closed with %d %q", offered, code, reason)
			}
		}
	})
	t.Run("and does nothing before the first message", func(t *testing.T) {
		s, _, err := d.dial(headers("Authorization", "Bearer "+d.admin), "graphql-transport-ws")
		if err != nil {
			t.Fatal(err)
		}
		s.say("subscribe", "1", vars{"query": "{ viewer { locale } }"})
		if _, err := s.next(); err == nil {
			t.Error("an operation before init is answered")
		}
	})
}

func TestASubscriberSeesEveryStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.connect(vars{"authorization": "bearer " + s.admin})
	// From the beginning of the journal, so that nothing depends on which of two goroutines is first.
	w.say("subscribe", "live", vars{"query": watching, "variables": vars{"flow": s.flow, "after": hub.Cursor(0)}})
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	var cursors []string
	states := map[string]bool{}
	for !states["delivery ACCEPTED"] || !states["execution CLOSED"] {
		r := w.hear().reply(t)
		if r.text("executionChanged", "execution", "id") != execution || r.text("executionChanged", "execution", "flow", "description") != "WO assigned" {
			t.Fatalf("an item is about %v", r.Data)
		}
		cursors = append(cursors, r.text("executionChanged", "cursor"))
		about := strings.ToLower(r.text("executionChanged", "change", "subject"))
		if (about == "delivery") != (r.at("executionChanged", "delivery") != nil) {
			t.Errorf("an item about %s has the delivery %v", about, r.at("executionChanged", "delivery"))
		}
		states[about+" "+r.text("executionChanged", "change", "to")] = true
	}

	t.Run("and again from a cursor on, without gap or repeat", func(t *testing.T) {
		again := s.connect(bearer(s.admin))
		again.say("subscribe", "1", vars{"query": watching, "variables": vars{"flow": s.flow, "after": cursors[0]}})
		for _, want := range cursors[1:] {
			if got := again.hear().reply(t).text("executionChanged", "cursor"); got != want {
				t.Fatalf("after %s comes %s, not %s", cursors[0], got, want)
			}
		}
	})
	t.Run("or only the moves that it wants", func(t *testing.T) {
		closed := s.connect(bearer(s.admin))
		closed.say("subscribe", "1", vars{"query": watching, "variables": vars{"after": cursors[0], "states": []string{"CLOSED"}}})
		if r := closed.hear().reply(t); r.text("executionChanged", "change", "to") != "CLOSED" || r.text("executionChanged", "change", "node", "id") != execution {
			t.Errorf("the first item is %v", r.Data)
		}
	})
}

func TestASubscriptionThatCannotBeginEndsWithAnError(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	nothing := d.tokenOf(hubtest.CallerWith(t, d.db))
	for name, c := range map[string]struct {
		token, code string
		payload     vars
	}{
		"without the permission": {nothing, "FORBIDDEN", vars{"query": watching}},
		"after no cursor":        {d.admin, "INVALID", vars{"query": watching, "variables": vars{"after": "yesterday"}}},
		"of no flow":             {d.admin, "INVALID", vars{"query": watching, "variables": vars{"flow": "flow-7"}}},
		"that does not parse":    {d.admin, "GRAPHQL_PARSE_FAILED", vars{"query": "subscription {"}},
		"that is unknown":        {d.admin, "GRAPHQL_VALIDATION_FAILED", vars{"query": "subscription { moonChanged { phase } }"}},
		"that is too deep":       {d.admin, "TOO_COSTLY", vars{"query": "subscription { executionChanged { execution { occurrence { matches { executions { occurrence { matches { executions { occurrence { matches { executions { occurrence { id } } } } } } } } } } } } }"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := d.connect(bearer(c.token))
			s.say("subscribe", "1", c.payload)
			m := s.hear()
			if m.Type != "error" || m.ID != "1" {
				t.Fatalf("it is answered with %s %s", m.Type, m.Payload)
			}
			if code := m.errorCode(t); code != c.code {
				t.Errorf("the code is %s, not %s: %s", code, c.code, m.Payload)
			}
		})
	}
}

func TestASubscriptionEndsWithItsToken(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
	s := d.connect(bearer(d.tokens.give(c.Consumer.Key, time.Now().Add(500*time.Millisecond))))
	s.say("subscribe", "1", vars{"query": watching})
	m := s.hear()
	if m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
		t.Errorf("it ends with %s %s", m.Type, m.Payload)
	}
	t.Run("and nothing more can be asked on its socket", func(t *testing.T) {
		s.say("subscribe", "2", vars{"query": "{ viewer { locale } }"})
		for m = s.hear(); m.ID != "2"; m = s.hear() {
		}
		if m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
			t.Errorf("it is answered with %s %s", m.Type, m.Payload)
		}
	})
}

func TestASubscriberWhoLosesTheRightSeesNothingMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
	first := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(first)
	w := s.connect(bearer(s.tokenOf(c)))
	w.say("subscribe", "1", vars{"query": watching, "variables": vars{"after": hub.Cursor(0)}})
	if w.hear().reply(t).text("executionChanged", "execution", "id") != first {
		t.Fatal("the journal is not read from its beginning")
	}
	off := false
	if _, err := s.db.ConsumerUpdate(t.Context(), hubtest.Admin(t, s.db), c.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	second := s.workOrder("OT-2", "jonas").text("occurrencePublish", "executions", 0, "id")
	for {
		m := w.hear()
		if m.Type == "error" {
			if m.errorCode(t) != "UNAUTHENTICATED" {
				t.Errorf("it ends with %s", m.Payload)
			}
			return
		}
		if r := m.reply(t); r.text("executionChanged", "execution", "id") == second {
			t.Fatal("a disabled consumer sees what happened after it was disabled")
		}
	}
}

func TestASubscriptionEndsWhenItsCallerMayListenNoMoreAlsoIfNothingHappens(t *testing.T) {
	t.Parallel()
	off := false
	for name, loss := range map[string]struct {
		code string
		end  func(d *door, c hub.Caller) error
	}{
		"its consumer is disabled": {"UNAUTHENTICATED", func(d *door, c hub.Caller) error {
			_, err := d.db.ConsumerUpdate(d.t.Context(), hubtest.Admin(d.t, d.db), c.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off})
			return err
		}},
		"its consumer is deleted": {"UNAUTHENTICATED", func(d *door, c hub.Caller) error {
			return d.db.ConsumerDelete(d.t.Context(), hubtest.Admin(d.t, d.db), c.Consumer.Key, 0)
		}},
		"its group loses the right": {"FORBIDDEN", func(d *door, c hub.Caller) error {
			_, err := d.db.GroupUpdate(d.t.Context(), hubtest.Admin(d.t, d.db), c.Group.Key, 0, hub.GroupInput{Grants: &[]hub.Grant{}})
			return err
		}},
		"it gets another group": {"FORBIDDEN", func(d *door, c hub.Caller) error {
			other := hubtest.CallerWith(d.t, d.db).Group.Key
			_, err := d.db.ConsumerUpdate(d.t.Context(), hubtest.Admin(d.t, d.db), c.Consumer.Key, 0, hub.ConsumerInput{GroupKey: &other})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
			w := s.connect(bearer(s.tokenOf(c)))
			w.say("subscribe", "1", vars{"query": watching, "variables": vars{"after": hub.Cursor(0)}})
			// Other changes of configuration end nothing: an item comes after one.
			hubtest.CallerWith(t, s.db)
			execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
			s.settled(execution)
			last := s.do(s.admin, `query($id: ID!) { execution(id: $id) { timeline { cursor } } }`, vars{"id": execution}).list("execution", "timeline")
			for want := last[len(last)-1].(map[string]any)["cursor"]; w.hear().reply(t).text("executionChanged", "cursor") != want; {
			}
			if err := loss.end(s.door, c); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			m := w.hear()
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %s", took)
			}
			if m.Type != "error" || m.errorCode(t) != loss.code {
				t.Errorf("it ends with %s %s", m.Type, m.Payload)
			}
			if loss.code == "FORBIDDEN" && !strings.Contains(string(m.Payload), `"submodule":"fracttal_hub"`) {
				t.Errorf("it does not say what is missing: %s", m.Payload)
			}
		})
	}
}

func TestAWebsocketIsKeptAlive(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 200 * time.Millisecond })
	s := d.connect(bearer(d.admin))
	var m message
	if err := wsjson.Read(t.Context(), s.conn, &m); err != nil || m.Type != "ping" {
		t.Errorf("instead of a ping: %+v %v", m, err)
	}
}

// pinged reads up to the next ping, and gives back the cursors in it.
func (s *socket) pinged() map[string]string {
	s.t.Helper()
	for {
		var m message
		if err := wsjson.Read(s.t.Context(), s.conn, &m); err != nil {
			s.t.Fatal(err)
		}
		if m.Type != "ping" {
			continue
		}
		s.say("pong", "", nil)
		var payload struct{ Cursors map[string]string }
		if len(m.Payload) > 0 {
			if err := json.Unmarshal(m.Payload, &payload); err != nil {
				s.t.Fatal(err)
			}
		}
		return payload.Cursors
	}
}

func TestAPingSaysAfterWhichCursorEachSubscriptionCanGoOn(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 500 * time.Millisecond })
	s := setUp(t, d)
	w := d.connect(bearer(d.admin))
	if cursors := w.pinged(); cursors != nil {
		t.Errorf("without a subscription it says %v", cursors)
	}
	w.say("subscribe", "all", vars{"query": watching})
	w.say("subscribe", "quiet", vars{"query": `subscription($e: ID) { executionChanged(execution: $e) { cursor } }`, "variables": vars{"e": hub.ID(hub.KindExecution, 7)}})
	w.say("subscribe", "queue", vars{"query": `subscription { queueChanged { depth } }`})
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	lines := s.do(s.admin, `query($id: ID!) { execution(id: $id) { timeline { cursor } } }`, vars{"id": execution}).list("execution", "timeline")
	last := lines[len(lines)-1].(map[string]any)["cursor"]
	eventually(t, "all items are written and the pings say so", func() bool {
		cursors := w.pinged()
		if cursors["queue"] != "" {
			t.Fatal("the queue has no cursor")
		}
		return cursors["all"] == last && cursors["quiet"] == last
	})
}

func TestAWebsocketEndsWithTheHubInAWayThatItsClientComesAgain(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(context.Background())
	d := newDoor(t, func(o *graph.Options) { o.Stopping = stopping })
	s := d.connect(bearer(d.admin))
	s.say("subscribe", "1", vars{"query": watching})
	s.say("subscribe", "2", vars{"query": "{ viewer { locale } }"})
	for m := s.hear(); m.Type != "complete"; m = s.hear() {
	}
	stop()
	for {
		m, err := s.next()
		if err == nil {
			t.Errorf("before the end comes %s %s", m.Type, m.ID)
			continue
		}
		if websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("it ends with %v", err)
		}
		return
	}
}
