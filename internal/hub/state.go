package hub

import "slices"

// ExecutionState is where an execution is on its way.
type ExecutionState string

// The states of an execution.
const (
	Queued  ExecutionState = "QUEUED"  // waits for a worker
	Running ExecutionState = "RUNNING" // a worker holds it, or deliveries are with the connector
	Waiting ExecutionState = "WAITING" // goes on by itself later: waitingFor and until say why and when
	Closed  ExecutionState = "CLOSED"  // no delivery is PENDING or SENDING; its outcome says how it ended
)

// ExecutionArrows says to which states an execution may move. The database refuses every other move.
//
// CLOSED → WAITING happens when a delivery of a closed execution is to be sent after all: an operator sends a failed one
// again, or the policy RESEND takes up one that stayed UNKNOWN.
var ExecutionArrows = map[ExecutionState][]ExecutionState{
	Queued:  {Running, Closed},
	Running: {Waiting, Closed, Queued},
	Waiting: {Running, Closed},
	Closed:  {Waiting},
}

// May says whether the arrow from s to next is drawn.
func (s ExecutionState) May(next ExecutionState) bool {
	return slices.Contains(ExecutionArrows[s], next)
}

// ExecutionOutcome is how an execution ended, computed from its deliveries. A late receipt may still change it.
type ExecutionOutcome string

// The outcomes of an execution.
const (
	Succeeded ExecutionOutcome = "SUCCEEDED" // every delivery was accepted or better
	Partial   ExecutionOutcome = "PARTIAL"   // some were, some failed
	Failed    ExecutionOutcome = "FAILED"    // none was, or the execution failed before any delivery
	Skipped   ExecutionOutcome = "SKIPPED"   // nothing was to be sent: no row, filtered out, or suppressed
	Cancelled ExecutionOutcome = "CANCELLED" // somebody cancelled it before anything was sent
	Unsettled ExecutionOutcome = "UNSETTLED" // at least one delivery is UNKNOWN
)

// DeliveryState is where a message is on its way to its recipient.
type DeliveryState string

// The states of a delivery.
const (
	Pending           DeliveryState = "PENDING"    // to be sent: now, or at dueAt
	Sending           DeliveryState = "SENDING"    // with the connector; the request may have left
	Accepted          DeliveryState = "ACCEPTED"   // the provider took it
	Sent              DeliveryState = "SENT"       // the provider sent it on
	Delivered         DeliveryState = "DELIVERED"  // it is on the recipient's device
	Read              DeliveryState = "READ"       // the recipient has seen it
	Unknown           DeliveryState = "UNKNOWN"    // the request may have left and no answer came: nobody knows yet
	DeliveryFailed    DeliveryState = "FAILED"     // it was not delivered; reason says why
	Suppressed        DeliveryState = "SUPPRESSED" // not sent: the recipient must not be messaged, or the flow skips it
	DeliveryCancelled DeliveryState = "CANCELLED"  // taken back before it was sent
)

// DeliveryArrows says to which states a delivery may move. The database refuses every other move.
//
// PENDING → SENT, DELIVERED, READ happens when a receipt proves that an earlier attempt arrived after all, while the
// delivery waits to be sent again: then it is not, since nobody is to be messaged twice. SUPPRESSED → PENDING happens when a person
// has it sent after all, once nothing suppresses it any more.
var DeliveryArrows = map[DeliveryState][]DeliveryState{
	Pending:        {Sending, Sent, Delivered, Read, DeliveryFailed, Suppressed, DeliveryCancelled},
	Sending:        {Accepted, Pending, DeliveryFailed, Suppressed, Unknown},
	Unknown:        {Accepted, Sent, Delivered, Read, DeliveryFailed, Pending},
	Accepted:       {Sent, Delivered, Read, DeliveryFailed},
	Sent:           {Delivered, Read, DeliveryFailed},
	Delivered:      {Read},
	DeliveryFailed: {Pending, Delivered, Read},
	Suppressed:     {Pending},
}

// May says whether the arrow from s to next is drawn.
func (s DeliveryState) May(next DeliveryState) bool { return slices.Contains(DeliveryArrows[s], next) }

// Open says whether the delivery is still to be sent or being sent: while one is, its execution is not CLOSED.
func (s DeliveryState) Open() bool { return s == Pending || s == Sending }

// rank orders the states that receipts report; a receipt never moves a delivery down.
func (s DeliveryState) rank() int {
	return slices.Index([]DeliveryState{Accepted, Sent, Delivered, Read}, s) + 1
}

// OutcomeOf computes the outcome of a closed execution from how many of its deliveries are in each state. reason is the
// failure of the execution itself, if it failed before there were deliveries.
func OutcomeOf(count map[DeliveryState]int, reason *Reason) ExecutionOutcome {
	good := count[Accepted] + count[Sent] + count[Delivered] + count[Read]
	bad := count[DeliveryFailed]
	switch {
	case count[Unknown] > 0:
		return Unsettled
	case good > 0 && bad > 0:
		return Partial
	case good > 0:
		return Succeeded
	case bad > 0:
		return Failed
	case count[DeliveryCancelled] > 0:
		return Cancelled
	case count[Suppressed] > 0:
		return Skipped
	case reason == nil:
		return Skipped
	}
	return reason.outcome()
}
