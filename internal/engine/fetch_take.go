package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// answer is a row as it came, with the question that it answers.
type answer struct {
	question int
	raw      json.RawMessage
}

// tooManyFetched ends asking a source that has more than is taken over.
type tooManyFetched string

// Error says how much that is.
func (t tooManyFetched) Error() string { return string(t) }

// askAll asks all questions of an execution, each once, for at most so many rows together, and notes how many rows each of them has.
func (e *Engine) askAll(ctx context.Context, p *program, in *integration, questions []hub.FetchQuestion, most int) (rows []answer, err error) {
	bytes := 0
	for i := range questions {
		q := &questions[i]
		q.Rows = 0
		err = e.connectors.Query(ctx, in.open, hub.SourceQuery{Action: p.flow.Definition.Source.Fetch.Action, Parameters: q.Parameters, Limit: most + 1 - len(rows)}, func(page []json.RawMessage) error {
			for _, raw := range page {
				rows = append(rows, answer{i, raw})
				bytes += len(raw)
			}
			q.Rows += len(page)
			switch {
			case len(rows) > most:
				return tooManyFetched(fmt.Sprintf("the source has more than %d rows; nothing was sent", most))
			case bytes > maxFetchedBytes:
				return tooManyFetched(fmt.Sprintf("the rows of the source have more than %d MiB; nothing was sent", maxFetchedBytes>>20))
			}
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// recordsFetched makes records of rows, of each the first: a source that changes between two pages may tell of one twice, and several
// questions may lead to the same.
func (e *Engine) recordsFetched(p *program, rows []answer) (list []hub.RecordInput, kept []hub.FetchedRow, err error) {
	seen := map[string]bool{}
	for i, a := range rows {
		rec, err := e.fetched(p, i+1, a.raw)
		if err != nil {
			return nil, nil, err
		}
		if seen[rec.Name] {
			continue
		}
		seen[rec.Name] = true
		list = append(list, rec)
		kept = append(kept, hub.FetchedRow{Number: len(kept), Question: a.question, Name: rec.Name, Data: rec.Data})
	}
	return list, kept, nil
}

// takeOver writes rows as records of the type that the flow reads; fields that a row does not have stay as they are. What an occurrence had
// fetched makes no other occurrence: a flow would start itself.
func (e *Engine) takeOver(ctx context.Context, p *program, rows []answer) ([]hub.FetchedRow, error) {
	list, kept, err := e.recordsFetched(p, rows)
	if err != nil {
		return nil, err
	}
	consumer, group, err := e.db.ConsumerRights(ctx, p.flow.Definition.Source.ConsumerKey)
	if err != nil {
		return nil, err
	}
	caller := hub.Caller{Consumer: consumer, Group: group, Locale: "en"}
	for len(list) > 0 {
		some := list[:min(len(list), hub.MaxOccurrenceRecord)]
		list = list[len(some):]
		if _, err := e.RecordsUpsert(ctx, caller, hub.RecordsInput{Records: some, Merge: true, Silent: p.flow.Definition.AsksAbout()}); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// fetched makes a record of a row. Numbers stay as they were written.
func (e *Engine) fetched(p *program, n int, raw json.RawMessage) (rec hub.RecordInput, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&rec.Data); err != nil || rec.Data == nil {
		return rec, hub.Invalid("", "row %d of the source is no object", n)
	}
	rec.Type = p.records.Key
	if key, ok := rec.Data[hub.RowKey]; ok {
		rec.Name = plain(key)
		delete(rec.Data, hub.RowKey)
	}
	if own := p.records.NameOf(rec.Data); own != "" {
		rec.Name = own
	}
	if rec.Name == "" {
		return rec, hub.Invalid("", "row %d of the source has no key; give it the field %s", n, cmp.Or(p.records.NameField, hub.RowKey))
	}
	return rec, nil
}

func notFetched(path, message, next string) *hub.Reason {
	return &hub.Reason{Code: hub.ReasonSourceFailed, Path: path, Message: message, NextStep: next}
}

// unfetched is the reason of an error that somebody can do something about.
func unfetched(err error) *hub.Reason {
	var known *hub.Error
	why := notFetched("source.fetch", err.Error(), "see the integration and the parameters of fetch")
	if errors.As(err, &known) && len(known.Problems) > 0 {
		q := known.Problems[0]
		why.Message = q.Message
		if q.Path != "" {
			why.Message = q.Path + ": " + q.Message
		}
		if q.NextStep != "" {
			why.NextStep = q.NextStep
		}
	}
	return why
}

// namedRows are the rows of these that satisfy the query, and whether they pass the flow's filter.
func (e *Engine) namedRows(ctx context.Context, p *program, q *query, from *toRead) (*selection, error) {
	look := e.remembering(ctx)
	found, now := &selection{query: q}, time.Now()
	for _, name := range from.names {
		rec, err := from.record(name, func() (*hub.Record, error) { return e.db.RecordNow(ctx, q.records.Key, name) })
		if err != nil {
			return nil, err
		}
		if rec == nil {
			continue // somebody removed it meanwhile
		}
		w := &row{catalog: e.catalog, typ: q.records, name: name, data: rec.Data, lookup: look}
		if q.match(w, now) {
			found.add(w, p.filter.Match(w, w.moment(now)))
		}
		if w.err != nil {
			return nil, w.err
		}
	}
	return found, nil
}
