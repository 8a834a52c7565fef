package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// verdict is what an enabled event says of an occurrence.
type verdict struct {
	*rule
	fired bool
	rows  []*row // those that satisfied its terms
	match []hub.RowMatch
	cut   bool // not all was kept
}

// judge evaluates the terms of every enabled event of the type on each row of the occurrence, at a moment.
func (e *Engine) judge(ctx context.Context, rules *rules, p *intake, now time.Time) ([]verdict, error) {
	events, err := e.eventsOf(ctx, rules, p.occurrence.Type)
	if err != nil {
		return nil, err
	}
	find := p.find
	if find == nil {
		find = e.lookupFor(ctx, p)
	}
	p.before = nil
	for _, rule := range events {
		if p.find == nil && rule.program != nil && rule.program.AsksBefore() {
			p.before = e.earlier(ctx)
			break
		}
	}
	for _, w := range p.rows {
		w.lookup, w.err = find, nil
		if p.find == nil {
			w.before = p.before.row(w)
		}
	}
	left := hub.MaxVerdicts
	list := make([]verdict, len(events))
	for i, rule := range events {
		list[i].rule = rule
		if err := list[i].judge(p.rows, now, &left); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// judge evaluates one event. An occurrence without rows satisfies only an event without conditions. What is kept of each row are the
// terms that decided, while there are verdicts left; of a row that satisfied the terms it is every term.
func (v *verdict) judge(rows []*row, now time.Time, left *int) error {
	if v.program == nil {
		return nil
	}
	v.fired = len(rows) == 0 && v.event.Terms.Mode == hub.ModeNone
	for _, w := range rows {
		yes, trace := v.ask(w, w.moment(now), *left)
		if err := w.fault(); err != nil {
			return err
		}
		if yes {
			v.fired, v.rows = true, append(v.rows, w)
		}
		v.keep(w, yes, trace, left)
	}
	return nil
}

// ask says whether a row satisfies the terms, and why, unless no verdict is left.
func (v *verdict) ask(w *row, m condition.Moment, left int) (yes bool, trace condition.Trace) {
	if left <= 0 {
		return v.program.Match(w, m), nil
	}
	answer, trace := v.program.Why(w, m)
	if answer == condition.Yes {
		_, trace = v.program.Eval(w, m)
	}
	return answer == condition.Yes, trace
}

func (v *verdict) keep(w *row, yes bool, trace condition.Trace, left *int) {
	kept := len(trace) > 0 && len(trace) <= *left || v.event.Terms.Mode == hub.ModeNone
	if !kept {
		v.cut, trace = true, nil
	}
	*left -= len(trace)
	if kept || yes {
		v.match = append(v.match, hub.RowMatch{Record: w.name, True: yes, Trace: hub.Verdicts(trace)})
	}
}

// lookupFor finds referenced records: those that the occurrence brings first, then the stored ones, each of which is read once.
// Most terms follow no reference, so nothing is made ready before one does.
func (e *Engine) lookupFor(ctx context.Context, p *intake) lookup {
	var find lookup
	return func(typ, name string) (hub.Fields, error) {
		if find == nil {
			find = e.storedBeside(ctx, broughtBy(p.parts))
		}
		return find(typ, name)
	}
}

// broughtBy are the fields of records by their names.
func broughtBy(parts []part) map[recordName]hub.Fields {
	brought := make(map[recordName]hub.Fields, len(parts))
	for i := range parts {
		brought[recordName{parts[i].in.Type, parts[i].in.Name}] = parts[i].in.Data
	}
	return brought
}

// recordName names a record.
type recordName struct{ typ, name string }

// storedBeside finds records among the known ones, then the stored ones, which are known from then on.
func (e *Engine) storedBeside(ctx context.Context, known map[recordName]hub.Fields) lookup {
	return func(typ, name string) (hub.Fields, error) {
		key := recordName{typ, name}
		if data, ok := known[key]; ok {
			return data, nil
		}
		data, err := e.db.RecordData(ctx, typ, name)
		if err == nil {
			known[key] = data
		}
		return data, err
	}
}
