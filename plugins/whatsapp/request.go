package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// refused is the outcome of a delivery that cannot be sent like this.
func refused(p sdk.Problem, adjusted []sdk.Adjustment) sdk.Outcome {
	o := p.Outcome()
	o.Adjusted = adjusted
	return o
}

// buffers are those of bodies and answers.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

// house is a provider as far as the way of a request goes: its name, and what people are told when that way is blocked.
type house struct {
	name    string
	waits   string // what to do about an unknown outcome
	path    string // the setting that holds the address
	address string // what to look at when a stranger answers there
}

// answers tells what became of a request that was answered.
type answers interface {
	// judge is the outcome that a whole answer stands for.
	judge(status int, header http.Header, body []byte, attempt int) sdk.Outcome
	// took tells whether the part of an answer that came says already that the message was accepted.
	took(body []byte) bool
}

// post sends the body and judges what comes back. The buffer is handed back only when the transport has certainly let go of it.
func (h *house) post(ctx context.Context, transport http.RoundTripper, like *http.Request, buf *[]byte, attempt int, how answers) sdk.Outcome {
	var f flight
	// Not http.Client: it would follow redirects, and take the secrets along.
	answer, err := transport.RoundTrip(f.request(ctx, like, *buf))
	if err != nil {
		return h.transportFailure(err, f.left.Load(), attempt)
	}
	out := buffers.Get().(*[]byte)
	text, err := readAll(answer.Body, (*out)[:0])
	_ = answer.Body.Close()
	*out = text
	defer buffers.Put(out)
	if f.written.Load() {
		buffers.Put(buf)
	}
	if err != nil && answer.StatusCode < 300 && !how.took(text) {
		return h.transportFailure(err, true, attempt)
	}
	return how.judge(answer.StatusCode, answer.Header, text, attempt)
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
func (h *house) transportFailure(err error, left bool, attempt int) sdk.Outcome {
	if left {
		return sdk.Outcome{
			Kind: sdk.Unknown, Scope: sdk.ScopeDelivery,
			Message:  "the request left, but no answer came: " + failureText(err),
			NextStep: h.waits,
		}
	}
	v := verdict{wait: reconnectWait}
	return sdk.Outcome{
		Kind: sdk.Retry, Scope: sdk.ScopeDelivery, RetryAfter: v.waitAfter(attempt),
		Message:  h.name + " could not be reached: " + failureText(err),
		NextStep: "Nothing: it is tried again. If it stays, check the network and the API address.",
	}
}

// failureText says in fixed words what went wrong on the way.
func failureText(err error) string {
	if errors.Is(err, errTooLong) {
		return errTooLong.Error()
	}
	return outbound.Words(err)
}

// strangeAnswer judges an answer without the provider's envelope: a proxy's, another server's, or a broken one.
func (h *house) strangeAnswer(status int, retryAfter string) sdk.Outcome {
	o := sdk.Outcome{Scope: sdk.ScopeDelivery, ProviderCode: "HTTP " + strconv.Itoa(status)}
	switch {
	case status == http.StatusTooManyRequests:
		o.Kind, o.Scope, o.Limit, o.RetryAfter = sdk.Retry, sdk.ScopeIntegration, limitThroughput, seconds(retryAfter, minute)
		o.Message, o.NextStep = "too many requests, says the server at the API address", "Nothing: it goes on more slowly."
	case status >= 500 || status == http.StatusRequestTimeout || status < 200:
		o.Kind = sdk.Unknown
		o.Message = fmt.Sprintf("the server answered %d without saying why; the message may have been sent", status)
		o.NextStep = h.waits
	case status >= 300 && status <= 399:
		o.Kind, o.Scope, o.Path = sdk.Misconfigured, sdk.ScopeIntegration, h.path
		o.Message, o.NextStep = fmt.Sprintf("the server wants to redirect (%d); secrets are not sent elsewhere", status), "Set the address that it redirects to, if you trust it."
	default:
		o.Kind, o.Scope, o.Path = sdk.Misconfigured, sdk.ScopeIntegration, h.path
		o.Message, o.NextStep = fmt.Sprintf("the server answered %d in a way that is not %s's", status, h.name), h.address
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
