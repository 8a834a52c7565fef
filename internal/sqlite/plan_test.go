package sqlite_test

import (
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// answeredByIndex fails if a plan reads a whole table of history or sorts, or, unless it may walk along the keys, if it
// leaves its index.
func answeredByIndex(t *testing.T, what string, plan []string, walk bool) {
	t.Helper()
	if len(plan) == 0 {
		t.Errorf("%s: there is no plan", what)
	}
	for _, step := range plan {
		along := slices.ContainsFunc([]string{"(rowid<?)", "(rowid>?)", "(rowid>? AND rowid<?)"}, func(bounds string) bool {
			return strings.Contains(step, "INTEGER PRIMARY KEY "+bounds)
		})
		if strings.HasPrefix(step, "SCAN ") || strings.Contains(step, "TEMP B-TREE") || along && !walk {
			t.Errorf("%s: %s", what, strings.Join(plan, " | "))
			return
		}
	}
}

func TestEveryFilterOfExecutionsIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	open := []hub.ExecutionState{hub.Queued, hub.Running, hub.Waiting}
	sets := []func(*hub.ExecutionFilter){
		func(f *hub.ExecutionFilter) { f.FlowKey = 1 },
		func(f *hub.ExecutionFilter) { f.EventKey = 1 },
		func(f *hub.ExecutionFilter) { f.OccurrenceKey = 1 },
		func(f *hub.ExecutionFilter) { f.Subject = "x" },
		func(f *hub.ExecutionFilter) { f.States = open },
		func(f *hub.ExecutionFilter) { f.States = executionStates },
		func(f *hub.ExecutionFilter) { f.Outcomes = []hub.ExecutionOutcome{hub.Failed, hub.Unsettled} },
		func(f *hub.ExecutionFilter) { f.Outcomes = executionOutcomes },
		func(f *hub.ExecutionFilter) { f.Since, f.Until = time.Now(), time.Now() },
		func(f *hub.ExecutionFilter) { f.Trigger = hub.StartedByHand },
		func(f *hub.ExecutionFilter) { f.Trigger = hub.StartedByEvent },
	}
	for chosen := range uint(1 << len(sets)) {
		var f hub.ExecutionFilter
		apply(chosen, sets, &f)
		// Nothing asked, a time, or closed ones among others: most rows are in the answer.
		most := f.FlowKey == 0 && f.EventKey == 0 && f.OccurrenceKey == 0 && f.Subject == "" && f.Outcomes == nil && len(f.States) != len(open) &&
			f.Trigger != hub.StartedByHand
		answeredByIndex(t, "executions", must(db.ExplainExecutions(t.Context(), f))(t), most)
	}
}

// apply sets those parts of a filter whose bit is chosen.
func apply[F any](chosen uint, sets []func(*F), f *F) {
	for ; chosen != 0; chosen &= chosen - 1 {
		sets[bits.TrailingZeros(chosen)](f)
	}
}

func TestEveryFilterOfDeliveriesIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	rare := []hub.DeliveryState{hub.Pending, hub.Sending, hub.Unknown, hub.DeliveryFailed, hub.Suppressed, hub.DeliveryCancelled}
	sets := []func(*hub.DeliveryFilter){
		func(f *hub.DeliveryFilter) { f.ExecutionKey = 1 },
		func(f *hub.DeliveryFilter) { f.FlowKey = 1 },
		func(f *hub.DeliveryFilter) { f.IntegrationKey = 1 },
		func(f *hub.DeliveryFilter) { f.Target = new(int) },
		func(f *hub.DeliveryFilter) { f.Recipient = "x" },
		func(f *hub.DeliveryFilter) { f.ProviderID = "x" },
		func(f *hub.DeliveryFilter) { f.States = rare },
		func(f *hub.DeliveryFilter) { f.States = deliveryStates },
		func(f *hub.DeliveryFilter) { f.Since, f.Until = time.Now(), time.Now() },
	}
	for chosen := range uint(1 << len(sets)) {
		var f hub.DeliveryFilter
		apply(chosen, sets, &f)
		most := f.ExecutionKey == 0 && f.FlowKey == 0 && f.IntegrationKey == 0 && f.Recipient == "" && f.ProviderID == "" && len(f.States) != len(rare)
		answeredByIndex(t, "deliveries", must(db.ExplainDeliveries(t.Context(), f))(t), most)
	}
}

func TestEveryFilterOfSuppressionsIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	yes, category := true, "marketing"
	sets := []func(*hub.SuppressionFilter){
		func(f *hub.SuppressionFilter) { f.IntegrationKey = 1 },
		func(f *hub.SuppressionFilter) { f.Recipient = "x" },
		func(f *hub.SuppressionFilter) { f.Category = &category },
		func(f *hub.SuppressionFilter) { f.Active = &yes },
	}
	for chosen := range uint(1 << len(sets)) {
		var f hub.SuppressionFilter
		apply(chosen, sets, &f)
		answeredByIndex(t, "suppressions", must(db.ExplainSuppressions(t.Context(), f))(t), f.IntegrationKey == 0 && f.Recipient == "")
	}
}

func TestEveryFilterOfOccurrencesAndRecordsIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	everything := hubtest.Admin(t, db)
	two := hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.Row{Module: "warehouses", Submodule: "stock"}, hub.See))
	sets := []func(*hub.OccurrenceFilter){
		func(f *hub.OccurrenceFilter) { f.Type = newWorkOrder },
		func(f *hub.OccurrenceFilter) { f.Subject = "x" },
		func(f *hub.OccurrenceFilter) { f.ConsumerKey = 1 },
		func(f *hub.OccurrenceFilter) { f.Since, f.Until = time.Now(), time.Now() },
	}
	for _, c := range []hub.Caller{everything, two} {
		seesAll := c.Consumer.Key == everything.Consumer.Key
		for chosen := range uint(1 << len(sets)) {
			var f hub.OccurrenceFilter
			apply(chosen, sets, &f)
			most := seesAll && f.Type == "" && f.Subject == "" && f.ConsumerKey == 0
			answeredByIndex(t, "occurrences", must(db.ExplainOccurrences(t.Context(), c, f))(t), most)
		}
		for _, typ := range []string{"", "work_order_task"} {
			for _, subject := range []string{"", "WO-1"} {
				most := seesAll && typ == "" && subject == ""
				answeredByIndex(t, "records", must(db.ExplainRecords(t.Context(), c, typ, subject))(t), most)
			}
		}
	}
}

func TestEveryFilterOfTheAuditLogIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	sets := []func(*hub.AuditFilter){
		func(f *hub.AuditFilter) { f.Kinds = []hub.AuditKind{hub.AuditDenied, hub.AuditTokenRefused} },
		func(f *hub.AuditFilter) { f.ConsumerKey = 1 },
		func(f *hub.AuditFilter) { f.SubjectKey = 1 },
		func(f *hub.AuditFilter) { f.Since = time.Now() },
		func(f *hub.AuditFilter) { f.Until = time.Now() },
	}
	for chosen := range uint(1 << len(sets)) {
		var f hub.AuditFilter
		apply(chosen, sets, &f)
		most := f.Kinds == nil && f.ConsumerKey == 0 && f.SubjectKey == 0
		answeredByIndex(t, "the audit log", must(db.ExplainAudit(t.Context(), f))(t), most)
	}
	// What every flush and every pruning asks.
	for what, query := range map[string]string{
		"the rows of an hour": "SELECT count(*) FROM audit WHERE hour IS NOT NULL AND hour = 1 AND kind = '' AND (consumer <> 0) = 1 AND others = 0",
		"a tally":             "SELECT key FROM audit WHERE hour IS NOT NULL AND hour = 1 AND kind = '' AND consumer = 1 AND subject = 0 AND client = '' AND address = '' AND door = '' AND asked = '' AND reason = '' AND needs = '' AND others = 0",
		"old tallies":         "SELECT key FROM audit WHERE hour IS NOT NULL AND hour < 1 ORDER BY hour LIMIT 10",
		"the newest row":      "SELECT last_at FROM audit WHERE key < 9 ORDER BY key DESC LIMIT 1",
	} {
		answeredByIndex(t, what, must(db.Explain(t.Context(), query))(t), what == "the newest row")
	}
}

func TestPartsAndTimelinesAreAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	for what, plan := range must(hubtest.DB(t).ExplainParts(t.Context()))(t) {
		answeredByIndex(t, what, plan, false)
	}
}

// The work of the engine is read on every turn of its loops, over tables that hold years.
func TestWhatTheEngineAsksIsAnsweredByAnIndex(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for what, query := range map[string]string{
		"a repeat of an occurrence":    "SELECT * FROM occurrences WHERE consumer = 1 AND source = '' AND name = ''",
		"executions that are due":      "SELECT * FROM executions WHERE due_at IS NOT NULL AND due_at <= 1 ORDER BY due_at, key LIMIT 10",
		"due executions of a flow":     "SELECT * FROM executions WHERE due_at IS NOT NULL AND flow = 1 AND due_at <= 1 ORDER BY due_at, key LIMIT 10",
		"the next flow with some due":  "SELECT flow FROM executions WHERE due_at IS NOT NULL AND flow > 1 ORDER BY flow LIMIT 1",
		"executions whose lease ended": "SELECT * FROM executions WHERE closed_at IS NULL AND state = 'RUNNING' AND lease_until < 1 AND key > 1 ORDER BY key LIMIT 10",
		"a delivery of a provider":     "SELECT * FROM deliveries WHERE provider_id = '' AND +integration = 1 ORDER BY key DESC LIMIT 1",
		"a provider's id anywhere":     "SELECT * FROM deliveries WHERE provider_id = '' ORDER BY key DESC LIMIT 20",
		"on the way without an id":     "SELECT 1 FROM deliveries WHERE state = 'SENDING' AND (state = 'PENDING' OR state = 'SENDING' OR state = 'UNKNOWN' OR state = 'FAILED') AND +integration = 1 AND provider_id IS NULL LIMIT 1",
		"the newest unknown ones":      "SELECT integration, provider_id FROM deliveries WHERE state = 'UNKNOWN' AND (state = 'PENDING' OR state = 'SENDING' OR state = 'UNKNOWN' OR state = 'FAILED') ORDER BY key DESC LIMIT 1000",
		"deliveries held too long":     "SELECT * FROM deliveries WHERE hold_at IS NOT NULL AND hold_at <= 1 ORDER BY hold_at LIMIT 10",
		"who holds a delivery":         "SELECT key FROM deliveries WHERE flow = 1 AND order_key = '' AND key < 9 AND order_key IS NOT NULL AND (state = 'PENDING' OR state = 'SENDING' OR hold_at IS NOT NULL) AND execution <> 1 ORDER BY key DESC LIMIT 1",
		"whom a delivery held":         "SELECT key, execution, waiting_for FROM deliveries WHERE flow = 1 AND order_key = '' AND key > 1 AND order_key IS NOT NULL AND (state = 'PENDING' OR state = 'SENDING' OR hold_at IS NOT NULL) ORDER BY key LIMIT 1",
		"receipts without a delivery":  "SELECT 1 FROM receipts WHERE integration = 1 AND provider_id = '' AND delivery IS NULL",
		"receipts that waited long":    "SELECT key FROM receipts WHERE delivery IS NULL AND received_at < 1 ORDER BY received_at LIMIT 10",
		"a repeated receipt":           "SELECT 1 FROM receipts WHERE delivery = 1 AND provider_id = '' AND status = '' AND code = ''",
		"the next one to ask about":    "SELECT integration, lookup_at FROM deliveries WHERE lookup_at IS NOT NULL AND integration > 1 ORDER BY integration, lookup_at LIMIT 1",
		"those to ask about":           "SELECT *, (SELECT started_at FROM attempts WHERE delivery = deliveries.key AND number = tries) FROM deliveries WHERE lookup_at IS NOT NULL AND integration = 1 AND lookup_at <= 1 ORDER BY lookup_at LIMIT 100",
		"those to ask about no more":   "SELECT key FROM deliveries WHERE lookup_at IS NOT NULL AND integration = 1 LIMIT 500",
		"rows of a subject":            "SELECT * FROM records WHERE type = '' AND subject = '' AND subject <> '' ORDER BY key LIMIT 10",
		"events of a type":             "SELECT * FROM events WHERE type = '' AND enabled = 1 ORDER BY key",
		"schedules that are due":       "SELECT flow, next_at FROM schedules WHERE next_at IS NOT NULL AND next_at <= 1 AND flow > 1 LIMIT 10",
		"schedules of a clock ahead":   "SELECT flow FROM schedules WHERE set_at > 1 LIMIT 10",
		"the run of a planned time":    "SELECT 1 FROM executions WHERE flow = 1 AND scheduled_for = 1",
		"the run of a consumer":        "SELECT * FROM executions WHERE flow = 1 AND started_by = 1 AND run_id = ''",
		"executions to be read":        "SELECT * FROM executions WHERE reading = 1 AND key > 1 ORDER BY key LIMIT 1",
		"a page of records of a type":  "SELECT * FROM records WHERE type = '' AND key > 1 ORDER BY key LIMIT 500",
		"the replays of an execution":  "SELECT execution FROM replays WHERE original = 1 AND execution < 9 ORDER BY execution DESC LIMIT 10",
		"what an execution replays":    "SELECT key FROM (SELECT execution AS key, original FROM replays) WHERE key = 1",
		"versions of a flow":           "SELECT * FROM flow_versions WHERE flow = 1 AND version < 9 ORDER BY version DESC LIMIT 10",
		"an execution and its replays": "SELECT * FROM executions WHERE key = 1 OR key IN (SELECT execution FROM replays WHERE root = 1)",
		"suppressions of a recipient":  "SELECT * FROM suppressions WHERE integration = 1 AND recipient = '' ORDER BY key",
		"the last delivery to someone": "SELECT key FROM deliveries WHERE recipient = '' AND integration + 0 = 1 ORDER BY key DESC LIMIT 1",
		"an attempt of a provider":     "SELECT number FROM attempts WHERE delivery = 1 AND provider_id = '' ORDER BY number DESC LIMIT 1",
		"what failed, by provider":     "SELECT 1 FROM receipts WHERE delivery = 1 AND provider_id = '' AND status = 'FAILED' LIMIT 1",
		"a receipt that says FAILED":   "SELECT * FROM receipts WHERE delivery = 1 AND status = 'FAILED' ORDER BY key DESC LIMIT 1",
		"the journal after a cursor":   "SELECT * FROM changes c WHERE c.seq > 1 ORDER BY c.seq LIMIT 10",
	} {
		plan := must(db.Explain(t.Context(), query))(t)
		answeredByIndex(t, what, plan, what == "the journal after a cursor") // which is a walk along the key
		if !slices.ContainsFunc(plan, func(step string) bool { return strings.HasPrefix(step, "SEARCH ") }) {
			t.Errorf("%s: %v", what, plan)
		}
		// Only what waits may be looked at, not all that a flow ever ran.
		if strings.Contains(what, "due") && !strings.Contains(what, "schedules") && !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "executions_due") }) {
			t.Errorf("%s: %v", what, plan)
		}
	}
}
