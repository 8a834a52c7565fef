package engine

import (
	"context"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// EventBacktest tries a draft of an event on occurrences that came in. It stores nothing and sends nothing. SEE on automator/events, on the
// row that guards the type, and on those that guard what the terms read, since a count tells of a value as well as the value does; with
// flows also on automator/fracttal_hub.
func (e *Engine) EventBacktest(ctx context.Context, c hub.Caller, in hub.BacktestInput) (*hub.EventBacktest, error) {
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return nil, err
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = hub.DefaultBacktest
	}
	ev := &hub.Event{Type: in.Type, Terms: in.Terms}
	if ev.Terms.Mode == "" {
		ev.Terms.Mode = hub.ModeNone
	}
	e.normalEvent(ev)
	problems, err := e.draftProblems(ctx, c, ev)
	if err != nil || len(problems) > 0 {
		return &hub.EventBacktest{Problems: problems}, err
	}
	recordType := e.catalog.EventType(ev.Type).RecordType
	if err := e.mayAsk(c, recordType, ev.Terms); err != nil {
		return nil, err
	}
	program, err := e.compileTerms(recordType, ev.Terms)
	if err != nil {
		return nil, err
	}
	b := &backtest{in: in, again: e.again(ctx, program, ev.Terms.Mode)}
	for _, key := range in.FlowKeys {
		t, err := e.trial(ctx, c, key)
		if err != nil {
			return nil, err
		}
		b.trials = append(b.trials, t)
	}
	if err := e.db.ScanOccurrences(ctx, c, ev.Type, in.Since, in.Until, func(o *hub.Occurrence) (bool, error) { return b.take(ctx, o) }); err != nil {
		return nil, err
	}
	for _, t := range b.trials {
		b.Flows = append(b.Flows, t.result())
	}
	return &b.EventBacktest, nil
}

// draftProblems are those of an event's type and terms.
func (e *Engine) draftProblems(ctx context.Context, c hub.Caller, ev *hub.Event) (list []hub.Problem, err error) {
	all, err := e.eventProblems(ctx, c, ev, nil)
	for _, p := range all {
		if p.Path == "type" || p.Path == "terms" || strings.HasPrefix(p.Path, "terms.") {
			list = append(list, p)
		}
	}
	return list, err
}

// mayAsk asks for SEE on every row that guards what terms read of a record type.
func (e *Engine) mayAsk(c hub.Caller, recordType string, terms hub.Terms) error {
	needs := e.readBy(recordType, terms)
	needs[e.catalog.RecordType(recordType).Row] = hub.ActionSet(hub.See)
	return c.NeedAll(needs)
}

// backtest counts, occurrence by occurrence; it keeps no more than its limits.
type backtest struct {
	hub.EventBacktest
	in     hub.BacktestInput
	again  *again
	trials []*trial
}

func (b *backtest) take(ctx context.Context, o *hub.Occurrence) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if b.Scanned == b.in.Limit {
		b.Cut = true
		return false, nil
	}
	rows := b.again.rows(o)
	answer, satisfied, err := b.again.decide(o, rows)
	if err != nil {
		return false, err
	}
	b.count(o.ReceivedAt, answer)
	if answer != condition.Yes {
		return true, nil
	}
	for _, t := range b.trials {
		for _, w := range satisfied {
			if err := t.row(w, o.ReceivedAt); err != nil {
				return false, err
			}
		}
	}
	if len(b.Samples) < b.in.Samples {
		sample := hub.BacktestSample{OccurrenceKey: o.Key, RowCount: len(satisfied)}
		sample.Rows, err = b.again.explain(o, satisfied[:min(len(satisfied), hub.MaxSampleRows)])
		b.Samples = append(b.Samples, sample)
	}
	return true, err
}

func (b *backtest) count(at time.Time, answer condition.Answer) {
	date := at.UTC().Format(time.DateOnly)
	if n := len(b.Days); n == 0 || b.Days[n-1].Date != date { // they come newest first
		b.Days = append(b.Days, hub.BacktestDay{Date: date})
	}
	day := &b.Days[len(b.Days)-1]
	b.Oldest = &at
	b.Scanned++
	day.Scanned++
	switch answer {
	case condition.Yes:
		b.Fired++
		day.Fired++
	case condition.Unknown:
		b.Undecided++
		day.Undecided++
	}
}
