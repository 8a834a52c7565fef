package hub

import "time"

// RecordOutcome says what became of a record that came in.
type RecordOutcome string

// The outcomes of writing a record.
const (
	RecordWritten   RecordOutcome = "WRITTEN"   // it is new, or its content changed
	RecordUnchanged RecordOutcome = "UNCHANGED" // the hub had it so already
	RecordStale     RecordOutcome = "STALE"     // the hub has a newer state; what came was left out
)

// RecordsInput is a batch of records to write.
type RecordsInput struct {
	Records []RecordInput
	Merge   bool // change only the fields that are given, null empties one; else the record becomes what is given
	Silent  bool // notice nothing by itself in what is written
}

// RecordResult is what became of a record, which is as it is now.
type RecordResult struct {
	Record  *Record
	Outcome RecordOutcome
}

// Upserted is what became of a batch of records.
type Upserted struct {
	Results []RecordResult // in the order of the batch
	Derived []*Occurrence  // what the hub noticed by itself
}

// RecordVersion is a state that a record was in.
type RecordVersion struct {
	Version         int
	Data            Fields
	At              time.Time // since when it was so
	SourceUpdatedAt time.Time // as the sender said; zero if it did not
	ConsumerKey     int64     // who wrote it; 0 if that is not known
	OccurrenceKey   int64     // which brought it; 0 if none did
	Changed         []string  // the fields that differ from the state before, sorted; nil if that is not kept any more
}

// RecordVersions is how many states of a record are kept beside the one that it is in.
const RecordVersions = 20

// JudgeWrite says what is to become of a record of which the hub has a state already. stored and came are the times that
// the sender gave for the two, zero where it gave none; same says that the content is equal.
//
// Times only ever order: what is older than the stored state is STALE, whatever it holds. The same time with another
// content is a CONFLICT, since nobody can say which of the two is right. Without a time, the last one to come wins.
func JudgeWrite(stored, came time.Time, same bool) (RecordOutcome, error) {
	if !stored.IsZero() && !came.IsZero() {
		switch d := came.Compare(stored); {
		case d < 0:
			return RecordStale, nil
		case d == 0 && !same:
			return "", Conflict("sourceUpdatedAt", "the hub has another content of this record under the same time %s; send it with the time of its last change",
				came.UTC().Format(time.RFC3339Nano))
		}
	}
	if same {
		return RecordUnchanged, nil
	}
	return RecordWritten, nil
}
