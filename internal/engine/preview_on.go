package engine

import (
	"context"
	"fmt"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// tried is on what a flow is tried. Without anything it is the source query alone.
type tried struct {
	occurrence *hub.Occurrence           // whole; nil if it is tried on none
	typ        *catalog.RecordType       // of rows; nil without any
	rows       []*row                    // of an occurrence or a sample
	record     *hub.Record               // nil if it is tried on none
	known      map[recordName]hub.Fields // that came along
	shown      *hub.Occurrence           // as the caller may see it
}

// tried reads on what a flow is to be tried, if the caller may see it. The rows that a caller gives are judged by the
// catalogue, as those of an occurrence are.
func (e *Engine) tried(ctx context.Context, c hub.Caller, s hub.Sample) (*tried, error) {
	given := 0
	for _, is := range []bool{s.OccurrenceKey != 0, s.RecordKey != 0, s.Records != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return nil, hub.Invalid("on", "try it on exactly one of an occurrence, a record and a sample")
	case s.OccurrenceKey != 0:
		return e.triedOccurrence(ctx, c, s.OccurrenceKey)
	case s.RecordKey != 0:
		return e.triedRecord(ctx, c, s.RecordKey)
	case s.Records != nil:
		return e.triedSample(ctx, s.Records)
	}
	return &tried{}, nil
}

func (e *Engine) triedOccurrence(ctx context.Context, c hub.Caller, key int64) (on *tried, err error) {
	on = &tried{}
	if on.shown, err = e.db.Occurrence(ctx, c, key); err != nil {
		return nil, placed("on.occurrence", err)
	}
	if on.occurrence, err = e.db.OccurrenceForEngine(ctx, key); err != nil {
		return nil, err
	}
	if on.occurrence.EmptiedAt != nil {
		return nil, hub.Conflict("on.occurrence", "what it brought has not been kept; try it on another one, or on a record")
	}
	event := e.catalog.EventType(on.occurrence.Type)
	if event == nil {
		return nil, hub.Invalid("on.occurrence", "its type %q is not known any more", on.occurrence.Type)
	}
	on.typ = e.catalog.RecordType(event.RecordType)
	on.known = map[recordName]hub.Fields{}
	for _, r := range on.occurrence.Records {
		on.known[recordName{r.Type, r.Name}] = r.Data
	}
	on.rows = e.again(ctx, nil, hub.ModeNone).rows(on.occurrence)
	return on, nil
}

func (e *Engine) triedRecord(ctx context.Context, c hub.Caller, key int64) (*tried, error) {
	rec, err := e.db.Record(ctx, c, key)
	if err != nil {
		return nil, placed("on.record", err)
	}
	typ := e.catalog.RecordType(rec.Type)
	if typ == nil {
		return nil, hub.Invalid("on.record", "its type %q is not known any more", rec.Type)
	}
	w := &row{catalog: e.catalog, typ: typ, name: rec.Name, data: rec.Data, lookup: e.remembering(ctx)}
	return &tried{typ: typ, record: rec, rows: []*row{w}}, nil
}

func (e *Engine) triedSample(ctx context.Context, records []hub.RecordInput) (*tried, error) {
	switch {
	case len(records) == 0:
		return nil, hub.Invalid("on.sample", "the sample is empty; give a record of the type that the flow reads")
	case len(records) > hub.MaxOccurrenceRecord:
		return nil, hub.Invalid("on.sample", "a sample can have at most %d records, this one has %d", hub.MaxOccurrenceRecord, len(records))
	}
	parts, err := e.parts(records, "on.sample")
	if err != nil {
		return nil, err
	}
	if _, err := e.complete(ctx, parts); err != nil {
		return nil, err
	}
	on := &tried{known: broughtBy(parts), typ: parts[0].typ}
	find := e.storedBeside(ctx, broughtBy(parts))
	for i := range parts {
		p := &parts[i]
		on.rows = append(on.rows, &row{catalog: e.catalog, typ: p.typ, name: p.in.Name, data: p.in.Data, lookup: find})
	}
	return on, nil
}

// of are the rows of a type.
func (on *tried) of(typ *catalog.RecordType) (rows []*row) {
	for _, w := range on.rows {
		if w.typ == typ {
			rows = append(rows, w)
		}
	}
	return rows
}

// placed is an error about a place of the input.
func placed(path string, err error) error {
	if e, ok := err.(*hub.Error); ok && (e.Code == hub.CodeNotFound || e.Code == hub.CodeInvalid) {
		own := *e
		own.Path = path
		return &own
	}
	return err
}

// startedBy is an execution that would be started, with the rows that would start it.
type startedBy struct {
	exec  *hub.Execution
	rows  []*row // that came along; nil has them read by the names that the execution has
	query bool   // the source query alone finds them

	replay *hub.Replay // of a replay: what it replays
	sent   *sent       // likewise: what went out before

	fetched int64 // the execution that has asked the source already; 0: it would be asked
}

// starts are the executions that would be started: one for each event that fires and, where no event is asked, the one that a
// run by hand would be.
func (v *previewing) starts(ctx context.Context, p *program) ([]startedBy, error) {
	events, err := v.events(ctx)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		s, err := v.unasked(p)
		return []startedBy{s}, err
	}
	var list []startedBy
	for _, ev := range events {
		m, rows, err := v.ask(ctx, ev)
		if err != nil {
			return nil, err
		}
		v.Matches = append(v.Matches, *m)
		if m.Fired != nil && *m.Fired {
			exec := v.exec(hub.StartedByEvent)
			exec.EventKey, exec.Rows = ev.Key, names(rows)
			list = append(list, startedBy{exec: exec, rows: rows})
		}
	}
	return list, nil
}

