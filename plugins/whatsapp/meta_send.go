package whatsapp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// userAgent names the connector to Meta, in the form that its API description asks for.
const userAgent = "recado-whatsapp/" + Version

// metaSender sends for one integration.
type metaSender struct {
	settings  *settings
	transport http.RoundTripper
	request   *http.Request // without context and body; never changed
	heads     heads
}

func newMetaSender(s *settings, transport http.RoundTripper) *metaSender {
	return &metaSender{settings: s, transport: transport, request: &http.Request{
		Method: http.MethodPost, URL: s.endpoint(s.PhoneNumberID, "messages"), Host: s.base.Host, Header: s.header("application/json"),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}}
}

// header is shared by requests: the transport only reads it.
func (s *settings) header(contentType string) http.Header {
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
	o := m.post(ctx, buf, d.Attempt)
	o.Adjusted = adjusted
	return o
}

// refused is the outcome of a delivery that cannot be sent like this. What lies in the flow's own settings concerns all of its
// deliveries.
func refused(p sdk.Problem, adjusted []sdk.Adjustment) sdk.Outcome {
	o := sdk.Outcome{
		Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Path: p.Path, Message: p.Path + " " + p.Message, NextStep: p.NextStep, Adjusted: adjusted,
	}
	if len(p.Path) >= 10 && p.Path[:10] == "parameters" || p.Path == "action" {
		o.Kind, o.Scope = sdk.Misconfigured, sdk.ScopeFlow
	}
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

// buffers are those of bodies and answers.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

// post sends the body and judges what comes back. The buffer is handed back only when the transport has certainly let go of it.
func (m *metaSender) post(ctx context.Context, buf *[]byte, attempt int) sdk.Outcome {
	var f flight
	// Not http.Client: it would follow redirects, and take the token along.
	answer, err := m.transport.RoundTrip(f.request(ctx, m.request, *buf))
	if err != nil {
		return transportFailure(err, f.left.Load(), attempt)
	}
	out := buffers.Get().(*[]byte)
	text, err := readAll(answer.Body, (*out)[:0])
	_ = answer.Body.Close()
	*out = text
	defer buffers.Put(out)
	if f.written.Load() {
		buffers.Put(buf)
	}
	if err != nil && answer.StatusCode < 300 {
		if _, whole := readAccepted(text); !whole {
			return transportFailure(err, true, attempt)
		}
	}
	return outcomeOf(answer.StatusCode, answer.Header.Get("Retry-After"), text, attempt)
}

var errTooLong = errors.New("the answer is too long")

// readAll reads an answer into b, at most maxAnswer bytes of it.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	for len(b) < maxAnswer {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):min(cap(b), maxAnswer)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
	return b, errTooLong
}

// reconnectWait is how long to wait after an attempt that reached nobody.
var reconnectWait = []time.Duration{1 * second, 4 * second, 15 * second, 60 * second}

// transportFailure is the outcome of a request that got no answer. Before there was a connection nothing was sent; after that nobody
// can say.
func transportFailure(err error, left bool, attempt int) sdk.Outcome {
	if left {
		return sdk.Outcome{
			Kind: sdk.Unknown, Scope: sdk.ScopeDelivery,
			Message:  "the request left, but no answer came: " + failureText(err),
			NextStep: "Wait: Meta's callback tells whether it was sent. It is not sent again by itself.",
		}
	}
	v := verdict{wait: reconnectWait}
	return sdk.Outcome{
		Kind: sdk.Retry, Scope: sdk.ScopeDelivery, RetryAfter: v.waitAfter(attempt),
		Message:  "Meta could not be reached: " + failureText(err),
		NextStep: "Nothing: it is tried again. If it stays, check the network and the API address.",
	}
}

// failureText says in fixed words what went wrong on the way. The error's own text is not used: it may hold anything that was sent.
func failureText(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time was up"
	case errors.Is(err, context.Canceled):
		return "it was cancelled"
	case errors.As(err, &dns):
		return "the host name could not be resolved"
	case errors.As(err, &cert):
		return "the server's certificate is not trusted"
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection could be made"
	case isTimeout(err):
		return "it took too long"
	}
	return "the connection failed"
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// strangeAnswer judges an answer without Meta's envelope: a proxy's, another server's, or a broken one.
func strangeAnswer(status int, retryAfter string) sdk.Outcome {
	o := sdk.Outcome{Scope: sdk.ScopeDelivery, ProviderCode: "HTTP " + strconv.Itoa(status)}
	switch {
	case status == http.StatusTooManyRequests:
		o.Kind, o.Scope, o.Limit, o.RetryAfter = sdk.Retry, sdk.ScopeIntegration, limitThroughput, seconds(retryAfter, minute)
		o.Message, o.NextStep = "too many requests, says the server at the API address", "Nothing: it goes on more slowly."
	case status >= 500 || status == http.StatusRequestTimeout || status < 200:
		o.Kind = sdk.Unknown
		o.Message = fmt.Sprintf("the server answered %d without saying why; the message may have been sent", status)
		o.NextStep = "Wait: Meta's callback tells whether it was sent. It is not sent again by itself."
	case status >= 300 && status <= 399:
		o.Kind, o.Scope, o.Path = sdk.Misconfigured, sdk.ScopeIntegration, "settings.base_url"
		o.Message, o.NextStep = fmt.Sprintf("the server wants to redirect (%d); the access token is not sent elsewhere", status), "Set the address that it redirects to, if you trust it."
	default:
		o.Kind, o.Scope, o.Path = sdk.Misconfigured, sdk.ScopeIntegration, "settings.base_url"
		o.Message, o.NextStep = fmt.Sprintf("the server answered %d in a way that is not Meta's", status), "Check the API address and the Graph API version."
	}
	return o
}

// seconds reads a Retry-After header that gives seconds (RFC 9110 §10.2.3).
func seconds(header string, otherwise time.Duration) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 || n > 86400 {
		return otherwise
	}
	return time.Duration(n) * time.Second
}
