package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const days = 24 * time.Hour

// aged is a history with ages: it makes keys that carry the times at which things came to be.
type aged struct {
	t     testing.TB
	db    *sqlite.DB
	dir   string
	now   time.Time
	flow  *hub.Flow
	admin hub.Caller
	n     int64
}

func newAged(t testing.TB) *aged {
	t.Helper()
	a := &aged{t: t, dir: t.TempDir(), now: time.Now().UTC().Truncate(time.Millisecond)}
	a.open()
	t.Cleanup(func() { _ = a.db.Close() })
	a.admin = hubtest.Admin(t, a.db)
	a.flow = must(a.db.FlowCreate(t.Context(), a.admin, flow("aged", 0, 0)))(t)
	return a
}

func (a *aged) open() {
	a.t.Helper()
	a.db = must(sqlite.Open(context.Background(), a.dir, hubtest.Options(nil)))(a.t)
}

// restart closes the store and opens it again.
func (a *aged) restart() {
	a.t.Helper()
	if err := a.db.Close(); err != nil {
		a.t.Fatal(err)
	}
	a.open()
}

func (a *aged) key(age time.Duration) int64 {
	a.n++
	return hub.KeyAt(a.now.Add(-age)) + a.n%60_000
}

// piece is an occurrence with an execution, a delivery of it, an attempt and a receipt, and what the journal says of them.
type piece struct {
	o *hub.Occurrence
	e *hub.Execution
	d *hub.Delivery
}

// add stores a piece of an age; change alters it before.
func (a *aged) add(age time.Duration, change func(*piece)) piece {
	a.t.Helper()
	var p piece
	write(a.t, a.db, func(tx *sqlite.Tx) error {
		p = a.make(tx, a.flow, age)
		if change != nil {
			change(&p)
		}
		return store(tx, p.o, p.e, p.d)
	})
	return p
}

func (a *aged) make(tx *sqlite.Tx, f *hub.Flow, age time.Duration) piece {
	at := a.now.Add(-age)
	o := occurrence(tx, a.admin.Consumer.Key, 0)
	o.Key, o.Time, o.ReceivedAt = a.key(age), at, at
	o.Name, o.Subject = fmt.Sprint("name ", o.Key), fmt.Sprint("WO-", o.Key)
	o.Extensions = hub.Fields{"plant": "secret"}
	o.Matches = []hub.Match{{EventKey: 7, EventVersion: 1, Fired: true, Rows: []hub.RowMatch{{Record: "task", True: true,
		Trace: []hub.Verdict{{Field: "f", Operation: "EQUAL", Want: "secret", Got: "secret", Present: true, True: true, Path: "terms.0"}}}},
		Skipped: []hub.SkippedAction{{FlowKey: 9, Reason: hub.Reason{Code: hub.ReasonFlowDisabled, Message: "secret"}}}}}
	e := execution(tx, f, o, hub.Read)
	e.Key, e.CreatedAt, e.UpdatedAt, e.ClosedAt = a.key(age), at, at, &at
	e.Reason, e.Parameters, e.Rows = &hub.Reason{Code: hub.ReasonFilteredOut, Message: "secret"}, []byte(`{"a":"secret"}`), []string{"task"}
	d := delivery(tx, e, 1, hub.Read)
	d.Key, d.CreatedAt, d.UpdatedAt, d.ProviderID = a.key(age), at, at, fmt.Sprint("wamid.secret", a.n)
	d.ProviderRecipient, d.Values, d.Reason = "secret", []string{"secret"}, &hub.Reason{Code: hub.ReasonRetry, Message: "secret", NextStep: "secret", Provider: "131"}
	return piece{o, e, d}
}