// exec is an execution of the flow on what it is tried.
func (v *previewing) exec(by hub.ExecutionTrigger) *hub.Execution {
	exec := &hub.Execution{Key: hub.NewKey(v.now), FlowKey: v.Flow.Key, FlowVersion: v.Flow.Version, Trigger: by, Parameters: v.in.Parameters, CreatedAt: v.now}
	if o := v.on.occurrence; o != nil {
		exec.OccurrenceKey, exec.Subject = o.Key, o.Subject
	}
	return exec
}

// unasked is the execution without any event.
func (v *previewing) unasked(p *program) (startedBy, error) {
	s := startedBy{exec: v.exec(hub.StartedByHand), query: v.in.Sample.Empty()}
	if err := v.on.fits(p); err != nil {
		return s, err
	}
	switch {
	case v.on.occurrence != nil:
		s.exec.Trigger = hub.StartedByEvent
		s.rows = v.on.rows
		v.Obstacles = append(v.Obstacles, hub.Reason{Code: hub.ReasonNoEvent, Message: fmt.Sprintf("no event runs the flow on an occurrence of the type %q, so it is tried on all rows", v.on.occurrence.Type),
			NextStep: "make an event that runs it"})
	default:
		s.rows = v.on.of(p.started())
	}
	s.exec.Rows = names(s.rows)
	return s, nil
}

// fits says what is wrong with a record or a sample for a flow, which reads records of one type.
func (on *tried) fits(p *program) error {
	switch {
	case on.occurrence != nil || len(on.of(p.started())) > 0:
	case on.record != nil:
		return hub.Invalid("on.record", "the flow reads records of the type %s, and this one is of the type %s", p.started().Key, on.typ.Key)
	case on.rows != nil:
		return hub.Invalid("on.sample", "the flow reads records of the type %s, and the sample has none", p.started().Key)
	}
	return nil
}

// events are those to ask: the one that the caller names or, for an occurrence, those of its type that run the saved flow.
func (v *previewing) events(ctx context.Context) ([]*hub.Event, error) {
	if v.in.EventKey != 0 {
		ev, err := v.e.db.Event(ctx, v.c, v.in.EventKey)
		if err != nil {
			return nil, placed("event", err)
		}
		if len(v.on.rows) == 0 && v.on.occurrence == nil {
			return nil, hub.Invalid("event", "an event is asked about rows: try it on an occurrence, a record or a sample")
		}
		if typ := v.e.catalog.EventType(ev.Type); typ != nil {
			return []*hub.Event{ev}, v.e.mayAsk(v.c, typ.RecordType, ev.Terms)
		}
		return nil, hub.Invalid("event", "its type %q is not known", hub.Clip(ev.Type, 80))
	}
	if v.on.occurrence == nil || v.Flow.Key == 0 {
		return nil, nil
	}
	all, err := v.e.db.EventsRunning(ctx, v.Flow.Key)
	if err != nil {
		return nil, err
	}
	var list []*hub.Event
	for _, ev := range all {
		if ev.Type == v.on.occurrence.Type && len(list) < hub.MaxPreviewEvents {
			list = append(list, ev)
		}
	}
	return list, nil
}

