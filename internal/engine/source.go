package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of what an execution reads that no occurrence started.
const (
	readPage    = 500     // records in memory at once
	maxRead     = 100_000 // records that are looked at
	maxSelected = 2_000   // rows that become deliveries
	maxLookups  = 4_096   // referenced records that are remembered meanwhile
)

// query is which records of its type a source action finds.
type query struct {
	records *catalog.RecordType
	match   func(*row) bool // nil: all of them
}

// sourceQuery is the one place where the parameters of a source action become conditions on the records that it finds.
// Parameters that the action does not have are INVALID. Nil parameters are none.
func (e *Engine) sourceQuery(action *catalog.SourceAction, parameters json.RawMessage) (*query, error) {
	q := &query{records: e.catalog.RecordType(action.RecordType)}
	if text := bytes.TrimSpace(parameters); len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return q, nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(parameters, &given); err != nil {
		return nil, hub.Invalid("parameters", "the parameters of a source action are an object")
	}
	for name := range given {
		return nil, hub.Invalid(hub.Path("parameters", name), "the source action %s has no parameter %q; leave it out", action.Key, hub.Clip(name, 60))
	}
	return q, nil
}

// parameters are those with which an execution reads.
func (p *program) parameters(exec *hub.Execution) json.RawMessage {
	if exec.Parameters != nil {
		return exec.Parameters
	}
	return p.flow.Definition.Source.Parameters
}

// selectRows finds the records of an execution that no occurrence started: those of the source query that pass the flow's
// filter, by their names. It reads page by page outside of any transaction, so it holds up nobody and takes little memory.
// A reason says that there is nothing to send, or too much.
func (e *Engine) selectRows(ctx context.Context, p *program, exec *hub.Execution) (names []string, why *hub.Reason, err error) {
	if why, err = e.rights(ctx, p); why != nil || err != nil {
		return nil, why, err
	}
	q, err := e.sourceQuery(e.catalog.SourceAction(p.flow.Definition.Source.Action), p.parameters(exec))
	if err != nil {
		return nil, nil, err
	}
	look := e.remembering(ctx)
	at := condition.Moment{Now: exec.CreatedAt}
	read := 0
	for after := int64(0); ; {
		page, err := e.db.RecordsOfType(ctx, q.records.Key, after, readPage)
		if err != nil {
			return nil, nil, err
		}
		if read += len(page); read > maxRead {
			return nil, tooMany(fmt.Sprintf("the source query would have to look at more than %d records", maxRead)), nil
		}
		for _, rec := range page {
			after = rec.Key
			w := &row{catalog: e.catalog, typ: q.records, name: rec.Name, data: rec.Data, lookup: look}
			if (q.match == nil || q.match(w)) && p.filter.Match(w, at) {
				names = append(names, rec.Name)
			}
			if w.err != nil {
				return nil, nil, w.err
			}
		}
		if len(names) > maxSelected {
			return nil, tooMany(fmt.Sprintf("the source query found more than %d rows; nothing was sent", maxSelected)), nil
		}
		if len(page) < readPage {
			return names, nothing(read, len(names)), nil
		}
	}
}

func tooMany(message string) *hub.Reason {
	return &hub.Reason{Code: hub.ReasonTooManyRows, Path: "source", Message: message, NextStep: "narrow the source query or the filter of the flow"}
}

// nothing says why there is nothing to send; nil if there is something.
func nothing(read, kept int) *hub.Reason {
	switch {
	case read == 0:
		return &hub.Reason{Code: hub.ReasonNoRows, Message: "the source query found no rows"}
	case kept == 0:
		return &hub.Reason{Code: hub.ReasonFilteredOut, Path: "filter", Message: fmt.Sprintf("the flow's filter dropped all %d rows", read)}
	}
	return nil
}

// remembering finds referenced records and remembers some of them: many rows refer to the same few.
func (e *Engine) remembering(ctx context.Context) lookup {
	known := map[[2]string]hub.Fields{}
	return func(typ, name string) (hub.Fields, error) {
		key := [2]string{typ, name}
		if f, ok := known[key]; ok {
			return f, nil
		}
		f, err := e.db.RecordData(ctx, typ, name)
		if err != nil {
			return nil, err
		}
		if len(known) >= maxLookups {
			clear(known)
		}
		known[key] = f
		return f, nil
	}
}
