package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func term(field string, op hub.Operation, v any) hub.Term {
	return hub.Term{Field: field, Operation: op, Value: v}
}

// task is a work order with one task, of which some fields are given.
func task(id string, fields hub.Fields) hub.OccurrenceInput {
	in := forJonas("OT-1")
	in.ID = id
	for k, v := range fields {
		in.Records[0].Data[k] = v
	}
	return in
}

// fired says whether the only event fired on an occurrence.
func fired(t *testing.T, h *hubtest.Hub, in hub.OccurrenceInput) bool {
	t.Helper()
	p := h.Publish(t, in)
	if len(p.Occurrence.Matches) != 1 {
		t.Fatalf("the matches are %s", matches(p.Occurrence))
	}
	return p.Occurrence.Matches[0].Fired
}

func TestAnEventFiresWhenAFieldChanges(t *testing.T) {
	scene(t, terms(hub.ModeAll, term("responsible", hub.Changed, nil)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		for i, c := range []struct {
			responsible any
			fired       bool
		}{{jonas, true}, {jonas, false}, {marta, true}, {marta, false}, {nil, true}, {nil, false}, {jonas, true}} {
			if got := fired(t, h, task(fmt.Sprint(i), hub.Fields{"code_responsible": c.responsible})); got != c.fired {
				t.Errorf("occurrence %d: fired is %v", i, got)
			}
		}
	})
}

func TestChangedToAndFromAskBothStates(t *testing.T) {
	scene(t, terms(hub.ModeAny, term("id_status_work_order", hub.ChangedTo, 3), term("id_status_work_order", hub.ChangedFrom, 4)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		for i, c := range []struct {
			status int
			fired  bool
		}{{1, false}, {3, true}, {3, false}, {4, false}, {4, false}, {2, true}} {
			if got := fired(t, h, task(fmt.Sprint(i), hub.Fields{"id_status_work_order": c.status})); got != c.fired {
				t.Errorf("occurrence %d: fired is %v", i, got)
			}
		}
	})
}

func TestWhatARowRefersToIsComparedWithWhatItReferredTo(t *testing.T) {
	scene(t, terms(hub.ModeAll, term("responsible.sms", hub.Changed, nil)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		if !fired(t, h, task("new", nil)) {
			t.Error("of a new record everything has changed")
		}
		if fired(t, h, task("same", nil)) {
			t.Error("nothing has changed")
		}
		in := task("another telephone", nil)
		in.Records[1] = hubtest.Person(jonas, martaPhone)
		if !fired(t, h, in) {
			t.Error("the person that the occurrence brings has another telephone than the one stored")
		}
	})
}

func TestTheTraceSaysWhatWasBefore(t *testing.T) {
	scene(t, terms(hub.ModeAll, term("responsible", hub.ChangedTo, marta)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		fired(t, h, task("1", nil))
		p := h.Publish(t, task("2", hub.Fields{"code_responsible": marta}))
		o, err := h.DB.Occurrence(t.Context(), h.Admin, p.Occurrence.Key)
		if err != nil {
			t.Fatal(err)
		}
		v := o.Matches[0].Rows[0].Trace[0]
		if v.Before != jonas || v.Got != marta || v.Want != marta || !v.True || v.Path != "terms.0" {
			t.Errorf("the verdict is %+v", v)
		}
		blind := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowPersonnel, hub.See))
		h.DB.DiscloseRows(blind, o.Type, o.Matches[0].Rows)
		if v := o.Matches[0].Rows[0].Trace[0]; v.Before != nil || v.Got != nil || v.True || len(v.Needs) != 1 {
			t.Errorf("who may not see work orders is told %+v", v)
		}
	})
}

func TestOfManyAtOnceTheFirstOneChangesTheRecord(t *testing.T) {
	scene(t, terms(hub.ModeAll, term("responsible", hub.ChangedTo, marta)), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		fired(t, h, task("first", nil))
		release := occupy(t, h) // all are judged against the same state, and written in one transaction
		var mu sync.Mutex
		var got []bool
		var work sync.WaitGroup
		for i := range 8 {
			work.Go(func() {
				p, err := h.Engine.Publish(t.Context(), h.Admin, task(fmt.Sprint(i), hub.Fields{"code_responsible": marta}))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				got = append(got, p.Occurrence.Matches[0].Fired)
				mu.Unlock()
			})
		}
		synctest.Wait()
		release()
		work.Wait()
		if n := len(slices.DeleteFunc(got, func(fired bool) bool { return !fired })); n != 1 {
			t.Errorf("it fired %d times, but the record changed once", n)
		}
	})
}

func TestTermsReadDatesAsMoments(t *testing.T) {
	scene(t, terms(hub.ModeAll, term("cal_date_maintenance", hub.WithinNextDays, 2), term("cal_date_maintenance", hub.NotEqual, "2000-01-02T03:00:00Z")), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		// The time of these tests begins at midnight of 1 January 2000, UTC.
		for i, c := range []struct {
			at    string
			fired bool
		}{{"2000-01-01T22:00:00-03:00", true}, {"2000-01-02T00:00:00-03", false}, {"1999-12-31T12:00:00Z", false}, {"2000-01-03T00:00:01Z", false}, {"2000-01-02T22:00:00-03:00", false}} {
			if got := fired(t, h, task(fmt.Sprint(i), hub.Fields{"cal_date_maintenance": c.at})); got != c.fired {
				t.Errorf("%s: fired is %v", c.at, got)
			}
		}
	})
}

