package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

var replays = table[hub.Replay]{
	kind: hub.KindExecution, name: "(SELECT execution AS key, original, root, records, even_if_sent, input FROM replays)", columns: "key, original, root, records, even_if_sent, input",
	key: func(r *hub.Replay) int64 { return r.ExecutionKey },
	scan: func(r scanner) (*hub.Replay, error) {
		v := &hub.Replay{}
		var input string
		err := r.Scan(&v.ExecutionKey, &v.OriginalKey, &v.RootKey, text[hub.ReplayRecords]{&v.Records}, &v.EvenIfSent, text[string]{&input})
		if err == nil && input != "" {
			err = decodeNumbers([]byte(input), &v.Input)
		}
		return v, err
	},
}

// ReplayInsert stores what an execution replays; input is r.Input as JSON text, or nil if no records were given.
func (tx *Tx) ReplayInsert(r *hub.Replay, input json.RawMessage) error {
	return tx.exec("INSERT INTO replays (execution, original, root, records, even_if_sent, input) VALUES (?, ?, ?, ?, ?, ?)",
		r.ExecutionKey, r.OriginalKey, r.RootKey, string(r.Records), r.EvenIfSent, null(string(input)))
}

// Replay reads what an execution replays; nil if it replays none.
func (tx *Tx) Replay(execution int64) (*hub.Replay, error) {
	return first(readAll(tx.each, replays.scan, replays.query(" WHERE key = ?"), execution))
}

// ReplayForEngine is [Tx.Replay] beside any transaction. It asks nobody.
func (db *DB) ReplayForEngine(ctx context.Context, execution int64) (*hub.Replay, error) {
	return first(readAll(db.reads(ctx), replays.scan, replays.query(" WHERE key = ?"), execution))
}

// ReplayFamily reads the execution with which replays began, and all of them, oldest first.
func (tx *Tx) ReplayFamily(root int64) ([]*hub.Execution, error) {
	list, err := tx.executions("WHERE key = ? OR key IN (SELECT execution FROM replays WHERE root = ?)", root, root)
	slices.SortFunc(list, func(a, b *hub.Execution) int { return cmp.Compare(a.Key, b.Key) })
	return list, err
}

// ReplaysByKey reads what many executions replay, in the order of the keys, with those of the given records that the caller
// may see: nil for those that replay none, or everywhere without SEE on automator/fracttal_hub.
func (db *DB) ReplaysByKey(ctx context.Context, c hub.Caller, executionKeys []int64) ([]*hub.Replay, error) {
	list, err := seen(ctx, db, c, hub.RowHub, replays, executionKeys)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r == nil {
			continue
		}
		r.Input = slices.DeleteFunc(r.Input, func(rec hub.RecordInput) bool {
			row, ok := db.guard(rec.Type)
			return !ok || !c.May(row, hub.See)
		})
	}
	return list, nil
}

// replaysOf are the replays of executions.
var replaysOf = links("replays", "original", "execution", "execution")

// ReplaysOf lists the executions that replay each of many others, newest first, as [DB.Executions] does, in the order of the others' keys, which
// are distinct. It needs SEE on automator/fracttal_hub.
func (db *DB) ReplaysOf(ctx context.Context, c hub.Caller, originals []int64, p hub.Page) ([]*hub.List[*hub.Execution], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	lists, err := linked(db.reads(ctx), replaysOf, executions, originals, p, func(keys []int64) ([]*hub.Execution, error) { return db.ExecutionsByKey(ctx, c, keys) })
	if err == nil {
		offer(replaysOf, db.reads(ctx), lists, originals, hub.MaxCounted)
	}
	return lists, err
}
