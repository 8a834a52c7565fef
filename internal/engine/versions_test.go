package engine_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestARollbackIsANewVersionByTheRulesOfEverySave(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		first := a.Flow.Definition
		filter := &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.Equal, Value: "OT-9"}}}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 1, hub.FlowInput{Description: ptr("changed"), Filter: filter}); err != nil {
			t.Fatal(err)
		}
		before := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, before, "CLOSED SKIPPED:")
		back, err := h.Engine.FlowRollback(t.Context(), h.Admin, a.Flow.Key, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		if back.Version != 3 || !back.Enabled || back.Description != a.Flow.Description || !reflect.DeepEqual(back.Definition, first) {
			t.Errorf("it is %+v", back)
		}
		if exec, _ := execution(t, h, before); exec.FlowVersion != 2 {
			t.Errorf("an execution that was there runs version %d", exec.FlowVersion)
		}
		now := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, now, "CLOSED SUCCEEDED: ACCEPTED")
		list, err := hubtest.Alone(h.DB.FlowHistories(t.Context(), h.Admin, []int64{a.Flow.Key}, hub.Page{}))
		if err != nil || len(list.Items) != 3 || list.Items[0].RestoredFrom != 1 || list.Items[0].SavedByKey != h.Admin.Consumer.Key || list.Items[1].RestoredFrom != 0 {
			t.Errorf("its history is %+v, %v", list.Items, err)
		}
		log, err := h.DB.AuditLog(t.Context(), h.Admin, hub.AuditFilter{SubjectKey: a.Flow.Key}, hub.Page{First: 1})
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal(log.Items[0].Changes)
		if want := `[{"p":"description","f":"changed","t":"Tell the responsible"},{"p":"filter.mode","f":"ALL","t":"NONE"},{"p":"filter.terms.0.field","f":"wo_folio"},{"p":"filter.terms.0.op","f":"EQUAL"},{"p":"filter.terms.0.value","f":"OT-9"},{"p":"restoredFrom","t":1},{"p":"version","f":2,"t":3}]`; err != nil || string(told) != want {
			t.Errorf("the audit log says %s, %v", told, err)
		}
	})
}

func TestARollbackIsRefusedLikeAnyOtherSave(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		targets := []hub.FlowTarget{a.Flow.Definition.Targets[0]}
		targets[0].Recipient = hub.Recipient{Constant: jonasPhone}
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 1, hub.FlowInput{Targets: &targets}); err != nil {
			t.Fatal(err)
		}
		back := func(c hub.Caller, version, expected int) error {
			_, err := h.Engine.FlowRollback(t.Context(), c, a.Flow.Key, expected, version)
			return err
		}
		wantError(t, back(h.Admin, 1, 1), hub.CodeConflict, "expectedVersion", "current version is 2")
		wantError(t, back(h.Admin, 0, 0), hub.CodeInvalid, "version", "count from 1")
		wantError(t, back(h.Admin, 7, 2), hub.CodeInvalid, "version", "its versions are 1 to 2")
		wantError(t, back(h.Admin, 2, 2), hub.CodeConflict, "version", "the current one")
		edit, orders := hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See)
		for name, c := range map[string]hub.Caller{
			"without EDIT":                       hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See), orders, hubtest.May(hubtest.RowPersonnel, hub.See)),
			"without what the old version reads": hubtest.CallerWith(t, h.DB, edit, orders), // enough for the one that it has
		} {
			if err := back(c, 1, 2); hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("%s it is answered with %v", name, err)
			}
		}
		// The old version reads what its consumer may not see any more.
		grants := hub.Grants{hubtest.RowWorkOrders: hub.ActionSet(hub.See)}.List()
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, a.Reader.Group.Key, 0, hub.GroupInput{Grants: &grants}); err != nil {
			t.Fatal(err)
		}
		if err := back(h.Admin, 1, 2); hub.CodeOf(err) != hub.CodeInvalid || len(err.(*hub.Error).Problems) == 0 {
			t.Errorf("an enabled flow that would have problems is answered with %v", err)
		}
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 2); err != nil {
			t.Fatal(err)
		}
		if err := back(h.Admin, 1, 2); err != nil {
			t.Errorf("a draft may have problems: %v", err)
		}
		if _, err := h.Engine.FlowRollback(t.Context(), h.Admin, 404, 0, 1); hub.CodeOf(err) != hub.CodeNotFound {
			t.Errorf("a flow that there is not is answered with %v", err)
		}
	})
}

func TestARollbackBringsTheScheduleBack(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		daily := &hub.Schedule{Cron: "0 8 * * *", TimeZone: "UTC"}
		if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Schedule: &daily}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Engine.FlowRollback(t.Context(), p.Admin, p.flow.Key, 2, 1); err != nil {
			t.Fatal(err)
		}
		after(time.Hour + time.Minute)
		if n := len(p.ran(t)); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}
