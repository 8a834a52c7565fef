package engine

import (
	"context"
	"fmt"

	"github.com/recado-hub/recado/internal/hub"
)

// EventCreate saves a new event, not enabled. ADD on automator/events, and SEE on what its terms read.
func (e *Engine) EventCreate(ctx context.Context, c hub.Caller, in hub.EventInput, once ...*hub.Once) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Add); err != nil {
		return nil, err
	}
	o := hub.OnceOf(once)
	if was, err := e.db.EventMade(ctx, c, o); err != nil || o.Repeat {
		return was, err
	}
	ev := &hub.Event{}
	if err := ev.Apply(in); err != nil {
		return nil, err
	}
	e.normalEvent(ev)
	if err := e.mayAskOf(c, ev); err != nil {
		return nil, err
	}
	return e.db.EventCreate(ctx, c, ev, o)
}

// EventUpdate changes an event. An enabled one must stay without problems. EDIT on automator/events, and SEE on
// what its terms read if they change.
func (e *Engine) EventUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, in hub.EventInput) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Edit); err != nil {
		return nil, err
	}
	return e.db.EventUpdate(ctx, c, key, expectedVersion, func(ev *hub.Event) error {
		if err := ev.Apply(in); err != nil {
			return err
		}
		e.normalEvent(ev)
		if in.Terms != nil || in.Type != nil {
			if err := e.mayAskOf(c, ev); err != nil {
				return err
			}
		}
		if ev.Enabled {
			return e.eventMustBeSound(ctx, c, ev)
		}
		return nil
	})
}

// EventEnable lets the event fire on occurrences that come from now on; one with problems is refused with them. EDIT on
// automator/events.
func (e *Engine) EventEnable(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Edit); err != nil {
		return nil, err
	}
	return e.db.EventSetEnabled(ctx, c, key, expectedVersion, true, func(ev *hub.Event) error { return e.eventMustBeSound(ctx, c, ev) })
}

// mayAskOf says whether the caller may SEE everything that the terms of an event read. That an event fired is told to many: who may not
// see a field must not learn it by asking. Enabling what others asked is no asking.
func (e *Engine) mayAskOf(c hub.Caller, ev *hub.Event) error {
	typ := e.catalog.EventType(ev.Type)
	if typ == nil || ev.Terms.Mode == hub.ModeNone {
		return nil
	}
	return c.NeedAll(e.readBy(typ.RecordType, ev.Terms))
}

// readBy is what one has to SEE to see all that terms read of a record type.
func (e *Engine) readBy(recordType string, terms hub.Terms) hub.Grants {
	needs := hub.Grants{}
	terms.Each("", func(_ string, t hub.Term) {
		fact, _ := e.catalog.Resolve(recordType, t.Field)
		for _, row := range fact.Needs {
			needs[row] = hub.ActionSet(hub.See)
		}
	})
	return needs
}

// EventDisable keeps the event from firing. EDIT on automator/events.
func (e *Engine) EventDisable(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Event, error) {
	return e.db.EventSetEnabled(ctx, c, key, expectedVersion, false, nil)
}

// EventArchive takes an event out of use for good; its history stays. REMOVE on automator/events.
func (e *Engine) EventArchive(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Event, error) {
	return e.db.EventArchive(ctx, c, key, expectedVersion)
}

func (e *Engine) eventMustBeSound(ctx context.Context, c hub.Caller, ev *hub.Event) error {
	problems, err := e.eventProblems(ctx, c, ev, nil)
	if err != nil || len(problems) == 0 {
		return err
	}
	return hub.WithProblems(problems)
}

func (e *Engine) eventProblems(ctx context.Context, c hub.Caller, ev *hub.Event, a *ahead) ([]hub.Problem, error) {
	facts := hub.EventFacts{Flows: map[int64]*hub.Flow{}}
	typ := e.catalog.EventType(ev.Type)
	if typ != nil {
		facts.TypeKnown, facts.Field = true, e.fieldsOf(typ.RecordType)
	}
	for _, key := range ev.FlowKeys {
		f, err := e.flowNow(ctx, key, a)
		if err != nil && hub.CodeOf(err) != hub.CodeNotFound {
			return nil, err
		}
		if err == nil && !c.May(hub.RowHub, hub.See) {
			f.Description = "" // a problem would quote it
		}
		if err == nil {
			facts.Flows[key] = f
		}
	}
	problems := hub.EventProblems(ev, facts)
	if typ != nil {
		problems = append(problems, e.mismatches(ev, typ.RecordType, facts.Flows)...)
		problems = append(problems, e.termProblems("terms", typ.RecordType, ev.Terms, problems)...)
	}
	return problems, nil
}

// mismatches names flows that read other records than those that the event is about.
func (e *Engine) mismatches(ev *hub.Event, recordType string, flows map[int64]*hub.Flow) (problems []hub.Problem) {
	for i, key := range ev.FlowKeys {
		f := flows[key]
		if f == nil || f.Definition.Source == nil {
			continue
		}
		a := e.catalog.SourceAction(f.Definition.Source.Action)
		if a == nil {
			continue
		}
		if f.Definition.AsksAbout() {
			if about := f.Definition.Source.Fetch.TypeAbout(a.RecordType); about != recordType {
				problems = append(problems, hub.Problem{Code: hub.ProblemFlowMismatch, Path: hub.Path("flows", i),
					Message:  fmt.Sprintf("%s fetches for %s, but this event is about %s", hub.Named("the flow", f.Description), about, recordType),
					NextStep: "choose a flow whose source.fetch.about is " + recordType})
			}
			continue
		}
		if a.RecordType != recordType {
			problems = append(problems, hub.Problem{Code: hub.ProblemFlowMismatch, Path: hub.Path("flows", i),
				Message:  fmt.Sprintf("%s reads %s, but this event is about %s", hub.Named("the flow", f.Description), a.RecordType, recordType),
				NextStep: "choose a flow with a source action for " + recordType})
		}
	}
	return problems
}
