package hub

import "time"

// ExecutionFilter narrows a list of executions. Zero fields do not narrow.
type ExecutionFilter struct {
	FlowKey       int64
	EventKey      int64
	OccurrenceKey int64
	States        []ExecutionState
	Outcomes      []ExecutionOutcome
	Subject       string
	Trigger       ExecutionTrigger
	Test          *bool     // only tests, or only others
	Since, Until  time.Time // of creation
}

// OccurrenceFilter narrows a list of occurrences.
type OccurrenceFilter struct {
	Type         string
	Subject      string
	ConsumerKey  int64
	Since, Until time.Time // of receipt
	Bare         bool      // narrows nothing: what they brought and what came of it is not to be read
}

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	ExecutionKey   int64
	FlowKey        int64
	IntegrationKey int64
	Target         *int // of the flow
	States         []DeliveryState
	Reasons        []ReasonCode
	ProviderCodes  []string // an empty one is none
	Recipient      string
	ProviderID     string
	Test           *bool // only tests, or only others
	Since, Until   time.Time
}

// ListFilter narrows the lists of configuration: groups, consumers, integrations, flows, events.
type ListFilter struct {
	Search   string // part of the description or name, case-insensitive
	Enabled  *bool
	Archived bool   // also archived ones
	GroupKey int64  // consumers
	Type     string // events: event type; integrations: connector
	FlowKey  int64  // events that run this flow
}
