package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/hub"
)

// The errors of the OAuth endpoints (RFC 6749 §5.2), and two for what that section does not foresee.
const (
	errInvalidRequest   = "invalid_request"
	errInvalidClient    = "invalid_client"
	errUnsupportedGrant = "unsupported_grant_type"
	errInvalidScope     = "invalid_scope"
	errUnauthorized     = "unauthorized_client"
	errSlowDown         = "temporarily_unavailable" // 429: too many failed attempts; 503: the store cannot be asked
	errServer           = "server_error"            // 500
)

// oauthError is an error of an OAuth endpoint.
type oauthError struct {
	status      int
	code        string
	description string        // for people; no quotes, no backslash (RFC 6749 §5.2)
	retryAfter  time.Duration // 0: not said

	// Who was refused, for the audit log alone: a consumer, or what an unknown client called itself.
	consumer int64
	client   string
}

// by says who was refused.
func (e *oauthError) by(c *hub.Consumer) *oauthError {
	if e != nil && c != nil {
		e.consumer = c.Key
	}
	return e
}

func invalidRequest(description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: errInvalidRequest, description: description}
}

// invalidClient does not say whether it is the key or the secret that is wrong, or that the consumer is disabled.
func invalidClient(description string) *oauthError {
	return &oauthError{status: http.StatusUnauthorized, code: errInvalidClient, description: description}
}

func invalidScope(description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: errInvalidScope, description: ascii(description)}
}

// badClient says no more than it must to whoever guesses.
const badClient = "the client is unknown, its secret is wrong, or it is disabled or expired"

// Token answers POST /oauth/token: client credentials in, an access token out (RFC 6749 §4.4). The client proves itself by
// HTTP Basic or by client_id and client_secret in the form, not by both. Errors have the shape and the codes of
// RFC 6749 §5.2.
//
// A scope narrows the token to a part of what the client's group grants (§3.3): permissions as module/submodule:ACTION, with one
// space between them. One that does not exist, or that the group does not grant, is "invalid_scope".
//
// Whoever fails ten times in short order, by client and by address, is answered 429 with Retry-After and
// "temporarily_unavailable" until six seconds have passed for each further attempt.
func (a *Auth) Token(w http.ResponseWriter, r *http.Request) {
	answer, fault := a.token(r)
	a.noteRefusal(r, hub.AuditTokenRefused, fault)
	respond(a, w, r, answer, fault)
}

// from is where a request comes from, for the audit log.
func (a *Auth) from(r *http.Request) hub.Via {
	return hub.ViaOf(hub.DoorOAuth, a.origin(r), r.Header.Get("X-Request-Id"))
}

// noteRefusal counts a refusal for the audit log. That the store cannot be asked is none.
func (a *Auth) noteRefusal(r *http.Request, kind hub.AuditKind, fault *oauthError) {
	if fault == nil || fault.status >= http.StatusInternalServerError {
		return
	}
	d := hub.Denial{Kind: kind, ConsumerKey: fault.consumer, ClientID: fault.client, Reason: fault.code, Via: a.from(r)}
	if kind == hub.AuditDenied {
		d.Asked = r.Method + " " + r.URL.Path
	}
	a.db.NoteDenial(d, time.Now())
}

// respond writes the answer of an OAuth endpoint, or its error. A nil answer has no body. The description of an error is ASCII for
// developers (RFC 6749 §5.2); message, a member of our own, says the same in the language of the request.
func respond[T any](a *Auth, w http.ResponseWriter, r *http.Request, answer *T, fault *oauthError) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	if fault == nil && answer == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	h.Set("Content-Type", "application/json")
	if fault == nil {
		json.NewEncoder(w).Encode(answer)
		return
	}
	if fault.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="recado", charset="UTF-8"`)
	}
	if fault.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(fault.retryAfter.Seconds()))))
	}
	said, locale := a.say(r.Header, fault.description)
	h.Set("Content-Language", locale)
	h.Add("Vary", "Accept-Language")
	w.WriteHeader(fault.status)
	json.NewEncoder(w).Encode(map[string]string{"error": fault.code, "error_description": fault.description, "message": said})
}

// tokenAnswer is a successful answer (RFC 6749 §5.1).
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope,omitempty"`
}

func (a *Auth) token(r *http.Request) (*tokenAnswer, *oauthError) {
	form, fault := readForm(r)
	if fault != nil {
		return nil, fault
	}
	switch grant := form.Get("grant_type"); grant {
	case "client_credentials":
	case "":
		return nil, invalidRequest("grant_type is missing: send grant_type=client_credentials")
	default:
		return nil, &oauthError{status: http.StatusBadRequest, code: errUnsupportedGrant, description: "only the grant type client_credentials is offered"}
	}
	consumer, fault := a.client(r, form)
	if fault != nil {
		return nil, fault
	}
	scope, fault := a.scope(r.Context(), consumer, form.Get("scope"))
	if fault != nil {
		return nil, fault.by(consumer)
	}
	now := time.Now()
	until := now.Add(a.ttl)
	if consumer.ExpiresAt != nil && consumer.ExpiresAt.Before(until) {
		until = *consumer.ExpiresAt
	}
	token, err := a.sign(consumer, scope, now, until)
	if err != nil {
		a.log.LogAttrs(r.Context(), slog.LevelError, "token not signed", slog.String("consumer", consumer.ID()), slog.Any("error", err))
		return nil, &oauthError{status: http.StatusInternalServerError, code: errServer, description: "the token could not be made; the log says why"}
	}
	a.noteUse(r.Context(), consumer, now)
	a.db.NoteDenial(hub.Denial{Kind: hub.AuditTokenGranted, ConsumerKey: consumer.Key, Via: a.from(r)}, now)
	return &tokenAnswer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(until.Sub(now) / time.Second), Scope: scope}, nil
}

