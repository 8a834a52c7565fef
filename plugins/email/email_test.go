package email_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	s := start(t, serverOptions{security: "STARTTLS", mechanisms: []string{"PLAIN"}})
	good := integration(s.addr, "STARTTLS", map[string]any{"username": user, "password": password})
	bad := func(more map[string]any) sdk.Integration {
		all := map[string]any{"username": user, "password": password}
		for name, value := range more {
			all[name] = value
		}
		return integration(s.addr, "STARTTLS", all)
	}
	(&sdktest.Suite{
		Connector: email.NewWith(local(t), s.roots), Integration: good,
		Delivery: func(n int) sdk.Delivery {
			d := delivery("")
			d.Recipient = fmt.Sprintf("person%d@customer.example", n)
			return d
		},
		Sent: func() int { return len(s.got()) },
		BadIntegrations: map[string]sdk.Integration{
			"no server":                     bad(map[string]any{"host": nil}),
			"a server with its port":        bad(map[string]any{"host": "mail.example.com:25"}),
			"no sender":                     bad(map[string]any{"from": nil}),
			"a sender that is none":         bad(map[string]any{"from": "maintenance"}),
			"a sender of two lines":         bad(map[string]any{"from": "a@b.example\r\nBcc: c@d.example"}),
			"a wrong password":              bad(map[string]any{"password": "another-password"}),
			"a user without password":       bad(map[string]any{"password": nil}),
			"no sign-in where one is due":   bad(map[string]any{"auth": "NONE"}),
			"a way to sign in that is not":  bad(map[string]any{"auth": "SCRAM_SHA_256"}),
			"TLS where there is STARTTLS":   bad(map[string]any{"security": "TLS"}),
			"a sign-in without TLS":         bad(map[string]any{"security": "NONE"}),
			"a private server":              bad(map[string]any{"host": "10.1.2.3"}),
			"nobody there":                  bad(map[string]any{"port": 1}),
			"XOAUTH2 without its fields":    bad(map[string]any{"auth": "XOAUTH2"}),
			"a token server of no kind":     bad(map[string]any{"auth": "XOAUTH2", "oauth_token_url": "file:///etc/passwd", "oauth_client_id": "a", "oauth_client_secret": "hidden-word"}),
			"settings as a list":            {ID: "int_1", Settings: json.RawMessage(`[1]`)},
			"an answer address that is not": bad(map[string]any{"reply_to": "x"}),
		},
	}).Run(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connections > 200 {
		t.Errorf("%d connections were made for %d messages", s.connections, len(s.letters))
	}
}

// part is one body of a message.
type part struct{ kind, text string }

func bodies(t *testing.T, m *mail.Message) (list []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return []part{{kind, decoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body)}}
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		list = append(list, part{kind, decoded(t, p.Header.Get("Content-Transfer-Encoding"), p)})
	}
}

