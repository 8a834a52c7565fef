package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/auth"
)

func TestATokenOutlivesARestart(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	token := h.token(t, h.Auth)
	claims, err := h.again(t, auth.Options{}).Verify(token)
	if err != nil || claims.ConsumerKey != h.consumer.Key {
		t.Errorf("got %+v, %v", claims, err)
	}
}

func TestTheKeyIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	h := open(t, auth.Options{})
	name := filepath.Join(h.dir, auth.KeyFile)
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file has mode %v (%v), want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(name + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		_, err := auth.Open(h.dir, auth.Options{DB: h.db, Issuer: issuer})
		if err == nil || !strings.Contains(err.Error(), "chmod 600") || !strings.Contains(err.Error(), name) {
			t.Errorf("mode %o: got %v, want an error that names the file and what to do", mode, err)
		}
	}
}

func encode(t *testing.T, kind string, key any) string {
	t.Helper()
	var der []byte
	var err error
	if kind == "PUBLIC KEY" {
		der, err = x509.MarshalPKIXPublicKey(key)
	} else {
		der, err = x509.MarshalPKCS8PrivateKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAKeyThatCannotSignES256IsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := encode(t, "PRIVATE KEY", newKey(t, elliptic.P256()))
	for name, c := range map[string]struct{ pem, message string }{
		"no PEM":                  {"hello", "no PEM block of type PRIVATE KEY"},
		"a public key alone":      {encode(t, "PUBLIC KEY", &newKey(t, elliptic.P256()).PublicKey), "no PEM block of type PRIVATE KEY"},
		"another curve":           {encode(t, "PRIVATE KEY", newKey(t, elliptic.P384())), "not of the curve P-256"},
		"RSA":                     {encode(t, "PRIVATE KEY", rsaKey), "not of the curve P-256"},
		"another form":            {strings.ReplaceAll(good, "PRIVATE KEY", "EC PRIVATE KEY"), "openssl pkcs8"},
		"half a key":              {string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{0x30, 1}})), "cannot be read"},
		"a bad one behind a good": {good + encode(t, "PRIVATE KEY", rsaKey), "not of the curve P-256"},
	} {
		if _, err := auth.Open(h.dir, auth.Options{DB: h.db, Issuer: issuer, KeyPEM: []byte(c.pem)}); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.message)
		}
	}
}

func TestAGivenKeyIsUsedAndNotWritten(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{KeyPEM: []byte(encode(t, "PRIVATE KEY", newKey(t, elliptic.P256())))})
	if _, err := h.Verify(h.token(t, h.Auth)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, auth.KeyFile)); !os.IsNotExist(err) {
		t.Errorf("there is a key file beside the given key: %v", err)
	}
}

func TestAKeyThatNoLongerSignsIsStillTrusted(t *testing.T) {
	t.Parallel()
	old, next := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	h := open(t, auth.Options{KeyPEM: []byte(encode(t, "PRIVATE KEY", old))})
	token := h.token(t, h.Auth)

	rotated := h.again(t, auth.Options{KeyPEM: []byte(encode(t, "PRIVATE KEY", next) + encode(t, "PUBLIC KEY", &old.PublicKey))})
	if _, err := rotated.Verify(token); err != nil {
		t.Errorf("a token of the old key: %v", err)
	}
	fresh := h.token(t, rotated)
	if _, err := h.Verify(fresh); err == nil {
		t.Error("the new token was signed with the old key")
	}
	if keys := publicKeys(t, rotated); len(keys) != 2 || keys[0]["kid"] != part(t, fresh, 0)["kid"] || keys[1]["kid"] != part(t, token, 0)["kid"] {
		t.Errorf("the public keys are %v", keys)
	}
}

func publicKeys(t *testing.T, a *auth.Auth) []map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	a.JWKS(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if got := w.Header().Get("Cache-Control"); !strings.HasPrefix(got, "public, max-age=") {
		t.Errorf("Cache-Control is %q", got)
	}
	return set.Keys
}

// Whoever knows only the published key must be able to check a token: here with nothing but the standard library.
func TestThePublishedKeyVerifiesATokenByItself(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	keys := publicKeys(t, h.Auth)
	if len(keys) != 1 {
		t.Fatalf("%d keys, want 1", len(keys))
	}
	k := keys[0]
	if k["kty"] != "EC" || k["crv"] != "P-256" || k["use"] != "sig" || k["alg"] != "ES256" || k["d"] != "" {
		t.Errorf("the key is %v", k)
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + k["x"] + `","y":"` + k["y"] + `"}`))
	if want := base64.RawURLEncoding.EncodeToString(sum[:]); k["kid"] != want {
		t.Errorf("kid is %s, but the thumbprint of RFC 7638 is %s", k["kid"], want)
	}

	x, errX := base64.RawURLEncoding.DecodeString(k["x"])
	y, errY := base64.RawURLEncoding.DecodeString(k["y"])
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		t.Fatalf("x or y is not 32 bytes in base64url: %v", k)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		t.Fatal(err)
	}
	token := h.token(t, h.Auth)
	signed, signature := token[:strings.LastIndexByte(token, '.')], token[strings.LastIndexByte(token, '.')+1:]
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(raw) != 64 {
		t.Fatalf("the signature has %d bytes: %v", len(raw), err)
	}
	digest := sha256.Sum256([]byte(signed))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
		t.Error("the published key does not verify the token")
	}
}

