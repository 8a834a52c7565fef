package email_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/json"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// letter is one message that a server took.
type letter struct {
	from string
	to   []string
	raw  string
	utf8 bool
}

func (l letter) parsed(t *testing.T) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(l.raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, l.raw)
	}
	return m
}

// server is a real SMTP server, with faults to script.
type server struct {
	addr  string
	roots *x509.CertPool

	mu          sync.Mutex
	letters     []letter
	connections int
	logins      []string // mechanism and what it said
	mechanisms  []string
	fault       func(stage, about string) error // of MAIL, RCPT, DATA
	dropAfter   bool                            // the connection, once the message is complete
	conns       []*smtp.Conn
}

type serverOptions struct {
	security   string // as the setting
	mechanisms []string
	utf8       bool
}

const (
	user, password = "ana@plant.example", "correct-horse-battery"
	oauthToken     = "token-of-the-test-0123456789"
)

// start serves until the test ends. Its certificate is that of httptest, for 127.0.0.1.
func start(t testing.TB, o serverOptions) *server {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	certificate, roots := web.TLS.Certificates[0], x509.NewCertPool()
	roots.AddCert(web.Certificate())
	web.Close()
	s := &server{roots: roots, mechanisms: o.mechanisms}
	real := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connections++
		s.conns = append(s.conns, c)
		if err := s.say("CONNECT", ""); err != nil {
			return nil, err
		}
		return &session{server: s, conn: c}, nil
	}))
	real.Domain, real.ErrorLog = "mx.test", log.New(io.Discard, "", 0)
	real.EnableSMTPUTF8 = o.utf8
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	switch o.security {
	case "TLS":
		listener = tls.NewListener(listener, config)
	case "STARTTLS":
		real.TLSConfig = config
	}
	go func() { _ = real.Serve(listener) }()
	t.Cleanup(func() { _ = real.Close() })
	return s
}

// say is the scripted answer of a stage; the lock is held.
func (s *server) say(stage, about string) error {
	if s.fault == nil {
		return nil
	}
	return s.fault(stage, about)
}

func (s *server) script(f func(stage, about string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// answer is a fault that answers a stage with a code, an enhanced code and a text.
func answer(at string, code int, enhanced smtp.EnhancedCode, text string) func(string, string) error {
	return func(stage, _ string) error {
		if stage != at {
			return nil
		}
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
	}
}

func (s *server) got() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.letters...)
}

// hangUp ends all connections, as a server does with idle ones.
func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Conn().Close()
	}
}

type session struct {
	server *server
	conn   *smtp.Conn
	signed bool
	now    letter
}

func (s *session) AuthMechanisms() []string { return s.server.mechanisms }

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	check := func(identity string, ok bool) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.logins = append(s.server.logins, mechanism+" "+identity)
		if !ok {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, name, word string) error { return check(name, name == user && word == password) }), nil
	case "LOGIN":
		return &loginServer{check: func(name, word string) error { return check(name, name == user && word == password) }}, nil
	case "XOAUTH2":
		return &xoauthServer{check: func(name, token string) error { return check(name, name == user && token == oauthToken) }}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) Reset()        { s.now = letter{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if len(s.server.mechanisms) > 0 && !s.signed {
		return smtp.ErrAuthRequired
	}
	s.now = letter{from: from, utf8: o.UTF8}
	return s.server.say("MAIL", from)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := s.server.say("RCPT", to); err != nil {
		return err
	}
	s.now.to = append(s.now.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := s.server.say("DATA", ""); err != nil {
		return err
	}
	s.now.raw = string(raw)
	s.server.letters = append(s.server.letters, s.now)
	if s.server.dropAfter {
		_ = s.conn.Conn().Close()
		return errors.New("gone")
	}
	return nil
}

// loginServer asks for name and password one after the other, as LOGIN does.
type loginServer struct {
	check func(name, word string) error
	step  int
	name  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.name = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.name, string(response))
}

// xoauthServer reads the one message of XOAUTH2.
type xoauthServer struct {
	check func(name, token string) error
}

func (x *xoauthServer) Next(response []byte) (challenge []byte, done bool, err error) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(string(response), "user="), "\x01")
	return nil, true, x.check(name, strings.TrimSuffix(strings.TrimPrefix(rest, "auth=Bearer "), "\x01\x01"))
}

// local lets connectors reach this machine, as an operator could.
func local(tb testing.TB) *outbound.Guard {
	tb.Helper()
	allowed, err := outbound.ParseAllowed("127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	return outbound.New(allowed)
}

// integration sends through a server; more are further settings, and secrets by the names that are secret.
func integration(address, security string, more map[string]any) sdk.Integration {
	host, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	all := map[string]any{"host": host, "port": number, "security": security, "from": "Manutenção <maintenance@plant.example>"}
	maps.Copy(all, more)
	in := sdk.Integration{ID: "int_1", Name: "mail", Language: "en", Secrets: map[string]string{}}
	for _, name := range []string{"password", "oauth_client_secret"} {
		if text, ok := all[name].(string); ok {
			in.Secrets[name] = text
		}
		delete(all, name)
	}
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	in.Settings, _ = json.Marshal(all)
	return in
}

func delivery(id string) sdk.Delivery {
	return sdk.Delivery{
		ID: id, Attempt: 1, Action: "send", Recipient: "Ana Prado <ana@customer.example>", Deadline: time.Now().Add(20 * time.Second), FlowID: "flw_1",
		Parameters: json.RawMessage(`{"subject":"OT {{folio}}","text":"{{folio}}\n.\n{{task}}","html":"<p><b>{{folio}}</b>: {{task}}</p>"}`),
		Values:     []sdk.Value{{Name: "folio", Text: "OT-1496"}, {Name: "task", Text: "Trocar o filtro de óleo <1>"}},
	}
}

func sender(tb testing.TB, s *server, in sdk.Integration) sdk.Sender {
	tb.Helper()
	out, err := email.NewWith(local(tb), s.roots).(sdk.Destination).Open(tb.Context(), in)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = out.Close() })
	return out
}
