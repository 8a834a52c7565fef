package sqlite_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// failing opens a store whose disk fails once, at the first call that has the text in it.
func failing(t *testing.T) (*sqlite.DB, func(f *hubtest.DiskFault, text string)) {
	t.Helper()
	disk := &hubtest.Disk{}
	db := hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) { o.Calls = disk.Call })
	return db, func(f *hubtest.DiskFault, text string) {
		disk.Fail(func(c sqlite.Call) *hubtest.DiskFault {
			if f == nil || c.Done || !strings.Contains(c.Query, text) {
				return nil
			}
			once := f
			f = nil
			return once
		})
	}
}

func TestAFaultOfTheDiskKeepsAllOfATransactionOrNothing(t *testing.T) {
	t.Parallel()
	read := func(tx *sqlite.Tx) error { _, err := tx.Delivery(1); return err }
	for _, c := range []struct {
		name  string
		fault *hubtest.DiskFault
		at    string
		first func(*sqlite.Tx) error // of the caller before the two that write
	}{
		{"that gave the transaction up while a caller read", hubtest.DiskBroken, "FROM deliveries", read},
		{"that gave the transaction up while a caller read who does not mind", hubtest.DiskBroken, "FROM deliveries", func(tx *sqlite.Tx) error { _ = read(tx); return nil }},
		{"that gave the transaction up while a caller wrote", hubtest.DiskFull, "INSERT INTO callbacks", nil},
		{"that left the transaction while a caller wrote", hubtest.DiskNoRoom, "INSERT INTO callbacks", nil},
		{"that left the transaction while a caller read", hubtest.DiskBusy, "FROM deliveries", read},
		{"when the journal is written", hubtest.DiskFull, "INSERT INTO changes", nil},
		{"when a transaction begins", hubtest.DiskBusy, "BEGIN", nil},
		{"when it is to become durable", hubtest.DiskFull, "COMMIT", nil},
		{"when it is to become durable, and is still open", hubtest.DiskBusy, "COMMIT", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, fail := failing(t)
				fns := []func(*sqlite.Tx) error{
					func(tx *sqlite.Tx) error { return keep(tx, 1) },
					func(tx *sqlite.Tx) error { return keep(tx, 2) },
				}
				if c.first != nil {
					fns = append([]func(*sqlite.Tx) error{c.first}, fns...)
				}
				fail(c.fault, c.at)
				errs := together(t, db, fns...)
				fail(nil, "")
				var acknowledged []int64
				for i, err := range errs[len(errs)-2:] {
					if err == nil {
						acknowledged = append(acknowledged, int64(i+1))
					} else if hub.CodeOf(err) != hub.CodeUnavailable {
						t.Errorf("a caller was told %v", err)
					}
				}
				rows := kept(t, db)
				lines, seqs := journal(t, db)
				if !slices.Equal(rows, acknowledged) || !slices.Equal(lines, acknowledged) {
					t.Errorf("%v were acknowledged (%v), %v are kept, the journal has %v", acknowledged, errs, rows, lines)
				}
				for i, seq := range seqs {
					if seq != int64(i+1) {
						t.Errorf("the journal has the cursors %v", seqs)
					}
				}
				if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 9) }); err != nil {
					t.Errorf("the writer does not go on: %v", err)
				}
			})
		})
	}
}

func TestAReadThatTheDiskFailsSaysThatTryingAgainMakesSense(t *testing.T) {
	t.Parallel()
	db, fail := failing(t)
	admin := hubtest.Admin(t, db)
	for name, read := range map[string]func() error{
		"LastChange":   func() error { _, err := db.LastChange(t.Context()); return err },
		"ChangesAfter": func() error { _, err := db.ChangesAfter(t.Context(), 0, 10); return err },
		"RecordData":   func() error { _, err := db.RecordData(t.Context(), "person", "P-1"); return err },
		"RecordState":  func() error { _, err := db.RecordState(t.Context(), "person", "P-1"); return err },
		"Queue":        func() error { _, err := db.Queue(t.Context(), admin); return err },
		"Activity": func() error {
			_, err := db.Activity(t.Context(), admin, hub.ActivityRange{From: time.Unix(0, 0), To: time.Unix(3600, 0), Bucket: time.Minute})
			return err
		},
		"Execution": func() error { _, err := db.Execution(t.Context(), admin, 1); return err },
	} {
		fail(hubtest.DiskBroken, "SELECT")
		if err := read(); hub.CodeOf(err) != hub.CodeUnavailable {
			t.Errorf("%s is answered %v", name, err)
		}
	}
}
