package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
)

// forge makes a token as the hub does, but for what change alters.
func forge(t testing.TB, h *house, method jwt.SigningMethod, key any, change func(header, claims map[string]any)) string {
	t.Helper()
	now := time.Now()
	token := jwt.NewWithClaims(method, jwt.MapClaims{
		"iss": issuer, "aud": issuer, "sub": h.consumer.ID(), "client_id": h.consumer.ClientID, "jti": "x",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	token.Header["typ"] = "at+jwt"
	token.Header["kid"] = part(t, h.token(t, h.Auth), 0)["kid"]
	if change != nil {
		change(token.Header, token.Claims.(jwt.MapClaims))
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestATokenThatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	key := h.key(t)
	if _, err := h.Verify(forge(t, h, jwt.SigningMethodES256, key, nil)); err != nil {
		t.Fatalf("the forger's own good token is refused, so the others prove nothing: %v", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	mine := func(change func(header, claims map[string]any)) string {
		return forge(t, h, jwt.SigningMethodES256, key, change)
	}
	claim := func(name string, value any) string {
		return mine(func(_, claims map[string]any) {
			if value == nil {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		})
	}
	good := h.token(t, h.Auth)
	dot := strings.Split(good, ".")
	other := dot[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"cns_0000000000001"}`)) + "." + dot[2]
	stranger := newKey(t, elliptic.P256())
	for name, c := range map[string]struct{ token, message string }{
		"nothing":                             {"", "is empty"},
		"a word":                              {"hello", "is not a JSON Web Token"},
		"an endless one":                      {good + strings.Repeat("a", 5000), "too long"},
		"two parts":                           {dot[0] + "." + dot[1], "is not a JSON Web Token"},
		"no signature":                        {dot[0] + "." + dot[1] + ".", "no valid ES256 signature"},
		"alg none":                            {forge(t, h, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), "no valid ES256 signature"},
		"alg none in capitals":                {none(t, h), "no valid ES256 signature"},
		"HS256 with the public key":           {forge(t, h, jwt.SigningMethodHS256, public, nil), "no valid ES256 signature"},
		"HS256 with the key's bytes":          {forge(t, h, jwt.SigningMethodHS256, der, nil), "no valid ES256 signature"},
		"ES384":                               {forge(t, h, jwt.SigningMethodES384, newKey(t, elliptic.P384()), nil), "no valid ES256 signature"},
		"a stranger's key under our kid":      {forge(t, h, jwt.SigningMethodES256, stranger, nil), "no valid ES256 signature"},
		"other claims, old signature":         {other, "no valid ES256 signature"},
		"a flipped signature":                 {flip(good), "no valid ES256 signature"},
		"an unknown kid":                      {mine(func(h, _ map[string]any) { h["kid"] = "x" }), "a key that this hub does not have"},
		"no kid":                              {mine(func(h, _ map[string]any) { delete(h, "kid") }), "a key that this hub does not have"},
		"a kid that is a number":              {mine(func(h, _ map[string]any) { h["kid"] = 1 }), "a key that this hub does not have"},
		"a kid that is a path":                {mine(func(h, _ map[string]any) { h["kid"] = "../../dev/null" }), "a key that this hub does not have"},
		"a key in the header":                 {embedded(t, h, stranger), "a key that this hub does not have"},
		"an ordinary JWT":                     {mine(func(h, _ map[string]any) { h["typ"] = "JWT" }), "no access token"},
		"no typ":                              {mine(func(h, _ map[string]any) { delete(h, "typ") }), "no access token"},
		"a foreign issuer":                    {claim("iss", "https://evil.example.org"), "issued by somebody else"},
		"no issuer":                           {claim("iss", nil), "lacks a claim"},
		"a foreign audience":                  {claim("aud", "https://other.example.org"), "meant for somebody else"},
		"no audience":                         {claim("aud", nil), "lacks a claim"},
		"expired":                             {claim("exp", time.Now().Add(-time.Second).Unix()), "has expired"},
		"no expiry":                           {claim("exp", nil), "lacks a claim"},
		"an expiry that is a text":            {claim("exp", "tomorrow"), "is not a JSON Web Token"},
		"not valid before tomorrow":           {claim("nbf", time.Now().Add(24*time.Hour).Unix()), "not valid yet"},
		"no id, so that it cannot be revoked": {claim("jti", nil), "lacks a claim"},
		"no time of issue":                    {claim("iat", nil), "lacks a claim"},
		"a scope that is none":                {claim("scope", "everything"), "a scope that is none"},
		"no subject":                          {claim("sub", nil), "names no consumer"},
		"a subject of another kind":           {claim("sub", hub.ID(hub.KindGroup, 1)), "names no consumer"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // a refused token must not be remembered as a good one
				claims, err := h.Verify(c.token)
				if hub.CodeOf(err) != hub.CodeUnauthenticated || !reflect.DeepEqual(claims, auth.Claims{}) {
					t.Fatalf("got %+v, %v", claims, err)
				}
				if !strings.Contains(err.Error(), c.message) {
					t.Errorf("got %q, want it to say %q", err, c.message)
				}
				for _, word := range []string{"evil", "other.example", "dev/null", "tomorrow", h.consumer.ClientID} {
					if strings.Contains(err.Error(), word) {
						t.Errorf("the message repeats the token: %s", err)
					}
				}
			}
		})
	}
}

// none is a token whose alg is spelt nOnE, which careless comparisons let pass.
func none(t testing.TB, h *house) string {
	parts := strings.Split(forge(t, h, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), ".")
	header := fmt.Sprintf(`{"alg":"nOnE","typ":"at+jwt","kid":%q}`, part(t, h.token(t, h.Auth), 0)["kid"])
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "."
}

// embedded is a token that brings the key along that verifies it (RFC 7515 §4.1.3).
func embedded(t testing.TB, h *house, key *ecdsa.PrivateKey) string {
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return forge(t, h, jwt.SigningMethodES256, key, func(header, _ map[string]any) {
		header["kid"] = "mine"
		header["jwk"] = map[string]string{"kty": "EC", "crv": "P-256",
			"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:])}
	})
}

// flip changes one bit in the middle of the signature.
func flip(token string) string {
	dot := strings.LastIndexByte(token, '.')
	signature, _ := base64.RawURLEncoding.DecodeString(token[dot+1:])
	signature[len(signature)/2] ^= 1
	return token[:dot+1] + base64.RawURLEncoding.EncodeToString(signature)
}

func TestATokenThatWasRememberedStillExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{TTL: time.Minute})
		token := h.token(t, h.Auth)
		for range 2 {
			if _, err := h.Verify(token); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if _, err := h.Verify(token); err == nil || !strings.Contains(err.Error(), "has expired") {
			t.Errorf("after its life: got %v", err)
		}
	})
}

func TestAnAuthWithoutWhatItNeedsDoesNotOpen(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	for name, o := range map[string]auth.Options{
		"no store":           {Issuer: issuer},
		"no issuer":          {DB: h.db},
		"a life too long":    {DB: h.db, Issuer: issuer, TTL: 48 * time.Hour},
		"a life too short":   {DB: h.db, Issuer: issuer, TTL: time.Millisecond},
		"a life in the past": {DB: h.db, Issuer: issuer, TTL: -time.Hour},
	} {
		if _, err := auth.Open(h.dir, o); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
}

func BenchmarkVerifyRemembered(b *testing.B) {
	h := open(b, auth.Options{})
	token := h.token(b, h.Auth)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyFirst(b *testing.B) {
	h := open(b, auth.Options{})
	token := flip(h.token(b, h.Auth)) // never remembered, and as much work
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Verify(token); err == nil {
			b.Fatal("a flipped signature was accepted")
		}
	}
}

func BenchmarkCaller(b *testing.B) {
	h := open(b, auth.Options{})
	token := h.token(b, h.Auth)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := h.Caller(b.Context(), token, "en"); err != nil {
			b.Fatal(err)
		}
	}
}
