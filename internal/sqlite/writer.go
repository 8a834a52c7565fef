package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// The writer's bounds. A batch is one transaction; a longer one makes the first caller wait for the last.
const (
	writerQueue = 1024 // callers that can wait for their turn before Write blocks
	maxBatch    = 256  // functions in one transaction
)

// writer runs functions of many callers in one transaction each batch: an fsync costs the same for one row and for a
// hundred.
type writer struct {
	db        *DB
	c         *conn
	queue     chan *job
	done      chan struct{}
	err       error // of closing the connection; read after done
	seq       int64 // last number of the journal
	lines     int   // of the larger ones of the last transactions: the next may have as many
	committed func([]hub.Change)
	meters    commitMeters
	lately    lately

	// references remembers records that others refer to. What a transaction read that did not last must be forgotten.
	references map[recordName]hub.Fields

	suppressed known // recipients to be left alone
}

type job struct {
	fn    func(*Tx) error
	err   error
	reply chan error
}

// errClosed is what Write answers when the database is closed.
var errClosed = &hub.Error{Code: hub.CodeUnavailable, Message: "the hub is shutting down; try again in a moment"}

func newWriter(ctx context.Context, db *DB, path string, o Options) (*writer, error) {
	c, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	c.raw = disturbed(c.raw, false, o.Calls)
	w := &writer{db: db, c: c, queue: make(chan *job, writerQueue), done: make(chan struct{}), committed: o.Committed,
		meters: newCommitMeters(), references: map[recordName]hub.Fields{}}
	if err := w.resume(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	go w.run()
	return w, nil
}

// resume reads where the journal and the keys left off.
func (w *writer) resume() error {
	if err := w.c.each("SELECT max(coalesce((SELECT max(seq) FROM changes), 0), coalesce((SELECT upto FROM prune_walks WHERE kind = 'JOURNAL_FLOOR'), 0))", nil, func(r scanner) error { return r.Scan(&w.seq) }); err != nil {
		return err
	}
	for _, table := range []string{"occurrences", "executions", "deliveries", "records", "flows", "events", "groups", "consumers", "integrations", "receipts", "callbacks", "audit", "suppressions"} {
		var last int64
		if err := w.c.each("SELECT coalesce(max(key), 0) FROM "+table, nil, func(r scanner) error { return r.Scan(&last) }); err != nil {
			return err
		}
		hub.SeedKeys(last)
	}
	return w.rememberSuppressed()
}

// Write runs fn inside a transaction that it shares with other callers, and returns after the commit. An error of fn
// undoes what fn wrote; the others are untouched by it. fn may be run twice (when another function of its batch fails),
// so it must set anew whatever it hands out. ctx ends the wait for a turn, never a function that has begun.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	j := &job{fn: fn, reply: make(chan error, 1)}
	select {
	case <-db.w.done:
		return errClosed
	default:
	}
	select {
	case db.w.queue <- j:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-db.w.done:
		return errClosed
	}
	select {
	case err := <-j.reply:
		return err
	case <-db.w.done:
		// The writer ended; it answered everything it took before it did.
		select {
		case err := <-j.reply:
			return err
		default:
			return errClosed
		}
	}
}

func (w *writer) close() error {
	select {
	case w.queue <- nil: // after everything that is queued
		<-w.done
	case <-w.done:
	}
	return w.err
}

func (w *writer) run() {
	defer close(w.done)
	batch := make([]*job, 0, maxBatch)
	for closing := false; !closing; {
		batch, closing = w.collect(batch[:0])
		if len(batch) > 0 {
			w.commit(batch)
		}
	}
	w.err = w.c.close()
}

// collect waits for a first job and takes along whatever else waits. closing says that no more come.
func (w *writer) collect(batch []*job) (_ []*job, closing bool) {
	first := <-w.queue
	if first == nil {
		return batch, true
	}
	batch = append(batch, first)
	for len(batch) < maxBatch {
		select {
		case j := <-w.queue:
			if j == nil {
				return batch, true
			}
			batch = append(batch, j)
		default:
			return batch, false
		}
	}
	return batch, false
}

