package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// inBubble runs a test in fake time, which begins at midnight UTC of 1 January 2000, with an empty store.
func inBubble(t *testing.T, play func(*testing.T, *sqlite.DB)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { play(t, hubtest.DB(t)) })
}

// became writes a line of the journal.
func became(tx *sqlite.Tx, s hub.Subject, from, to string) {
	tx.Change(hub.Change{Subject: s, Key: 7, From: from, To: to, Cause: hub.Reason{Code: hub.ReasonWorker}})
}

func series(t *testing.T, db *sqlite.DB, from, to time.Time, bucket time.Duration) []*hub.Activity {
	t.Helper()
	return must(db.Activity(t.Context(), hubtest.Admin(t, db), hub.ActivityRange{From: from, To: to, Bucket: bucket}))(t)
}

func TestWhatHappensIsCountedInItsMinuteAndInItsQuarterOfAnHour(t *testing.T) {
	inBubble(t, func(t *testing.T, db *sqlite.DB) {
		began := time.Now()
		for minute := range 40 {
			write(t, db, func(tx *sqlite.Tx) error {
				tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: 1, To: "RECEIVED", Cause: hub.Reason{Code: hub.ReasonPublished}})
				tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: 1, To: "RECEIVED", Cause: hub.Reason{Code: hub.ReasonClock}})
				became(tx, hub.SubjectExecution, "", "QUEUED")
				became(tx, hub.SubjectDelivery, "", "PENDING")
				became(tx, hub.SubjectDelivery, "PENDING", "SENDING")
				became(tx, hub.SubjectDelivery, "SENDING", "ACCEPTED")
				tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: 7, Aspect: hub.AspectOutcome, To: "SUCCEEDED"})
				tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: 7, Aspect: hub.AspectReceipt, From: "READ", To: "SENT"})
				if minute%2 == 0 {
					tx.Attempted(hub.OutcomeAccepted)
				}
				return nil
			})
			time.Sleep(time.Minute)
		}
		want := hub.Activity{Occurrences: hub.OccurrenceActivity{Published: 1, Noticed: 1}, Executions: hub.ExecutionActivity{Started: 1, Succeeded: 1},
			Deliveries: hub.DeliveryActivity{Made: 1, Accepted: 1}}
		for i, a := range series(t, db, began, began.Add(41*time.Minute), time.Minute) {
			w := want
			w.From, w.To = began.UTC().Add(time.Duration(i)*time.Minute), began.UTC().Add(time.Duration(i+1)*time.Minute)
			w.Attempts.Accepted = (i + 1) % 2
			if i == 40 {
				w = hub.Activity{From: w.From, To: w.To}
			}
			if *a != w {
				t.Errorf("minute %d has %+v, want %+v", i, *a, w)
			}
		}
		var counts []int
		for _, a := range series(t, db, began.Add(4*time.Minute), began.Add(61*time.Minute), 15*time.Minute) {
			counts = append(counts, a.Deliveries.Accepted)
		}
		if got := fmt.Sprint(counts); got != "[15 15 10 0 0]" {
			t.Errorf("the quarters, from the one in which the range begins, have %s", got)
		}
		if got := series(t, db, began, began.Add(time.Hour), 24*time.Hour); len(got) != 1 || got[0].Deliveries.Accepted != 40 || got[0].Attempts.Accepted != 20 {
			t.Errorf("the day has %+v", got[0])
		}
	})
}

func TestTestMessagesAndWhatIsUndoneAreNotCounted(t *testing.T) {
	inBubble(t, func(t *testing.T, db *sqlite.DB) {
		refused := errors.New("refused")
		one := func(tx *sqlite.Tx) error {
			became(tx, hub.SubjectDelivery, "SENDING", "FAILED")
			tx.Attempted(hub.OutcomeRejected)
			return tx.Exec("UPDATE migrations SET at = at")
		}
		errs := together(t, db, one, func(tx *sqlite.Tx) error { _ = one(tx); return refused }, func(tx *sqlite.Tx) error {
			tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: 7, From: "SENDING", To: "FAILED", Test: true})
			return nil
		})
		if !errors.Is(errs[1], refused) || errs[0] != nil || errs[2] != nil {
			t.Fatal(errs)
		}
		a := series(t, db, time.Now(), time.Now().Add(time.Minute), time.Minute)[0]
		if a.Deliveries.Failed != 1 || a.Attempts.Rejected != 1 {
			t.Errorf("one failed, and the activity says %+v", *a)
		}
		if m := db.Meters(); m.Activity.Deliveries.Failed != 1 || m.CommitTime.Count == 0 || m.CommitsFailed != 0 {
			t.Errorf("the meters show %+v", m)
		}
	})
}

func TestTheThroughputIsThatOfTheLastMinute(t *testing.T) {
	inBubble(t, func(t *testing.T, db *sqlite.DB) {
		admin := hubtest.Admin(t, db)
		now := func() int {
			return must(db.Queue(t.Context(), admin))(t).Throughput.Deliveries.Accepted
		}
		accept := func() {
			write(t, db, func(tx *sqlite.Tx) error { became(tx, hub.SubjectDelivery, "SENDING", "ACCEPTED"); return nil })
		}
		for range 200 { // longer than the ring
			accept()
			time.Sleep(time.Second)
		}
		if n := now(); n != 60 {
			t.Errorf("one in each second makes %d in a minute", n)
		}
		time.Sleep(30 * time.Second)
		accept()
		if n := now(); n != 31 {
			t.Errorf("half a minute later there are %d", n)
		}
		time.Sleep(2 * time.Minute)
		if n := now(); n != 0 {
			t.Errorf("two minutes later there are %d", n)
		}
	})
}

