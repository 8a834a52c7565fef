package auth

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)

// jwk is a public key as RFC 7517 §4 and RFC 7518 §6.2 write it.
type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
}

// coordinates are the x and y of a P-256 key, each in 32 bytes, in base64url.
func coordinates(key *ecdsa.PublicKey) (x, y string, err error) {
	point, err := key.Bytes() // 4, x, y (SEC 1 §2.3.3)
	if err != nil {
		return "", "", err
	}
	half := (len(point) - 1) / 2
	encode := base64.RawURLEncoding.EncodeToString
	return encode(point[1 : 1+half]), encode(point[1+half:]), nil
}

// thumbprint is the id of a key: the SHA-256 of its required members in their one canonical form (RFC 7638 §3).
func thumbprint(key *ecdsa.PublicKey) (string, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

func newJWK(key *ecdsa.PublicKey) (jwk, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return jwk{}, err
	}
	kid, err := thumbprint(key)
	return jwk{KeyType: "EC", Curve: "P-256", X: x, Y: y, Use: "sig", Algorithm: "ES256", ID: kid}, err
}

// JWKS answers GET /.well-known/jwks.json: the public keys whose tokens the hub accepts at the moment (RFC 7517 §5), the one
// that signs first. It may be cached for five minutes; whoever meets a "kid" that is not in it asks again.
func (a *Auth) JWKS(w http.ResponseWriter, r *http.Request) {
	set, now := []jwk{}, time.Now()
	for _, key := range a.keys.order {
		if key.holds(now) {
			set = append(set, key.public)
		}
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	json.NewEncoder(w).Encode(map[string][]jwk{"keys": set})
}
