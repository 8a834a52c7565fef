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

// twilioHouse is Twilio as far as the way of a request goes.
var twilioHouse = house{name: "Twilio", path: "settings.twilio_url", address: "Check the address.", waits: twilioWaits}

// keyInCallback is the parameter of the callback URL that carries the delivery's id. Twilio calls the URL as it was given and signs
// it, so that a callback proves which delivery it is of, even if the answer to our request was lost.
const keyInCallback = "k"

// callbackWishes is the fragment of the callback URL that has Twilio repeat a callback five times, whatever went wrong. Without it
// Twilio repeats it once, and only if there was no connection.
const callbackWishes = "rc=5&rp=all"

// Bounds of Twilio for the variables of a content.
const (
	maxVariables   = 100
	maxVariableKey = 16
)

// twilioSender sends for one integration.
type twilioSender struct {
	connector *connector
	in        sdk.Integration
	settings  *twilioSettings
	request   *http.Request // without context and body; never changed
}

func newTwilioSender(c *connector, in sdk.Integration, s *twilioSettings) *twilioSender {
	u := under(s.api, "/2010-04-01/Accounts/"+s.AccountSID+"/Messages.json")
	return &twilioSender{connector: c, in: in, settings: s, request: &http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, Header: s.header("application/x-www-form-urlencoded"), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}}
}

// Close does nothing: connections are shared by all integrations and close by themselves when idle.
func (t *twilioSender) Close() error { return nil }

// Send sends one delivery with one request. The content's variables must be known first: Twilio fills in its sample values for those
// that a request leaves out, and they would reach a real person.
func (t *twilioSender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	sid, found := readContentSID(d.Action, d.Parameters)
	if len(found) > 0 {
		return refused(found[0], nil)
	}
	content, failed := t.connector.twilioTemplate(ctx, t.in, t.settings, sid, templateFresh)
	if content == nil {
		return failed.Outcome
	}
	form, adjusted, found := t.form(&d, sid)
	if len(found) == 0 {
		values, _, _ := sendable(d.Values)
		if found = content.fitsValues(values); len(found) > 0 {
			return unfit(found, adjusted)
		}
		found = content.length(values)
	}
	if len(found) > 0 {
		return refused(found[0], adjusted)
	}
	buf := buffers.Get().(*[]byte)
	*buf = append((*buf)[:0], form.Encode()...)
	o := twilioHouse.post(ctx, t.connector.transport, t.request, buf, d.Attempt, twilioAnswers{})
	o.Adjusted, o.Path = adjusted, t.settings.place(o.Path)
	if o.Kind == sdk.Misconfigured && o.Scope == sdk.ScopeFlow {
		if anew, failed := t.connector.twilioTemplate(ctx, t.in, t.settings, sid, templateJust); failed == nil {
			o = changedOutcome(o, anew, d.Values, anew.usable())
		}
	}
	return o
}

// unfit is the outcome of a delivery whose values are not those of the template: that concerns all of the flow.
func unfit(found problems, adjusted []sdk.Adjustment) sdk.Outcome {
	p := found[0]
	return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow, Path: p.Path, Message: p.Message, NextStep: p.NextStep, Adjusted: adjusted}
}

// readContentSID reads the one parameter that matters to Twilio: the language is the content's own.
func readContentSID(action string, raw json.RawMessage) (string, problems) {
	const path, next = "parameters.template", "Use the SID that the Content Template Builder shows: HX and 32 hexadecimal digits."
	p, found := decodeParameters(action, raw)
	switch {
	case len(found) > 0:
	case p.Template == "":
		found.add("REQUIRED", path, "cannot be empty", next)
	case templateName(p.Template):
		found.add("INVALID", path, "is a template name of Meta, but this integration sends through Twilio", next)
	case !contentPattern.MatchString(p.Template):
		found.add("INVALID", path, "is no Content SID", next)
	}
	return p.Template, found
}

// form is the request for a delivery.
func (t *twilioSender) form(d *sdk.Delivery, sid string) (url.Values, []sdk.Adjustment, problems) {
	var found problems
	to, ok := e164(d.Recipient)
	if !ok {
		found.add("INVALID", "recipient", "is no phone number with country code", "Write it as +, country code and number, 7 to 15 digits in all.")
		return nil, nil, found
	}
	if d.ID == "" || len(d.ID) > maxCallbackData {
		found.add("INVALID", "id", fmt.Sprintf("a delivery's id must have 1 to %d bytes", maxCallbackData), "Give every delivery its own short id.")
		return nil, nil, found
	}
	values, adjusted, bad := sendable(d.Values)
	if len(bad) > 0 {
		return nil, adjusted, bad
	}
	form := url.Values{"To": {"whatsapp:" + to}, "ContentSid": {sid}}
	if t.settings.sender != "" {
		form.Set("From", t.settings.sender)
	}
	if t.settings.MessagingServiceSID != "" {
		form.Set("MessagingServiceSid", t.settings.MessagingServiceSID)
	}
	if len(values) > 0 { // a content without variables refuses an empty object
		variables, bad := variablesJSON(values)
		if len(bad) > 0 {
			return nil, adjusted, bad
		}
		form.Set("ContentVariables", variables)
	}
	if t.settings.callback != "" {
		form.Set("StatusCallback", withKey(t.settings.callback, d.ID))
	}
	return form, adjusted, nil
}

// variablesJSON is the object of strings that Twilio wants, as a text.
func variablesJSON(values []sdk.Value) (string, problems) {
	var found problems
	if len(values) > maxVariables {
		found.add("TOO_MANY", "values", fmt.Sprintf("are %d; Twilio takes %d", len(values), maxVariables), "Use a template with fewer variables.")
		return "", found
	}
	b := []byte{'{'}
	for i, v := range values {
		name := variableOf(v)
		if len(name) > maxVariableKey {
			found.add("TOO_LONG", sdk.ValuePath(v), fmt.Sprintf("has a name of more than %d characters", maxVariableKey), "Use the names that the content has.")
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = appendString(b, v.Text)
	}
	return string(append(b, '}')), found
}

// withKey is the callback URL of one delivery.
func withKey(callback, id string) string {
	bare, _, _ := strings.Cut(callback, "#")
	mark := "?"
	if strings.Contains(bare, "?") {
		mark = "&"
	}
	return bare + mark + keyInCallback + "=" + url.QueryEscape(id) + "#" + callbackWishes
}
