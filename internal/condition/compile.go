package condition

import (
	"fmt"
	"slices"
	"strings"
)

// The codes of a CompileError. They never change.
const (
	CodeModeUnknown      = "MODE_UNKNOWN"
	CodeTermsMissing     = "TERMS_MISSING"
	CodeTermsTooMany     = "TERMS_TOO_MANY"
	CodeFieldEmpty       = "FIELD_EMPTY"
	CodeFieldTooLong     = "FIELD_TOO_LONG"
	CodeOperationUnknown = "OPERATION_UNKNOWN"
	CodeValueUnsupported = "VALUE_UNSUPPORTED"
	CodeValueTooLarge    = "VALUE_TOO_LARGE"
)

// CompileError says why terms cannot be evaluated.
type CompileError struct {
	Index   int    // the term, from 0; -1 if it is about the list or the mode
	Code    string // one of the Code constants
	Message string // what is wrong and what to do, in English
}

// Error names the term, counted from 0, and the message.
func (e *CompileError) Error() string {
	if e.Index < 0 {
		return e.Message
	}
	return fmt.Sprintf("terms.%d: %s", e.Index, e.Message)
}

// Compile prepares terms for evaluation. Every error is a *CompileError, about
// the first term that is wrong.
//
// Any and All need at least one term. None ignores its terms and looks at nothing but
// their number: a screen keeps them when a user switches conditions off and on again, and a
// half-written term must not stand in the way of that.
func Compile(mode Mode, terms []Term) (*Program, error) {
	if err := checkList(mode, terms); err != nil {
		return nil, err
	}
	p := &Program{mode: mode}
	if mode == None {
		return p, nil
	}
	p.terms = make([]term, 0, len(terms))
	for i, t := range terms {
		compiled, err := compileTerm(t)
		if err != nil {
			err.Index = i
			return nil, err
		}
		p.terms = append(p.terms, compiled)
		if !slices.Contains(p.fields, t.Field) {
			p.fields = append(p.fields, t.Field)
		}
	}
	return p, nil
}

// checkList returns an error, not a *CompileError: a nil pointer in an error is not nil.
func checkList(mode Mode, terms []Term) error {
	switch mode {
	case None, Any, All:
	default:
		return &CompileError{Index: -1, Code: CodeModeUnknown,
			Message: fmt.Sprintf("mode %q is unknown: use NONE, ANY or ALL", cut(string(mode), MaxShown))}
	}
	if len(terms) > MaxTerms {
		return &CompileError{Index: -1, Code: CodeTermsTooMany,
			Message: fmt.Sprintf("there are %d terms and at most %d are allowed: split them over several events", len(terms), MaxTerms)}
	}
	if len(terms) == 0 && mode != None {
		return &CompileError{Index: -1, Code: CodeTermsMissing,
			Message: fmt.Sprintf("mode %s needs at least one term: add one, or use NONE", mode)}
	}
	return nil
}

func compileTerm(t Term) (term, *CompileError) {
	if strings.TrimSpace(t.Field) == "" {
		return term{}, &CompileError{Code: CodeFieldEmpty, Message: "the field is empty: name the field to compare"}
	}
	if len(t.Field) > MaxField {
		return term{}, &CompileError{Code: CodeFieldTooLong,
			Message: fmt.Sprintf("the field has %d bytes and at most %d are allowed", len(t.Field), MaxField)}
	}
	test, ok := operations[t.Operation]
	if !ok {
		return term{}, &CompileError{Code: CodeOperationUnknown,
			Message: fmt.Sprintf("operation %q is unknown: use one of %s", cut(string(t.Operation), MaxShown), knownOperations())}
	}
	want, err := compileValue(t.Value)
	if err != nil {
		return term{}, err
	}
	return term{field: t.Field, operation: t.Operation, test: test, want: want, shown: show(want)}, nil
}

func compileValue(v any) (value, *CompileError) {
	want := read(v)
	if want.kind == other {
		return value{}, unsupported("the value", v)
	}
	size := len(want.text)
	for i, element := range want.list {
		e := read(element)
		if e.kind == other || e.kind == list {
			return value{}, unsupported(fmt.Sprintf("element %d of the value", i), element)
		}
		size += 1 + len(e.text)
	}
	if size > MaxValue {
		return value{}, &CompileError{Code: CodeValueTooLarge,
			Message: fmt.Sprintf("the value has %d bytes and at most %d are allowed", size, MaxValue)}
	}
	want.list = slices.Clone(want.list) // the caller may go on using its own
	return want, nil
}

func unsupported(what string, v any) *CompileError {
	kind := "an object"
	if _, isList := v.([]any); isList {
		kind = "a list"
	}
	return &CompileError{Code: CodeValueUnsupported,
		Message: fmt.Sprintf("%s is %s, which cannot be compared: use a text, a number, true or false, null, or a list of these", what, kind)}
}
