package sqlite_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

var errRefused = errors.New("refused")

// together holds the writer, lets every function queue up behind it in order, and lets them go: they share one
// transaction. It answers what Write answered to each. It must run inside a synctest bubble.
func together(t *testing.T, db *sqlite.DB, fns ...func(*sqlite.Tx) error) []error {
	t.Helper()
	gate, errs := make(chan struct{}), make([]error, len(fns))
	done := make(chan struct{}, len(fns)+1)
	go func() {
		_ = db.Write(t.Context(), func(*sqlite.Tx) error { <-gate; return nil })
		done <- struct{}{}
	}()
	synctest.Wait()
	for i, fn := range fns {
		go func() {
			errs[i] = db.Write(t.Context(), fn)
			done <- struct{}{}
		}()
		synctest.Wait()
	}
	close(gate)
	for range len(fns) + 1 {
		<-done
	}
	return errs
}

// keep writes a line of the journal and a kept callback, so that both the table and the journal show what was undone.
func keep(tx *sqlite.Tx, key int64) error {
	tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: key, To: "QUEUED", Cause: hub.Reason{Code: hub.ReasonMatched}})
	return tx.Exec("INSERT INTO callbacks (key, integration, received_at, request) VALUES (?, 1, 0, x'00')", key)
}

func kept(t *testing.T, db *sqlite.DB) (keys []int64) {
	t.Helper()
	for key := range int64(100) {
		n, err := db.Number(t.Context(), "SELECT count(*) FROM callbacks WHERE key = ?", key)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

func journal(t *testing.T, db *sqlite.DB) (keys, seqs []int64) {
	t.Helper()
	changes, err := db.ChangesAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		keys, seqs = append(keys, c.Key), append(seqs, c.Seq)
	}
	return keys, seqs
}

func TestGroupCommit(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		bad  func(*sqlite.Tx) error
		want func(error) bool
	}{
		{"a caller that fails before it writes", func(*sqlite.Tx) error { return errRefused },
			func(err error) bool { return errors.Is(err, errRefused) }},
		{"a caller that fails after it wrote", func(tx *sqlite.Tx) error { return errors.Join(keep(tx, 50), errRefused) },
			func(err error) bool { return errors.Is(err, errRefused) }},
		{"a caller whose statement the database refuses", func(tx *sqlite.Tx) error { return errors.Join(keep(tx, 50), keep(tx, 1)) },
			func(err error) bool { return err != nil }},
		{"a caller that panics before it writes", func(*sqlite.Tx) error { panic("boom") },
			func(err error) bool { return hub.CodeOf(err) == hub.CodeInternal }},
		{"a caller that panics after it wrote", func(tx *sqlite.Tx) error { _ = keep(tx, 50); panic("boom") },
			func(err error) bool { return hub.CodeOf(err) == hub.CodeInternal }},
	}
	for _, tc := range cases {
		t.Run(tc.name+" undoes its own writes and nobody else's", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := hubtest.DB(t)
				hooks := 0
				errs := together(t, db,
					func(tx *sqlite.Tx) error { return keep(tx, 1) },
					func(tx *sqlite.Tx) error { tx.AfterCommit(func() { hooks += 100 }); return tc.bad(tx) },
					func(tx *sqlite.Tx) error { tx.AfterCommit(func() { hooks++ }); return keep(tx, 3) },
				)
				if errs[0] != nil || errs[2] != nil {
					t.Errorf("the others were told %v and %v", errs[0], errs[2])
				}
				if !tc.want(errs[1]) {
					t.Errorf("it was told %v", errs[1])
				}
				if got := kept(t, db); !slices.Equal(got, []int64{1, 3}) {
					t.Errorf("kept %v", got)
				}
				if keys, seqs := journal(t, db); !slices.Equal(keys, []int64{1, 3}) || !slices.Equal(seqs, []int64{1, 2}) {
					t.Errorf("the journal has the keys %v under the numbers %v", keys, seqs)
				}
				if hooks != 1 {
					t.Errorf("after the commit, hooks of a failed caller ran or others did not: %d", hooks)
				}
				if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 4) }); err != nil {
					t.Errorf("the writer does not go on: %v", err)
				}
			})
		})
	}
}

func TestFunctionsOfABatchShareOneTransactionAndRunOnceUnlessOneFailedAfterWriting(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]struct {
		fn   func(*sqlite.Tx) error
		runs int
	}{
		"nobody fails":                 {func(tx *sqlite.Tx) error { return keep(tx, 2) }, 1},
		"one fails before it writes":   {func(*sqlite.Tx) error { return errRefused }, 1},
		"one fails after having wrote": {func(tx *sqlite.Tx) error { return errors.Join(keep(tx, 2), errRefused) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				batches := 0
				db := hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) { o.Committed = func([]hub.Change) { batches++ } })
				runs := 0
				together(t, db, func(tx *sqlite.Tx) error { runs++; return keep(tx, 1) }, bad.fn)
				if runs != bad.runs || batches != 1 {
					t.Errorf("ran %d times in %d commits, want %d in 1", runs, batches, bad.runs)
				}
			})
		})
	}
}

