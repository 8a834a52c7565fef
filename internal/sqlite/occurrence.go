package sqlite

import (
	"bytes"
	"encoding/json"

	"github.com/recado-hub/recado/internal/hub"
)

const occurrenceColumns = "key, consumer, source, name, type, subject, time, received_at, hash, records, matches, extensions"

// occurrenceRead is what is read of an occurrence: also what only pruning writes.
const occurrenceRead = occurrenceColumns + ", emptied_at"

// occurrenceBare is what is read of an occurrence for who asks for none of its payloads, which can be a megabyte.
const occurrenceBare = "key, consumer, source, name, type, subject, time, received_at, hash, extensions, emptied_at"

func scanBare(r scanner) (*hub.Occurrence, error) {
	o := &hub.Occurrence{Bare: true}
	return o, r.Scan(&o.Key, &o.ConsumerKey, &o.Source, &o.Name, &o.Type, &o.Subject, millis{&o.Time}, millis{&o.ReceivedAt}, &o.Hash,
		maybeExact{&o.Extensions}, maybeMillis{&o.EmptiedAt})
}

func scanOccurrence(r scanner) (*hub.Occurrence, error) {
	o := &hub.Occurrence{}
	var records string
	err := r.Scan(&o.Key, &o.ConsumerKey, &o.Source, &o.Name, &o.Type, &o.Subject, millis{&o.Time}, millis{&o.ReceivedAt}, &o.Hash,
		&records, matchesColumn{&o.Matches}, maybeExact{&o.Extensions}, maybeMillis{&o.EmptiedAt})
	if err == nil {
		err = decodeNumbers([]byte(records), &o.Records)
	}
	return o, err
}

// decodeNumbers reads JSON and keeps numbers as they were written (json.Number): 7 stays 7, and long ids stay exact.
func decodeNumbers(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(v)
}

// OccurrenceInsert stores an occurrence with its matches; records is o.Records as JSON text, which the caller has made
// already. inserted is false when one with the same consumer, source and name is there; nothing is written then.
func (tx *Tx) OccurrenceInsert(o *hub.Occurrence, records string) (inserted bool, err error) {
	return tx.one("INSERT INTO occurrences ("+occurrenceColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consumer, source, name) DO NOTHING",
		o.Key, o.ConsumerKey, o.Source, o.Name, o.Type, o.Subject, ms(o.Time), ms(o.ReceivedAt), o.Hash, records, doc(packMatches(o.Matches)), maybeDoc(o.Extensions))
}

// maybeDoc writes fields as JSON text; NULL if there are none.
func maybeDoc(f hub.Fields) any {
	if len(f) == 0 {
		return nil
	}
	return doc(f)
}

// OccurrenceNamed reads the occurrence that a consumer published under a source and a name; nil if there is none.
func (tx *Tx) OccurrenceNamed(consumer int64, source, name string) (o *hub.Occurrence, err error) {
	err = tx.each("SELECT "+occurrenceRead+" FROM occurrences WHERE consumer = ? AND source = ? AND name = ?", []any{consumer, source, name},
		func(r scanner) (err error) { o, err = scanOccurrence(r); return err })
	return o, err
}
