package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// previewFetch is how long a preview waits for a source, for all that it asks it.
const previewFetch = 6 * time.Second

// fetchesFirst tells whether an execution would ask a source for its rows, or have them from when it was asked.
func (p *program) fetchesFirst(s startedBy) bool {
	d := &p.flow.Definition
	if d.Source.Fetch == nil || s.replay != nil && s.replay.Records == hub.RecordsGiven {
		return false
	}
	return d.AsksAbout() || s.query || s.fetched != 0
}

// fetchedCandidates finds the rows of an execution that asks a source for them, as a real one does, but keeps nothing and writes no records. Whatever
// keeps the source from being asked is the reason of the execution.
func (v *previewing) fetchedCandidates(ctx context.Context, r *run, p *program, s startedBy) (c *candidates, f *hub.Fetch, err error) {
	c = &candidates{}
	q, err := v.e.query(p, s.exec)
	if err != nil {
		return c, nil, err
	}
	if r.exec.Reason, err = v.e.rights(ctx, p, q.needs...); err != nil || r.exec.Reason != nil {
		return c, nil, err
	}
	about := s.rows
	if p.about != nil && s.exec.OccurrenceKey != 0 {
		if about, err = v.e.aboutRows(ctx, p, s.exec); err != nil {
			return c, nil, err
		}
	}
	read := &toRead{}
	if s.fetched != 0 {
		f, err = v.keptRows(ctx, read, about, s)
	} else {
		f, err = v.askedRows(ctx, r, p, read, about)
	}
	if err != nil || f == nil || r.exec.Reason != nil {
		return c, f, err
	}
	rows, err := v.rowsRead(ctx, r, p, read)
	if err != nil {
		return c, f, err
	}
	return c, f, r.choose(c, p, q, rows)
}

// keptRows are those that the original of a replay has fetched.
func (v *previewing) keptRows(ctx context.Context, read *toRead, about []*row, s startedBy) (f *hub.Fetch, err error) {
	if f, err = v.e.db.FetchForEngine(ctx, s.fetched); err != nil || f == nil {
		return nil, err
	}
	kept, err := v.e.db.FetchedForEngine(ctx, s.fetched)
	if err != nil {
		return nil, err
	}
	read.fetch = f
	read.take(kept, about, s.replay.Records == hub.RecordsThen)
	f.Brought = kept
	return f, nil
}

// askedRows asks the source now, for a few rows and a short time.
func (v *previewing) askedRows(ctx context.Context, r *run, p *program, read *toRead, about []*row) (f *hub.Fetch, err error) {
	in, err := v.e.integration(ctx, v.e.now(), p.flow.Definition.Source.Fetch.IntegrationKey)
	if err != nil {
		return nil, err
	}
	if in == nil {
		r.exec.Reason = notFetched("source.fetch.integration", "the integration from which the flow fetches is gone", "choose another one")
		return nil, nil
	}
	connector := v.e.connectors.Connector(in.Connector)
	if held := heldFromAsking(&hub.Flow{}, in, connector); held != nil { // of a paused flow a preview shows what would be sent all the same
		r.exec.Reason = notFetched(held.Path, held.Message, "")
		return nil, nil
	}
	f = &hub.Fetch{AskedAt: &v.now}
	if f.Questions, r.exec.Reason, err = v.e.fetchQuestions(p, connector, about); err != nil || r.exec.Reason != nil {
		return f, err
	}
	ask, cancel := context.WithTimeout(ctx, previewFetch)
	defer cancel()
	answers, err := v.e.askAll(ask, p, in, f.Questions, hub.MaxPreviewRows)
	var many tooManyFetched
	switch {
	case errors.As(err, &many):
		answers = answers[:min(len(answers), hub.MaxPreviewRows)]
	case ctx.Err() != nil:
		return f, ctx.Err()
	case err != nil && ask.Err() != nil:
		r.exec.Reason = notFetched("source.fetch", fmt.Sprintf("the source did not answer within %d seconds", int(previewFetch/time.Second)), "try again in a moment, or run the flow, which has more time")
		return f, nil
	case err != nil:
		r.exec.Reason = unfetched(err)
		return f, nil
	}
	list, kept, err := v.e.recordsFetched(p, answers)
	if err == nil {
		_, err = v.e.parts(list, "records")
	}
	if err != nil {
		r.exec.Reason = unfetched(err)
		return f, nil
	}
	f.Rows, f.Brought, f.DoneAt, read.fetch = len(kept), kept, &v.now, f
	read.take(kept, about, true) // they are no records yet
	return f, nil
}

// rowsRead are rows as they would be once they were taken over.
func (v *previewing) rowsRead(ctx context.Context, r *run, p *program, read *toRead) (rows []*row, err error) {
	for _, name := range read.names {
		rec, err := read.record(name, func() (*hub.Record, error) { return v.e.db.RecordNow(ctx, p.records.Key, name) })
		if err != nil {
			return nil, err
		}
		if rec == nil {
			continue
		}
		data, _ := p.records.Normal(maps.Clone(rec.Data))
		rows = append(rows, &row{catalog: v.e.catalog, typ: p.records, name: name, data: data, lookup: r.lookup, about: read.about[name]})
	}
	return rows, nil
}

// choose puts rows among the candidates that the source query and the flow's filter leave.
func (r *run) choose(c *candidates, p *program, q *query, rows []*row) error {
	found, by, now := &selection{query: q}, map[string]*row{}, r.from().Now()
	for _, w := range rows {
		by[w.name] = w
		if q.match(w, now) {
			found.add(w, p.filter.Match(w, w.moment(now)))
		}
		if err := w.fault(); err != nil {
			return err
		}
	}
	names, why := found.names()
	r.exec.Reason = why
	c.found, c.kept = found.matched, len(names)
	for _, name := range names {
		c.rows = append(c.rows, by[name])
	}
	for _, name := range found.dropped {
		c.dropped = append(c.dropped, by[name])
	}
	return nil
}
