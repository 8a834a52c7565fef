package hub

import "time"

// Subject says what kind of thing a Change is about.
type Subject string

// The subjects of changes.
const (
	SubjectOccurrence  Subject = "OCCURRENCE"
	SubjectExecution   Subject = "EXECUTION"
	SubjectDelivery    Subject = "DELIVERY"
	SubjectIntegration Subject = "INTEGRATION"
	SubjectFlow        Subject = "FLOW"
	SubjectConnector   Subject = "CONNECTOR"
	SubjectSuppression Subject = "SUPPRESSION"
	SubjectQueue       Subject = "QUEUE" // as a whole; it has no key
)

// Aspect says what of the subject changed.
type Aspect string

// The aspects.
const (
	AspectState   Aspect = "STATE"
	AspectOutcome Aspect = "OUTCOME" // of an execution
	AspectReceipt Aspect = "RECEIPT" // a receipt that was kept but moved nothing

	AspectCollected Aspect = "COLLECTED" // of an execution that collects: how many occurrences there are

	AspectFetch Aspect = "FETCH" // of an execution that fetches: how many rows came, or why its source is asked later

	AspectFollowUp Aspect = "FOLLOW_UP" // of a delivery: the condition on which it follows another one up came to hold

	// What connectors and providers say of a flow or an integration, and of a connector whether there is an executable that is not run: the
	// severity of the worst; empty: nothing.
	AspectProblems Aspect = "PROBLEMS"
	AspectBreaker  Aspect = "BREAKER" // of an integration; see BreakerState
	AspectProcess  Aspect = "PROCESS" // of a connector that works: another process took over, maybe of another version
)

// Change is one line of the journal: a subject moved from a state to a state, at a time, because of something. The
// journal is the history and the feed of the subscriptions; Seq is the cursor. It only grows.
type Change struct {
	Seq      int64
	At       time.Time
	Subject  Subject
	Key      int64  // of the subject
	Root     int64  // the execution for executions and their deliveries, else the subject itself
	Name     string // of a connector, which has no key
	Aspect   Aspect
	From     string // empty: it came to be
	To       string
	Cause    Reason
	FlowKey  int64 // of the execution, for filters; 0 if there is none
	EventKey int64 // likewise
	Test     bool  // it is about a test message, which counts in no statistics; set by who writes the line, and not stored
}

// Execution is the key of the execution that the change belongs to; 0 if it belongs to none.
func (c Change) Execution() int64 {
	if c.Subject == SubjectExecution || c.Subject == SubjectDelivery {
		return c.Root
	}
	return 0
}