// prune takes walks to their end, by settings and the time of the history, and then looks at what was passed over.
func (a *aged) prune(r *hub.Retention) {
	a.t.Helper()
	for _, task := range r.Tasks(a.now) {
		for {
			s := must(a.db.Prune(a.t.Context(), task))(a.t)
			if s.Done {
				break
			}
			if s.Rows > 300 {
				a.t.Fatalf("a step of %s wrote %d rows", task.Kind, s.Rows)
			}
		}
	}
	for _, kind := range []hub.PruneKind{hub.PruneHistory, hub.PrunePayloads} {
		for after := int64(0); ; {
			s, next, err := a.db.PruneAgain(a.t.Context(), r, kind, a.now, after)
			if err != nil {
				a.t.Fatal(err)
			}
			if after = next; s.Done {
				break
			}
		}
	}
	a.whole()
}

// later moves the time of the history on.
func (a *aged) later(d time.Duration) { a.now = a.now.Add(d) }

// whole fails if anything refers to what is gone.
func (a *aged) whole() {
	a.t.Helper()
	for what, query := range map[string]string{
		"keys of other tables":               "SELECT count(*) FROM pragma_foreign_key_check",
		"deliveries without execution":       "SELECT count(*) FROM deliveries WHERE execution NOT IN (SELECT key FROM executions)",
		"follow-ups without delivery":        "SELECT count(*) FROM follow_ups WHERE delivery NOT IN (SELECT key FROM deliveries) OR follows NOT IN (SELECT key FROM deliveries)",
		"attempts without delivery":          "SELECT count(*) FROM attempts WHERE delivery NOT IN (SELECT key FROM deliveries)",
		"receipts without delivery":          "SELECT count(*) FROM receipts WHERE delivery IS NOT NULL AND delivery NOT IN (SELECT key FROM deliveries)",
		"executions without occurrence":      "SELECT count(*) FROM executions WHERE occurrence <> 0 AND occurrence NOT IN (SELECT key FROM occurrences)",
		"replays without execution":          "SELECT count(*) FROM replays WHERE execution NOT IN (SELECT key FROM executions)",
		"replays of what is gone":            "SELECT count(*) FROM replays WHERE original NOT IN (SELECT key FROM executions) OR root NOT IN (SELECT key FROM executions)",
		"later looks at what is gone":        "SELECT count(*) FROM prune_later WHERE execution NOT IN (SELECT key FROM executions)",
		"lines of what is gone":              `SELECT count(*) FROM changes WHERE lines LIKE '%"s":"DELIVERY"%' AND root NOT IN (SELECT key FROM executions)`,
		"empty occurrences of whole ones":    "SELECT count(*) FROM executions e JOIN occurrences o ON o.key = e.occurrence WHERE e.emptied_at IS NULL AND o.emptied_at IS NOT NULL",
		"whole deliveries of emptied ones":   "SELECT count(*) FROM deliveries d JOIN executions e ON e.key = d.execution WHERE e.emptied_at IS NOT NULL AND d.emptied_at IS NULL",
		"emptied originals of whole replays": "SELECT count(*) FROM replays r JOIN executions e ON e.key = r.execution JOIN executions o ON o.key = r.root WHERE e.emptied_at IS NULL AND o.emptied_at IS NOT NULL",
	} {
		if n := a.count(query); n > 0 {
			a.t.Errorf("%d %s", n, what)
		}
	}
}

func (a *aged) count(query string) int {
	a.t.Helper()
	return must(a.db.Number(a.t.Context(), query))(a.t)
}

