package sdk

import "time"

// MaxLookupItems is the most deliveries in one [LookupQuery].
const MaxLookupItems = 100

// LookupQuery asks what became of deliveries.
type LookupQuery struct {
	Items []LookupItem
}

// LookupItem is a delivery whose fate is asked for.
type LookupItem struct {
	DeliveryID string
	// ProviderID is empty if no answer of the provider ever came.
	ProviderID string
	Recipient  string
	// SentAt is when the last attempt began.
	SentAt time.Time
}

// LookupState is what a provider knows of a delivery.
type LookupState string

// The lookup states.
const (
	LookupFound     LookupState = "FOUND"     // the provider has it; without receipts it is accepted and no more is known
	LookupNotFound  LookupState = "NOT_FOUND" // the provider certainly never took it
	LookupUndecided LookupState = "UNDECIDED" // it cannot be said, perhaps later
)

// Lookup has one answer for each item, in any order.
type Lookup struct {
	Answers []LookupAnswer
}

// LookupAnswer is the fate of one delivery.
type LookupAnswer struct {
	DeliveryID string
	State      LookupState
	ProviderID string
	Receipts   []Receipt
	Message    string
}
