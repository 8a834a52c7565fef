package engine_test

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// tamper changes the database behind the hub's back.
func tamper(t testing.TB, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.File)+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// faulty plays with a hub whose log may have errors.
func faulty(t *testing.T, play func(*testing.T, *hubtest.Hub)) {
	t.Helper()
	faultyFlow(t, nil, play)
}

// faultyFlow is faulty with the article's path changed.
func faultyFlow(t *testing.T, change func(*hub.FlowInput, *hub.EventInput), play func(*testing.T, *hubtest.Hub)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{Log: slog.New(slog.DiscardHandler)})
		h.Assignment(t, change)
		play(t, h)
	})
}

func TestAnExecutionThatCannotGoOnHoldsUpNoOther(t *testing.T) {
	faulty(t, func(t *testing.T, h *hubtest.Hub) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		for _, folio := range []string{"OT-1", "OT-2"} {
			h.Publish(t, forJonas(folio))
		}
		bad := started(t, h.Publish(t, forJonas("OT-3")))
		good := started(t, h.Publish(t, forJonas("OT-4")))
		settled()
		is(t, h, bad, "QUEUED:")
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE INSERT ON deliveries WHEN NEW.record = '4000' BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		h.Connector.Release()
		after(time.Minute)
		is(t, h, good, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, bad, "CLOSED FAILED:")
		if exec, _ := execution(t, h, bad); exec.Reason.Code != hub.ReasonInternal || strings.Contains(exec.Reason.Message, "a fault ") {
			t.Errorf("it failed because %+v", exec.Reason)
		}
	})
}

func TestAnOutcomeThatCannotBeAppliedHoldsUpNoOther(t *testing.T) {
	faulty(t, func(t *testing.T, h *hubtest.Hub) {
		h.Connector.Hold()
		first := started(t, h.Publish(t, forJonas("OT-1")))
		bad := started(t, h.Publish(t, forJonas("OT-2")))
		last := started(t, h.Publish(t, forJonas("OT-3")))
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE UPDATE ON deliveries WHEN OLD.record = '3000' AND NEW.state = 'ACCEPTED' BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		h.Connector.Release()
		settled()
		is(t, h, first, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, last, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, bad, "RUNNING: SENDING")
		after(2 * time.Minute)
		is(t, h, bad, "CLOSED UNSETTLED: UNKNOWN")
		if n := h.Engine.Stats().InFlight; n != 0 {
			t.Errorf("%d are in flight", n)
		}
	})
}

func TestAnOccurrenceThatCannotBeStoredLeavesNothingBehind(t *testing.T) {
	faulty(t, func(t *testing.T, h *hubtest.Hub) {
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		before := h.Feed.Last()
		if p, err := h.Engine.Publish(t.Context(), h.Admin, forJonas("OT-1")); hub.CodeOf(err) != hub.CodeInternal {
			t.Fatalf("%+v, %v", p, err)
		}
		wantRecords(t, h, 0)
		if h.Feed.Last() != before || len(h.Connector.Sent()) != 0 {
			t.Error("something of it was stored or sent")
		}
		tamper(t, h.Dir, "DROP TRIGGER fault")
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := h.Engine.Stats().InFlight; n != 0 {
			t.Errorf("%d are in flight", n)
		}
	})
}

func TestAFlowVersionThatCanNoLongerRunFailsWhatWaitsForIt(t *testing.T) {
	faulty(t, func(t *testing.T, before *hubtest.Hub) {
		before.Connector.Script(jonasPhone, unknown)
		lost := started(t, before.Publish(t, forJonas("OT-1")))
		settled()
		before.Connector.Down()
		waits := started(t, before.Publish(t, team("OT-2")))
		settled()
		is(t, before, waits, "WAITING CONNECTOR_DOWN: PENDING PENDING")
		before.Stop(t)
		// As when a version of the program comes that no longer knows the action.
		tamper(t, before.Dir, "UPDATE flow_versions SET definition = replace(definition, 'query_work_order_tasks', 'query_dreams')")

		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir})
		h.Connector.Up()
		after(time.Hour)
		is(t, h, waits, "CLOSED FAILED: FAILED FAILED")
		is(t, h, lost, "CLOSED UNSETTLED: UNKNOWN")
		_, list := execution(t, h, waits)
		if r := list[0].Reason; r.Code != hub.ReasonInvalidFlow || !strings.Contains(r.Message, "query_dreams") {
			t.Errorf("they failed because %+v", r)
		}
	})
}

