package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// toRead are the rows of an execution that are to be read.
type toRead struct {
	names []string
	fetch *hub.Fetch            // of rows that were fetched; nil: they were not
	about map[string]*row       // by name, the row of the occurrence for which they were
	then  map[string]hub.Fields // by name, what they were when they were fetched, if they are read so; nil: as they are now
}

// take takes rows as they were kept.
func (t *toRead) take(kept []hub.FetchedRow, about []*row, then bool) {
	by := make(map[string]*row, len(about))
	for _, w := range about {
		by[w.name] = w
	}
	t.about = make(map[string]*row, len(kept))
	if then {
		t.then = make(map[string]hub.Fields, len(kept))
	}
	for _, f := range kept {
		t.names = append(t.names, f.Name)
		if f.Question < len(t.fetch.Questions) {
			t.about[f.Name] = by[t.fetch.Questions[f.Question].About]
		}
		if then {
			t.then[f.Name] = f.Data
		}
	}
}

// record is one of the rows as the hub has it now, nil if it is gone; or, if it is read so, with what it was when it was fetched.
func (t *toRead) record(name string, now func() (*hub.Record, error)) (*hub.Record, error) {
	rec, err := now()
	was, ok := t.then[name]
	if !ok || err != nil {
		return rec, err
	}
	then := &hub.Record{Name: name, Data: hub.Fields{}}
	if rec != nil {
		maps.Copy(then.Data, rec.Data)
	}
	maps.Copy(then.Data, was)
	return then, nil
}

// aboutRows are the rows of the occurrence for which a flow fetches, as they were brought; of an execution that somebody ran for some records,
// these. An occurrence without any, and a flow that reads whole subjects, mean the records of its subject.
func (e *Engine) aboutRows(ctx context.Context, p *program, exec *hub.Execution) (rows []*row, err error) {
	if p.about == nil {
		return nil, nil
	}
	if exec.OccurrenceKey == 0 {
		return e.rowsNamed(ctx, p.about, exec.Rows)
	}
	o, err := e.db.OccurrenceForEngine(ctx, exec.OccurrenceKey)
	if err != nil {
		return nil, err
	}
	subject := p.flow.Definition.Source.Rows == hub.RowsSubject || len(exec.Rows) == 0
	if !subject {
		for _, w := range e.brought(ctx, o, p.about) {
			if slices.Contains(exec.Rows, w.name) {
				rows = append(rows, w)
			}
		}
	}
	if len(rows) > 0 || exec.Subject == "" {
		return rows, nil
	}
	records, err := e.db.RecordsOfSubjectAfter(ctx, p.about.Key, exec.Subject, 0, maxRows)
	if err != nil {
		return nil, err
	}
	look := e.remembering(ctx)
	for _, rec := range records {
		rows = append(rows, &row{catalog: e.catalog, typ: p.about, name: rec.Name, data: rec.Data, lookup: look})
	}
	return rows, nil
}

// aboutOf is the row of the occurrence for which a record was fetched; nil if there is none.
func (r *run) aboutOf(ctx context.Context, p *program, name string) (*row, error) {
	if p.about == nil {
		return nil, nil
	}
	if r.read == nil {
		about, err := r.e.aboutRows(ctx, p, r.exec)
		if err != nil {
			return nil, err
		}
		read := &toRead{}
		if read.fetch, err = r.tx.Fetch(r.exec.Key); err != nil || read.fetch == nil {
			return nil, err
		}
		kept, err := r.e.db.FetchedForEngine(ctx, r.exec.Key)
		if err != nil {
			return nil, err
		}
		read.take(kept, about, false)
		r.read = read
	}
	return r.read.about[name], nil
}

// brought are the rows of a type that an occurrence brought.
func (e *Engine) brought(ctx context.Context, o *hub.Occurrence, typ *catalog.RecordType) (rows []*row) {
	known := make(map[recordName]hub.Fields, len(o.Records))
	for _, r := range o.Records {
		known[recordName{r.Type, r.Name}] = r.Data
	}
	find := e.storedBeside(ctx, known)
	for _, r := range o.Records {
		if r.Type == typ.Key {
			rows = append(rows, &row{catalog: e.catalog, typ: typ, name: r.Name, data: r.Data, lookup: find})
		}
	}
	return rows
}

