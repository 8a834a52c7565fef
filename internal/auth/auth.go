package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds and default of Options.TTL. Whoever finds a token can use it until it ends or is revoked, so it should not live long.
const (
	DefaultTTL = 15 * time.Minute
	MaxTTL     = 24 * time.Hour
)

// Options is what Open needs beside the data directory.
type Options struct {
	DB *sqlite.DB // knows the consumers; required

	// Issuer is the "iss" of tokens: the hub's public URL. Required. A token of another issuer is refused, so a change
	// of it makes every client fetch a new token.
	Issuer string
	// Audience is the "aud" of tokens; empty: the issuer, which issues tokens for itself alone.
	Audience string
	// TTL is how long a token lives; 0: DefaultTTL. At most MaxTTL.
	TTL time.Duration
	// KeyPEM holds the signing keys, in the form of the file KeyFile; empty: they are read from that file, which is
	// made if there is none.
	KeyPEM []byte
	// Address says from where a request comes, for slowing down whoever guesses secrets and for the audit log; nil: the peer of the
	// connection. Behind a proxy it must read the header that the proxy sets, and that only the proxy can set.
	Address func(*http.Request) string
	// Say says a sentence in the language that a request asks for, and which that is; nil: all is said in English.
	Say func(h http.Header, english string) (said, locale string)
	// Log gets refused and granted tokens; nil: slog.Default(). No token and no secret is ever written to it.
	Log *slog.Logger
}

// Auth signs and verifies tokens. It is safe for concurrent use. It holds no resource that must be closed.
type Auth struct {
	db       *sqlite.DB
	log      *slog.Logger
	say      func(http.Header, string) (string, string)
	issuer   string
	audience string
	ttl      time.Duration
	address  func(*http.Request) string // as the limiter counts it
	origin   func(*http.Request) string // as the audit log says it
	keys     *keySet
	parser   *jwt.Parser
	verified *cache
	failures *limiter
	metadata []byte
	uses     uses
}

// Open reads the signing keys from the data directory, which the caller must have locked, or makes the first one. Errors
// name the file and what to do.
func Open(dir string, o Options) (*Auth, error) {
	if o.DB == nil || o.Issuer == "" {
		return nil, errors.New("auth: Options.DB and Options.Issuer are required")
	}
	if o.TTL < 0 || o.TTL > MaxTTL || (o.TTL > 0 && o.TTL < time.Second) {
		return nil, fmt.Errorf("tokens cannot live for %s; choose a time between 1s and %s", o.TTL, MaxTTL)
	}
	keys, err := openKeys(dir, o.KeyPEM)
	if err != nil {
		return nil, err
	}
	a := &Auth{
		db: o.DB, keys: keys, issuer: o.Issuer, audience: cmp.Or(o.Audience, o.Issuer), ttl: cmp.Or(o.TTL, DefaultTTL),
		address: o.Address, origin: o.Address, log: o.Log, say: o.Say, verified: newCache(), failures: newLimiter(),
	}
	if a.metadata, err = a.marshalMetadata(); err != nil {
		return nil, err
	}
	if a.address == nil {
		a.address, a.origin = peer, func(r *http.Request) string { return r.RemoteAddr }
	}
	if a.say == nil {
		a.say = func(_ http.Header, english string) (string, string) { return english, "en" }
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	a.parser = a.newParser()
	return a, nil
}

// Caller is Verify, and then the consumer with its group as they are at this moment. It also says when the token
// ends: when it
// expires, or its consumer does. A consumer that is gone, disabled or expired is UNAUTHENTICATED, however valid its token is, and so is
// a token that was taken back with all others of its consumer.
func (a *Auth) Caller(ctx context.Context, token, locale string) (hub.Caller, time.Time, error) {
	claims, err := a.Verify(token)
	if err != nil {
		return hub.Caller{}, time.Time{}, err
	}
	caller, err := a.db.Caller(ctx, claims.ConsumerKey, locale)
	if err == nil && claims.Version < caller.Consumer.TokensSince {
		return hub.Caller{}, time.Time{}, refuse("was revoked, as all tokens of its consumer were")
	}
	caller.Scope = claims.Scope
	until := claims.ExpiresAt
	if err == nil && caller.Consumer.ExpiresAt != nil && caller.Consumer.ExpiresAt.Before(until) {
		until = *caller.Consumer.ExpiresAt
	}
	return caller, until, err
}
