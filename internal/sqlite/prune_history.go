package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// ended is what pruning asks of an execution.
type ended struct {
	occurrence int64
	emptied    bool
	reason     *hub.Reason
}

const endedQuery = `SELECT state, outcome, updated_at, occurrence, emptied_at IS NOT NULL, reason,
	EXISTS (SELECT 1 FROM deliveries WHERE execution = e.key AND state || '' IN ('PENDING', 'SENDING', 'UNKNOWN')),
	EXISTS (SELECT 1 FROM replays r WHERE r.root = coalesce((SELECT root FROM replays WHERE execution = e.key), e.key) AND r.execution > e.key
		AND (? = 'HISTORY' OR (SELECT emptied_at FROM executions WHERE key = r.execution) IS NULL))
	FROM executions e WHERE key = ?`

// ended reads an execution that is old enough and at its end; nil if it is gone or is to stay for now. That is so while it is open,
// while it is not known what became of one of its messages, when it moved lately, and while a later execution replays it: those
// ask what was sent already.
func (p *pruning) ended(key int64) (*ended, error) {
	e := &ended{}
	var state hub.ExecutionState
	var outcome hub.ExecutionOutcome
	var updated time.Time
	var open, replayed bool
	found, err := p.tx.get(endedQuery, []any{string(p.task.Kind), key},
		text[hub.ExecutionState]{&state}, text[hub.ExecutionOutcome]{&outcome}, millis{&updated}, &e.occurrence, &e.emptied, document{&e.reason}, &open, &replayed)
	if err != nil || !found {
		return nil, err
	}
	if state == hub.Closed && outcome != hub.Unsettled && !open && !replayed && key < hub.KeyAt(p.task.Before) && updated.Before(p.task.Before) {
		return e, nil
	}
	p.passed = true
	return nil, p.tx.exec("INSERT INTO prune_later (kind, execution) VALUES (?, ?) ON CONFLICT DO NOTHING", string(p.task.Kind), key)
}

// execution deletes an execution with its deliveries, what became of them, and what the journal says of it all; and its occurrence
// if that is old enough and has no other. It is the last to go, so that a step that ends in between leaves it to be found.
func (p *pruning) execution(key int64) (whole bool, err error) {
	e, err := p.ended(key)
	if err != nil || e == nil {
		return true, err
	}
	deliveries, err := readAll(p.tx.each, scanKey, "SELECT key FROM deliveries WHERE execution = ? ORDER BY key LIMIT ?", key, pruneRows)
	if err != nil {
		return false, err
	}
	for _, d := range deliveries {
		for _, query := range []string{"DELETE FROM attempts WHERE delivery = ?", "DELETE FROM receipts WHERE delivery = ?", "DELETE FROM deliveries WHERE key = ?"} {
			if err := p.delete(query, d); err != nil {
				return false, err
			}
		}
		if p.rows >= 2*pruneRows {
			return false, nil
		}
	}
	if len(deliveries) == pruneRows {
		return false, nil
	}
	if whole, err := p.lines(key); err != nil || !whole {
		return false, err
	}
	if whole, err := p.fetched(key); err != nil || !whole {
		return false, err
	}
	if err := p.delete("DELETE FROM executions WHERE key = ?", key); err != nil { // with what it replays
		return false, err
	}
	return true, p.with(e.occurrence, hub.PruneOccurrences, (*pruning).occurrence)
}

// with prunes the occurrence of an execution that was pruned, if it is old enough itself: its own walk may have passed it.
func (p *pruning) with(occurrence int64, kind hub.PruneKind, prune func(*pruning, int64) (bool, error)) error {
	if occurrence == 0 || p.task.Shared.IsZero() {
		return nil
	}
	if occurrence >= hub.KeyAt(p.task.Shared) {
		upto, err := number(p.tx.each, pruneWalk, string(kind), 0)
		if err != nil || occurrence > int64(upto) {
			return err
		}
	}
	_, err := prune(p, occurrence)
	return err
}

// occurrence deletes an occurrence that no execution refers to, and what the journal says of it. Others go with the last of
// their executions.
func (p *pruning) occurrence(key int64) (whole bool, err error) {
	var one int
	if held, err := p.tx.get("SELECT 1 FROM executions WHERE occurrence = ? AND occurrence <> 0 LIMIT 1", []any{key}, &one); err != nil || held {
		return true, err
	}
	if whole, err := p.lines(key); err != nil || !whole {
		return false, err
	}
	return true, p.delete("DELETE FROM occurrences WHERE key = ?", key)
}

// journalFloor is the walk that says up to which line the journal is gone, if only in parts.
const journalFloor = "JOURNAL_FLOOR"

// lines deletes what the journal says of a root.
func (p *pruning) lines(root int64) (whole bool, err error) {
	var n int
	var last int64
	if _, err := p.tx.get("SELECT count(*), coalesce(max(seq), 0) FROM (SELECT seq FROM changes WHERE root = ? ORDER BY seq LIMIT ?)", []any{root, pruneRows}, &n, &last); err != nil || n == 0 {
		return err == nil, err
	}
	p.floor = max(p.floor, last)
	return n < pruneRows, p.delete("DELETE FROM changes WHERE root = ? AND seq <= ?", root, last)
}

// line deletes a row of the journal that is about neither an execution nor an occurrence.
func (p *pruning) line(seq int64) (whole bool, err error) {
	before := p.rows
	err = p.delete(`DELETE FROM changes WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM executions WHERE key = root) AND NOT EXISTS (SELECT 1 FROM occurrences WHERE key = root)`, seq)
	if p.rows > before {
		p.floor = max(p.floor, seq)
	}
	return true, err
}

// loadFloor reads up to where the journal is gone.
func (db *DB) loadFloor(ctx context.Context) error {
	n, err := number(db.reads(ctx), pruneWalk, journalFloor, 0)
	db.floor.Store(int64(n))
	return err
}

// OldestCursor is the oldest cursor of the journal behind which no line is gone.
func (db *DB) OldestCursor() int64 { return db.floor.Load() }

// CursorUsable is the error CURSOR_EXPIRED for a cursor behind which lines of the journal are gone.
func (db *DB) CursorUsable(seq int64) error {
	if oldest := db.floor.Load(); seq < oldest {
		return hub.CursorExpired(oldest)
	}
	return nil
}
