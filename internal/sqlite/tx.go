package sqlite

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Tx is a transaction of the writer, valid inside the function that was handed to [DB.Write] and nowhere else. Its
// methods ask no Caller: whoever composes them did.
type Tx struct {
	db       *DB
	c        *conn
	now      time.Time
	seq      int64
	changes  []hub.Change
	attempts hub.AttemptActivity // that ended
	activity hub.Activity        // of the whole batch, once it is added up
	hooks    []func()
	passed   []passed
	config   bool
	lines    []byte // of the journal row being written
}

// Now is the time of the transaction: everything that it writes bears the same.
func (tx *Tx) Now() time.Time { return tx.now }

// AfterCommit calls fn once the transaction is durable, before its callers are answered. fn must not block; it is not
// called when the function that asked for it fails.
func (tx *Tx) AfterCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// configured notes that this transaction changed configuration.
func (tx *Tx) configured() { tx.config = true }

// ConfigChanged says whether configuration was changed earlier in this same transaction, so that DB.ConfigVersion does not
// tell it yet.
func (tx *Tx) ConfigChanged() bool { return tx.config }

func (tx *Tx) exec(query string, args ...any) error {
	_, err := tx.c.exec(query, args...)
	return err
}

// one runs a statement that must change exactly one row; changed is false when it changed none.
func (tx *Tx) one(query string, args ...any) (changed bool, err error) {
	n, err := tx.c.exec(query, args...)
	return n == 1, err
}

func (tx *Tx) each(query string, args []any, row func(scanner) error) error {
	return tx.c.each(query, args, row)
}

// get reads one row; found is false when there is none.
func (tx *Tx) get(query string, args []any, dest ...any) (found bool, err error) {
	err = tx.c.each(query, args, func(r scanner) error {
		found = true
		return r.Scan(dest...)
	})
	return found, err
}

type mark struct {
	changes, hooks int
	attempts       hub.AttemptActivity
	seq            int64
	config         bool
}

func (tx *Tx) mark() mark {
	return mark{len(tx.changes), len(tx.hooks), tx.attempts, tx.seq, tx.config}
}

func (tx *Tx) reset(m mark) {
	tx.changes, tx.hooks = tx.changes[:m.changes], tx.hooks[:m.hooks]
	tx.attempts, tx.seq, tx.config = m.attempts, m.seq, m.config
}

// Change adds a line to the journal: Seq and At are given by the transaction, Root is the subject itself if it is 0.
func (tx *Tx) Change(c hub.Change) {
	tx.seq++
	c.Seq, c.At = tx.seq, tx.now
	if c.Root == 0 {
		c.Root = c.Key
	}
	if c.Aspect == "" {
		c.Aspect = hub.AspectState
	}
	tx.changes = append(tx.changes, c)
}
