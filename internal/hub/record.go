package hub

import "time"

// Record is the hub's copy of a maintenance object, typed by the catalogue and keyed by (type, name).
type Record struct {
	Key       int64
	Type      string // of the catalogue: "work_order_task"
	Name      string // the object's own key in its type, such as a task's id or a person's code
	Subject   string // what it belongs to, such as the folio of a task's work order; empty if its type has none
	Version   int    // counts the writes that changed it, from 1
	Data      Fields
	CreatedAt time.Time
	UpdatedAt time.Time

	SourceUpdatedAt time.Time // when the sender's own copy became so; zero if no sender has said
	ConsumerKey     int64     // who wrote this state; 0 if that is not known
	OccurrenceKey   int64     // which brought this state; 0 if none did
}

// ID is the public id.
func (r *Record) ID() string { return ID(KindRecord, r.Key) }

// RecordState is what a record holds at a version; version 0 is that of one that is not there.
type RecordState struct {
	Version int
	Data    Fields
}

// Fields is the data of a record: JSON-like values (text, json.Number or float64, bool, nil, lists, objects) by field.
type Fields map[string]any

// Limits of records.
const (
	MaxRecordName  = 200 // bytes
	MaxRecordBytes = 256 << 10
	MaxFields      = 500

	MaxClockAhead = 24 * time.Hour // of a sender's time of a record
)
