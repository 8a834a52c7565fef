package model

import "encoding/json"

// Node is anything with a public id: every noun of the hub that the schema calls a Node.
type Node interface {
	ID() string
}

// Recipient is who gets a message: a ConstantRecipient or a FieldRecipient.
type Recipient interface {
	isRecipient()
}

func (ConstantRecipient) isRecipient() {}
func (FieldRecipient) isRecipient()    {}

// FlowSchedule is when a flow runs by itself: a DateSchedule, a CronSchedule or an IntervalSchedule.
type FlowSchedule interface {
	isFlowSchedule()
}

func (DateSchedule) isFlowSchedule()     {}
func (CronSchedule) isFlowSchedule()     {}
func (IntervalSchedule) isFlowSchedule() {}

// FlowRunInput is how a flow is to be run by hand.
type FlowRunInput struct {
	IdempotencyKey *string
	Parameters     json.RawMessage
	Records        []string
}
