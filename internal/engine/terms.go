package engine

import (
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// compileTerms compiles terms for rows of a record type, whose timestamps compare as moments.
func (e *Engine) compileTerms(recordType string, terms hub.Terms) (*condition.Program, error) {
	return terms.CompileFor(func(path string) condition.Kind {
		if _, field := e.catalog.Resolve(recordType, path); field.Type == catalog.Timestamp {
			return condition.Instant
		}
		return condition.Plain
	})
}

// termProblems names terms whose operation or value does not fit the type of their field. Terms of unknown fields are
// judged elsewhere, and so is what is wrong with a term whatever its field: found are the problems that are known already.
func (e *Engine) termProblems(path, recordType string, terms hub.Terms, found []hub.Problem) (problems []hub.Problem) {
	known := map[string]bool{}
	for _, p := range found {
		known[p.Path] = true
	}
	add := func(path, message string) {
		if message != "" && !known[path] {
			known[path] = true
			problems = append(problems, hub.Problem{Code: hub.ProblemTermInvalid, Path: path, Message: message})
		}
	}
	terms.Each(path, func(path string, t hub.Term) {
		if fact, field := e.catalog.Resolve(recordType, t.Field); fact.Known {
			at, message := field.Misfit(t.Operation, t.Value)
			add(hub.Path(path, at), message)
		}
	})
	_, err := e.compileTerms(recordType, terms) // what follows from the kinds of the fields
	for _, fault := range condition.Faults(err) {
		if fault.Path != "" {
			add(hub.Path(path, fault.Path), fault.Message)
		}
	}
	return problems
}

// normalTerms writes the values of terms in the form in which records hold them, so that they can be equal.
func (e *Engine) normalTerms(recordType string, terms hub.Terms) hub.Terms {
	return terms.Map(func(t hub.Term) hub.Term {
		if fact, field := e.catalog.Resolve(recordType, t.Field); fact.Known && t.Value != nil {
			if _, wrong := field.Misfit(t.Operation, t.Value); wrong == "" {
				t.Value = field.NormalFor(t.Operation, t.Value)
			}
		}
		return t
	})
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