// rowsNamed are records by their names.
func (e *Engine) rowsNamed(ctx context.Context, typ *catalog.RecordType, names []string) (rows []*row, err error) {
	look := e.remembering(ctx)
	for _, name := range names {
		rec, err := e.db.RecordNow(ctx, typ.Key, name)
		if err != nil {
			return nil, err
		}
		if rec != nil {
			rows = append(rows, &row{catalog: e.catalog, typ: typ, name: name, data: rec.Data, lookup: look})
		}
	}
	return rows, nil
}

// fetchQuestions are what an execution asks its source: one question for each row of the occurrence, and one for all of which it would ask the same. A
// reason says why nothing can be asked.
func (e *Engine) fetchQuestions(p *program, connector *hub.Connector, about []*row) (list []hub.FetchQuestion, why *hub.Reason, err error) {
	f := p.flow.Definition.Source.Fetch
	source := connector.Source(f.Action)
	switch {
	case source == nil:
		return nil, &hub.Reason{Code: hub.ReasonInvalidFlow, Path: "source.fetch.action", Message: "the connector no longer has the source " + f.Action}, nil
	case p.ask == nil:
		q := hub.FetchQuestion{Parameters: f.Parameters}
		if len(about) > 0 {
			q.About = about[0].name
		}
		return []hub.FetchQuestion{q}, nil, nil
	case len(about) == 0:
		return nil, &hub.Reason{Code: hub.ReasonNoRows, Path: "source.fetch.about",
			Message: fmt.Sprintf("there is no record of the type %s of which to take what to ask the source", p.about.Key)}, nil
	}
	known := map[string]bool{}
	for _, w := range about {
		values, problems := p.ask.Apply(w, nil)
		if w.err != nil {
			return nil, nil, w.err
		}
		if len(problems) > 0 {
			if problems[0].Skip {
				continue
			}
			return nil, unasked(f, problems[0]), nil
		}
		parameters, why := filled(source.Parameters.JSON, f, p.ask.Names(), values)
		if why != nil {
			return nil, why, nil
		}
		if known[string(parameters)] {
			continue
		}
		if known[string(parameters)] = true; len(list) == maxQuestions {
			return nil, tooMany(fmt.Sprintf("the source would have to be asked more than %d different questions; nothing was sent", maxQuestions)), nil
		}
		if why, err := e.wouldFit(connector, source, f, parameters); why != nil || err != nil {
			return nil, why, err
		}
		list = append(list, hub.FetchQuestion{Parameters: parameters, About: w.name})
	}
	if len(list) == 0 {
		why = &hub.Reason{Code: hub.ReasonNoRows, Path: "source.fetch.mapping", Message: "no record has what the source is to be asked with, and the flow's policy is not to ask then"}
	}
	return list, why, nil
}

// unasked is why a value that the source is to be asked with could not be made.
func unasked(f *hub.SourceFetch, q mapping.Problem) *hub.Reason {
	kind := "field"
	if f.Mapping[q.Entry].Expression != nil {
		kind = "expression"
	}
	return &hub.Reason{Code: hub.ReasonMapping, Path: hub.Path("source.fetch.mapping", q.Entry, kind), Message: q.Message,
		NextStep: "correct the record and replay it, or map another field"}
}

// wouldFit holds the parameters of a question against the schema of the source.
func (e *Engine) wouldFit(connector *hub.Connector, source *hub.ConnectorSource, f *hub.SourceFetch, parameters json.RawMessage) (*hub.Reason, error) {
	problems, err := e.checkObject(connector, "source/"+source.Key, source.Parameters.JSON, parameters, hub.ProblemParameterInvalid)
	if err != nil || len(problems) == 0 {
		return nil, err
	}
	at := hub.Path("source.fetch.parameters", problems[0].Path)
	if i := slices.IndexFunc(f.Mapping, func(m hub.MappingEntry) bool { return m.Name == problems[0].Path }); i >= 0 {
		at = hub.Path("source.fetch.mapping", i)
	}
	return notFetched(at, problems[0].Message, "correct the record and replay it, or map another field"), nil
}
