package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
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
		_, res, err := d.dial(headers("Authorization", "Bearer "+d.admin), "graphql-ws")
		if err == nil || res.StatusCode != http.StatusBadRequest {
			t.Errorf("it is answered with %v", res)
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
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 20 * time.Millisecond })
	s := d.connect(bearer(d.admin))
	var m message
	if err := wsjson.Read(t.Context(), s.conn, &m); err != nil || m.Type != "ping" {
		t.Errorf("instead of a ping: %+v %v", m, err)
	}
}

const renewing = `mutation($in: ViewerRenewInput!) { viewerRenew(input: $in) { expiresAt userErrors { code message field } } }`

// renew asks for another token on the socket, and gives back what the payload says.
func (s *socket) renew(id, token string) reply {
	s.t.Helper()
	s.say("subscribe", id, vars{"query": renewing, "variables": vars{"in": vars{"token": token}}})
	for {
		m := s.hear()
		if m.ID != id {
			continue // items of what else is under way
		}
		r := m.reply(s.t)
		if m := s.hear(); m.Type != "complete" && m.ID == id {
			s.t.Fatalf("after the answer comes %+v", m)
		}
		return r
	}
}

// ping sends a payload and gives back that of the pong.
func (s *socket) ping(payload any) map[string]any {
	s.t.Helper()
	s.say("ping", "", payload)
	for {
		m := s.hear()
		if m.Type != "pong" {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal(m.Payload, &got); err != nil {
			s.t.Fatalf("the pong says %s", m.Payload)
		}
		return got
	}
}

func TestATokenIsRenewedOnTheSameWebsocket(t *testing.T) {
	t.Parallel()
	ways := map[string]func(s *socket, token string) (code string){
		"by the mutation": func(s *socket, token string) string {
			r := s.renew("renewal-of-"+token, token)
			if errs := r.userErrors("viewerRenew"); len(errs) > 0 {
				return errs[0]
			}
			if _, err := time.Parse(time.RFC3339, r.text("viewerRenew", "expiresAt")); err != nil {
				s.t.Error(err)
			}
			return ""
		},
		"by a ping": func(s *socket, token string) string {
			pong := s.ping(bearer(token))
			if fail, ok := pong["error"].(map[string]any); ok {
				if strings.Contains(fmt.Sprint(pong), token) {
					s.t.Errorf("the pong repeats the token: %v", pong)
				}
				ext := fail["extensions"].(map[string]any)
				return strings.TrimSpace(fmt.Sprint(ext["code"]) + " " + strings.Trim(fmt.Sprint(ext["field"]), "[]"))
			}
			if _, err := time.Parse(time.RFC3339, fmt.Sprint(pong["expiresAt"])); err != nil {
				s.t.Error(err)
			}
			return ""
		},
	}
	for name, renew := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
			give := func(lives time.Duration) string { return s.tokens.give(c.Consumer.Key, time.Now().Add(lives)) }
			first := give(700 * time.Millisecond)
			w := s.connect(bearer(first))
			w.say("subscribe", "1", vars{"query": watching})
			t.Run("one that is not valid changes nothing", func(t *testing.T) {
				if got := renew(w, "nonsense"); got != "INVALID token" {
					t.Errorf("it is answered with %q", got)
				}
			})
			t.Run("nor does one of another consumer, however much that may do", func(t *testing.T) {
				if got := renew(w, s.admin); got != "INVALID token" {
					t.Errorf("it is answered with %q", got)
				}
			})
			second := give(time.Hour)
			if got := renew(w, second); got != "" {
				t.Fatalf("it is answered with %q", got)
			}
			t.Run("a subscription goes on past the end of the old one", func(t *testing.T) {
				s.tokens.take(first)
				eventually(t, "the old one would have ended", func() bool { return time.Now().After(s.tokens.endOf(first).Add(50 * time.Millisecond)) })
				execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
				if got := w.hear().reply(t).text("executionChanged", "execution", "id"); got != execution {
					t.Errorf("it is about %s", got)
				}
				s.settled(execution)
			})
			t.Run("and ends when the new one is taken back", func(t *testing.T) {
				s.tokens.take(second)
				hubtest.CallerWith(t, s.db) // the hub wakes subscriptions when a token is revoked; here a change of configuration does
				m := w.hear()
				for m.Type == "next" {
					m = w.hear()
				}
				if m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
					t.Errorf("it ends with %s %s", m.Type, m.Payload)
				}
			})
		})
	}
	t.Run("and the subscription ends with the new one's time", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
		w := d.connect(bearer(d.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": watching})
		w.renew("2", d.tokens.give(c.Consumer.Key, time.Now().Add(300*time.Millisecond)))
		if m := w.hear(); m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
			t.Errorf("it ends with %s %s", m.Type, m.Payload)
		}
		t.Run("after which a ping opens the socket again, and the mutation does not", func(t *testing.T) {
			w.say("subscribe", "3", vars{"query": renewing, "variables": vars{"in": vars{"token": d.tokenOf(c)}}})
			if m := w.hear(); m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
				t.Errorf("it is answered with %s %s", m.Type, m.Payload)
			}
			w.ping(bearer(d.tokenOf(c)))
			w.say("subscribe", "4", vars{"query": "{ viewer { consumer { id } } }"})
			if got := w.hear().reply(t).text("viewer", "consumer", "id"); got != c.Consumer.ID() {
				t.Errorf("it is %s", got)
			}
		})
	})
	t.Run("a narrower one ends a subscription at once that it does not let go on", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(hub.RowEvents, hub.See))
		w := d.connect(bearer(d.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": watching})
		w.say("ping", "", bearer(d.tokens.narrow(c.Consumer.Key, hub.Grants{hub.RowEvents: hub.ActionSet(hub.See)})))
		var kinds []string
		for len(kinds) < 2 {
			m := w.hear()
			kinds = append(kinds, m.Type)
			if m.Type == "error" && m.errorCode(t) != "FORBIDDEN" {
				t.Errorf("it ends with %s", m.Payload)
			}
		}
		if slices.Sort(kinds); !slices.Equal(kinds, []string{"error", "pong"}) {
			t.Errorf("there came %v", kinds)
		}
		t.Run("and a wider one lets it be opened again", func(t *testing.T) {
			w.ping(bearer(d.tokenOf(c)))
			w.say("subscribe", "1", vars{"query": "{ flows { totalCount } }"})
			if r := w.hear().reply(t); len(r.Errors) > 0 {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		})
	})
	t.Run("a narrower one hides at once what it does not let be seen", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(workOrders, hub.See))
		w := s.connect(bearer(s.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": `subscription { executionChanged { execution { id subject } } }`})
		w.ping(vars{"authorization": "bearer " + s.tokens.narrow(c.Consumer.Key, hub.Grants{hub.RowHub: hub.ActionSet(hub.See)})})
		s.workOrder("OT-1", "jonas")
		if r := w.hear().reply(t); r.at("executionChanged", "execution", "subject") != nil {
			t.Errorf("an item says %v", r.Data)
		}
	})
	t.Run("not outside a websocket", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		r := d.do(d.admin, renewing, vars{"in": vars{"token": d.admin}})
		if errs := r.userErrors("viewerRenew"); !slices.Equal(errs, []string{"CONFLICT"}) || r.at("viewerRenew", "expiresAt") != nil {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
	t.Run("not before the connection is open", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		w, _, err := d.dial(nil, "graphql-transport-ws")
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(w.ping(bearer(d.admin))); !strings.Contains(got, "CONFLICT") {
			t.Errorf("it is answered with %s", got)
		}
		w.say("subscribe", "1", vars{"query": "{ viewer { locale } }"})
		if _, err := w.next(); websocket.CloseStatus(err) != 4401 {
			t.Errorf("a ping with a token opened it: %v", err)
		}
	})
	t.Run("and a ping with another payload is answered with that", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		if got := d.connect(bearer(d.admin)).ping(vars{"n": 7}); fmt.Sprint(got) != "map[n:7]" {
			t.Errorf("it is answered with %v", got)
		}
	})
}
