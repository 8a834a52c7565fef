package engine

import (
	"context"
	"fmt"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// EventExplain says why an event did or did not fire on an occurrence, and what kept its messages from being sent: by what was kept
// then, and, if the event was not asked then, by asking it now. SEE on automator/events, and on the row that guards the type of the
// occurrence; of flows and executions it tells who holds SEE on automator/fracttal_hub.
func (e *Engine) EventExplain(ctx context.Context, c hub.Caller, ev *hub.Event, occurrence int64) (*hub.EventExplanation, error) {
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return nil, err
	}
	shown, err := e.db.Occurrence(ctx, c, occurrence)
	if err != nil {
		return nil, err
	}
	whole, err := e.db.OccurrenceForEngine(ctx, occurrence)
	if err != nil {
		return nil, err
	}
	x := &explaining{e: e, c: c, ev: ev, EventExplanation: &hub.EventExplanation{Occurrence: shown, Evaluated: hub.EvaluatedNow}}
	if whole.EmptiedAt != nil {
		return x.EventExplanation, x.pruned(ctx)
	}
	answer, satisfied, err := x.now(ctx, whole)
	if err != nil {
		return nil, err
	}
	for i := range shown.Matches {
		if shown.Matches[i].EventKey == ev.Key {
			x.then(&shown.Matches[i])
			return x.EventExplanation, x.came(ctx)
		}
	}
	x.notAsked()
	x.answered(answer, len(x.RowsNow))
	x.Rows = x.RowsNow
	if answer == condition.Yes {
		err = x.flowsNow(ctx, satisfied)
	}
	return x.EventExplanation, err
}

// pruned explains by what is left of an occurrence whose records have not been kept: whether the event fired and what came of it,
// if it was asked then. Asking it now would find nothing to ask about.
func (x *explaining) pruned(ctx context.Context) error {
	x.because(hub.Reason{Code: hub.ReasonPruned, Message: "what the occurrence brought has not been kept, so the terms cannot be asked about it any more"})
	for i := range x.Occurrence.Matches {
		if m := &x.Occurrence.Matches[i]; m.EventKey == x.ev.Key {
			x.Evaluated, x.Fired, x.Executions, x.Skipped = hub.EvaluatedThen, &m.Fired, m.Executions, m.Skipped
			for _, s := range m.Skipped {
				x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: s.Reason, FlowKey: s.FlowKey})
			}
			return x.came(ctx)
		}
	}
	x.notAsked()
	return nil
}

// explaining gathers an explanation for a caller.
type explaining struct {
	*hub.EventExplanation
	e  *Engine
	c  hub.Caller
	ev *hub.Event
}

func (x *explaining) because(r hub.Reason) {
	x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: r})
}

// now asks the event as it is now.
func (x *explaining) now(ctx context.Context, o *hub.Occurrence) (condition.Answer, []*row, error) {
	typ := x.e.catalog.EventType(o.Type)
	if o.Type != x.ev.Type || typ == nil {
		return condition.No, nil, nil
	}
	program, err := x.e.compileTerms(typ.RecordType, x.ev.Terms)
	if err != nil {
		return condition.No, nil, nil // a draft; its problems say what is wrong
	}
	a := x.e.again(ctx, program, x.ev.Terms.Mode)
	rows := a.rows(o)
	if x.RowsNow, err = a.explain(o, rows); err != nil {
		return condition.No, nil, err
	}
	x.e.db.DiscloseRows(x.c, o.Type, x.RowsNow)
	return a.decide(o, rows)
}

// then takes what was kept of the event when the occurrence came in.
func (x *explaining) then(m *hub.Match) {
	x.Evaluated, x.Fired, x.Rows, x.Executions, x.Skipped = hub.EvaluatedThen, &m.Fired, m.Rows, m.Executions, m.Skipped
	switch {
	case m.Reason != nil:
		x.because(*m.Reason)
	case !m.Fired:
		x.because(unsatisfied(len(m.Rows)))
	}
	for _, s := range m.Skipped {
		x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: s.Reason, FlowKey: s.FlowKey})
	}
}

func unsatisfied(rows int) hub.Reason {
	r := hub.Reason{Code: hub.ReasonTerms, Message: "no row of the occurrence satisfied the terms; the trace says which of them decided"}
	if rows == 0 {
		r.Message = "the occurrence brought no row that the terms could be asked about, and the event has conditions"
	}
	return r
}

