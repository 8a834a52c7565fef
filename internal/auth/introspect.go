package auth

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// introspection is what is said of a token (RFC 7662 §2.2). Of one that is not active nothing else is said.
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	TokenType string `json:"token_type,omitempty"`
	Expires   int64  `json:"exp,omitempty"`
	IssuedAt  int64  `json:"iat,omitempty"`
	Subject   string `json:"sub,omitempty"`
	Audience  string `json:"aud,omitempty"`
	Issuer    string `json:"iss,omitempty"`
	ID        string `json:"jti,omitempty"`
}

// Introspect answers POST /oauth/introspect: whether a token is good at this moment, and what it says (RFC 7662). The client
// proves itself as at the token endpoint. It may ask about its own tokens; those of others are active only for a client that
// has SEE on settings/api_connections. "scope" is what the token may do now: what the group grants, within the scope that the
// token was made with. "exp" is when it ends, which its consumer may do before it.
func (a *Auth) Introspect(w http.ResponseWriter, r *http.Request) {
	answer, fault := a.introspect(r)
	a.noteRefusal(r, hub.AuditDenied, fault)
	respond(a, w, r, answer, fault)
}

func (a *Auth) introspect(r *http.Request) (*introspection, *oauthError) {
	token, client, fault := a.tokenOf(r)
	if fault != nil {
		return nil, fault
	}
	ctx := r.Context()
	claims, err := a.Verify(token)
	if err != nil {
		return &introspection{}, nil
	}
	holder, until, err := a.Caller(ctx, token, "en")
	switch {
	case hub.CodeOf(err) == hub.CodeUnauthenticated:
		return &introspection{}, nil
	case err != nil:
		return nil, a.unavailable(ctx, err)
	case claims.ConsumerKey != client.Consumer.Key && !client.May(hub.RowAPIConnections, hub.See):
		return &introspection{}, nil
	}
	return &introspection{Active: true, Scope: holder.Grants().Scope(), ClientID: holder.Consumer.ClientID, TokenType: "Bearer",
		Expires: until.Unix(), IssuedAt: claims.IssuedAt.Unix(), Subject: holder.Consumer.ID(), Audience: a.audience, Issuer: a.issuer, ID: claims.ID}, nil
}

// tokenOf reads a request about a token, and who makes it. The parameter token_type_hint is not needed: there is one type.
func (a *Auth) tokenOf(r *http.Request) (token string, client hub.Caller, fault *oauthError) {
	form, fault := readForm(r)
	if fault != nil {
		return "", client, fault
	}
	consumer, fault := a.client(r, form)
	if fault != nil {
		return "", client, fault
	}
	if token = form.Get("token"); token == "" {
		return "", client, invalidRequest("token is missing: send the token that this is about").by(consumer)
	}
	client, fault = a.callerOf(r.Context(), consumer)
	client.Via = a.from(r)
	return token, client, fault.by(consumer)
}

// Revoke answers POST /oauth/revoke: it takes a token back, at once and for good (RFC 7009). The client proves itself as at
// the token endpoint, and may take back its own tokens, and those of others with EDIT on settings/api_connections; without
// it the error is "unauthorized_client". A token that is none, has expired or was revoked before is answered 200 (§2.2).
func (a *Auth) Revoke(w http.ResponseWriter, r *http.Request) {
	fault := a.revoke(r)
	a.noteRefusal(r, hub.AuditDenied, fault)
	respond[struct{}](a, w, r, nil, fault)
}

func (a *Auth) revoke(r *http.Request) *oauthError {
	token, client, fault := a.tokenOf(r)
	if fault != nil {
		return fault
	}
	claims, err := a.Verify(token)
	if err != nil {
		return nil
	}
	ctx := context.WithoutCancel(r.Context()) // whoever hangs up means it all the same
	err = a.db.TokenRevoke(ctx, client, sqlite.RevokedToken{ID: claims.ID, ConsumerKey: claims.ConsumerKey, ExpiresAt: claims.ExpiresAt})
	switch {
	case hub.CodeOf(err) == hub.CodeForbidden:
		return (&oauthError{status: http.StatusBadRequest, code: errUnauthorized,
			description: "the token belongs to another client, and this one may not take it back: it lacks settings/api_connections:EDIT"}).by(client.Consumer)
	case err != nil:
		return a.unavailable(ctx, err)
	}
	a.log.LogAttrs(ctx, slog.LevelInfo, "token revoked", slog.String("consumer", hub.ID(hub.KindConsumer, claims.ConsumerKey)), slog.String("by", client.Consumer.ID()))
	return nil
}
