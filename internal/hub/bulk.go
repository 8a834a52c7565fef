package hub

import "time"

// BulkRetryInput is which failed deliveries are to be sent again, and how fast.
type BulkRetryInput struct {
	Filter    DeliveryFilter
	AtMost    int    // deliveries of the list that this call looks at, 1 to MaxReplays
	After     string // cursor of the list; empty: from the newest on
	PerSecond int    // how many go in a second; 0: DefaultReplayPace
	ID        string // the caller's own: the same one again sends nothing twice
	DryRun    bool   // nothing is sent
}

// BulkRetry is what became of sending failed deliveries again.
type BulkRetry struct {
	Matched  int // from the cursor on, at most MaxReplayMatches
	Retried  int // of those looked at; of a dry run, that would be
	Repeated int // that an earlier call with the same id had sent again
	Refused  int
	Results  []RetryResult // of those looked at, oldest first
	HasMore  bool
	End      string     // the cursor to go on from; empty if nothing was looked at
	LastDue  *time.Time // when the last of them goes; nil if none does
}

// RetryResult is what became of one failed delivery that was to be sent again.
type RetryResult struct {
	DeliveryKey int64
	Repeat      bool
	At          *time.Time // when it goes; nil if it does not
	Reason      *Reason    // why it does not; nil if it does
}

// BulkCancelInput is which executions are to be cancelled.
type BulkCancelInput struct {
	Filter ExecutionFilter // without states: those that are not closed
	AtMost int             // executions of the list that this call looks at, 1 to MaxReplays
	After  string          // cursor of the list; empty: from the newest on
	DryRun bool            // nothing is cancelled
}

// BulkCancel is what became of cancelling executions.
type BulkCancel struct {
	Matched   int // from the cursor on, at most MaxReplayMatches
	Cancelled int // of those looked at; of a dry run, that would be
	Refused   int
	Results   []CancelResult // of those looked at, oldest first
	HasMore   bool
	End       string // the cursor to go on from; empty if nothing was looked at
}

// CancelResult is what became of one execution that was to be cancelled.
type CancelResult struct {
	ExecutionKey int64
	Deliveries   int     // of its messages that were taken back
	Reason       *Reason // why nothing of it was; nil if it was cancelled
}

// Bounds of the view of what failed: what is counted stays quick however much has failed.
const (
	MaxFailures      = 100_000 // the newest failed deliveries, which are looked at
	MaxFailureGroups = 200     // the largest groups, which are told
)

// DeliveryFailures is why deliveries failed.
type DeliveryFailures struct {
	Groups []DeliveryFailureGroup // the most frequent first
	Total  int                    // failed deliveries that were looked at
	Cut    bool                   // there may be more than MaxFailures, or groups that are not told
}

// DeliveryFailureGroup is the failed deliveries of one flow through one integration for one reason.
type DeliveryFailureGroup struct {
	Reason         ReasonCode
	ProviderCode   string // empty: the provider said none
	FlowKey        int64
	IntegrationKey int64
	Count          int
	Flagged        int       // a receipt contradicts them
	First, Last    time.Time // when the oldest and the newest of them came to be
	SampleKey      int64     // the newest
}
