package hub

// Reason says why something did not happen, failed, waits or moved. Everything that did not happen has one.
type Reason struct {
	Code     ReasonCode `json:"code"`
	Message  string     `json:"message,omitempty"`  // one sentence for people
	Path     string     `json:"path,omitempty"`     // where in the flow or the message the fault lies
	Provider string     `json:"provider,omitempty"` // the provider's own code
	NextStep string     `json:"next,omitempty"`     // what to do about it
	By       string     `json:"by,omitempty"`       // public id of the consumer that did it, or of what caused it
}

// ReasonCode is the stable code of a Reason.
type ReasonCode string

// The reasons.
const (
	ReasonFlowDisabled      ReasonCode = "FLOW_DISABLED"         // the event matched, but its flow was not enabled
	ReasonEventType         ReasonCode = "EVENT_TYPE_OTHER"      // the event is about occurrences of another type
	ReasonEventNewer        ReasonCode = "EVENT_NEWER"           // the event was made after the occurrence came in
	ReasonEventDisabled     ReasonCode = "EVENT_DISABLED"        // the event was not enabled, so it was not asked
	ReasonEventInvalid      ReasonCode = "EVENT_INVALID"         // the event's terms make no sense any more, so it could not be asked
	ReasonTerms             ReasonCode = "TERMS_NOT_SATISFIED"   // no row of the occurrence satisfied the event's terms
	ReasonUndecided         ReasonCode = "TERMS_UNDECIDED"       // the terms ask what was before, and nobody knows that any more
	ReasonNoEvent           ReasonCode = "NO_EVENT"              // no event runs the flow on such an occurrence; only a preview says so
	ReasonNoRows            ReasonCode = "NO_ROWS"               // the source query found nothing
	ReasonTooManyRows       ReasonCode = "TOO_MANY_ROWS"         // the source query found more than one execution may read
	ReasonSourceFailed      ReasonCode = "SOURCE_FAILED"         // the source connector could not be asked, or its rows could not be taken over
	ReasonSourceWaits       ReasonCode = "SOURCE_UNAVAILABLE"    // the source connector could not be asked, and is asked again
	ReasonFetched           ReasonCode = "FETCHED"               // its source answered
	ReasonFilteredOut       ReasonCode = "FILTERED_OUT"          // the flow's filter dropped every row
	ReasonNoConsumer        ReasonCode = "CONSUMER_UNAVAILABLE"  // the flow's consumer is gone, disabled or expired
	ReasonHubDisabled       ReasonCode = "CONSUMER_HUB_DISABLED" // the flow's consumer may not be used by flows
	ReasonPermission        ReasonCode = "PERMISSION_MISSING"    // the flow's consumer lacks a permission; the message names it
	ReasonInvalidFlow       ReasonCode = "FLOW_INVALID"          // the pinned version cannot run
	ReasonMapping           ReasonCode = "MAPPING_FAILED"        // a value of the message could not be made
	ReasonValueMissing      ReasonCode = "VALUE_MISSING"         // a value is missing, and the flow's policy is not to send then
	ReasonRecipient         ReasonCode = "RECIPIENT_INVALID"     // no recipient, or not a number that can be messaged
	ReasonRetry             ReasonCode = "RETRY"                 // the provider asked to try again later
	ReasonBackpressure      ReasonCode = "BACKPRESSURE"          // the connector has no room at the moment
	ReasonConnectorDown     ReasonCode = "CONNECTOR_DOWN"        // the connector is not running
	ReasonPaced             ReasonCode = "PACED"                 // held back by a rate limit
	ReasonOrdered           ReasonCode = "ORDERED"               // it must not overtake an earlier message; by is that delivery
	ReasonIntegrationPaused ReasonCode = "INTEGRATION_PAUSED"    // the integration is paused until somebody mends it
	ReasonFlowPaused        ReasonCode = "FLOW_PAUSED"           // the flow is paused until somebody mends it
	ReasonBreakerOpen       ReasonCode = "BREAKER_OPEN"          // the provider seems to be down, so messages wait
	ReasonQueuePaused       ReasonCode = "QUEUE_PAUSED"          // a person paused the whole queue
	ReasonAttempts          ReasonCode = "ATTEMPTS_USED_UP"      // tried as often as the flow allows
	ReasonTooOld            ReasonCode = "TOO_OLD"               // older than the flow allows
	ReasonRejected          ReasonCode = "REJECTED"              // the provider refused the message
	ReasonMisconfigured     ReasonCode = "MISCONFIGURED"         // the integration or the flow is set up wrongly
	ReasonUnknown           ReasonCode = "OUTCOME_UNKNOWN"       // no answer came; the message may have been sent
	ReasonCrash             ReasonCode = "INTERRUPTED"           // the hub or the connector stopped while the message was on its way
	ReasonReceipt           ReasonCode = "RECEIPT"               // the provider said so later
	ReasonOutcome           ReasonCode = "OUTCOME"               // the connector answered
	ReasonOperator          ReasonCode = "OPERATOR"              // a person decided
	ReasonCancelled         ReasonCode = "CANCELLED"             // a person took it back
	ReasonDrained           ReasonCode = "DRAINED"               // the hub was shutting down; does not count as an attempt
	ReasonLeaseLost         ReasonCode = "LEASE_LOST"            // the worker that held it went away; does not count
	ReasonWorker            ReasonCode = "WORKER"                // a worker took it up
	ReasonMatched           ReasonCode = "MATCHED"               // an event matched an occurrence
	ReasonPublished         ReasonCode = "PUBLISHED"             // a caller published it
	ReasonCheck             ReasonCode = "CHECK"                 // a check of the settings
	ReasonResend            ReasonCode = "RESEND"                // unknown for too long, and the flow's policy is to send again
	ReasonInternal          ReasonCode = "INTERNAL"              // a fault of the hub; the log has the detail
	ReasonDerived           ReasonCode = "DERIVED"               // the hub noticed it by itself in a record that was written
	ReasonClock             ReasonCode = "CLOCK"                 // the hub noticed it by itself when its time came
	ReasonTrigger           ReasonCode = "TRIGGER_MISMATCH"      // the event matched, but its flow is not for events
	ReasonScheduled         ReasonCode = "SCHEDULED"             // its time had come
	ReasonMissed            ReasonCode = "MISSED"                // planned times passed while the hub could not run them
	ReasonManual            ReasonCode = "RUN"                   // somebody ran the flow
	ReasonReading           ReasonCode = "READING"               // its rows are being read from the records
	ReasonReplayed          ReasonCode = "REPLAYED"              // somebody had an earlier execution run again
	ReasonAlreadySent       ReasonCode = "ALREADY_SENT"          // an earlier execution sent it, or may have, and this one replays that
	ReasonUnderWay          ReasonCode = "UNDER_WAY"             // the execution, or another replay of it, has not come to its end
	ReasonTest              ReasonCode = "TEST"                  // it was a test message
	ReasonNoOccurrence      ReasonCode = "NO_OCCURRENCE"         // no occurrence brought its records
	ReasonLookup            ReasonCode = "LOOKUP"                // the provider was asked, and said so
	ReasonSuppressed        ReasonCode = "RECIPIENT_SUPPRESSED"  // the recipient is to be left alone; by is the suppression
	ReasonOptedOut          ReasonCode = "OPTED_OUT"             // the recipient has asked not to get messages
	ReasonOptedIn           ReasonCode = "OPTED_IN"              // the recipient wants messages again
	ReasonPruned            ReasonCode = "PAYLOADS_PRUNED"       // what was in it has not been kept
	ReasonEarly             ReasonCode = "RECEIPT_FIRST"         // a receipt arrived before the connector's own answer
	ReasonCollecting        ReasonCode = "COLLECTING"            // it gathers occurrences until its window closes
	ReasonQuietHours        ReasonCode = "QUIET_HOURS"           // it is quiet for the recipient, and the flow sends nothing then
	ReasonFollowUp          ReasonCode = "FOLLOW_UP"             // it goes only if the message that it follows up comes to nothing; by is that delivery
	ReasonNotNeeded         ReasonCode = "FOLLOW_UP_NOT_NEEDED"  // the message that it follows up, which is by, needs none
	ReasonNotice            ReasonCode = "NOTICE"                // the provider told of it, and not about a message
)

// outcome says how an execution without deliveries ended, by the reason for it.
func (r *Reason) outcome() ExecutionOutcome {
	switch r.Code {
	case ReasonNoRows, ReasonFilteredOut, ReasonFlowDisabled, ReasonTrigger:
		return Skipped
	case ReasonCancelled, ReasonOperator:
		return Cancelled
	}
	return Failed
}
