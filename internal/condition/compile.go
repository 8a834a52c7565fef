package condition

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The codes of a CompileError. They never change.
const (
	CodeModeUnknown      = "MODE_UNKNOWN"
	CodeModeNested       = "MODE_NESTED_NONE"
	CodeTermsMissing     = "TERMS_MISSING"
	CodeTermsTooMany     = "TERMS_TOO_MANY"
	CodeGroupsTooMany    = "GROUPS_TOO_MANY"
	CodeGroupsTooDeep    = "GROUPS_TOO_DEEP"
	CodeFieldEmpty       = "FIELD_EMPTY"
	CodeFieldTooLong     = "FIELD_TOO_LONG"
	CodeOperationUnknown = "OPERATION_UNKNOWN"
	CodeValueMissing     = "VALUE_MISSING"
	CodeValueNotTaken    = "VALUE_NOT_TAKEN"
	CodeValueUnsupported = "VALUE_UNSUPPORTED"
	CodeValueTooLarge    = "VALUE_TOO_LARGE"
	CodeRangeReversed    = "RANGE_REVERSED"
)

// CompileError says why terms cannot be evaluated.
type CompileError struct {
	Path    string // dotted: "groups.0.terms.2.value", "groups.1.mode"; empty if it is about the terms as a whole
	Code    string // one of the Code constants
	Message string // what is wrong and what to do, in English
}

// Error is the message with the path before it.
func (e *CompileError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

func fault(path, code, format string, args ...any) *CompileError {
	return &CompileError{Path: path, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Compile prepares terms for evaluation. Its error joins all that is wrong, each a *CompileError (see [Faults]).
//
// Any and All need at least one term or group. None ignores what is in it and looks at nothing but
// its size: a screen keeps terms when a user switches conditions off and on again, and a
// half-written term must not stand in the way of that.
func Compile(t Terms) (*Program, error) {
	c := compiler{program: &Program{}}
	if c.fits(t) {
		c.program.root = c.group(t, "", true)
	}
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	return c.program, nil
}

// Faults lists what is wrong by an error of [Compile], in the order of the terms.
func Faults(err error) (list []*CompileError) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, e := range joined.Unwrap() {
		if f, ok := e.(*CompileError); ok {
			list = append(list, f)
		}
	}
	return list
}

type compiler struct {
	program       *Program
	terms, groups int
	faults        []error
}

func (c *compiler) add(f *CompileError) {
	if f != nil {
		c.faults = append(c.faults, f)
	}
}

// fits judges the size before anything else is looked at: the first thing that is too much is the only fault then.
func (c *compiler) fits(t Terms) bool {
	c.add(c.measure(t, "", 1))
	return len(c.faults) == 0
}

// measure recurses no deeper than MaxDepth.
func (c *compiler) measure(t Terms, path string, level int) *CompileError {
	if level > MaxDepth {
		return fault(path, CodeGroupsTooDeep, "groups can be %d levels deep, the outermost included: move this one out of its group", MaxDepth)
	}
	if c.terms += len(t.Terms); c.terms > MaxTerms {
		return fault(path, CodeTermsTooMany, "there are %d terms or more and at most %d are allowed: split them over several events", c.terms, MaxTerms)
	}
	if c.groups += len(t.Groups); c.groups > MaxGroups {
		return fault(path, CodeGroupsTooMany, "there are %d groups or more and at most %d are allowed: split them over several events", c.groups, MaxGroups)
	}
	for i := range t.Groups {
		if f := c.measure(t.Groups[i], under(path, "groups", i), level+1); f != nil {
			return f
		}
	}
	return nil
}

func (c *compiler) group(t Terms, path string, outermost bool) group {
	g := group{mode: t.Mode}
	switch {
	case t.Mode == None && outermost:
		return g
	case t.Mode == None:
		c.add(fault(join(path, "mode"), CodeModeNested, "only the outermost group can be without conditions: take this one out, or use ANY or ALL"))
	case t.Mode != Any && t.Mode != All:
		c.add(fault(join(path, "mode"), CodeModeUnknown, "mode %q is unknown: use NONE, ANY or ALL", cut(string(t.Mode), MaxShown)))
		return g
	case len(t.Terms)+len(t.Groups) == 0 && outermost:
		c.add(fault(path, CodeTermsMissing, "mode %s needs at least one term: add one, or use NONE", t.Mode))
	case len(t.Terms)+len(t.Groups) == 0:
		c.add(fault(path, CodeTermsMissing, "the group is empty: add a term, or take the group out"))
	}
	for i, term := range t.Terms {
		g.terms = append(g.terms, c.term(term, under(path, "terms", i)))
	}
	for i := range t.Groups {
		g.groups = append(g.groups, c.group(t.Groups[i], under(path, "groups", i), false))
	}
	return g
}

func (c *compiler) term(t Term, path string) term {
	c.program.size++
	if !slices.Contains(c.program.fields, t.Field) {
		c.program.fields = append(c.program.fields, t.Field)
	}
	switch {
	case strings.TrimSpace(t.Field) == "":
		c.add(fault(path+".field", CodeFieldEmpty, "the field is empty: name the field to compare"))
	case len(t.Field) > MaxField:
		c.add(fault(path+".field", CodeFieldTooLong, "the field has %d bytes and at most %d are allowed", len(t.Field), MaxField))
	}
	rule, ok := operations[t.Operation]
	if !ok {
		c.add(fault(path+".operation", CodeOperationUnknown, "operation %q is unknown: use one of %s", cut(string(t.Operation), MaxShown), knownOperations()))
		return term{}
	}
	out := term{field: t.Field, operation: t.Operation, test: rule.test, compare: rule.compare, kind: t.Kind, path: path}
	c.program.before = c.program.before || rule.compare != nil
	if f := rule.accept(&out, t.Value); f != nil {
		f.Path = join(path+".value", f.Path)
		c.add(f)
	}
	return out
}

func under(path, name string, i int) string { return join(path, name+"."+strconv.Itoa(i)) }

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}