func TestGroupsOfTermsDecideTogether(t *testing.T) {
	nested := func(_ *hub.FlowInput, ev *hub.EventInput) {
		ev.Terms = &hub.Terms{Mode: hub.ModeAny, Groups: []hub.Terms{
			{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", jonas), term("labels", hub.Contains, "urgent")}},
			{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", marta), term("id_priorities", hub.IsAnyOf, []any{1, 2})}}}}
	}
	scene(t, nested, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		label := []any{map[string]any{"description": "Urgent", "color": "red", "enabled": false}}
		for i, c := range []struct {
			fields hub.Fields
			fired  bool
		}{
			{hub.Fields{"labels": label}, true}, {hub.Fields{"labels": nil}, false}, {hub.Fields{"code_responsible": marta, "labels": label}, false},
			{hub.Fields{"code_responsible": marta, "id_priorities": 2}, true}, {hub.Fields{"code_responsible": marta, "id_priorities": 5}, false},
		} {
			if got := fired(t, h, task(fmt.Sprint(i), c.fields)); got != c.fired {
				t.Errorf("%v: fired is %v", c.fields, got)
			}
		}
	})
}

func TestAnEventWhoseTermsMakeNoSenseAnyMoreSaysSoAndKeepsNoOtherFromFiring(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		// As an earlier build with another catalogue may have left it.
		odd, err := h.DB.EventCreate(t.Context(), h.Admin, &hub.Event{Description: "odd", Type: hubtest.NewWorkOrder, FlowKeys: []int64{a.Flow.Key},
			Terms: hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{term("code", "LIKE", "x")}}})
		if err == nil {
			_, err = h.DB.EventSetEnabled(t.Context(), h.Admin, odd.Key, 0, true, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		p := h.Publish(t, forJonas("OT-1"))
		started(t, p)
		o, err := h.DB.Occurrence(t.Context(), h.Admin, p.Occurrence.Key)
		if err != nil {
			t.Fatal(err)
		}
		m := o.Matches[1]
		if m.EventKey != odd.Key || m.Fired || m.Reason == nil || m.Reason.Code != hub.ReasonEventInvalid || m.Reason.NextStep == "" {
			t.Errorf("the match is %+v", m)
		}
		problems, err := eventProblems(t, h, odd)
		if err != nil || len(problems) != 1 || problems[0].Path != "terms.terms.0.operation" {
			t.Errorf("its problems are %+v, %v", problems, err)
		}
	})
}

func TestAFlowsFilterCannotAskWhatWasBefore(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		filter := hub.Terms{Mode: hub.ModeAll, Groups: []hub.Terms{{Mode: hub.ModeAll, Terms: []hub.Term{term("code", hub.ChangedTo, "x")}}}}
		_, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Filter: &filter})
		wantError(t, err, hub.CodeInvalid, "filter.groups.0.terms.0.operation", "CHANGED_TO")
	})
}

func TestTheVersionOfARecordTellsItsStates(t *testing.T) {
	t.Parallel()
	h := hubtest.Engine(t, hubtest.EngineOptions{})
	state := func() hub.RecordState {
		s, err := h.DB.RecordState(t.Context(), "person", jonas)
		if err != nil {
			t.Fatal(err)
		}
		var version int
		if err := h.DB.Write(t.Context(), func(tx *sqlite.Tx) (err error) { version, err = tx.RecordVersion("person", jonas); return err }); err != nil || version != s.Version {
			t.Errorf("inside a transaction the version is %d, %v", version, err)
		}
		return s
	}
	if s := state(); s.Version != 0 || s.Data != nil {
		t.Errorf("a record that is not there is %+v", s)
	}
	for i, phone := range []string{jonasPhone, jonasPhone, martaPhone} {
		if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{hubtest.Person(jonas, phone)}}); err != nil {
			t.Fatal(err)
		}
		if s := state(); s.Version != max(1, i) || s.Data["sms"] != phone {
			t.Errorf("after the write %d it is %+v", i, s)
		}
	}
}

func TestWhatIsKeptOfAnOccurrenceIsBounded(t *testing.T) {
	var list []hub.Term
	for i := range 5 {
		list = append(list, equal("code", fmt.Sprint("none of them ", i)))
	}
	scene(t, terms(hub.ModeAny, append(list, equal("id_work_orders_tasks", 499))...), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := hubtest.WorkOrder("OT-1")
		for i := range hub.MaxOccurrenceRecord {
			in.Records = append(in.Records, hubtest.Task("OT-1", i, jonas))
		}
		m := h.Publish(t, in).Occurrence.Matches[0]
		verdicts := 0
		for _, r := range m.Rows {
			verdicts += len(r.Trace)
		}
		last := m.Rows[len(m.Rows)-1]
		if !m.Fired || !m.Cut || verdicts > hub.MaxVerdicts || verdicts < hub.MaxVerdicts-6 || len(m.Rows) != verdicts/6+1 {
			t.Errorf("%d rows with %d verdicts are kept, cut is %v", len(m.Rows), verdicts, m.Cut)
		}
		if !last.True || last.Record != "499" {
			t.Errorf("the row that satisfied the terms is not kept, but %+v", last)
		}
	})
}
