package engine_test

import (
	"slices"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// terms gives the event terms.
func terms(mode hub.TermsMode, list ...hub.Term) func(*hub.FlowInput, *hub.EventInput) {
	return func(_ *hub.FlowInput, ev *hub.EventInput) { ev.Terms = &hub.Terms{Mode: mode, Terms: list} }
}

func equal(field string, v any) hub.Term {
	return hub.Term{Field: field, Operation: hub.Equal, Value: v}
}

func notEqual(field string, v any) hub.Term {
	return hub.Term{Field: field, Operation: hub.NotEqual, Value: v}
}

// team is a work order with a task of Jonas and one of Marta.
func team(folio string) hub.OccurrenceInput {
	return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), jonas), hubtest.Task(folio, number(folio)+1, marta),
		hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone))
}

func TestOnlyRowsThatSatisfyTheTermsAreSent(t *testing.T) {
	for _, c := range []struct {
		name string
		mode hub.TermsMode
		list []hub.Term
		to   []string
	}{
		{"without conditions every row is", hub.ModeNone, nil, []string{jonasPhone, martaPhone}},
		{"responsible is equal to Jonas", hub.ModeAny, []hub.Term{equal("responsible", jonas)}, []string{jonasPhone}},
		{"responsible is not equal to Jonas", hub.ModeAll, []hub.Term{notEqual("responsible", jonas)}, []string{martaPhone}},
		{"at least one is true", hub.ModeAny, []hub.Term{equal("responsible", jonas), equal("responsible", marta)}, []string{jonasPhone, martaPhone}},
		{"all be true", hub.ModeAll, []hub.Term{equal("priorities_description", "HIGH"), equal("responsible", marta)}, []string{martaPhone}},
		{"all cannot be true", hub.ModeAll, []hub.Term{equal("responsible", jonas), equal("responsible", marta)}, nil},
		{"none is true", hub.ModeAny, []hub.Term{equal("responsible", "XX-99")}, nil},
		{"a field of the person", hub.ModeAll, []hub.Term{equal("responsible.name", "The one called JC-01")}, []string{jonasPhone}},
		{"an alias", hub.ModeAll, []hub.Term{equal("task_todo_description", "Lubricate the bearings")}, []string{jonasPhone, martaPhone}},
		{"a number that is kept as text", hub.ModeAll, []hub.Term{equal("wo_folio", 8)}, nil},
		{"an empty field", hub.ModeAll, []hub.Term{equal("note", nil)}, []string{jonasPhone, martaPhone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, terms(c.mode, c.list...), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				p := h.Publish(t, team("OT-8"))
				settled()
				if got := recipients(h); !slices.Equal(got, c.to) {
					t.Errorf("sent to %v, want %v: %s", got, c.to, matches(p.Occurrence))
				}
				if fired := p.Occurrence.Matches[0].Fired; fired != (len(c.to) > 0) || fired != (len(p.Executions) == 1) {
					t.Errorf("fired is %v with %d executions", fired, len(p.Executions))
				}
			})
		})
	}
}

func TestTheTraceOfEveryTermIsKeptWithTheOccurrence(t *testing.T) {
	scene(t, terms(hub.ModeAny, equal("responsible", jonas)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, team("OT-8"))
		o, err := h.DB.Occurrence(t.Context(), h.Admin, p.Occurrence.Key)
		if err != nil {
			t.Fatal(err)
		}
		m := o.Matches[0]
		if len(o.Matches) != 1 || m.EventKey != a.Event.Key || m.EventVersion != a.Event.Version || !m.Fired || len(m.Rows) != 2 {
			t.Fatalf("the matches are %+v", o.Matches)
		}
		for i, want := range []struct {
			record string
			true   bool
			got    string
		}{{"9000", true, jonas}, {"9001", false, marta}} {
			v := m.Rows[i].Trace[0]
			if m.Rows[i].Record != want.record || m.Rows[i].True != want.true || v.Field != "responsible" || v.Want != jonas || v.Got != want.got || v.True != want.true {
				t.Errorf("row %d: %+v with the verdict %+v", i, m.Rows[i], v)
			}
		}
	})
}

