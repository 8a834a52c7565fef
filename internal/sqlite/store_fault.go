package sqlite

import (
	"errors"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/recado-hub/recado/internal/hub"
)

// What callers are told of a fault of the store: that nothing was kept, why, if that is known, and that trying again makes sense.
var (
	errStore = &hub.Error{Code: hub.CodeUnavailable, Message: "the database cannot write at the moment; nothing was kept, try again"}
	errFull  = &hub.Error{Code: hub.CodeUnavailable, Message: "the disk is full, and the database cannot write; nothing was kept, try again when there is room"}
	errShut  = &hub.Error{Code: hub.CodeUnavailable, Message: "the directory of the database takes no writes; nothing was kept, try again when it does"}
)

// faults are the results of SQLite that say something of the disk or the machine and nothing of the statement
// (sqlite.org/rescode.html), each with what callers are told: what failed with one of them may well succeed later.
var faults = map[int]*hub.Error{
	sqlite3.SQLITE_BUSY: errStore, sqlite3.SQLITE_LOCKED: errStore, sqlite3.SQLITE_NOMEM: errStore, sqlite3.SQLITE_READONLY: errShut, sqlite3.SQLITE_IOERR: errStore,
	sqlite3.SQLITE_CORRUPT: errStore, sqlite3.SQLITE_FULL: errFull, sqlite3.SQLITE_CANTOPEN: errShut, sqlite3.SQLITE_PROTOCOL: errStore, sqlite3.SQLITE_NOTADB: errStore,
}

// faultOf is what callers are told of an error of the store; nil if it is one of the statement.
func faultOf(err error) *hub.Error {
	var e interface{ Code() int } // that of the driver
	if !errors.As(err, &e) {
		return nil
	}
	return faults[e.Code()&0xff] // the rest of the code is detail
}

// fault tells a fault of the store from one of the statement.
func fault(err error) error {
	if faultOf(err) != nil {
		return storeError(err)
	}
	return err
}

// storeError turns a failure of the store into what a caller is told. The cause goes along for the log.
func storeError(err error) error {
	if hub.CodeOf(err) == hub.CodeUnavailable {
		return err
	}
	told := faultOf(err)
	if told == nil {
		told = errStore
	}
	return fmt.Errorf("%w: %w", told, err)
}

// noteFault remembers when the store last failed, for Ready.
func (db *DB) noteFault(err error) {
	for _, told := range []*hub.Error{errStore, errFull, errShut} {
		if errors.Is(err, told) {
			db.faulty.Store(time.Now().UnixNano())
		}
	}
}
