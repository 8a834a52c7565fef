package hub

import "time"

// EvaluationTime says when the terms of an event were asked.
type EvaluationTime string

// The times.
const (
	EvaluatedThen EvaluationTime = "THEN" // when the occurrence came in
	EvaluatedNow  EvaluationTime = "NOW"  // now, since the event was not asked then
)

// EventExplanation says why an event did or did not fire on an occurrence, and what became of it.
type EventExplanation struct {
	Occurrence *Occurrence
	Evaluated  EvaluationTime
	Fired      *bool      // nil: undecided
	Rows       []RowMatch // as they were kept, or as of now
	RowsNow    []RowMatch // every term of the event as it is now
	Executions []int64
	Skipped    []SkippedAction
	Reasons    []ExplainedReason // in the order of the way
}

// ExplainedReason is a reason why a message was not sent, with what it is about; a key is 0 where there is nothing.
type ExplainedReason struct {
	Reason       Reason
	FlowKey      int64
	ExecutionKey int64
	DeliveryKey  int64
}

// BacktestInput is a draft of an event, and which occurrences to try it on.
type BacktestInput struct {
	Type         string
	Terms        Terms
	FlowKeys     []int64
	Since, Until time.Time // of receipt; zero does not narrow
	Limit        int       // occurrences to look at; 0: DefaultBacktest
	Samples      int
}

// Limits of a back-test.
const (
	DefaultBacktest    = 1000
	MaxBacktest        = 10_000 // occurrences
	DefaultSamples     = 20
	MaxSamples         = 100
	MaxSampleRows      = 20
	MaxBacktestShown   = 100    // recipients of a flow
	MaxBacktestCounted = 10_000 // recipients of a flow that are counted one by one
)

// Check says what is wrong with the numbers and times of the input.
func (in BacktestInput) Check() error {
	switch {
	case in.Limit < 0 || in.Limit > MaxBacktest:
		return Invalid("input.limit", "must be between 1 and %d", MaxBacktest)
	case in.Samples < 0 || in.Samples > MaxSamples:
		return Invalid("input.samples", "must be between 0 and %d", MaxSamples)
	case len(in.FlowKeys) > MaxEventFlows:
		return Invalid("input.flows", "an event can run at most %d flows", MaxEventFlows)
	case !in.Since.IsZero() && !in.Until.IsZero() && !in.Since.Before(in.Until):
		return Invalid("input.since", "since must be before until")
	}
	return nil
}

// EventBacktest is what a draft of an event would have made of occurrences that came in.
type EventBacktest struct {
	Problems  []Problem // of the draft; nothing was looked at then
	Scanned   int
	Fired     int
	Undecided int
	Cut       bool // there are older ones
	Oldest    *time.Time
	Days      []BacktestDay // newest first
	Samples   []BacktestSample
	Flows     []BacktestFlow
}

// BacktestDay is a day of a back-test.
type BacktestDay struct {
	Date      string // in UTC: "2026-11-22"
	Scanned   int
	Fired     int
	Undecided int
}

// BacktestSample is an occurrence on which a draft would have fired.
type BacktestSample struct {
	OccurrenceKey int64
	RowCount      int
	Rows          []RowMatch // the first of those that satisfy the terms
}

// BacktestFlow is what a flow would have sent.
type BacktestFlow struct {
	FlowKey          int64
	Reason           *Reason // why it would have sent nothing at all
	Messages         int
	FilteredOut      int
	WithoutRecipient int
	Recipients       []BacktestRecipient // nil where they are hidden
	Cut              bool                // there are others
	Needs            []Permission        // what seeing the recipients would need
}

// BacktestRecipient is somebody who would have got messages.
type BacktestRecipient struct {
	Recipient string
	Messages  int
}
