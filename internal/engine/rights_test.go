package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAnExecutionFailsWithAReasonWhenTheFlowsConsumerMayNotRead(t *testing.T) {
	no := false
	for _, c := range []struct {
		name   string
		change func(*testing.T, *hubtest.Hub, *hubtest.Assignment)
		code   hub.ReasonCode
		names  string
	}{
		{"SEE on work orders is missing", grants(hubtest.May(hubtest.RowPersonnel, hub.See)), hub.ReasonPermission, "work_management/work_orders:SEE"},
		{"SEE on persons is missing", grants(hubtest.May(hubtest.RowWorkOrders, hub.See)), hub.ReasonPermission, "inhouse_personnel/general:SEE"},
		{"hubEnabled is off", consumer(hub.ConsumerInput{HubEnabled: &no}), hub.ReasonHubDisabled, "hubEnabled"},
		{"the consumer is disabled", consumer(hub.ConsumerInput{Enabled: &no}), hub.ReasonNoConsumer, "disabled"},
		{"the consumer has expired", func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			at := new(time.Now().Add(time.Hour))
			consumer(hub.ConsumerInput{ExpiresAt: &at})(t, h, a)
			time.Sleep(time.Hour)
		}, hub.ReasonNoConsumer, "expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				c.change(t, h, a)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				is(t, h, key, "CLOSED FAILED:")
				exec, _ := execution(t, h, key)
				if exec.Reason == nil || exec.Reason.Code != c.code || !strings.Contains(exec.Reason.Message, c.names) || exec.Reason.NextStep == "" {
					t.Errorf("the reason is %+v", exec.Reason)
				}
				wantJournal(t, h, key, "EXECUTION →QUEUED MATCHED", "EXECUTION QUEUED→RUNNING WORKER",
					"EXECUTION RUNNING→CLOSED "+string(c.code), "EXECUTION OUTCOME →FAILED "+string(c.code))
				if len(h.Connector.Sent()) != 0 {
					t.Error("something was sent")
				}
			})
		})
	}
}

// grants gives the group of the flow's consumer exactly these permissions.
func grants(perms ...hub.Permission) func(*testing.T, *hubtest.Hub, *hubtest.Assignment) {
	return func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		var list []hub.Grant
		for _, p := range perms {
			list = append(list, hub.Grant{Module: p.Module, Submodule: p.Submodule, Actions: []hub.Action{p.Action}})
		}
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, a.Reader.Group.Key, 0, hub.GroupInput{Grants: &list}); err != nil {
			t.Fatal(err)
		}
	}
}

func consumer(in hub.ConsumerInput) func(*testing.T, *hubtest.Hub, *hubtest.Assignment) {
	return func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		if _, err := h.DB.ConsumerUpdate(t.Context(), h.Admin, a.Reader.Consumer.Key, 0, in); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARightThatIsGivenLaterHoldsForTheNextOccurrence(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		grants(hubtest.May(hubtest.RowWorkOrders, hub.See))(t, h, a)
		is(t, h, started(t, h.Publish(t, forJonas("OT-1"))), "CLOSED FAILED:")
		grants(hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))(t, h, a)
		key := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAFilterThatDropsEveryRowSkipsTheExecution(t *testing.T) {
	change := func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("priorities_description", "LOW")}}
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		is(t, h, key, "CLOSED SKIPPED:")
		exec, _ := execution(t, h, key)
		if exec.Reason.Code != hub.ReasonFilteredOut || exec.Reason.Path != "filter" || !strings.Contains(exec.Reason.Message, "all 2 rows") {
			t.Errorf("the reason is %+v", exec.Reason)
		}
	})
}

func TestAFilterNarrowsTheRows(t *testing.T) {
	change := func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible.sms", martaPhone)}}
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		if _, d := one(t, h, key); d.Recipient != martaPhone {
			t.Errorf("sent to %s", d.Recipient)
		}
	})
}

func TestASourceWithoutRowsSkipsTheExecution(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, hubtest.WorkOrder("OT-1")))
		is(t, h, key, "CLOSED SKIPPED:")
		if exec, _ := execution(t, h, key); exec.Reason.Code != hub.ReasonNoRows {
			t.Errorf("the reason is %+v", exec.Reason)
		}
	})
}
