package engine

import (
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// termProblems names terms whose operation or value does not fit the type of their field. Terms of unknown fields are
// judged elsewhere.
func (e *Engine) termProblems(path, recordType string, terms hub.Terms) (problems []hub.Problem) {
	for i, t := range terms.Terms {
		fact, field := e.catalog.Resolve(recordType, t.Field)
		if !fact.Known {
			continue
		}
		if !slices.Contains(e.catalog.Operations(field.Type), t.Operation) {
			problems = append(problems, hub.Problem{Code: hub.ProblemTermInvalid, Path: hub.Path(path, "terms", i, "operation"),
				Message: fmt.Sprintf("the field %s of type %s cannot be asked for %s", t.Field, field.Type, t.Operation)})
		} else if t.Value != nil && !field.Accepts(t.Value) {
			problems = append(problems, hub.Problem{Code: hub.ProblemTermInvalid, Path: hub.Path(path, "terms", i, "value"),
				Message: fmt.Sprintf("the field %s is of type %s; this value is not, so the term could never be true", t.Field, field.Type)})
		}
	}
	return problems
}

// normalTerms writes the values of terms in the form in which records hold them, so that they can be equal.
func (e *Engine) normalTerms(recordType string, terms hub.Terms) hub.Terms {
	out := hub.Terms{Mode: terms.Mode, Terms: make([]hub.Term, len(terms.Terms))}
	for i, t := range terms.Terms {
		if fact, field := e.catalog.Resolve(recordType, t.Field); fact.Known && t.Value != nil && field.Accepts(t.Value) {
			t.Value = field.Normal(t.Value)
		}
		out.Terms[i] = t
	}
	return out
}

func (e *Engine) normalFilter(f *hub.Flow) {
	if s := f.Definition.Source; s != nil {
		if a := e.catalog.SourceAction(s.Action); a != nil {
			f.Definition.Filter = e.normalTerms(a.RecordType, f.Definition.Filter)
		}
	}
}

func (e *Engine) normalEvent(ev *hub.Event) {
	if typ := e.catalog.EventType(ev.Type); typ != nil {
		ev.Terms = e.normalTerms(typ.RecordType, ev.Terms)
	}
}
