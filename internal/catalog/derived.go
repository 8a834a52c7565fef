package catalog

import "github.com/recado-hub/recado/internal/hub"

// Derived says how the hub notices an event by itself: what it looks at, when, and what can be set. It is a rule and no
// code, so that the next one is a line of data.
type Derived struct {
	On     DerivedOn   `json:"on"`
	Kind   DerivedKind `json:"kind"`
	Field  string      `json:"field,omitempty"`  // a path of the record: what is looked at
	Values []any       `json:"values,omitempty"` // of BECAME: the values, text, true or false, or int64
	New    bool        `json:"new,omitempty"`    // a record that is new counts too, as one that had nothing in the field before
	Low    string      `json:"low,omitempty"`    // of FELL_UNDER and OUT_OF_RANGE: the path of the lower limit
	High   string      `json:"high,omitempty"`   // of ROSE_OVER and OUT_OF_RANGE: the path of the upper limit
	Where  []hub.Term  `json:"where,omitempty"`  // the record has to satisfy all of these as well
	Per    DerivedPer  `json:"per"`

	Settings []Field `json:"settings,omitempty"` // what can be set, each with its default: days_after or days_before of DUE
}

// Terms are Where as terms that can be compiled.
func (d *Derived) Terms() hub.Terms {
	if len(d.Where) == 0 {
		return hub.Terms{Mode: hub.ModeNone}
	}
	return hub.Terms{Mode: hub.ModeAll, Terms: d.Where}
}

// DerivedOn says when the hub looks.
type DerivedOn string

// The moments of looking.
const (
	DerivedUpsert DerivedOn = "UPSERT" // when a record is written
	DerivedClock  DerivedOn = "CLOCK"  // when time has passed
)

// DerivedKind says what the hub looks for.
type DerivedKind string

// The kinds.
const (
	DerivedCreated    DerivedKind = "CREATED"      // the record is new
	DerivedChanged    DerivedKind = "CHANGED"      // the field has another value than before and is not empty
	DerivedBecame     DerivedKind = "BECAME"       // the field has one of the values and had none of them before
	DerivedAdded      DerivedKind = "ADDED"        // the list of the field has an element that it had not
	DerivedRemoved    DerivedKind = "REMOVED"      // the list of the field lacks an element that it had
	DerivedOutOfRange DerivedKind = "OUT_OF_RANGE" // the number of the field is under Low or over High
	DerivedFellUnder  DerivedKind = "FELL_UNDER"   // the number of the field is under Low, and was not before
	DerivedRoseOver   DerivedKind = "ROSE_OVER"    // the number of the field is over High, and was not before
	DerivedDue        DerivedKind = "DUE"          // the time of the field, later by the setting days_after, or earlier by each of days_before, has come
)

// DerivedPer says what an event is about: how often one cause counts.
type DerivedPer string

// What one cause is counted by.
const (
	PerRecord  DerivedPer = "RECORD"  // once for each record
	PerSubject DerivedPer = "SUBJECT" // once for what the records belong to, such as the work order of several tasks
)
