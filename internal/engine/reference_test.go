package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAMessageGoesToWhoeverIsResponsibleInHouseOrNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		rows := []hub.Row{hubtest.RowWorkOrders, hubtest.RowPersonnel, {Module: "third_parties", Submodule: "general"}}
		reader := hubtest.CallerWith(t, h.DB, hubtest.May(rows[0], hub.See), hubtest.May(rows[1], hub.See), hubtest.May(rows[2], hub.See))
		flow := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "whatsapp").Key)
		target := &(*flow.Targets)[0]
		target.Recipient.Field = "assignee.sms"
		target.Mapping[3].Field, target.Mapping[6].Field = "labels.description", "assignee.name"
		f := h.Flow(t, flow)
		description, typ := "to all", hubtest.NewWorkOrder
		h.Event(t, hub.EventInput{Description: &description, Type: &typ, FlowKeys: &[]int64{f.Key}})

		inHouse := hubtest.Task("OT-1", 1, jonas)
		inHouse.Data["labels"] = []any{map[string]any{"description": "URGENTE", "color": "#f00"}, map[string]any{"description": "OBRA"}}
		outside := hubtest.Task("OT-1", 2, "ACME")
		outside.Data["id_contact"], outside.Data["labels"] = 17, []any{map[string]any{"description": "EXTERNA"}}
		acme := hub.RecordInput{Type: "third_party", Data: hub.Fields{"code": "ACME", "name": "Acme", "sms": martaPhone}}
		h.Publish(t, hubtest.WorkOrder("OT-1", inHouse, outside, hubtest.Person(jonas, jonasPhone), acme))
		settled()

		var got []string
		for _, sent := range h.Connector.Sent() {
			got = append(got, sent.Recipient+" "+sent.Values[3]+" "+sent.Values[6])
		}
		slices.Sort(got)
		want := []string{jonasPhone + " URGENTE, OBRA The one called " + jonas, martaPhone + " EXTERNA Acme"}
		if !slices.Equal(got, want) {
			t.Errorf("sent was\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if needs, err := h.Engine.FlowPermissionsNeeded(t.Context(), h.Admin, f); err != nil || len(needs) != len(rows) {
			t.Errorf("the flow needs %v, %v", needs, err)
		}
	})
}

func TestTermsReadObjectsAlsoThoseOfAnotherRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		description, typ := "7.5 on M-1", "monitoring.meters.out_of_range"
		terms := hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "data.value", Operation: hub.Equal, Value: 7.5},
			{Field: "meter.last_data.value", Operation: hub.Equal, Value: 6}, {Field: "date_reading", Operation: hub.Equal, Value: "2016-07-12T20:00:00-03"}}}
		a := h.Assignment(t, nil)
		ev, err := h.Engine.EventCreate(t.Context(), h.Admin, hub.EventInput{Description: &description, Type: &typ, Terms: &terms, FlowKeys: &[]int64{a.Flow.Key}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = h.Engine.EventEnable(t.Context(), h.Admin, ev.Key, 0); err == nil {
			t.Fatal("a flow that reads work orders runs for readings")
		}
		reader := hubtest.CallerWith(t, h.DB, hubtest.May(hub.Row{Module: "monitoring", Submodule: "meter_readings"}, hub.See), hubtest.May(hub.Row{Module: "monitoring", Submodule: "meters"}, hub.See))
		flow := hubtest.AssignmentFlow(reader.Consumer.Key, a.Integration.Key)
		source := **flow.Source
		source.Action = "query_readings"
		*flow.Source = &source
		target := &(*flow.Targets)[0]
		target.Recipient = hub.Recipient{Constant: jonasPhone}
		for i, field := range []string{"serial", "data.value", "meter.last_data.value", "meter.description", "date_reading", "units_code", "items_code"} {
			target.Mapping[i].Field = field
		}
		f := h.Flow(t, flow)
		h.Event(t, hub.EventInput{Description: &description, Type: &typ, Terms: &terms, FlowKeys: &[]int64{f.Key}})
		h.Publish(t, hub.OccurrenceInput{Source: "/plant", ID: "r-1", Type: typ, Subject: "M-1", Records: []hub.RecordInput{
			{Type: "meter", Data: hub.Fields{"serial": "M-1", "description": "Bearing", "last_data": map[string]any{"value": 6}}},
			{Type: "reading", Name: "1", Data: hub.Fields{"serial": "M-1", "date_reading": "2016-07-12T23:00:00Z", "data": map[string]any{"value": 7.5}, "units_code": "mm/s", "items_code": "PMP-014"}}}})
		settled()
		if got := h.Connector.Sent(); len(got) != 1 || strings.Join(got[0].Values, "|") != "M-1|7.5|6|Bearing|2016-07-12T23:00:00Z|mm/s|PMP-014" {
			t.Errorf("sent was %+v", got)
		}
	})
}
