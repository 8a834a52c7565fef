package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// query is which records of its type a source action finds, in which order, and how many at most.
type query struct {
	catalog.Query
	records *catalog.RecordType
	terms   *condition.Program
	subject string    // the one to which the records belong, if the parameters say so
	needs   []hub.Row // that whoever reads must SEE for the parameters, beside what the flow needs
}

// sourceQuery is the one place where the parameters of a source action become conditions on the records that it finds.
// Parameters that the action does not have, or whose value does not fit, are INVALID, all of them named.
func (e *Engine) sourceQuery(action *catalog.SourceAction, parameters json.RawMessage) (*query, error) {
	given, err := parametersOf(parameters)
	if err != nil {
		return nil, err
	}
	q := &query{records: e.catalog.RecordType(action.RecordType)}
	var problems []hub.Problem
	if q.Query, problems = action.Query(given); len(problems) > 0 {
		for i := range problems {
			problems[i].Path = "parameters." + problems[i].Path
		}
		return nil, hub.WithProblems(problems)
	}
	if q.terms, err = e.compileTerms(action.RecordType, q.Terms); err != nil {
		return nil, hub.Invalid("parameters", "%v", err)
	}
	q.subject, _ = equals(q.Terms, q.records.SubjectField)
	for _, path := range append(q.terms.Fields(), q.Order) {
		if fact, _ := e.catalog.Resolve(action.RecordType, path); path != "" && fact.Known {
			q.needs = append(q.needs, fact.Needs...)
		}
	}
	return q, nil
}

// parametersOf reads the parameters of a source action; none are none.
func parametersOf(text json.RawMessage) (given map[string]any, err error) {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&given); err != nil {
		return nil, hub.Invalid("parameters", "the parameters of a source action are an object")
	}
	return given, nil
}

// match says whether a record satisfies the parameters.
func (q *query) match(w *row, now time.Time) bool { return q.terms.Match(w, w.moment(now)) }

// page reads some records of the query's type, the oldest first; along an index if the parameters name a subject.
func (e *Engine) page(ctx context.Context, q *query, after int64) ([]*hub.Record, error) {
	if q.subject != "" {
		return e.db.RecordsOfSubjectAfter(ctx, q.records.Key, q.subject, after, readPage)
	}
	return e.db.RecordsOfType(ctx, q.records.Key, after, readPage)
}

// selection are the rows that a query found, before they are ordered and cut.
type selection struct {
	*query
	matched int // satisfied the parameters
	rows    []selected
	dropped []string // some of those that did not pass the filter, as they came
}

type selected struct {
	name  string
	order any
	kept  bool // passed the flow's filter, too
	row   *row // of an occurrence; nil for one that is only named
}

// add takes a row that satisfies the parameters. The limit counts these, whatever the filter says of them: the query is what
// the source answers, and the filter what the flow takes of it.
func (s *selection) add(w *row, kept bool) {
	s.matched++
	if !kept && len(s.dropped) < hub.MaxPreviewRows {
		s.dropped = append(s.dropped, w.name)
	}
	if kept || s.Limit > 0 {
		r := selected{name: w.name, kept: kept}
		if s.Order != "" {
			r.order = valueAt(w, s.Order)
		}
		s.rows = append(s.rows, r)
	}
}

// full says that no further row can change the selection.
func (s *selection) full() bool {
	switch {
	case s.Order != "":
		return false
	case s.Limit > 0:
		return len(s.rows) >= s.Limit
	}
	return len(s.rows) > maxSelected
}

// names are the rows that become deliveries, or why there are none, or too many.
func (s *selection) names() (names []string, why *hub.Reason) {
	s.sort()
	for _, r := range s.rows {
		if r.kept {
			names = append(names, r.name)
		}
	}
	switch {
	case s.matched == 0:
		return nil, &hub.Reason{Code: hub.ReasonNoRows, Message: "the source query found no rows"}
	case len(names) == 0:
		return nil, filteredOut(s.matched)
	case len(names) > maxSelected:
		return nil, tooMany(fmt.Sprintf("the source query found more than %d rows; nothing was sent", maxSelected))
	}
	return names, nil
}

// sort puts the rows into the order that the parameters ask for, those without a value last, and cuts them to the limit.
func (s *selection) sort() {
	if s.Order != "" {
		slices.SortStableFunc(s.rows, func(a, b selected) int {
			switch {
			case a.order == nil || b.order == nil:
				return boolCompare(a.order == nil, b.order == nil)
			case s.Descending:
				return compareValues(b.order, a.order)
			}
			return compareValues(a.order, b.order)
		})
	}
	if s.Limit > 0 && len(s.rows) > s.Limit {
		s.rows = s.rows[:s.Limit]
	}
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// compareValues orders numbers by value and anything else as text; times are text that sorts as they do.
func compareValues(a, b any) int {
	x, xIs := numberOf(a)
	y, yIs := numberOf(b)
	if xIs && yIs {
		return cmp.Compare(x, y)
	}
	return strings.Compare(hub.Fold(plain(a)), hub.Fold(plain(b)))
}

// narrow leaves those of the rows of an occurrence that satisfy the parameters, in their order.
func (q *query) narrow(rows []*row, now time.Time) ([]*row, error) {
	found := selection{query: q}
	for _, w := range rows {
		if q.match(w, now) {
			found.add(w, true)
			found.rows[len(found.rows)-1].row = w
		}
		if w.err != nil {
			return nil, w.err
		}
	}
	found.sort()
	out := make([]*row, len(found.rows))
	for i, r := range found.rows {
		out[i] = r.row
	}
	return out, nil
}

// parameterProblems says what is wrong with the parameters of a source action.
func (e *Engine) parameterProblems(action *catalog.SourceAction, parameters json.RawMessage) []hub.Problem {
	_, err := e.sourceQuery(action, parameters)
	var at *hub.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &at) && at.Problems != nil:
		return at.Problems
	case errors.As(err, &at):
		return []hub.Problem{{Code: hub.ProblemParameterInvalid, Path: at.Path, Message: at.Message}}
	}
	return []hub.Problem{{Code: hub.ProblemParameterInvalid, Path: "parameters", Message: err.Error()}}
}
