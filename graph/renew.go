package graph

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// wire is a websocket as its operations know it: who is on the other side, and the token that holds now. The protocol has no
// message to sign in again (a second connection_init ends the connection), so a token is renewed by the mutation viewerRenew or
// by a ping.
type wire struct {
	authenticate Authenticate

	mu       sync.Mutex
	session  session
	consumer int64         // who opened it; 0 until it is open. It stays for as long as the connection lives
	renewed  chan struct{} // closes when another token takes the place of this one
}

type wireKey struct{}

func withWire(ctx context.Context, c *wire) context.Context {
	return context.WithValue(ctx, wireKey{}, c)
}

// wireOf is the websocket that ctx belongs to; nil outside of one.
func wireOf(ctx context.Context) *wire {
	c, _ := ctx.Value(wireKey{}).(*wire)
	return c
}

// opened says who is on the other side, once that is known.
func (c *wire) opened(s session, consumer int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session, c.consumer, c.renewed = s, consumer, make(chan struct{})
}

// now is the session as it is now, and a channel that closes when it is renewed.
func (c *wire) now() (session, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session, c.renewed
}

// renew gives the connection another token, and says when that ends. It must be valid and of the same consumer: what is open on
// the connection was asked for by that one. Otherwise the connection stays as it was, and the error is INVALID.
func (c *wire) renew(ctx context.Context, token string) (time.Time, error) {
	s, _ := c.now()
	caller, until, err := c.authenticate(ctx, token, s.locale)
	if err != nil {
		return time.Time{}, notRenewed(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.consumer == 0:
		return time.Time{}, hub.Conflict("", "the connection is not open yet; send the token in connection_init")
	case caller.Consumer.Key != c.consumer:
		return time.Time{}, hub.Invalid("token", "the token is of another consumer than the one that opened this connection, which keeps the token that it had; "+
			"open another connection for it")
	}
	c.session.token = token
	close(c.renewed)
	c.renewed = make(chan struct{})
	return until, nil
}

// notRenewed keeps a bad new token apart from a bad token of the connection, which would be UNAUTHENTICATED.
func notRenewed(err error) error {
	var e *hub.Error
	if errors.As(err, &e) && e.Code == hub.CodeUnauthenticated {
		return hub.Invalid("token", "%s. The connection keeps the token that it had", e.Message)
	}
	return err
}

// viewerRenew renews the token of the websocket on which it is asked.
func viewerRenew(ctx context.Context, token string) (*model.ViewerRenewPayload, error) {
	var until time.Time
	c, err := wireOf(ctx), caller(ctx).NeedToken()
	switch {
	case err != nil:
	case c == nil:
		err = hub.Conflict("", "there is no connection to renew: outside a websocket every request brings its token in the header Authorization")
	default:
		until, err = c.renew(ctx, token)
	}
	errs, err := userErrors(err)
	payload := &model.ViewerRenewPayload{UserErrors: errs}
	if err == nil && len(errs) == 0 {
		payload.ExpiresAt = &until
	}
	return payload, err
}

// tokenOfPing is the token that the payload of a ping brings; asked is false if it brings none, as nearly all do.
func tokenOfPing(payload json.RawMessage) (token string, asked bool) {
	var fields map[string]any
	if len(payload) == 0 || json.Unmarshal(payload, &fields) != nil {
		return "", false
	}
	given := payloadText(fields, "Authorization")
	return bearer(given), given != ""
}

// pongOf answers a ping that brought a token: with the time at which it ends, or with an error of the form that errors have
// everywhere else. The token is not repeated.
func pongOf(until time.Time, err error) any {
	if err == nil {
		return map[string]any{"expiresAt": until.UTC().Format("2006-01-02T15:04:05.000Z")}
	}
	e := &hub.Error{Code: hub.CodeInternal, Message: "something went wrong inside the hub; its log says what"}
	errors.As(err, &e)
	return map[string]any{"error": shape(e)}
}
