package hub

import "time"

// FlowVersion is a flow as it was saved at one time. It never changes.
type FlowVersion struct {
	FlowKey      int64
	Version      int
	Description  string
	Definition   FlowDefinition
	SavedByKey   int64 // the consumer that saved it, which may be gone
	SavedAt      time.Time
	RestoredFrom int // the version whose definition a rollback brought back; 0 if none did
}

// FlowVersionKey names a version of a flow.
type FlowVersionKey struct {
	FlowKey int64
	Version int
}
