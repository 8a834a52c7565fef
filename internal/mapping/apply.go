package mapping

import (
	"fmt"
	"strings"
)

// The codes of a Problem. They never change.
const (
	CodeMissing          = "MISSING"           // the row has no such field
	CodeEmpty            = "EMPTY"             // the field holds nothing, or nothing but white space
	CodeNotText          = "NOT_TEXT"          // the field holds something that Text refuses
	CodeRecipientInvalid = "RECIPIENT_INVALID" // not exactly one of constant and field, or no usable path
)

// Problem says what one row lacks for one position, or for the recipient.
type Problem struct {
	Position int    // the position, from 1; 0 for the recipient
	Field    string // the path of the field; empty for a constant recipient
	Code     string // one of the Code constants
	Message  string // what is wrong and what to do, in English; never holds the value itself
}

// Error names the field and the message.
func (p *Problem) Error() string {
	if p.Field == "" {
		return p.Message
	}
	return fmt.Sprintf("field %q: %s", p.Field, p.Message)
}

// Apply yields the text of each position, in order, and what is wrong with it. The
// texts are written over buf from its start, which may be nil, so that one buffer serves row after
// row. A position with a problem has the empty text; positions never shift.
func (p *Program) Apply(r Row, buf []string) ([]string, []Problem) {
	texts := buf[:0]
	var problems []Problem
	for i, field := range p.fields {
		s, problem := lookUp(r, field)
		if problem != nil {
			problem.Position = i + 1
			problems = append(problems, *problem)
		}
		texts = append(texts, s)
	}
	return texts, problems
}

// lookUp returns the text of a field, which is never blank unless there is a problem.
func lookUp(r Row, field string) (string, *Problem) {
	v, ok := r.Field(field)
	if !ok {
		return "", &Problem{Field: field, Code: CodeMissing,
			Message: "the row has no such field: choose a field of the source, or send it with the record"}
	}
	s, ok := Text(v)
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
