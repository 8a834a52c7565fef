package whatsapp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// metaProvider is an integration that sends through Meta.
type metaProvider struct {
	connector *connector
	in        sdk.Integration
	settings  *metaSettings
}

func (p *metaProvider) open() sdk.Sender { return newMetaSender(p.connector, p.in, p.settings) }

// check asks Meta for the phone number and for the account's templates.
func (p *metaProvider) check(ctx context.Context) problems {
	c, s := p.connector, p.settings
	if found := c.ask(ctx, s, "settings.phone_number_id", url.Values{"fields": {"id,display_phone_number,verified_name"}}, s.PhoneNumberID); found != nil {
		return problems{*found}
	}
	// Templates need the account's id and one more permission. Messages go out without them.
	if found := c.ask(ctx, s, "settings.waba_id", url.Values{"fields": {"name"}, "limit": {"1"}}, s.WABAID, "message_templates"); found != nil {
		found.Severity = sdk.SeverityWarning
		if found.Path == "secrets.access_token" {
			found.NextStep = "Give the system user the permission whatsapp_business_management too, so that templates can be read."
		}
		return problems{*found}
	}
	return nil
}

func (p *metaProvider) checkAction(ctx context.Context, use sdk.ActionUse) problems {
	c, found := p.settings.choose(use.Action, "", use.Parameters)
	if len(found) > 0 {
		return found
	}
	t, found := p.template(ctx, c, templateJust)
	if t == nil {
		return found
	}
	found = append(append(found, t.usable()...), t.lowQuality()...)
	return append(found, t.fits(use.Positions, use.Names)...)
}

// template is the one that is chosen, or why it is not known. Templates take one more permission than sending does, so that not being
// able to read them is a warning.
func (p *metaProvider) template(ctx context.Context, c choice, holds time.Duration) (*template, problems) {
	list, failed := p.connector.metaTemplates(ctx, p.in, p.settings, c.template, holds)
	var unread problems
	if failed != nil {
		q := failed.problem()
		q.Severity = sdk.SeverityWarning
		if unread = append(unread, q); list == nil {
			return nil, unread
		}
	}
	t, found := c.of(list)
	return t, append(unread, found...)
}

func (p *metaProvider) preview(ctx context.Context, d sdk.Delivery) sdk.Preview {
	to, _ := e164(d.Recipient)
	out := sdk.Preview{Recipient: to}
	c, found := p.settings.choose(d.Action, d.Language, d.Parameters)
	if out.Problems = found; len(found) > 0 {
		return out
	}
	t, about := p.template(ctx, c, templateFresh)
	if t != nil {
		c.language = t.language
	}
	if out.Request, out.Adjusted, out.Problems = appendMessage(nil, appendHead(nil, c), &d); len(out.Problems) > 0 {
		return out
	}
	if c.language == "" {
		out.Request = nil // nobody knows in which language it would go
	}
	out.Problems = about
	if t != nil {
		values, _, _ := sendable(d.Values)
		t.preview(&out, values)
	}
	return out
}

// lookup cannot ask: Meta has nothing to look a message up with.
func (p *metaProvider) lookup(context.Context, sdk.LookupQuery) (sdk.Lookup, error) {
	return sdk.Lookup{}, sdk.ErrUnimplemented
}

// ask reads one object of the Graph API and says what is wrong, if anything is. path is the setting that names the object.
func (c *connector) ask(ctx context.Context, s *metaSettings, path string, query url.Values, object ...string) *sdk.Problem {
	u := s.endpoint(object...)
	u.RawQuery = query.Encode()
	r := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: s.header("")}).WithContext(ctx)
	answer, err := c.transport.RoundTrip(r)
	if err != nil {
		return &sdk.Problem{
			Code: "UNREACHABLE", Path: "settings.base_url", Severity: sdk.SeverityError,
			Message: "the API cannot be reached: " + failureText(err), NextStep: "Check the API address and the network.",
		}
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch e := readError(body); {
	case e != nil:
		return e.problem(path)
	case err != nil || answer.StatusCode != http.StatusOK:
		return &sdk.Problem{
			Code: "UNEXPECTED_ANSWER", Path: "settings.base_url", Severity: sdk.SeverityError,
			Message:  fmt.Sprintf("the server answered %d in a way that is not Meta's", answer.StatusCode),
			NextStep: "Check the API address and the Graph API version.",
		}
	}
	return nil
}

// problem is what an error means for someone who sets up the integration.
func (e *metaError) problem(object string) *sdk.Problem {
	v, f := judge(e), e.failure()
	p := &sdk.Problem{
		Code: "META_" + f.code, Path: v.path, Message: f.says(v.what), NextStep: v.next, Severity: sdk.SeverityError,
	}
	switch {
	case v == &objectVerdict || v.path == "settings.phone_number_id":
		p.Path = object
		p.Message = f.says("there is no such object, or the token may not see it")
		p.NextStep = "Check the ID, and that the token's system user has the account as an asset."
	case p.Path == "":
		p.Path = "settings"
	}
	if v.kind == sdk.Retry {
		p.Severity = sdk.SeverityWarning
	}
	return p
}
