package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// CauseInsert notes that an occurrence came of a cause; fresh is false if one came of it before, and nothing is noted then.
func (tx *Tx) CauseInsert(cause string, occurrence int64) (fresh bool, err error) {
	return tx.one("INSERT INTO causes (cause, state, occurrence, at) VALUES (?, '', ?, ?) ON CONFLICT (cause) DO NOTHING", cause, occurrence, ms(tx.now))
}

// Trail reads the trail that is kept under a name; an empty one if there is none.
func (tx *Tx) Trail(name string) (trail hub.Trail, err error) {
	_, err = tx.get("SELECT state FROM causes WHERE cause = ?", []any{name}, document{&trail})
	return trail, err
}

// TrailSave keeps a trail under a name.
func (tx *Tx) TrailSave(name string, trail hub.Trail) error {
	return tx.exec("INSERT INTO causes (cause, state, occurrence, at) VALUES (?, ?, 0, ?) ON CONFLICT (cause) DO UPDATE SET state = excluded.state, at = excluded.at",
		name, doc(trail), ms(tx.now))
}

// SubjectHasOther says whether a record of a type other than the one of this name belongs to the subject.
func (tx *Tx) SubjectHasOther(typ, subject, name string) (bool, error) {
	var one int
	return tx.get("SELECT 1 FROM records WHERE type = ? AND subject = ? AND subject <> '' AND name <> ? LIMIT 1", []any{typ, subject, name}, &one)
}

// DueRecords reads records about which the clock has something to say, those that have waited for longest first.
func (tx *Tx) DueRecords(limit int) (list []*hub.Record, err error) {
	err = tx.each("SELECT "+recordColumns+" FROM records WHERE due_at <= ? ORDER BY due_at, key LIMIT ?", []any{ms(tx.now), limit},
		func(r scanner) error {
			rec, err := scanRecord(r)
			list = append(list, rec)
			return err
		})
	return list, err
}

// RecordDue sets when the clock next has something to say about a record; zero: never.
func (tx *Tx) RecordDue(key int64, due time.Time) error {
	return tx.exec("UPDATE records SET due_at = ? WHERE key = ?", ms(due), key)
}

// RecordIndex notes how pickers find a record and when the clock next has something to say about it.
func (tx *Tx) RecordIndex(key int64, folded string, due time.Time) error {
	return tx.exec("UPDATE records SET folded = ?, due_at = ? WHERE key = ?", folded, ms(due), key)
}

// RecordDueIfNone sets when the clock next has something to say about a record of which it has nothing to say as yet.
func (tx *Tx) RecordDueIfNone(typ, name string, due time.Time) error {
	return tx.exec("UPDATE records SET due_at = ? WHERE type = ? AND name = ? AND due_at IS NULL", ms(due), typ, name)
}

// NextRecordDue is when the clock next has something to say about a record; zero if never.
func (db *DB) NextRecordDue(ctx context.Context) (due time.Time, err error) {
	err = db.reads(ctx)("SELECT min(due_at) FROM records WHERE due_at IS NOT NULL", nil, func(r scanner) error { return r.Scan(millis{&due}) })
	return due, err
}

// Disclosed leaves out of occurrences that were read inside a transaction those that the caller may not see, and of the
// others what it may not.
func (db *DB) Disclosed(ctx context.Context, c hub.Caller, list []*hub.Occurrence) ([]*hub.Occurrence, error) {
	types := db.eventTypes()
	var out []*hub.Occurrence
	for _, o := range list {
		if types.may(c, o.Type) {
			out = append(out, o)
		}
	}
	return out, disclosing(ctx, c, out, db.redact)
}

// Fields reads the fields of a record from their JSON text; numbers stay as they were written.
func Fields(data string) (fields hub.Fields, err error) {
	err = decodeNumbers([]byte(data), &fields)
	return fields, err
}
