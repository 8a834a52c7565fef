package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// protocol is the websocket subprotocol of subscriptions
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
const protocol = "graphql-transport-ws"

// maxCloseReason is the most bytes of text that a close frame can carry (RFC 6455 §5.5).
const maxCloseReason = 123

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveWebsocket opens a websocket and returns when it has ended. A token in the header is looked at before; without one the first
// message must bring it. The origin is not looked at: a foreign page has no token to send in its first message, and no cookie speaks
// for it.
func (h *handler) serveWebsocket(w http.ResponseWriter, r *http.Request, s session) {
	spoken := offers(r, protocol)
	if spoken && r.Header.Get("Authorization") != "" {
		if _, err := h.open(r.Context(), s); err != nil {
			h.errs.denied(r.Context(), s, err)
			(&answer{w: w, media: mediaJSON, locale: s.locale}).refuse(err, s)
			return
		}
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{protocol}})
	if err != nil {
		return // it is answered already: what came was no handshake
	}
	if !spoken {
		_ = conn.Close(closeNotSpoken, fitReason(catalog.Say(s.locale, "this websocket speaks the subprotocol "+protocol+" only")))
		return
	}
	conn.SetReadLimit(h.maxBody)
	ctx, stop := context.WithCancel(withWire(withSession(r.Context(), s), &wire{authenticate: h.authenticate}))
	defer stop()
	defer context.AfterFunc(h.stopping, stop)()
	(&socket{handler: h, conn: conn, ctx: ctx, stop: stop, header: r.Header, operations: map[string]*operation{}}).serve()
}

func offers(r *http.Request, protocol string) bool {
	offered := strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	return slices.ContainsFunc(offered, func(p string) bool { return strings.TrimSpace(p) == protocol })
}

// signIn judges the first message. Its payload can bring the token and the language, which win over the headers:
// {"Authorization": "Bearer …", "Accept-Language": "pt-BR"}.
func (h *handler) signIn(ctx context.Context, payload map[string]any) error {
	s := sessionOf(ctx)
	if given := payloadText(payload, "Authorization"); given != "" {
		s.token = bearer(given)
	}
	s.locale = localeOfInit(payload, s.locale)
	v, err := h.open(ctx, s)
	if err != nil {
		h.errs.denied(ctx, s, err)
		return err
	}
	wireOf(ctx).opened(s, v.caller.Consumer.Key)
	return nil
}

// localeOfInit is the language for which the first message of a connection asks.
func localeOfInit(payload map[string]any, otherwise string) string {
	if given := payloadText(payload, "Accept-Language"); given != "" {
		return catalog.LocaleOf(given)
	}
	return otherwise
}

// payloadText reads a text of a message's payload under its name in any case.
func payloadText(payload map[string]any, name string) string {
	for key, value := range payload {
		if strings.EqualFold(key, name) {
			text, _ := value.(string)
			return text
		}
	}
	return ""
}

// closeReason is the code of an error and as much of its message as fits, in a language.
func closeReason(locale string, err error) string {
	var e *hub.Error
	if !errors.As(err, &e) {
		return string(hub.CodeInternal)
	}
	return fitReason(string(e.Code) + ": " + catalog.Say(locale, e.Message))
}

// fitReason is as much of a reason as fits into a close frame.
func fitReason(reason string) string {
	for len(reason) > maxCloseReason {
		reason = hub.Clip(reason, len([]rune(reason))-4)
	}
	return reason
}

// aroundOperation is around every operation, which has its visit already: from its request, or from [handler.enter].
func (h *handler) aroundOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	v := visitOf(ctx)
	if v.wire != nil {
		if err := h.spend(v, nil, quota.Cost, costOf(graphql.GetOperationContext(ctx))); err != nil {
			return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{h.errs.present(ctx, err)}})
		}
	}
	switch graphql.GetOperationContext(ctx).Operation.Operation {
	case ast.Subscription:
		v.live, v.loaders = true, h.newLoaders(ofSubscription)
		return next(ctx)
	case ast.Mutation:
		v.loaders = h.newLoaders(ofMutation)
	}
	responses := next(ctx)
	if runningOf(ctx) != nil { // a request by HTTP has its turn as a whole
		responses = h.inTurn(v, responses)
	}
	return h.logged(ctx, v, responses)
}

// inTurn has a query or mutation whose answer goes over a websocket or a stream wait for its turn.
func (h *handler) inTurn(v *visit, responses graphql.ResponseHandler) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		back, err := h.turns.take(ctx, v.caller.Consumer.Key, graphql.GetOperationContext(ctx).Operation.Operation)
		if err != nil {
			return &graphql.Response{Errors: gqlerror.List{h.errs.present(ctx, err)}}
		}
		defer back()
		return responses(ctx)
	}
}

// enter gives an operation on a websocket its visit, before anything is looked at: the connection outlives many operations, and each of them
// is authenticated anew and counts as a request, also one that turns out to be wrong.
func (h *handler) enter(ctx context.Context) (context.Context, error) {
	v, err := h.openOn(ctx, wireOf(ctx))
	if err != nil {
		return ctx, err
	}
	ctx = withVisit(ctx, v)
	if err := h.spend(v, nil, quota.Requests, 1); err != nil {
		return ctx, err
	}
	return ctx, nil
}

// openOn begins an operation on a wire, with the token that it has now: one that was renewed meanwhile, and then taken back, is no
// reason to refuse anything.
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