// commit runs a batch in one transaction and answers everybody in it. The first way takes no savepoints, which cost more
// than the rows; only when a function fails after it wrote something, or meets a fault of the store, is the batch run again, each
// behind its own: that of a transaction that is gone cannot be released, so nothing is taken for kept.
func (w *writer) commit(batch []*job) {
	began := time.Now()
	tx, dirty, err := w.attempt(batch, false)
	if dirty {
		tx, _, err = w.attempt(batch, true)
	}
	if err != nil {
		err = storeError(err)
		w.meters.failed.Add(1)
		w.db.noteFault(err)
		for _, j := range batch {
			j.reply <- err
		}
		return
	}
	w.meters.observe(time.Since(began), len(batch))
	w.lately.add(tx.now, &tx.activity)
	if tx.config {
		w.db.config.Add(1)
		w.db.callers.forget()
		w.db.rights.wake()
	}
	if len(tx.changes) > 0 && w.committed != nil {
		w.committed(tx.changes)
	}
	for _, hook := range tx.hooks {
		hook()
	}
	for _, j := range batch {
		w.db.noteFault(j.err)
		j.reply <- j.err
	}
}

// attempt runs the batch in a transaction. dirty says that a function failed after writing or met a fault of the store, so nothing was
// kept. err is a failure of the transaction itself.
func (w *writer) attempt(batch []*job, savepoints bool) (tx *Tx, dirty bool, err error) {
	w.c.faulted = false
	tx = &Tx{db: w.db, c: w.c, now: time.Now().UTC().Truncate(time.Millisecond), seq: w.seq, changes: make([]hub.Change, 0, w.lines)}
	if err := w.c.control("BEGIN IMMEDIATE"); err != nil {
		w.rollback() // should the last transaction still hang, the next batch begins afresh
		return tx, false, err
	}
	for _, j := range batch {
		if dirty, err = tx.runJob(j, savepoints); dirty || err != nil {
			w.rollback()
			return tx, dirty, err
		}
	}
	if err = tx.flush(); err == nil {
		err = tx.happened()
	}
	if err == nil {
		err = w.c.control("COMMIT")
	}
	if err != nil {
		w.rollback()
		return tx, false, err
	}
	w.seq, w.lines = tx.seq, max(len(tx.changes), w.lines-w.lines/8)
	return tx, false, nil
}

// rollback ends a transaction. SQLite may have ended it by itself, as it does when the disk is full: then there is none,
// and that is what was wanted.
func (w *writer) rollback() {
	_ = w.c.control("ROLLBACK")
	clear(w.references)
}

func (tx *Tx) runJob(j *job, savepoint bool) (dirty bool, err error) {
	if savepoint {
		if err := tx.c.control("SAVEPOINT job"); err != nil {
			return false, err
		}
	}
	mark, ran := tx.mark(), tx.c.ran
	tx.passed = tx.passed[:0]
	j.err = runGuarded(j.fn, tx)
	switch {
	case tx.c.faulted && !savepoint:
		return true, nil // SQLite may have given the transaction up, even because of a read; what follows would stand outside of it
	case j.err == nil && savepoint:
		return false, tx.c.control("RELEASE job")
	case j.err == nil:
		return false, nil
	case savepoint:
		tx.reset(mark)
		clear(tx.db.w.references)
		return false, errors.Join(tx.c.control("ROLLBACK TO job"), tx.c.control("RELEASE job"))
	case tx.c.ran == ran:
		tx.reset(mark)
		return false, nil // it failed before it wrote anything
	}
	return true, nil
}

// runGuarded keeps a panic of one caller from taking the writer, and with it the hub, down.
func runGuarded(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
			tx.c.ran++ // whatever it wrote must go
		}
	}()
	if err := fn(tx); err != nil || len(tx.passed) == 0 {
		return err
	}
	return tx.wakePassed()
}