// left says which of some executions are still there.
func (a *aged) left(list map[string]piece) (names []string) {
	a.t.Helper()
	for name, p := range list {
		if a.count(fmt.Sprint("SELECT count(*) FROM executions WHERE key = ", p.e.Key)) == 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestHistoryGoesWhenItIsOldAndAtItsEnd(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	at := func(d time.Duration) *time.Time { t := a.now.Add(-d); return &t }
	list := map[string]piece{
		"old":       a.add(40*days, nil),
		"young":     a.add(20*days, nil),
		"open":      a.add(40*days, func(p *piece) { settle(p.e, hub.Waiting, a.now) }),
		"unsettled": a.add(40*days, func(p *piece) { p.e.Outcome, p.d.State = hub.Unsettled, hub.Unknown }),
		"moved":     a.add(40*days, func(p *piece) { p.e.UpdatedAt = *at(days) }),
		"replayed":  a.add(40*days, nil),
	}
	list["replay"] = a.add(10*days, func(p *piece) { p.e.Trigger = hub.StartedByReplay })
	write(t, a.db, func(tx *sqlite.Tx) error {
		return tx.ReplayInsert(&hub.Replay{ExecutionKey: list["replay"].e.Key, OriginalKey: list["replayed"].e.Key, RootKey: list["replayed"].e.Key, Records: hub.RecordsNow}, nil)
	})
	write(t, a.db, func(tx *sqlite.Tx) error { // which go with their messages
		for _, name := range []string{"old", "young"} {
			if err := tx.FollowUpSave(&hub.Awaited{DeliveryKey: list[name].d.Key, FollowsKey: list[name].d.Key, When: hub.FollowFailed}); err != nil {
				return err
			}
		}
		return nil
	})
	r := &hub.Retention{History: 30 * days}
	a.prune(r)
	if n := a.count("SELECT count(*) FROM follow_ups"); n != 1 {
		t.Errorf("%d follow-ups are left, want that of the young one", n)
	}
	if got := strings.Join(a.left(list), " "); got != "moved open replay replayed unsettled young" {
		t.Errorf("left are %s", got)
	}
	for _, q := range []string{"SELECT count(*) FROM occurrences WHERE key = %[1]d", "SELECT count(*) FROM deliveries WHERE key = %[3]d", "SELECT count(*) FROM attempts WHERE delivery = %[3]d",
		"SELECT count(*) FROM receipts WHERE delivery = %[3]d", "SELECT count(*) FROM changes WHERE root = %[2]d OR root = %[1]d"} {
		p := list["old"]
		if n := a.count(fmt.Sprintf(q+" AND %[1]d+%[2]d+%[3]d > 0", p.o.Key, p.e.Key, p.d.Key)); n != 0 {
			t.Errorf("%d rows of the old one are left: %s", n, q)
		}
	}
	if n := a.count("SELECT count(*) FROM occurrences"); n != len(list)-1 {
		t.Errorf("%d occurrences are left", n)
	}

	t.Run("and what was passed over goes when it has come to its end", func(t *testing.T) {
		write(t, a.db, func(tx *sqlite.Tx) error {
			return tx.Exec("UPDATE executions SET state = 'CLOSED', outcome = 'FAILED', waiting_for = NULL, closed_at = ?1, updated_at = ?1 WHERE state = 'WAITING'", at(40*days).UnixMilli())
		})
		a.prune(r)
		if got := strings.Join(a.left(list), " "); got != "moved replay replayed unsettled young" {
			t.Errorf("left are %s", got)
		}
		a.later(25 * days)
		a.prune(r) // the replay goes, and then what it replays
		a.prune(r)
		if got := strings.Join(a.left(list), " "); got != "moved unsettled" {
			t.Errorf("left are %s", got)
		}
	})
}

func TestAFlowCanKeepItsHistoryForLongerOrForLess(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	longer := must(a.db.FlowCreate(t.Context(), a.admin, flow("longer", 0, 0)))(t)
	less := must(a.db.FlowCreate(t.Context(), a.admin, flow("less", 0, 0)))(t)
	of := func(f *hub.Flow) func(*piece) { return func(p *piece) { p.e.FlowKey, p.d.FlowKey = f.Key, f.Key } }
	list := map[string]piece{}
	for name, f := range map[string]*hub.Flow{"hub": a.flow, "longer": longer, "less": less} {
		for _, age := range []int{5, 20, 60, 200} {
			list[fmt.Sprint(name, " ", age)] = a.add(time.Duration(age)*days, of(f))
		}
	}
	history := func(d time.Duration) hub.FlowRetentionInput { return hub.FlowRetentionInput{History: &d} }
	must(a.db.FlowRetentionUpdate(t.Context(), a.admin, longer.Key, history(100*days)))(t)
	must(a.db.FlowRetentionUpdate(t.Context(), a.admin, less.Key, history(10*days)))(t)
	month := 30 * days
	r := must(a.db.RetentionUpdate(t.Context(), a.admin, hub.RetentionInput{History: &month, Payloads: &month}))(t)
	if p := must(a.db.Prunable(t.Context(), a.admin, r))(t); p.Executions != 6 {
		t.Errorf("it says that %d executions would go", p.Executions)
	}
	a.prune(r)
	if got := strings.Join(a.left(list), ", "); got != "hub 20, hub 5, less 5, longer 20, longer 5, longer 60" {
		t.Errorf("left are %s", got)
	}
	if n := a.count("SELECT count(*) FROM occurrences"); n != 7 { // less 20 is too young for the hub
		t.Errorf("%d occurrences are left", n)
	}
	if p := must(a.db.Prunable(t.Context(), a.admin, r))(t); p.Executions != 0 {
		t.Errorf("afterwards it says that %d executions would go", p.Executions)
	}
	t.Run("until what holds for the hub holds for it again", func(t *testing.T) {
		must(a.db.FlowRetentionUpdate(t.Context(), a.admin, longer.Key, history(0)))(t)
		a.prune(must(a.db.Retention(t.Context(), a.admin))(t))
		if got := strings.Join(a.left(list), ", "); got != "hub 20, hub 5, less 5, longer 20, longer 5" {
			t.Errorf("left are %s", got)
		}
	})
}

func TestOfPayloadsTheBonesStay(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	old, young := a.add(40*days, nil), a.add(20*days, nil)
	write(t, a.db, func(tx *sqlite.Tx) error {
		tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: old.d.Key, Root: old.e.Key, From: "SENDING", To: "FAILED", Cause: hub.Reason{Code: hub.ReasonRejected, Message: "secret", NextStep: "secret", Provider: "131", By: "cns_1"}})
		tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: old.d.Key, Root: old.e.Key, From: "SENDING", To: "READ", Cause: hub.Reason{Code: hub.ReasonReceipt}})
		return nil
	})
	write(t, a.db, func(tx *sqlite.Tx) error {
		for _, query := range []string{`UPDATE attempts SET provider_id = 'secret', detail = '{"message":"secret"}'`, `UPDATE receipts SET message = 'secret', detail = '{"a":"secret"}'`} {
			if err := tx.Exec(query); err != nil {
				return err
			}
		}
		return tx.ReplayInsert(&hub.Replay{ExecutionKey: old.e.Key, OriginalKey: old.e.Key, RootKey: old.e.Key, Records: hub.RecordsGiven}, []byte(`["secret"]`))
	})
	before := must(a.db.TimelinesOf(t.Context(), a.admin, []int64{old.e.Key}))(t)[old.e.Key]
	r := &hub.Retention{Payloads: 30 * days}
	a.prune(r)
	for _, table := range []string{"occurrences", "executions", "deliveries", "attempts", "receipts", "changes", "replays"} {
		columns := must(a.db.Columns(t.Context(), table))(t)
		for _, c := range columns {
			key := map[string]string{"occurrences": "key", "executions": "key", "deliveries": "key", "attempts": "delivery", "receipts": "delivery", "changes": "root", "replays": "execution"}[table]
			if n := a.count(fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s IN (%d, %d, %d) AND instr("%s", 'secret') > 0`, table, key, old.o.Key, old.e.Key, old.d.Key, c)); n > 0 {
				t.Errorf("%s.%s still tells it", table, c)
			}
		}
	}
	o := must(a.db.Occurrence(t.Context(), a.admin, old.o.Key))(t)
	if m := o.Matches; !o.PayloadsPruned() || len(o.Records) != 0 || len(m) != 1 || !m[0].Fired || m[0].EventKey != 7 || len(m[0].Rows) != 0 || m[0].Skipped[0].Reason.Code != hub.ReasonFlowDisabled ||
		o.Name != old.o.Name || o.Subject != old.o.Subject || string(o.Hash) != string(old.o.Hash) {
		t.Errorf("the occurrence is %+v", o)
	}
	e := must(a.db.Execution(t.Context(), a.admin, old.e.Key))(t)
	if !e.PayloadsPruned() || e.Reason.Code != hub.ReasonFilteredOut || e.Outcome != hub.Succeeded || e.Subject != old.e.Subject || e.Parameters != nil || !e.UpdatedAt.Equal(old.e.UpdatedAt) {
		t.Errorf("the execution is %+v", e)
	}
	d := must(a.db.Delivery(t.Context(), a.admin, old.d.Key))(t)
	if !d.PayloadsPruned() || d.State != hub.Read || d.Reason.Provider != "131" || d.Recipient != "" || len(d.Values) != 0 || d.Record != "task" {
		t.Errorf("the delivery is %+v", d)
	}
	if as := must(a.db.AttemptsOf(t.Context(), a.admin, []int64{d.Key}))(t)[d.Key]; len(as) != 1 || as[0].Kind != hub.OutcomeAccepted {
		t.Errorf("the attempts are %+v", as)
	}
	if rs := must(a.db.ReceiptsOf(t.Context(), a.admin, []int64{d.Key}))(t)[d.Key]; len(rs) != 1 || rs[0].Status != hub.ReceiptSent || rs[0].At.IsZero() {
		t.Errorf("the receipts are %+v", rs)
	}
	after := must(a.db.TimelinesOf(t.Context(), a.admin, []int64{old.e.Key}))(t)[old.e.Key]
	if len(after) != len(before) {
		t.Fatalf("the timeline had %d lines and has %d", len(before), len(after))
	}
	for i := range after {
		want := before[i]
		want.Cause.Message, want.Cause.NextStep = "", ""
		if after[i] != want {
			t.Errorf("the line %d is %+v, not %+v", i, after[i], want)
		}
	}
	if d := must(a.db.Delivery(t.Context(), a.admin, young.d.Key))(t); d.PayloadsPruned() || d.Recipient == "" {
		t.Errorf("the young one is %+v", d)
	}
}

func TestTheDatabaseLetsHistoryLosePayloadsAndNothingElse(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	p := a.add(40*days, nil)
	write(t, a.db, func(tx *sqlite.Tx) error {
		tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: p.d.Key, Root: p.e.Key, From: "SENDING", To: "FAILED", Cause: hub.Reason{Code: hub.ReasonRejected, Message: "a long text", By: "cns_1"}})
		return nil
	})
	nothing := func(*sqlite.Tx) error { return nil }
	const line = `[{"s":"DELIVERY","k":%d,"t":"FAILED","f":"SENDING","c":%s}]`
	seq := a.count(fmt.Sprint("SELECT max(seq) FROM changes WHERE root = ", p.e.Key))
	for name, c := range map[string]struct {
		query string
		taken bool
	}{
		"records emptied and marked":       {`UPDATE occurrences SET extensions = NULL, records = '[]', matches = '{"events":[]}', emptied_at = 1`, true},
		"extensions that stay":             {`UPDATE occurrences SET records = '[]', matches = '{"events":[]}', emptied_at = 1`, false},
		"records emptied and not marked":   {`UPDATE occurrences SET extensions = NULL, records = '[]', matches = '{}'`, false},
		"other records":                    {`UPDATE occurrences SET extensions = NULL, records = '[1]', matches = '{}', emptied_at = 1`, false},
		"longer matches":                   {`UPDATE occurrences SET extensions = NULL, records = '[]', matches = matches || printf('%1000c', ' '), emptied_at = 1`, false},
		"matches that have rows":           {`UPDATE occurrences SET extensions = NULL, records = '[]', emptied_at = 1`, false},
		"another subject":                  {`UPDATE occurrences SET extensions = NULL, records = '[]', matches = '{}', emptied_at = 1, subject = 'x'`, false},
		"another hash":                     {`UPDATE occurrences SET extensions = NULL, records = '[]', matches = '{}', emptied_at = 1, hash = x'02'`, false},
		"a line that loses its text":       {fmt.Sprintf(`UPDATE changes SET lines = '`+line+`' WHERE seq = %d`, p.d.Key, `"REJECTED"`, seq), true},
		"a line that gets another cause":   {fmt.Sprintf(`UPDATE changes SET lines = '`+line+`' WHERE seq = %d`, p.d.Key, `"RETRY"`, seq), false},
		"a line that gets another state":   {fmt.Sprintf(`UPDATE changes SET lines = replace('`+line+`', 'FAILED', 'READ') WHERE seq = %d`, p.d.Key, `"REJECTED"`, seq), false},
		"a line that goes from its row":    {fmt.Sprintf(`UPDATE changes SET lines = '[]' WHERE seq = %d`, seq), false},
		"a line at another time":           {fmt.Sprintf(`UPDATE changes SET at = 1, lines = '`+line+`' WHERE seq = %d`, p.d.Key, `"REJECTED"`, seq), false},
		"a line with as much text as then": {`UPDATE changes SET lines = lines`, false},
	} {
		verdict := judge(t, a.db, nothing, func(tx *sqlite.Tx) error { return tx.Exec(c.query) })
		if taken := verdict == nil; taken != c.taken || !taken && !strings.Contains(verdict.Error(), "never changes") {
			t.Errorf("%s: %v", name, verdict)
		}
	}
	a.prune(&hub.Retention{Payloads: 30 * days})
	if verdict := judge(t, a.db, nothing, func(tx *sqlite.Tx) error { return tx.Exec("UPDATE occurrences SET emptied_at = 5") }); verdict == nil {
		t.Error("an emptied occurrence is changed once more")
	}
}

func TestTheJournalSaysHowFarItGoesBack(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	a.add(40*days, nil)
	young := a.add(20*days, nil)
	if err := a.db.CursorUsable(0); err != nil || a.db.OldestCursor() != 0 {
		t.Errorf("before anything is pruned: %v", err)
	}
	r := &hub.Retention{History: 30 * days}
	a.prune(r)
	last := int64(a.count(fmt.Sprint("SELECT min(first) FROM changes WHERE root = ", young.o.Key))) - 1
	if a.db.OldestCursor() != last {
		t.Errorf("the oldest cursor is %d, not %d", a.db.OldestCursor(), last)
	}
	if list := must(a.db.ChangesAfter(t.Context(), last, 100))(t); len(list) != 3 || list[0].Seq != last+1 {
		t.Errorf("after it come %+v", list)
	}
	_, err := a.db.ChangesAfter(t.Context(), last-1, 100)
	if e, ok := err.(*hub.Error); !ok || e.Code != hub.CodeCursorExpired || e.Oldest != hub.Cursor(last) || e.Path != "after" {
		t.Errorf("before it comes %v", err)
	}
	end := must(a.db.LastChange(t.Context()))(t)
	a.later(40 * days)
	a.prune(r)
	if n := a.count("SELECT count(*) FROM changes"); n != 0 {
		t.Fatalf("%d lines are left", n)
	}
	if got := must(a.db.LastChange(t.Context()))(t); got != end {
		t.Errorf("the empty journal ends at %d, not %d", got, end)
	}
	a.restart()
	if got := must(a.db.LastChange(t.Context()))(t); got != end || a.db.OldestCursor() != end {
		t.Errorf("after a restart it ends at %d and goes back to %d, not %d", got, a.db.OldestCursor(), end)
	}
	a.add(0, nil)
	if list := must(a.db.ChangesAfter(t.Context(), end, 100))(t); len(list) != 3 || list[0].Seq != end+1 {
		t.Errorf("a new line is %+v, after %d", list, end)
	}
}

func TestALargeExecutionGoesInSeveralStepsAndACrashInBetweenLosesNothing(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*hub.Retention{"its history": {History: 30 * days}, "its payloads": {Payloads: 30 * days}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAged(t)
			p := a.add(40*days, nil)
			write(t, a.db, func(tx *sqlite.Tx) error {
				for i := range 1000 {
					d := delivery(tx, p.e, 1, hub.Read)
					d.Key = p.d.Key + int64(i) + 1
					if err := tx.DeliveryInsert(d); err != nil {
						return err
					}
				}
				return nil
			})
			steps := 0
			for ; ; steps++ {
				s := must(a.db.Prune(t.Context(), r.Tasks(a.now)[0]))(t)
				if s.Done {
					break
				}
				if s.Rows > 300 || steps > 50 {
					t.Fatalf("step %d wrote %d rows", steps, s.Rows)
				}
				a.whole()
				if steps%3 == 0 { // all that is kept of a step is in the database
					a.restart()
				}
			}
			if steps < 5 {
				t.Errorf("it took %d steps", steps)
			}
			if n := a.count("SELECT count(*) FROM deliveries WHERE emptied_at IS NULL"); n != 0 {
				t.Errorf("%d deliveries are as they were", n)
			}
		})
	}
}

func TestNothingDanglesWhateverIsPruned(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		rnd := rand.New(rand.NewPCG(seed, 50))
		a := newAged(t)
		own := must(a.db.FlowCreate(t.Context(), a.admin, flow("own", 0, 0)))(t)
		var all []piece
		for range 120 {
			age := time.Duration(rnd.IntN(100)) * days
			all = append(all, a.add(age, func(p *piece) { a.scramble(rnd, p, own, all) }))
			if last := all[len(all)-1]; last.e.Trigger == hub.StartedByReplay {
				of := all[rnd.IntN(len(all))]
				write(t, a.db, func(tx *sqlite.Tx) error {
					root := of.e.Key
					if r, err := tx.Replay(of.e.Key); err != nil || r != nil && of.e.Key != last.e.Key {
						root = r.RootKey
					}
					if of.e.Key >= last.e.Key || root >= last.e.Key {
						return tx.Exec("UPDATE executions SET trigger = 'EVENT' WHERE key = ?", last.e.Key)
					}
					return tx.ReplayInsert(&hub.Replay{ExecutionKey: last.e.Key, OriginalKey: of.e.Key, RootKey: root, Records: hub.RecordsNow}, nil)
				})
			}
		}
		for range 6 {
			history, payloads := time.Duration(20+rnd.IntN(80))*days, time.Duration(5+rnd.IntN(15))*days
			must(a.db.FlowRetentionUpdate(t.Context(), a.admin, own.Key, hub.FlowRetentionInput{History: &history, Payloads: &payloads}))(t)
			r := must(a.db.Retention(t.Context(), a.admin))(t)
			r.History, r.Payloads = time.Duration(10+rnd.IntN(80))*days, time.Duration(5+rnd.IntN(90))*days
			a.prune(r)
			a.later(time.Duration(rnd.IntN(10)) * days)
		}
		a.later(300 * days)
		for range 5 {
			a.prune(must(a.db.Retention(t.Context(), a.admin))(t))
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// scramble makes an execution of any flow, in any state, of any occurrence.
func (a *aged) scramble(rnd *rand.Rand, p *piece, own *hub.Flow, all []piece) {
	if rnd.IntN(2) == 0 {
		p.e.FlowKey, p.d.FlowKey = own.Key, own.Key
	}
	switch rnd.IntN(10) {
	case 0:
		settle(p.e, hub.Waiting, a.now)
	case 1:
		p.e.Outcome, p.d.State = hub.Unsettled, hub.Unknown
	case 2, 3:
		p.e.Trigger = hub.StartedByReplay
	case 4:
		p.e.OccurrenceKey = 0
	case 5:
		p.e.UpdatedAt = a.now
	}
	if len(all) > 0 && rnd.IntN(3) == 0 {
		if of := all[rnd.IntN(len(all))]; of.o.Key < p.e.Key {
			p.e.OccurrenceKey = of.o.Key
		}
	}
}

func TestPruningFindsItsWorkByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for what, query := range sqlite.PruneQueries() {
		plan := must(db.Explain(t.Context(), query, make([]any, strings.Count(query, "?"))...))(t)
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "flow_retention") && what != "callbacks" || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: %s", what, strings.Join(plan, " | "))
			}
		}
	}
}
