package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// What a step of pruning may cost: so much is read ahead of it beside all transactions, and in the transaction, which others
// share and wait for, it begins nothing more after so many rows or so long. One object that is larger goes in several steps.
const (
	pruneLook = 500
	pruneRows = 100
	pruneTime = 5 * time.Millisecond
)

// PruneStep is what a step of pruning did.
type PruneStep struct {
	Rows    int           // that it wrote or deleted
	Done    bool          // there is nothing more to do
	Took    time.Duration // inside the transaction
	Waiting int           // others that wanted to write at its end
	Place   time.Time     // how far the walk has come; zero if that is not known
}

// pruneWay is how a kind of things is pruned.
type pruneWay struct {
	find   func(db *DB, ctx context.Context, t hub.PruneTask, after int64) ([]pruneCandidate, error)
	prune  func(p *pruning, key int64) (whole bool, err error)
	anew   bool // the walk begins anew every time: what it passes over is gone, and nothing stays behind
	byTime bool // the keys that it walks along carry a time
}

// pruneCandidate is a row that is old enough.
type pruneCandidate struct {
	key  int64
	skip bool // it is not for this walk
}

var pruneWays = map[hub.PruneKind]pruneWay{
	hub.PruneHistory:            {find: (*DB).findExecutions, prune: (*pruning).execution, byTime: true},
	hub.PrunePayloads:           {find: (*DB).findExecutions, prune: (*pruning).executionPayloads, byTime: true},
	hub.PruneOccurrences:        {find: (*DB).findOccurrences, prune: (*pruning).occurrence, byTime: true},
	hub.PruneOccurrencePayloads: {find: (*DB).findOccurrences, prune: (*pruning).occurrencePayloads, byTime: true},
	hub.PruneJournal:            {find: (*DB).findLines, prune: (*pruning).line},
	hub.PruneRecordVersions:     {find: (*DB).findRecordVersions, prune: deleting("DELETE FROM record_versions WHERE rowid = ?"), anew: true},
	hub.PruneReceipts:           {find: finding(findReceipts), prune: deleting("DELETE FROM receipts WHERE key = ? AND delivery IS NULL"), anew: true},
	hub.PruneCallbacks:          {find: finding(findCallbacks), prune: deleting("DELETE FROM callbacks WHERE key = ?"), anew: true},
	hub.PruneAudit:              {find: (*DB).findAudit, prune: deleting("DELETE FROM audit WHERE key = ?"), anew: true},
	hub.PruneTokens:             {find: (*DB).findTokens, prune: (*pruning).tokens, anew: true},
	hub.PruneMade:               {find: (*DB).findMade, prune: deleting("DELETE FROM made WHERE id = ?"), anew: true},
}

// Prune takes one step of a walk: what goes is looked for beside all transactions, judged once more in one and deleted there, as
// much of it as a step may cost. How far it came is kept with it, so that a crash loses nothing. It asks nobody: the engine
// calls it.
func (db *DB) Prune(ctx context.Context, t hub.PruneTask) (s PruneStep, err error) {
	way := pruneWays[t.Kind]
	after := 0
	if !way.anew {
		if after, err = number(db.reads(ctx), pruneWalk, string(t.Kind), t.FlowKey); err != nil {
			return s, err
		}
	}
	list, err := way.find(db, ctx, t, int64(after))
	if err != nil || len(list) == 0 {
		return PruneStep{Done: true}, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		p := newPruning(tx, t)
		upto, err := p.walk(way, list)
		if err != nil {
			return err
		}
		if s = p.step(); upto != 0 && way.byTime {
			s.Place = hub.KeyTime(upto)
		}
		if upto != 0 && !way.anew {
			if err := tx.walked(string(t.Kind), t.FlowKey, upto); err != nil {
				return err
			}
		}
		return p.finish()
	})
	return s, err
}

// walk prunes as much of a list as a step may cost, and says up to where it is done; 0 if nothing of it is.
func (p *pruning) walk(way pruneWay, list []pruneCandidate) (upto int64, err error) {
	for _, c := range list {
		if p.spent() {
			return upto, nil
		}
		if !c.skip {
			if whole, err := way.prune(p, c.key); err != nil || !whole {
				return upto, err
			}
		}
		upto = c.key
	}
	return upto, nil
}

