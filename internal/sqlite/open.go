package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	driver "modernc.org/sqlite"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// Options are what a DB needs to be told.
type Options struct {
	// Key seals the secrets of integrations: 32 bytes. Without it, integrations cannot be kept.
	Key []byte
	// FindKey is asked for the key instead, once the directory is locked and before anything in it is changed.
	FindKey func() ([]byte, error)
	// Catalog judges permission rows and records.
	Catalog *catalog.Catalog
	// Committed is called after each commit that wrote to the journal, in the order of the commits, before the callers of
	// that commit are answered. It must not block.
	Committed func([]hub.Change)
	// Calls is for tests: asked before each call to SQLite, and after those that may write, it says whether that fails. Nil, as
	// everywhere else, costs nothing.
	Calls func(Call) error
}

// DB is an open data directory.
type DB struct {
	dir     string
	lock    *flock.Flock
	read    *readers
	w       *writer
	seal    *sealer
	catalog *catalog.Catalog
	guards  guards
	callers callers
	revoked revocations
	rights  signal
	tallies tallies

	toldExecutions told[hub.Execution]
	toldDeliveries told[hub.Delivery]

	provenances sync.Map      // versionKey → *provenance
	floor       atomic.Int64  // the last line of the journal that was pruned; see OldestCursor
	retention   atomic.Uint64 // counts the changes of how long things are kept
	config      atomic.Uint64 // counts the commits that changed configuration
	faulty      atomic.Int64  // when the store last failed, in nanoseconds since 1970
}

// File is the name of the database inside the data directory.
const File = "recado.db"

// Open locks the data directory (which it makes if need be, mode 0700), brings the database up to date and starts the
// writer. It refuses a directory that another hub has open and a database of a newer version, each with one clear line.
func Open(ctx context.Context, dir string, o Options) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	var db *DB
	if o.FindKey != nil {
		o.Key, err = o.FindKey()
	}
	if err == nil {
		db, err = open(ctx, dir, o)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	db.lock = lock
	return db, nil
}

// Lock locks a data directory that is there, for whoever changes other files in it than the database, and refuses one that
// a hub has open. unlock frees it.
func Lock(dir string) (unlock func() error, err error) {
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	return lock.Unlock, nil
}

func lockDir(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, "lock"))
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("the data directory %s cannot be locked: %w", dir, err)
	case !ok:
		return nil, fmt.Errorf("the data directory %s is in use by another hub; stop that one or choose another directory with --data", dir)
	}
	return lock, nil
}

func open(ctx context.Context, dir string, o Options) (*DB, error) {
	path := filepath.Join(dir, File)
	// SQLite would make it readable for everybody; its other files take their mode from this one.
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("the database cannot be written: %w", err)
	} else if err := f.Close(); err != nil {
		return nil, err
	}
	if err := migrate(ctx, path); err != nil {
		return nil, err
	}
	read, err := pool(path, o.Calls)
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	read.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)))
	db := &DB{dir: dir, read: &readers{DB: read}, catalog: o.Catalog}
	db.findGuards()
	if db.seal, err = newSealer(o.Key); err == nil {
		err = checkKey(db.reads(ctx), db.seal)
	}
	if err == nil {
		err = db.loadRevoked(ctx)
	}
	if err == nil {
		err = db.loadFloor(ctx)
	}
	if err == nil {
		db.w, err = newWriter(ctx, db, path, o)
	}
	if err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return db, nil
}

// dsn names the database with the settings of every connection. FULL makes a commit durable before it is answered.
// 4,000 pages between checkpoints did best under load on a prototype of the path.
func dsn(path string, pragmas ...string) string {
	q := url.Values{"_pragma": append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "wal_autocheckpoint(4000)",
		"temp_store(MEMORY)",
	}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Close ends the writer after what it was given, and frees the directory.
func (db *DB) Close() error {
	return errors.Join(db.closeAudit(), db.w.close(), db.read.Close(), db.lock.Unlock())
}

// faultyFor is how long after a fault of the store the hub is not ready: on a full disk, a little still fits now and then.
const faultyFor = 5 * time.Second

// Ready says whether the database takes writes: nil, or what is wrong. It writes a page and has it made durable, because a
// full disk shows nowhere else.
func (db *DB) Ready(ctx context.Context) error {
	if time.Since(time.Unix(0, db.faulty.Load())) < faultyFor {
		return errStore
	}
	return db.Write(ctx, func(tx *Tx) error {
		return tx.exec("UPDATE migrations SET at = at WHERE version = (SELECT max(version) FROM migrations)")
	})
}

// ConfigVersion grows with every commit that changed configuration (groups, consumers, integrations, flows, events):
// what was derived from configuration at an older version must be derived again.
func (db *DB) ConfigVersion() uint64 { return db.config.Load() }

func connect(ctx context.Context, path string, pragmas ...string) (*conn, error) {
	c, err := driver.NewConnector(dsn(path, pragmas...))
	if err != nil {
		return nil, err
	}
	raw, err := c.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", path, err)
	}
	return newConn(raw), nil
}
