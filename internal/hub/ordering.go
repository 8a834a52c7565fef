package hub

import (
	"github.com/recado-hub/recado/internal/mapping"
)

// FlowOrdering says which messages of a flow must not overtake each other.
type FlowOrdering string

// The orderings.
const (
	OrderedNot         FlowOrdering = "NONE"      // each goes as soon as it can
	OrderedByRecord    FlowOrdering = "RECORD"    // those about one record go one after the other
	OrderedByRecipient FlowOrdering = "RECIPIENT" // those to one recipient go one after the other
)

// MaxMaxInFlight bounds how many messages of a flow, or through an integration, may be with connectors at once, where somebody sets it.
const MaxMaxInFlight = 1024

// Order is the ordering of the flow.
func (s FlowSettings) Order() FlowOrdering {
	if s.Ordering == "" {
		return OrderedNot
	}
	return s.Ordering
}

// OrderKey is what a message of the flow has in common with those that it must not overtake; empty if it may overtake all. A recipient
// counts as the telephone number that it is, so that it is the same whether its connector has said how it wants recipients written or
// not.
func (s FlowSettings) OrderKey(record, recipient string) string {
	switch s.Ordering {
	case OrderedByRecord:
		return record
	case OrderedByRecipient:
		if number, err := mapping.E164In(recipient, s.DefaultCountry); err == nil {
			return number
		}
		return recipient
	}
	return ""
}

// Holds says whether those that must not overtake the delivery have to wait for it: it is still to be sent or being sent, or a word of
// its provider is waited for. What stayed UNKNOWN for longer holds nobody.
func (d *Delivery) Holds() bool { return d.State.Open() || d.State == Unknown && d.HoldAt != nil }
