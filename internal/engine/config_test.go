package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// problems writes problems as "CODE path".
func problems(err error) string {
	e, ok := err.(*hub.Error)
	if !ok {
		return fmt.Sprint(err)
	}
	return list(e.Problems)
}

func list(problems []hub.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, string(p.Code)+" "+p.Path)
	}
	return strings.Join(out, ", ")
}

func TestAFlowThatLacksTheRequiredInformationIsADraft(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		f, err := h.Engine.FlowCreate(t.Context(), h.Admin, hub.FlowInput{})
		if err != nil || f.Enabled || f.Version != 1 {
			t.Fatalf("%+v, %v", f, err)
		}
		found, err := flowProblems(t, h, h.Admin, f)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, p := range found {
			texts = append(texts, p.Message)
		}
		want := "Description cannot be empty|Source configuration cannot be empty|Target connection settings cannot be empty|Mapping to destination configuration cannot be empty"
		if got := strings.Join(texts, "|"); got != want {
			t.Errorf("its problems are %s", got)
		}
		_, err = h.Engine.FlowEnable(t.Context(), h.Admin, f.Key, 0)
		wantError(t, err, hub.CodeInvalid, "description", "Description cannot be empty")
		if got := problems(err); got != list(found) {
			t.Errorf("enabling it says %s", got)
		}
		if f, err = h.DB.Flow(t.Context(), h.Admin, f.Key); err != nil || f.Enabled {
			t.Errorf("it is enabled: %+v, %v", f, err)
		}
	})
}

func TestEnablingAFlowNamesEverythingThatWouldMakeItFail(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		narrow := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See))
		for _, c := range []struct {
			name   string
			change func(*hub.FlowInput)
			want   string
		}{
			{"a mapping of an unknown field", func(f *hub.FlowInput) { (*f.Targets)[0].Mapping[2].Field = "colour" }, "FIELD_UNKNOWN targets.0.mapping.2.field"},
			{"a mapping with a gap", func(f *hub.FlowInput) { (*f.Targets)[0].Mapping[6].Position = 9 }, "MAPPING_INVALID targets.0.mapping.6.position"},
			{"a number with letters", func(f *hub.FlowInput) { (*f.Targets)[0].Recipient = hub.Recipient{Constant: "+55 11 JONAS"} }, "RECIPIENT_INVALID targets.0.recipient.constant"},
			{"a parameter that is missing", func(f *hub.FlowInput) { (*f.Targets)[0].Parameters = nil }, "PARAMETER_INVALID targets.0.parameters.template"},
			{"a recipient that is no number", func(f *hub.FlowInput) { (*f.Targets)[0].Recipient = hub.Recipient{Field: "creation_date"} }, "RECIPIENT_INVALID targets.0.recipient.field"},
			{"a recipient that is a person and not their number", func(f *hub.FlowInput) { (*f.Targets)[0].Recipient = hub.Recipient{Field: "responsible"} }, "RECIPIENT_INVALID targets.0.recipient.field"},
			{"parameters of a source that takes none", func(f *hub.FlowInput) { (*f.Source).Parameters = json.RawMessage(`{"x":1}`) }, "PARAMETER_INVALID source.parameters.x"},
			{"a parameter of the wrong form", func(f *hub.FlowInput) { (*f.Targets)[0].Parameters = json.RawMessage(`{"template":"No Such"}`) }, "PARAMETER_INVALID targets.0.parameters.template"},
			{"an unknown action", func(f *hub.FlowInput) { (*f.Targets)[0].Action = "sing" }, "ACTION_UNKNOWN targets.0.action"},
			{"an unknown integration", func(f *hub.FlowInput) { (*f.Targets)[0].IntegrationKey = 12345 }, "INTEGRATION_UNKNOWN targets.0.integration"},
			{"an unknown source action", func(f *hub.FlowInput) { (*f.Source).Action = "query_dreams" }, "SOURCE_ACTION_UNKNOWN source.action"},
			{"an unknown consumer", func(f *hub.FlowInput) { (*f.Source).ConsumerKey = 12345 }, "CONSUMER_UNKNOWN source.consumer"},
			{"a consumer that may not see persons", func(f *hub.FlowInput) { (*f.Source).ConsumerKey = narrow.Consumer.Key }, "PERMISSION_MISSING targets.0.recipient.field"},
			{"a term of the wrong type", func(f *hub.FlowInput) {
				f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("done", "yes")}}
			}, "TERM_INVALID filter.terms.0.value"},
			{"a term on a list", func(f *hub.FlowInput) {
				f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("labels", "x")}}
			}, "TERM_INVALID filter.terms.0.operation"},
			{"a term on an unknown field", func(f *hub.FlowInput) {
				f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("colour", "x")}}
			}, "FIELD_UNKNOWN filter.terms.0.field"},
			{"settings out of bounds", func(f *hub.FlowInput) { f.Settings = &hub.FlowSettings{MaxAttempts: 51} }, "SETTING_INVALID settings.maxAttempts"},
		} {
			in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
			c.change(&in)
			f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
			if err != nil {
				t.Errorf("%s: it cannot be saved as a draft: %v", c.name, err)
				continue
			}
			_, err = h.Engine.FlowEnable(t.Context(), h.Admin, f.Key, 0)
			if got := problems(err); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

func TestAnEnabledFlowStaysSound(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		empty := []hub.FlowTarget{}
		_, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Targets: &empty})
		if got := problems(err); got != "TARGET_EMPTY targets, MAPPING_EMPTY targets.0.mapping" {
			t.Errorf("%s", got)
		}
		_, err = h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 7, hub.FlowInput{})
		wantError(t, err, hub.CodeConflict, "expectedVersion", "version 7")
		f, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 1, hub.FlowInput{Description: ptr("Anew")})
		if err != nil || f.Version != 2 || !f.Enabled || f.Description != "Anew" {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestNobodyMakesAFlowReadWhatTheyMayNotSee(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		author := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.Add), hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See))
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		_, err := h.Engine.FlowCreate(t.Context(), author, in)
		wantError(t, err, hub.CodeForbidden, "", "inhouse_personnel/general:SEE")
		_, err = h.Engine.FlowUpdate(t.Context(), author, a.Flow.Key, 0, hub.FlowInput{Description: ptr("Mine")})
		wantError(t, err, hub.CodeForbidden, "", "inhouse_personnel/general:SEE")
		_, err = h.Engine.FlowEnable(t.Context(), author, a.Flow.Key, 0)
		wantError(t, err, hub.CodeForbidden, "", "inhouse_personnel/general:SEE")
		(*in.Targets)[0].Recipient = hub.Recipient{Constant: jonasPhone}
		if _, err = h.Engine.FlowCreate(t.Context(), author, in); err != nil {
			t.Errorf("without persons it may be made: %v", err)
		}
	})
}

