package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// Check looks at the settings and makes a connection to the receiver, with TLS, without asking it anything: there is no request that
// changes nothing at every receiver.
func (c *connector) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	s, found := c.parse(in)
	if len(found) > 0 {
		return found, nil
	}
	var refusal *outbound.Refused
	switch err := c.transport.Reach(ctx, s.address); {
	case errors.Is(err, outbound.ErrProxied):
		found.Add(sdk.CodeUnchecked, "settings.url", "the receiver is reached through a proxy and was not tried", "Send a test message.")
		found[0].Severity = sdk.SeverityWarning
	case errors.As(err, &refusal):
		found.Add("ADDRESS_REFUSED", "settings.url", refusal.Error(), outbound.NextStep)
	case err != nil:
		found.Add("UNREACHABLE", "settings.url", "the receiver cannot be reached: "+outbound.Words(err), "Check the address and the receiver.")
	}
	return found, nil
}

// CheckAction looks at the parameters, and holds a template's places against the values that a mapping fills.
func (c *connector) CheckAction(_ context.Context, in sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	_, found := c.parse(in)
	if len(found) > 0 {
		return found, nil
	}
	p, found := parsePlan(use.Action, use.Parameters)
	if len(found) > 0 {
		return found, nil
	}
	return places.Judge(use, p.template), nil
}

// Preview says what would be sent: the request without its credential, its secret path and its signature, which is made when it is sent.
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
	body, found := p.body(&d)
	if out.Problems = found; len(found) > 0 {
		return out, nil
	}
	if utf8.Valid(body) {
		out.Text = string(body)
	}
	headers := map[string]string{"webhook-id": d.ID}
	for name, list := range s.header(p) {
		headers[strings.ToLower(name)] = list[0]
	}
	if s.auth != "" {
		headers[strings.ToLower(s.Header)] = "(secret)"
	}
	if len(s.keys) > 0 {
		headers["webhook-timestamp"], headers["webhook-signature"] = "(when it is sent)", "(when it is sent)"
	}
	shown := struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Body    any               `json:"body"`
	}{p.method, s.shownURL(p), headers, out.Text}
	if p.contentType == "application/json" {
		shown.Body = json.RawMessage(body)
	}
	text, err := json.Marshal(shown)
	out.Request = text
	return out, err
}

// shownURL is the address without what of it is secret.
func (s *settings) shownURL(p *plan) string {
	if s.secretPath != "" {
		return strings.TrimSuffix(s.URL, "/") + "(secret)" + p.path
	}
	return p.target(s.address).String()
}
