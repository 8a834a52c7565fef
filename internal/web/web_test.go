package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/web"
)

const publicURL = "https://hub.example.org/recado"

// fake has another name, because the embedded field must not hide the method Connector.
type fake = hubtest.Connector

// courier is the fake connector, but what it answers to callbacks is in the test's hands, and it remembers them.
type courier struct {
	*fake
	mu  sync.Mutex
	got []hub.Callback
	say hub.Reception
}

// Receive takes for genuine what says so.
func (c *courier) Receive(ctx context.Context, in hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error) {
	if c.Connector(hubtest.ConnectorName).State != hub.ConnectorReady {
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "the process is not running"} // as the host says it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, cb)
	said := c.say
	said.Verified = len(cb.Header["X-Signature"]) == 1 && cb.Header["X-Signature"][0] == "genuine"
	return &said, nil
}

// house is the surface over the real rooms behind it.
type house struct {
	http.Handler
	t       testing.TB
	db      *sqlite.DB
	engine  *engine.Engine
	auth    *auth.Auth
	courier *courier
	admin   hub.Caller
	token   string
	log     *logged
	denied  []hub.Denial // what the audit log was told
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// graphQL stands where the GraphQL door will stand: it echoes what comes over a websocket, and breaks when asked to.
func graphQL(w http.ResponseWriter, r *http.Request) {
	switch r.Header.Get("X-Test") {
	case "panic":
		panic("with the secret of nobody")
	case "late panic":
		io.WriteString(w, "half an answer")
		panic("too late")
	case "abort":
		panic(http.ErrAbortHandler)
	case "body", "minute":
		started := time.Now()
		if _, err := io.ReadAll(r.Body); err != nil {
			fmt.Fprintf(w, "the body: %v after %s", err.(net.Error), time.Since(started))
			return
		}
		select {
		case <-time.After(time.Minute):
		case <-r.Context().Done():
		}
		fmt.Fprint(w, "after ", time.Since(started))
		return
	case "stream":
		io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return
	}
	if r.Header.Get("Upgrade") == "" {
		io.WriteString(w, "request "+r.Header.Get("X-Request-Id"))
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	kind, text, err := conn.Read(r.Context())
	if err != nil {
		return
	}
	if conn.Write(r.Context(), kind, text) == nil {
		conn.Close(websocket.StatusNormalClosure, "")
	}
}

func open(t testing.TB, change ...func(*web.Options)) *house {
	t.Helper()
	h := &house{t: t, courier: &courier{fake: hubtest.NewConnector(), say: hub.Reception{Status: 200}}, log: &logged{}}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir, f := t.TempDir(), feed.New(1000, 0)
	h.db = hubtest.Open(t, dir, func(o *sqlite.Options) { o.Committed = f.Publish })
	h.admin = hubtest.Admin(t, h.db)
	h.engine = engine.New(engine.Options{DB: h.db, Catalog: catalog.Load(), Feed: f, Connectors: h.courier, Log: log, PublicURL: publicURL})
	h.courier.Tell(h.engine)
	if err := h.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.engine.Drain(context.WithoutCancel(t.Context()), nil); err != nil {
			t.Error(err)
		}
	})
	var err error
	if h.auth, err = auth.Open(dir, auth.Options{DB: h.db, Issuer: publicURL, Say: web.Say, Log: log}); err != nil {
		t.Fatal(err)
	}
	o := web.Options{Auth: h.auth, Engine: h.engine, GraphQL: http.HandlerFunc(graphQL), PublicURL: publicURL + "/", Log: log,
		Denied: func(d hub.Denial) { h.denied = append(h.denied, d) }}
	for _, f := range change {
		f(&o)
	}
	h.Handler = web.New(o)
	h.token = h.signIn(hubtest.AdminClientID, hubtest.AdminSecret)
	return h
}

// integration sets the courier up for use.
func (h *house) integration() *hub.Integration {
	h.t.Helper()
	connector, name, settings := hubtest.ConnectorName, "courier "+hub.NewClientID(), json.RawMessage(`{"phone_number_id":"106540352242922"}`)
	in, err := h.engine.IntegrationCreate(h.t.Context(), h.admin, hub.IntegrationInput{Connector: &connector, Name: &name, Settings: &settings,
		Secrets: map[string]string{"access_token": "hubtest-token"}})
	if err != nil {
		h.t.Fatal(err)
	}
	return in
}

