package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// session is what a connection knows of who is on the other side.
type session struct {
	token  string
	locale string
	via    hub.Via // by which way it came, for the audit log
}

// visit is one operation of a caller.
type visit struct {
	session            // as it was when the operation began
	wire         *wire // the websocket that it came over; nil if it came by a request of its own
	authenticate Authenticate
	caller       hub.Caller // as it was when the operation began
	until        time.Time  // when the token ends
	live         bool       // a subscription: it outlives the moment in which caller was true
	loaders      *loaders
	batches      atomic.Int64 // reads that the loaders made, for the log
}

type (
	sessionKey struct{}
	visitKey   struct{}
)

func withSession(ctx context.Context, s session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

func sessionOf(ctx context.Context) session {
	s, _ := ctx.Value(sessionKey{}).(session)
	return s
}

func withVisit(ctx context.Context, v *visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// visitOf is the operation that ctx belongs to. Every resolver runs inside one; outside, nobody is asking.
func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil {
		return &visit{}
	}
	return v
}

// whose is the session that ctx belongs to, also before its operation has begun.
func whose(ctx context.Context) session {
	if v := visitOf(ctx); v.authenticate != nil {
		return v.session
	}
	return sessionOf(ctx)
}

// caller is who asks. In a subscription it is asked anew each time, so that rights that were taken away are gone at once.
func caller(ctx context.Context) hub.Caller {
	v := visitOf(ctx)
	if !v.live {
		return v.caller
	}
	c, err := v.refresh(ctx)
	if err != nil {
		return hub.Caller{Locale: v.locale, Via: v.via}
	}
	return c
}

func (v *visit) refresh(ctx context.Context) (hub.Caller, error) {
	c, _, err := v.again(ctx)
	c.Via = v.via
	return c, err
}

// again authenticates the operation once more, with the token that its connection has now. One that is refused is no reason to end
// anything if it was renewed meanwhile: a client may take the old one back as soon as it has the answer.
func (v *visit) again(ctx context.Context) (hub.Caller, time.Time, error) {
	if v.wire == nil {
		return v.authenticate(ctx, v.token, v.locale)
	}
	for {
		s, _ := v.wire.now()
		c, until, err := v.authenticate(ctx, s.token, s.locale)
		if now, _ := v.wire.now(); err == nil || now.token == s.token {
			return c, until, err
		}
	}
}

// renewed is a channel that closes when the token is renewed; nil if that cannot be.
func (v *visit) renewed() <-chan struct{} {
	if v.wire == nil {
		return nil
	}
	_, renewed := v.wire.now()
	return renewed
}

// open begins an operation: it authenticates the session.
func (h *handler) open(ctx context.Context, s session) (*visit, error) {
	if s.token == "" {
		return nil, &hub.Error{Code: hub.CodeUnauthenticated, Message: "sign in: send a bearer token from POST /oauth/token"}
	}
	c, until, err := h.authenticate(ctx, s.token, s.locale)
	if err != nil {
		return nil, err
	}
	c.Via = s.via
	return &visit{session: s, authenticate: h.authenticate, caller: c, until: until, loaders: h.newLoaders(h.ofQuery)}, nil
}

// logged writes a line for each operation at the level of debugging: how long it took, and how many batches of linked
// objects were read for it.
func (h *handler) logged(ctx context.Context, v *visit, responses graphql.ResponseHandler) graphql.ResponseHandler {
	if !h.log.Enabled(ctx, slog.LevelDebug) {
		return responses
	}
	began := time.Now()
	return func(c context.Context) *graphql.Response {
		response := responses(c)
		if response != nil {
			h.log.DebugContext(ctx, "graphql: operation", "name", operationName(ctx), "consumer", v.caller.Consumer.ID(),
				"duration", time.Since(began), "batches", v.batches.Load(), "errors", len(response.Errors))
		}
		return response
	}
}

func sessionOfRequest(r *http.Request) session {
	return session{token: bearer(r.Header.Get("Authorization")), locale: catalog.LocaleOf(r.Header.Get("Accept-Language")),
		via: hub.ViaOf(hub.DoorGraphQL, r.RemoteAddr, r.Header.Get("X-Request-Id"))}
}

// bearer reads the token out of an Authorization value (RFC 6750 §2.1); empty if it is of another scheme.
func bearer(authorization string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
