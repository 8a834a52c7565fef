package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// again asks terms about occurrences that came in before: of the records as they brought them, at the time when they came in.
// What records were before that is not known.
type again struct {
	e       *Engine
	program *condition.Program
	always  bool // without conditions
	find    lookup
}

func (e *Engine) again(ctx context.Context, program *condition.Program, mode hub.TermsMode) *again {
	known := map[recordName]hub.Fields{}
	read := e.storedBeside(ctx, known)
	return &again{e: e, program: program, always: mode == hub.ModeNone, find: func(typ, name string) (hub.Fields, error) {
		if len(known) >= maxLookups {
			clear(known)
		}
		return read(typ, name)
	}}
}

// rows are those of an occurrence that its event type is about.
func (a *again) rows(o *hub.Occurrence) (rows []*row) {
	brought := make(map[recordName]hub.Fields, len(o.Records))
	for _, r := range o.Records {
		brought[recordName{r.Type, r.Name}] = r.Data
	}
	find := func(typ, name string) (hub.Fields, error) {
		if data, ok := brought[recordName{typ, name}]; ok {
			return data, nil
		}
		return a.find(typ, name)
	}
	main := a.e.catalog.RecordType(a.e.catalog.EventType(o.Type).RecordType)
	for _, r := range o.Records {
		if r.Type == main.Key {
			rows = append(rows, &row{catalog: a.e.catalog, typ: main, name: r.Name, data: r.Data, lookup: find})
		}
	}
	return rows
}

// decide says whether the terms hold for a row, or for an occurrence that has none.
func (a *again) decide(o *hub.Occurrence, rows []*row) (answer condition.Answer, satisfied []*row, err error) {
	if len(rows) == 0 && a.always {
		return condition.Yes, nil, nil
	}
	for _, w := range rows {
		switch a.program.Decide(w, w.moment(o.ReceivedAt)) {
		case condition.Yes:
			satisfied = append(satisfied, w)
		case condition.Unknown:
			answer = condition.Unknown
		}
		if err := w.fault(); err != nil {
			return 0, nil, err
		}
	}
	if len(satisfied) > 0 {
		answer = condition.Yes
	}
	return answer, satisfied, nil
}

// explain says of each row what every term says, while there are verdicts left.
func (a *again) explain(o *hub.Occurrence, rows []*row) (list []hub.RowMatch, err error) {
	left := hub.MaxVerdicts
	for _, w := range rows {
		answer, trace := a.program.Eval(w, w.moment(o.ReceivedAt))
		if err := w.fault(); err != nil {
			return nil, err
		}
		if left -= len(trace); left < 0 {
			trace = nil
		}
		list = append(list, hub.RowMatch{Record: w.name, True: answer == condition.Yes, Trace: hub.Verdicts(trace)})
	}
	return list, nil
}
