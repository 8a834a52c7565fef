package whatsapp

import (
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// catalogue is a provider's documented error codes as data, sorted: a new code is a new row.
type catalogue []verdict

// find is the row of a code; nil if the provider never documented it.
func (c catalogue) find(code int) *verdict {
	for i := range c {
		if v := &c[i]; v.from == code || (v.from < code && code <= v.to) {
			return v
		}
	}
	return nil
}

// verdict is what one error code of a provider means for the hub.
type verdict struct {
	from, to int // codes, both included
	kind     sdk.OutcomeKind
	scope    sdk.Scope
	what     string          // in plain English
	next     string          // what a person should do
	path     string          // what is at fault
	wait     []time.Duration // before each retry; the last one repeats
	most     int             // attempts in all; 0 as the flow says
	limit    string          // the declared limit that was hit
	suppress time.Duration   // leave the recipient alone
	category string          // what that covers
}

const (
	second = time.Second
	minute = time.Minute
	hour   = time.Hour
)

// Ladders of waiting. The one for the pair rate is Meta's own: 4^X seconds.
var (
	outageWait   = []time.Duration{2 * second, 8 * second, 30 * second, 120 * second}
	pairWait     = []time.Duration{1 * second, 4 * second, 16 * second, 64 * second, 256 * second}
	doublingWait = []time.Duration{1 * second, 2 * second, 4 * second, 8 * second, 16 * second, 32 * second, 60 * second}
	appWait      = []time.Duration{1 * minute, 2 * minute, 4 * minute, 8 * minute, 15 * minute}
	queueWait    = []time.Duration{1 * minute, 10 * minute, 1 * hour}
	dailyWait    = []time.Duration{1 * minute, 10 * minute, 1 * hour, 24 * hour}
	accountWait  = []time.Duration{1 * minute, 2 * minute, 4 * minute, 8 * minute, 16 * minute, 32 * minute, 1 * hour}
)

// failure is a provider's own account of an error, as far as outcomes and receipts repeat it.
type failure struct {
	code   string
	text   string // may hold anything that was sent
	detail map[string]string
}

// says puts our words and the provider's together, without phone numbers.
func (f *failure) says(what string) string {
	if f.text == "" {
		return what
	}
	return what + " (" + cut(masked(f.text), 400) + ")"
}

// cut shortens a text at the end of a code point.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// kindAt is the verdict's kind for an attempt: what may be tried again only so often is refused after that.
func (v *verdict) kindAt(attempt int) sdk.OutcomeKind {
	if v.kind == sdk.Retry && v.most > 0 && attempt >= v.most {
		return sdk.Rejected
	}
	return v.kind
}

// waitAfter is how long to wait after an attempt, counted from 1.
func (v *verdict) waitAfter(attempt int) time.Duration {
	if len(v.wait) == 0 {
		return 0
	}
	return v.wait[min(max(attempt, 1), len(v.wait))-1]
}

// outcome puts the verdict on an attempt's error.
func (v *verdict) outcome(f failure, attempt int) sdk.Outcome {
	o := sdk.Outcome{
		Kind: v.kindAt(attempt), Scope: v.scope, ProviderCode: f.code, Message: f.says(v.what), NextStep: v.next, Path: v.path,
		MostAttempts: v.most, Suppress: v.suppress, SuppressCategory: v.category, Limit: v.limit, Detail: f.detail,
	}
	if o.Kind == sdk.Retry {
		o.RetryAfter = v.waitAfter(attempt)
	}
	return o
}

// receipt puts the verdict on a message that failed after it had been accepted.
func (v *verdict) receipt(f failure, r *sdk.Receipt) {
	r.Code, r.Message, r.NextStep = f.code, f.says(v.what), v.next
	r.Kind, r.Scope, r.Limit = v.kind, v.scope, v.limit
	r.RetryAfter, r.Suppress, r.SuppressCategory = v.waitAfter(1), v.suppress, v.category
	r.MostAttempts = v.most
}

// Codes are the error codes that this connector knows of a provider, META or TWILIO; of a range only the first and the last.
func Codes(provider string) (list []int) {
	known := metaCodes
	if provider == throughTwilio {
		known = twilioCodes
	}
	for i := range known {
		list = append(list, known[i].from)
		if known[i].to != 0 {
			list = append(list, known[i].to)
		}
	}
	return list
}
