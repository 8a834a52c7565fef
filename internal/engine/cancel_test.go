package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestOneDeliveryThatHasNotLeftIsTakenBack(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Down()
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		_, list := execution(t, h, key)
		d, err := h.Engine.DeliveryCancel(t.Context(), h.Admin, list[0].Key)
		if err != nil || d.State != hub.DeliveryCancelled || d.Reason.Code != hub.ReasonCancelled || d.Reason.By != h.Admin.Consumer.ID() {
			t.Fatalf("%+v, %v", d, err)
		}
		is(t, h, key, "WAITING CONNECTOR_DOWN: CANCELLED PENDING")
		h.Connector.Up()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: CANCELLED ACCEPTED")
		for _, d := range list {
			_, err = h.Engine.DeliveryCancel(t.Context(), h.Admin, d.Key)
			wantError(t, err, hub.CodeConflict, "id", "only a PENDING one")
		}
		_, err = h.Engine.DeliveryCancel(t.Context(), h.Admin, 12345)
		wantError(t, err, hub.CodeNotFound, "id", "dlv_")
		sees := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))
		_, err = h.Engine.DeliveryCancel(t.Context(), sees, list[0].Key)
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
	})
}

func TestManyExecutionsAreCancelledAtOnce(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		gone := []int64{started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))}
		var queued []int64
		for i := range 60 {
			queued = append(queued, started(t, h.Publish(t, another(i))))
		}
		settled()
		cancel := func(in hub.BulkCancelInput, want string) *hub.BulkCancel {
			t.Helper()
			out, err := h.Engine.ExecutionsCancel(t.Context(), h.Admin, in)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d match: %d cancelled, %d refused", out.Matched, out.Cancelled, out.Refused); got != want {
				t.Fatalf("%s, not %s: %+v", got, want, out.Results)
			}
			return out
		}
		before := content(t, h.Dir)
		cancel(hub.BulkCancelInput{AtMost: 1000, DryRun: true}, "62 match: 60 cancelled, 2 refused")
		if content(t, h.Dir) != before {
			t.Error("a dry run writes")
		}
		cancel(hub.BulkCancelInput{AtMost: 1000, Filter: hub.ExecutionFilter{FlowKey: a.Flow.Key + 1}}, "0 match: 0 cancelled, 0 refused")
		if out := cancel(hub.BulkCancelInput{AtMost: 10}, "62 match: 10 cancelled, 0 refused"); !out.HasMore || out.Results[9].ExecutionKey != queued[59] {
			t.Errorf("%+v", out)
		}
		out := cancel(hub.BulkCancelInput{AtMost: 1000}, "52 match: 50 cancelled, 2 refused")
		if r := out.Results[0]; r.ExecutionKey != gone[0] || r.Reason == nil || r.Reason.Code != hub.ReasonUnderWay {
			t.Errorf("what is with the connector: %+v", r)
		}
		for _, key := range queued {
			is(t, h, key, "CLOSED CANCELLED:")
		}
		h.Connector.Release()
		after(time.Minute)
		is(t, h, gone[1], "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("%d were sent", n)
		}
		cancel(hub.BulkCancelInput{AtMost: 1000}, "0 match: 0 cancelled, 0 refused")
		for _, c := range []struct {
			in         hub.BulkCancelInput
			path, part string
		}{
			{hub.BulkCancelInput{}, "atMost", "between 1 and 1000"},
			{hub.BulkCancelInput{AtMost: 1, Filter: hub.ExecutionFilter{States: []hub.ExecutionState{hub.Queued, hub.Closed}}}, "filter.states", "CLOSED"},
			{hub.BulkCancelInput{AtMost: 1, Filter: hub.ExecutionFilter{Outcomes: []hub.ExecutionOutcome{hub.Failed}}}, "filter.outcomes", "closed"},
		} {
			_, err := h.Engine.ExecutionsCancel(t.Context(), h.Admin, c.in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
		}
		_, err := h.Engine.ExecutionsCancel(t.Context(), hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See)), hub.BulkCancelInput{AtMost: 1})
		wantError(t, err, hub.CodeForbidden, "", "automator/fracttal_hub:EDIT")
	})
}
