package hub

import "time"

// ReplayVersion says which version of its flow a replay runs.
type ReplayVersion string

// The versions.
const (
	ReplayPinned  ReplayVersion = "PINNED"  // the one that the original ran
	ReplayCurrent ReplayVersion = "CURRENT" // the one that the flow has now
)

// ReplayRecords says which state of its records a replay reads.
type ReplayRecords string

// The states.
const (
	RecordsNow   ReplayRecords = "NOW"   // as the hub has them when it runs, like an execution that waited in the queue
	RecordsThen  ReplayRecords = "THEN"  // as the occurrence of the original brought them
	RecordsGiven ReplayRecords = "GIVEN" // that the caller gave with it
)

// Replay is what an execution that replays another one has beyond other executions.
type Replay struct {
	ExecutionKey int64
	OriginalKey  int64 // the execution that it replays, which may be gone
	RootKey      int64 // the one with which it began: the original of the original, and so on
	Records      ReplayRecords
	EvenIfSent   bool
	Input        []RecordInput // with RecordsGiven
}

// ReplayInput is how one execution is to be replayed.
type ReplayInput struct {
	Version    ReplayVersion
	Records    ReplayRecords // empty: RecordsGiven if there are any, else RecordsNow
	Given      []RecordInput // in place of the records of the original; nil: none
	EvenIfSent bool          // also what went out already, or may have: people may be messaged twice
	ID         string        // the caller's own: the same one again is a repeat; may be empty
}

// ExecutionReplay is the answer to a replay.
type ExecutionReplay struct {
	Execution *Execution
	Repeat    bool // the same had been asked for before; nothing was started again
}

// Limits of replays in bulk.
const (
	MaxReplays        = 1000   // that one call makes
	DefaultReplayPace = 10     // executions a second
	MaxReplayPace     = 100    // likewise
	MaxReplayMatches  = 10_000 // up to which it is counted how many match
)

// BulkReplayInput is which executions are to be replayed, and how.
type BulkReplayInput struct {
	Filter     ExecutionFilter // without outcomes: ReplayedOutcomes
	Version    ReplayVersion
	Records    ReplayRecords // empty: RecordsNow
	EvenIfSent bool
	AtMost     int    // executions of the list that this call looks at, 1 to MaxReplays
	After      string // cursor of the list; empty: from the newest on
	PerSecond  int    // how many begin in a second; 0: DefaultReplayPace
	ID         string // the caller's own: the same one again replays nothing twice
	DryRun     bool   // nothing is started
}

// ReplayedOutcomes are replayed in bulk when the filter names none: what failed or had nothing to send. What a person
// cancelled, and what may have been sent, is not.
var ReplayedOutcomes = []ExecutionOutcome{Failed, Partial, Skipped}

// BulkReplay is what became of a replay in bulk.
type BulkReplay struct {
	Matched  int // from the cursor on, at most MaxReplayMatches
	Replayed int // of those looked at; of a dry run, that would be
	Repeated int // that an earlier call with the same id had replayed
	Refused  int
	Results  []ReplayResult // of those looked at, oldest first
	HasMore  bool
	End      string     // the cursor to go on from; empty if nothing was looked at
	LastDue  *time.Time // when the last of them begins; nil if none does
}

// ReplayResult is what became of one execution that was to be replayed.
type ReplayResult struct {
	OriginalKey int64
	ReplayKey   int64 // 0 if it was not replayed
	Repeat      bool
	Reason      *Reason // why it was not; nil if it was
}

// MayHaveGone says whether somebody has the message, may have it, or will get it, so that a replay is not to send it again. One that was
// left out because it had gone out before counts, too.
func (d *Delivery) MayHaveGone() bool {
	switch d.State {
	case DeliveryFailed:
		return d.Flagged // a receipt contradicts it
	case Suppressed:
		return d.Reason != nil && d.Reason.Code == ReasonAlreadySent
	case DeliveryCancelled:
		return false
	}
	return true
}