func TestAnExecutionThatCannotBeSettledAtStartKeepsNeitherTheHubNorAnyOtherFromGoingOn(t *testing.T) {
	faulty(t, func(t *testing.T, before *hubtest.Hub) {
		before.Connector.Hold()
		var lost []int64
		for _, folio := range []string{"OT-1", "OT-2", "OT-3"} {
			lost = append(lost, started(t, before.Publish(t, forJonas(folio))))
		}
		settled()
		before.Stop(t)
		tamper(t, before.Dir, "CREATE TRIGGER fault BEFORE UPDATE ON executions WHEN NEW.subject = 'OT-2' BEGIN SELECT RAISE(ABORT, 'a fault'); END")

		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: before.Dir, Log: slog.New(slog.DiscardHandler)})
		is(t, h, lost[0], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, lost[1], "RUNNING: SENDING")
		is(t, h, lost[2], "CLOSED UNSETTLED: UNKNOWN")
		tamper(t, h.Dir, "DROP TRIGGER fault")
		after(time.Hour)
		is(t, h, lost[1], "CLOSED UNSETTLED: UNKNOWN")
	})
}

func TestAConnectorThatIsReadyWhileTheDatabaseCannotWriteIsMadeUpFor(t *testing.T) {
	faulty(t, func(t *testing.T, h *hubtest.Hub) {
		h.Connector.Up()
		h.Connector.Down()
		waits := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, waits, "WAITING CONNECTOR_DOWN: PENDING")
		begin := h.Feed.Last()
		tamper(t, h.Dir, "CREATE TRIGGER fault BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'a fault'); END")
		h.Connector.Up()
		h.Connector.Down()
		h.Connector.Up()
		after(time.Minute)
		is(t, h, waits, "WAITING CONNECTOR_DOWN: PENDING")
		tamper(t, h.Dir, "DROP TRIGGER fault")
		after(time.Minute)
		is(t, h, waits, "CLOSED SUCCEEDED: ACCEPTED")
		changes, err := h.DB.ChangesAfter(t.Context(), begin, 1)
		if err != nil || len(changes) == 0 || changes[0].From != string(hub.ConnectorBackoff) || changes[0].To != string(hub.ConnectorReady) {
			t.Errorf("the journal goes on with %+v, %v", changes, err)
		}
	})
}

func TestARecordThatIsGoneOrARightThatIsMissingIsTheReasonWhenSentAgain(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas))))
		is(t, h, key, "CLOSED FAILED: FAILED")
		_, d := one(t, h, key)
		again := func() hub.ReasonCode {
			t.Helper()
			if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
				t.Fatal(err)
			}
			settled()
			is(t, h, key, "CLOSED FAILED: FAILED")
			_, d := one(t, h, key)
			return d.Reason.Code
		}
		if code := again(); code != hub.ReasonRecipient {
			t.Errorf("without a number it fails because of %s", code)
		}
		grants(hubtest.May(hubtest.RowWorkOrders, hub.See))(t, h, a)
		if code := again(); code != hub.ReasonPermission {
			t.Errorf("without the right it fails because of %s", code)
		}
		grants(hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))(t, h, a)
		tamper(t, h.Dir, "DELETE FROM records")
		if code := again(); code != hub.ReasonNoRows {
			t.Errorf("without the record it fails because of %s", code)
		}
	})
}
