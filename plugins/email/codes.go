package email

import (
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// verdict is what a refusal of a server means for the hub.
type verdict struct {
	at       []stage // empty: anywhere
	code     int     // the basic code, or its class: 4, 5
	enhanced string  // the subject and detail of the enhanced code, such as "1.1", or a subject and all its details, "7."; empty: any or none
	kind     sdk.OutcomeKind
	scope    sdk.Scope
	path     string
	what     string
	next     string
	wait     []time.Duration // before each retry; the last one repeats
	suppress time.Duration
	limit    string
}

const (
	second = time.Second
	minute = time.Minute
	hour   = time.Hour
)

// Ladders of waiting. Greylisting asks for some minutes and forgets after some hours.
var (
	outageWait = []time.Duration{5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute}
	laterWait  = []time.Duration{1 * minute, 5 * minute, 15 * minute, 1 * hour}
	fullWait   = []time.Duration{30 * minute, 2 * hour, 6 * hour}
	rateWait   = []time.Duration{30 * second, 2 * minute, 10 * minute, 30 * minute}
)

const (
	nothing     = "Nothing: it is tried again."
	askPerson   = "Check the address with the person."
	askProvider = "Ask whoever runs the e-mail server."
)

var message = []stage{handing, handed}

// verdicts is what each refusal means, the first row that fits. 4xx is tried again, 5xx never will be taken like this; which of the two it is, the
// server's first digit says alone. What lies in the sign-in or the sender concerns all messages of the integration.
var verdicts = []verdict{
	{code: 421, enhanced: "7.", kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the server wants fewer messages for now", next: "Nothing: it goes on more slowly.", wait: rateWait, limit: limitRate},
	{code: 421, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server is closing down or has enough for now", next: nothing, wait: outageWait},

	{at: []stage{connecting}, code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server takes nothing at the moment", next: nothing, wait: outageWait},
	{at: []stage{connecting}, code: 5, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.host", what: "the server does not speak with this client", next: "Check server and port, or ask whoever runs the server to let the hub's address in."},
	{at: []stage{securing}, code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server has no TLS at the moment", next: nothing, wait: outageWait},
	{at: []stage{securing}, code: 5, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.security", what: "the server refuses STARTTLS", next: "Choose TLS and its port, or another server."},
	{at: []stage{signingIn}, code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server cannot check the sign-in at the moment", next: nothing, wait: outageWait},
	{at: []stage{signingIn}, code: 5, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: credential, what: "the server does not accept the sign-in", next: "Give user name and password anew; some providers want a password for apps."},

	{code: 530, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.username", what: "the server wants a sign-in", next: "Give user name and password."},
	{code: 5, enhanced: "5.1", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.host", what: "the server does not know a command", next: askProvider},

	// Of the sender.
	{at: []stage{sending}, code: 5, enhanced: "3.4", kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the server", next: "Map fewer or shorter fields."},
	{at: []stage{sending}, code: 552, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the server", next: "Map fewer or shorter fields."},
	{at: []stage{sending}, code: 4, enhanced: "7.", kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the server wants fewer messages for now", next: "Nothing: it goes on more slowly.", wait: rateWait, limit: limitRate},
	{at: []stage{sending}, code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server takes no message at the moment", next: nothing, wait: outageWait},
	{at: []stage{sending}, code: 5, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the server does not take messages of this sender", next: "Give a sender that the account may use."},

	// Of the recipient, and of the sender again: many servers judge it only here.
	{at: []stage{addressing}, code: 5, enhanced: "1.7", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the server does not take messages of this sender", next: "Give a sender that the account may use."},
	{at: []stage{addressing}, code: 5, enhanced: "1.8", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the server does not take messages of this sender", next: "Give a sender that the account may use."},
	{at: []stage{addressing}, code: 5, enhanced: "1.", kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "there is no such mailbox", next: askPerson, suppress: 24 * hour},
	{at: []stage{addressing}, code: 5, enhanced: "2.1", kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the mailbox is closed", next: askPerson, suppress: 24 * hour},
	{at: []stage{addressing}, code: 5, enhanced: "2.2", kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the mailbox is full", next: "Tell the person."},
	{at: []stage{addressing}, code: 5, enhanced: "2.3", kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the mailbox", next: "Map fewer or shorter fields."},
	{at: []stage{addressing}, code: 5, enhanced: "7.", kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "recipient", what: "the server may not take messages for this recipient", next: "If it takes them for nobody outside, give it a sign-in; else check the address."},
	{at: []stage{addressing}, code: 5, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the server does not take messages for this recipient", next: askPerson},
	{at: []stage{addressing}, code: 4, enhanced: "2.2", kind: sdk.Retry, scope: sdk.ScopeRecipient, path: "recipient", what: "the mailbox is full", next: "Tell the person; it is tried again.", wait: fullWait},
	{at: []stage{addressing}, code: 452, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server has no room at the moment", next: nothing, wait: outageWait},
	{at: []stage{addressing}, code: 4, kind: sdk.Retry, scope: sdk.ScopeRecipient, path: "recipient", what: "the server does not take messages for this recipient yet", next: nothing, wait: laterWait},

	// Of the message.
	{at: message, code: 5, enhanced: "3.4", kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the server", next: "Map fewer or shorter fields."},
	{at: message, code: 5, enhanced: "2.3", kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the mailbox", next: "Map fewer or shorter fields."},
	{at: message, code: 552, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the message is too long for the server", next: "Map fewer or shorter fields."},
	// SPF, DKIM, DMARC and reverse names (RFC 7372, RFC 8616): the domain's records do not vouch for this server.
	{at: message, code: 5, enhanced: "7.20", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender's domain does not vouch for the message", next: "Have the domain's SPF, DKIM and DMARC records put right."},
	{at: message, code: 5, enhanced: "7.21", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender's domain does not vouch for the message", next: "Have the domain's SPF, DKIM and DMARC records put right."},
	{at: message, code: 5, enhanced: "7.22", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender's domain does not vouch for the message", next: "Have the domain's SPF, DKIM and DMARC records put right."},
	{at: message, code: 5, enhanced: "7.23", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender's domain does not vouch for the server", next: "Have the domain's SPF record put right."},
	{at: message, code: 5, enhanced: "7.25", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.host", what: "the server's address has no name", next: askProvider},
	{at: message, code: 5, enhanced: "7.26", kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender's domain does not vouch for the message", next: "Have the domain's SPF, DKIM and DMARC records put right."},
	{at: message, code: 4, enhanced: "7.", kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the server wants fewer messages for now", next: "Nothing: it goes on more slowly.", wait: rateWait, limit: limitRate},
	{at: message, code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server cannot take the message at the moment", next: nothing, wait: outageWait},
	{at: message, code: 5, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the server refuses the message", next: "Read what it says; subject and text may look like unwanted mail to it."},

	{code: 4, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "the server cannot do it at the moment", next: nothing, wait: outageWait},
	{kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.host", what: "the server answers in a way that SMTP does not know", next: "Check server and port."},
}

// credential is the path of what the integration signs in with.
const credential = "secrets.password"

// enhancedCode begins the text of an answer (RFC 2034).
var enhancedCode = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})\b`)

// verdictOf finds the row of an answer.
func verdictOf(at stage, answer *textproto.Error) *verdict {
	detail := ""
	if m := enhancedCode.FindStringSubmatch(answer.Msg); m != nil && m[1] == strconv.Itoa(answer.Code/100) {
		detail = m[2] + "." + m[3]
	}
	for i := range verdicts {
		if v := &verdicts[i]; v.fits(at, answer.Code, detail) {
			return v
		}
	}
	return &verdicts[len(verdicts)-1]
}

func (v *verdict) fits(at stage, code int, detail string) bool {
	here := len(v.at) == 0
	for _, s := range v.at {
		here = here || s == at
	}
	switch {
	case !here || v.code != 0 && v.code != code && v.code != code/100:
		return false
	case strings.HasSuffix(v.enhanced, "."):
		return strings.HasPrefix(detail, v.enhanced)
	}
	return v.enhanced == "" || v.enhanced == detail
}

// code is an answer's code as it is told: the enhanced one if there is one.
func code(answer *textproto.Error) string {
	if m := enhancedCode.FindString(answer.Msg); m != "" {
		return strconv.Itoa(answer.Code) + " " + m
	}
	return strconv.Itoa(answer.Code)
}

// outcome puts a verdict on an answer. What the server says is repeated without addresses, but not about a sign-in, where it could
// repeat what it was given.
func (v *verdict) outcome(answer *textproto.Error, l *letter, attempt int) sdk.Outcome {
	o := sdk.Outcome{
		Kind: v.kind, Scope: v.scope, Path: v.path, NextStep: v.next, ProviderCode: code(answer), Suppress: v.suppress, Limit: v.limit,
		Message: v.what + " (" + code(answer) + ")",
	}
	if v.path != credential {
		if text := oneLine(addresses.ReplaceAllString(enhancedCode.ReplaceAllString(answer.Msg, ""), "***@$1")); text != "" {
			o.Message = v.what + " (" + code(answer) + ": " + cut(text, 300) + ")"
		}
	}
	if v.kind == sdk.Retry {
		o.RetryAfter = ladder(v.wait, attempt)
	}
	if l != nil && v.path == "recipient" {
		o.Recipient = l.to.address()
	}
	return o
}

// addresses are those in a text, of which only the domain is repeated.
var addresses = regexp.MustCompile(`[^\s<>"'(),:;@]+@([A-Za-z0-9.-]+)`)

func ladder(wait []time.Duration, attempt int) time.Duration {
	return wait[min(max(attempt, 1), len(wait))-1]
}

// cut shortens a text at the end of a code point.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
