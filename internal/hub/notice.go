package hub

import (
	"encoding/json"
	"time"
)

// SuppressForever, as Outcome.Suppress or Receipt.Suppress, leaves a recipient alone until a person or the recipient says otherwise.
const SuppressForever = -1 * time.Millisecond

// NoticeKind is what a Notice is about.
type NoticeKind string

// The kinds of notices.
const (
	NoticeOptedOut           NoticeKind = "RECIPIENT_OPTED_OUT"
	NoticeOptedIn            NoticeKind = "RECIPIENT_OPTED_IN"
	NoticeActionChanged      NoticeKind = "ACTION_CHANGED"      // a template, say, was paused, edited or approved
	NoticeIntegrationChanged NoticeKind = "INTEGRATION_CHANGED" // an account, say, was locked or unlocked
)

// Notice is news of a provider that is not about a delivery.
type Notice struct {
	Kind       NoticeKind
	At         time.Time       // by the provider's clock
	Recipient  string          // who opted out or in
	Category   string          // what that covers, "marketing" for example; empty: everything
	Action     string          // of NoticeActionChanged; empty: every action with these parameters
	Parameters json.RawMessage // of NoticeActionChanged: a part of an action's parameters; empty: whatever they are
	Problems   []Problem       // from now on; none: it is in order again
	Detail     map[string]string
	Settings   json.RawMessage // of the integrations that it concerns, a part of their settings; empty: the one that received it
}

// ActionUse is how a flow means to use an action of a connector.
type ActionUse struct {
	Action     string
	Parameters json.RawMessage
	Positions  int      // how many values by position its mapping fills
	Names      []string // the values that it fills by name
}

// MaxLookup is how many deliveries a connector is asked about at once.
const MaxLookup = 100

// LookupItem is a delivery about which a connector is asked.
type LookupItem struct {
	Key        int64  // of the delivery
	ProviderID string // empty if no answer of the provider ever came
	Recipient  string
	SentAt     time.Time // when the last attempt began
}

// LookupState is what a provider knows of a delivery.
type LookupState string

// The answers of a lookup.
const (
	LookupFound     LookupState = "FOUND"     // the provider took it; receipts say how far it is
	LookupNotFound  LookupState = "NOT_FOUND" // the provider certainly never took it
	LookupUndecided LookupState = "UNDECIDED" // nobody can say, perhaps later
)

// LookupAnswer is what became of a delivery, as its provider says when it is asked.
type LookupAnswer struct {
	Key        int64
	State      LookupState
	ProviderID string
	Receipts   []Receipt
	Message    string
}
