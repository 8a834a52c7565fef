package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// explained writes an explanation in few words: "THEN fired: FLOW_DISABLED".
func explained(t *testing.T, h *hubtest.Hub, c hub.Caller, event, occurrence int64) string {
	t.Helper()
	ev, err := h.DB.Event(t.Context(), h.Admin, event)
	if err != nil {
		t.Fatal(err)
	}
	x, err := h.Engine.EventExplain(t.Context(), c, ev, occurrence)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{string(x.Evaluated)}
	switch {
	case x.Fired == nil:
		words = append(words, "undecided:")
	case *x.Fired:
		words = append(words, "fired:")
	default:
		words = append(words, "not fired:")
	}
	for _, r := range x.Reasons {
		words = append(words, string(r.Reason.Code))
	}
	return strings.Join(words, " ")
}

func TestAnEventExplainsWhyNothingWasSent(t *testing.T) {
	disable := func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		if _, err := h.Engine.EventDisable(t.Context(), h.Admin, a.Event.Key, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		change  func(*hub.FlowInput, *hub.EventInput)
		before  func(*testing.T, *hubtest.Hub, *hubtest.Assignment)
		publish hub.OccurrenceInput
		want    string
	}{
		{"all was sent", nil, nil, forJonas("OT-1"), "THEN fired:"},
		{"its terms", terms(hub.ModeAll, equal("responsible", marta)), nil, forJonas("OT-1"), "THEN not fired: TERMS_NOT_SATISFIED"},
		{"no rows", terms(hub.ModeAll, equal("responsible", jonas)), nil, hubtest.WorkOrder("OT-1"), "THEN not fired: TERMS_NOT_SATISFIED"},
		{"its filter", func(f *hub.FlowInput, _ *hub.EventInput) {
			f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", marta)}}
		}, nil, forJonas("OT-1"), "THEN fired: FILTERED_OUT"},
		{"no recipient", nil, nil, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, "")), "THEN fired: RECIPIENT_INVALID"},
		{"a disabled flow", nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
				t.Fatal(err)
			}
		}, forJonas("OT-1"), "THEN fired: FLOW_DISABLED"},
		{"a consumer without rights", nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			grants := []hub.Grant{}
			if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, a.Reader.Group.Key, 0, hub.GroupInput{Grants: &grants}); err != nil {
				t.Fatal(err)
			}
		}, forJonas("OT-1"), "THEN fired: PERMISSION_MISSING"},
		{"a disabled event, which would have fired", nil, disable, forJonas("OT-1"), "NOW fired: EVENT_DISABLED"},
		{"a disabled event, which would not", terms(hub.ModeAll, equal("responsible", marta)), disable, forJonas("OT-1"), "NOW not fired: EVENT_DISABLED TERMS_NOT_SATISFIED"},
		{"a disabled event whose filter drops it, too", func(f *hub.FlowInput, _ *hub.EventInput) {
			f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", marta)}}
		}, disable, forJonas("OT-1"), "NOW fired: EVENT_DISABLED FILTERED_OUT"},
		{"a disabled event that asks what was before", terms(hub.ModeAll, term("responsible", hub.Changed, nil)), disable, forJonas("OT-1"), "NOW undecided: EVENT_DISABLED TERMS_UNDECIDED"},
		{"another type", nil, nil, hub.OccurrenceInput{Source: "s", ID: "1", Type: "work_management.work_orders.completed", Subject: "OT-1"}, "NOW not fired: EVENT_TYPE_OTHER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, c.change, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				if c.before != nil {
					c.before(t, h, a)
				}
				p := h.Publish(t, c.publish)
				settled()
				if got := explained(t, h, h.Admin, a.Event.Key, p.Occurrence.Key); got != c.want {
					t.Errorf("it says %q, want %q", got, c.want)
				}
			})
		})
	}
	t.Run("an event that is newer than the occurrence", func(t *testing.T) {
		scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			p := h.Publish(t, forJonas("OT-1"))
			after(time.Second)
			newer := h.Event(t, hub.EventInput{Description: ptr("newer"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key}})
			if got := explained(t, h, h.Admin, newer.Key, p.Occurrence.Key); got != "NOW fired: EVENT_NEWER" {
				t.Errorf("it says %q", got)
			}
		})
	})
}

