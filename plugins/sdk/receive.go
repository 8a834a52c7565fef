package sdk

import (
	"encoding/json"
	"net/http"
	"time"
)

// Callback is one HTTP request of the provider, as it came.
type Callback struct {
	Method string
	// URL is the public one, including the query: some providers sign it.
	URL    string
	Header http.Header
	// Body is untouched, so that signatures can be verified.
	Body       []byte
	ReceivedAt time.Time
}

// Reception is what a callback says and what to answer it.
type Reception struct {
	// Verified: the provider certainly sent it. If false nothing of it is stored.
	Verified bool
	// Status is the HTTP status to answer.
	Status   int
	Header   map[string]string
	Body     []byte
	Receipts []Receipt
	Notices  []Notice
	// Elsewhere: it also holds news about an account or number that is not this integration's, which is left out here. The hub then
	// gives the same callback to the other integrations of this connector, each with its own secrets, and takes their notices.
	Elsewhere bool
}

// ReceiptStatus is how far a message has come.
type ReceiptStatus string

// The receipt statuses.
const (
	Sent      ReceiptStatus = "SENT"      // left the provider
	Delivered ReceiptStatus = "DELIVERED" // on the recipient's device
	Read      ReceiptStatus = "READ"
	Failed    ReceiptStatus = "FAILED"
)

// Receipt is a later word of the provider about a delivery. At least one of ProviderID and DeliveryID is set.
type Receipt struct {
	ProviderID string
	DeliveryID string
	Status     ReceiptStatus
	// At is when it happened by the provider's clock; its precision is the provider's.
	At        time.Time
	Recipient string
	// Detail has the price category, trace ids and the like.
	Detail map[string]string

	// The rest is for Failed only, and as if the provider had said it at once: see [Outcome].
	Code             string
	Message          string
	NextStep         string
	Kind             OutcomeKind
	Scope            Scope
	RetryAfter       time.Duration
	MostAttempts     int
	Suppress         time.Duration
	SuppressCategory string
	Limit            string
}

// NoticeKind is what a notice is about.
type NoticeKind string

// The notice kinds.
const (
	RecipientOptedOut  NoticeKind = "RECIPIENT_OPTED_OUT"
	RecipientOptedIn   NoticeKind = "RECIPIENT_OPTED_IN"
	ActionChanged      NoticeKind = "ACTION_CHANGED"      // for example a template was paused, edited or approved
	IntegrationChanged NoticeKind = "INTEGRATION_CHANGED" // for example the account was locked or unlocked
)

// Notice is news that is not about a delivery.
type Notice struct {
	Kind NoticeKind
	At   time.Time
	// Recipient opted out or in; Category is what that covers (for example "marketing"), empty for everything.
	Recipient string
	Category  string
	// Action and Parameters say what changed for ActionChanged: any use of this action (of any, if empty) whose parameters include these.
	Action     string
	Parameters json.RawMessage
	// Problems from here on; none means that it is in order again.
	Problems []Problem
	Detail   map[string]string
}
