package mapping

import "strings"

// Recipient says whom a message goes to: always the same one, or whoever a field of
// the row names. Exactly one of the two is set.
type Recipient struct {
	// Constant is the recipient itself, such as a phone number.
	Constant string `json:"constant,omitempty"`
	// Field is the path of a field that holds one, such as responsible.sms. At most MaxField bytes.
	Field string `json:"field,omitempty"`
}

// Check says what is wrong with the recipient before there is any row: both or none
// are set, or the path is too long. It returns nil if only a row can tell.
func (r Recipient) Check() *Problem {
	constant, field := strings.TrimSpace(r.Constant) != "", strings.TrimSpace(r.Field) != ""
	switch {
	case constant && field:
		return &Problem{Field: r.Field, Code: CodeRecipientInvalid,
			Message: "the recipient has both a constant and a field: keep one of them"}
	case constant:
		return nil
	case !field:
		return &Problem{Field: r.Field, Code: CodeRecipientInvalid,
			Message: "the recipient is empty: give a phone number, or the field that holds one"}
	}
	if _, message := checkField(r.Field); message != "" {
		return &Problem{Field: r.Field, Code: CodeRecipientInvalid, Message: message}
	}
	return nil
}

// Resolve returns the recipient of a row as it was written, or why there is none. How it
// has to be written is for the action to say: a phone number still goes through E164.
func (r Recipient) Resolve(row Row) (string, *Problem) {
	if problem := r.Check(); problem != nil {
		return "", problem
	}
	if strings.TrimSpace(r.Constant) != "" {
		return r.Constant, nil
	}
	return lookUp(row, r.Field)
}