func TestNobodyAsksOfAnEventWhatTheyMayNotSee(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		caller := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowEvents, hub.Add), hubtest.May(hub.RowEvents, hub.Edit), hubtest.May(hubtest.RowWorkOrders, hub.See))
		ask := func(field string) hub.EventInput {
			return hub.EventInput{Type: ptr("work_management.work_orders.new"), Terms: &hub.Terms{Mode: hub.ModeNone, Groups: []hub.Terms{{Mode: hub.ModeAll,
				Terms: []hub.Term{{Field: field, Operation: hub.Equal, Value: "x"}}}}}}
		}
		asked := func(field string) hub.EventInput {
			in := ask(field)
			in.Terms.Mode = hub.ModeAny
			return in
		}
		_, err := h.Engine.EventCreate(t.Context(), caller, asked("responsible.sms"))
		wantError(t, err, hub.CodeForbidden, "", "inhouse_personnel/general:SEE")
		for _, in := range []hub.EventInput{asked("wo_folio"), ask("responsible.sms")} {
			if _, err := h.Engine.EventCreate(t.Context(), caller, in); err != nil {
				t.Errorf("what they may see, or is not asked: %v", err)
			}
		}
		_, err = h.Engine.EventUpdate(t.Context(), caller, a.Event.Key, 0, asked("responsible.sms"))
		wantError(t, err, hub.CodeForbidden, "", "inhouse_personnel/general:SEE")
		if _, err := h.Engine.EventUpdate(t.Context(), caller, a.Event.Key, 0, hub.EventInput{Description: ptr("another name")}); err != nil {
			t.Errorf("the name of an event that others made: %v", err)
		}
	})
}

