package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// together are the rows that one message of a collecting flow is about.
type together struct {
	rows        []*row
	occurrences int
}

// gatheredField reads a part of what was gathered. A row by itself, as in a test message, was gathered alone.
func (r *row) gatheredField(part hub.CollectedPart, field string) (any, bool) {
	g := r.with
	if g == nil {
		g = &together{rows: []*row{r}, occurrences: 1}
	}
	switch part {
	case hub.PartCount:
		return int64(len(g.rows)), true
	case hub.PartOccurrences:
		return int64(g.occurrences), true
	case hub.PartFirst:
		return r.of(g.rows[0], field)
	case hub.PartLast:
		return r.of(g.rows[len(g.rows)-1], field)
	}
	list, seen := []any{}, map[string]bool{}
	for _, w := range g.rows {
		v, ok := r.of(w, field)
		if !ok {
			return nil, false
		}
		elements, is := v.([]any)
		if !is {
			elements = []any{v}
		}
		for _, element := range elements {
			text, ok := mapping.Text(element)
			if ok && (text == "" || seen[text]) {
				continue
			}
			seen[text], list = true, append(list, element)
		}
	}
	return list, true
}

// of reads a field of another row of the same message.
func (r *row) of(w *row, field string) (any, bool) {
	v, ok := w.Field(field)
	if w.err != nil && r.err == nil {
		r.err = w.err
	}
	return v, ok
}

// forOne is a recipient with the rows that are theirs.
type forOne struct {
	to   mapping.To
	rows []*row
}

// deliverTogether makes the deliveries of a collecting flow: one for each recipient of any of the rows, about those that are theirs.
func (r *run) deliverTogether(ctx context.Context, p *program, rows []*row) error {
	if len(rows) == 0 {
		return nil
	}
	about := map[int64][]*row{} // by delivery, for its follow-ups
	for i := range p.flow.Definition.Targets {
		if p.flow.Definition.Follows(i) {
			if err := r.followUpsTogether(ctx, p, i, about); err != nil {
				return err
			}
			continue
		}
		if r.only != nil && r.only.target != i {
			continue // what was gathered for a recipient goes to that one alone
		}
		list, err := r.byRecipient(ctx, p, i, rows)
		if err != nil {
			return err
		}
		for _, one := range list {
			left, gone, err := r.untold(ctx, p, i, one)
			if err != nil {
				return err
			}
			w := r.view(left)
			values, problems := p.mapping[i].Apply(w, nil)
			if w.err != nil {
				return w.err
			}
			about[r.deliverOne(p, i, w, one.to, gone, values, problems).Key] = left
		}
	}
	return nil
}

// view is the row that a message about several is made of: the last of them, with all of them behind it.
func (r *run) view(rows []*row) *row {
	w := *rows[len(rows)-1]
	heard := map[int64]bool{}
	for _, one := range rows {
		for _, o := range r.heard[one] {
			heard[o] = true
		}
	}
	w.with = &together{rows: rows, occurrences: max(len(heard), 1)}
	return &w
}

// byRecipient tells rows apart by their recipients, in the order in which these come up. What was gathered for one recipient goes to that one, also
// when the records name another by now: it is what they have missed.
func (r *run) byRecipient(ctx context.Context, p *program, target int, rows []*row) ([]forOne, error) {
	list, at, err := apart(rows, func(w *row) ([]mapping.To, error) { return r.recipients(ctx, p, target, w) })
	if err != nil {
		return nil, err
	}
	if r.only == nil || r.only.target != target {
		return list, nil
	}
	if i, known := at[r.only.recipient]; known {
		if p.flow.Definition.Source.Rows != hub.RowsSubject { // those of a subject may be anybody's
			list[i].rows = rows
		}
		return list[i : i+1], nil
	}
	if r.only.known() {
		return []forOne{{mapping.To{Text: r.only.recipient}, rows}}, nil
	}
	return list, nil
}

// apart tells rows apart by those to whom each of them goes, in the order in which these come up. at is the place of each in the list.
func apart(rows []*row, to func(*row) ([]mapping.To, error)) (list []forOne, at map[string]int, err error) {
	at = map[string]int{}
	for _, w := range rows {
		those, err := to(w)
		if err != nil {
			return nil, nil, err
		}
		if w.err != nil {
			return nil, nil, w.err
		}
		for _, one := range those {
			i, known := at[one.Text]
			if !known {
				i = len(list)
				at[one.Text], list = i, append(list, forOne{to: one})
			}
			list[i].rows = append(list[i].rows, w)
		}
	}
	return list, at, nil
}

