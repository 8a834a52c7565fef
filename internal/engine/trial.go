package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// trial counts what a flow as it is now would make of rows, and sends nothing: the rights of its consumer, its filter, and its recipient. The
// rows are those that an occurrence brought, also where the flow would read all rows of the subject.
type trial struct {
	hub.BacktestFlow
	program *program                       // nil: it could not run, and Reason says why
	normal  []func(string) (string, error) // by target
	to      map[string]int
}

// trial prepares a flow. What the caller may not see of its recipients is counted and not told. SEE on automator/fracttal_hub.
func (e *Engine) trial(ctx context.Context, c hub.Caller, flow int64) (*trial, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	t := &trial{BacktestFlow: hub.BacktestFlow{FlowKey: flow}, to: map[string]int{}}
	f, err := e.db.FlowNow(ctx, flow)
	if err != nil {
		return nil, err
	}
	p, err := e.compile(f)
	if err != nil {
		t.Reason = &hub.Reason{Code: hub.ReasonInvalidFlow, Message: err.Error(), NextStep: "see the problems of the flow"}
		return t, nil
	}
	if !f.Enabled {
		t.Reason = &hub.Reason{Code: hub.ReasonFlowDisabled, Message: fmt.Sprintf("the flow %q is not enabled", f.Description), NextStep: "enable it"}
	}
	refused, err := e.rights(ctx, p)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		t.Reason = refused
		return t, nil
	}
	for i := range f.Definition.Targets {
		normal, err := e.normal(ctx, &f.Definition, i)
		if err != nil {
			return nil, err
		}
		t.normal = append(t.normal, normal)
	}
	t.program = p
	t.Needs = e.hiddenRecipients(c, p)
	return t, nil
}

// hiddenRecipients are the permissions that a caller lacks to see whom a flow sends to.
func (e *Engine) hiddenRecipients(c hub.Caller, p *program) (needs []hub.Permission) {
	for _, target := range p.flow.Definition.Targets {
		for _, path := range target.Recipient.Mapping().Fields() {
			fact, _ := e.catalog.Resolve(p.flow.Definition.TypeAt(p.records.Key, path))
			for _, row := range fact.Needs {
				if need := row.Permission(hub.See); !c.May(row, hub.See) && !slices.Contains(needs, need) {
					needs = append(needs, need)
				}
			}
		}
	}
	return needs
}

// row counts what would be made of a row that came in at a time.
func (t *trial) row(w *row, at time.Time) error {
	switch {
	case t.program == nil:
		return nil
	case t.program.about != nil:
		t.program, t.Reason = nil, &hub.Reason{Code: hub.ReasonNoRows, Message: "the flow asks a source for each occurrence, and whom it would have told is not known without asking",
			NextStep: "try the flow on an occurrence (flowPreview)"}
		return nil
	case w.typ != t.program.records:
		t.program, t.Reason = nil, &hub.Reason{Code: hub.ReasonNoRows, Message: fmt.Sprintf("the flow reads %s, but the event is about %s", t.program.records.Key, w.typ.Key),
			NextStep: "choose a flow with a source action for " + w.typ.Key}
		return nil
	case !t.program.filter.Match(w, condition.Moment{Now: at}):
		t.FilteredOut++
		return w.fault()
	}
	for i := range t.program.flow.Definition.Targets {
		if t.program.flow.Definition.Follows(i) {
			continue // whether anything of it would go nobody knows
		}
		for _, to := range t.program.to[i].Resolve(w, t.normal[i]) {
			t.count(to)
		}
	}
	return w.fault()
}

func (t *trial) count(to mapping.To) {
	t.Messages++
	if to.Problem != nil {
		t.WithoutRecipient++
	} else if _, known := t.to[to.Text]; known || len(t.to) < hub.MaxBacktestCounted {
		t.to[to.Text]++
	} else {
		t.Cut = true
	}
}

// why says what would keep the flow from sending anything of so many rows; nil if it would send.
func (t *trial) why(rows int) *hub.Reason {
	switch {
	case t.Reason != nil:
		return t.Reason
	case rows > 0 && t.FilteredOut == rows:
		return &hub.Reason{Code: hub.ReasonFilteredOut, Path: "filter", Message: fmt.Sprintf("the flow's filter would drop all %d rows", rows)}
	case t.Messages > 0 && t.WithoutRecipient == t.Messages:
		return &hub.Reason{Code: hub.ReasonRecipient, Path: "targets.0.recipient", Message: "no row has a recipient", NextStep: "correct the records"}
	}
	return nil
}

// result is what was counted, with those who would get most first.
func (t *trial) result() hub.BacktestFlow {
	out := t.BacktestFlow
	if len(out.Needs) > 0 {
		return out
	}
	out.Recipients = []hub.BacktestRecipient{}
	for to, n := range t.to {
		out.Recipients = append(out.Recipients, hub.BacktestRecipient{Recipient: to, Messages: n})
	}
	slices.SortFunc(out.Recipients, func(a, b hub.BacktestRecipient) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Recipient, b.Recipient))
	})
	if len(out.Recipients) > hub.MaxBacktestShown {
		out.Recipients, out.Cut = out.Recipients[:hub.MaxBacktestShown], true
	}
	return out
}
