package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// protocol is the websocket subprotocol (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
const protocol = "graphql-transport-ws"

// changed is an item of executionChanged.
type changed struct {
	Change struct {
		At      time.Time
		Subject string
		Aspect  string
		To      string
		Cause   reason
	}
	Execution struct {
		ID      string
		Subject string
	}
	Delivery *struct {
		ID        string
		Recipient string
		State     string
	}
}

type reason struct{ Code, Message string }

const executionChanged = `subscription { executionChanged {
	change { at subject aspect to cause { code message } }
	execution { id subject }
	delivery { id recipient state }
} }`

// watch is a running subscription.
type watch struct {
	conn  *websocket.Conn
	items chan changed // closed when the subscription ends; then err says why
	err   error
	stop  context.CancelFunc
}

// message is one of the protocol, in either direction.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// subscribe opens a websocket, signs in by its first message, and subscribes to every change of an execution.
func subscribe(ctx context.Context, hub, token string) (*watch, error) {
	conn, _, err := websocket.Dial(ctx, hub+"/graphql", &websocket.DialOptions{Subprotocols: []string{protocol}})
	if err != nil {
		return nil, fmt.Errorf("the websocket: %w", err)
	}
	conn.SetReadLimit(maxAnswer)
	if err := begin(ctx, conn, token); err != nil {
		return nil, errors.Join(err, conn.CloseNow())
	}
	reading, stop := context.WithCancel(context.WithoutCancel(ctx))
	w := &watch{conn: conn, items: make(chan changed, 256), stop: stop}
	go func() {
		defer close(w.items)
		w.err = w.read(reading)
	}()
	return w, nil
}

func begin(ctx context.Context, conn *websocket.Conn, token string) error {
	hello, err := json.Marshal(map[string]string{"Authorization": "Bearer " + token})
	if err != nil {
		return err
	}
	if err := wsjson.Write(ctx, conn, message{Type: "connection_init", Payload: hello}); err != nil {
		return err
	}
	var ack message
	if err := wsjson.Read(ctx, conn, &ack); err != nil {
		return fmt.Errorf("the websocket: %w", err)
	}
	if ack.Type != "connection_ack" {
		return fmt.Errorf("the websocket answered %q to connection_init", ack.Type)
	}
	query, err := json.Marshal(variables{"query": executionChanged})
	if err != nil {
		return err
	}
	return wsjson.Write(ctx, conn, message{ID: "1", Type: "subscribe", Payload: query})
}

// read hands on what comes until the subscription ends, and says why it did.
func (w *watch) read(ctx context.Context) error {
	for {
		var m message
		if err := wsjson.Read(ctx, w.conn, &m); err != nil {
			return fmt.Errorf("the subscription broke off: %w", err)
		}
		switch m.Type {
		case "next":
			item, err := decodeItem(m.Payload)
			if err != nil {
				return err
			}
			select {
			case w.items <- item:
			case <-ctx.Done():
				return ctx.Err()
			}
		case "ping":
			if err := wsjson.Write(ctx, w.conn, message{Type: "pong"}); err != nil {
				return err
			}
		case "error", "complete":
			return fmt.Errorf("the subscription ended: %s", m.Payload)
		}
	}
}

func decodeItem(payload []byte) (changed, error) {
	var p struct {
		Data struct {
			ExecutionChanged changed
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return changed{}, err
	}
	if len(p.Errors) > 0 {
		return changed{}, fmt.Errorf("the subscription: %s", p.Errors[0].Message)
	}
	return p.Data.ExecutionChanged, nil
}

func (w *watch) close() {
	_ = w.conn.Close(websocket.StatusNormalClosure, "")
	w.stop()
	for range w.items { // until the reader has ended
	}
}
