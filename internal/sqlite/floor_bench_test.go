package sqlite_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// The indexes of what is written with each event: those by which lists are read, and those by which the engine finds what it has to do.
var (
	listIndexes = []string{"occurrences_type", "occurrences_consumer", "occurrences_subject", "executions_flow", "executions_event", "executions_subject",
		"executions_outcome", "deliveries_flow", "deliveries_integration", "deliveries_recipient", "records_type", "records_subject", "records_folded"}
	workIndexes = []string{"executions_open", "executions_occurrence", "executions_due", "executions_due_flow", "deliveries_execution", "deliveries_provider",
		"deliveries_trouble", "changes_root", "records_due"}
)

// BenchmarkFloor measures what the rows of an event cost the store, whatever is around them: its occurrence, its record, its execution, its
// delivery and its journal in one transaction, the outcome in the next, twenty events in each. Without the indexes of the lists, and without any
// that is not unique, it shows what reading by them costs those who write.
func BenchmarkFloor(b *testing.B) {
	for _, c := range []struct {
		name string
		drop []string
	}{{"all indexes", nil}, {"none for lists", listIndexes}, {"none", append(workIndexes, listIndexes...)}} {
		b.Run(c.name, func(b *testing.B) {
			db := hubtest.DB(b)
			flow := seed(b, db, history{flows: 1, perFlow: 1, delivery: hub.Sent}).flows[0]
			for _, index := range c.drop {
				write(b, db, func(tx *sqlite.Tx) error { return tx.Exec("DROP INDEX " + index) })
			}
			b.ReportAllocs()
			b.ResetTimer()
			for begun := 0; begun < b.N; begun += 20 {
				whole20(b, db, flow, begun)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// scattered is an id that follows no other, as those of senders and providers are.
func scattered(of string, i int) string {
	sum := sha256.Sum256(fmt.Append(nil, of, i))
	return hex.EncodeToString(sum[:16])
}

// whole20 writes twenty events and then their outcomes.
func whole20(b *testing.B, db *sqlite.DB, flow *hub.Flow, from int) {
	var under []onItsWay
	write(b, db, func(tx *sqlite.Tx) (err error) {
		under, err = begin20(tx, flow, from)
		return err
	})
	write(b, db, func(tx *sqlite.Tx) error { return end20(tx, under) })
}

// onItsWay is an event whose outcome is open.
type onItsWay struct {
	exec     *hub.Execution
	delivery *hub.Delivery
}

// data is that of a task of the usual size.
var data = `{"wo_folio":"OT-1","description":"` + strings.Repeat("Lubricar rolamentos ", 25) + `"}`

// begin20 writes what the intake writes of twenty events whose messages leave at once.
func begin20(tx *sqlite.Tx, flow *hub.Flow, from int) (list []onItsWay, err error) {
	for i := from; i < from+20; i++ {
		o := occurrence(tx, 1, i+1)
		o.Name = scattered("occurrence", i)
		e := execution(tx, flow, o, hub.Sending)
		e.EventKey = 7
		d := delivery(tx, e, 9, hub.Sending)
		d.ProviderID = ""
		if _, err := tx.OccurrenceInsert(o, `[{"type":"work_order_task","key":"1"}]`); err != nil {
			return nil, err
		}
		w := sqlite.RecordWrite{Type: "work_order_task", Name: fmt.Sprint(i), Subject: o.Subject, Data: data, Consumer: 1, Occurrence: o.Key, Folded: "lubricar", DueAt: tx.Now()}
		if _, err := tx.RecordWrite(w, nil); err != nil {
			return nil, err
		}
		if err := tx.ExecutionInsert(e); err != nil {
			return nil, err
		}
		if err := tx.DeliveryInsert(d); err != nil {
			return nil, err
		}
		for _, to := range []string{"QUEUED", "RUNNING"} {
			tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: e.Key, To: to, Cause: hub.Reason{Code: hub.ReasonMatched, By: "evt_1"}})
		}
		for _, to := range []string{"PENDING", "SENDING"} {
			tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: d.Key, Root: e.Key, To: to, Cause: hub.Reason{Code: hub.ReasonWorker}})
		}
		list = append(list, onItsWay{e, d})
	}
	return list, nil
}

// end20 writes that they were accepted.
func end20(tx *sqlite.Tx, list []onItsWay) error {
	now := tx.Now()
	for _, v := range list {
		e, d := v.exec, v.delivery
		d.State, d.ProviderID, d.UpdatedAt = hub.Accepted, scattered("wamid", int(d.Key)), now
		if saved, err := tx.DeliverySave(d, hub.Sending, 1); err != nil || !saved {
			return fmt.Errorf("the delivery is not saved: %v", err)
		}
		if err := tx.AttemptInsert(hub.Attempt{DeliveryKey: d.Key, Number: 1, Counted: true, StartedAt: now, FinishedAt: now, Kind: hub.OutcomeAccepted,
			Scope: hub.ScopeDelivery, ProviderID: d.ProviderID}); err != nil {
			return err
		}
		e.State, e.Outcome, e.ClosedAt, e.LeaseUntil, e.UpdatedAt = hub.Closed, hub.Succeeded, &now, nil, now
		if saved, err := tx.ExecutionSave(e, e.Claim); err != nil || !saved {
			return fmt.Errorf("the execution is not saved: %v", err)
		}
		for _, to := range []string{"CLOSED", "SUCCEEDED"} {
			tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: e.Key, To: to, Cause: hub.Reason{Code: hub.ReasonOutcome}})
		}
		tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: d.Key, Root: e.Key, To: string(d.State), Cause: hub.Reason{Code: hub.ReasonOutcome}})
	}
	return nil
}
