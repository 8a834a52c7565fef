package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// sealedColumn is a column whose values are sealed, each bound to an integration.
type sealedColumn struct {
	table       string
	column      string
	integration string // the column that says to which one
	what        string // for people
}

// sealedColumns are all of them, the secrets of integrations first: what is missing here would be lost with the old key.
var sealedColumns = []sealedColumn{
	{"integrations", "secrets", "key", "the secrets of integrations"},
	{"callbacks", "request", "integration", "callbacks that wait for their connector"},
}

// sealedValue is one value of a sealed column.
type sealedValue struct {
	key         int64
	integration int64
	sealed      []byte
}

func (v sealedValue) place() string { return hub.ID(hub.KindIntegration, v.integration) }

// read reads values in the order of their keys.
func (c sealedColumn) read(r reader, after int64, limit int) ([]sealedValue, error) {
	query := fmt.Sprintf("SELECT key, %s, %s FROM %s WHERE key > ? ORDER BY key LIMIT ?", c.integration, c.column, c.table)
	return readAll(r, func(row scanner) (v sealedValue, err error) {
		err = row.Scan(&v.key, &v.integration, &v.sealed)
		return v, err
	}, query, after, limit)
}

// checkKey opens the secrets of one integration: a hub that was started with a key which is not this directory's would
// otherwise learn of it with the first message. Where there is no integration nothing is sealed. The error is errSealed if the
// key is wrong.
func checkKey(r reader, s *sealer) error {
	values, err := sealedColumns[0].read(r, 0, 1)
	for _, v := range values {
		if _, err := s.open(v.sealed, v.place()); err != nil {
			return err
		}
	}
	return err
}

// KeyFits says whether a key opens what is sealed in a data directory, which the caller must have locked. Where nothing is
// sealed, every key fits.
func KeyFits(ctx context.Context, dir string, key []byte) (fits bool, err error) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	s, err := newSealer(key)
	if err != nil {
		return false, err
	}
	// A database that was begun and not finished gets its tables here.
	if err := migrate(ctx, path); err != nil {
		return false, err
	}
	c, err := connect(ctx, path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := checkKey(c.each, s); errors.Is(err, errSealed) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}

// Resealed counts what Reseal sealed anew.
type Resealed struct {
	Integrations int
	Callbacks    int
}

// Reseal opens everything that is sealed in a data directory with one key and seals it with another, in one transaction: all
// of it, or nothing if there is an error; the audit log has it. The caller must have locked the directory. ready is called when everything is
// written and nothing is committed. What the old key opened may still stand in pages that the database does not use: see Wipe.
func Reseal(ctx context.Context, dir string, from, to []byte, now time.Time, ready func()) (done Resealed, err error) {
	old, err := newSealer(from)
	if err != nil {
		return done, err
	}
	fresh, err := newSealer(to)
	if err != nil {
		return done, err
	}
	path := filepath.Join(dir, File)
	// A newer database may have sealed columns that this program does not know; migrating refuses it.
	if err := migrate(ctx, path); err != nil {
		return done, err
	}
	c, err := connect(ctx, path, "secure_delete(1)")
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.script("BEGIN IMMEDIATE"); err != nil {
		return done, err
	}
	counts := make([]int, len(sealedColumns))
	for i, column := range sealedColumns {
		if counts[i], err = column.reseal(c, old, fresh); err != nil {
			return done, errors.Join(fmt.Errorf("nothing was changed: %w", err), c.script("ROLLBACK"))
		}
	}
	// Fingerprints cannot be made anew. What they guard against, the same call twice within a day, is not worth keeping the old key for.
	if err := c.script("DELETE FROM made"); err != nil {
		return done, errors.Join(fmt.Errorf("nothing was changed: %w", err), c.script("ROLLBACK"))
	}
	tx := &Tx{c: c, now: now}
	if err := tx.Audit(theMachine, hub.AuditEntry{Kind: hub.AuditSecretsResealed}); err != nil {
		return done, errors.Join(fmt.Errorf("nothing was changed: %w", err), c.script("ROLLBACK"))
	}
	ready()
	if err := c.script("COMMIT"); err != nil {
		return done, err
	}
	return Resealed{Integrations: counts[0], Callbacks: counts[1]}, nil
}

// resealPage is how many values are in memory at a time.
const resealPage = 100

func (c sealedColumn) reseal(conn *conn, old, fresh *sealer) (n int, err error) {
	update := fmt.Sprintf("UPDATE %s SET %s = ? WHERE key = ?", c.table, c.column)
	for after := int64(0); ; {
		values, err := c.read(conn.each, after, resealPage)
		if err != nil || len(values) == 0 {
			return n, err
		}
		for _, v := range values {
			plain, err := old.open(v.sealed, v.place())
			if err != nil {
				return n, fmt.Errorf("%s: those of %s: %w", c.what, v.place(), err)
			}
			if _, err := conn.exec(update, fresh.seal(plain, v.place()), v.key); err != nil {
				return n, err
			}
			after = v.key
			n++
		}
	}
}

// Wipe leaves nothing in the database's files but what the database uses: it builds the file anew without the pages and
// gaps in which deleted values stand, and empties the write-ahead log. It takes as much room as the file has, both beside it and in
// the directory for temporary files, and the caller must have locked the directory. What the disk keeps of blocks that a file gave back is beyond its reach.
func Wipe(ctx context.Context, dir string) (err error) {
	c, err := connect(ctx, filepath.Join(dir, File), "secure_delete(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	// Into memory, which is where other connections have what is temporary, a large database may not fit. The driver sorts the settings
	// of a connection, so this cannot be one of them.
	if err := c.script("PRAGMA temp_store = FILE; VACUUM"); err != nil {
		return err
	}
	var busy, pages, moved int
	if err := c.each("PRAGMA wal_checkpoint(TRUNCATE)", nil, func(r scanner) error { return r.Scan(&busy, &pages, &moved) }); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("another program has the database open")
	}
	return nil
}
