package webhook

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// verdict is what a status means for the hub.
type verdict struct {
	from, to int // both included; to 0: from alone
	kind     sdk.OutcomeKind
	scope    sdk.Scope
	path     string // what is at fault; address and credential are placed by the integration
	what     string
	next     string
	wait     []time.Duration // before each retry, unless the receiver says how long; the last one repeats
	most     int             // attempts in all; 0 as the flow says
	limit    string
}

// Paths that a verdict only knows by their sense.
const (
	address    = "address"
	credential = "credential"
)

const (
	second = time.Second
	minute = time.Minute
)

// Ladders of waiting.
var (
	outageWait = []time.Duration{5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute}
	busyWait   = []time.Duration{10 * second, 30 * second, 1 * minute, 5 * minute}
	brokenWait = []time.Duration{10 * second, 1 * minute, 5 * minute, 15 * minute}
)

const (
	nothing   = "Nothing: it is tried again."
	askThem   = "Ask whoever runs the receiver what it expects, and compare the flow's preview."
	checkAddr = "Check the address with whoever runs the receiver."
	unsure    = "Ask the receiver by the delivery's id (webhook-id) whether it came, or let the flow's policy send it again: a receiver that keeps to Standard Webhooks drops a repeat."
)

// codes is what each status means, the first row that fits; classes stand at the end. Standard Webhooks take everything but 2xx for "not
// taken, send it again", and the id makes that safe, so that an error of the receiver is RETRY. Where an intermediary says that the receiver did
// not answer in time, nobody can say, and it is UNKNOWN as if no answer had come.
var codes = []verdict{
	{from: 300, to: 399, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the receiver wants to redirect; messages are not sent elsewhere", next: "Set the address that it redirects to, if you trust it."},
	{from: 400, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the receiver does not understand the message", next: askThem},
	{from: 401, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: credential, what: "the receiver does not accept the credential or the signature", next: "Give the integration the credential and the signing secret that the receiver knows."},
	{from: 402, to: 403, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: credential, what: "the receiver does not let this sender in", next: "Ask whoever runs the receiver to let it in, or give another credential."},
	{from: 404, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: address, what: "there is nothing at this address", next: checkAddr},
	{from: 405, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.method", what: "the receiver does not take this method", next: askThem},
	{from: 406, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.headers", what: "the receiver has no answer of an acceptable kind", next: askThem},
	{from: 407, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the proxy wants a credential", next: "Ask the hub's operator to put it into HTTPS_PROXY."},
	{from: 408, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the receiver did not get the whole request in time", next: nothing, wait: busyWait},
	{from: 410, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: address, what: "the receiver wants no more messages at this address", next: "Ask whoever runs the receiver; set the new address, or retire the integration."},
	{from: 411, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "something on the way takes away the length of the request", next: checkAddr},
	{from: 413, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the receiver", next: "Map fewer or shorter fields."},
	{from: 414, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: address, what: "the address is too long for the receiver", next: checkAddr},
	{from: 415, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.content_type", what: "the receiver does not take messages of this content type", next: askThem},
	{from: 421, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the request came to the wrong server", next: nothing, wait: outageWait},
	{from: 423, to: 425, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the receiver cannot take it yet", next: nothing, wait: busyWait},
	{from: 426, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the receiver wants another protocol", next: checkAddr},
	{from: 429, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "too many requests, says the receiver", next: "Nothing: it goes on more slowly.", wait: busyWait, limit: limitRate},
	{from: 431, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.headers", what: "the headers are too long for the receiver", next: askThem},
	{from: 501, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.method", what: "the receiver does not know this method", next: askThem},
	{from: 502, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the receiver is down behind its gateway", next: nothing, wait: outageWait},
	{from: 503, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the receiver is down or overloaded", next: nothing, wait: outageWait},
	{from: 504, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "the receiver did not answer its gateway in time; it may have taken the message", next: unsure},
	{from: 505, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the receiver wants another version of HTTP", next: checkAddr},
	{from: 511, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the network wants somebody to sign in first", next: "Ask the hub's operator about the network."},
	// Of a content delivery network in front of the receiver.
	{from: 520, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "the receiver's answer could not be understood by what stands before it", next: unsure},
	{from: 521, to: 523, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the receiver cannot be reached by what stands before it", next: nothing, wait: outageWait},
	{from: 524, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "the receiver did not answer in time what stands before it", next: unsure},
	{from: 525, to: 526, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.url", what: "the receiver's certificate is not accepted by what stands before it", next: checkAddr},
	// The classes.
	{from: 400, to: 499, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "the receiver refuses the message", next: askThem},
	{from: 500, to: 599, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the receiver failed", next: "Nothing: it is tried again. If it stays, tell whoever runs the receiver.", wait: brokenWait},
	{from: 0, to: 999, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "the answer has a status that HTTP does not know", next: checkAddr},
}

func verdictOf(status int) *verdict {
	for i := range codes {
		if v := &codes[i]; v.from <= status && status <= max(v.from, v.to) {
			return v
		}
	}
	return &codes[len(codes)-1]
}

// judge is the outcome that an answer stands for. The receiver's text is not repeated: it may echo anything that was sent.
func (s *settings) judge(p *plan, id string, a outbound.Answer, attempt int, now time.Time) sdk.Outcome {
	if a.Status >= 200 && a.Status <= 299 {
		return sdk.Outcome{Kind: sdk.Accepted, Scope: sdk.ScopeDelivery, ProviderID: id}
	}
	v := verdictOf(a.Status)
	o := sdk.Outcome{
		Kind: v.kind, Scope: v.scope, Path: v.path, ProviderCode: "HTTP " + strconv.Itoa(a.Status), NextStep: v.next, MostAttempts: v.most, Limit: v.limit,
		Message: fmt.Sprintf("%s (%d %s)", v.what, a.Status, http.StatusText(a.Status)),
	}
	switch {
	case v.path == credential:
		o.Path = s.credential()
	case v.path == address && p.path != "":
		o.Path, o.Scope = "parameters.path", sdk.ScopeFlow
	case v.path == address:
		o.Path = "settings.url"
	}
	if v.kind == sdk.Retry {
		o.RetryAfter = v.wait[min(max(attempt, 1), len(v.wait))-1]
		if asked, ok := outbound.RetryAfter(a.Header, now); ok {
			o.RetryAfter = asked
		}
	}
	return o
}

// credential is the path of what the receiver tells senders by.
func (s *settings) credential() string {
	switch {
	case s.auth != "":
		return "secrets.auth_value"
	case len(s.keys) > 0:
		return "secrets.signing_secret"
	}
	return "settings.url"
}
