package sqlite_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestRetentionIsChangedOnceForEachVersion(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	ctx, admin := t.Context(), hubtest.Admin(t, db)
	r := must(db.Retention(ctx, admin))(t)
	if r.Version != 1 || r.History != 400*days || r.Payloads != 90*days || r.Unmatched != 30*days || r.Audit != 0 || r.UpdatedAt != nil {
		t.Errorf("at first it is %+v", r)
	}
	year := 365 * days
	changes := db.RetentionVersion()
	if dry := must(db.RetentionUpdate(ctx, admin, hub.RetentionInput{History: &year, DryRun: true}))(t); dry.History != year || db.RetentionVersion() != changes {
		t.Errorf("a dry run says %+v", dry)
	}
	if r := must(db.Retention(ctx, admin))(t); r.Version != 1 || r.History != 400*days {
		t.Errorf("after a dry run it is %+v", r)
	}
	never := time.Duration(0)
	must(db.RetentionUpdate(ctx, admin, hub.RetentionInput{ExpectedVersion: 1, History: &year, Unmatched: &never}))(t)
	if r := must(db.Retention(ctx, admin))(t); r.Version != 2 || r.History != year || r.Unmatched != 0 || r.UpdatedAt == nil || db.RetentionVersion() == changes {
		t.Errorf("afterwards it is %+v", r)
	}
	_, err := db.RetentionUpdate(ctx, admin, hub.RetentionInput{ExpectedVersion: 1, History: &year})
	refused(t, err, hub.CodeConflict, "expectedVersion")
	e := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditRetentionChanged}})
	if got := fmt.Sprint(len(e), string(e[0].Changes[0].From), string(e[0].Changes[0].To), e[0].Changes[1].Path); got != `1"P400D""P365D"unmatched` && len(e) != 1 {
		t.Errorf("the audit log says %s", got)
	}
	f := must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t)
	month := 30 * days
	if got := must(db.FlowRetentionUpdate(ctx, admin, f.Key, hub.FlowRetentionInput{ExpectedVersion: 1, History: &month}))(t); got.Version != 2 || got.History != month || got.Payloads != month {
		t.Errorf("the flow keeps %+v", got)
	}
	_, err = db.FlowRetentionUpdate(ctx, admin, f.Key, hub.FlowRetentionInput{ExpectedVersion: 1, History: &year})
	refused(t, err, hub.CodeConflict, "expectedVersion")
	if now := must(db.Flow(ctx, admin, f.Key))(t); now.Version != 1 {
		t.Errorf("the flow has the version %d", now.Version)
	}
	must(db.FlowArchive(ctx, admin, f.Key, 0))(t)
	week := 7 * days
	if got := must(db.FlowRetentionUpdate(ctx, admin, f.Key, hub.FlowRetentionInput{History: &week}))(t); got.History != week {
		t.Errorf("archived, the flow keeps %+v", got)
	}
}

func TestPruningWaitsForADayAtFirstAndWhenTheClockLeaps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		admin := hubtest.Admin(t, db)
		look := func(want, wantLeapt bool) {
			t.Helper()
			write(t, db, func(tx *sqlite.Tx) error {
				ready, leapt, err := tx.RetentionReady()
				if ready != want || leapt != wantLeapt {
					t.Errorf("ready %v, leapt %v", ready, leapt)
				}
				return err
			})
		}
		look(false, false)
		if r := must(db.Retention(t.Context(), admin))(t); !r.BeginsAt.Equal(time.Now().Add(hub.PruneGrace)) {
			t.Errorf("it begins at %v", r.BeginsAt)
		}
		time.Sleep(days - time.Second)
		look(false, false)
		time.Sleep(time.Second)
		look(true, false)
		time.Sleep(hub.PruneLeap)
		look(true, false)
		time.Sleep(hub.PruneLeap + time.Millisecond)
		look(false, true)
		time.Sleep(days)
		look(true, false)
		later := time.Now().Add(3 * days)
		must(db.RetentionUpdate(t.Context(), admin, hub.RetentionInput{BeginsAt: &later}))(t)
		look(false, false)
	})
}

