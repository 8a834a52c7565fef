package whatsapp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Check looks at the settings, and then asks Meta for the phone number and for the account's templates.
func (c *connector) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	s, found := parseSettings(in)
	if len(found) > 0 {
		return found, nil
	}
	if p := c.ask(ctx, s, "settings.phone_number_id", url.Values{"fields": {"id,display_phone_number,verified_name"}}, s.PhoneNumberID); p != nil {
		return []sdk.Problem{*p}, nil
	}
	// Templates need the account's id and one more permission. Messages go out without them.
	if p := c.ask(ctx, s, "settings.waba_id", url.Values{"fields": {"name"}, "limit": {"1"}}, s.WABAID, "message_templates"); p != nil {
		p.Severity = sdk.SeverityWarning
		if p.Path == "secrets.access_token" {
			p.NextStep = "Give the system user the permission whatsapp_business_management too, so that templates can be read."
		}
		return []sdk.Problem{*p}, nil
	}
	return nil, nil
}

// CheckAction looks at the parameters and at the values that a mapping fills.
func (c *connector) CheckAction(_ context.Context, in sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	s, found := parseSettings(in)
	if len(found) > 0 {
		return found, nil
	}
	_, found = readParameters(s, use.Action, "", use.Parameters)
	if len(use.Names) > 0 && use.Positions > 0 {
		found.add("INVALID", "values", "values go either by position or by name", "Number all values, or name all of them.")
	}
	return found, nil
}

// Preview says what would be sent. It does not know the template's text, so that Text is empty.
func (c *connector) Preview(_ context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	s, found := parseSettings(in)
	if len(found) > 0 {
		return sdk.Preview{Problems: found}, nil
	}
	body, adjusted, found := newMetaSender(s, c.transport).body(nil, &d)
	to, _ := e164(d.Recipient)
	return sdk.Preview{Recipient: to, Request: body, Problems: found, Adjusted: adjusted}, nil
}

// ask reads one object of the Graph API and says what is wrong, if anything is. path is the setting that names the object.
func (c *connector) ask(ctx context.Context, s *settings, path string, query url.Values, object ...string) *sdk.Problem {
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
