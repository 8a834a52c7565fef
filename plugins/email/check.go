package email

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// Check looks at the settings, and then connects to the server, signs in, and asks whether it takes messages of the sender; none is sent.
func (c *connector) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	s, found := c.parse(in)
	if len(found) > 0 {
		return found, nil
	}
	if err := c.try(ctx, s); err != nil {
		found = append(found, problemOf(s.judge(err, &letter{}, 1)))
	}
	return found, nil
}

func (c *connector) try(ctx context.Context, s *settings) error {
	k, err := c.dialer(s)(ctx)
	if err != nil {
		return err
	}
	defer k.quit()
	defer k.line.begin(ctx)()
	k.SkipSMTPUTF8(s.from.ascii())
	if err := k.Mail("<" + s.from.address() + ">"); err != nil {
		return &failure{sending, err}
	}
	_ = k.Reset() // the farewell ends it as well
	return nil
}

// problemOf is what an outcome would mean for someone who sets up the integration.
func problemOf(o sdk.Outcome) sdk.Problem {
	p := sdk.Problem{Code: "SMTP_REFUSED", Path: o.Path, Message: o.Message, NextStep: o.NextStep, Severity: sdk.SeverityError}
	if o.ProviderCode != "" {
		p.Code = "SMTP_" + strings.Fields(o.ProviderCode)[0]
	}
	switch {
	case o.Kind == sdk.Retry && o.ProviderCode != "":
		p.Severity = sdk.SeverityWarning // the server is there, and busy
	case o.Kind == sdk.Retry:
		p.Code, p.NextStep = "UNREACHABLE", "Check server, port and security."
	}
	if !strings.HasPrefix(p.Path, "settings") && !strings.HasPrefix(p.Path, "secrets") {
		p.Path = "settings.host"
	}
	return p
}

// CheckAction looks at the parameters, and holds the places of subject and bodies against the values that a mapping fills.
func (c *connector) CheckAction(_ context.Context, in sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	_, found := c.parse(in)
	if len(found) > 0 {
		return found, nil
	}
	p, found := parsePlan(use.Action, use.Parameters)
	if len(found) > 0 {
		return found, nil
	}
	all := places.Judge(use, p.subject, p.text, p.html, p.intro)
	for _, one := range all {
		if !p.list || one.Code != "UNUSED" { // all values are listed
			found = append(found, one)
		}
	}
	return found, nil
}

// Preview says what would be sent.
func (c *connector) Preview(_ context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	s, found := c.parse(in)
	if len(found) > 0 {
		return sdk.Preview{Problems: found}, nil
	}
	out := sdk.Preview{Recipient: d.Recipient}
	p, found := parsePlan(d.Action, d.Parameters)
	if out.Problems = found; len(found) > 0 {
		return out, nil
	}
	l, found := p.write(s, &d)
	if out.Problems = found; len(found) > 0 {
		return out, nil
	}
	out.Recipient, out.Adjusted = l.to.address(), l.adjusted
	out.Text = l.subject + "\n\n" + l.text
	if l.text == "" {
		out.Text = l.subject + "\n\n" + l.html
	}
	shown := struct {
		From      string   `json:"from"`
		To        string   `json:"to"`
		CC        []string `json:"cc,omitempty"`
		BCC       []string `json:"bcc,omitempty"`
		Subject   string   `json:"subject"`
		Text      string   `json:"text,omitempty"`
		HTML      string   `json:"html,omitempty"`
		MessageID string   `json:"messageId"`
	}{s.from.header().String(), l.to.header().String(), addressesOf(p.cc), addressesOf(p.bcc), l.subject, l.text, l.html, l.messageID}
	text, err := json.Marshal(shown)
	out.Request = text
	return out, err
}

func addressesOf(list []mailbox) (out []string) {
	for _, m := range list {
		out = append(out, m.address())
	}
	return out
}