func TestEnablingAnEventNamesEverythingThatKeepsItFromWorking(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		draft, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			change func(*hub.EventInput)
			want   string
		}{
			{"nothing at all", func(e *hub.EventInput) { *e = hub.EventInput{} }, "DESCRIPTION_EMPTY description, EVENT_TYPE_UNKNOWN type, ACTIONS_EMPTY flows"},
			{"an unknown type", func(e *hub.EventInput) { e.Type = ptr("work_management.work_orders.dreamt") }, "EVENT_TYPE_UNKNOWN type"},
			{"a flow that is not enabled", func(e *hub.EventInput) { e.FlowKeys = &[]int64{draft.Key} }, "FLOW_DISABLED flows.0"},
			{"a flow of another source", func(e *hub.EventInput) { e.Type = ptr("warehouses.stock.under_minimum") }, "FLOW_MISMATCH flows.0"},
			{"terms without a term", func(e *hub.EventInput) { e.Terms = &hub.Terms{Mode: hub.ModeAny} }, "TERM_INVALID terms"},
			{"an unknown field", func(e *hub.EventInput) {
				e.Terms = &hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{equal("colour", "red")}}
			}, "FIELD_UNKNOWN terms.terms.0.field"},
			{"an unknown operation", func(e *hub.EventInput) {
				e.Terms = &hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{{Field: "code", Operation: "LIKE", Value: "x"}}}
			}, "TERM_INVALID terms.terms.0.operation"},
			{"a value of the wrong type", func(e *hub.EventInput) {
				e.Terms = &hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{equal("duration", "long")}}
			}, "TERM_INVALID terms.terms.0.value"},
		} {
			in := hub.EventInput{Description: ptr("New WO"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key}}
			c.change(&in)
			ev, err := h.Engine.EventCreate(t.Context(), h.Admin, in)
			if err != nil {
				t.Errorf("%s: it cannot be saved as a draft: %v", c.name, err)
				continue
			}
			found, err := eventProblems(t, h, ev)
			if err != nil || list(found) != c.want {
				t.Errorf("%s: %s (%v), want %s", c.name, list(found), err, c.want)
			}
			_, err = h.Engine.EventEnable(t.Context(), h.Admin, ev.Key, 0)
			if got := problems(err); got != c.want {
				t.Errorf("%s: enabling says %s, want %s", c.name, got, c.want)
			}
		}
		_, err = h.Engine.EventUpdate(t.Context(), h.Admin, a.Event.Key, 0, hub.EventInput{FlowKeys: &[]int64{}})
		if got := problems(err); got != "ACTIONS_EMPTY flows" {
			t.Errorf("an enabled event stays sound: %s", got)
		}
	})
}

func TestAnExecutionRunsTheVersionThatItIsPinnedTo(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		var keys []int64
		for i := range 3 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		is(t, h, keys[2], "QUEUED:")
		targets := *hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key).Targets
		targets[0].Parameters = json.RawMessage(`{"template":"another"}`)
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Targets: &targets}); err != nil {
			t.Fatal(err)
		}
		h.Connector.Release()
		settled()
		keys = append(keys, started(t, h.Publish(t, forJonas("OT-3"))))
		settled()
		for i, want := range []struct {
			version  int
			template string
		}{{1, "wo_assignment"}, {1, "wo_assignment"}, {1, "wo_assignment"}, {2, "another"}} {
			exec, d := one(t, h, keys[i])
			sent := h.Connector.Sent()[i]
			if exec.FlowVersion != want.version || d.FlowVersion != want.version || sent.Key != d.Key || !strings.Contains(string(sent.Parameters), want.template) {
				t.Errorf("execution %d of version %d sent %s", i, exec.FlowVersion, sent.Parameters)
			}
		}
	})
}

func TestConfigurationThatChangesWhileAnOccurrenceIsEvaluatedHolds(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *hubtest.Hub, *hubtest.Assignment) error
		want   string
	}{
		"the event is disabled": {func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) error {
			_, err := h.Engine.EventDisable(t.Context(), h.Admin, a.Event.Key, 0)
			return err
		}, "0 events, 0 executions"},
		"the flow is saved anew": {func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) error {
			_, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Description: ptr("Anew")})
			return err
		}, "1 events, 1 executions of version 2"},
		"the flow is disabled": {func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) error {
			_, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0)
			return err
		}, "1 events, 0 executions"},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Publish(t, forJonas("OT-1")) // the rules are known from here on
				settled()
				release := occupy(t, h)
				changed := make(chan error, 1)
				go func() { changed <- c.change(t, h, a) }()
				settled() // it waits for its turn
				published := make(chan *hub.Published, 1)
				go func() {
					p, err := h.Engine.Publish(t.Context(), h.Admin, forJonas("OT-2"))
					if err != nil {
						t.Error(err)
					}
					published <- p
				}()
				settled() // so does this, with the rules as they were
				release()
				if err := <-changed; err != nil {
					t.Fatal(err)
				}
				p := <-published
				if p == nil {
					return
				}
				got := fmt.Sprintf("%d events, %d executions", len(p.Occurrence.Matches), len(p.Executions))
				for _, e := range p.Executions {
					got += fmt.Sprintf(" of version %d", e.FlowVersion)
				}
				if got != c.want {
					t.Errorf("it made %s, want %s", got, c.want)
				}
			})
		})
	}
}
