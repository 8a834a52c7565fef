package graph_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-hub/recado/graph"
)

// raw sends a text as it is.
func (s *socket) raw(text string) {
	s.t.Helper()
	if err := s.conn.Write(s.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

// silent opens a socket on which nothing was said yet.
func (d *door) silent() *socket {
	d.t.Helper()
	s, _, err := d.dial(nil, "graphql-transport-ws")
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// closed reads until the connection ends, and returns its close code and reason.
func (s *socket) closed() (websocket.StatusCode, string) {
	s.t.Helper()
	for {
		m, err := s.next()
		if err == nil {
			s.t.Logf("before the end came %s %s %s", m.Type, m.ID, m.Payload)
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) {
			s.t.Fatalf("the connection ends with %v", err)
		}
		return end.Code, end.Reason
	}
}

func TestWhoeverBreaksTheProtocolIsToldByTheCloseCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	asking := `{"id":"1","type":"subscribe","payload":{"query":"subscription { executionChanged { cursor } }"}}`
	for name, c := range map[string]struct {
		init   bool
		say    []string
		code   websocket.StatusCode
		reason string
	}{
		"subscribes before init":              {false, []string{asking}, 4401, "connection_init"},
		"says init twice":                     {true, []string{`{"type":"connection_init"}`}, 4429, "twice"},
		"has a payload of init that is none":  {false, []string{`{"type":"connection_init","payload":5}`}, 4400, "payload"},
		"uses an id that is in use":           {true, []string{asking, asking}, 4409, "Subscriber for 1 already exists"},
		"sends no JSON":                       {true, []string{"hello"}, 4400, "JSON"},
		"sends no JSON before init":           {false, []string{"hello"}, 4400, "JSON"},
		"sends a list":                        {true, []string{"[]"}, 4400, "JSON array"},
		"says a name twice":                   {true, []string{`{"type":"ping","type":"pong"}`}, 4400, "twice"},
		"sends a message of no type":          {true, []string{"{}"}, 4400, "type"},
		"sends a message of an unknown type":  {true, []string{`{"type":"start"}`}, 4400, `"start"`},
		"sends what only the server may send": {true, []string{`{"type":"next","id":"1"}`}, 4400, `"next"`},
		"subscribes without id":               {true, []string{`{"type":"subscribe","payload":{"query":"{ viewer { locale } }"}}`}, 4400, "id"},
		"subscribes with an empty id":         {true, []string{`{"id":"","type":"subscribe","payload":{"query":"{ viewer { locale } }"}}`}, 4400, "id"},
		"completes without id":                {true, []string{`{"type":"complete"}`}, 4400, "id"},
		"subscribes without payload":          {true, []string{`{"id":"1","type":"subscribe"}`}, 4400, "payload"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := d.silent()
			s.t = t
			if c.init {
				s.say("connection_init", "", bearer(d.admin))
				if m := s.hear(); m.Type != "connection_ack" {
					t.Fatalf("init is answered with %+v", m)
				}
			}
			for _, text := range c.say {
				s.raw(text)
			}
			if code, reason := s.closed(); code != c.code || !strings.Contains(reason, c.reason) {
				t.Errorf("the connection is closed with %d %q", code, reason)
			}
		})
	}
	t.Run("also for a binary message", func(t *testing.T) {
		s := d.connect(bearer(d.admin))
		if err := s.conn.Write(t.Context(), websocket.MessageBinary, []byte(`{"type":"ping"}`)); err != nil {
			t.Fatal(err)
		}
		if code, _ := s.closed(); code != 4400 {
			t.Errorf("the connection is closed with %d", code)
		}
	})
}

func TestAnOperationOnAWebsocketEndsOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	s := d.connect(bearer(d.admin))
	for name, c := range map[string]struct{ payload, code, says string }{
		"one that does not parse":            {`{"query":"{"}`, "GRAPHQL_PARSE_FAILED", "Expected Name"},
		"one that fits no schema":            {`{"query":"{ x }"}`, "GRAPHQL_VALIDATION_FAILED", "Cannot query field"},
		"one whose variables are none":       {`{"query":"{ viewer { locale } }","variables":[]}`, "BAD_REQUEST", `"variables" is a JSON array`},
		"one without query":                  {`{}`, "BAD_REQUEST", "no query"},
		"one with a missing variable":        {`{"query":"query($id: ID!) { flow(id: $id) { id } }"}`, "GRAPHQL_VALIDATION_FAILED", "variable id: must be defined"},
		"a subscription to two things":       {`{"query":"subscription { executionChanged { cursor } b: executionChanged { cursor } }"}`, "GRAPHQL_VALIDATION_FAILED", "exactly one field"},
		"a subscription to nothing":          {`{"query":"subscription { executionChanged @skip(if: true) { cursor } }"}`, "GRAPHQL_VALIDATION_FAILED", "exactly one field"},
		"a subscription with a bad argument": {`{"query":"subscription { executionChanged(flow: \"x\") { cursor } }"}`, "INVALID", "flow:"},
	} {
		t.Run(name, func(t *testing.T) {
			s.raw(fmt.Sprintf(`{"id":"again","type":"subscribe","payload":%s}`, c.payload))
			m := s.hear()
			if m.ID != "again" || m.Type != "error" || m.errorCode(t) != c.code || !strings.Contains(string(m.Payload), strings.ReplaceAll(c.says, `"`, `\"`)) {
				t.Errorf("it is answered with %s %s %s", m.Type, m.ID, m.Payload)
			}
			// Nothing comes after an error, or it would be heard instead of this pong.
			s.raw(`{"type":"ping","payload":{"mine":true}}`)
			if m := s.hear(); m.Type != "pong" || string(m.Payload) != `{"mine":true}` {
				t.Errorf("after the error comes %s %s %s", m.Type, m.ID, m.Payload)
			}
		})
	}
	t.Run("and its id can be used again, also at once after the client ended it", func(t *testing.T) {
		for range 20 {
			s.raw(`{"id":"again","type":"subscribe","payload":{"query":"subscription { executionChanged { cursor } }"}}`)
			s.raw(`{"id":"again","type":"complete"}`)
		}
		s.raw(`{"id":"again","type":"subscribe","payload":{"query":"{ viewer { locale } }"}}`)
		if m := s.hear(); m.ID != "again" || m.Type != "next" {
			t.Errorf("it is answered with %s %s %s", m.Type, m.ID, m.Payload)
		}
		if m := s.hear(); m.ID != "again" || m.Type != "complete" {
			t.Errorf("then comes %s %s %s", m.Type, m.ID, m.Payload)
		}
		s.raw(`{"id":"never heard of","type":"complete"}`)
		s.raw(`{"type":"ping"}`)
		if m := s.hear(); m.Type != "pong" {
			t.Errorf("then comes %s %s %s", m.Type, m.ID, m.Payload)
		}
	})
}

