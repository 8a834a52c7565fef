package mapping

import (
	"fmt"
	"strings"
)

// Bounds of recipients.
const (
	MaxRecipientParts = 20 // constants and fields in one recipient
	MaxRecipients     = 50 // different recipients of one row
	maxElements       = 1000
)

// Recipient says whom a message goes to: always the same one, whoever a field of the row names, several, or the first of
// several that can be used. Exactly one of the four is set.
type Recipient struct {
	// Constant is the recipient itself, such as a phone number.
	Constant string
	// Field is the path of a field that holds one, such as responsible.sms, or a list of them. At most MaxField bytes.
	Field string
	// All are several; each distinct one gets a message.
	All []Recipient
	// First are tried in their order: constants and fields, no more.
	First []Recipient
}

// Check says what is wrong with the recipient before there is any row. It returns nil if only a row can tell.
func (r Recipient) Check() *Problem {
	if parts := r.parts(); parts > MaxRecipientParts {
		return unfit("", fmt.Sprintf("the recipient has %d parts and at most %d are allowed", parts, MaxRecipientParts))
	}
	return r.check(0)
}

func (r Recipient) parts() int {
	n := 1
	for _, list := range [][]Recipient{r.All, r.First} {
		for _, part := range list {
			n += part.parts()
		}
	}
	return n
}

func (r Recipient) kinds() (n int) {
	for _, set := range []bool{strings.TrimSpace(r.Constant) != "", strings.TrimSpace(r.Field) != "", r.All != nil, r.First != nil} {
		if set {
			n++
		}
	}
	return n
}

// check holds the nesting: all may stand at the top alone, first at the top or in all.
func (r Recipient) check(depth int) *Problem {
	field := strings.TrimSpace(r.Field) != ""
	switch n := r.kinds(); {
	case n == 0:
		return unfit(r.Field, "the recipient is empty: give a phone number, or the field that holds one")
	case n > 1 && field && strings.TrimSpace(r.Constant) != "":
		return unfit(r.Field, "the recipient has both a constant and a field: keep one of them")
	case n > 1:
		return unfit(r.Field, "the recipient has more than one of constant, field, all and first: keep one of them")
	case r.All != nil && (len(r.All) == 0 || depth > 0):
		return unfit("", "all must have at least one recipient, and may not stand inside another one")
	case r.First != nil && (len(r.First) == 0 || depth > 1):
		return unfit("", "first must have at least one recipient, and may not stand inside another first")
	}
	if field {
		if _, message := checkField(r.Field); message != "" {
			return unfit(r.Field, message)
		}
	}
	below := 1
	if r.First != nil {
		below = 2
	}
	for _, list := range [][]Recipient{r.All, r.First} {
		for _, part := range list {
			if problem := part.check(below); problem != nil {
				return problem
			}
		}
	}
	return nil
}

func unfit(field, message string) *Problem {
	return &Problem{Entry: -1, Field: field, Code: CodeRecipientInvalid, Message: message}
}

// Fields lists the paths that the recipient reads, in its order.
func (r Recipient) Fields() (paths []string) {
	if strings.TrimSpace(r.Field) != "" {
		paths = append(paths, r.Field)
	}
	for _, list := range [][]Recipient{r.All, r.First} {
		for _, part := range list {
			paths = append(paths, part.Fields()...)
		}
	}
	return paths
}

// To is one recipient of a row, or why there is none.
type To struct {
	Text    string   // as it was written if it cannot be used, else as normal wrote it
	Problem *Problem // nil if it can be used
}

// Resolve returns the recipients of a row, each once, in the order of the mapping. normal writes one as the action wants it,
// such as E164, or says why it cannot be used; nil takes every text as it is. There is always at least one answer, and one
// that cannot be used keeps none of the others from being so.
func (r Recipient) Resolve(row Row, normal func(string) (string, error)) []To {
	if problem := r.Check(); problem != nil {
		return []To{{Problem: problem}}
	}
	out := distinct(r.resolve(row, writing(normal)))
	if len(out) > MaxRecipients {
		return []To{{Problem: unfit("", fmt.Sprintf("the row has %d recipients and at most %d are allowed", len(out), MaxRecipients))}}
	}
	return out
}

func (r Recipient) resolve(row Row, normal func(string) (string, error)) []To {
	switch {
	case r.All != nil:
		var out []To
		for _, part := range r.All {
			out = append(out, part.resolve(row, normal)...)
		}
		return out
	case r.First != nil:
		return r.chosen(row, normal)
	case strings.TrimSpace(r.Constant) != "":
		return []To{usable(r.Constant, "", normal)}
	}
	return read(row, r.Field, normal)
}

// chosen is the first that can be used; if none can, why the first that is filled cannot, else why the first one is not.
func (r Recipient) chosen(row Row, normal func(string) (string, error)) []To {
	var why []To
	for _, part := range r.First {
		list := part.resolve(row, normal)
		for _, to := range list {
			if to.Problem == nil {
				return []To{to}
			}
		}
		if why == nil || why[0].Text == "" && list[0].Text != "" {
			why = list[:1]
		}
	}
	return why
}

// read is what a field holds: each element of a list is a recipient.
func read(row Row, field string, normal func(string) (string, error)) []To {
	v, _ := row.Field(field)
	elements, list := v.([]any)
	if !list || len(elements) == 0 {
		text, problem := lookUp(row, field)
		if problem != nil {
			problem.Entry = -1
			return []To{{Problem: problem}}
		}
		return []To{usable(text, field, normal)}
	}
	if len(elements) > maxElements {
		return []To{{Problem: unfit(field, fmt.Sprintf("the list has %d elements and at most %d are read: keep those who have to know", len(elements), maxElements))}}
	}
	var out []To
	for _, e := range elements {
		text, ok := scalar(e)
		switch {
		case !ok:
			out = append(out, To{Problem: unfit(field, "an element of the list is no text: it must hold one recipient")})
		case strings.TrimSpace(text) != "":
			out = append(out, usable(text, field, normal))
		}
	}
	if out == nil {
		_, problem := readable(nil, nil, Fact{}, field)
		problem.Entry = -1
		return []To{{Problem: problem}}
	}
	return out
}

func usable(text, field string, normal func(string) (string, error)) To {
	s, err := normal(text)
	if err != nil {
		return To{Text: text, Problem: unfit(field, err.Error())}
	}
	return To{Text: s}
}