// ask says what an event makes of the rows: what it made of them when the occurrence came in, if it is still the same event.
func (v *previewing) ask(ctx context.Context, ev *hub.Event) (*hub.PreviewMatch, []*row, error) {
	m := &hub.PreviewMatch{EventKey: ev.Key, Evaluated: hub.EvaluatedNow}
	typ := v.e.catalog.EventType(ev.Type)
	if o := v.on.occurrence; o != nil && o.Type != ev.Type {
		m.Reason = &hub.Reason{Code: hub.ReasonEventType, Message: fmt.Sprintf("the event is about %q, the occurrence is of the type %q", hub.Clip(ev.Type, 80), o.Type)}
		m.Fired = new(bool)
		return m, nil, nil
	}
	if kept := v.keptMatch(ev); kept != nil {
		m.Evaluated, m.Fired, m.Reason, m.Rows = hub.EvaluatedThen, &kept.Fired, kept.Reason, kept.Rows
		rows := v.satisfied(kept)
		if m.Reason == nil && !kept.Fired {
			m.Reason = pointer(unsatisfied(len(kept.Rows)))
		}
		v.hideEvent(m, ev)
		return m, rows, nil
	}
	rows, err := v.askNow(ctx, ev, v.e.catalog.RecordType(typ.RecordType), m)
	v.e.db.DiscloseRows(v.c, ev.Type, m.Rows)
	v.hideEvent(m, ev)
	return m, rows, err
}

// hideEvent notes that an event is not enabled, and leaves out which it is if the caller may not see events.
func (v *previewing) hideEvent(m *hub.PreviewMatch, ev *hub.Event) {
	if !ev.Enabled && m.Reason == nil {
		m.Reason = &hub.Reason{Code: hub.ReasonEventDisabled, Message: "the event is not enabled", NextStep: "enable it"}
	}
	if !v.c.May(hub.RowEvents, hub.See) {
		m.EventKey = 0
	}
}

// askNow asks the terms of an event about the rows. Of what was before, nothing is known of a record or a sample.
func (v *previewing) askNow(ctx context.Context, ev *hub.Event, typ *catalog.RecordType, m *hub.PreviewMatch) ([]*row, error) {
	program, err := v.e.compileTerms(typ.Key, ev.Terms)
	if err != nil {
		m.Fired = new(bool)
		m.Reason = &hub.Reason{Code: hub.ReasonEventInvalid, Message: "the terms make no sense any more: " + condition.Faults(err)[0].Error(), NextStep: "correct the event's terms"}
		return nil, nil
	}
	a := v.e.again(ctx, program, ev.Terms.Mode)
	as := &hub.Occurrence{ReceivedAt: v.now}
	if v.on.occurrence != nil {
		as = v.on.occurrence
	}
	rows := v.on.of(typ)
	answer, satisfied, err := a.decide(as, rows)
	if err != nil {
		return nil, err
	}
	if m.Rows, err = a.explain(as, rows[:min(len(rows), hub.MaxPreviewRows)]); err != nil {
		return nil, err
	}
	switch fired := answer == condition.Yes; {
	case answer == condition.Unknown:
		m.Reason = pointer(undecided())
	case !fired:
		m.Fired, m.Reason = &fired, pointer(unsatisfied(len(rows)))
	default:
		m.Fired = &fired
	}
	return satisfied, nil
}

// keptMatch is what an event said when the occurrence came in, as the caller may see it; nil if it was not asked, or has changed since, or if
// not everything was kept.
func (v *previewing) keptMatch(ev *hub.Event) *hub.Match {
	if v.on.occurrence == nil {
		return nil
	}
	for i, m := range v.on.occurrence.Matches {
		if m.EventKey == ev.Key && m.EventVersion == ev.Version && !m.Cut {
			return &v.on.shown.Matches[i] // in the same order: only what is in them may be left out
		}
	}
	return nil
}

// satisfied are the rows of which it was kept that they satisfied the terms.
func (v *previewing) satisfied(m *hub.Match) (rows []*row) {
	yes := map[string]bool{}
	for _, r := range m.Rows {
		yes[r.Record] = r.True
	}
	for _, w := range v.on.of(v.on.typ) {
		if yes[w.name] {
			rows = append(rows, w)
		}
	}
	return rows
}

func pointer[T any](v T) *T { return &v }
