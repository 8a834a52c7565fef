package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/hub"
)

// Close codes of graphql-transport-ws.
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401
	closeForbidden    = 4403
	closeInitTimeout  = 4408
	closeIDInUse      = 4409
	closeManyInits    = 4429
)

// maxOperations is how many operations one websocket can have under way at once.
const maxOperations = 100

// protocolConn keeps a connection to the rules of graphql-transport-ws that the transport leaves open: a client that breaks one is
// told by the close code that the protocol has for it, an id is used by one operation at a time and is free as soon as the
// client has ended it, nothing follows on an error, and a client that reads nothing is let go.
//
// Towards the transport every operation has an id of its own. So what still comes of one that the client has ended can be told
// from the next one of the same id.
type protocolConn struct {
	transport.WebsocketConn
	patience time.Duration          // for one message to be taken by the client
	renew    func(token string) any // renews the token of the connection; what the pong says of it

	mu    sync.Mutex
	begun bool              // connection_init came
	last  uint64            // id given to the transport
	inner map[string]string // the transport's ids by the client's, of what is under way
	outer map[string]string // the other way round
}

func newProtocolConn(conn transport.WebsocketConn, patience time.Duration, renew func(token string) any) *protocolConn {
	return &protocolConn{WebsocketConn: conn, patience: patience, renew: renew, inner: map[string]string{}, outer: map[string]string{}}
}

