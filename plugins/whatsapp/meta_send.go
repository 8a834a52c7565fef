package whatsapp

import (
	"context"
	"fmt"
	"net/http"

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
	settings  *metaSettings
	transport http.RoundTripper
	request   *http.Request // without context and body; never changed
	heads     heads
}

func newMetaSender(s *metaSettings, transport http.RoundTripper) *metaSender {
	return &metaSender{settings: s, transport: transport, request: &http.Request{
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
	body, adjusted, found := m.body((*buf)[:0], &d)
	if len(found) > 0 {
		buffers.Put(buf)
		return refused(found[0], adjusted)
	}
	*buf = body
	o := metaHouse.post(ctx, m.transport, m.request, buf, d.Attempt, metaAnswers{})
	o.Adjusted = adjusted
	return o
}

// body appends the request's body for a delivery.
func (m *metaSender) body(b []byte, d *sdk.Delivery) ([]byte, []sdk.Adjustment, problems) {
	head, found := m.heads.of(m.settings, d)
	if len(found) > 0 {
		return nil, nil, found
	}
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
