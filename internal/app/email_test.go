//go:build unix

package app_test

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is a real SMTP server with TLS that knows one account and no mailbox nobody@.
type post struct {
	addr string
	cert string // PEM file of what it is to be trusted by
	mu   sync.Mutex
	got  []string
}

const postPassword = "correct-horse-battery"

func newPost(t *testing.T) *post {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	p := &post{cert: filepath.Join(t.TempDir(), "root.pem")}
	if err := os.WriteFile(p.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = listener.Addr().String()
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &posting{post: p}, nil }))
	s.TLSConfig, s.ErrorLog, s.Domain = &tls.Config{Certificates: web.TLS.Certificates}, log.New(io.Discard, "", 0), "mx.test"
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

func (p *post) messages() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.got...)
}

type posting struct {
	post   *post
	signed bool
	to     string
}

func (p *posting) AuthMechanisms() []string { return []string{sasl.Plain} }
func (p *posting) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, word string) error {
		if p.signed = name == "hub" && word == postPassword; !p.signed {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (p *posting) Reset()        {}
func (p *posting) Logout() error { return nil }
func (p *posting) Mail(string, *smtp.MailOptions) error {
	if !p.signed {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (p *posting) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	p.to = to
	return nil
}

func (p *posting) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	p.post.mu.Lock()
	defer p.post.mu.Unlock()
	p.post.got = append(p.post.got, p.to+" "+m.Header.Get("Message-Id")+" "+subject)
	return err
}

func TestAWorkOrderIsMailedToSeveralPeopleWithAnOutcomeForEach(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	host, port, _ := net.SplitHostPort(p.addr)
	hub := serve(t, t.TempDir(), anyPort, reaching, "SSL_CERT_FILE="+p.cert)
	r := routed(t, hub, "email", object{"host": host, "port": atoi(t, port), "from": "Manutenção <hub@plant.example>", "username": "hub"}, map[string]string{"password": postPassword},
		object{"action": "send", "parameters": object{"subject": "Nova {{folio}}: {{task}}", "text": "{{folio}}", "html": "<b>{{folio}}</b>"},
			"recipient": object{"all": []object{{"constant": "ana@customer.example"}, {"constant": "nobody@customer.example"}}},
			"mapping":   []object{{"field": "wo_folio", "name": "folio"}, {"field": "description", "name": "task"}}})
	id := r.admin.publish(t, workOrder("OS-7", 7, "")).Executions[0].ID
	eventually(t, "both messages have an outcome", func() bool {
		e := r.admin.execution(t, id)
		return e.State == "CLOSED" && len(e.Deliveries) == 2
	})
	e := r.admin.execution(t, id)
	states, accepted := map[string]string{}, ""
	for _, d := range e.Deliveries {
		states[d.State] = d.ID
		if d.State == "ACCEPTED" {
			accepted = d.ID
		}
		if d.State == "FAILED" && (d.Reason == nil || !strings.Contains(d.Reason.Message, "there is no such mailbox")) {
			t.Errorf("%+v", d.Reason)
		}
	}
	if e.Outcome != "PARTIAL" || states["ACCEPTED"] == "" || states["FAILED"] == "" {
		t.Errorf("%s %v", e.Outcome, states)
	}
	want := "ana@customer.example <" + accepted + "@plant.example> Nova OS-7: Trocar o selo mecânico"
	if got := p.messages(); len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	bad := integrated(t, r.admin, "email", object{"host": host, "port": atoi(t, port), "from": "hub@plant.example", "username": "hub"}, map[string]string{"password": "another"})
	if found := checked(t, r.admin, bad); len(found) != 1 || found[0]["path"] == nil || found[0]["code"] != "SMTP_535" {
		t.Errorf("%v", found)
	}
}