func TestAnEventThatDidNotFireSaysWhy(t *testing.T) {
	scene(t, terms(hub.ModeAny, equal("responsible", "XX-99")), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		p := h.Publish(t, forJonas("OT-8"))
		m := p.Occurrence.Matches[0]
		if m.Fired || len(m.Rows) != 1 || m.Rows[0].True || len(m.Rows[0].Trace) == 0 || len(p.Executions) != 0 {
			t.Errorf("the match is %+v", m)
		}
	})
}

func TestOnlyEnabledEventsOfTheTypeAreAsked(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		in := forJonas("OT-1")
		in.Type = "work_management.work_orders.completed"
		if p := h.Publish(t, in); len(p.Occurrence.Matches) != 0 {
			t.Errorf("an event of another type was asked: %s", matches(p.Occurrence))
		}
		if _, err := h.Engine.EventDisable(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		if p := h.Publish(t, forJonas("OT-2")); len(p.Occurrence.Matches) != 0 {
			t.Errorf("a disabled event was asked: %s", matches(p.Occurrence))
		}
		if _, err := h.Engine.EventEnable(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		started(t, h.Publish(t, forJonas("OT-3")))
		if _, err := h.Engine.EventArchive(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
		if p := h.Publish(t, forJonas("OT-4")); len(p.Occurrence.Matches) != 0 {
			t.Errorf("an archived event was asked: %s", matches(p.Occurrence))
		}
	})
}

func TestADisabledFlowIsSkippedWithAReason(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		other := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key))
		if _, err := h.Engine.EventUpdate(t.Context(), h.Admin, a.Event.Key, 0, hub.EventInput{FlowKeys: &[]int64{a.Flow.Key, other.Key}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		p := h.Publish(t, forJonas("OT-1"))
		settled()
		if exec, _ := one(t, h, started(t, p)); exec.FlowKey != other.Key {
			t.Errorf("the flow %d ran", exec.FlowKey)
		}
		m := p.Occurrence.Matches[0]
		if !m.Fired || len(m.Skipped) != 1 || m.Skipped[0].FlowKey != a.Flow.Key || m.Skipped[0].Reason.Code != hub.ReasonFlowDisabled || m.Skipped[0].Reason.NextStep == "" {
			t.Errorf("the match is %+v", m)
		}
	})
}

func TestSeveralEventsAndFlowsEachHaveTheirExecution(t *testing.T) {
	scene(t, terms(hub.ModeAny, equal("responsible", jonas)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		second := h.Flow(t, hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key))
		h.Event(t, hub.EventInput{Description: ptr("Also"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key, second.Key}})
		p := h.Publish(t, team("OT-8"))
		settled()
		if len(p.Executions) != 3 {
			t.Fatalf("%d executions: %s", len(p.Executions), matches(p.Occurrence))
		}
		if got, want := recipients(h), []string{jonasPhone, jonasPhone, jonasPhone, martaPhone, martaPhone}; !slices.Equal(got, want) {
			t.Errorf("sent to %v", got)
		}
		is(t, h, p.Executions[0].Key, "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, p.Executions[1].Key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		is(t, h, p.Executions[2].Key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestAnOccurrenceWithoutRowsFiresOnlyWithoutConditions(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Event(t, hub.EventInput{Description: ptr("Only Jonas"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key},
			Terms: &hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{notEqual("responsible", jonas)}}})
		if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: team("OT-8").Records}); err != nil {
			t.Fatal(err)
		}
		p := h.Publish(t, hubtest.WorkOrder("OT-8"))
		settled()
		if m := p.Occurrence.Matches; len(m) != 2 || !m[0].Fired || m[1].Fired {
			t.Fatalf("the matches are %s", matches(p.Occurrence))
		}
		is(t, h, started(t, p), "CLOSED SUCCEEDED: ACCEPTED ACCEPTED") // all rows of the subject
	})
}

func TestTheSourceCanBeAllRowsOfTheSubject(t *testing.T) {
	change := func(f *hub.FlowInput, ev *hub.EventInput) {
		(*f.Source).Rows = hub.RowsSubject
		terms(hub.ModeAny, equal("responsible", jonas))(f, ev)
	}
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Publish(t, team("OT-8"))
		settled()
		if got := recipients(h); !slices.Equal(got, []string{jonasPhone, martaPhone}) {
			t.Errorf("sent to %v", got)
		}
	})
}
