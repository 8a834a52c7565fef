package whatsapp

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/recado-hub/recado/plugins/sdk"
)

// userAgent names the connector to Meta, in the form that its API description asks for.
const userAgent = "recado-whatsapp/" + Version

// metaHouse is Meta as far as the way of a request goes.
var metaHouse = house{
	name: "Meta", path: "settings.base_url", address: "Check the API address and the Graph API version.",
	waits: "Wait: Meta's callback tells whether it was sent. It is not sent again by itself.",
}

// metaSender sends for one integration.
type metaSender struct {
	connector *connector
	in        sdk.Integration
	settings  *metaSettings
	request   *http.Request // without context and body; never changed
	heads     heads
}

func newMetaSender(c *connector, in sdk.Integration, s *metaSettings) *metaSender {
	return &metaSender{connector: c, in: in, settings: s, request: &http.Request{
		Method: http.MethodPost, URL: s.endpoint(s.PhoneNumberID, "messages"), Host: s.base.Host, Header: s.header("application/json"),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}}
}

// header is shared by requests: the transport only reads it.
func (s *metaSettings) header(contentType string) http.Header {
	h := http.Header{"Authorization": {"Bearer " + s.accessToken}, "User-Agent": {userAgent}, "Accept": {"application/json"}}
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	return h
}

// Close does nothing: connections are shared by all integrations and close by themselves when idle.
func (m *metaSender) Close() error { return nil }

// Send sends one delivery with one request.
func (m *metaSender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	buf := buffers.Get().(*[]byte)
	h, failed, found := m.head(ctx, &d)
	var body []byte
	var adjusted []sdk.Adjustment
	if failed == nil && len(found) == 0 {
		body, adjusted, found = appendMessage((*buf)[:0], h.text, &d)
	}
	switch {
	case failed != nil:
		buffers.Put(buf)
		return failed.Outcome
	case len(found) > 0:
		buffers.Put(buf)
		return refused(found[0], adjusted)
	}
	*buf = body
	o := metaHouse.post(ctx, m.connector.transport, m.request, buf, d.Attempt, metaAnswers{})
	o.Adjusted = adjusted
	if slices.Contains(metaChanged, o.ProviderCode) {
		o = m.afresh(ctx, &d, h.language, o)
	}
	return o
}

// metaChanged are the codes with which Meta says that the template is not as the flow takes it to be.
var metaChanged = []string{"132000", "132001", "132012", "132015"}

// afresh reads the template anew, once for all that was refused at about the same time, and says what is different. If it now goes out
// in another language than the one that was tried, it is tried again.
func (m *metaSender) afresh(ctx context.Context, d *sdk.Delivery, tried string, o sdk.Outcome) sdk.Outcome {
	c, found := m.settings.choose(d.Action, d.Language, d.Parameters)
	if len(found) > 0 {
		return o
	}
	list, failed := m.connector.metaTemplates(ctx, m.in, m.settings, c.template, templateJust)
	if failed != nil {
		return o
	}
	t, found := c.of(list)
	if t == nil {
		return changedOutcome(o, nil, d.Values, found)
	}
	found = t.usable()
	if t.language == tried || len(found) > 0 || len(t.fitsValues(d.Values)) > 0 {
		return changedOutcome(o, t, d.Values, found)
	}
	o.Kind, o.Scope, o.RetryAfter, o.Path = sdk.Retry, sdk.ScopeDelivery, second, ""
	o.Message, o.NextStep = fmt.Sprintf("the template is there in %s and no longer in %s (%s)", t.language, tried, o.Message), "Nothing: it is tried again."
	return o
}

// appendMessage appends the request's body for a delivery.
func appendMessage(b, head []byte, d *sdk.Delivery) ([]byte, []sdk.Adjustment, problems) {
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
	return appendBody(b, head, to, d.ID, values), adjusted, nil
}
