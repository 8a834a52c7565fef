package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// protocol is the websocket subprotocol of subscriptions
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
const protocol = "graphql-transport-ws"

// initTimeout is how long a websocket may stay open before its first message.
const initTimeout = 10 * time.Second

// maxCloseReason is the most bytes of text that a close frame can carry (RFC 6455 §5.5).
const maxCloseReason = 123

func (h *handler) newWebsocket(keepAlive time.Duration) transport.Websocket {
	return transport.Websocket{
		Implementation:   onlyProtocol{patience: 2 * keepAlive, log: h.log},
		InitFunc:         h.initWebsocket,
		InitTimeout:      initTimeout,
		PingPongInterval: keepAlive,
		PayloadReadLimit: &h.maxBody,
	}
}

// onlyProtocol accepts websockets of the one protocol. The origin is not looked at: a foreign page has no token to send in
// its first message, and no cookie speaks for it.
type onlyProtocol struct {
	patience time.Duration // for one message to be taken by the client
	log      *slog.Logger
}

// Accept makes a websocket of a request.
func (p onlyProtocol) Accept(w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	o.Subprotocols = []string{protocol}
	conn, err := transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{InsecureSkipVerify: true}}.Accept(w, r, o)
	if err != nil {
		return nil, err
	}
	return newProtocolConn(conn, p.patience, p.renewing(r)), nil
}

// renewing is how a ping renews the token of the connection that a request opens.
func (p onlyProtocol) renewing(r *http.Request) func(token string) any {
	ctx := r.Context()
	return func(token string) any {
		until, err := wireOf(ctx).renew(ctx, token)
		if err != nil && hub.CodeOf(err) == hub.CodeInternal {
			p.log.ErrorContext(ctx, "graphql: a token could not be renewed", "error", err)
		}
		return pongOf(until, err)
	}
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveWebsocket opens a websocket. A token in the header is looked at before; without one the first message must bring it.
func (h *handler) serveWebsocket(w http.ResponseWriter, r *http.Request, s session) {
	a := &answer{w: w, media: mediaJSON}
	if !offers(r, protocol) {
		a.fail(badRequest("this websocket speaks the protocol %s only: offer it in Sec-WebSocket-Protocol", protocol))
		return
	}
	if r.Header.Get("Authorization") != "" {
		if _, err := h.open(r.Context(), s); err != nil {
			h.denied(r.Context(), s, err)
			a.refuse(err, s)
			return
		}
	}
	ctx := withWire(withSession(r.Context(), s), &wire{authenticate: h.authenticate})
	h.websocket.Do(w, r.WithContext(ctx), h.exec)
}

func offers(r *http.Request, protocol string) bool {
	offered := strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	return slices.ContainsFunc(offered, func(p string) bool { return strings.TrimSpace(p) == protocol })
}

// initWebsocket judges the first message. Its payload can bring the token and the language, which win over the headers:
// {"Authorization": "Bearer …", "Accept-Language": "pt-BR"}.
func (h *handler) initWebsocket(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
	s := sessionOf(ctx)
	if given := payloadText(payload, "Authorization"); given != "" {
		s.token = bearer(given)
	}
	if given := payloadText(payload, "Accept-Language"); given != "" {
		s.locale = catalog.LocaleOf(given)
	}
	v, err := h.open(ctx, s)
	if err != nil {
		h.denied(ctx, s, err)
		ctx = transport.WithWebsocketCloseCode(ctx, closeForbidden)
		return transport.AppendCloseReason(ctx, closeReason(err)), nil, err
	}
	wireOf(ctx).opened(s, v.caller.Consumer.Key)
	return ctx, nil, nil
}

// payloadText reads a text of the first message under its name in any case.
func payloadText(payload transport.InitPayload, name string) string {
	for key := range payload {
		if strings.EqualFold(key, name) {
			return payload.GetString(key)
		}
	}
	return ""
}

// closeReason is the code of an error and as much of its message as fits.
func closeReason(err error) string {
	var e *hub.Error
	if !errors.As(err, &e) {
		return string(hub.CodeInternal)
	}
	return fitReason(string(e.Code) + ": " + e.Message)
}

// fitReason is as much of a reason as fits into a close frame.
func fitReason(reason string) string {
	for len(reason) > maxCloseReason {
		reason = hub.Clip(reason, len([]rune(reason))-4)
	}
	return reason
}

// aroundOperation gives every operation its visit. Over HTTP it is there already; a websocket outlives many operations, and
// each of them is authenticated anew.
func (h *handler) aroundOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	v := visitOf(ctx)
	overSocket := v.authenticate == nil
	if overSocket {
		w := wireOf(ctx)
		opened, err := h.openOn(ctx, w)
		if err != nil {
			return end(ctx, gqlerror.List{h.present(ctx, err)})
		}
		v, ctx = opened, withVisit(ctx, opened)
		if err := h.spendOn(ctx, v); err != nil {
			return end(ctx, gqlerror.List{h.present(ctx, err)})
		}
	}
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		v.live, v.loaders = true, h.newLoaders(false)
		return endOnErrors(ctx, next(ctx))
	}
	responses := next(ctx)
	if overSocket {
		responses = h.inTime(v, responses)
	}
	return h.logged(ctx, v, responses)
}

// inTime bounds a query or mutation on a websocket, and has it wait for its turn. One by HTTP is bounded together with its request.
func (h *handler) inTime(v *visit, responses graphql.ResponseHandler) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		ctx, cancel := context.WithTimeout(ctx, h.timeout)
		defer cancel()
		back, err := h.turns.take(ctx, v.caller.Consumer.Key, graphql.GetOperationContext(ctx).Operation.Operation)
		if err != nil {
			return &graphql.Response{Errors: gqlerror.List{h.present(ctx, err)}}
		}
		defer back()
		return responses(ctx)
	}
}

// openOn begins an operation on a websocket, with the token that it has now: one that was renewed meanwhile, and then taken back,
// is no reason to refuse anything.
func (h *handler) openOn(ctx context.Context, w *wire) (*visit, error) {
	for {
		s, _ := w.now()
		v, err := h.open(ctx, s)
		if err == nil {
			v.wire = w
			return v, nil
		}
		if now, _ := w.now(); now.token == s.token {
			return nil, err
		}
	}
}

// end ends an operation on a websocket with a message of the type error.
func end(ctx context.Context, list gqlerror.List) graphql.ResponseHandler {
	for _, err := range list {
		transport.AddSubscriptionError(ctx, err)
	}
	return func(context.Context) *graphql.Response { return nil }
}

// endOnErrors makes a subscription that never begins end with a message of the type error, instead of a response without
// data.
func endOnErrors(ctx context.Context, responses graphql.ResponseHandler) graphql.ResponseHandler {
	return func(c context.Context) *graphql.Response {
		response := responses(c)
		if response == nil || len(response.Data) > 0 || len(response.Errors) == 0 {
			return response
		}
		return end(ctx, response.Errors)(c)
	}
}
