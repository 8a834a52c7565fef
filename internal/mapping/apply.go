package mapping

import (
	"fmt"
	"strings"
)

// The codes of a Problem. They never change.
const (
	CodeMissing          = "MISSING"           // the row has no such field
	CodeEmpty            = "EMPTY"             // the field or the expression yields nothing, or nothing but white space
	CodeNotText          = "NOT_TEXT"          // it yields something that Text refuses
	CodeTooLong          = "TOO_LONG"          // the expression yields more than MaxValue bytes
	CodeExpressionFailed = "EXPRESSION_FAILED" // the expression takes more steps or memory than it may
	CodeRecipientInvalid = "RECIPIENT_INVALID" // no recipient, more than one of its kinds, or no usable path
)

// Problem says what one row lacks for one place of the message, or for the recipient.
type Problem struct {
	Entry    int    // index of the entry in the list that was compiled; -1 for a recipient
	Position int    // the position, from 1; 0 for a named parameter and for the recipient
	Field    string // the path of the field; empty if it is no field that is wrong
	Code     string // one of the Code constants
	Message  string // what is wrong and what to do, in English; never holds the value itself
	Skip     bool   // the entry's policy is not to send the message, and not to call that a failure
}

// Error names the field and the message.
func (p *Problem) Error() string {
	if p.Field == "" {
		return p.Message
	}
	return fmt.Sprintf("field %q: %s", p.Field, p.Message)
}

// Apply yields the text of each place, in order, and what is wrong with it. The
// texts are written over buf from its start, which may be nil, so that one buffer serves row after
// row. A place with a problem has the empty text; positions never shift.
func (p *Program) Apply(r Row, buf []string) ([]string, []Problem) {
	if p.slots != nil {
		return p.applySlots(r, buf)
	}
	texts := buf[:0]
	var problems []Problem
	for i, field := range p.fields {
		s, problem := lookUp(r, field)
		if problem != nil {
			problems = append(problems, p.placed(*problem, i))
		}
		texts = append(texts, s)
	}
	return texts, problems
}

// placed is a problem with where in the mapping it is.
func (p *Program) placed(problem Problem, i int) Problem {
	problem.Entry = p.order[i]
	if p.names == nil {
		problem.Position = i + 1
	}
	return problem
}

// applySlots is Apply for mappings with more than plain fields.
func (p *Program) applySlots(r Row, buf []string) ([]string, []Problem) {
	texts := buf[:0]
	var problems []Problem
	m := machine{row: r, style: p.style}
	for i := range p.slots {
		s := &p.slots[i]
		text, problem := s.text(&m)
		if problem != nil && s.missing != MissingFail && (problem.Code == CodeMissing || problem.Code == CodeEmpty) {
			problem.Skip = s.missing == MissingSkip
			if s.missing == MissingDefault {
				text, problem = s.otherwise, nil
			}
		}
		if problem != nil {
			problems = append(problems, p.placed(*problem, i))
		}
		texts = append(texts, text)
	}
	return texts, problems
}

// text is what stands in a place, which is never blank unless there is a problem.
func (s *slot) text(m *machine) (string, *Problem) {
	switch {
	case s.constant != nil:
		return *s.constant, nil
	case s.expression != nil:
		return s.expression.text(m)
	}
	v, ok := m.row.Field(s.field)
	if !ok {
		return "", missing(s.field)
	}
	return readable(m.style, v, s.fact, s.field)
}

func (x *expression) text(m *machine) (string, *Problem) {
	m.reset()
	v := x.run(m)
	if m.failed == "" {
		m.weigh(v)
	}
	if m.failed != "" {
		return "", &Problem{Code: CodeExpressionFailed, Message: m.failed}
	}
	text, problem := readable(m.style, v, x.fact, "")
	switch {
	case problem != nil && problem.Code == CodeEmpty:
		problem.Message = "the expression yields nothing: fill in what it reads, or give the value a default"
		if m.note != "" {
			problem.Message += " (" + m.note + ")"
		}
	case len(text) > MaxValue:
		return "", &Problem{Code: CodeTooLong, Message: fmt.Sprintf("the expression yields %d bytes and at most %d are allowed: shorten it with substr", len(text), MaxValue)}
	}
	return text, problem
}

// lookUp returns the text of a field as data, which is never blank unless there is a problem.
func lookUp(r Row, field string) (string, *Problem) {
	v, ok := r.Field(field)
	if !ok {
		return "", missing(field)
	}
	// The way of most values, which goes without a style.
	if s, ok := Text(v); ok && strings.TrimSpace(s) != "" {
		return s, nil
	}
	return readable(nil, v, Fact{}, field)
}

func missing(field string) *Problem {
	return &Problem{Field: field, Code: CodeMissing,
		Message: "the row has no such field: choose a field of the source, or send it with the record"}
}

// readable writes a value in a style.
func readable(style *Style, v any, f Fact, field string) (string, *Problem) {
	s, ok := style.Text(v, f)
	if !ok {
		return "", &Problem{Field: field, Code: CodeNotText,
			Message: "the value cannot be written as text: choose a field that holds a text, a number, a date, true or false, or a list of these"}
	}
	if strings.TrimSpace(s) == "" {
		return "", &Problem{Field: field, Code: CodeEmpty,
			Message: "the field is empty: fill it in the source, or choose another field"}
	}
	return s, nil
}
