package sqlite

import (
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// RecordWrite is a record to be stored.
type RecordWrite struct {
	Type, Name, Subject string
	Data                string // its fields as JSON text
	Folded              string // how pickers find it; empty if nothing refers to its type
	SourceUpdatedAt     time.Time
	DueAt               time.Time // when the clock next has something to say about it; zero: never
	Consumer            int64     // who writes it
	Occurrence          int64     // which brings it; 0 for none
}

// RecordStored is what became of it.
type RecordStored struct {
	Outcome hub.RecordOutcome
	New     bool
	Version int
	Before  string    // the fields before as JSON text; empty if the record is new or its content is the same
	Since   time.Time // when it became what it was before; zero if it is new
}

// RecordWrite writes a record as it is now: a new one, or in place of the older state, which goes into the history. When
// there is one already, edit is asked first, and its error is returned. [hub.JudgeWrite] says what becomes of it.
func (tx *Tx) RecordWrite(w RecordWrite, edit func() error) (RecordStored, error) {
	now := ms(tx.now)
	inserted, err := tx.one("INSERT INTO records (key, type, name, subject, version, data, created_at, updated_at, source_at, consumer, occurrence, folded, due_at) "+
		"VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (type, name) DO NOTHING",
		hub.NewKey(tx.now), w.Type, w.Name, w.Subject, w.Data, now, now, micros{&w.SourceUpdatedAt}.value(), w.Consumer, w.Occurrence, w.Folded, ms(w.DueAt))
	if err != nil || inserted {
		return RecordStored{Outcome: hub.RecordWritten, New: true, Version: 1}, err
	}
	if err := edit(); err != nil {
		return RecordStored{}, err
	}
	return tx.recordReplace(w)
}

func (tx *Tx) recordReplace(w RecordWrite) (RecordStored, error) {
	var key int64
	var source time.Time
	var before text[string]
	s := RecordStored{}
	before.s = &s.Before
	// The old fields are read only if they are others: most of what comes again is the same.
	if _, err := tx.get("SELECT key, version, source_at, updated_at, CASE WHEN data <> ? THEN data END FROM records WHERE type = ? AND name = ?",
		[]any{w.Data, w.Type, w.Name}, &key, &s.Version, micros{&source}, millis{&s.Since}, before); err != nil {
		return s, err
	}
	var err error
	// Subjects follow from the data, so the data alone says whether something changed.
	s.Outcome, err = hub.JudgeWrite(source, w.SourceUpdatedAt.Truncate(time.Microsecond), s.Before == "")
	switch {
	case err != nil:
		return s, err
	case s.Outcome == hub.RecordUnchanged && w.SourceUpdatedAt.After(source):
		return s, tx.exec("UPDATE records SET source_at = ? WHERE key = ?", micros{&w.SourceUpdatedAt}.value(), key)
	case s.Outcome != hub.RecordWritten:
		s.Before = ""
		return s, nil
	}
	s.Version++
	return s, tx.recordUpdate(key, s.Version, w)
}

// recordUpdate puts the stored state into the history and writes the new one in its place.
func (tx *Tx) recordUpdate(key int64, version int, w RecordWrite) error {
	delete(tx.db.w.references, recordName{w.Type, w.Name})
	if err := tx.exec("INSERT INTO record_versions (record, version, data, at, source_at, consumer, occurrence) "+
		"SELECT key, version, data, updated_at, source_at, consumer, occurrence FROM records WHERE key = ?", key); err != nil {
		return err
	}
	if old := version - 1 - hub.RecordVersions; old > 0 {
		if err := tx.exec("DELETE FROM record_versions WHERE record = ? AND version <= ?", key, old); err != nil {
			return err
		}
	}
	return tx.exec("UPDATE records SET subject = ?, data = ?, version = ?, updated_at = ?, source_at = coalesce(?, source_at), consumer = ?, occurrence = ?, folded = ?, due_at = ? WHERE key = ?",
		w.Subject, w.Data, version, ms(tx.now), micros{&w.SourceUpdatedAt}.value(), w.Consumer, w.Occurrence, w.Folded, ms(w.DueAt), key)
}

// micros reads and writes a time as microseconds; a zero time is NULL. The senders' own times are so fine, and they are
// compared.
type micros struct{ t *time.Time }

// Scan reads microseconds into the time.
func (m micros) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*m.t = time.Time{}
	case int64:
		*m.t = time.UnixMicro(n).UTC()
	default:
		return fmt.Errorf("a %T is no time", v)
	}
	return nil
}

func (m micros) value() any {
	if m.t.IsZero() {
		return nil
	}
	return m.t.UnixMicro()
}