// signIn gets a token through the surface.
func (h *house) signIn(id, secret string) string {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader("grant_type=client_credentials"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(id, secret)
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	w := h.do(r)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.AccessToken == "" {
		h.t.Fatalf("signing in: %d %s", w.Code, w.Body)
	}
	return answer.AccessToken
}

func (h *house) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// request makes a request with headers given as name, value, name, value.
func request(method, path, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// problem reads problem details and checks what all of them must have.
func problem(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the header is %v", w.Header())
	}
	if p["status"] != float64(w.Code) || p["title"] != http.StatusText(w.Code) || p["detail"] == "" || p["requestId"] != w.Header().Get("X-Request-Id") {
		t.Errorf("%d %v", w.Code, p)
	}
	return p
}

func TestOnlyWhatIsThereIsAnswered(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/", 404, "NO_SUCH_PATH", ""},
		{"GET", "/nothing", 404, "NO_SUCH_PATH", ""},
		{"POST", "/events/1", 404, "NO_SUCH_PATH", ""},
		{"GET", "/callbacks", 404, "NO_SUCH_PATH", ""},
		{"GET", "/callbacks/", 404, "NO_SUCH_PATH", ""},
		{"GET", "/events", 405, "METHOD_NOT_ALLOWED", "POST"},
		{"PUT", "/events", 405, "METHOD_NOT_ALLOWED", "POST"},
		{"GET", "/oauth/token", 405, "METHOD_NOT_ALLOWED", "POST"},
		{"GET", "/oauth/introspect", 405, "METHOD_NOT_ALLOWED", "POST"},
		{"GET", "/oauth/revoke", 405, "METHOD_NOT_ALLOWED", "POST"},
		{"POST", "/.well-known/oauth-authorization-server", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
		{"POST", "/.well-known/jwks.json", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
		{"PATCH", "/graphql", 405, "METHOD_NOT_ALLOWED", "GET, POST, PUT, DELETE"},
		{"PUT", "/callbacks/int_0000000000001", 405, "METHOD_NOT_ALLOWED", "GET, POST"},
		{"POST", "/healthz", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
		{"TRACE", "/readyz", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"},
	} {
		w := h.do(request(c.method, c.path, ""))
		if p := problem(t, w); w.Code != c.status || p["code"] != c.code || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: got %d %v, Allow %q", c.method, c.path, w.Code, p, w.Header().Get("Allow"))
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: a browser may guess at the content", c.method, c.path)
		}
	}
}

func TestHealthSaysAliveAndReadySaysWhyNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	if w := h.do(request("GET", "/healthz", "")); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"alive":true}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if w := h.do(request("GET", "/readyz", "")); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"ready":true}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if err := h.engine.Drain(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w := h.do(request("GET", "/readyz", ""))
	if w.Code != 503 || !strings.Contains(w.Body.String(), `"ready":false,"reason":"the hub is shutting down`) {
		t.Errorf("while it drains: got %d %s", w.Code, w.Body)
	}
	if w := h.do(request("GET", "/healthz", "")); w.Code != 200 {
		t.Errorf("while it drains it still lives: got %d", w.Code)
	}
}

func TestThePublicKeysAreThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	for path, code := range map[string]int{"": 200, "/recado": 200, "/elsewhere": 404, "/": 404} {
		w := h.do(request("GET", "/.well-known/oauth-authorization-server"+path, ""))
		if w.Code != code || code == 200 && !strings.Contains(w.Body.String(), `"token_endpoint":"`+publicURL+`/oauth/token"`) {
			t.Errorf("the metadata at %q: %d %s", path, w.Code, w.Body)
		}
	}
	if w := h.do(request("GET", "/.well-known/jwks.json", "")); w.Code != 200 || !strings.Contains(w.Body.String(), `"kty":"EC"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestARequestKeepsItsIDAndGetsOneIfItHasNone(t *testing.T) {
	t.Parallel()
	h := open(t)
	seen := map[string]bool{}
	for _, given := range []string{"", "", "has spaces", "line\x01break", strings.Repeat("a", 129), "<script>"} {
		id := h.do(request("GET", "/graphql", "", "X-Request-Id", given)).Header().Get("X-Request-Id")
		if id == "" || id == given || seen[id] {
			t.Errorf("for %q the id is %q, seen before: %v", given, id, seen[id])
		}
		seen[id] = true
	}
	w := h.do(request("GET", "/graphql?query={secret}", "", "X-Request-Id", "client-7/a"))
	if got := w.Header()["X-Request-Id"]; len(got) != 1 || got[0] != "client-7/a" || w.Body.String() != "request client-7/a" {
		t.Errorf("got %v and the door saw %q", got, w.Body)
	}
	log := h.log.String()
	if !strings.Contains(log, `request=client-7/a method=GET path=/graphql status=200 bytes=18`) {
		t.Errorf("the log has no such line:\n%s", log)
	}
	if strings.Contains(log, "secret") {
		t.Error("the log holds a query string")
	}
}

func TestAPanicIsAnsweredLoggedAndSurvived(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.do(request("POST", "/graphql", "", "X-Test", "panic"))
	if p := problem(t, w); w.Code != 500 || p["code"] != "INTERNAL" || strings.Contains(w.Body.String(), "nobody") {
		t.Errorf("got %d %v", w.Code, p)
	}
	if log := h.log.String(); !strings.Contains(log, "with the secret of nobody") || !strings.Contains(log, "web_test.go") {
		t.Errorf("the log has neither the panic nor the place:\n%s", log)
	}

	server := httptest.NewServer(h)
	defer server.Close()
	for _, how := range []string{"late panic", "abort"} {
		r, _ := http.NewRequest(http.MethodPost, server.URL+"/graphql", nil)
		r.Header.Set("X-Test", how)
		answer, err := server.Client().Do(r)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: what was cut off looks complete", how)
		}
	}
}

func TestWebsocketsAndStreamsReachTheDoor(t *testing.T) {
	t.Parallel()
	h := open(t)
	server := httptest.NewServer(h)
	defer server.Close()
	conn, _, err := websocket.Dial(t.Context(), server.URL+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.Read(t.Context()); err != nil || string(text) != "hello" {
		t.Errorf("got %q, %v", text, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/graphql", nil)
	r.Header.Set("X-Test", "stream")
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(answer.Body, first); err != nil || string(first) != "first" {
		t.Errorf("before the handler ended: got %q, %v", first, err)
	}
}

func TestNoTokenEverReachesTheLog(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(request("POST", "/events", newWorkOrder("1"), "Authorization", "Bearer "+h.token, "Content-Type", eventType))
	h.do(request("POST", "/events", "{", "Authorization", "Bearer "+h.token+"x", "Content-Type", eventType))
	h.do(request("POST", "/graphql", "", "Authorization", "Bearer "+h.token, "X-Test", "panic"))
	log := h.log.String()
	if !strings.Contains(log, "path=/events status=202") {
		t.Fatalf("the log does not have what it should:\n%s", log)
	}
	for name, secret := range map[string]string{"the token": h.token, "the consumer's secret": hubtest.AdminSecret, "the body": "Jonas"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s", name)
		}
	}
}

func TestTheServerHasLimits(t *testing.T) {
	t.Parallel()
	h := open(t)
	server := httptest.NewUnstartedServer(nil)
	server.Config = web.NewServer(h, slog.New(slog.DiscardHandler))
	server.Start()
	defer server.Close()
	r, _ := http.NewRequest(http.MethodGet, server.URL+"/healthz", nil)
	r.Header.Set("X-Filler", strings.Repeat("a", 64<<10))
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 64 KiB: got %d", answer.StatusCode)
	}
	if c := server.Config; c.ReadHeaderTimeout == 0 || c.IdleTimeout == 0 || c.ReadTimeout != 0 || c.WriteTimeout != 0 {
		t.Error(fmt.Sprint("timeouts: header ", c.ReadHeaderTimeout, ", idle ", c.IdleTimeout, ", request ", c.ReadTimeout, ", answer ", c.WriteTimeout,
			"; want the first two, and not the others, which would end subscriptions"))
	}
}

// The description of an OAuth error is ASCII (RFC 6749 §5.2), and beside it stands the same in the language of the request.
func TestOAuthErrorsAndProblemsAreSaidInSixLanguages(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct{ name, path, body, contentType, key string }{
		{"a token for an unknown grant", "/oauth/token", "grant_type=password&client_id=a&client_secret=b", "application/x-www-form-urlencoded", "message"},
		{"a client that does not prove itself", "/oauth/introspect", "token=a", "application/x-www-form-urlencoded", "message"},
		{"an event without a token", "/events", "{}", "application/cloudevents+json", "detail"},
		{"a path that is not there", "/nothing", "", "", "detail"},
		{"a callback for nobody", "/callbacks/int_0", "", "", "detail"},
	} {
		t.Run(c.name, func(t *testing.T) {
			english := ""
			for _, locale := range append([]string{"en"}, hub.Locales...) {
				w := h.do(request("POST", c.path, c.body, "Content-Type", c.contentType, "Accept-Language", locale))
				var got map[string]any
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code < 400 {
					t.Fatalf("it is answered %d %s", w.Code, w.Body)
				}
				said, _ := got[c.key].(string)
				if english == "" {
					english = said
				}
				if (said == english) != (locale == "en") || said == "" {
					t.Errorf("in %s it says %q", locale, said)
				}
				if description, is := got["error_description"]; is && (description != english || got["error"] == nil) {
					t.Errorf("in %s it is described as %v", locale, got)
				}
				if w.Header().Get("Content-Language") != locale || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Language") {
					t.Errorf("in %s the header is %v", locale, w.Header())
				}
			}
		})
	}
	for _, mode := range []func(*http.Request){nil, func(r *http.Request) { r.Header.Set("Content-Type", batchType) }} {
		body := newWorkOrder("1")
		if mode != nil {
			body = list(body)
		}
		w := h.publish(body, func(r *http.Request) {
			r.Header.Set("Accept-Language", "pt")
			if mode != nil {
				mode(r)
			}
		})
		if w.Header().Get("Content-Language") != "pt-BR" || w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("an event that is taken has the header %v", w.Header())
		}
	}
}
