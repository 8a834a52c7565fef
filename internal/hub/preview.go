package hub

import (
	"encoding/json"
	"time"
)

// Limits of previews and of test messages.
const (
	MaxPreviewRows   = 100              // rows that are told one by one
	MaxPreviewEvents = 20               // events that are asked
	PreviewTimeout   = 15 * time.Second // for all of it, the connector's answers among it
	TestsAMinute     = 10               // test messages of a consumer, and to a recipient
)

// Sample is on what a flow is tried: one of an occurrence, a record and rows that the caller gives; none of them is the
// source query alone.
type Sample struct {
	OccurrenceKey int64
	RecordKey     int64
	Records       []RecordInput // those of the type that the flow reads are its rows; what they refer to may be among the others
}

// Empty says that nothing is given.
func (s Sample) Empty() bool { return s.OccurrenceKey == 0 && s.RecordKey == 0 && s.Records == nil }

// PreviewInput is what would be run, and on what.
type PreviewInput struct {
	FlowKey    int64      // 0: the draft alone
	Version    int        // 0: the current one
	Draft      *FlowInput // in place of what the flow has saved; nil: what it has saved
	Sample     Sample
	EventKey   int64           // whose terms the rows must satisfy; 0: of an occurrence, those that run the flow
	Parameters json.RawMessage // of the source action, in place of those of the flow; nil: those of the flow
}

// FlowPreview is what a flow would do now. Nothing of it is stored.
type FlowPreview struct {
	Flow       *Flow // as it was tried
	Problems   []Problem
	Warnings   []Problem
	Obstacles  []Reason // what would keep it from running or sending like this today; the preview goes on in spite of them
	Matches    []PreviewMatch
	Executions []*ExecutionPreview // one for each event that would start one, or the one that a run by hand would be
}

// PreviewMatch is what an event says of the rows.
type PreviewMatch struct {
	EventKey  int64
	Evaluated EvaluationTime
	Fired     *bool   // nil: undecided
	Reason    *Reason // why it did not fire; nil if it did
	Rows      []RowMatch
}

// ExecutionPreview is what an execution would be.
type ExecutionPreview struct {
	Trigger       ExecutionTrigger
	EventKey      int64
	OccurrenceKey int64
	Subject       string
	Outcome       ExecutionOutcome // that it would have, if the provider takes what is sent
	Reason        *Reason          // why it would fail or be skipped as a whole
	RowCount      int              // rows that the source query found
	KeptCount     int              // that passed the filter
	Fetch         *Fetch           // what its source would be asked; nil if it has none to ask
	Rows          []PreviewRow     // some of them, those that passed the filter first
	More          int              // rows that are not among them
	Hidden        []Hidden
}

// Deliveries are those of all its rows.
func (e *ExecutionPreview) Deliveries() (list []*DeliveryPreview) {
	for i := range e.Rows {
		list = append(list, e.Rows[i].Deliveries...)
	}
	return list
}

// PreviewRow is what would become of a row.
type PreviewRow struct {
	Record     string
	Kept       bool      // by the flow's filter
	Trace      []Verdict // what every term of the filter says
	Deliveries []*DeliveryPreview
}

// DeliveryPreview is what a message would be.
type DeliveryPreview struct {
	Delivery          // its state is the one that it would get: PENDING if it would go out, or what keeps it from that
	Names    []string // of the values; nil if they have positions
	Text     string   // as the recipient would read it; empty if the connector does not know
	Request  json.RawMessage
	Problems []Problem // with paths into the flow, or into the message as the connector names them
	Adjusted []Adjustment
}

// MessagePreview is what a connector says of a message that it does not send.
type MessagePreview struct {
	Text      string
	Recipient string // as it would go to the provider
	Request   json.RawMessage
	Problems  []Problem
	Adjusted  []Adjustment

	HeldCategory string // it would not be sent, since it is of this one of the handover's HeldCategories
}

// Adjustment is what a connector changes in a message so that the provider takes it.
type Adjustment struct {
	Path   string `json:"path"`   // "values[3]"
	Reason string `json:"reason"` // the connector's code
	Sent   string `json:"sent"`   // what is sent instead
}

// TestInput is how one test message is to be sent.
type TestInput struct {
	Sample    Sample
	Target    int `json:",omitempty"` // the place of the target whose message it is
	Recipient string
	ID        string // the caller's own: the same one again is a repeat; may be empty
}

// FlowTest is a test message.
type FlowTest struct {
	Execution *Execution
	Delivery  *Delivery
	Repeat    bool // the same had been asked for before; nothing was sent again
}
