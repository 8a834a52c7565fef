package sqlite_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// errUndo takes a trial back.
var errUndo = errors.New("undo")

// judge runs a trial inside a transaction, takes it back, and says what the database said to it.
func judge(t *testing.T, db *sqlite.DB, prepare, trial func(*sqlite.Tx) error) (verdict error) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		if err := prepare(tx); err != nil {
			return err
		}
		verdict = trial(tx)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	return verdict
}

// arrow fails unless the database takes a move exactly when it is drawn.
func arrow(t *testing.T, name string, drawn bool, verdict error) {
	t.Helper()
	switch {
	case drawn && verdict != nil:
		t.Errorf("%s is drawn, but refused: %v", name, verdict)
	case !drawn && verdict == nil:
		t.Errorf("%s is not drawn, but taken", name)
	case !drawn && !strings.Contains(verdict.Error(), "no such arrow"):
		t.Errorf("%s is refused for another reason: %v", name, verdict)
	}
}

func TestTheDatabaseTakesTheArrowsOfExecutionsAndNoOthers(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	f := must(db.FlowCreate(t.Context(), hubtest.Admin(t, db), flow("f", 0, 0)))(t)
	for _, from := range executionStates {
		for _, to := range executionStates {
			if from == to {
				continue
			}
			verdict := judge(t, db,
				func(tx *sqlite.Tx) error {
					e := &hub.Execution{Key: 1, FlowKey: f.Key, FlowVersion: 1, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
					settle(e, from, tx.Now())
					return tx.ExecutionInsert(e)
				},
				func(tx *sqlite.Tx) error {
					e, err := tx.Execution(1)
					if err != nil {
						return err
					}
					settle(e, to, tx.Now())
					saved, err := tx.ExecutionSave(e, 0)
					if err == nil && !saved {
						err = errors.New("not saved")
					}
					return err
				})
			arrow(t, fmt.Sprintf("%s → %s of an execution", from, to), from.May(to), verdict)
		}
	}
}

func TestTheDatabaseTakesTheArrowsOfDeliveriesAndNoOthers(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	h := seed(t, db, history{flows: 1, perFlow: 1, delivery: hub.Sent})
	for _, from := range deliveryStates {
		for _, to := range deliveryStates {
			if from == to {
				continue
			}
			verdict := judge(t, db,
				func(tx *sqlite.Tx) error {
					d := delivery(tx, h.executions[0], 1, from)
					d.Key = 1
					return tx.DeliveryInsert(d)
				},
				func(tx *sqlite.Tx) error {
					d, err := tx.Delivery(1)
					if err != nil {
						return err
					}
					d.State = to
					saved, err := tx.DeliverySave(d, from, d.Tries)
					if err == nil && !saved {
						err = errors.New("not saved")
					}
					return err
				})
			arrow(t, fmt.Sprintf("%s → %s of a delivery", from, to), from.May(to), verdict)
		}
	}
}

func TestWhatHappenedIsNeverChanged(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	seed(t, db, history{flows: 1, perFlow: 1, delivery: hub.Sent})
	nothing := func(*sqlite.Tx) error { return nil }
	for _, statement := range []string{
		"UPDATE occurrences SET subject = 'other'", "UPDATE occurrences SET matches = '[]'", "UPDATE occurrences SET key = key + 1",
		"UPDATE changes SET lines = '[]'", "UPDATE changes SET seq = seq + 1",
	} {
		err := judge(t, db, nothing, func(tx *sqlite.Tx) error { return tx.Exec(statement) })
		if err == nil || !strings.Contains(err.Error(), "never changes") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestTheDatabaseRefusesStatesThatContradictThemselves(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	seed(t, db, history{flows: 1, perFlow: 1, delivery: hub.Sent})
	f := must(db.FlowCreate(t.Context(), hubtest.Admin(t, db), flow("f", 0, 0)))(t)
	must(db.FlowArchive(t.Context(), hubtest.Admin(t, db), f.Key, 0))(t)
	nothing := func(*sqlite.Tx) error { return nil }
	for _, statement := range []string{
		"UPDATE executions SET outcome = NULL",           // closed without an outcome
		"UPDATE executions SET closed_at = NULL",         // closed at no time
		"UPDATE executions SET lease_until = 1",          // a lease on what nobody works on
		"UPDATE executions SET waiting_for = 'RETRY'",    // waits, but is closed
		"UPDATE executions SET flow_version = 9",         // pinned to a version that was never saved
		"UPDATE deliveries SET due_at = 1",               // due, but sent
		"UPDATE deliveries SET hold_at = 1",              // held, but not unknown
		"UPDATE deliveries SET state = 'LOST'",           // no state
		"UPDATE deliveries SET execution = 404",          // of no execution
		"UPDATE deliveries SET created_at = 'yesterday'", // no time
		"UPDATE flows SET enabled = 1 WHERE archived_at IS NOT NULL",

		"UPDATE deliveries SET lookup_at = 1, state = 'DELIVERED'", // its provider is asked about it, but it arrived
	} {
		if err := judge(t, db, nothing, func(tx *sqlite.Tx) error { return tx.Exec(statement) }); err == nil {
			t.Errorf("%s was taken", statement)
		}
	}
}
