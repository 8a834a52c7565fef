package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of what an execution reads that no occurrence started.
const (
	readPage    = 500     // records in memory at once
	maxRead     = 100_000 // records that are looked at
	maxSelected = 2_000   // rows that become deliveries
	maxLookups  = 4_096   // referenced records that are remembered meanwhile
)

// query is what an execution asks the source action for: what its flow says, or what it was started with.
func (e *Engine) query(p *program, exec *hub.Execution) (*query, error) {
	if exec.Parameters == nil {
		return p.query, nil
	}
	return e.sourceQuery(e.catalog.SourceAction(p.flow.Definition.Source.Action), exec.Parameters)
}

// selectRows finds the records of an execution that no occurrence started: those of the source query that pass the flow's
// filter, by their names. It reads page by page outside of any transaction, so it holds up nobody and takes little memory.
// A reason says that there is nothing to send, or too much.
func (e *Engine) selectRows(ctx context.Context, p *program, exec *hub.Execution) (names []string, why *hub.Reason, err error) {
	found, why, err := e.selection(ctx, p, exec)
	if why != nil || err != nil {
		return nil, why, err
	}
	names, why = found.names()
	return names, why, nil
}

// selection is selectRows with the rows that the filter dropped.
func (e *Engine) selection(ctx context.Context, p *program, exec *hub.Execution) (found *selection, why *hub.Reason, err error) {
	q, err := e.query(p, exec)
	if err != nil {
		return nil, nil, err
	}
	if why, err = e.rights(ctx, p, q.needs...); why != nil || err != nil {
		return nil, why, err
	}
	look := e.remembering(ctx)
	found = &selection{query: q}
	read, now := 0, time.Now()
	for after := int64(0); ; {
		page, err := e.page(ctx, q, after)
		if err != nil {
			return nil, nil, err
		}
		if read += len(page); read > maxRead {
			return nil, tooMany(fmt.Sprintf("the source query would have to look at more than %d records", maxRead)), nil
		}
		for _, rec := range page {
			after = rec.Key
			w := &row{catalog: e.catalog, typ: q.records, name: rec.Name, data: rec.Data, lookup: look}
			if q.match(w, now) {
				found.add(w, p.filter.Match(w, w.moment(now)))
			}
			if w.err != nil {
				return nil, nil, w.err
			}
		}
		if len(page) < readPage || found.full() {
			return found, nil, nil
		}
	}
}

func tooMany(message string) *hub.Reason {
	return &hub.Reason{Code: hub.ReasonTooManyRows, Path: "source", Message: message, NextStep: "narrow the source query or the filter of the flow"}
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
