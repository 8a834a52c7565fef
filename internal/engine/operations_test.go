package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// everyOperation lists the operations, each with whether it takes a value, a list, a range or days.
var everyOperation = []hub.Operation{hub.Equal, hub.NotEqual, hub.IsAnyOf, hub.IsNoneOf, hub.Contains, hub.DoesNotContain, hub.StartsWith, hub.IsEmpty, hub.IsNotEmpty,
	hub.Greater, hub.GreaterOrEqual, hub.Less, hub.LessOrEqual, hub.Between, hub.WithinNextDays, hub.WithinLastDays, hub.Changed, hub.ChangedTo, hub.ChangedFrom}

// sampled is a field of a work-order task of one type: what its row holds, what it held before, a lower and a higher value than it holds.
type sampled struct {
	field                 string
	holds, was, low, high any
	part                  any // for CONTAINS and STARTS_WITH
	yes                   string
	wrong                 any // a value that the field does not take
}

// The operations after yes hold for the sample, all others that its type offers do not.
var samples = map[catalog.FieldType]sampled{
	catalog.Text: {field: "code", holds: "PMP-014", was: "PMP-013", part: "pmp", wrong: true,
		yes: "EQUAL IS_ANY_OF CONTAINS STARTS_WITH IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.Integer: {field: "duration", holds: 60, was: 30, low: 30, high: 90, wrong: "long",
		yes: "EQUAL IS_ANY_OF GREATER GREATER_OR_EQUAL BETWEEN IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.Number: {field: "rating", holds: 4.5, was: 4, low: 4, high: 5, wrong: "good",
		yes: "EQUAL IS_ANY_OF GREATER GREATER_OR_EQUAL BETWEEN IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.Boolean: {field: "done", holds: true, was: false, wrong: 1, yes: "EQUAL IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.Timestamp: {field: "creation_date", holds: "2000-01-01T01:00:00-03:00", was: "1999-12-31T00:00:00Z", low: "2000-01-01T00:00:00Z", high: "2000-01-03T00:00:00Z", wrong: "tomorrow",
		yes: "EQUAL GREATER GREATER_OR_EQUAL BETWEEN WITHIN_NEXT_DAYS IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.Enum:      {field: "id_status_work_order", holds: 3, was: 1, wrong: 9, yes: "EQUAL IS_ANY_OF IS_NOT_EMPTY CHANGED CHANGED_TO"},
	catalog.List:      {field: "labels", holds: []any{map[string]any{"description": "Urgent"}}, was: []any{}, part: "urgent", wrong: []any{"Urgent"}, yes: "CONTAINS IS_NOT_EMPTY CHANGED"},
	catalog.Reference: {field: "responsible", holds: "JC-01", was: "MS-02", part: "jc", wrong: false, yes: "EQUAL IS_ANY_OF CONTAINS STARTS_WITH IS_NOT_EMPTY CHANGED CHANGED_TO"},
}

// value is the value of a term with an operation.
func (s sampled) value(op hub.Operation) any {
	switch op {
	case hub.IsEmpty, hub.IsNotEmpty, hub.Changed:
		return nil
	case hub.IsAnyOf, hub.IsNoneOf:
		return []any{s.holds, s.was}
	case hub.Contains, hub.DoesNotContain, hub.StartsWith:
		return s.part
	case hub.Greater, hub.GreaterOrEqual, hub.Less, hub.LessOrEqual:
		return s.low
	case hub.Between:
		return []any{s.low, s.high}
	case hub.WithinNextDays, hub.WithinLastDays:
		return 1
	}
	return s.holds
}

func TestEveryOperationOnEveryTypeOfFieldHoldsOrIsRefused(t *testing.T) {
	for typ, s := range samples {
		t.Run(string(typ), func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				key := s.field
				if typ == catalog.Reference {
					key = "code_responsible"
				}
				offered := catalog.Load().Operations(typ)
				var events []*hub.Event
				for _, op := range everyOperation {
					ev, err := h.Engine.EventCreate(t.Context(), h.Admin, hub.EventInput{Description: ptr(string(op)), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key},
						Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{term(s.field, op, s.value(op))}}})
					if err != nil {
						t.Fatal(err)
					}
					_, err = h.Engine.EventEnable(t.Context(), h.Admin, ev.Key, 0)
					if !slices.Contains(offered, op) {
						if hub.CodeOf(err) != hub.CodeInvalid || !strings.HasPrefix(err.(*hub.Error).Path, "terms.terms.0.") {
							t.Errorf("%s is not offered, but enabling says %v", op, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s is offered, but enabling says %v", op, err)
						continue
					}
					events = append(events, ev)
					refusesWrong(t, h, s, ev, op)
				}
				h.Publish(t, task("before", hub.Fields{key: s.was}))
				p := h.Publish(t, task("now", hub.Fields{key: s.holds}))
				for _, m := range p.Occurrence.Matches {
					i := slices.IndexFunc(events, func(ev *hub.Event) bool { return ev.Key == m.EventKey })
					if i < 0 {
						continue // the event of the scene
					}
					op := events[i].Description
					if want := slices.Contains(strings.Fields(s.yes), op); m.Fired != want {
						t.Errorf("%s is %v: %+v", op, m.Fired, m.Rows)
					}
				}
				if len(p.Occurrence.Matches) != 1+len(offered) {
					t.Errorf("%d events were asked, %d operations are offered", len(p.Occurrence.Matches), len(offered))
				}
			})
		})
	}
	if len(samples) != 8 {
		t.Errorf("there are samples of %d types", len(samples))
	}
}

// refusesWrong holds that a value of another type is a problem with its path.
func refusesWrong(t *testing.T, h *hubtest.Hub, s sampled, ev *hub.Event, op hub.Operation) {
	t.Helper()
	value, path := s.wrong, "value"
	switch op {
	case hub.IsEmpty, hub.IsNotEmpty, hub.Changed:
	case hub.IsAnyOf, hub.IsNoneOf:
		value, path = []any{s.holds, s.wrong}, "value.1"
	case hub.Between:
		value, path = []any{s.wrong, s.high}, "value.0"
	}
	_, err := h.Engine.EventUpdate(t.Context(), h.Admin, ev.Key, 0, hub.EventInput{Terms: &hub.Terms{Mode: hub.ModeAny, Groups: []hub.Terms{{Mode: hub.ModeAll, Terms: []hub.Term{term(s.field, op, value)}}}}})
	if e, ok := err.(*hub.Error); !ok || e.Path != "terms.groups.0.terms.0."+path {
		t.Errorf("%s %v is answered with %v", op, fmt.Sprint(value), err)
	}
}
