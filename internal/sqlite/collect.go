package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var collections = table[hub.Collection]{
	kind: hub.KindExecution, name: "(SELECT execution AS key, flow, flow_version, gathers, open, opened_at, last_at, occurrences, rows FROM collections)",
	columns: "key, flow, flow_version, gathers, open, opened_at, last_at, occurrences, rows",
	key:     func(c *hub.Collection) int64 { return c.ExecutionKey },
	scan: func(r scanner) (*hub.Collection, error) {
		c := &hub.Collection{}
		return c, r.Scan(&c.ExecutionKey, &c.FlowKey, &c.FlowVersion, &c.Of, &c.Open, millis{&c.OpenedAt}, millis{&c.LastAt}, &c.Occurrences, &c.Rows)
	},
}

// CollectionOpen reads the collection of a flow's version that is marked as open for what is gathered under a key; nil if there is none.
// Its window may have closed since, or its execution been cancelled.
func (tx *Tx) CollectionOpen(flow int64, version int, of string) (*hub.Collection, error) {
	return first(readAll(tx.each, collections.scan, `SELECT execution, flow, flow_version, gathers, open, opened_at, last_at, occurrences, rows
		FROM collections WHERE open = 1 AND flow = ? AND flow_version = ? AND gathers = ?`, flow, version, of))
}

// Collection reads what an execution gathers, or has gathered; nil if it does not.
func (tx *Tx) Collection(execution int64) (*hub.Collection, error) {
	return first(readAll(tx.each, collections.scan, collections.query(" WHERE key = ?"), execution))
}

// CollectionInsert stores a new collection. Its execution is stored already.
func (tx *Tx) CollectionInsert(c *hub.Collection) error {
	return tx.exec("INSERT INTO collections (execution, flow, flow_version, gathers, open, opened_at, last_at, occurrences, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.ExecutionKey, c.FlowKey, c.FlowVersion, c.Of, c.Open, ms(c.OpenedAt), ms(c.LastAt), c.Occurrences, c.Rows)
}

// CollectionSave writes what changes of a collection as occurrences join it.
func (tx *Tx) CollectionSave(c *hub.Collection) error {
	return tx.exec("UPDATE collections SET open = ?, last_at = ?, occurrences = ?, rows = ? WHERE execution = ?", c.Open, ms(c.LastAt), c.Occurrences, c.Rows, c.ExecutionKey)
}

// CollectionClose marks the collection of an execution as one that nothing joins any more.
func (tx *Tx) CollectionClose(execution int64) error {
	return tx.exec("UPDATE collections SET open = 0 WHERE execution = ?", execution)
}

// CollectionDue sets when an execution that collects goes on; nothing if it does not collect any more.
func (tx *Tx) CollectionDue(execution int64, due time.Time) error {
	return tx.exec("UPDATE executions SET due_at = ?, updated_at = ? WHERE key = ? AND state = 'WAITING' AND waiting_for = ?",
		ms(due), ms(tx.now), execution, string(hub.ReasonCollecting))
}

// ExecutionRows writes the names of the rows of an execution, which nothing else changes: those that it has gathered.
func (tx *Tx) ExecutionRows(execution int64, names []string) error {
	return tx.exec("UPDATE executions SET rows = ? WHERE key = ?", doc(names), execution)
}

// CollectedInsert stores what an occurrence brought to a collection.
func (tx *Tx) CollectedInsert(c *hub.Collected) error {
	return tx.exec("INSERT INTO collected (execution, occurrence, subject, rows) VALUES (?, ?, ?, ?)", c.ExecutionKey, c.OccurrenceKey, c.Subject, doc(c.Rows))
}

const collectedOf = "SELECT execution, occurrence, subject, rows FROM collected WHERE execution = ? ORDER BY occurrence"

func scanCollected(r scanner) (*hub.Collected, error) {
	c := &hub.Collected{}
	var rows string
	err := r.Scan(&c.ExecutionKey, &c.OccurrenceKey, &c.Subject, &rows)
	if err == nil {
		err = decodeNumbers([]byte(rows), &c.Rows)
	}
	return c, err
}

// Collected reads what occurrences brought to a collection, in the order in which they came; nil if the execution is none.
func (tx *Tx) Collected(execution int64) ([]*hub.Collected, error) {
	return readAll(tx.each, scanCollected, collectedOf, execution)
}

// DeliveryRows reads which rows the messages of an execution are about, by delivery. One that is not in it is about the record that it names.
func (tx *Tx) DeliveryRows(execution int64) (map[int64][]string, error) {
	type about struct {
		delivery int64
		rows     []string
	}
	list, err := readAll(tx.each, func(r scanner) (a about, err error) {
		err = r.Scan(&a.delivery, document{&a.rows})
		return a, err
	}, "SELECT delivery, rows FROM delivery_rows WHERE execution = ?", execution)
	rows := make(map[int64][]string, len(list))
	for _, a := range list {
		rows[a.delivery] = a.rows
	}
	return rows, err
}

// DeliveryRowsSave writes which rows a message is about, in place of what was known of it.
func (tx *Tx) DeliveryRowsSave(execution, delivery int64, names []string) error {
	return tx.exec(`INSERT INTO delivery_rows (execution, delivery, rows) VALUES (?, ?, ?)
		ON CONFLICT (execution, delivery) DO UPDATE SET rows = excluded.rows`, execution, delivery, doc(names))
}

// CollectionForEngine is [Tx.Collection] beside any transaction, for the engine: it asks nobody.
func (db *DB) CollectionForEngine(ctx context.Context, execution int64) (*hub.Collection, error) {
	return first(readAll(db.reads(ctx), collections.scan, collections.query(" WHERE key = ?"), execution))
}

// CollectedForEngine is [Tx.Collected] beside any transaction, for the engine: it asks nobody.
func (db *DB) CollectedForEngine(ctx context.Context, execution int64) ([]*hub.Collected, error) {
	return readAll(db.reads(ctx), scanCollected, collectedOf, execution)
}

// CollectionsByKey reads what many executions gather or have gathered, in the order of the keys: nil for those that do not, or everywhere
// without SEE on automator/fracttal_hub. It tells nothing of the rows.
func (db *DB) CollectionsByKey(ctx context.Context, c hub.Caller, executionKeys []int64) ([]*hub.Collection, error) {
	return seen(ctx, db, c, hub.RowHub, collections, executionKeys)
}

// collectedIn are the occurrences that executions have gathered.
var collectedIn = links("collected", "execution", "occurrence", "execution, occurrence")

// CollectedOf lists the occurrences that each of many executions gathered, the newest first, those left out which the caller may not see, and
// without reading their payloads, in the order of the executions' keys, which are distinct. It needs SEE on automator/fracttal_hub.
func (db *DB) CollectedOf(ctx context.Context, c hub.Caller, executions []int64, p hub.Page) ([]*hub.List[*hub.Occurrence], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return linked(db.reads(ctx), collectedIn, occurrences, executions, p,
		func(keys []int64) ([]*hub.Occurrence, error) { return db.BareOccurrencesByKey(ctx, c, keys) })
}

// joined asks, beside those that an occurrence started, for the executions that it joined.
func (q *walk) joined(occurrence int64) {
	if occurrence == 0 {
		return
	}
	var w terms
	w.and("key IN (SELECT execution FROM collected WHERE occurrence = ?) AND occurrence + 0 <> ?", occurrence, occurrence)
	q.branches = append(q.branches, w)
}
