package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

var fetches = table[hub.Fetch]{
	kind: hub.KindExecution, name: "(SELECT execution AS key, attempts, asked_at, done_at, reason, questions, rows FROM fetches)",
	columns: "key, attempts, asked_at, done_at, reason, questions, rows",
	key:     func(f *hub.Fetch) int64 { return f.ExecutionKey },
	scan: func(r scanner) (*hub.Fetch, error) {
		f := &hub.Fetch{}
		return f, r.Scan(&f.ExecutionKey, &f.Attempts, maybeMillis{&f.AskedAt}, maybeMillis{&f.DoneAt}, document{&f.Reason}, document{&f.Questions}, &f.Rows)
	},
}

// FetchForEngine reads what became of an execution's asking its source; nil if it has not asked. It asks nobody.
func (db *DB) FetchForEngine(ctx context.Context, execution int64) (*hub.Fetch, error) {
	return first(readAll(db.reads(ctx), fetches.scan, fetches.query(" WHERE key = ?"), execution))
}

// Fetch is [DB.FetchForEngine] inside a transaction.
func (tx *Tx) Fetch(execution int64) (*hub.Fetch, error) {
	return first(readAll(tx.each, fetches.scan, fetches.query(" WHERE key = ?"), execution))
}

// FetchSave writes what became of an execution's asking its source.
func (tx *Tx) FetchSave(f *hub.Fetch) error {
	questions := f.Questions
	if questions == nil {
		questions = []hub.FetchQuestion{}
	}
	return tx.exec(`INSERT INTO fetches (execution, attempts, asked_at, done_at, reason, questions, rows) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (execution) DO UPDATE SET attempts = excluded.attempts, asked_at = excluded.asked_at, done_at = excluded.done_at,
		reason = excluded.reason, questions = excluded.questions, rows = excluded.rows`,
		f.ExecutionKey, f.Attempts, msp(f.AskedAt), msp(f.DoneAt), reason(f.Reason), doc(questions), f.Rows)
}

// FetchedInsert keeps rows as the source gave them.
func (tx *Tx) FetchedInsert(execution int64, rows []hub.FetchedRow) error {
	for _, r := range rows {
		if err := tx.exec("INSERT INTO fetched (execution, number, question, name, data) VALUES (?, ?, ?, ?, ?)", execution, r.Number, r.Question, r.Name, doc(r.Data)); err != nil {
			return err
		}
	}
	return nil
}

// FetchedClear takes away what was kept of rows before all of them were.
func (tx *Tx) FetchedClear(execution int64) error {
	return tx.exec("DELETE FROM fetched WHERE execution = ?", execution)
}

// FetchCopy gives an execution what another one has fetched, as if it had asked itself; nothing if that has not come to an end with asking, or
// if its payloads were taken away.
func (tx *Tx) FetchCopy(from, to int64) error {
	if err := tx.exec(`INSERT INTO fetches (execution, attempts, asked_at, done_at, reason, questions, rows)
		SELECT ?, 0, asked_at, done_at, NULL, questions, rows FROM fetches WHERE execution = ? AND done_at IS NOT NULL AND rows > 0
		AND EXISTS (SELECT 1 FROM fetched WHERE execution = ?)`, to, from, from); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO fetched (execution, number, question, name, data)
		SELECT ?, number, question, name, data FROM fetched WHERE execution = ? AND EXISTS (SELECT 1 FROM fetches WHERE execution = ?)`, to, from, to)
}

const fetchedColumns = "SELECT number, question, name, data FROM fetched WHERE execution = ?"

func scanFetched(r scanner) (hub.FetchedRow, error) {
	var f hub.FetchedRow
	var data string
	err := r.Scan(&f.Number, &f.Question, &f.Name, &data)
	if err == nil {
		err = decodeNumbers([]byte(data), &f.Data)
	}
	return f, err
}

// FetchedForEngine reads the rows of an execution as its source gave them, in their order. It asks nobody.
func (db *DB) FetchedForEngine(ctx context.Context, execution int64) ([]hub.FetchedRow, error) {
	return readAll(db.reads(ctx), scanFetched, fetchedColumns+" ORDER BY number", execution)
}

// HasFetched says whether an execution has rows that its source gave.
func (tx *Tx) HasFetched(execution int64) (bool, error) {
	n, err := number(tx.each, "SELECT EXISTS (SELECT 1 FROM fetched WHERE execution = ?)", execution)
	return n > 0, err
}

// FetchesByKey reads what became of many executions' asking their sources, in the order of the keys: nil for those that have not, or everywhere
// without SEE on automator/fracttal_hub. What came from records that the caller may not see is left out.
func (db *DB) FetchesByKey(ctx context.Context, c hub.Caller, executionKeys []int64) ([]*hub.Fetch, error) {
	list, err := seen(ctx, db, c, hub.RowHub, fetches, executionKeys)
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.discloseFetch)
}

// discloseFetch leaves out of what an execution asked what the caller may not see: questions are made of what the occurrence was about.
func (db *DB) discloseFetch(ctx context.Context, c hub.Caller, f *hub.Fetch) error {
	needs, err := db.fetchNeeds(ctx, c, f.ExecutionKey)
	if err != nil || needs == nil {
		return err
	}
	hideFetch(f, needs)
	return nil
}

// hideFetch leaves out of what was fetched what came from records, and what was made of them.
func hideFetch(f *hub.Fetch, needs []hub.Permission) {
	f.Questions, f.Brought = []hub.FetchQuestion{}, nil
	f.Hidden = append(f.Hidden, hub.Hidden{Path: []string{"questions"}, Needs: needs}, hub.Hidden{Path: []string{"rows"}, Needs: needs})
	if f.Reason != nil {
		unquote(f.Reason)
		f.Hidden = append(f.Hidden, hub.Hidden{Path: []string{"reason", "message"}, Needs: needs})
	}
}

// fetchNeeds is what a caller lacks to see what an execution asked and fetched.
func (db *DB) fetchNeeds(ctx context.Context, c hub.Caller, execution int64) ([]hub.Permission, error) {
	if db.seesRecords(c) {
		return nil, nil
	}
	e, err := first(readAll(db.reads(ctx), scanExecution, "SELECT "+executionRead+" FROM executions WHERE key = ?", execution))
	if err != nil || e == nil {
		return nil, err
	}
	p, err := db.provenance(ctx, e.FlowKey, e.FlowVersion)
	if err != nil {
		return nil, err
	}
	return lacks(c, p.all), nil
}

// FetchedRows reads rows of an execution as its source gave them, from a place on, at most limit; none without SEE on automator/fracttal_hub and
// on what the flow reads.
func (db *DB) FetchedRows(ctx context.Context, c hub.Caller, execution int64, from, limit int) ([]hub.FetchedRow, error) {
	if !c.May(hub.RowHub, hub.See) {
		return nil, nil
	}
	if needs, err := db.fetchNeeds(ctx, c, execution); err != nil || needs != nil {
		return nil, err
	}
	return readAll(db.reads(ctx), scanFetched, fetchedColumns+" AND number >= ? ORDER BY number LIMIT ?", execution, from, limit)
}
