package hub

import (
	"encoding/json"
	"time"
)

// ExecutionTrigger says what started an execution.
type ExecutionTrigger string

// What starts executions.
const (
	StartedByEvent     ExecutionTrigger = "EVENT"
	StartedByHand      ExecutionTrigger = "MANUAL"
	StartedByDate      ExecutionTrigger = "DATE"
	StartedByFrequency ExecutionTrigger = "FREQUENCY"
	StartedByReplay    ExecutionTrigger = "REPLAY"
)

// Execution is one run of one flow version.
type Execution struct {
	Key           int64
	FlowKey       int64
	FlowVersion   int
	Trigger       ExecutionTrigger
	EventKey      int64           // 0 if no event started it
	OccurrenceKey int64           // 0 if no occurrence started it
	ScheduledFor  *time.Time      // the planned time, if a schedule started it; one execution of a flow has it
	StartedByKey  int64           // the consumer that ran or replayed it; 0 if none did
	RunID         string          // that consumer's own id of the run: the same one again is a repeat; may be empty
	Parameters    json.RawMessage // of the source action, in place of those of the flow; nil: those of the flow
	Test          bool            // one message to a number that the caller named; it counts in no statistics
	RunHash       []byte          // of what a test or a replay was asked with: tells a repeat from another one under the same RunID; else nil
	Reading       bool            // its rows are still to be read from the records; nothing is sent before all are
	Trace         Trace           // to which it belongs: what asked for it; may be none
	Subject       string          // of the occurrence, for lists
	State         ExecutionState
	Outcome       ExecutionOutcome // set when CLOSED, else empty
	WaitingFor    ReasonCode       // set when WAITING: why
	Until         *time.Time       // set when WAITING for a time
	Reason        *Reason          // why it failed or was skipped as a whole
	Rows          []string         // names of the records that satisfied the event's terms
	Claim         int64            // fence: counts the times that a worker took it up
	LeaseUntil    *time.Time       // set when RUNNING: when the worker is taken for lost
	DueAt         *time.Time       // set when QUEUED or WAITING: when it may go on; nil while something is paused
	CreatedAt     time.Time
	StartedAt     *time.Time
	ClosedAt      *time.Time
	UpdatedAt     time.Time
	EmptiedAt     *time.Time // when its payloads were taken away: parameters and free text, and what was in its deliveries; nil: they are there
	Hidden        []Hidden   // what was left out for the caller who reads it; never stored
}

// ID is the public id.
func (e *Execution) ID() string { return ID(KindExecution, e.Key) }

// PayloadsPruned says whether what was in it has not been kept.
func (e *Execution) PayloadsPruned() bool { return e.EmptiedAt != nil }

// Delivery is one message to one recipient inside an execution.
type Delivery struct {
	Key               int64
	ExecutionKey      int64
	FlowKey           int64
	FlowVersion       int
	IntegrationKey    int64
	Target            int    // index into the flow's targets
	Record            string // name of the record whose row it is about
	OrderKey          string // it must not overtake those of its flow that have the same; empty: it may
	Action            string
	Recipient         string // normalised: "+5511999991234"
	ProviderRecipient string // as the provider writes it, once known
	Values            []string
	State             DeliveryState
	Attempts          int        // that count
	Tries             int        // all attempts, also those that do not count: the number of the last one
	DueAt             *time.Time // with PENDING: when it may go; nil while something is paused
	HoldAt            *time.Time // with UNKNOWN: when the flow's policy takes effect
	LookupAt          *time.Time // with UNKNOWN, ACCEPTED, SENT: when the provider is asked next what became of it; nil: it is not asked
	WaitingFor        ReasonCode // with PENDING after the first try, or while it waits: why
	ProviderID        string
	Reason            *Reason // of FAILED, UNKNOWN, SUPPRESSED, CANCELLED, or of the last retry
	Test              bool    // to a number that the caller named, and not to whom the record names
	Flagged           bool    // a late or contradictory receipt came
	CreatedAt         time.Time
	RedrivenAt        *time.Time // when a person last had it sent again
	UpdatedAt         time.Time
	EmptiedAt         *time.Time // when recipient, values and free text were taken away; nil: they are there
	RipeAt            *time.Time // of a follow-up: when its condition came to hold, once that was asked for
	Hidden            []Hidden   // what was left out for the caller who reads it; never stored
}

// ID is the public id; it is the idempotency key towards the connector.
func (d *Delivery) ID() string { return ID(KindDelivery, d.Key) }

// PayloadsPruned says whether what was in it has not been kept.
func (d *Delivery) PayloadsPruned() bool { return d.EmptiedAt != nil }

// Since is when the age of the delivery began to count: when it was made, when a person last had it sent again, or, of a follow-up, when
// it was to go.
func (d *Delivery) Since() time.Time {
	switch {
	case d.RedrivenAt != nil:
		return *d.RedrivenAt
	case d.RipeAt != nil:
		return *d.RipeAt
	}
	return d.CreatedAt
}

// Attempt is one try to send a delivery.
type Attempt struct {
	DeliveryKey int64
	Number      int // from 1
	Counted     bool
	StartedAt   time.Time
	FinishedAt  time.Time
	Kind        OutcomeKind
	Scope       Scope
	ProviderID  string
	Code        string // the provider's
	Message     string
	NextStep    string
	Path        string
	RetryAfter  time.Duration
	Adjusted    []Adjustment // what was changed so that the provider takes it, with paths into the flow
	Detail      map[string]string
}

// DeliveryResolution is how an operator settles an UNKNOWN delivery.
type DeliveryResolution string

// The resolutions.
const (
	ResolveAccepted DeliveryResolution = "SENT_BY_PROVIDER" // the person saw that it went out
	ResolveFailed   DeliveryResolution = "NOT_SENT"         // the person knows that it did not; it stays unsent
	ResolveResend   DeliveryResolution = "SEND_AGAIN"       // send it again, even if it may then arrive twice
)
