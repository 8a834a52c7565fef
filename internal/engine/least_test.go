package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAFlowSaysTheLeastThatItsConsumerNeedsAndWhatItHoldsBeyond(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		grants(hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See), hubtest.May(hubtest.RowPersonnel, hub.Edit),
			hubtest.May(hub.RowEvents, hub.See))(t, h, a)
		needed := func(f *hub.Flow) string {
			list, err := h.Engine.FlowPermissionsNeeded(t.Context(), h.Admin, f)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(list)
		}
		excess := func(f *hub.Flow) string {
			list, ok, err := h.Engine.FlowPermissionsExcess(t.Context(), h.Admin, f)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				return "none"
			}
			return fmt.Sprint(list)
		}
		if got := needed(a.Flow); got != "[inhouse_personnel/general:SEE work_management/work_orders:SEE]" {
			t.Errorf("it needs %s", got)
		}
		if got := excess(a.Flow); got != "[automator/events:SEE inhouse_personnel/general:EDIT]" {
			t.Errorf("its consumer holds beyond that %s", got)
		}
		to := hub.Recipient{Constant: "+5511999990001"}
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		in.Targets = &[]hub.FlowTarget{{IntegrationKey: a.Integration.Key, Action: hubtest.AssignmentAction, Parameters: json.RawMessage(`{"template":"wo_assignment"}`), Recipient: to,
			Mapping: []hub.MappingEntry{{Field: "wo_folio", Position: 1}}}}
		alone := h.Flow(t, in)
		if got := needed(alone); got != "[work_management/work_orders:SEE]" {
			t.Errorf("a flow to a constant recipient needs %s", got)
		}
		if got := excess(alone); got != excess(a.Flow) {
			t.Errorf("of two flows of one consumer one says %s, the other %s", got, excess(a.Flow))
		}
		if _, err := h.Engine.EventArchive(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowArchive(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		if got := excess(alone); got != "[automator/events:SEE inhouse_personnel/general:SEE inhouse_personnel/general:EDIT]" {
			t.Errorf("when the other is archived, it holds beyond that %s", got)
		}
		draft := draftOf(t, h, hub.FlowInput{})
		if needed(draft) != "[]" || excess(draft) != "none" {
			t.Errorf("a draft needs %s and has %s beyond that", needed(draft), excess(draft))
		}
		for name, c := range map[string]hub.Caller{"flows": hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowUserAccounts, hub.See)),
			"groups": hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See))} {
			if _, _, err := h.Engine.FlowPermissionsExcess(t.Context(), c, alone); hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("who may not see %s gets %v", name, err)
			}
		}
		if _, err := h.Engine.FlowPermissionsNeeded(t.Context(), hubtest.CallerWith(t, h.DB), alone); hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("who may not see flows gets %v", err)
		}
	})
}

// draftOf saves a flow without enabling it.
func draftOf(t *testing.T, h *hubtest.Hub, in hub.FlowInput) *hub.Flow {
	t.Helper()
	f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
