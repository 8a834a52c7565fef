package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// Close codes of graphql-transport-ws.
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401
	closeForbidden    = 4403
	closeNotSpoken    = 4406
	closeInitTimeout  = 4408
	closeIDInUse      = 4409
	closeManyInits    = 4429
)

// maxOperations is how many operations one websocket, or one stream that was reserved, can have under way at once.
const maxOperations = 100

// missedPings is how many pings in a row a client may leave without any word.
const missedPings = 2

// socket is a websocket that speaks graphql-transport-ws. A client that breaks a rule of the protocol is told by the close code
// that the protocol has for it, and one that reads nothing is let go. One goroutine reads; each operation has another, and
// writes by itself.
type socket struct {
	*handler
	conn   *websocket.Conn
	ctx    context.Context
	stop   context.CancelFunc
	header http.Header // of the request that opened it
	begun  atomic.Bool // it was acknowledged
	silent atomic.Int32
	ending sync.Once

	mu         sync.Mutex
	operations map[string]*operation // under way, by their ids
}

// message is a message of the protocol.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// violation is what a client did against the protocol.
type violation struct {
	code   int
	reason string
}

func bad(format string, args ...any) *violation {
	return &violation{closeBadMessage, fmt.Sprintf(format, args...)}
}

// serve reads until the connection ends.
func (s *socket) serve() {
	waiting := time.AfterFunc(s.initTimeout, func() {
		if !s.begun.Load() {
			s.close(closeInitTimeout, fmt.Sprintf("connection_init did not come within %s", s.initTimeout))
		}
	})
	defer waiting.Stop()
	beats := newBeats(s.keepAlive, s.beat)
	defer beats.end()
	leave := context.AfterFunc(s.ctx, func() { s.close(int(websocket.StatusGoingAway), "the hub is stopping") })
	defer leave()
	for {
		kind, text, err := s.conn.Read(context.Background()) // what ends it is that the connection is closed
		if err != nil {
			_ = s.conn.CloseNow()
			return
		}
		s.silent.Store(0)
		if wrong := s.receive(kind, text); wrong != nil {
			leave()
			s.close(wrong.code, wrong.reason)
			return
		}
	}
}

// close ends the connection and all that is under way on it.
func (s *socket) close(code int, reason string) {
	s.ending.Do(func() {
		s.stop()
		_ = s.conn.Close(websocket.StatusCode(code), fitReason(catalog.Say(s.locale(), reason))) // a client that is gone need not be told
	})
}

// locale is the language in which the connection is spoken to.
func (s *socket) locale() string {
	if of, _ := wireOf(s.ctx).now(); of.locale != "" {
		return of.locale
	}
	return sessionOf(s.ctx).locale
}

// beat says that the hub is there, and how far each subscription is. A client that has not said a word for too long is gone.
func (s *socket) beat() {
	if s.silent.Add(1) > missedPings {
		_ = s.conn.CloseNow()
		return
	}
	cursors := map[string]string{}
	s.mu.Lock()
	for id, o := range s.operations {
		cursor, held := o.hold()
		if held {
			defer o.mu.Unlock() // when the ping is out: what it says must not be older than what went out before
		}
		if cursor != "" {
			cursors[id] = cursor
		}
	}
	s.mu.Unlock()
	ping := message{Type: "ping"}
	if len(cursors) > 0 {
		ping.Payload, _ = json.Marshal(map[string]any{"cursors": cursors}) // texts always can
	}
	s.send(ping)
}

// receive does what a message asks for.
func (s *socket) receive(kind websocket.MessageType, text []byte) *violation {
	if kind != websocket.MessageText {
		return bad("messages are text")
	}
	var m message
	if err := decode(bytes.NewReader(text), &m); err != nil {
		return bad("a message is a JSON object with type: %s", sayJSON(err))
	}
	switch m.Type {
	case "ping":
		s.pong(m.Payload)
		return nil
	case "connection_init":
		return s.init(m.Payload)
	case "pong":
		return nil // whatever comes says that the client is there
	}
	if !s.begun.Load() {
		return &violation{closeUnauthorized, "the first message must be connection_init"}
	}
	switch m.Type {
	case "subscribe":
		return s.subscribe(&m)
	case "complete":
		return s.complete(&m)
	}
	return bad("a client sends no message of the type %q", hub.Clip(m.Type, 40))
}