func TestAPingIsAnsweredBeforeInit(t *testing.T) {
	t.Parallel()
	s := newDoor(t, nil).silent()
	s.raw(`{"type":"ping"}`)
	if m := s.hear(); m.Type != "pong" {
		t.Errorf("it is answered with %+v", m)
	}
}

func TestAWebsocketThatIsNotInitialisedInTimeIsClosed(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.InitTimeout = 300 * time.Millisecond })
	began := time.Now()
	s := d.silent()
	s.raw(`{"type":"ping"}`) // which is allowed before, and buys no time
	if code, reason := s.closed(); code != 4408 || !strings.Contains(reason, "connection_init") {
		t.Errorf("it is closed with %d %q", code, reason)
	}
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("it is closed after %s", took)
	}
	late := d.connect(bearer(d.admin))
	time.Sleep(400 * time.Millisecond)
	late.say("subscribe", "1", vars{"query": "{ viewer { locale } }"})
	if m := late.hear(); m.Type != "next" {
		t.Errorf("one that was initialised is answered with %s", m.Type)
	}
}

func TestAWebsocketHasSoManyOperationsAtOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	s := d.connect(bearer(d.admin))
	for i := range 101 {
		s.raw(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"subscription { executionChanged { cursor } }"}}`, i))
	}
	m := s.hear()
	if m.ID != "100" || m.Type != "error" || m.errorCode(t) != "TOO_COSTLY" {
		t.Errorf("the one too many is answered with %s %s %s", m.Type, m.ID, m.Payload)
	}
	s.raw(`{"id":"7","type":"complete"}`)
	s.raw(`{"id":"100","type":"subscribe","payload":{"query":"{ viewer { locale } }"}}`)
	if m := s.hear(); m.ID != "100" || m.Type != "next" {
		t.Errorf("in the place of another it is answered with %s %s %s", m.Type, m.ID, m.Payload)
	}
}