// scope judges the scope that a client asks for, and writes it in its one form; empty if it asks for none.
func (a *Auth) scope(ctx context.Context, consumer *hub.Consumer, asked string) (string, *oauthError) {
	if asked == "" {
		return "", nil
	}
	scope, err := hub.ParseScope(asked)
	if err != nil {
		return "", invalidScope(err.(*hub.Error).Message)
	}
	caller, fault := a.callerOf(ctx, consumer)
	if fault != nil {
		return "", fault
	}
	if missing := caller.Grants().Covers(scope); len(missing) > 0 {
		return "", invalidScope("the group of this client does not grant " + missing[0].String())
	}
	return scope.Scope(), nil
}

// callerOf is the client as a caller, with all that its group grants.
func (a *Auth) callerOf(ctx context.Context, consumer *hub.Consumer) (hub.Caller, *oauthError) {
	caller, err := a.db.Caller(ctx, consumer.Key, "en")
	switch {
	case err == nil:
		return caller, nil
	case hub.CodeOf(err) == hub.CodeUnauthenticated: // it was disabled or deleted this moment
		return caller, invalidClient(badClient)
	}
	return caller, a.unavailable(ctx, err)
}

// unavailable is the answer when the store cannot be asked, which may pass.
func (a *Auth) unavailable(ctx context.Context, err error) *oauthError {
	a.log.LogAttrs(ctx, slog.LevelError, "an OAuth endpoint cannot use the store", slog.Any("error", err))
	return &oauthError{status: http.StatusServiceUnavailable, code: errSlowDown, retryAfter: time.Second,
		description: "the store cannot be asked at the moment; try again"}
}

// client is the consumer that proves itself in a request to an OAuth endpoint.
func (a *Auth) client(r *http.Request, form url.Values) (*hub.Consumer, *oauthError) {
	id, secret, fault := credentials(r, form)
	if fault != nil {
		return nil, fault
	}
	return a.authenticate(r, id, secret)
}

// noteUse writes down that the consumer was given a token, beside the answer: nobody waits for it, and a failure of it is no
// failure of the grant.
func (a *Auth) noteUse(ctx context.Context, consumer *hub.Consumer, now time.Time) {
	ctx = context.WithoutCancel(ctx)
	if !a.uses.due(consumer.Key, now) {
		return
	}
	go func() {
		if err := a.db.ConsumerUsed(ctx, consumer, now); err != nil {
			a.log.LogAttrs(ctx, slog.LevelWarn, "last use of a consumer not noted", slog.String("consumer", consumer.ID()), slog.Any("error", err))
		}
	}()
}

// authenticate finds the consumer whose key and secret these are.
func (a *Auth) authenticate(r *http.Request, id, secret string) (*hub.Consumer, *oauthError) {
	ctx, address, now := r.Context(), a.address(r), time.Now()
	if wait := a.failures.wait(id, address, now); wait > 0 {
		return nil, &oauthError{status: http.StatusTooManyRequests, code: errSlowDown, retryAfter: wait, client: id,
			description: "too many failed attempts with this client or from this address; try again later"}
	}
	consumer, err := a.db.ConsumerByClientID(ctx, id)
	if err != nil && hub.CodeOf(err) != hub.CodeNotFound {
		return nil, a.unavailable(ctx, err)
	}
	// Of a client that does not exist a secret is compared as well, so that the answer takes as long.
	if !consumer.HasSecret(secret, now) || !consumer.Active(now) {
		a.failures.fail(id, address, now)
		a.logRefusal(r, consumer, address)
		fault := invalidClient(badClient)
		fault.client = id
		return nil, fault.by(consumer)
	}
	a.failures.succeed(id, address)
	return consumer, nil
}

// logRefusal names the client only if there is one: somebody may have sent the secret in the place of the key.
func (a *Auth) logRefusal(r *http.Request, consumer *hub.Consumer, address string) {
	name := "unknown"
	if consumer != nil {
		name = consumer.ID()
	}
	a.log.LogAttrs(r.Context(), slog.LevelWarn, "token refused", slog.String("consumer", name), slog.String("address", address),
		slog.String("request", r.Header.Get("X-Request-Id")))
}

// sign makes an access token (RFC 9068 §2).
func (a *Auth) sign(consumer *hub.Consumer, scope string, now, until time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, tokenClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    a.issuer,
			Audience:  jwt.ClaimStrings{a.audience},
			Subject:   consumer.ID(),
			ID:        rand.Text(),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(until),
		},
		ClientID: consumer.ClientID,
		Scope:    scope,
		Version:  consumer.Version,
	})
	token.Header["typ"] = tokenType
	token.Header["kid"] = a.keys.kid
	return token.SignedString(a.keys.signer)
}
