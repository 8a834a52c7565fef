package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const issuer = "https://hub.example.org"

// house is an open Auth over a real store with one consumer.
type house struct {
	*auth.Auth
	dir      string
	db       *sqlite.DB
	consumer *hub.Consumer
	secret   string
	log      *bytes.Buffer
	logger   *slog.Logger // one for all that write to log: each locks for itself
}

// open makes a house in an empty directory; options override what it needs.
func open(t testing.TB, o auth.Options) *house {
	t.Helper()
	h := &house{dir: t.TempDir(), log: new(bytes.Buffer)}
	h.logger = slog.New(slog.NewTextHandler(h.log, nil))
	h.db = hubtest.Open(t, h.dir, nil)
	h.consumer, h.secret = hubtest.Admin(t, h.db).Consumer, hubtest.AdminSecret
	h.Auth = h.again(t, o)
	return h
}

// again opens another Auth on the same directory, as a restart does.
func (h *house) again(t testing.TB, o auth.Options) *auth.Auth {
	t.Helper()
	o.DB, o.Log = h.db, h.logger
	if o.Issuer == "" {
		o.Issuer = issuer
	}
	a, err := auth.Open(h.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// key reads the private key back from its file.
func (h *house) key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dir, auth.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey)
}

// ask posts a form to the token endpoint; change may alter the request before it is sent.
func ask(a *auth.Auth, form string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	a.Token(w, r)
	return w
}

func basic(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) }
}

// token signs in and returns the access token.
func (h *house) token(t testing.TB, a *auth.Auth) string {
	t.Helper()
	return accessToken(t, ask(a, "grant_type=client_credentials", basic(h.consumer.ClientID, h.secret)))
}

// accessToken reads the token out of an answer that must have one.
func accessToken(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return answer.AccessToken
}

// part decodes the header (0) or the claims (1) of a token.
func part(t testing.TB, token string, i int) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
