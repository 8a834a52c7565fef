package hub

import (
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

// Operation compares a field with a value. What each does is said in package condition.
type Operation string

// The operations.
const (
	Equal          Operation = "EQUAL"
	NotEqual       Operation = "NOT_EQUAL"
	IsAnyOf        Operation = "IS_ANY_OF"
	IsNoneOf       Operation = "IS_NONE_OF"
	Contains       Operation = "CONTAINS"
	DoesNotContain Operation = "DOES_NOT_CONTAIN"
	StartsWith     Operation = "STARTS_WITH"
	IsEmpty        Operation = "IS_EMPTY"
	IsNotEmpty     Operation = "IS_NOT_EMPTY"
	Greater        Operation = "GREATER"
	GreaterOrEqual Operation = "GREATER_OR_EQUAL"
	Less           Operation = "LESS"
	LessOrEqual    Operation = "LESS_OR_EQUAL"
	Between        Operation = "BETWEEN"
	WithinNextDays Operation = "WITHIN_NEXT_DAYS"
	WithinLastDays Operation = "WITHIN_LAST_DAYS"
	Changed        Operation = "CHANGED"
	ChangedTo      Operation = "CHANGED_TO"
	ChangedFrom    Operation = "CHANGED_FROM"
)

// Terms are the conditions of an event or of a flow's filter: terms, and groups of terms, which may hold groups again.
type Terms struct {
	Mode   TermsMode `json:"mode"`
	Terms  []Term    `json:"terms,omitempty"`
	Groups []Terms   `json:"groups,omitempty"`
}

// Term is one condition: field, operation, value (text, number, boolean or null, or a list of these).
type Term struct {
	Field     string    `json:"field"`
	Operation Operation `json:"op"`
	Value     any       `json:"value"`
}

// Compile is CompileFor for who does not know the fields: every value compares as what it is, timestamps as text.
func (t Terms) Compile() (*condition.Program, error) {
	return t.CompileFor(func(string) condition.Kind { return condition.Plain })
}

// CompileFor turns the terms into a program that can be run many times. kind says how the values of a field compare.
func (t Terms) CompileFor(kind func(path string) condition.Kind) (*condition.Program, error) {
	return condition.Compile(t.condition(kind, 0))
}

// condition goes one level deeper than may be compiled, so that Compile can say what is too deep.
func (t Terms) condition(kind func(path string) condition.Kind, level int) condition.Terms {
	out := condition.Terms{Mode: condition.Mode(t.Mode), Terms: make([]condition.Term, len(t.Terms))}
	for i, term := range t.Terms {
		out.Terms[i] = condition.Term{Field: term.Field, Operation: condition.Operation(term.Operation), Value: term.Value, Kind: kind(term.Field)}
	}
	for _, g := range t.Groups {
		if level < condition.MaxDepth {
			out.Groups = append(out.Groups, g.condition(kind, level+1))
		}
	}
	return out
}

// Each calls fn for every term that is asked, with its path under path: of each group the terms, then the groups. Without
// conditions no term is asked, and what lies deeper than terms may be is left out.
func (t Terms) Each(path string, fn func(path string, term Term)) {
	if t.Mode != ModeNone {
		t.each(path, 1, fn)
	}
}

func (t Terms) each(path string, level int, fn func(path string, term Term)) {
	for i, term := range t.Terms {
		fn(Path(path, "terms", i), term)
	}
	for i, g := range t.Groups {
		if level < condition.MaxDepth {
			g.each(Path(path, "groups", i), level+1, fn)
		}
	}
}

// Map is the terms with each term, of all groups, replaced by what fn makes of it.
func (t Terms) Map(fn func(Term) Term) Terms { return t.mapped(fn, 0) }

func (t Terms) mapped(fn func(Term) Term, level int) Terms {
	out := Terms{Mode: t.Mode, Terms: make([]Term, len(t.Terms)), Groups: t.Groups}
	for i, term := range t.Terms {
		out.Terms[i] = fn(term)
	}
	if level > condition.MaxDepth {
		return out // too deep to be asked; kept as it is
	}
	out.Groups = nil
	for _, g := range t.Groups {
		out.Groups = append(out.Groups, g.mapped(fn, level+1))
	}
	return out
}

func (t Terms) problems(path string) (list []Problem) {
	_, err := t.Compile()
	for _, fault := range condition.Faults(err) {
		list = append(list, Problem{Code: ProblemTermInvalid, Path: joinPath(path, fault.Path), Message: fault.Message})
	}
	return list
}

// TermsProblems names what is wrong with terms on their own, and the fields that they name and nobody has.
func TermsProblems(path string, t Terms, field func(string) FieldFact) []Problem {
	problems := t.problems(path)
	t.Each(path, func(path string, term Term) {
		if !field(term.Field).Known {
			problems = append(problems, Problem{Code: ProblemFieldUnknown, Path: Path(path, "field"), Message: "there is no field " + Clip(term.Field, 60)})
		}
	})
	return problems
}