const pruneWalk = "SELECT upto FROM prune_walks WHERE kind = ? AND flow = ?"

// walked notes how far a walk has come.
func (tx *Tx) walked(kind string, flow, upto int64) error {
	return tx.exec("INSERT INTO prune_walks (kind, flow, upto) VALUES (?, ?, ?) ON CONFLICT (kind, flow) DO UPDATE SET upto = excluded.upto", kind, flow, upto)
}

// PruneAgain takes a step over the executions that a walk passed over, from a key on: those that have come to their end since are
// pruned as their flows want it now. next is the key to go on from.
func (db *DB) PruneAgain(ctx context.Context, r *hub.Retention, kind hub.PruneKind, now time.Time, after int64) (s PruneStep, next int64, err error) {
	type later struct{ key, flow int64 }
	list, err := readAll(db.reads(ctx), func(row scanner) (l later, err error) {
		err = row.Scan(&l.key, &l.flow)
		return l, err
	}, "SELECT l.execution, coalesce(e.flow, 0) FROM prune_later l LEFT JOIN executions e ON e.key = l.execution WHERE l.kind = ? AND l.execution > ? ORDER BY l.execution LIMIT ?",
		string(kind), after, pruneLook)
	if err != nil || len(list) == 0 {
		return PruneStep{Done: true}, after, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		p := newPruning(tx, hub.PruneTask{Kind: kind})
		next = after
		for _, l := range list {
			if p.spent() {
				break
			}
			p.task = r.Task(kind, l.flow, now)
			p.passed = false
			whole, err := pruneWays[kind].prune(p, l.key)
			if err != nil {
				return err
			}
			if !whole {
				break
			}
			if next = l.key; !p.passed {
				if err := p.delete("DELETE FROM prune_later WHERE kind = ? AND execution = ?", string(kind), l.key); err != nil {
					return err
				}
			}
		}
		s = p.step()
		return p.finish()
	})
	return s, next, err
}

// pruning is a step under way.
type pruning struct {
	tx     *Tx
	task   hub.PruneTask
	began  time.Time
	rows   int
	passed bool  // the last execution was passed over
	floor  int64 // the last line of the journal that went; 0: none
}

func newPruning(tx *Tx, t hub.PruneTask) *pruning {
	return &pruning{tx: tx, task: t, began: time.Now()}
}

// spent says that the step has cost enough.
func (p *pruning) spent() bool { return p.rows >= pruneRows || time.Since(p.began) >= pruneTime }

func (p *pruning) step() PruneStep {
	return PruneStep{Rows: p.rows, Took: time.Since(p.began), Waiting: len(p.tx.db.w.queue)}
}

// finish keeps up to where the journal is gone. Whoever reads the journal looks at that afterwards, so it is known before the
// commit: should that fail, a cursor is refused that could have been used until the next step.
func (p *pruning) finish() error {
	if p.floor == 0 {
		return nil
	}
	floor := max(p.floor, p.tx.db.floor.Load())
	p.tx.db.floor.Store(floor)
	return p.tx.walked(journalFloor, 0, floor)
}

// delete runs a statement and counts the rows that it changed.
func (p *pruning) delete(query string, args ...any) error {
	n, err := p.tx.c.exec(query, args...)
	p.rows += int(n)
	return err
}

// deleting is a prune of single rows.
func deleting(query string) func(*pruning, int64) (bool, error) {
	return func(p *pruning, key int64) (bool, error) { return true, p.delete(query, key) }
}

// finding is a find of rows that are old enough by their keys.
func finding(query string) func(*DB, context.Context, hub.PruneTask, int64) ([]pruneCandidate, error) {
	return func(db *DB, ctx context.Context, t hub.PruneTask, _ int64) ([]pruneCandidate, error) {
		return readAll(db.reads(ctx), scanCandidate, query, hub.KeyAt(t.Before))
	}
}

func scanCandidate(r scanner) (c pruneCandidate, err error) {
	err = r.Scan(&c.key)
	return c, err
}

func scanCandidateOrSkip(r scanner) (c pruneCandidate, err error) {
	err = r.Scan(&c.key, &c.skip)
	return c, err
}