func TestTheJournalFollowsTheOrderInWhichCallersCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told [][]int64
		db := hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) {
			o.Committed = func(changes []hub.Change) {
				var seqs []int64
				for _, c := range changes {
					seqs = append(seqs, c.Seq)
				}
				told = append(told, seqs)
			}
		})
		write := func(key int64) func(*sqlite.Tx) error { return func(tx *sqlite.Tx) error { return keep(tx, key) } }
		together(t, db, write(1), write(2))
		together(t, db, write(3))
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.Exec("DELETE FROM callbacks") }); err != nil {
			t.Fatal(err)
		}
		together(t, db, write(4), write(5), write(6))
		keys, seqs := journal(t, db)
		if !slices.Equal(keys, []int64{1, 2, 3, 4, 5, 6}) || !slices.IsSorted(seqs) {
			t.Errorf("keys %v under numbers %v", keys, seqs)
		}
		want := [][]int64{{1, 2}, {3}, {4, 5, 6}}
		if !slices.EqualFunc(told, want, slices.Equal) {
			t.Errorf("Committed was told %v, want %v: each commit once, in order, and none without lines", told, want)
		}
	})
}

func TestCommittedIsToldBeforeTheCallerIsAnsweredAndAfterItCanBeRead(t *testing.T) {
	t.Parallel()
	var db *sqlite.DB
	var readable int
	db = hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) {
		o.Committed = func([]hub.Change) { readable, _ = db.Number(context.Background(), "SELECT count(*) FROM changes") }
	})
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 1) }); err != nil {
		t.Fatal(err)
	}
	if readable != 1 {
		t.Errorf("when the caller was answered, Committed had seen %d lines", readable)
	}
}

func TestACursorIsNeverGivenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 1) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return errors.Join(keep(tx, 2), errRefused) }); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = hubtest.Open(t, dir, nil)
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 3) }); err != nil {
		t.Fatal(err)
	}
	keys, seqs := journal(t, db)
	if !slices.Equal(keys, []int64{1, 3}) || seqs[0] >= seqs[1] {
		t.Errorf("keys %v under numbers %v", keys, seqs)
	}
	if last, err := db.LastChange(t.Context()); err != nil || last != seqs[1] {
		t.Errorf("the newest cursor is %d (%v), want %d", last, err, seqs[1])
	}
}

func TestACommitThatFailsKeepsNothingAndTellsEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := 0
		db := hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) { o.Committed = func([]hub.Change) { told++ } })
		errs := together(t, db,
			func(tx *sqlite.Tx) error { return keep(tx, 1) },
			func(tx *sqlite.Tx) error {
				// A reference to nothing that is judged at the commit: it makes COMMIT itself fail.
				return errors.Join(tx.Exec("PRAGMA defer_foreign_keys = 1"),
					tx.Exec("INSERT INTO attempts (delivery, number, counted, started_at, finished_at, kind, scope) VALUES (404, 1, 1, 0, 0, 'RETRY', 'DELIVERY')"))
			})
		for i, err := range errs {
			if hub.CodeOf(err) != hub.CodeUnavailable {
				t.Errorf("caller %d was told %v", i, err)
			}
		}
		if got := kept(t, db); len(got) > 0 || told > 0 {
			t.Errorf("kept %v and told %d times", got, told)
		}
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 4) }); err != nil {
			t.Errorf("the writer does not go on: %v", err)
		}
	})
}

func TestEverythingInATransactionBearsOneTimeToTheMillisecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		var at time.Time
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { at = tx.Now(); return keep(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		changes, err := db.ChangesAfter(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if !changes[0].At.Equal(at) || !at.Equal(at.Truncate(time.Millisecond)) || at.Location() != time.UTC {
			t.Errorf("the line bears %v, the transaction %v", changes[0].At, at)
		}
	})
}

func TestAWriteAfterCloseIsToldThatTheHubIsShuttingDown(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 1) }); hub.CodeOf(err) != hub.CodeUnavailable {
		t.Errorf("told %v", err)
	}
}

func TestCloseWritesWhatWasHandedInBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		db := hubtest.Open(t, dir, nil)
		gate := make(chan struct{})
		go func() { _ = db.Write(t.Context(), func(*sqlite.Tx) error { <-gate; return nil }) }()
		synctest.Wait()
		answer := make(chan error, 1)
		go func() { answer <- db.Write(t.Context(), func(tx *sqlite.Tx) error { return keep(tx, 1) }) }()
		synctest.Wait()
		closed := make(chan error, 1)
		go func() { closed <- db.Close() }()
		synctest.Wait()
		close(gate)
		if err := errors.Join(<-answer, <-closed); err != nil {
			t.Fatal(err)
		}
		if got := kept(t, hubtest.Open(t, dir, nil)); !slices.Equal(got, []int64{1}) {
			t.Errorf("kept %v", got)
		}
	})
}

func TestACallerWhoseContextEndsDoesNotWaitForRoomInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		gate := make(chan struct{})
		wait := func(*sqlite.Tx) error { <-gate; return nil }
		go func() { _ = db.Write(t.Context(), wait) }()
		synctest.Wait() // it is being run, alone
		for range sqlite.WriterQueue {
			go func() { _ = db.Write(t.Context(), wait) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		ran := false
		err := db.Write(ctx, func(*sqlite.Tx) error { ran = true; return nil })
		if !errors.Is(err, context.DeadlineExceeded) || ran {
			t.Errorf("told %v, ran: %v", err, ran)
		}
		close(gate)
	})
}
