package hub

import (
	"errors"

	"github.com/recado-hub/recado/internal/condition"
)

// TermsMode says how terms are combined.
type TermsMode string

// The modes, as the product names them: without conditions, at least one is true, all be true.
const (
	ModeNone TermsMode = "NONE"
	ModeAny  TermsMode = "ANY"
	ModeAll  TermsMode = "ALL"
)

// Operation compares a field with a value.
type Operation string

// The operations.
const (
	Equal    Operation = "EQUAL"
	NotEqual Operation = "NOT_EQUAL"
)

// Terms are the conditions of an event or of a flow's filter.
type Terms struct {
	Mode  TermsMode `json:"mode"`
	Terms []Term    `json:"terms,omitempty"`
}

// Term is one condition: field, operation, value (text, number, boolean or null).
type Term struct {
	Field     string    `json:"field"`
	Operation Operation `json:"op"`
	Value     any       `json:"value"`
}

// Compile turns the terms into a program that can be run many times.
func (t Terms) Compile() (*condition.Program, error) {
	terms := make([]condition.Term, len(t.Terms))
	for i, term := range t.Terms {
		terms[i] = condition.Term{Field: term.Field, Operation: condition.Operation(term.Operation), Value: term.Value}
	}
	return condition.Compile(condition.Mode(t.Mode), terms)
}

func (t Terms) problems(path string) []Problem {
	_, err := t.Compile()
	var at *condition.CompileError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &at) && at.Index >= 0:
		return []Problem{{Code: ProblemTermInvalid, Path: Path(path, "terms", at.Index), Message: at.Message}}
	}
	return []Problem{{Code: ProblemTermInvalid, Path: path, Message: err.Error()}}
}

// TermsProblems names what is wrong with terms on their own, and the fields that they name and nobody has.
func TermsProblems(path string, t Terms, field func(string) FieldFact) []Problem {
	problems := t.problems(path)
	for i, term := range t.Terms {
		if !field(term.Field).Known {
			problems = append(problems, Problem{Code: ProblemFieldUnknown, Path: Path(path, "terms", i, "field"), Message: "there is no field " + Clip(term.Field, 60)})
		}
	}
	return problems
}
