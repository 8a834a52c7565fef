package sqlite

import "time"

// BulkPace names a call on many objects whose work is spread over time: who made it, what it does, and the caller's own name of it.
type BulkPace struct {
	ConsumerKey int64
	Kind        BulkKind
	Name        string
}

// BulkKind is what such a call does.
type BulkKind string

// The kinds of calls that keep a pace.
const (
	BulkRetry  BulkKind = "RETRY"
	BulkReplay BulkKind = "REPLAY"
)

// BulkUntil is when the last of what calls of that name have made goes; the zero time if all of it went already.
func (tx *Tx) BulkUntil(p BulkPace) (until time.Time, err error) {
	_, err = tx.get("SELECT until FROM bulk_paces WHERE consumer = ? AND kind = ? AND name = ? AND until > ?", []any{p.ConsumerKey, string(p.Kind), p.Name, ms(tx.now)}, millis{&until})
	return until, err
}

// BulkGoesOn notes that what calls of that name have made goes until then, and forgets those whose time has passed.
func (tx *Tx) BulkGoesOn(p BulkPace, until time.Time) error {
	if err := tx.exec("DELETE FROM bulk_paces WHERE until <= ?", ms(tx.now)); err != nil {
		return err
	}
	return tx.exec("INSERT INTO bulk_paces (consumer, name, kind, until) VALUES (?, ?, ?, ?) ON CONFLICT (consumer, name, kind) DO UPDATE SET until = max(until, excluded.until)",
		p.ConsumerKey, p.Name, string(p.Kind), ms(until))
}