func TestTheRestGoesByItsOwnTimes(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	record := func(n int) {
		write(t, a.db, func(tx *sqlite.Tx) error {
			_, err := tx.RecordWrite(sqlite.RecordWrite{Type: "person", Name: "jonas", Data: fmt.Sprintf(`{"n":%d}`, n)}, func() error { return nil })
			return err
		})
	}
	exec := func(query string, args ...any) {
		t.Helper()
		write(t, a.db, func(tx *sqlite.Tx) error { return tx.Exec(query, args...) })
	}
	keep := func(id string) {
		write(t, a.db, func(tx *sqlite.Tx) error {
			if err := tx.CallbackKeep(1, hub.Callback{Method: "POST", ReceivedAt: tx.Now()}); err != nil {
				return err
			}
			_, err := tx.ReceiptInsert(1, hub.Receipt{ProviderID: id, Status: hub.ReceiptSent, At: tx.Now(), ReceivedAt: tx.Now()})
			return err
		})
	}
	old := a.now.Add(-400 * days)
	record(1)
	record(2) // the first state ends, 400 days ago
	exec("UPDATE record_versions SET at = ?", old.UnixMilli())
	exec("UPDATE records SET updated_at = ?", old.UnixMilli())
	record(3) // the second state, which is as old, ends now
	for _, table := range []string{"callbacks", "receipts"} {
		keep("old " + table)
		exec(fmt.Sprintf("DELETE FROM %s WHERE key <> (SELECT max(key) FROM %[1]s)", table))
		exec(fmt.Sprintf("UPDATE %s SET key = ?", table), hub.KeyAt(old))
	}
	keep("young")
	exec("DELETE FROM callbacks WHERE key NOT IN (SELECT min(key) FROM callbacks UNION SELECT max(key) FROM callbacks)")
	exec("DELETE FROM changes")
	for seq, at := range []time.Time{old, a.now} {
		exec(`INSERT INTO changes (seq, first, at, root, lines) VALUES (?, ?, ?, 5, '[{"s":"INTEGRATION","t":"PAUSED","c":"CHECK"}]')`, seq+1, seq+1, at.UnixMilli())
	}
	for id, at := range map[string]time.Time{"old": a.now.Add(-time.Hour), "young": a.now.Add(time.Hour)} {
		if err := a.db.TokenRevoke(t.Context(), a.admin, sqlite.RevokedToken{ID: id, ConsumerKey: a.admin.Consumer.Key, ExpiresAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	for name, at := range map[string]time.Time{"old": a.now.Add(-hub.OnceFor), "young": a.now.Add(time.Minute - hub.OnceFor)} {
		exec("INSERT INTO made (consumer, act, name, fingerprint, object, at) VALUES (1, 'flowCreate', ?, x'00', 1, ?)", name, at.UnixMilli())
	}
	exec("INSERT INTO audit SELECT ?1, ?2, ?2, count, kind, consumer, consumer_name, client, subject_type, subject, subject_name, changes, asked, reason, needs, others, door, address, request, hour "+
		"FROM audit WHERE hour IS NULL LIMIT 1", hub.KeyAt(old), old.UnixMilli())
	entries := a.count("SELECT count(*) FROM audit WHERE hour IS NULL")

	a.prune(&hub.Retention{History: 30 * days, Payloads: 30 * days, Unmatched: 30 * days})
	for query, want := range map[string]int{
		"SELECT version FROM record_versions":                       2,
		"SELECT count(*) FROM callbacks":                            1,
		"SELECT count(*) FROM receipts WHERE provider_id = 'young'": 1,
		"SELECT count(*) FROM receipts":                             1,
		"SELECT min(seq) FROM changes":                              2,
		"SELECT count(*) FROM revoked_tokens WHERE id = 'young'":    1,
		"SELECT count(*) FROM revoked_tokens":                       1,
		"SELECT count(*) FROM made WHERE name = 'young'":            1,
		"SELECT count(*) FROM made":                                 1,
		"SELECT count(*) FROM audit WHERE hour IS NULL":             entries,
	} {
		if n := a.count(query); n != want {
			t.Errorf("%s: %d, not %d", query, n, want)
		}
	}
	if a.db.OldestCursor() != 1 {
		t.Errorf("the journal goes back to %d", a.db.OldestCursor())
	}
	year := 365 * days
	must(a.db.RetentionUpdate(t.Context(), a.admin, hub.RetentionInput{Audit: &year}))(t)
	a.prune(must(a.db.Retention(t.Context(), a.admin))(t))
	if n := a.count("SELECT count(*) FROM audit WHERE hour IS NULL"); n != entries { // the old one is gone, and this change came
		t.Errorf("%d entries of the audit log are left, not %d", n, entries)
	}
	if err := a.db.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.Exec("DELETE FROM audit") }); err == nil {
		t.Error("young entries can be deleted")
	}
}

func TestWhatIsPrunedCanComeAgainAndWhatIsEmptiedCannot(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	p := a.add(40*days, nil)
	again := func() (inserted bool) {
		write(t, a.db, func(tx *sqlite.Tx) error {
			o := *p.o
			o.Key = a.key(0)
			var err error
			inserted, err = tx.OccurrenceInsert(&o, "[]")
			return err
		})
		return inserted
	}
	a.prune(&hub.Retention{History: 60 * days, Payloads: 30 * days})
	if again() {
		t.Error("a repeat of an emptied occurrence is taken for a new one")
	}
	a.prune(&hub.Retention{History: 30 * days, Payloads: 30 * days})
	if !again() {
		t.Error("an occurrence that is not kept any more is taken for a repeat")
	}
}
