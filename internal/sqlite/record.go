package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/recado-hub/recado/internal/hub"
)

const recordColumns = "key, type, name, subject, version, data, created_at, updated_at, source_at, consumer, occurrence"

func scanRecord(r scanner) (*hub.Record, error) {
	rec := &hub.Record{}
	var data string
	err := r.Scan(&rec.Key, &rec.Type, &rec.Name, &rec.Subject, &rec.Version, &data, millis{&rec.CreatedAt}, millis{&rec.UpdatedAt},
		micros{&rec.SourceUpdatedAt}, &rec.ConsumerKey, &rec.OccurrenceKey)
	if err == nil {
		err = decodeNumbers([]byte(data), &rec.Data)
	}
	return rec, err
}

// Record reads a record by type and name; nil if there is none.
func (tx *Tx) Record(typ, name string) (rec *hub.Record, err error) {
	err = tx.each("SELECT "+recordColumns+" FROM records WHERE type = ? AND name = ?", []any{typ, name},
		func(r scanner) (err error) { rec, err = scanRecord(r); return err })
	return rec, err
}

// maxReferences bounds the memory of Reference; beyond it, it begins anew.
const maxReferences = 4096

// Reference reads the fields of a record to which others refer, such as the person who is responsible; nil if there is none.
// The same few are read again and again, so they are remembered: every write goes through this one connection, which
// therefore knows when one changes. The fields are shared: whoever reads them must not change them.
func (tx *Tx) Reference(typ, name string) (hub.Fields, error) {
	known := tx.db.w.references
	key := recordName{typ, name}
	if fields, ok := known[key]; ok {
		return fields, nil
	}
	rec, err := tx.Record(typ, name)
	if err != nil || rec == nil {
		return nil, err
	}
	if len(known) >= maxReferences {
		clear(known)
	}
	known[key] = rec.Data
	return rec.Data, nil
}

type recordName struct{ typ, name string }

// RecordsOfSubject reads the records of a type that belong to a subject, oldest first, at most limit.
func (tx *Tx) RecordsOfSubject(typ, subject string, limit int) (list []*hub.Record, err error) {
	err = tx.each("SELECT "+recordColumns+" FROM records WHERE type = ? AND subject = ? AND subject <> '' ORDER BY key LIMIT ?", []any{typ, subject, limit},
		func(r scanner) error {
			rec, err := scanRecord(r)
			list = append(list, rec)
			return err
		})
	return list, err
}

// NewestOfSubject reads the records of a type that belong to a subject and came in last, at most limit.
func (tx *Tx) NewestOfSubject(typ, subject string, limit int) (list []*hub.Record, err error) {
	err = tx.each("SELECT "+recordColumns+" FROM records WHERE type = ? AND subject = ? AND subject <> '' ORDER BY key DESC LIMIT ?", []any{typ, subject, limit},
		func(r scanner) error {
			rec, err := scanRecord(r)
			list = append(list, rec)
			return err
		})
	return list, err
}

// RecordData reads the fields of a record by type and name; nil if there is none. It asks nobody: the engine asks for the
// rights of the flow's consumer.
func (db *DB) RecordData(ctx context.Context, typ, name string) (hub.Fields, error) {
	var data string
	switch err := db.read.QueryRowContext(ctx, "SELECT data FROM records WHERE type = ? AND name = ?", typ, name).Scan(&data); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fault(err)
	}
	var fields hub.Fields
	return fields, decodeNumbers([]byte(data), &fields)
}

// RecordNow reads a record by type and name for the engine; nil if there is none. It asks nobody, as RecordData does not.
func (db *DB) RecordNow(ctx context.Context, typ, name string) (*hub.Record, error) {
	return first(readAll(db.reads(ctx), scanRecord, "SELECT "+recordColumns+" FROM records WHERE type = ? AND name = ?", typ, name))
}

// RecordsOfType reads the records of a type after a key, in the order of the keys, at most limit, for the engine: it asks
// nobody, since the engine asks for the rights of the flow's consumer.
func (db *DB) RecordsOfType(ctx context.Context, typ string, after int64, limit int) ([]*hub.Record, error) {
	return readAll(db.reads(ctx), scanRecord, recordsOfType, typ, after, limit)
}

// RecordsOfSubjectAfter is RecordsOfType for the records that belong to a subject.
func (db *DB) RecordsOfSubjectAfter(ctx context.Context, typ, subject string, after int64, limit int) ([]*hub.Record, error) {
	return readAll(db.reads(ctx), scanRecord, "SELECT "+recordColumns+" FROM records WHERE type = ? AND subject = ? AND subject <> '' AND key > ? ORDER BY key LIMIT ?", typ, subject, after, limit)
}

const recordsOfType = "SELECT " + recordColumns + " FROM records WHERE type = ? AND key > ? ORDER BY key LIMIT ?"

// RecordsByKey reads many records in the order of the keys: nil where there is none.
func (tx *Tx) RecordsByKey(keys []int64) ([]*hub.Record, error) { return records.byKey(tx.each, keys) }