// pong answers a ping, which may come at any time, with its own payload; one that brings a token with what became of that.
func (s *socket) pong(payload json.RawMessage) {
	if token, asked := tokenOfPing(payload); asked {
		until, err := wireOf(s.ctx).renew(s.ctx, token)
		if err != nil && hub.CodeOf(err) == hub.CodeInternal {
			s.log.ErrorContext(s.ctx, "graphql: a token could not be renewed", "error", err)
		}
		payload, _ = json.Marshal(pongOf(until, err)) // texts and times always can
	}
	s.send(message{Type: "pong", Payload: payload})
}

func (s *socket) init(text json.RawMessage) *violation {
	var payload map[string]any
	if len(text) > 0 && json.Unmarshal(text, &payload) != nil {
		return bad("the payload of connection_init must be an object")
	}
	if s.begun.Load() {
		return &violation{closeManyInits, "connection_init came twice"}
	}
	if err := s.signIn(s.ctx, payload); err != nil {
		return &violation{closeForbidden, closeReason(localeOfInit(payload, sessionOf(s.ctx).locale), err)}
	}
	s.begun.Store(true)
	s.send(message{Type: "connection_ack"})
	return nil
}

func (s *socket) subscribe(m *message) *violation {
	if m.ID == "" || len(m.Payload) == 0 {
		return bad("subscribe needs an id and a payload")
	}
	o := &operation{id: m.ID, socket: s}
	switch there, full := s.admit(o); {
	case there:
		return &violation{closeIDInUse, fmt.Sprintf("Subscriber for %s already exists", hub.Clip(m.ID, 40))}
	case full:
		o.fail(gqlerror.List{tooMany()})
		return nil
	}
	var body requestBody
	err := decode(bytes.NewReader(m.Payload), &body)
	params := body.params()
	switch {
	case err != nil:
		o.fail(gqlerror.List{badRequest("the payload is no GraphQL request: %s", sayJSON(err)).err})
	case params.Query == "" && !asksByHash(params):
		o.fail(gqlerror.List{badRequest("the payload has no query").err})
	default:
		params.Headers = s.header
		ctx, stop := context.WithCancel(s.ctx)
		o.stop = stop
		go o.run(ctx, params)
	}
	return nil
}

func tooMany() *gqlerror.Error {
	return plainError(codeCost, "this connection has %d operations under way, which is all that it can have; end one, or open another", maxOperations)
}

// admit takes up an operation, unless there is one of its id or there are too many.
func (s *socket) admit(o *operation) (there, full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there = s.operations[o.id]; there {
		return true, false
	}
	if full = len(s.operations) >= maxOperations; !full {
		s.operations[o.id] = o
	}
	return false, full
}

// complete ends an operation; its id is free then. One that is over already may have crossed this message on the way.
func (s *socket) complete(m *message) *violation {
	if m.ID == "" {
		return bad("complete needs an id")
	}
	s.mu.Lock()
	o := s.operations[m.ID]
	s.mu.Unlock()
	if o != nil {
		o.release()
		o.stop()
	}
	return nil
}

func (s *socket) send(m message) {
	text, err := json.Marshal(m)
	if err == nil {
		_ = s.write(text) // a broken connection is met by the next read
	}
}

// write sends a message. A client that does not take it in time is let go: whoever waits for it would wait without end.
func (s *socket) write(text []byte) error {
	ctx, done := context.WithTimeout(context.Background(), missedPings*s.keepAlive)
	defer done()
	return s.conn.Write(ctx, websocket.MessageText, text)
}
