package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// history is how much happened, and how.
type history struct {
	flows, perFlow int
	integration    int64
	delivery       hub.DeliveryState
}

// past is a history in the store, oldest first.
type past struct {
	flows       []*hub.Flow
	occurrences []*hub.Occurrence
	executions  []*hub.Execution
	deliveries  []*hub.Delivery
}

const newWorkOrder = "work_management.work_orders.new"

// seed puts a history into the store: for every flow so many occurrences, each with an execution and a delivery, an attempt,
// a receipt and the lines of the journal.
func seed(t testing.TB, db *sqlite.DB, h history) (p past) {
	t.Helper()
	admin := hubtest.Admin(t, db)
	for range h.flows {
		p.flows = append(p.flows, must(db.FlowCreate(t.Context(), admin, flow("seeded", 0, 0)))(t))
	}
	for i := range h.flows * h.perFlow {
		f := p.flows[i%len(p.flows)]
		write(t, db, func(tx *sqlite.Tx) error {
			o := occurrence(tx, admin.Consumer.Key, i)
			e := execution(tx, f, o, h.delivery)
			d := delivery(tx, e, h.integration, h.delivery)
			p.occurrences, p.executions, p.deliveries = append(p.occurrences, o), append(p.executions, e), append(p.deliveries, d)
			return store(tx, o, e, d)
		})
	}
	return p
}

func write(t testing.TB, db *sqlite.DB, fn func(*sqlite.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func occurrence(tx *sqlite.Tx, consumer int64, i int) *hub.Occurrence {
	return &hub.Occurrence{Key: hub.NewKey(tx.Now()), ConsumerKey: consumer, Source: "/test", Name: fmt.Sprint("occurrence ", i), Type: newWorkOrder,
		Subject: fmt.Sprint("WO-", i), Time: tx.Now(), ReceivedAt: tx.Now(), Hash: []byte{1}}
}

func execution(tx *sqlite.Tx, f *hub.Flow, o *hub.Occurrence, d hub.DeliveryState) *hub.Execution {
	now := tx.Now()
	e := &hub.Execution{Key: hub.NewKey(now), FlowKey: f.Key, FlowVersion: f.Version, Trigger: hub.StartedByEvent, OccurrenceKey: o.Key, Subject: o.Subject, Claim: 1,
		State: hub.Closed, Outcome: hub.Succeeded, ClosedAt: &now, CreatedAt: now, UpdatedAt: now}
	if d.Open() {
		e.State, e.Outcome, e.ClosedAt, e.LeaseUntil = hub.Running, "", nil, &now
	}
	return e
}

func delivery(tx *sqlite.Tx, e *hub.Execution, integration int64, state hub.DeliveryState) *hub.Delivery {
	key := hub.NewKey(tx.Now())
	return &hub.Delivery{Key: key, ExecutionKey: e.Key, FlowKey: e.FlowKey, FlowVersion: e.FlowVersion, IntegrationKey: integration, Record: "task", Action: "template",
		Recipient: "+5511999991234", Values: []string{"a", "b"}, State: state, Attempts: 1, Tries: 1, ProviderID: fmt.Sprint("wamid.", key),
		CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
}

func store(tx *sqlite.Tx, o *hub.Occurrence, e *hub.Execution, d *hub.Delivery) error {
	if _, err := tx.OccurrenceInsert(o, "[]"); err != nil {
		return err
	}
	if err := tx.ExecutionInsert(e); err != nil {
		return err
	}
	if err := tx.DeliveryInsert(d); err != nil {
		return err
	}
	if err := tx.AttemptInsert(hub.Attempt{DeliveryKey: d.Key, Number: 1, Counted: true, StartedAt: tx.Now(), FinishedAt: tx.Now(),
		Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery, ProviderID: d.ProviderID, Message: "ok", RetryAfter: time.Second}); err != nil {
		return err
	}
	if _, err := tx.ReceiptInsert(d.IntegrationKey, hub.Receipt{DeliveryKey: d.Key, ProviderID: d.ProviderID, Status: hub.ReceiptSent,
		At: tx.Now(), ReceivedAt: tx.Now(), Detail: map[string]string{"price": "utility"}}); err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectOccurrence, Key: o.Key, To: "RECEIVED", Cause: hub.Reason{Code: hub.ReasonPublished}})
	tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: e.Key, To: string(hub.Queued), Cause: hub.Reason{Code: hub.ReasonMatched}})
	tx.Change(hub.Change{Subject: hub.SubjectDelivery, Key: d.Key, Root: e.Key, To: string(d.State), Cause: hub.Reason{Code: hub.ReasonOutcome, Message: "ok"}})
	return nil
}

// oneOf picks one of the values.
func oneOf[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// some picks some of the values, in any order, some of them twice.
func some[T any](r *rand.Rand, values ...T) (list []T) {
	for range r.IntN(len(values) + 1) {
		list = append(list, oneOf(r, values...))
	}
	return list
}

var (
	executionStates   = []hub.ExecutionState{hub.Queued, hub.Running, hub.Waiting, hub.Closed}
	executionOutcomes = []hub.ExecutionOutcome{hub.Succeeded, hub.Partial, hub.Failed, hub.Skipped, hub.Cancelled, hub.Unsettled}
	deliveryStates    = []hub.DeliveryState{hub.Pending, hub.Sending, hub.Accepted, hub.Sent, hub.Delivered, hub.Read, hub.Unknown,
		hub.DeliveryFailed, hub.Suppressed, hub.DeliveryCancelled}
)

// anyExecution is an execution in any state that the table takes.
func anyExecution(r *rand.Rand, tx *sqlite.Tx, f *hub.Flow, at time.Time) *hub.Execution {
	e := &hub.Execution{Key: hub.NewKey(tx.Now()), FlowKey: f.Key, FlowVersion: f.Version, Trigger: oneOf(r, hub.StartedByEvent, hub.StartedByHand, hub.StartedByDate), EventKey: oneOf[int64](r, 0, 1, 2), OccurrenceKey: oneOf[int64](r, 0, 11, 12),
		Subject: oneOf(r, "", "WO-1", "WO-2"), CreatedAt: at, UpdatedAt: at}
	settle(e, oneOf(r, executionStates...), at)
	if e.State == hub.Closed {
		e.Outcome = oneOf(r, executionOutcomes...)
	}
	return e
}

// settle puts an execution into a state with all that belongs to it.
func settle(e *hub.Execution, s hub.ExecutionState, at time.Time) {
	e.State, e.Outcome, e.WaitingFor, e.LeaseUntil, e.ClosedAt = s, "", "", nil, nil
	switch s {
	case hub.Closed:
		e.Outcome, e.ClosedAt = hub.Succeeded, &at
	case hub.Running:
		e.LeaseUntil = &at
	case hub.Waiting:
		e.WaitingFor = hub.ReasonRetry
	}
}