func TestWhatArrives(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS"})
	d := delivery("dlv_1")
	d.Parameters = json.RawMessage(`{"subject":"OT {{folio}} é","text":"{{folio}}\n.\n{{task}}","html":"<p><b>{{folio}}</b>: {{task}}</p>",
		"cc":["Chefe <chefe@customer.example>"],"bcc":["arquivo@customer.example"],"reply_to":"oficina@plant.example","list_unsubscribe":"https://plant.example/u"}`)
	o := sender(t, s, integration(s.addr, "TLS", map[string]any{"reply_to": "nobody@plant.example"})).Send(t.Context(), d)
	if o.Kind != sdk.Accepted || o.ProviderID != "dlv_1@plant.example" || o.Detail["server"] == "" {
		t.Fatalf("%+v", o)
	}
	got := s.got()[0]
	if got.from != "maintenance@plant.example" || !slices.Equal(got.to, []string{"ana@customer.example", "chefe@customer.example", "arquivo@customer.example"}) {
		t.Errorf("the envelope is %+v", got)
	}
	m := got.parsed(t)
	decoder := mime.WordDecoder{}
	for name, want := range map[string]string{
		"Message-Id": "<dlv_1@plant.example>", "To": `"Ana Prado" <ana@customer.example>`, "Cc": `"Chefe" <chefe@customer.example>`, "Reply-To": "<oficina@plant.example>",
		"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://plant.example/u>", "Subject": "OT OT-1496 é", "From": `Manutenção <maintenance@plant.example>`, "Bcc": "",
	} {
		if text, err := decoder.DecodeHeader(m.Header.Get(name)); err != nil || text != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if date, err := m.Header.Date(); err != nil || date.IsZero() {
		t.Errorf("Date: %v", err)
	}
	want := []part{{"text/plain", "OT-1496\n.\nTrocar o filtro de óleo <1>"}, {"text/html", "<p><b>OT-1496</b>: Trocar o filtro de óleo &lt;1&gt;</p>"}}
	if list := bodies(t, m); !slices.Equal(list, want) {
		t.Errorf("%+v", list)
	}
}

func TestTheValuesGoOutAsAList(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS"})
	d := delivery("dlv_1")
	d.Action, d.Parameters = "send_values", json.RawMessage(`{"subject":"{{folio}}","intro":"For {{recipient}}"}`)
	if o := sender(t, s, integration(s.addr, "TLS", nil)).Send(t.Context(), d); o.Kind != sdk.Accepted {
		t.Fatalf("%+v", o)
	}
	list := bodies(t, s.got()[0].parsed(t))
	if len(list) != 2 || list[0].text != "For Ana Prado <ana@customer.example>\n\nfolio: OT-1496\ntask: Trocar o filtro de óleo <1>\n" ||
		!strings.Contains(list[1].text, "<th align=\"left\">task</th><td>Trocar o filtro de óleo &lt;1&gt;</td>") {
		t.Errorf("%+v", list)
	}
}

func TestNothingInjectsAHeaderOrARecipient(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS"})
	out := sender(t, s, integration(s.addr, "TLS", nil))
	d := delivery("dlv_1")
	d.Values[0].Text = "x\r\nBcc: thief@evil.example\r\n\r\nbody"
	if o := out.Send(t.Context(), d); o.Kind != sdk.Accepted || len(o.Adjusted) != 1 {
		t.Fatalf("%+v", o)
	}
	m := s.got()[0].parsed(t)
	if m.Header.Get("Bcc") != "" || m.Header.Get("Subject") != "OT x Bcc: thief@evil.example body" || len(s.got()[0].to) != 1 {
		t.Errorf("%+v", m.Header)
	}
	for _, recipient := range []string{"a@b.example, c@d.example", "a@b.example\r\nRCPT TO:<c@d.example>", "<a@b.example>\nX: y", `"a b"@c.example`, "\"a\r\nb\" <c@d.example>", "a@[127.0.0.1]", "a@b.example> SIZE=1", "@b.example", "a@", "", "a@-b.example", strings.Repeat("a", 65) + "@b.example", "a@b..example"} {
		d := delivery("dlv_2")
		d.Recipient = recipient
		if o := out.Send(t.Context(), d); o.Kind != sdk.Rejected || o.Path != "recipient" {
			t.Errorf("%q: %+v", recipient, o)
		}
	}
	for _, id := range []string{"", "a b", "a>", "a\r\nX: y", strings.Repeat("a", 65)} {
		if o := out.Send(t.Context(), delivery(id)); o.Kind != sdk.Rejected {
			t.Errorf("the id %q: %+v", id, o)
		}
	}
	if n := len(s.got()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestAddressesOfOtherScripts(t *testing.T) {
	t.Parallel()
	plain, modern := start(t, serverOptions{security: "TLS"}), start(t, serverOptions{security: "TLS", utf8: true})
	for _, c := range []struct {
		s         *server
		recipient string
		kind      sdk.OutcomeKind
		rcpt      string
		utf8      bool
	}{
		{plain, "ana@münchen.example", sdk.Accepted, "ana@xn--mnchen-3ya.example", false},
		{modern, "ana@münchen.example", sdk.Accepted, "ana@xn--mnchen-3ya.example", false},
		{modern, "Jörg <jörg@münchen.example>", sdk.Accepted, "jörg@xn--mnchen-3ya.example", true},
		{plain, "jörg@münchen.example", sdk.Rejected, "", false},
	} {
		d := delivery("dlv_1")
		d.Recipient = c.recipient
		o := sender(t, c.s, integration(c.s.addr, "TLS", nil)).Send(t.Context(), d)
		if o.Kind != c.kind {
			t.Errorf("%s: %+v", c.recipient, o)
			continue
		}
		if c.kind == sdk.Accepted {
			list := c.s.got()
			if l := list[len(list)-1]; l.to[0] != c.rcpt || l.utf8 != c.utf8 {
				t.Errorf("%s: %+v", c.recipient, l)
			}
		}
	}
}

func TestARefusedCopyDoesNotKeepTheMessageAndARefusedRecipientKeepsTheCopies(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "TLS"})
	out := sender(t, s, integration(s.addr, "TLS", nil))
	d := delivery("dlv_1")
	d.Parameters = json.RawMessage(`{"subject":"x","text":"x {{folio}} {{task}}","cc":["chefe@customer.example","outro@customer.example"]}`)
	refuse := func(who string) {
		s.script(func(stage, about string) error {
			if stage == "RCPT" && about == who {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no " + who + " here"}
			}
			return nil
		})
	}
	refuse("chefe@customer.example")
	o := out.Send(t.Context(), d)
	if o.Kind != sdk.Accepted || o.Detail["copies_refused"] != "***@customer.example 550 5.1.1" || !slices.Equal(s.got()[0].to, []string{"ana@customer.example", "outro@customer.example"}) {
		t.Errorf("%+v, %+v", o, s.got())
	}
	refuse("ana@customer.example")
	o = out.Send(t.Context(), d)
	if o.Kind != sdk.Rejected || o.Scope != sdk.ScopeRecipient || o.Path != "recipient" || o.Suppress == 0 || strings.Contains(o.Message, "ana@") || len(s.got()) != 1 {
		t.Errorf("%+v, %d messages", o, len(s.got()))
	}
	s.script(nil)
	if o = out.Send(t.Context(), d); o.Kind != sdk.Accepted {
		t.Errorf("after a refusal: %+v", o)
	}
	if s.mu.Lock(); s.connections != 1 {
		t.Errorf("%d connections", s.connections)
	}
	s.mu.Unlock()
}

func decoded(t *testing.T, encoding string, r io.Reader) string {
	t.Helper()
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}
