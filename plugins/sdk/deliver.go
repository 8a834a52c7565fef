package sdk

import (
	"encoding/json"
	"fmt"
	"time"
)

// Delivery is one message to one recipient.
type Delivery struct {
	// ID is the idempotency key: the same on every attempt, at most 64 ASCII characters.
	ID string
	// Attempt is 1 for the first.
	Attempt int
	Action  string
	// Parameters is an object that fits the action's parameter schema. It is the same for all deliveries of a flow version, so
	// that what was parsed from it may be kept.
	Parameters json.RawMessage
	Recipient  string
	Values     []Value
	// Language is a BCP 47 tag, for actions without a language of their own.
	Language string
	// Deadline is when the hub stops waiting; zero becomes [DefaultSendTimeout] from the start of Send. Millisecond precision.
	Deadline time.Time
	FlowID   string
	// HeldCategories: the recipient is to be left alone for messages of these categories (as Outcome.SuppressCategory), in lower
	// case. A message that is known to be of one of them is not sent: it is Rejected with HeldCategory. One whose category is not
	// known is sent.
	HeldCategories []string
	// Trace says to which distributed trace the attempt belongs, for connectors that have spans of their own; zero for none.
	Trace Trace
}

// Trace is a place in a distributed trace, as the headers of W3C Trace Context have it: what comes before.
type Trace struct {
	Parent string // traceparent
	State  string // tracestate; may be empty
}

// DefaultSendTimeout bounds a Send whose delivery has no deadline.
const DefaultSendTimeout = 30 * time.Second

// Value is one filled variable of a message: by position or by name, never both.
type Value struct {
	// Position counts from 1; 0 if named.
	Position int
	Name     string
	Text     string
}

// OutcomeKind is what became of one attempt.
type OutcomeKind string

// The outcome kinds.
const (
	// Accepted: the provider has taken it over; whether it arrives is told by receipts.
	Accepted OutcomeKind = "ACCEPTED"
	// Retry: certainly not sent, and may succeed later.
	Retry OutcomeKind = "RETRY"
	// Rejected: certainly not sent, and will not succeed like this.
	Rejected OutcomeKind = "REJECTED"
	// Misconfigured: certainly not sent; a person has to change something first. It pauses its scope.
	Misconfigured OutcomeKind = "MISCONFIGURED"
	// Unknown: the request may have left and nobody can say what became of it.
	Unknown OutcomeKind = "UNKNOWN"
)

// Scope is how far an outcome reaches.
type Scope string

// The scopes.
const (
	ScopeDelivery    Scope = "DELIVERY"
	ScopeRecipient   Scope = "RECIPIENT"
	ScopeFlow        Scope = "FLOW"
	ScopeIntegration Scope = "INTEGRATION"
)

// SuppressForever as Outcome.Suppress or Receipt.Suppress: until a person says otherwise.
const SuppressForever = -1 * time.Millisecond

// Outcome is what became of one attempt. It is data to decide by: nobody guesses from Message.
type Outcome struct {
	// DeliveryID and Attempt are those of the delivery; the caller of Send fills them in.
	DeliveryID string
	Attempt    int
	Kind       OutcomeKind
	// Scope is ScopeDelivery unless set.
	Scope Scope
	// ProviderID is the provider's id of the message.
	ProviderID string
	// ProviderCode is the provider's own code of the failure.
	ProviderCode string
	// Message says what happened, for people: no secrets, no whole phone numbers.
	Message string
	// NextStep says what a person should do.
	NextStep string
	// Path is what is at fault: `parameters.template`, `values[3]`, `recipient`, `secrets.access_token`.
	Path string
	// RetryAfter is the earliest next attempt from now on; 0 leaves it to the hub. Millisecond precision.
	RetryAfter time.Duration
	// MostAttempts: after a failure of this kind do not try more often than this in all; 0 leaves it to the flow.
	MostAttempts int
	// Suppress says how long to leave this recipient alone; 0 not at all, [SuppressForever].
	Suppress time.Duration
	// SuppressCategory is what Suppress covers, as Notice.Category (for example "marketing"); empty for everything.
	SuppressCategory string
	// HeldCategory with Rejected: nothing was asked of the provider, since the message is of this one of Delivery.HeldCategories.
	HeldCategory string
	// Recipient as the provider wrote it.
	Recipient string
	// Limit is the key of the declared limit that was hit.
	Limit string
	// Detail has trace ids and the like.
	Detail map[string]string
	// Adjusted are the values that had to be changed to be sendable.
	Adjusted []Adjustment
}

// DetailNotStarted is the key in Outcome.Detail, with the value "true", of a delivery that was handed back without a try: it was
// recalled, or its deadline passed while it waited. Such an attempt does not count.
const DetailNotStarted = "not_started"

// NotStarted tells whether o is of a delivery that was handed back without a try.
func (o *Outcome) NotStarted() bool { return o.Kind == Retry && o.Detail[DetailNotStarted] != "" }

// The reasons of an [Adjustment].
const (
	WhitespaceCollapsed       = "WHITESPACE_COLLAPSED"
	Shortened                 = "SHORTENED"
	InvalidCharactersReplaced = "INVALID_CHARACTERS_REPLACED"
)

// Adjustment is a value that had to be changed to be sendable.
type Adjustment struct {
	// Path is `values[2]`, by position, or `values.name`.
	Path string
	// Reason is WhitespaceCollapsed, Shortened or InvalidCharactersReplaced.
	Reason string
	// Sent is what went out instead.
	Sent string
}

// ValuePath is the path of a value in problems, outcomes and adjustments.
func ValuePath(v Value) string {
	if v.Position > 0 {
		return fmt.Sprintf("values[%d]", v.Position)
	}
	return "values." + v.Name
}
