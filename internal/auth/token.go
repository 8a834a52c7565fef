package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/hub"
)

// The errors of the token endpoint (RFC 6749 §5.2), and two for what that section does not foresee.
const (
	errInvalidRequest   = "invalid_request"
	errInvalidClient    = "invalid_client"
	errUnsupportedGrant = "unsupported_grant_type"
	errInvalidScope     = "invalid_scope"
	errSlowDown         = "temporarily_unavailable" // 429: too many failed attempts; 503: the store cannot be asked
	errServer           = "server_error"            // 500
)

// oauthError is an answer of the token endpoint that is no token.
type oauthError struct {
	status      int
	code        string
	description string        // for people; no quotes, no backslash (RFC 6749 §5.2)
	retryAfter  time.Duration // 0: not said
}

func invalidRequest(description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: errInvalidRequest, description: description}
}

// invalidClient does not say whether it is the key or the secret that is wrong, or that the consumer is disabled.
func invalidClient(description string) *oauthError {
	return &oauthError{status: http.StatusUnauthorized, code: errInvalidClient, description: description}
}

// Token answers POST /oauth/token: client credentials in, an access token out (RFC 6749 §4.4). The client proves itself by
// HTTP Basic or by client_id and client_secret in the form, not by both. Errors have the shape and the codes of
// RFC 6749 §5.2.
//
// Whoever fails ten times in short order, by client and by address, is answered 429 with Retry-After and
// "temporarily_unavailable" until six seconds have passed for each further attempt. Scopes do not exist: asking for one is
// "invalid_scope".
func (a *Auth) Token(w http.ResponseWriter, r *http.Request) {
	answer, fault := a.token(r)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
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
	w.WriteHeader(fault.status)
	json.NewEncoder(w).Encode(map[string]string{"error": fault.code, "error_description": fault.description})
}

// tokenAnswer is a successful answer (RFC 6749 §5.1).
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
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
	id, secret, fault := credentials(r, form)
	if fault != nil {
		return nil, fault
	}
	consumer, fault := a.authenticate(r, id, secret)
	if fault != nil {
		return nil, fault
	}
	if form.Get("scope") != "" {
		return nil, &oauthError{status: http.StatusBadRequest, code: errInvalidScope,
			description: "there are no scopes: what a consumer may do is what its permission group grants"}
	}
	token, err := a.sign(consumer, time.Now())
	if err != nil {
		a.log.LogAttrs(r.Context(), slog.LevelError, "token not signed", slog.String("consumer", consumer.ID()), slog.Any("error", err))
		return nil, &oauthError{status: http.StatusInternalServerError, code: errServer, description: "the token could not be made; the log says why"}
	}
	a.noteUse(r.Context(), consumer)
	return &tokenAnswer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(a.ttl / time.Second)}, nil
}

// noteUse writes down that the consumer was given a token, beside the answer: nobody waits for it, and a failure of it is no
// failure of the grant.
func (a *Auth) noteUse(ctx context.Context, consumer *hub.Consumer) {
	ctx = context.WithoutCancel(ctx)
	now := time.Now()
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
		return nil, &oauthError{status: http.StatusTooManyRequests, code: errSlowDown, retryAfter: wait,
			description: "too many failed attempts with this client or from this address; try again later"}
	}
	consumer, err := a.db.ConsumerByClientID(ctx, id)
	if err != nil && hub.CodeOf(err) != hub.CodeNotFound {
		a.log.LogAttrs(ctx, slog.LevelError, "token endpoint cannot read consumers", slog.Any("error", err))
		return nil, &oauthError{status: http.StatusServiceUnavailable, code: errSlowDown, retryAfter: time.Second,
			description: "the client cannot be looked up at the moment; try again"}
	}
	// Of a client that does not exist a secret is compared as well, so that the answer takes as long.
	if !consumer.HasSecret(secret, now) || !consumer.Active(now) {
		a.failures.fail(id, address, now)
		a.logRefusal(r, consumer, address)
		return nil, invalidClient("the client is unknown, its secret is wrong, or it is disabled or expired")
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
	a.log.LogAttrs(r.Context(), slog.LevelWarn, "token refused", slog.String("consumer", name), slog.String("address", address))
}

// sign makes an access token (RFC 9068 §2).
func (a *Auth) sign(consumer *hub.Consumer, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, tokenClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    a.issuer,
			Audience:  jwt.ClaimStrings{a.audience},
			Subject:   consumer.ID(),
			ID:        rand.Text(),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(a.ttl)),
		},
		ClientID: consumer.ClientID,
	})
	token.Header["typ"] = tokenType
	token.Header["kid"] = a.keys.kid
	return token.SignedString(a.keys.signer)
}
