package hub

import (
	"time"

	"github.com/recado-hub/recado/internal/condition"
)

// Occurrence is one thing that happened, as it came in. It never changes, but for losing what it brought when that has been
// kept for long enough.
type Occurrence struct {
	Key         int64
	ConsumerKey int64  // who sent it
	Source      string // CloudEvents source: with consumer and Name its idempotency key
	Name        string // CloudEvents id
	Type        string // event type of the catalogue
	Subject     string // key of the main record, such as a work order's folio
	Time        time.Time
	ReceivedAt  time.Time
	Hash        []byte // of the content: tells a repeat from another body under the same id
	Records     []RecordInput
	Extensions  Fields // the extension attributes with which it came: text, numbers and booleans; nil: none
	Matches     []Match
	EmptiedAt   *time.Time // when its records, and what was told of them in its matches, were taken away; nil: they are there
	Bare        bool       // Records and Matches were not read
}

// ID is the public id.
func (o *Occurrence) ID() string { return ID(KindOccurrence, o.Key) }

// PayloadsPruned says whether what it brought has not been kept.
func (o *Occurrence) PayloadsPruned() bool { return o.EmptiedAt != nil }

// RecordInput is a record that an occurrence brings or a caller writes.
type RecordInput struct {
	Type string `json:"type"`
	Name string `json:"key"`
	Data Fields `json:"data"`

	// SourceUpdatedAt is when the sender's own copy became so; zero if it does not say. It orders what comes: see [JudgeWrite].
	SourceUpdatedAt time.Time `json:"sourceUpdatedAt,omitzero"`
}

// OccurrenceInput is what publishing an occurrence needs: the attributes of a CloudEvent (CloudEvents 1.0) and its data.
type OccurrenceInput struct {
	Source  string
	ID      string
	Type    string
	Subject string
	Time    time.Time // zero: when it was received
	Records []RecordInput
	Derive  *bool // false: notice nothing by itself in the records that it brings; nil: notice
	Trace   Trace // to which it belongs, if it says so itself; it is no part of the content

	// Extensions are extension attributes, which are kept and mean nothing to the hub: text, json.Number or boolean. They are no part
	// of the content either, since whoever passes an event on may add some.
	Extensions Fields

	extended                int // their size
	traceparent, tracestate string
}

// The sources of what the hub notices by itself. Nobody else may publish under them.
const (
	OwnSource     = "/recado/"
	SourceDerived = OwnSource + "derived" // in a record that was written
	SourceClock   = OwnSource + "clock"   // because of the time
)

// Limits of occurrences.
const (
	MaxAttribute        = 256     // bytes of source, id, subject
	MaxOccurrenceBytes  = 1 << 20 // of the body of one event
	MaxOccurrenceRecord = 500     // records in one occurrence
	MaxExtensionBytes   = 8 << 10 // of the extension attributes of one event, with their names
	MaxBatchBytes       = 4 << 20 // of the body of a batch of events
	MaxBatchEvents      = 1000    // in a batch
)

// Match is what an enabled event made of an occurrence: fired or not, with the trace of its terms, and what came of it.
type Match struct {
	EventKey     int64           `json:"event"`
	EventVersion int             `json:"version"`
	Fired        bool            `json:"fired"`
	Reason       *Reason         `json:"reason,omitempty"` // why it could not be asked at all
	Cut          bool            `json:"cut,omitempty"`    // there was too much to keep all of it: rows that did not satisfy the terms, or verdicts, were left out
	Rows         []RowMatch      `json:"rows,omitempty"`
	Executions   []int64         `json:"executions,omitempty"`
	Skipped      []SkippedAction `json:"skipped,omitempty"`
}

// RowMatch is what the terms of an event said of one row: satisfied or not, and why.
type RowMatch struct {
	Record string    `json:"record"` // name of the record
	True   bool      `json:"true"`
	Trace  []Verdict `json:"trace,omitempty"`
}

// Verdict is what became of a term, for who may see it: a verdict of package condition, which says what each field means.
type Verdict struct {
	Field     string       `json:"f"`
	Operation Operation    `json:"o"`
	Want      any          `json:"w"`
	Got       any          `json:"g"`
	Before    any          `json:"b,omitempty"`
	Present   bool         `json:"p"`
	True      bool         `json:"t"`
	Unknown   bool         `json:"u,omitempty"`
	Path      string       `json:"a,omitempty"`
	Needs     []Permission `json:"-"` // what was left out would need each of these; nil if nothing was
}

// Verdicts is a trace of which nothing is hidden.
func Verdicts(trace condition.Trace) []Verdict {
	list := make([]Verdict, len(trace))
	for i, v := range trace {
		list[i] = Verdict{Field: v.Field, Operation: Operation(v.Operation), Want: v.Want, Got: v.Got, Before: v.Before,
			Present: v.Present, True: v.True, Unknown: v.Unknown, Path: v.Path}
	}
	return list
}

// Hide leaves out what the term found, and what became of it, which would tell. Nothing needed, nothing hidden.
func (v *Verdict) Hide(needs []Permission) {
	if len(needs) > 0 {
		v.Needs, v.Got, v.Before, v.Present, v.True, v.Unknown = needs, nil, nil, false, false, false
	}
}

// MaxVerdicts is how many verdicts are kept with one occurrence, those of all events and rows together. Beyond them it is kept which rows
// satisfied an event's terms, and nothing of the others.
const MaxVerdicts = 2000

// SkippedAction is a flow that a fired event did not run, and why.
type SkippedAction struct {
	FlowKey int64  `json:"flow"`
	Reason  Reason `json:"reason"`
}

// Published is what became of an occurrence that was published: it is readable when the caller gets this.
type Published struct {
	Occurrence *Occurrence
	Executions []*Execution
	Repeat     bool // the same occurrence had come before; this is the first one

	Records []RecordOutcome // what became of each record that it brought, in their order; nil for a repeat
	Derived []*Occurrence   // what the hub noticed by itself in those records
}
