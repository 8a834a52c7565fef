package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// candidates are the rows of an execution, those that passed the filter first.
type candidates struct {
	found   int // by the source query
	kept    int // that passed the filter
	rows    []*row
	dropped []*row
}

// execution is what an execution would be.
func (v *previewing) execution(ctx context.Context, p *program, s startedBy) (*hub.ExecutionPreview, error) {
	r := v.e.rehearsal(ctx, s.exec, v.on, v.now)
	if r.replay, r.sent = s.replay, s.sent; s.replay != nil && !p.fetchesFirst(s) {
		if err := r.give(ctx, p, s.replay); err != nil {
			return nil, err
		}
	}
	var all *candidates
	var fetch *hub.Fetch
	var err error
	if p.fetchesFirst(s) {
		all, fetch, err = v.fetchedCandidates(ctx, r, p, s)
	} else {
		all, err = r.candidates(ctx, p, s)
	}
	if err != nil {
		return nil, err
	}
	x := &hub.ExecutionPreview{Trigger: s.exec.Trigger, EventKey: s.exec.EventKey, OccurrenceKey: s.exec.OccurrenceKey, Subject: s.exec.Subject,
		Reason: s.exec.Reason, RowCount: all.found, KeptCount: all.kept, Fetch: fetch}
	if !v.c.May(hub.RowEvents, hub.See) {
		x.EventKey = 0
	}
	left := hub.MaxVerdicts
	made := 0
	for _, w := range all.rows {
		if len(x.Rows) == hub.MaxPreviewRows || made >= hub.MaxPreviewRows {
			break
		}
		row, err := v.row(ctx, r, p, w, true, &left)
		if err != nil {
			return nil, err
		}
		made += len(row.Deliveries)
		x.Rows = append(x.Rows, *row)
	}
	if p.collect != nil {
		if err := v.rehearseTogether(ctx, r, p, all.rows[:len(x.Rows)], x); err != nil {
			return nil, err
		}
	}
	for _, w := range all.dropped[:min(len(all.dropped), max(0, hub.MaxPreviewRows-len(x.Rows)))] {
		row, err := v.row(ctx, r, p, w, false, &left)
		if err != nil {
			return nil, err
		}
		x.Rows = append(x.Rows, *row)
	}
	x.More = all.found - len(x.Rows)
	if err := v.e.askConnectors(ctx, v.c, p, x.Deliveries(), v.Flow.Paused != nil); err != nil {
		return nil, err
	}
	v.followUps(r, x.Deliveries())
	v.quietly(p, x.Deliveries())
	x.Outcome = expected(x.Deliveries(), x.Reason)
	return x, nil
}

// expected is the outcome of an execution whose deliveries go as well as they can.
func expected(list []*hub.DeliveryPreview, why *hub.Reason) hub.ExecutionOutcome {
	count := map[hub.DeliveryState]int{}
	for _, d := range list {
		if d.WaitingFor == hub.ReasonFollowUp {
			continue // nothing of it goes as long as the others do well
		}
		if d.State == hub.Pending {
			count[hub.Accepted]++ // as long as the provider takes it
		} else {
			count[d.State]++
		}
	}
	return hub.OutcomeOf(count, why)
}

// row is what would become of a row.
func (v *previewing) row(ctx context.Context, r *run, p *program, w *row, kept bool, left *int) (*hub.PreviewRow, error) {
	out := &hub.PreviewRow{Record: w.name, Kept: kept}
	if _, trace := p.filter.Eval(w, w.moment(v.now)); len(trace) <= *left {
		*left -= len(trace)
		out.Trace = hub.Verdicts(trace)
	}
	if kept && p.collect == nil {
		before := len(r.items)
		for i := range p.flow.Definition.Targets {
			if err := r.deliver(ctx, p, i, w); err != nil {
				return nil, err
			}
		}
		for _, it := range r.items[before:] {
			out.Deliveries = append(out.Deliveries, &hub.DeliveryPreview{Delivery: *it.Delivery, Names: p.mapping[it.Target].Names()})
		}
	}
	return out, w.fault()
}

// candidates finds the rows of an execution as a real one finds them. What keeps it from having deliveries becomes its
// reason.
func (r *run) candidates(ctx context.Context, p *program, s startedBy) (*candidates, error) {
	if s.query {
		return r.selected(ctx, p)
	}
	rows, err := r.rows(ctx, p, s.rows)
	if err != nil || r.exec.Reason != nil {
		return &candidates{}, err
	}
	c := &candidates{found: len(rows)}
	for _, w := range rows {
		if p.filter.Match(w, w.moment(r.from().Now())) {
			c.rows = append(c.rows, w)
		} else {
			c.dropped = append(c.dropped, w)
		}
		if err := w.fault(); err != nil {
			return nil, err
		}
	}
	if c.kept = len(c.rows); c.kept == 0 {
		r.exec.Reason = filteredOut(len(rows))
	}
	return c, nil
}

// selected is candidates for an execution that the source query alone finds rows for.
func (r *run) selected(ctx context.Context, p *program) (*candidates, error) {
	found, why, err := r.e.selection(ctx, p, r.exec)
	if err != nil || why != nil {
		r.exec.Reason = why
		return &candidates{}, err
	}
	c := &candidates{found: found.matched}
	names, why := found.names()
	r.exec.Reason = why
	if c.kept = len(names); found.Limit > 0 {
		c.found = min(c.found, found.Limit)
	}
	if c.rows, err = r.named(p, names); err != nil {
		return nil, err
	}
	c.dropped, err = r.named(p, found.dropped[:min(len(found.dropped), max(0, c.found-c.kept))])
	return c, err
}

// named reads the rows of some names, no more than a preview shows.
func (r *run) named(p *program, names []string) (rows []*row, err error) {
	for _, name := range names[:min(len(names), hub.MaxPreviewRows)] {
		rec, err := r.from().Record(p.records.Key, name)
		if err != nil {
			return nil, err
		}
		if rec != nil {
			rows = append(rows, r.row(p, rec))
		}
	}
	return rows, nil
}
