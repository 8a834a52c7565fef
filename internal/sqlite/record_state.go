package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/recado-hub/recado/internal/hub"
)

// RecordState reads what a record holds, and at which version; the zero state if there is none. It asks nobody: the engine judges
// with it what has changed.
func (db *DB) RecordState(ctx context.Context, typ, name string) (s hub.RecordState, err error) {
	var data string
	err = db.read.QueryRowContext(ctx, "SELECT version, data FROM records WHERE type = ? AND name = ?", typ, name).Scan(&s.Version, &data)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, nil
	case err != nil:
		return s, fault(err)
	}
	return s, decodeNumbers([]byte(data), &s.Data)
}

// RecordVersion is the version of a record inside the transaction; 0 if there is none.
func (tx *Tx) RecordVersion(typ, name string) (version int, err error) {
	_, err = tx.get("SELECT version FROM records WHERE type = ? AND name = ?", []any{typ, name}, &version)
	return version, err
}
