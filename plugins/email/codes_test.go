package email_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/sdk"
)

func contextUntil(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

func TestWhatEachRefusalMeans(t *testing.T) {
	t.Parallel()
	type verdict struct {
		kind  sdk.OutcomeKind
		scope sdk.Scope
		path  string
	}
	retry := verdict{sdk.Retry, sdk.ScopeDelivery, ""}
	slower := verdict{sdk.Retry, sdk.ScopeIntegration, ""}
	at := func(path string) verdict { return verdict{sdk.Misconfigured, sdk.ScopeIntegration, path} }
	person := verdict{sdk.Rejected, sdk.ScopeRecipient, "recipient"}
	later := verdict{sdk.Retry, sdk.ScopeRecipient, "recipient"}
	values := verdict{sdk.Rejected, sdk.ScopeDelivery, "values"}
	hit := map[int]bool{}
	for _, c := range []struct {
		at   string
		code int
		text string
		want verdict
	}{
		{"MAIL", 421, "4.7.0 too fast", slower}, {"RCPT", 421, "4.3.2 shutting down", retry}, {"CONNECT", 421, "busy", retry},
		{"CONNECT", 450, "later", retry}, {"CONNECT", 554, "5.7.1 go away", at("settings.host")},
		{"STARTTLS", 454, "4.7.0 TLS not available", retry}, {"STARTTLS", 502, "no", at("settings.security")},
		{"AUTH", 454, "4.7.0 temporary", retry}, {"AUTH", 535, "5.7.8 bad credentials", at("secrets.password")}, {"AUTH", 534, "5.7.9 app password", at("secrets.password")}, {"AUTH", 530, "5.7.0", at("secrets.password")},
		{"MAIL", 530, "5.7.0 authenticate first", at("settings.username")}, {"RCPT", 530, "5.7.1", at("settings.username")}, {"DATA", 503, "5.5.1 bad sequence", at("settings.host")},
		{"MAIL", 552, "too big", values}, {"MAIL", 552, "5.3.4 too big", values}, {"MAIL", 451, "4.7.1 rate", slower}, {"MAIL", 451, "4.3.0 trouble", retry}, {"MAIL", 550, "5.7.1 sender refused", at("settings.from")}, {"MAIL", 553, "5.1.8 sender", at("settings.from")},
		{"RCPT", 550, "5.1.1 unknown", person}, {"RCPT", 550, "5.1.10 null MX", person}, {"RCPT", 550, "5.1.7 sender", at("settings.from")}, {"RCPT", 550, "5.1.8 sender", at("settings.from")}, {"RCPT", 553, "5.1.3 syntax", person}, {"RCPT", 550, "5.2.1 disabled", person}, {"RCPT", 552, "5.2.2 full", person},
		{"RCPT", 552, "5.2.3 long", values}, {"RCPT", 554, "5.7.1 relay access denied", verdict{sdk.Rejected, sdk.ScopeDelivery, "recipient"}}, {"RCPT", 550, "no such user", person},
		{"RCPT", 452, "4.2.2 full", later}, {"RCPT", 452, "too many", retry}, {"RCPT", 450, "4.2.0 greylisted", later}, {"RCPT", 451, "4.7.1 greylisted", later},
		{"DATA", 552, "5.3.4 long", values}, {"END", 552, "5.2.3 long", values}, {"END", 552, "long", values}, {"END", 550, "5.7.20 DKIM", at("settings.from")}, {"END", 550, "5.7.21 DKIM", at("settings.from")},
		{"END", 550, "5.7.22 DKIM", at("settings.from")}, {"END", 550, "5.7.23 SPF", at("settings.from")}, {"END", 550, "5.7.25 rDNS", at("settings.host")}, {"END", 550, "5.7.26 DMARC", at("settings.from")},
		{"END", 451, "4.7.0 rate", slower}, {"END", 451, "4.3.0 queue", retry}, {"DATA", 452, "space", retry}, {"END", 554, "5.7.1 spam", values}, {"END", 554, "spam", values}, {"END", 554, "4.7.0 contradictory", values},
		{"MAIL", 250, "ok?", at("settings.host")}, {"elsewhere", 450, "x", retry},
	} {
		row, o := email.Refusal(c.at, c.code, c.text)
		hit[row] = true
		if (verdict{o.Kind, o.Scope, o.Path}) != c.want {
			t.Errorf("%s %d %s: %+v", c.at, c.code, c.text, o)
		}
		if o.Message == "" || o.NextStep == "" || (o.Kind == sdk.Retry) != (o.RetryAfter > 0) || c.code < 500 && c.code >= 400 && o.Kind != sdk.Retry || c.code >= 500 && o.Kind == sdk.Retry {
			t.Errorf("%s %d %s: %+v", c.at, c.code, c.text, o)
		}
	}
	for row := range email.Rows() {
		if !hit[row] {
			t.Errorf("row %d of the table is not tested", row)
		}
	}
}

// What a table says is worth as much as the connection that asks it.
func TestARealServersRefusalsComeThroughTheTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault func(stage, about string) error
		kind  sdk.OutcomeKind
		code  string
		says  string
	}{
		"greylisting":  {answer("RCPT", 451, smtp.EnhancedCode{4, 7, 1}, "come back in 5 minutes"), sdk.Retry, "451 4.7.1", "come back in 5 minutes"},
		"no mailbox":   {answer("RCPT", 550, smtp.EnhancedCode{5, 1, 1}, "<ana@customer.example>: unknown"), sdk.Rejected, "550 5.1.1", "<***@customer.example>: unknown"},
		"spam":         {answer("DATA", 554, smtp.EnhancedCode{5, 7, 1}, "looks like spam"), sdk.Rejected, "554 5.7.1", "looks like spam"},
		"full disk":    {answer("DATA", 452, smtp.EnhancedCode{4, 3, 1}, "no space"), sdk.Retry, "452 4.3.1", "no space"},
		"sender":       {answer("MAIL", 553, smtp.EnhancedCode{5, 7, 1}, "not yours"), sdk.Misconfigured, "553 5.7.1", "not yours"},
		"no greetings": {answer("CONNECT", 554, smtp.EnhancedCode{5, 7, 1}, "listed"), sdk.Misconfigured, "554 5.7.1", "listed"},
	} {
		s := start(t, serverOptions{security: "TLS"})
		s.script(c.fault)
		o := sender(t, s, integration(s.addr, "TLS", nil)).Send(t.Context(), delivery("dlv_1"))
		if o.Kind != c.kind || o.ProviderCode != c.code || !strings.Contains(o.Message, c.says) || len(s.got()) > 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestCheckNamesTheSettingAtFault(t *testing.T) {
	t.Parallel()
	s := start(t, serverOptions{security: "STARTTLS", mechanisms: []string{"PLAIN"}})
	check := func(more map[string]any) []sdk.Problem {
		t.Helper()
		found, err := email.NewWith(local(t), s.roots).(sdk.Checker).Check(t.Context(), integration(s.addr, "STARTTLS", more))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	good := map[string]any{"username": user, "password": password}
	if found := check(good); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	if found := check(map[string]any{"username": user, "password": "wrong-password"}); len(found) != 1 || found[0].Path != "secrets.password" || found[0].Code != "SMTP_535" {
		t.Errorf("%+v", found)
	}
	s.script(answer("MAIL", 553, smtp.EnhancedCode{5, 7, 1}, "not yours"))
	if found := check(good); len(found) != 1 || found[0].Path != "settings.from" || found[0].Severity != sdk.SeverityError {
		t.Errorf("%+v", found)
	}
	s.script(answer("MAIL", 451, smtp.EnhancedCode{4, 3, 0}, "busy"))
	if found := check(good); len(found) != 1 || found[0].Severity != sdk.SeverityWarning {
		t.Errorf("%+v", found)
	}
}

func TestCheckActionAndPreview(t *testing.T) {
	t.Parallel()
	in := integration("mail.example.com:587", "STARTTLS", nil)
	for name, c := range map[string]struct {
		use        sdk.ActionUse
		code, path string
	}{
		"nothing wrong":       {sdk.ActionUse{Action: "send", Parameters: json.RawMessage(`{"subject":"{{a}}","html":"<p>{{recipient}}</p>"}`), Names: []string{"a"}}, "", ""},
		"a list":              {sdk.ActionUse{Action: "send_values", Parameters: json.RawMessage(`{"subject":"x"}`), Positions: 3}, "", ""},
		"no subject":          {sdk.ActionUse{Action: "send", Parameters: json.RawMessage(`{"text":"x"}`)}, "REQUIRED", "parameters.subject"},
		"no body":             {sdk.ActionUse{Action: "send", Parameters: json.RawMessage(`{"subject":"x"}`)}, "REQUIRED", "parameters.text"},
		"nothing mapped":      {sdk.ActionUse{Action: "send", Parameters: json.RawMessage(`{"subject":"x","text":"{{a}}"}`)}, "MISSING", "parameters.text"},
		"broken HTML":         {sdk.ActionUse{Action: "send", Parameters: json.RawMessage(`{"subject":"x","html":"<p {{a}}"}`), Names: []string{"a"}}, "MALFORMED", "parameters.html"},
		"a copy to nobody":    {sdk.ActionUse{Action: "send_values", Parameters: json.RawMessage(`{"subject":"x","cc":["a@b.example","x"]}`)}, "INVALID", "parameters.cc"},
		"an odd unsubscribe":  {sdk.ActionUse{Action: "send_values", Parameters: json.RawMessage(`{"subject":"x","list_unsubscribe":"javascript:x"}`)}, "INVALID", "parameters.list_unsubscribe"},
		"an action elsewhere": {sdk.ActionUse{Action: "call"}, "UNKNOWN_ACTION", "action"},
	} {
		found, err := email.New().(sdk.ActionChecker).CheckAction(t.Context(), in, c.use)
		if err != nil || c.code == "" && len(found) > 0 || c.code != "" && (len(found) != 1 || found[0].Code != c.code || found[0].Path != c.path) {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	p, err := email.New().(sdk.Previewer).Preview(t.Context(), in, delivery("dlv_1"))
	if err != nil || p.Text != "OT OT-1496\n\nOT-1496\n.\nTrocar o filtro de óleo <1>" || p.Recipient != "ana@customer.example" || !json.Valid(p.Request) || len(p.Problems) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
}