// refillTogether makes a delivery of a collecting flow anew from the records as they are now.
func (r *run) refillTogether(ctx context.Context, p *program, it *item) error {
	rows, err := r.rowsAgain(ctx, p, it)
	if err != nil {
		return err
	}
	about, err := r.tx.DeliveryRows(r.exec.Key)
	if err != nil {
		return err
	}
	own := recordsTold(it.Delivery, about) // others may have told of the rest
	kept := slices.DeleteFunc(rows, func(w *row) bool {
		return !slices.Contains(own, w.name) || !p.filter.Match(w, w.moment(r.tx.Now()))
	})
	if len(kept) == 0 {
		r.fail(it, hub.Reason{Code: hub.ReasonNoRows, Message: "its records are gone, or do not pass the filter any more"})
		return nil
	}
	list, err := r.byRecipient(ctx, p, it.Target, kept)
	if err != nil {
		return err
	}
	to := make([]mapping.To, len(list))
	for i := range list {
		to[i] = list[i].to
	}
	it.anew = true
	mine := r.own(it, to)
	if mine == nil {
		r.fail(it, hub.Reason{Code: hub.ReasonRecipient, Path: hub.Path("targets", it.Target, "recipient"),
			Message: "the records no longer name a recipient that has no delivery of its own"})
		return nil
	}
	i := slices.IndexFunc(list, func(one forOne) bool { return one.to.Text == mine.Text })
	w := r.view(list[i].rows)
	it.about = distinctNames(list[i].rows)
	values, problems := p.mapping[it.Target].Apply(w, nil)
	r.fill(p, it, *mine, values, problems)
	return w.err
}

// resolve is what the catalogue knows of a path that a flow reads: of the row, or of what it has gathered.
func (e *Engine) resolve(recordType, path string, collect *hub.Collect) (fact hub.FieldFact, field catalog.Field, part hub.CollectedPart) {
	if collect != nil {
		switch part, path = hub.CollectedPath(path); part {
		case hub.PartCount, hub.PartOccurrences:
			return hub.FieldFact{Known: true}, catalog.Field{Type: catalog.Integer}, part
		}
	}
	fact, field = e.catalog.Resolve(recordType, path)
	return fact, field, part
}

// factGathered is what is known of a path in the message of a collecting flow.
func (e *Engine) factGathered(recordType, path string, s hub.FlowSettings) mapping.Fact {
	known, field, part := e.resolve(recordType, path, s.Collect)
	if !known.Known {
		return mapping.Fact{}
	}
	fact := mapping.Fact{Type: string(field.Type), Labels: labels(field.Enum, s.Locale)}
	if part == hub.PartAll {
		fact.Type, fact.Items = string(catalog.List), fact.Type
	}
	return fact
}

// prepareTogether makes the deliveries of a collecting flow from rows that the filter has not seen yet.
func (r *run) prepareTogether(ctx context.Context, p *program, rows []*row) error {
	var kept []*row
	for _, w := range rows {
		if p.filter.Match(w, w.moment(r.from().Now())) {
			kept = append(kept, w)
		}
		if err := w.fault(); err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		r.exec.Reason = filteredOut(len(rows))
		return nil
	}
	return r.deliverTogether(ctx, p, kept)
}

// deliverRecordsTogether makes the deliveries of a collecting flow from the records that were read for it, and notes which these are: its
// deliveries name the last ones alone.
func (r *run) deliverRecordsTogether(ctx context.Context, p *program, names []string) error {
	var rows []*row
	for _, name := range names {
		rec, err := r.tx.Record(p.records.Key, name)
		if err != nil {
			return err
		}
		if rec == nil {
			continue
		}
		w := r.row(p, rec)
		if p.filter.Match(w, w.moment(r.tx.Now())) {
			rows = append(rows, w)
		}
		if w.err != nil {
			return w.err
		}
	}
	r.exec.Rows = distinctNames(rows)
	if err := r.tx.ExecutionRows(r.exec.Key, r.exec.Rows); err != nil {
		return err
	}
	return r.deliverTogether(ctx, p, rows)
}

// rehearseTogether makes the messages of a preview's rows, and shows each with the last row that it is about. It says that they would wait for
// others.
func (v *previewing) rehearseTogether(ctx context.Context, r *run, p *program, rows []*row, x *hub.ExecutionPreview) error {
	before := len(r.items)
	if err := r.deliverTogether(ctx, p, rows); err != nil {
		return err
	}
	for _, it := range r.items[before:] {
		for i := len(x.Rows) - 1; i >= 0; i-- {
			if row := &x.Rows[i]; row.Kept && row.Record == it.Record {
				row.Deliveries = append(row.Deliveries, &hub.DeliveryPreview{Delivery: *it.Delivery, Names: p.mapping[it.Target].Names()})
				break
			}
		}
	}
	if r.exec.Trigger == hub.StartedByEvent {
		v.Obstacles = append(v.Obstacles, hub.Reason{Code: hub.ReasonCollecting, Path: "settings.collect",
			Message: fmt.Sprintf("the flow collects: an occurrence waits for others for %s, and they are told in one message", p.collect.Window())})
	}
	return nil
}