// frame is a message of the protocol.
type frame struct {
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

// NextReader reads the next message that is for the transport.
func (c *protocolConn) NextReader() (int, io.Reader, error) {
	for {
		kind, r, err := c.WebsocketConn.NextReader()
		if err != nil {
			return kind, r, err
		}
		pass, wrong := c.receive(kind, r)
		if wrong != nil {
			_ = c.WebsocketConn.WriteClose(wrong.code, fitReason(wrong.reason))
			return kind, nil, transport.ErrWebsocketClosed
		}
		if pass == nil {
			continue
		}
		text, err := json.Marshal(pass)
		return kind, bytes.NewReader(text), err
	}
}

// receive judges a message of the client: it returns what to hand to the transport, nil if there is nothing for it.
func (c *protocolConn) receive(kind int, r io.Reader) (*frame, *violation) {
	if kind != int(websocket.MessageText) {
		return nil, bad("messages are text")
	}
	var m frame
	if err := decode(r, &m); err != nil {
		return nil, bad("a message is a JSON object with type: %s", sayJSON(err))
	}
	switch m.Type {
	case "ping":
		return nil, c.pong(m.Payload)
	case "connection_init":
		return c.init(&m)
	}
	if !c.hasBegun() {
		return nil, &violation{closeUnauthorized, "the first message must be connection_init"}
	}
	switch m.Type {
	case "pong":
		return &m, nil
	case "subscribe":
		return c.subscribe(&m)
	case "complete":
		return c.complete(&m)
	}
	return nil, bad("a client sends no message of the type %q", hub.Clip(m.Type, 40))
}

// pong answers a ping, which may come at any time, with its own payload; one that brings a token with what became of that.
func (c *protocolConn) pong(payload json.RawMessage) *violation {
	if token, asked := tokenOfPing(payload); asked {
		payload, _ = json.Marshal(c.renew(token)) // texts and times always can
	}
	_ = c.send(frame{Type: "pong", Payload: payload}) // a broken connection is met by the next read
	return nil
}

func (c *protocolConn) init(m *frame) (*frame, *violation) {
	var payload map[string]any
	if len(m.Payload) > 0 && json.Unmarshal(m.Payload, &payload) != nil {
		return nil, bad("the payload of connection_init must be an object")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun {
		return nil, &violation{closeManyInits, "connection_init came twice"}
	}
	c.begun = true
	return m, nil
}

func (c *protocolConn) hasBegun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun
}

func (c *protocolConn) subscribe(m *frame) (*frame, *violation) {
	if m.ID == "" || len(m.Payload) == 0 {
		return nil, bad("subscribe needs an id and a payload")
	}
	id, wrong := c.take(m.ID)
	if wrong != nil {
		return nil, wrong
	}
	if id == "" {
		c.refuse(m.ID, plainError(codeCost, "this connection has %d operations under way, which is all that it can have; end one, or open another", maxOperations))
		return nil, nil
	}
	var params graphql.RawParams
	err := decode(bytes.NewReader(m.Payload), &params)
	switch {
	case err != nil:
		c.refuse(c.release(id), badRequest("the payload is no GraphQL request: %s", sayJSON(err)).err)
		return nil, nil
	case params.Query == "" && !asksByHash(&params):
		c.refuse(c.release(id), badRequest("the payload has no query").err)
		return nil, nil
	}
	return &frame{ID: id, Type: m.Type, Payload: m.Payload}, nil
}

// take gives an operation its id towards the transport; empty if there are too many already.
func (c *protocolConn) take(id string) (string, *violation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, used := c.inner[id]; used {
		return "", &violation{closeIDInUse, fmt.Sprintf("there is a subscriber %q already", hub.Clip(id, 40))}
	}
	if len(c.inner) >= maxOperations {
		return "", nil
	}
	c.last++
	mine := strconv.FormatUint(c.last, 10)
	c.inner[id], c.outer[mine] = mine, id
	return mine, nil
}

// release forgets an operation and returns the client's id of it; empty if it is over already.
func (c *protocolConn) release(mine string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.outer[mine]
	delete(c.outer, mine)
	delete(c.inner, id)
	return id
}

// complete ends an operation. One that is over already may have crossed this message on the way.
func (c *protocolConn) complete(m *frame) (*frame, *violation) {
	if m.ID == "" {
		return nil, bad("complete needs an id")
	}
	c.mu.Lock()
	mine, known := c.inner[m.ID]
	c.mu.Unlock()
	if !known {
		return nil, nil
	}
	c.release(mine)
	return &frame{ID: mine, Type: m.Type}, nil
}

func (c *protocolConn) refuse(id string, err *gqlerror.Error) {
	payload, _ := json.Marshal(gqlerror.List{err}) // text always can
	_ = c.send(frame{ID: id, Type: "error", Payload: payload})
}

// WriteJSON sends a message of the transport, under the client's id. What comes of an operation that is over is dropped.
func (c *protocolConn) WriteJSON(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var m frame
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	if m.ID == "" {
		return c.send(m)
	}
	c.mu.Lock()
	id, underWay := c.outer[m.ID]
	c.mu.Unlock()
	if m.Type == "complete" || m.Type == "error" {
		c.release(m.ID)
	}
	if !underWay {
		return nil
	}
	m.ID = id
	return c.send(m)
}

// send writes a message. A client that does not take it in time is let go: whoever waits for it would wait without end.
func (c *protocolConn) send(m frame) error {
	giveUp := time.AfterFunc(c.patience, func() { _ = c.WebsocketConn.Close() })
	defer giveUp.Stop()
	return c.WebsocketConn.WriteJSON(m)
}

// WriteClose closes the connection. Before the first message the transport has no other reason to than that it took too long.
func (c *protocolConn) WriteClose(code int, reason string) error {
	if code == transport.WebsocketCloseProtocolError && !c.hasBegun() {
		code, reason = closeInitTimeout, fmt.Sprintf("connection_init did not come within %s", initTimeout)
	}
	return c.WebsocketConn.WriteClose(code, reason)
}

// SetReadLimit bounds the messages of the client, in bytes.
func (c *protocolConn) SetReadLimit(limit int64) {
	if l, ok := c.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		l.SetReadLimit(limit)
	}
}

// SetReadDeadline ends the connection at a time unless it is lifted before.
func (c *protocolConn) SetReadDeadline(t time.Time) error {
	if d, ok := c.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}
