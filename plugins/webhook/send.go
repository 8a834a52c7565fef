package webhook

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// sender sends for one integration.
type sender struct {
	transport *outbound.Transport
	settings  *settings
	plans     sdk.Plans[plan]
}

// Close does nothing: connections are shared by all integrations and close by themselves when idle.
func (s *sender) Close() error { return nil }

const (
	maxAnswer = 16 << 10 // bytes; only read so that the connection can be used again
	mostHops  = 3
)

// Send sends one delivery with one request, and with one more for each redirect that the settings let it follow.
func (s *sender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	p, found := s.plans.Of(d.Action, d.Parameters, parsePlan)
	var body []byte
	if len(found) == 0 {
		body, found = p.body(&d)
	}
	if len(found) > 0 {
		return found[0].Outcome()
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.timeout())
	defer cancel()
	r := request(p.method, p.target(s.settings.address), s.settings.signed(p, d.ID, time.Now(), body))
	for hop := 0; ; hop++ {
		a, err := s.transport.Exchange(ctx, r, body, maxAnswer)
		if err != nil {
			return failed(err, d.Attempt)
		}
		next := s.settings.redirect(r.URL, a)
		if next == nil || hop == mostHops {
			return s.settings.judge(p, d.ID, a, d.Attempt, time.Now())
		}
		r = request(p.method, next, r.Header)
	}
}

func request(method string, to *url.URL, header http.Header) *http.Request {
	return &http.Request{Method: method, URL: to, Host: to.Host, Header: header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
}

// signed is the header of a request that is made now.
func (s *settings) signed(p *plan, id string, now time.Time, body []byte) http.Header {
	h := s.header(p)
	h["webhook-id"] = []string{id}
	if len(s.keys) > 0 {
		timestamp, signatures := sign(s.keys, id, now, body)
		h["webhook-timestamp"], h["webhook-signature"] = []string{timestamp}, []string{signatures}
	}
	return h
}

// redirect is where an answer leads, if it may be followed: only to the same origin, and only by the statuses that keep method and
// body. The signature and the credential go nowhere else.
func (s *settings) redirect(from *url.URL, a outbound.Answer) *url.URL {
	if s.Redirects != sameOrigin || a.Status != http.StatusTemporaryRedirect && a.Status != http.StatusPermanentRedirect {
		return nil
	}
	to, err := from.Parse(a.Header.Get("Location"))
	if err != nil || to.Scheme != from.Scheme || to.Host != from.Host || to.User != nil {
		return nil
	}
	return to
}

// reconnectWait is how long to wait after an attempt that reached nobody.
var reconnectWait = []time.Duration{2 * second, 10 * second, 30 * second, 2 * minute, 10 * minute}

// failed is the outcome of a request that got no answer. Before there was a connection nothing was sent; after that nobody can say.
func failed(err error, attempt int) sdk.Outcome {
	var f *outbound.Failure
	var refusal *outbound.Refused
	switch {
	case errors.As(err, &refusal):
		return sdk.Outcome{
			Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.url", Message: refusal.Error(), NextStep: outbound.NextStep,
		}
	case errors.As(err, &f) && !f.Left:
		return sdk.Outcome{
			Kind: sdk.Retry, Scope: sdk.ScopeDelivery, RetryAfter: reconnectWait[min(max(attempt, 1), len(reconnectWait))-1],
			Message:  "the receiver could not be reached: " + err.Error(),
			NextStep: "Nothing: it is tried again. If it stays, check the address and the receiver.",
		}
	}
	return sdk.Outcome{
		Kind: sdk.Unknown, Scope: sdk.ScopeDelivery, Message: "the request left, but no answer came: " + outbound.Words(err), NextStep: unsure,
	}
}
