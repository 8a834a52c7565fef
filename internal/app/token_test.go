//go:build unix

package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/golang-jwt/jwt/v5"
)

func TestOnlyValidTokensOpenTheDoors(t *testing.T) {
	t.Parallel()
	key, stranger := newKey(t), newKey(t)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	hub := serve(t, t.TempDir(), anyPort, "RECADO_SIGNING_KEY="+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	good := signIn(t, hub.url, adminKey, adminSecret).token
	claims := jwt.MapClaims{}
	issued, _, err := jwt.NewParser().ParseUnverified(good, claims)
	if err != nil {
		t.Fatal(err)
	}
	// forge makes a token as the hub would, but for what change does to it.
	forge := func(method jwt.SigningMethod, key any, change func(header, claims map[string]any)) string {
		forged := jwt.NewWithClaims(method, maps.Clone(claims))
		for _, name := range []string{"typ", "kid"} {
			forged.Header[name] = issued.Header[name]
		}
		change(forged.Header, forged.Claims.(jwt.MapClaims))
		text, err := forged.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	es256 := jwt.SigningMethodES256
	as := func(name string, value any) func(_, claims map[string]any) {
		return func(_, claims map[string]any) { claims[name] = value }
	}
	parts := strings.Split(good, ".")
	for _, c := range []struct {
		name, token string
		opens       bool
	}{
		{"the hub's own", good, true},
		{"one signed anew with the hub's key", forge(es256, key, as("jti", "another")), true},
		{"expired", forge(es256, key, as("exp", time.Now().Add(-time.Minute).Unix())), false},
		{"without an end", forge(es256, key, func(_, c map[string]any) { delete(c, "exp") }), false},
		{"for another audience", forge(es256, key, as("aud", "https://elsewhere.example.com")), false},
		{"of another issuer", forge(es256, key, as("iss", "https://elsewhere.example.com")), false},
		{"of a consumer that does not exist", forge(es256, key, as("sub", "cns_0000000000001")), false},
		{"of another type", forge(es256, key, func(h, _ map[string]any) { h["typ"] = "JWT" }), false},
		{"valid from tomorrow on", forge(es256, key, as("nbf", time.Now().Add(24*time.Hour).Unix())), false},
		{"under a key id that nobody has", forge(es256, key, func(h, _ map[string]any) { h["kid"] = "another" }), false},
		{"without a key id", forge(es256, key, func(h, _ map[string]any) { delete(h, "kid") }), false},
		{"signed by a stranger under the hub's key id", forge(es256, stranger, as("jti", "x")), false},
		{"with the algorithm none", forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, as("jti", "x")), false},
		{"signed with the public key as a secret", forge(jwt.SigningMethodHS256, publicPEM(t, key), as("jti", "x")), false},
		{"with its signature cut off", parts[0] + "." + parts[1] + ".", false},
		{"with another content under the signature", parts[0] + "." + strings.Split(forge(es256, key, as("sub", "cns_0000000000001")), ".")[1] + "." + parts[2], false},
		{"no token at all", "rubbish", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			checkDoors(t, &client{hub.url, c.token}, c.opens)
		})
	}
}

// checkDoors tries a token at every door that wants one.
func checkDoors(t *testing.T, c *client, opens bool) {
	t.Helper()
	type door struct {
		path, kind string
		body       object
		good       int
	}
	event := workOrder("OS-1", 1, "+5531998765432")
	event["id"] = t.Name()
	for _, d := range []door{
		{"/graphql", "application/json", object{"query": "{ viewer { consumer { name } } }"}, http.StatusOK},
		{"/events", "application/cloudevents+json", event, http.StatusAccepted},
	} {
		want := http.StatusUnauthorized
		if opens {
			want = d.good
		}
		status, body, err := c.send(d.path, d.kind, d.body)
		if err != nil || status != want {
			t.Errorf("%s answered %d (%v), not %d: %s", d.path, status, err, want, body)
		}
		if strings.Contains(string(body), c.token) {
			t.Errorf("%s repeats the token", d.path)
		}
		var answer struct{ Data struct{ Viewer object } }
		if json.Unmarshal(body, &answer) == nil && answer.Data.Viewer != nil && !opens {
			t.Errorf("%s told who asks: %s", d.path, body)
		}
	}
	if got := websocketOpens(t, c); got != opens {
		t.Errorf("the websocket opened: %v", got)
	}
}

func websocketOpens(t *testing.T, c *client) bool {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), c.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	hello := frame{Type: "connection_init", Payload: mustJSON(t, object{"Authorization": "Bearer " + c.token})}
	if err := wsjson.Write(t.Context(), conn, hello); err != nil {
		t.Fatal(err)
	}
	for {
		var f frame
		if err := wsjson.Read(t.Context(), conn, &f); err != nil {
			if code := websocket.CloseStatus(err); code != 4403 {
				t.Errorf("closed with %d: %v", code, err)
			}
			return false
		}
		if f.Type == "connection_ack" {
			return true
		}
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicPEM(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
