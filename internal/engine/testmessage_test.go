package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const mine = "+5511987654321"

func testMessage(t testing.TB, h *hubtest.Hub, flow int64, in hub.TestInput) *hub.FlowTest {
	t.Helper()
	out, err := h.Engine.FlowTest(t.Context(), h.Admin, flow, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestATestMessageGoesToWhoIsNamedAndToNobodyElse(t *testing.T) {
	scene(t, settings(hub.FlowSettings{DefaultCountry: "BR"}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		p := h.Publish(t, forJonas("OT-1"))
		out := testMessage(t, h, a.Flow.Key, hub.TestInput{Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}, Recipient: "(11) 98765-4321", ID: "a"})
		settled()
		is(t, h, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
		e, d := one(t, h, out.Execution.Key)
		if !e.Test || !d.Test || d.Recipient != mine || d.Values[0] != "OT-1" || e.StartedByKey != h.Admin.Consumer.Key || e.Subject != "OT-1" {
			t.Errorf("it is %+v %+v", e, d)
		}
		if sent := h.Connector.Sent(); len(sent) != 1 || sent[0].Recipient != mine {
			t.Errorf("it sent %+v", sent)
		}
		again := testMessage(t, h, a.Flow.Key, hub.TestInput{Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}, Recipient: "(11) 98765-4321", ID: "a"})
		if !again.Repeat || again.Execution.Key != e.Key || again.Delivery.Key != d.Key {
			t.Errorf("the repeat is %+v", again)
		}
		_, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}, Recipient: jonasPhone, ID: "a"})
		wantError(t, err, hub.CodeConflict, "idempotencyKey", "with another input")

		if _, err := h.Engine.FlowEnable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		record, err := h.DB.RecordNamed(t.Context(), h.Admin, "work_order_task", d.Record)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Engine.FlowRun(t.Context(), h.Admin, a.Flow.Key, hub.FlowRunInput{ID: "a", RecordKeys: []int64{record.Key}})
		wantError(t, err, hub.CodeConflict, "idempotencyKey", "you ran this flow under this key before")

		list, err := h.DB.LastRuns(t.Context(), h.Admin, []int64{a.Flow.Key})
		if err != nil || list[0] != nil {
			t.Errorf("its last run is %+v, %v", list, err)
		}
		real := testMessages(t, h, ptr(false))
		if tests := testMessages(t, h, ptr(true)); tests != "1 1" || real != "0 0" || testMessages(t, h, nil) != "1 1" {
			t.Errorf("there are %s tests and %s others", tests, real)
		}
		log, err := h.DB.AuditLog(t.Context(), h.Admin, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditStarted}}, hub.Page{})
		if err != nil || len(log.Items) != 1 || !strings.Contains(fmt.Sprintf("%s", log.Items[0].Changes), mine) {
			t.Errorf("the audit log is %+v, %v", log.Items, err)
		}
	})
}

// testMessages counts executions and deliveries by whether they are tests.
func testMessages(t testing.TB, h *hubtest.Hub, test *bool) string {
	t.Helper()
	executions, err := h.DB.Executions(t.Context(), h.Admin, hub.ExecutionFilter{Test: test}, hub.Page{})
	if err != nil {
		t.Fatal(err)
	}
	deliveries, err := h.DB.Deliveries(t.Context(), h.Admin, hub.DeliveryFilter{Test: test}, hub.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(len(executions.Items), " ", len(deliveries.Items))
}

func TestATestMessageIsRefusedWithAReason(t *testing.T) {
	scene(t, func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.NotEqual, Value: "OT-9"}}}
	}, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		refused := func(in hub.TestInput, code hub.Code, path, part string) {
			t.Helper()
			_, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, in)
			wantError(t, err, code, path, part)
		}
		refused(hub.TestInput{Recipient: mine}, hub.CodeInvalid, "on", "on what the flow is to be tested")
		refused(hub.TestInput{Sample: sampleFor("OT-1")}, hub.CodeInvalid, "recipient", "to whom")
		refused(hub.TestInput{Sample: sampleFor("OT-1"), Recipient: "me"}, hub.CodeInvalid, "recipient", "")
		refused(hub.TestInput{Sample: sampleFor("OT-9"), Recipient: mine}, hub.CodeInvalid, "on", "the flow's filter dropped all 1 rows")
		empty := sampleFor("OT-1")
		empty.Records[0].Data["code"] = nil
		refused(hub.TestInput{Sample: empty, Recipient: mine}, hub.CodeInvalid, "targets.0.mapping.6.field", "")
		pause := func(fn func(tx *sqlite.Tx) error) {
			t.Helper()
			if err := h.DB.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		pause(func(tx *sqlite.Tx) error {
			return tx.IntegrationPause(a.Integration.Key, hub.Reason{Code: hub.ReasonMisconfigured, Message: "the token has expired"})
		})
		refused(hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}, hub.CodeConflict, "id", "the integration is paused: the token has expired")
		pause(pausing(a.Flow.Key))
		refused(hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}, hub.CodeConflict, "id", "the flow is paused: MISCONFIGURED")
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Targets: &[]hub.FlowTarget{}}); err != nil {
			t.Fatal(err)
		}
		refused(hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}, hub.CodeInvalid, "targets", "Target connection settings cannot be empty")
		if n := len(h.Connector.Sent()); n != 0 {
			t.Errorf("%d were sent", n)
		}
		may := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
		if _, err := h.Engine.FlowTest(t.Context(), may, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}); hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("without EDIT it is %v", err)
		}
		may = hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See))
		if _, err := h.Engine.FlowTest(t.Context(), may, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}); err != nil {
			wantError(t, err, hub.CodeInvalid, "targets", "") // it reads no person any more
		}
	})
}

func TestTestMessagesAreFewInAMinute(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		in := hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine}
		for range hub.TestsAMinute {
			testMessage(t, h, a.Flow.Key, in)
		}
		_, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, in)
		wantError(t, err, hub.CodeUnavailable, "recipient", "wait a minute")
		_, err = h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-1"), Recipient: jonasPhone})
		wantError(t, err, hub.CodeUnavailable, "recipient", "wait a minute")
		other := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
		_, err = h.Engine.FlowTest(t.Context(), other, a.Flow.Key, in)
		wantError(t, err, hub.CodeUnavailable, "recipient", "wait a minute")
		out, err := h.Engine.FlowTest(t.Context(), other, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-1"), Recipient: jonasPhone})
		if err != nil || out.Execution != nil || out.Delivery != nil {
			t.Errorf("another who may not see it, to somebody else: %+v, %v", out, err)
		}
		after(61 * time.Second)
		testMessage(t, h, a.Flow.Key, in)
		settled()
		if n := len(h.Connector.Sent()); n != hub.TestsAMinute+2 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestATestThatIsSentOnceMoreStillGoesToWhoWasNamed(t *testing.T) {
	scene(t, settings(hub.FlowSettings{MaxAgeSeconds: 60}), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		list := upsert(t, h, hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, jonasPhone))
		h.Connector.Down()
		out := testMessage(t, h, a.Flow.Key, hub.TestInput{Sample: hub.Sample{RecordKey: list[0].Key}, Recipient: mine})
		settled()
		is(t, h, out.Execution.Key, "WAITING CONNECTOR_DOWN: PENDING")
		after(2 * time.Minute)
		is(t, h, out.Execution.Key, "CLOSED FAILED: FAILED")
		h.Connector.Up()
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, out.Delivery.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := h.Connector.Sent(); len(sent) != 1 || sent[0].Recipient != mine {
			t.Errorf("it was sent to %+v", sent)
		}
	})
}
