package email_test

import (
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

func TestWaysToSignIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		offered []string
		auth    string
		used    string
	}{
		"the better one":    {[]string{"LOGIN", "PLAIN"}, "AUTO", "PLAIN " + user},
		"the only one":      {[]string{"LOGIN"}, "AUTO", "LOGIN " + user},
		"the chosen one":    {[]string{"LOGIN", "PLAIN"}, "LOGIN", "LOGIN " + user},
		"nothing that fits": {[]string{"XOAUTH2"}, "AUTO", ""},
	} {
		s := start(t, serverOptions{security: "STARTTLS", mechanisms: c.offered})
		o := sender(t, s, integration(s.addr, "STARTTLS", map[string]any{"auth": c.auth, "username": user, "password": password})).Send(t.Context(), delivery("dlv_1"))
		if c.used == "" {
			if o.Kind != sdk.Misconfigured || o.Path != "settings.auth" {
				t.Errorf("%s: %+v", name, o)
			}
			continue
		}
		if o.Kind != sdk.Accepted || len(s.logins) != 1 || s.logins[0] != c.used {
			t.Errorf("%s: %+v, %v", name, o, s.logins)
		}
	}
}

func TestXOAUTH2FetchesItsTokenAndKeepsIt(t *testing.T) {
	t.Parallel()
	asked, token := 0, oauthToken
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.FormValue("client_id") != "app" || r.FormValue("client_secret") != "hidden-word" || r.FormValue("scope") != "https://mail/.default" || r.FormValue("grant_type") != "client_credentials" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"hidden-word is wrong"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"`+token+`","token_type":"Bearer","expires_in":3600}`)
	}))
	defer tokens.Close()
	s := start(t, serverOptions{security: "STARTTLS", mechanisms: []string{"XOAUTH2"}})
	more := map[string]any{"auth": "XOAUTH2", "username": user, "oauth_token_url": tokens.URL, "oauth_client_id": "app", "oauth_client_secret": "hidden-word", "oauth_scope": "https://mail/.default"}
	out := sender(t, s, integration(s.addr, "STARTTLS", more))
	for range 2 {
		if o := out.Send(t.Context(), delivery("dlv_1")); o.Kind != sdk.Accepted {
			t.Fatalf("%+v", o)
		}
		s.hangUp()
	}
	if asked != 1 || len(s.logins) != 2 {
		t.Errorf("%d tokens, %v", asked, s.logins)
	}
	more["oauth_client_secret"] = "another-word"
	o := sender(t, s, integration(s.addr, "STARTTLS", more)).Send(t.Context(), delivery("dlv_1"))
	if o.Kind != sdk.Misconfigured || o.Path != "secrets.oauth_client_secret" || !strings.Contains(o.Message, "invalid_client") || strings.Contains(o.Message, "hidden-word") {
		t.Errorf("%+v", o)
	}
	more["oauth_client_secret"], token = "hidden-word", "a-token-that-is-not-taken"
	o = sender(t, s, integration(s.addr, "STARTTLS", more)).Send(t.Context(), delivery("dlv_1"))
	if o.Kind != sdk.Misconfigured || o.Path != "secrets.oauth_client_secret" {
		t.Errorf("%+v", o)
	}
}

func TestAConnectionIsKeptAndReplacedWhenTheServerHasClosedIt(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS", mechanisms: []string{"PLAIN"}})
	out := sender(t, s, integration(s.addr, "TLS", map[string]any{"username": user, "password": password}))
	send := func(connections int) {
		t.Helper()
		if o := out.Send(t.Context(), delivery("dlv_1")); o.Kind != sdk.Accepted {
			t.Fatalf("%+v", o)
		}
		if s.connections != connections {
			t.Errorf("%d connections, want %d", s.connections, connections)
		}
	}
	send(1)
	send(1)
	s.hangUp()
	send(2)
	// A server that has enough of a connection says so with 421.
	first := true
	s.script(func(stage, _ string) error {
		if stage == "MAIL" && first {
			first = false
			return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many messages on this connection"}
		}
		return nil
	})
	send(3)
	if n := len(s.got()); n != 4 {
		t.Errorf("%d messages", n)
	}
}

func TestAnAnswerThatIsLostAfterTheMessageIsUnknownAndBeforeItIsNot(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS"})
	in := integration(s.addr, "TLS", nil)
	s.dropAfter = true
	o := sender(t, s, in).Send(t.Context(), delivery("dlv_1"))
	if o.Kind != sdk.Unknown || !strings.Contains(o.NextStep, "dlv_1@plant.example") || len(s.got()) != 1 {
		t.Errorf("%+v", o)
	}
	s.mu.Lock()
	s.dropAfter = false
	s.mu.Unlock()
	for _, at := range []string{"MAIL", "RCPT"} {
		s.script(func(stage, _ string) error {
			if stage == at {
				_ = s.conns[len(s.conns)-1].Conn().Close()
			}
			return nil
		})
		if o := sender(t, s, in).Send(t.Context(), delivery("dlv_1")); o.Kind != sdk.Retry || o.RetryAfter == 0 {
			t.Errorf("%s: %+v", at, o)
		}
	}
	if n := len(s.got()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestASilentServerIsLeftAtTheDeadline(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	d := delivery("dlv_1")
	ctx, cancel := contextUntil(t, 300*time.Millisecond)
	defer cancel()
	out, err := email.NewWith(local(t), nil).(sdk.Destination).Open(t.Context(), integration(silent.Addr().String(), "STARTTLS", nil))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if o := out.Send(ctx, d); o.Kind != sdk.Retry {
		t.Errorf("%+v", o)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("it waited for longer than it was told")
	}
}

func TestAServerThatTalksWithoutEndIsLeft(t *testing.T) {
	t.Parallel()
	endless, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = endless.Close() }()
	go func() {
		for {
			c, err := endless.Accept()
			if err != nil {
				return
			}
			go func() {
				line := []byte("220-" + strings.Repeat("x", 1000) + "\r\n")
				for err == nil {
					_, err = c.Write(line)
				}
				_ = c.Close()
			}()
		}
	}()
	out, err := email.NewWith(local(t), nil).(sdk.Destination).Open(t.Context(), integration(endless.Addr().String(), "STARTTLS", nil))
	if err != nil {
		t.Fatal(err)
	}
	if o := out.Send(t.Context(), delivery("dlv_1")); o.Kind != sdk.Retry {
		t.Errorf("%+v", o)
	}
}

func TestNothingGoesOutWithoutTrustedTLSUnlessTheOperatorNamesTheServer(t *testing.T) {
	t.Parallel()
	bare := start(t, serverOptions{})
	secured := start(t, serverOptions{security: "STARTTLS"})
	for name, c := range map[string]struct {
		s        *server
		security string
		roots    *x509.CertPool
		guard    *outbound.Guard
		kind     sdk.OutcomeKind
		path     string
	}{
		"no STARTTLS":                 {bare, "STARTTLS", bare.roots, local(t), sdk.Misconfigured, "settings.security"},
		"a certificate of nobody":     {secured, "STARTTLS", nil, local(t), sdk.Retry, ""},
		"the operator names it":       {bare, "NONE", nil, local(t), sdk.Accepted, ""},
		"the operator does not":       {bare, "NONE", nil, outbound.New(nil), sdk.Misconfigured, "settings.host"},
		"nor does he with encryption": {secured, "STARTTLS", secured.roots, outbound.New(nil), sdk.Misconfigured, "settings.host"},
	} {
		in := integration(strings.Replace(c.s.addr, "127.0.0.1", "localhost", 1), c.security, nil)
		if name == "a certificate of nobody" || name == "no STARTTLS" {
			in = integration(c.s.addr, c.security, nil)
		}
		out, err := email.NewWith(c.guard, c.roots).(sdk.Destination).Open(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if o := out.Send(t.Context(), delivery("dlv_1")); o.Kind != c.kind || o.Path != c.path {
			t.Errorf("%s: %+v", name, o)
		}
		_ = out.Close()
	}
	if n := len(secured.got()); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}
