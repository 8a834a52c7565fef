package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Where the walks find what is old enough. Keys sort by time, so that no walk needs an index of its own: they go along the
// primary keys, and those of flows with a retention of their own along the index of their executions.

const (
	findOfFlow = "SELECT key, 0 FROM executions WHERE flow = ? AND key > ? AND key < ? ORDER BY key LIMIT ?"
	findOthers = "SELECT key, flow IN (SELECT flow FROM flow_retention) FROM executions WHERE key > ? AND key < ? ORDER BY key LIMIT ?"

	findOccurrences = "SELECT key, emptied_at IS NOT NULL AND ? FROM occurrences WHERE key > ? AND key < ? ORDER BY key LIMIT ?"

	findLines = `SELECT seq, at, EXISTS (SELECT 1 FROM executions WHERE key = root) OR EXISTS (SELECT 1 FROM occurrences WHERE key = root)
		FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`
	findRecordVersions = `SELECT o.rowid, coalesce((SELECT at FROM record_versions n WHERE n.record = o.record AND n.version = o.version + 1),
		(SELECT updated_at FROM records r WHERE r.key = o.record)) FROM record_versions o WHERE o.rowid > 0 ORDER BY o.rowid LIMIT ?`
	findAudit = `SELECT key FROM audit WHERE key < ? AND last_at <= (SELECT last_at FROM audit WHERE key > 0 ORDER BY key DESC LIMIT 1)
		- (SELECT audit FROM retention WHERE one = 1) ORDER BY key LIMIT ?`
	findReceipts  = "SELECT key FROM receipts WHERE delivery IS NULL AND key < ? LIMIT 500"
	findCallbacks = "SELECT key FROM callbacks WHERE key < ? ORDER BY key LIMIT 500"
)

func (db *DB) findExecutions(ctx context.Context, t hub.PruneTask, after int64) ([]pruneCandidate, error) {
	if t.FlowKey != 0 {
		return readAll(db.reads(ctx), scanCandidateOrSkip, findOfFlow, t.FlowKey, after, hub.KeyAt(t.Before), pruneLook)
	}
	return readAll(db.reads(ctx), scanCandidateOrSkip, findOthers, after, hub.KeyAt(t.Before), pruneLook)
}

func (db *DB) findOccurrences(ctx context.Context, t hub.PruneTask, after int64) ([]pruneCandidate, error) {
	return readAll(db.reads(ctx), scanCandidateOrSkip, findOccurrences, t.Kind == hub.PruneOccurrencePayloads, after, hub.KeyAt(t.Before), pruneLook)
}

// findLines finds rows of the journal, up to the first that is too young: those of executions and occurrences go with these.
func (db *DB) findLines(ctx context.Context, t hub.PruneTask, after int64) (list []pruneCandidate, err error) {
	young := false
	err = db.reads(ctx)(findLines, []any{after, pruneLook}, func(r scanner) error {
		var c pruneCandidate
		var at time.Time
		err := r.Scan(&c.key, millis{&at}, &c.skip)
		if young = young || !at.Before(t.Before); !young {
			list = append(list, c)
		}
		return err
	})
	return list, err
}

// findRecordVersions finds earlier states of records that ended before a time. They are in the order in which they ended, so
// the first one that is too young ends the walk.
func (db *DB) findRecordVersions(ctx context.Context, t hub.PruneTask, _ int64) (list []pruneCandidate, err error) {
	young := false
	err = db.reads(ctx)(findRecordVersions, []any{pruneLook}, func(r scanner) error {
		var c pruneCandidate
		var ended time.Time
		err := r.Scan(&c.key, millis{&ended})
		if young = young || !ended.Before(t.Before); !young {
			list = append(list, c)
		}
		return err
	})
	return list, err
}

// findAudit counts from the newest entry, as the database does that lets go of them.
func (db *DB) findAudit(ctx context.Context, t hub.PruneTask, _ int64) ([]pruneCandidate, error) {
	return readAll(db.reads(ctx), scanCandidate, findAudit, hub.KeyAt(t.Before.Add(clockSlack)), pruneLook)
}

// findMade finds the keys of calls that need not be known any more.
func (db *DB) findMade(ctx context.Context, t hub.PruneTask, _ int64) ([]pruneCandidate, error) {
	return readAll(db.reads(ctx), scanCandidate, "SELECT id FROM made WHERE at <= ? ORDER BY at LIMIT ?", ms(t.Before), pruneLook)
}

// findTokens finds whether there are tokens that were taken back and have expired since: they have no keys, and go all together.
func (db *DB) findTokens(ctx context.Context, t hub.PruneTask, _ int64) ([]pruneCandidate, error) {
	return readAll(db.reads(ctx), scanCandidate, "SELECT 1 WHERE EXISTS (SELECT 1 FROM revoked_tokens WHERE expires_at <= ?)", ms(t.Before))
}

func (p *pruning) tokens(int64) (bool, error) {
	return true, p.delete("DELETE FROM revoked_tokens WHERE id IN (SELECT id FROM revoked_tokens WHERE expires_at <= ? LIMIT ?)", ms(p.task.Before), pruneRows)
}