func TestAnExplanationHasEveryTermAndHidesWhatTheCallerMayNotSee(t *testing.T) {
	scene(t, terms(hub.ModeAll, equal("responsible.sms", "+0"), equal("code", "PMP-014"), equal("responsible", marta)), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, forJonas("OT-1"))
		if got := len(p.Occurrence.Matches[0].Rows[0].Trace); got != 1 {
			t.Errorf("%d verdicts are kept, want the one that decided", got)
		}
		see := func(perms ...hub.Permission) *hub.EventExplanation {
			x, err := h.Engine.EventExplain(t.Context(), hubtest.CallerWith(t, h.DB, perms...), a.Event, p.Occurrence.Key)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		events, orders, persons := hubtest.May(hub.RowEvents, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)
		now := see(events, orders, persons).RowsNow[0].Trace
		if len(now) != 3 || now[0].Got != jonasPhone || !now[1].True || now[2].Got != jonas {
			t.Errorf("every term says %+v", now)
		}
		x := see(events, orders)
		if now = x.RowsNow[0].Trace; now[0].Got != nil || len(now[0].Needs) != 1 || now[1].Got == nil || x.Rows[0].Trace[0].Got != nil {
			t.Errorf("who may not see persons is told %+v and %+v", now, x.Rows)
		}
		for _, perm := range []hub.Permission{events, orders} {
			_, err := h.Engine.EventExplain(t.Context(), hubtest.CallerWith(t, h.DB, perm), a.Event, p.Occurrence.Key)
			if hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("with %s alone the answer is %v", perm, err)
			}
		}
	})
}

// newOrders is a draft of an event about new work orders.
func newOrders(mode hub.TermsMode, list ...hub.Term) hub.BacktestInput {
	return hub.BacktestInput{Type: hubtest.NewWorkOrder, Terms: hub.Terms{Mode: mode, Terms: list}, Samples: 2}
}

func TestABacktestSaysOnWhatADraftWouldHaveFired(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		var keys []int64
		for i := range 45 { // more than two pages
			in := forJonas(fmt.Sprint("OT-", i))
			if i%3 == 0 {
				in = team(in.ID)
			}
			keys = append(keys, h.Publish(t, in).Occurrence.Key)
			after(time.Hour)
		}
		in := newOrders(hub.ModeAll, equal("responsible", marta))
		in.FlowKeys = []int64{a.Flow.Key}
		sent := len(h.Connector.Sent())
		b, err := h.Engine.EventBacktest(t.Context(), h.Admin, in)
		if err != nil {
			t.Fatal(err)
		}
		if b.Scanned != 45 || b.Fired != 15 || b.Undecided != 0 || b.Cut || len(b.Problems) != 0 || b.Oldest == nil || b.Oldest.Hour() != 0 {
			t.Errorf("it says %+v", b)
		}
		if want := "[{2000-01-02 21 7 0} {2000-01-01 24 8 0}]"; fmt.Sprint(b.Days) != want {
			t.Errorf("by day it says %v, want %s", b.Days, want)
		}
		if len(b.Samples) != 2 || b.Samples[0].OccurrenceKey != keys[42] || b.Samples[0].RowCount != 1 || b.Samples[0].Rows[0].Trace[0].Got != marta {
			t.Errorf("the samples are %+v", b.Samples)
		}
		f := b.Flows[0]
		if f.Messages != 15 || f.WithoutRecipient != 0 || f.Reason != nil || len(f.Recipients) != 1 || f.Recipients[0] != (hub.BacktestRecipient{Recipient: martaPhone, Messages: 15}) {
			t.Errorf("the flow would have sent %+v", f)
		}
		if len(h.Connector.Sent()) != sent {
			t.Error("a back-test has sent something")
		}

		in.Limit = 10
		if b, err := h.Engine.EventBacktest(t.Context(), h.Admin, in); err != nil || b.Scanned != 10 || !b.Cut {
			t.Errorf("of the newest ten it says %+v, %v", b, err)
		}
		in.Limit = 0
		none, err := h.Engine.EventBacktest(t.Context(), h.Admin, newOrders(hub.ModeNone))
		if err != nil || none.Fired != 45 {
			t.Errorf("without conditions it says %+v, %v", none, err)
		}
		changed, err := h.Engine.EventBacktest(t.Context(), h.Admin, newOrders(hub.ModeAll, term("responsible", hub.ChangedTo, marta)))
		if err != nil || changed.Undecided != 15 || changed.Fired != 0 || len(changed.Samples) != 0 {
			t.Errorf("of what was before it says %+v, %v", changed, err)
		}
	})
}