func TestARangeOfActivityIsJudged(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	at := time.Date(2026, 11, 22, 14, 7, 31, 0, time.UTC)
	for _, c := range []struct {
		name     string
		from, to time.Time
		bucket   time.Duration
		wrong    string
		buckets  int
	}{
		{"a minute", at, at.Add(time.Minute), time.Minute, "", 2},
		{"a thousand minutes", at.Truncate(time.Minute), at.Truncate(time.Minute).Add(1000 * time.Minute), time.Minute, "", 1000},
		{"a minute more", at.Truncate(time.Minute), at.Truncate(time.Minute).Add(1001 * time.Minute), time.Minute, "bucket", 0},
		{"seven minutes", at, at.Add(20 * time.Minute), 7 * time.Minute, "", 3},
		{"years by the day", at, at.AddDate(2, 0, 0), 24 * time.Hour, "", 732},
		{"all of time", at.AddDate(-50, 0, 0), at.AddDate(2000, 0, 0), 24 * time.Hour, "bucket", 0},
		{"no bucket", at, at.Add(time.Hour), 0, "bucket", 0},
		{"half a minute", at, at.Add(time.Hour), 30 * time.Second, "bucket", 0},
		{"sixteen minutes", at, at.Add(time.Hour), 16 * time.Minute, "bucket", 0},
		{"nothing", at, at, time.Minute, "to", 0},
		{"backwards", at, at.Add(-time.Hour), time.Minute, "to", 0},
		{"before anything was counted", at.AddDate(-100, 0, 0), at, 24 * time.Hour, "from", 0},
	} {
		list, err := db.Activity(t.Context(), hubtest.Admin(t, db), hub.ActivityRange{From: c.from, To: c.to, Bucket: c.bucket})
		var e *hub.Error
		switch {
		case c.wrong == "" && (err != nil || len(list) != c.buckets):
			t.Errorf("%s: %d buckets, %v", c.name, len(list), err)
		case c.wrong != "" && (!errors.As(err, &e) || e.Code != hub.CodeInvalid || e.Path != c.wrong):
			t.Errorf("%s is answered with %v", c.name, err)
		}
	}
}

func TestWhatTheQueueAsksIsAnsweredByAnIndexAlone(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for what, query := range sqlite.QueueStatements() {
		for _, step := range must(db.Explain(t.Context(), query))(t) {
			scan := strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "SUBQUERY") && !strings.Contains(step, "COVERING INDEX") && !strings.Contains(step, "subquery")
			if scan || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: %s", what, step)
			}
		}
	}
	plan := must(db.Explain(t.Context(), sqlite.ActivityStatement, 0, 1, 60, 2))(t)
	if got := strings.Join(plan, " "); !strings.Contains(got, "SEARCH activity USING PRIMARY KEY (span=? AND at>? AND at<?)") {
		t.Errorf("the activity is read by %s", got)
	}
}

// What there was before the activity was counted is in it after the migration, as far as the tables still tell.
func TestWhatHappenedBeforeTheActivityWasCountedIsInIt(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	p := seed(t, db, history{flows: 1, perFlow: 3, delivery: hub.Sent})
	write(t, db, func(tx *sqlite.Tx) error {
		for _, what := range []string{"DROP TABLE activity", "DROP INDEX executions_waiting", "DROP INDEX deliveries_waiting",
			"ALTER TABLE executions DROP COLUMN trace",
			fmt.Sprintf("UPDATE deliveries SET state = 'FAILED' WHERE key = %d", p.deliveries[0].Key),
			fmt.Sprintf("UPDATE executions SET test = 1 WHERE key = %d", p.executions[1].Key), fmt.Sprintf("UPDATE deliveries SET test = 1 WHERE key = %d", p.deliveries[1].Key)} {
			if err := tx.Exec(what); err != nil {
				return err
			}
		}
		o := occurrence(tx, 1, 7)
		o.Source = hub.SourceDerived
		if _, err := tx.OccurrenceInsert(o, "[]"); err != nil {
			return err
		}
		return tx.Script(string(must(os.ReadFile(filepath.Join("migrations", "0020_watched.sql")))(t)))
	})
	want := hub.Activity{Occurrences: hub.OccurrenceActivity{Published: 3, Noticed: 1}, Executions: hub.ExecutionActivity{Started: 2, Succeeded: 2},
		Deliveries: hub.DeliveryActivity{Made: 2, Accepted: 2, Sent: 2, Failed: 1}, Attempts: hub.AttemptActivity{Accepted: 2}}
	if got := sum(t, db); got != want {
		t.Errorf("the migration counts %+v, want %+v", got, want)
	}
}

// sum is all activity of the last hours, which both spans must agree on.
func sum(t *testing.T, db *sqlite.DB) hub.Activity {
	t.Helper()
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	var minutes, quarters hub.Activity
	for _, a := range series(t, db, from, to, time.Minute) {
		minutes.Add(a)
	}
	for _, a := range series(t, db, from, to, time.Hour) {
		quarters.Add(a)
	}
	if minutes != quarters {
		t.Errorf("the minutes make %+v, the quarters %+v", minutes, quarters)
	}
	return minutes
}
