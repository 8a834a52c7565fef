package email

import (
	"context"
	"errors"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// sender sends for one integration.
type sender struct {
	settings *settings
	plans    sdk.Plans[plan]
	pool     *pool
}

// Close ends the connections that are kept.
func (s *sender) Close() error {
	s.pool.close()
	return nil
}

// Send sends one delivery as one message.
func (s *sender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	p, found := s.plans.Of(d.Action, d.Parameters, parsePlan)
	var l *letter
	if len(found) == 0 {
		l, found = p.write(s.settings, &d)
	}
	if len(found) > 0 {
		return found[0].Outcome()
	}
	raw, err := l.bytes(s.settings, p)
	switch {
	case err != nil:
		return sdk.Outcome{Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Path: "values", Message: "the message cannot be written as e-mail", NextStep: "Compare the flow's preview."}
	case len(raw) > maxMessage:
		return sdk.Outcome{Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Path: "values", Message: "the message is longer than 1 MiB", NextStep: "Map fewer or shorter fields."}
	}
	r, err := s.pool.deliver(ctx, l, s.settings.from, raw)
	var o sdk.Outcome
	if err != nil {
		o = s.settings.judge(err, l, d.Attempt)
	} else {
		o = sdk.Outcome{Kind: sdk.Accepted, Scope: sdk.ScopeDelivery, ProviderID: l.messageID, Recipient: l.to.address(), Detail: r.detail()}
	}
	o.Adjusted = l.adjusted
	return o
}

// receipt is what a server said that took a message.
type receipt struct {
	text   string   // perhaps with the id in its queue
	copies []string // that it did not take, masked, with its code
}

// detail is what outcomes repeat of it.
func (r receipt) detail() map[string]string {
	out := map[string]string{}
	if r.text != "" {
		out["server"] = cut(r.text, 200)
	}
	if len(r.copies) > 0 {
		out["copies_refused"] = strings.Join(r.copies, ", ")
	}
	return out
}

// errNotInternational says that an address needs SMTPUTF8, which the server does not offer.
var errNotInternational = errors.New("the server takes no addresses with such characters")

// transact sends a letter on a connection. Errors are failures. The recipient comes first: if it is not taken, no copy goes out.
func (c *conn) transact(l *letter, from mailbox, raw []byte) (r receipt, err error) {
	if ok, _ := c.Extension("SMTPUTF8"); l.international && !ok {
		return r, &failure{addressing, errNotInternational}
	}
	c.SkipSMTPUTF8(!l.international) // a message that asks for it without need goes to fewer servers
	if err := c.Mail("<" + from.address() + ">"); err != nil {
		return r, &failure{sending, err}
	}
	if err := c.Rcpt("<" + l.to.address() + ">"); err != nil {
		return r, &failure{addressing, err}
	}
	for _, m := range l.copies {
		err := c.Rcpt("<" + m.address() + ">")
		var answer *textproto.Error
		switch {
		case errors.As(err, &answer) && answer.Code != 421:
			r.copies = append(r.copies, m.masked()+" "+code(answer))
		case err != nil:
			return r, &failure{addressing, err}
		}
	}
	w, err := c.Data()
	if err != nil {
		return r, &failure{handing, err}
	}
	if _, err := w.Write(raw); err != nil {
		return r, &failure{handing, err}
	}
	if err := w.Close(); err != nil {
		return r, &failure{handed, err}
	}
	if d, ok := w.(*smtp.DataCloser); ok {
		r.text = oneLine(d.ServerResponse())
	}
	return r, nil
}

// judge is the outcome of a failure.
func (s *settings) judge(err error, l *letter, attempt int) sdk.Outcome {
	var f *failure
	var answer *textproto.Error
	var refusal *outbound.Refused
	var token *outbound.TokenFailure
	if !errors.As(err, &f) {
		f = &failure{handed, err}
	}
	switch {
	case errors.As(err, &answer):
		o := verdictOf(f.stage, answer).outcome(answer, l, attempt)
		if o.Path == credential && s.Auth == authXOAUTH2 {
			o.Path = "secrets.oauth_client_secret"
		}
		return o
	case errors.As(err, &token):
		return tokenOutcome(token, attempt)
	case errors.As(err, &refusal):
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.host", Message: refusal.Error(), NextStep: outbound.NextStep}
	case errors.Is(err, errNoTLS):
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.security", Message: errNoTLS.Error(), NextStep: "Choose TLS and its port, or another server."}
	case errors.Is(err, errNoLogin):
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.auth", Message: errNoLogin.Error(), NextStep: "Choose another way to sign in, or AUTO."}
	case errors.Is(err, errNotInternational):
		return sdk.Outcome{Kind: sdk.Rejected, Scope: sdk.ScopeRecipient, Path: "recipient", Message: errNotInternational.Error(), NextStep: "Use an address of ASCII characters, or a server with SMTPUTF8."}
	case f.stage == handed:
		return sdk.Outcome{
			Kind: sdk.Unknown, Scope: sdk.ScopeDelivery, Message: "the message left, but no answer came: " + outbound.Words(err),
			NextStep: "Look for the Message-ID " + l.messageID + " in the server's log or the mailbox; it is not sent again by itself.",
		}
	}
	what := "the server could not be reached: "
	if f.stage == sending || f.stage == addressing || f.stage == handing {
		what = "the connection broke before the message was handed over: "
	}
	return sdk.Outcome{
		Kind: sdk.Retry, Scope: sdk.ScopeDelivery, RetryAfter: ladder(outageWait, attempt), Message: what + outbound.Words(err),
		NextStep: "Nothing: it is tried again. If it stays, check server, port and security.",
	}
}

func tokenOutcome(f *outbound.TokenFailure, attempt int) sdk.Outcome {
	var refusal *outbound.Refused
	switch {
	case errors.As(f, &refusal):
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.oauth_token_url", Message: refusal.Error(), NextStep: outbound.NextStep}
	case f.Wrong:
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "secrets.oauth_client_secret", Message: f.Error(), NextStep: "Give the id and the secret of the application, and check its scope."}
	}
	return sdk.Outcome{Kind: sdk.Retry, Scope: sdk.ScopeDelivery, RetryAfter: ladder(outageWait, attempt), Message: f.Error(), NextStep: "Nothing: it is tried again."}
}