// In real time: keys sort by the time of the process, which is another than that of a test in fake time.
func TestABacktestLooksAtASpanOfTime(t *testing.T) {
	t.Parallel()
	h := hubtest.Engine(t, hubtest.EngineOptions{})
	var at []time.Time
	for i := range 3 {
		at = append(at, h.Publish(t, forJonas(fmt.Sprint("OT-", i))).Occurrence.ReceivedAt)
	}
	in := newOrders(hub.ModeNone)
	for _, span := range [][2]time.Time{{at[1], {}}, {{}, at[1].Add(time.Millisecond)}, {at[0].Add(-time.Hour), at[2].Add(time.Hour)}, {at[2].Add(time.Millisecond), {}}} {
		in.Since, in.Until = span[0], span[1]
		want := 0
		for _, came := range at {
			if !came.Before(in.Since) && (in.Until.IsZero() || came.Before(in.Until)) {
				want++
			}
		}
		if b, err := h.Engine.EventBacktest(t.Context(), h.Admin, in); err != nil || b.Scanned != want || b.Fired != want {
			t.Errorf("from %v to %v it says %+v, %v; want %d", in.Since, in.Until, b, err, want)
		}
	}
}

func TestABacktestTellsOnlyWhatTheCallerMaySee(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Publish(t, forJonas("OT-1"))
		events, orders, persons, flows := hubtest.May(hub.RowEvents, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See), hubtest.May(hub.RowHub, hub.See)
		in := newOrders(hub.ModeAll, equal("responsible", jonas))
		by := newOrders(hub.ModeAll, equal("responsible.sms", jonasPhone))
		for _, c := range []struct {
			name  string
			in    hub.BacktestInput
			perms []hub.Permission
			needs string
		}{
			{"without SEE on events", in, []hub.Permission{orders}, events.String()},
			{"without SEE on the type", in, []hub.Permission{events}, orders.String()},
			{"by the telephone of persons that the caller may not see", by, []hub.Permission{events, orders}, persons.String()},
		} {
			if _, err := h.Engine.EventBacktest(t.Context(), hubtest.CallerWith(t, h.DB, c.perms...), c.in); hub.CodeOf(err) != hub.CodeForbidden || !strings.Contains(err.Error(), c.needs) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		in.FlowKeys = []int64{a.Flow.Key}
		if _, err := h.Engine.EventBacktest(t.Context(), hubtest.CallerWith(t, h.DB, events, orders), in); hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("of flows without SEE on them: %v", err)
		}
		b, err := h.Engine.EventBacktest(t.Context(), hubtest.CallerWith(t, h.DB, events, orders, flows), in)
		if err != nil || b.Flows[0].Recipients != nil || b.Flows[0].Messages != 1 || len(b.Flows[0].Needs) != 1 || b.Flows[0].Needs[0] != persons {
			t.Errorf("who may not see persons is told %+v, %v", b, err)
		}
	})
}

func TestABacktestOfADraftWithProblemsNamesThem(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := newOrders(hub.ModeAny, equal("colour", "red"), term("duration", hub.Contains, "1"))
		b, err := h.Engine.EventBacktest(t.Context(), h.Admin, in)
		if err != nil || b.Scanned != 0 || len(b.Problems) != 2 || b.Problems[0].Path != "terms.terms.0.field" || b.Problems[1].Path != "terms.terms.1.operation" {
			t.Errorf("it says %+v, %v", b, err)
		}
		b, err = h.Engine.EventBacktest(t.Context(), h.Admin, hub.BacktestInput{Type: "moon"})
		if err != nil || len(b.Problems) != 1 || b.Problems[0].Code != hub.ProblemEventTypeUnknown {
			t.Errorf("of an unknown type it says %+v, %v", b, err)
		}
		for path, wrong := range map[string]hub.BacktestInput{"input.limit": {Limit: hub.MaxBacktest + 1}, "input.samples": {Samples: -1},
			"input.flows": {FlowKeys: make([]int64, 21)}, "input.since": {Since: time.Unix(2, 0), Until: time.Unix(1, 0)}} {
			_, err := h.Engine.EventBacktest(t.Context(), h.Admin, wrong)
			wantError(t, err, hub.CodeInvalid, path, "")
		}
	})
}
