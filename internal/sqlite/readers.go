package sqlite

import (
	"context"
	"database/sql"

	"github.com/recado-hub/recado/internal/meter"
)

// readers is the pool of connections that read beside the writer. It counts what they are asked.
type readers struct {
	*sql.DB
	asked meter.Counter // statements
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