func undecided() hub.Reason {
	return hub.Reason{Code: hub.ReasonUndecided, Message: "the terms ask what was before the occurrence, and that is not known any more"}
}

// notAsked says why the event was not asked then.
func (x *explaining) notAsked() {
	came := x.Occurrence.ReceivedAt
	switch {
	case x.Occurrence.Type != x.ev.Type:
		x.because(hub.Reason{Code: hub.ReasonEventType, Message: fmt.Sprintf("the event is about %q, the occurrence is of the type %q", hub.Clip(x.ev.Type, 80), x.Occurrence.Type)})
	case came.Before(x.ev.CreatedAt):
		x.because(hub.Reason{Code: hub.ReasonEventNewer, Message: "the event was made after the occurrence came in",
			NextStep: "publish the occurrence again under another id, or run the flow by hand"})
	case x.ev.ArchivedAt != nil:
		x.because(hub.Reason{Code: hub.ReasonEventDisabled, Message: "the event is archived and is not asked any more"})
	case !x.ev.Enabled:
		x.because(hub.Reason{Code: hub.ReasonEventDisabled, Message: "the event is not enabled, and was not when the occurrence came in", NextStep: "enable it"})
	default:
		x.because(hub.Reason{Code: hub.ReasonEventDisabled, Message: "the event is enabled now, but was not when the occurrence came in, or was about another type"})
	}
}

// answered notes what the terms say now.
func (x *explaining) answered(a condition.Answer, rows int) {
	fired := a == condition.Yes
	switch {
	case x.Occurrence.Type != x.ev.Type:
	case a == condition.Unknown:
		x.because(undecided())
		return
	case !fired:
		x.because(unsatisfied(rows))
	}
	x.Fired = &fired
}

// came tells what came of the executions of the occurrence. Who may not see executions is told nothing.
func (x *explaining) came(ctx context.Context) error {
	if !x.c.May(hub.RowHub, hub.See) {
		x.Executions = nil
		return nil
	}
	list, err := x.e.db.Executions(ctx, x.c, hub.ExecutionFilter{OccurrenceKey: x.Occurrence.Key, EventKey: x.ev.Key}, hub.Page{First: hub.MaxPage})
	if err != nil {
		return err
	}
	x.Executions = nil
	for i := len(list.Items) - 1; i >= 0; i-- { // oldest first, as they came about
		exec := list.Items[i]
		x.Executions = append(x.Executions, exec.Key)
		if exec.Reason != nil {
			x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: *exec.Reason, FlowKey: exec.FlowKey, ExecutionKey: exec.Key})
		}
	}
	return x.deliveries(ctx)
}

// maxExplained bounds how many deliveries an explanation names.
const maxExplained = 100

// deliveries tells why messages were not sent, or not yet.
func (x *explaining) deliveries(ctx context.Context) error {
	parts, err := x.e.db.DeliveriesOf(ctx, x.c, x.Executions)
	if err != nil {
		return err
	}
	named := 0
	for _, key := range x.Executions {
		for _, d := range parts[key] {
			if d.Reason == nil || named == maxExplained {
				continue
			}
			switch d.State {
			case hub.Accepted, hub.Sent, hub.Delivered, hub.Read:
				continue // the reason of an earlier attempt
			}
			named++
			x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: *d.Reason, FlowKey: d.FlowKey, ExecutionKey: key, DeliveryKey: d.Key})
		}
	}
	return nil
}

// flowsNow says what would keep the event's flows from sending, had it been asked.
func (x *explaining) flowsNow(ctx context.Context, satisfied []*row) error {
	if !x.c.May(hub.RowHub, hub.See) {
		return nil
	}
	for _, key := range x.ev.FlowKeys {
		t, err := x.e.trial(ctx, x.c, key)
		if err != nil {
			return err
		}
		for _, w := range satisfied {
			if err := t.row(w, x.Occurrence.ReceivedAt); err != nil {
				return err
			}
		}
		if r := t.why(len(satisfied)); r != nil {
			x.Reasons = append(x.Reasons, hub.ExplainedReason{Reason: *r, FlowKey: key})
		}
	}
	return nil
}
