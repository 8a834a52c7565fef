package auth

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/hub"
)

// tokenType is the "typ" of an access token (RFC 9068 §2.1): it keeps other JWTs that a key may sign from being used as one.
const tokenType = "at+jwt"

// maxToken is how long a token can be, in bytes. Ours have about 550.
const maxToken = 4096

// Claims is what a valid token says.
type Claims struct {
	ConsumerKey int64      // who holds it ("sub")
	IssuedAt    time.Time  // "iat", to the second
	ExpiresAt   time.Time  // "exp", to the second
	ID          string     // "jti"
	Version     int        // of the consumer, when it signed in ("consumer_version")
	Scope       hub.Grants // what it is narrowed to ("scope"); nil: not at all. It must not be changed
}

// tokenClaims are the claims of our tokens (RFC 9068 §2.2).
type tokenClaims struct {
	jwt.RegisteredClaims
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`  // §2.2.3
	Version  int    `json:"consumer_version"` // ours alone: a time would be too coarse to tell tokens before a moment from those after it
}

func (a *Auth) newParser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}), // the method is ours to choose, never the token's
		jwt.WithIssuer(a.issuer),
		jwt.WithAudience(a.audience),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(), // one token has one spelling
	)
}

// Verify checks a token: its signature by a key of ours with ES256 and nothing else, its type, issuer, audience and times.
// A token that was verified once costs a look-up until it expires or is revoked. Every error is UNAUTHENTICATED, says what is wrong with
// the token, and holds nothing of it.
func (a *Auth) Verify(token string) (Claims, error) {
	now := time.Now()
	claims, known := a.verified.get(token, now)
	if !known {
		var err error
		if claims, err = a.parse(token); err != nil {
			return Claims{}, err
		}
		a.verified.put(token, claims, now)
	}
	if a.db.TokenRevoked(claims.ID) {
		refused := refuse("was revoked")
		refused.Consumer = claims.ConsumerKey
		return Claims{}, refused
	}
	return claims, nil
}

func (a *Auth) parse(token string) (Claims, error) {
	if token == "" || len(token) > maxToken {
		return Claims{}, refuse("is empty or too long to be one of this hub")
	}
	var claims tokenClaims
	parsed, err := a.parser.ParseWithClaims(token, &claims, a.keyOf)
	if err != nil {
		return Claims{}, explain(err)
	}
	if typ, _ := parsed.Header["typ"].(string); typ != tokenType && typ != "application/"+tokenType {
		return Claims{}, refuse("is no access token (its typ is not at+jwt)")
	}
	key, err := hub.ParseKey(hub.KindConsumer, claims.Subject, "sub")
	if err != nil {
		return Claims{}, refuse("names no consumer")
	}
	if claims.ID == "" || claims.IssuedAt == nil {
		return Claims{}, refuse("lacks a claim that is needed, or has one of the wrong type")
	}
	valid := Claims{ConsumerKey: key, IssuedAt: claims.IssuedAt.Time, ExpiresAt: claims.ExpiresAt.Time, ID: claims.ID, Version: claims.Version}
	if claims.Scope != "" {
		if valid.Scope, err = hub.ParseScope(claims.Scope); err != nil {
			return Claims{}, refuse("has a scope that is none")
		}
	}
	return valid, nil
}

// errUnknownKey says that no key of ours has the token's kid.
var errUnknownKey = errors.New("unknown kid")

func (a *Auth) keyOf(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if trusted := a.keys.trust[kid]; trusted != nil && trusted.holds(time.Now()) {
		return trusted.key, nil
	}
	return nil, errUnknownKey
}

// explain turns an error of the JWT library, whose text may quote the token, into one of our sentences.
func explain(err error) error {
	switch {
	case errors.Is(err, errUnknownKey):
		return refuse("was signed with a key that this hub does not have")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return refuse("is not a JSON Web Token")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return refuse("has no valid ES256 signature of this hub")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return refuse("was issued by somebody else")
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return refuse("is meant for somebody else")
	case errors.Is(err, jwt.ErrTokenExpired):
		return refuse("has expired")
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refuse("is not valid yet")
	default:
		return refuse("lacks a claim that is needed, or has one of the wrong type")
	}
}

func refuse(what string) *hub.Error {
	return &hub.Error{Code: hub.CodeUnauthenticated, Message: "the bearer token " + what + "; get a new one from POST /oauth/token"}
}
