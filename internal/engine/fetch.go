package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of what is fetched.
const (
	maxFetched = 10_000 // rows of one execution
	maxFetches = 4      // executions that fetch at the same time: each may wait for a slow source
)

// fetchAgain is how long to wait before a source that could not be asked is asked again.
var fetchAgain = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}

// fetchers are the executions whose rows are being fetched.
type fetchers struct {
	all sync.WaitGroup
	mu  sync.Mutex
	now map[int64]bool
}

// begin takes an execution up unless it is, or too many are.
func (f *fetchers) begin(key int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now[key] || len(f.now) >= maxFetches {
		return false
	}
	if f.now == nil {
		f.now = map[int64]bool{}
	}
	f.now[key] = true
	return true
}

func (f *fetchers) end(key int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.now, key)
}

// fetches tells whether the rows of an execution are to be fetched; then it is read beside the loop, as soon as there is room. When it ends,
// the loop looks again.
func (e *Engine) fetches(ctx context.Context, exec *hub.Execution) bool {
	p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
	if err != nil || p.flow.Definition.Source.Fetch == nil || len(exec.Rows) > 0 {
		return false
	}
	if e.fetching.begin(exec.Key) {
		e.fetching.all.Go(func() {
			err := e.readOrBury(ctx, exec)
			if err != nil && ctx.Err() == nil && !e.draining.Load() {
				e.log.Error("an execution could not be read; trying again", "execution", exec.ID(), "error", err)
				_ = pauseFor(ctx, retryLoop)
			}
			e.fetching.end(exec.Key)
			e.reread()
		})
	}
	return true
}

// selectFetched is selectRows for a flow that fetches: its rows are among those that its source has now.
func (e *Engine) selectFetched(ctx context.Context, p *program, exec *hub.Execution) (names []string, why *hub.Reason, err error) {
	q, err := e.query(p, exec)
	if err != nil {
		return nil, nil, err
	}
	if why, err = e.rights(ctx, p, q.needs...); why != nil || err != nil {
		return nil, why, err
	}
	if names, why, err = e.fetch(ctx, p); why != nil || err != nil {
		return nil, why, err
	}
	found, err := e.namedRows(ctx, p, q, names)
	if err != nil {
		return nil, nil, err
	}
	names, why = found.names()
	return names, why, nil
}

// fetch asks the source connector of a flow for rows and takes them over as records, with the rights of the flow's consumer. It
// returns their names, each once. A reason says why there is nothing.
func (e *Engine) fetch(ctx context.Context, p *program) (names []string, why *hub.Reason, err error) {
	in, err := e.integration(ctx, e.now(), p.flow.Definition.Source.Fetch.IntegrationKey)
	switch {
	case err != nil:
		return nil, nil, err
	case in == nil:
		return nil, notFetched("source.fetch.integration", "the integration from which the flow fetches is gone", "choose another one"), nil
	}
	var rows []json.RawMessage
	for try := 0; ; try++ {
		rows, err = e.askSource(ctx, p, in)
		if err != nil && e.draining.Load() {
			return nil, nil, errDraining // the connectors are ending: the next start asks again
		}
		if hub.CodeOf(err) != hub.CodeUnavailable || try == len(fetchAgain) {
			break
		}
		if err := pauseFor(ctx, fetchAgain[try]); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case errors.Is(err, errTooManyFetched):
		return nil, tooMany(fmt.Sprintf("the source has more than %d rows; nothing was sent", maxFetched)), nil
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case err != nil:
		return nil, unfetched(err), nil
	}
	names, err = e.takeOver(ctx, p, rows)
	if code := hub.CodeOf(err); err != nil && code != hub.CodeInternal && ctx.Err() == nil {
		return nil, unfetched(err), nil
	}
	return names, nil, err
}

var errTooManyFetched = errors.New("too many rows")

// askSource asks once for all rows.
func (e *Engine) askSource(ctx context.Context, p *program, in *integration) (rows []json.RawMessage, err error) {
	f := p.flow.Definition.Source.Fetch
	err = e.connectors.Query(ctx, in.open, hub.SourceQuery{Action: f.Action, Parameters: f.Parameters, Limit: maxFetched + 1}, func(page []json.RawMessage) error {
		if rows = append(rows, page...); len(rows) > maxFetched {
			return errTooManyFetched
		}
		return nil
	})
	return rows, err
}

// takeOver writes rows as records of the type that the flow reads; fields that a row does not have stay as they are.
func (e *Engine) takeOver(ctx context.Context, p *program, rows []json.RawMessage) (names []string, err error) {
	consumer, group, err := e.db.ConsumerRights(ctx, p.flow.Definition.Source.ConsumerKey)
	if err != nil {
		return nil, err
	}
	caller := hub.Caller{Consumer: consumer, Group: group, Locale: "en"}
	seen := map[string]bool{}
	var batch []hub.RecordInput
	write := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := e.RecordsUpsert(ctx, caller, hub.RecordsInput{Records: batch, Merge: true})
		batch = batch[:0:0]
		return err
	}
	for i, raw := range rows {
		rec, err := e.fetched(p, i+1, raw)
		if err != nil {
			return nil, err
		}
		if seen[rec.Name] {
			continue // the first one counts: a source that changes between two pages may tell of a row twice
		}
		seen[rec.Name] = true
		names, batch = append(names, rec.Name), append(batch, rec)
		if len(batch) == hub.MaxOccurrenceRecord {
			if err := write(); err != nil {
				return nil, err
			}
		}
	}
	return names, write()
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

func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// namedRows are the rows of these names that satisfy the query, and whether they pass the flow's filter.
func (e *Engine) namedRows(ctx context.Context, p *program, q *query, names []string) (*selection, error) {
	look := e.remembering(ctx)
	found, now := &selection{query: q}, time.Now()
	for _, name := range names {
		data, err := e.db.RecordData(ctx, q.records.Key, name)
		if err != nil {
			return nil, err
		}
		if data == nil {
			continue // somebody removed it meanwhile
		}
		w := &row{catalog: e.catalog, typ: q.records, name: name, data: data, lookup: look}
		if q.match(w, now) {
			found.add(w, p.filter.Match(w, w.moment(now)))
		}
		if w.err != nil {
			return nil, w.err
		}
	}
	return found, nil
}
