package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// twilioProvider is an integration that sends through Twilio.
type twilioProvider struct {
	connector *connector
	in        sdk.Integration
	settings  *twilioSettings
}

func (p *twilioProvider) open() sdk.Sender { return newTwilioSender(p.connector, p.in, p.settings) }

// check asks for one message, which proves the credentials, and for one content, without which nothing can be sent.
func (p *twilioProvider) check(ctx context.Context) problems {
	s := p.settings
	page := url.Values{"PageSize": {"1"}}.Encode()
	messages := under(s.api, "/2010-04-01/Accounts/"+s.AccountSID+"/Messages.json")
	messages.RawQuery = page
	var any json.RawMessage
	if u := p.connector.readTwilio(ctx, s, messages, &any); u != nil {
		return problems{u.settingsProblem()}
	}
	contents := under(s.content, "/v1/Content")
	contents.RawQuery = page
	if u := p.connector.readTwilio(ctx, s, contents, &any); u != nil {
		return problems{u.settingsProblem()}
	}
	if s.callback == "" {
		missing := sdk.Problem{
			Code: "NO_CALLBACKS", Path: "secrets.auth_token", Severity: sdk.SeverityWarning,
			Message:  "without the auth token Twilio's callbacks cannot be verified, so that none are asked for: what was sent stays accepted",
			NextStep: "Give the auth token too; messages still go out with the API key.",
		}
		if s.authToken != "" {
			missing.Path, missing.Message, missing.NextStep = "settings", "the hub has no public address, so that Twilio cannot call back: what was sent stays accepted", "Start the hub with --public-url."
		}
		return problems{missing}
	}
	return nil
}

// settingsProblem is what a failed reading means for someone who sets up the integration.
func (u *unread) settingsProblem() sdk.Problem {
	p := sdk.Problem{Code: "UNEXPECTED_ANSWER", Path: u.Path, Message: u.Message, NextStep: u.NextStep, Severity: sdk.SeverityError}
	switch {
	case u.ProviderCode != "" && !strings.HasPrefix(u.ProviderCode, "HTTP"):
		p.Code = "TWILIO_" + u.ProviderCode
	case u.ProviderCode == "":
		p.Code = "UNREACHABLE"
	}
	if u.Kind == sdk.Retry && p.Code != "UNREACHABLE" {
		p.Severity = sdk.SeverityWarning
	}
	switch {
	case p.Path == "" && p.Code == "UNREACHABLE":
		p.Path = twilioHouse.path
	case p.Path == "":
		p.Path = "settings"
	}
	return p
}

// languageOf is the language that an action is for, as Meta and Twilio write it; empty if the action leaves it open.
func (p *twilioProvider) languageOf(action string, t *template) problems {
	want, ok := fixedLanguage[action]
	if !ok || t.language == want {
		return nil
	}
	return problems{{
		Code: "TEMPLATE_LANGUAGE", Path: "parameters.template", Severity: sdk.SeverityWarning,
		Message:  fmt.Sprintf("the content is in %s, but the action is for %s", t.language, want),
		NextStep: "Choose the action of the content's language, or the SID of the content in the action's language.",
	}}
}

func (p *twilioProvider) checkAction(ctx context.Context, use sdk.ActionUse) problems {
	sid, found := readContentSID(use.Action, use.Parameters)
	if len(found) > 0 {
		return found
	}
	t, failed := p.connector.twilioTemplate(ctx, p.in, p.settings, sid, templateJust)
	if failed != nil {
		found = append(found, failed.problem())
	}
	if t == nil {
		return found
	}
	found = append(append(found, t.usable()...), t.fits(use.Positions, use.Names)...)
	return append(found, p.languageOf(use.Action, t)...)
}

func (p *twilioProvider) preview(ctx context.Context, d sdk.Delivery) sdk.Preview {
	sid, found := readContentSID(d.Action, d.Parameters)
	to, _ := e164(d.Recipient)
	out := sdk.Preview{Recipient: to, Problems: found}
	if len(found) > 0 {
		return out
	}
	form, adjusted, found := newTwilioSender(p.connector, p.in, p.settings).form(&d, sid)
	out.Problems, out.Adjusted = found, adjusted
	if len(found) > 0 {
		return out
	}
	fields := make(map[string]string, len(form))
	for name := range form {
		fields[name] = form.Get(name)
	}
	out.Request, _ = json.Marshal(fields) // a map of strings always marshals
	t, failed := p.connector.twilioTemplate(ctx, p.in, p.settings, sid, templateFresh)
	if t == nil {
		out.Problems = append(out.Problems, failed.problem())
		return out
	}
	values, _, _ := sendable(d.Values)
	t.preview(&out, values)
	out.Problems = append(out.Problems, p.languageOf(d.Action, t)...)
	return out
}

// readTwilio reads one object.
func (c *connector) readTwilio(ctx context.Context, s *twilioSettings, u *url.URL, into any) *unread {
	status, header, body, failed := c.get(ctx, &twilioHouse, u, s.header(""))
	if failed != nil {
		return failed
	}
	if status == http.StatusOK && json.Unmarshal(body, into) == nil {
		return nil
	}
	e := readTwilioError(body)
	switch {
	case status == http.StatusOK || e == nil:
		return strangeRead(twilioHouse.strangeAnswer(status, header.Get("Retry-After")))
	case status == http.StatusNotFound && strings.Contains(u.Path, "/v1/Content/"):
		return &unread{twilioCodes.find(21655).outcome(e.failure(), 1)}
	}
	o := judgeTwilio(status, e.Code).outcome(e.failure(), 1)
	o.Path = s.place(o.Path)
	return strangeRead(o)
}
