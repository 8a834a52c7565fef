package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"modernc.org/sqlite"

	"github.com/recado-hub/recado/internal/meter"
)

// readers is the pool of connections that read beside the writer. It counts what they are asked.
type readers struct {
	*sql.DB
	asked meter.Counter // statements
}

// connector connects the pool: its connections keep their statements, and a test may disturb them.
type connector struct {
	driver.Connector
	calls func(Call) error
}

// Connect makes a connection that keeps its statements.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return newKeeping(disturbed(raw, true, c.calls))
}

// pool opens the pool of readers.
func pool(path string, calls func(Call) error) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn(path, "query_only(1)"))
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c, calls}), nil
}

// QueryContext is that of the pool, counted.
func (r *readers) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.asked.Add(1)
	return r.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of the pool, counted.
func (r *readers) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.asked.Add(1)
	return r.DB.QueryRowContext(ctx, query, args...)
}

// begin begins a transaction, in which everything is read as it is at one moment.
func (r *readers) begin(ctx context.Context) (*readTx, error) {
	tx, err := r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return &readTx{tx, r}, nil
}

// readTx is a transaction that reads.
type readTx struct {
	*sql.Tx
	of *readers
}

// QueryContext is that of the transaction, counted.
func (tx *readTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx.of.asked.Add(1)
	return tx.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of the transaction, counted.
func (tx *readTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	tx.of.asked.Add(1)
	return tx.Tx.QueryRowContext(ctx, query, args...)
}