func TestARotatedKeySignsAndTheOldOneIsTrustedForAsLongAsATokenCanLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{TTL: auth.MaxTTL})
		kidOf := func(token string) any { return part(t, token, 0)["kid"] }
		old := h.token(t, h.Auth)
		rotation, err := auth.RotateKey(h.dir, time.Now())
		if err != nil || rotation.Replaced != kidOf(old) {
			t.Fatalf("%+v, %v", rotation, err)
		}
		rotated := h.again(t, auth.Options{TTL: auth.MaxTTL})
		fresh := h.token(t, rotated)
		if kidOf(fresh) != rotation.Signer || kidOf(fresh) == kidOf(old) {
			t.Errorf("the new token is signed with %v: %+v", kidOf(fresh), rotation)
		}
		for name, token := range map[string]string{"old": old, "new": fresh} {
			if _, err := rotated.Verify(token); err != nil {
				t.Errorf("the %s token: %v", name, err)
			}
		}
		if keys := publicKeys(t, rotated); len(keys) != 2 || keys[0]["kid"] != rotation.Signer || keys[1]["kid"] != rotation.Replaced {
			t.Errorf("the public keys are %v", keys)
		}
		text, err := os.ReadFile(filepath.Join(h.dir, auth.KeyFile))
		if err != nil || strings.Count(string(text), "BEGIN PRIVATE KEY") != 1 {
			t.Errorf("the old private key is still there: %v", err)
		}
		if info, err := os.Stat(filepath.Join(h.dir, auth.KeyFile)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("the file has mode %v: %v", info.Mode(), err)
		}

		time.Sleep(auth.MaxTTL - time.Second)
		if _, err := h.again(t, auth.Options{}).Verify(old); err != nil {
			t.Errorf("in the last second of its life: %v", err)
		}
		time.Sleep(time.Second)
		forged := forge(t, h, jwt.SigningMethodES256, newKey(t, elliptic.P256()), func(header, _ map[string]any) { header["kid"] = rotation.Replaced })
		if _, err := rotated.Verify(forged); err == nil || !strings.Contains(err.Error(), "a key that this hub does not have") {
			t.Errorf("the old key is trusted after its time: %v", err)
		}
		if keys := publicKeys(t, rotated); len(keys) != 1 || keys[0]["kid"] != rotation.Signer {
			t.Errorf("the public keys are %v", keys)
		}
		next, err := auth.RotateKey(h.dir, time.Now())
		if err != nil || next.Replaced != rotation.Signer {
			t.Fatalf("%+v, %v", next, err)
		}
		if keys := publicKeys(t, h.again(t, auth.Options{})); len(keys) != 2 || keys[1]["kid"] != rotation.Signer {
			t.Errorf("after another rotation the public keys are %v", keys)
		}
	})
}

func TestTwoRotationsInARowEndNoToken(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	tokens := []string{h.token(t, h.Auth)}
	var last *auth.Auth
	for range 2 {
		if _, err := auth.RotateKey(h.dir, time.Now()); err != nil {
			t.Fatal(err)
		}
		last = h.again(t, auth.Options{})
		tokens = append(tokens, h.token(t, last))
	}
	for i, token := range tokens {
		if _, err := last.Verify(token); err != nil {
			t.Errorf("token %d: %v", i, err)
		}
	}
	if keys := publicKeys(t, last); len(keys) != 3 {
		t.Errorf("the public keys are %v", keys)
	}
}

func TestARotationWithoutAKeyOrWithABadOneChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := auth.RotateKey(dir, time.Now()); err == nil || !strings.Contains(err.Error(), "nothing to replace") {
		t.Errorf("without a key: %v", err)
	}
	name := filepath.Join(dir, auth.KeyFile)
	good := encode(t, "PRIVATE KEY", newKey(t, elliptic.P256()))
	public := encode(t, "PUBLIC KEY", &newKey(t, elliptic.P256()).PublicKey)
	for _, bad := range []string{"hello", good + strings.Replace(public, "KEY-----\n", "KEY-----\nTrusted-Until: tomorrow\n\n", 1)} {
		if err := os.WriteFile(name, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.RotateKey(dir, time.Now()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with a bad one: %v", err)
		}
		if now, err := os.ReadFile(name); err != nil || string(now) != bad {
			t.Errorf("the file was changed: %v", err)
		}
	}
}
