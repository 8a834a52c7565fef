// Package mapping turns a source row into the values of a message and finds its recipients: field wo_folio becomes
// position 1, a constant position 2, an expression the parameter due_date, and so on; E164 normalises a phone number.
//
// A mapping is compiled once, when it is saved or loaded, and applied to every row.
// What is wrong with the mapping itself is an error of Compile; what a row lacks is a
// Problem of that row, with a position and a code, and stops nothing by itself: whether
// the message is still sent is the caller's to decide.
//
// # Expressions
//
// An expression is JSON Logic (jsonlogic.com) over the row, with operators beside the standard ones. It is written by users
// and runs inside the hub for every message, so its evaluator is our own: the Go libraries that exist read the JSON anew on
// each run, compute whole numbers as float64, keep their operators in a global table without a lock, and bound neither steps
// nor memory. Here an expression is compiled once, and it ends by itself: it has no loops but those over lists, takes at most
// MaxSteps steps and MaxMemory bytes, and never panics. It knows no clock and no randomness: the same row gives the same text.
//
// The standard operators do what jsonlogic.com says, with these differences. What JavaScript calls NaN and infinity is
// nothing, as is any result that cannot be computed; a position that comes out as nothing follows its policy. Whole numbers
// within 64 bits are exact, others have 15 digits. Texts are counted in characters. The path of var, and the names of
// missing, stand in the expression and are not computed, since the fields that a flow reads are checked before it runs.
// An operator that does not exist is an error, as is an object that is no operator. log is left out.
package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Limits of what Compile and Check accept.
const (
	MaxEntries = 100 // positions in one mapping; the providers behind WhatsApp allow no more
	MaxField   = 200 // bytes in a field's path
	MaxName    = 100 // bytes in the name of a parameter
)

// Missing says what becomes of a message whose value is missing in the row: the row has no such field, or nothing in it.
type Missing string

// The policies.
const (
	MissingFail    Missing = "FAIL"    // the delivery fails; so does it without a policy
	MissingDefault Missing = "DEFAULT" // the default stands in
	MissingSkip    Missing = "SKIP"    // the delivery is not sent, and that is no failure
)

// Entry puts a value into one place of the message: exactly one of a field, a constant and an expression. All entries of a
// mapping have a position, or all have a name.
type Entry struct {
	// Field is the path of a field, as Row understands it. At most MaxField bytes.
	Field string
	// Position counts from 1, as the placeholders {{1}}, {{2}} of a template do; 0 with a name.
	Position int
	// Name is that of a named parameter, such as due_date: a letter, then letters, digits and _ . -. At most MaxName bytes.
	Name string
	// Constant is the same text for every row; nil if the entry has none. At most MaxValue bytes.
	Constant *string
	// Expression is JSON Logic; nil if the entry has none. At most MaxExpression bytes.
	Expression json.RawMessage
	// Missing is the policy for a value that is missing; empty is MissingFail.
	Missing Missing
	// Default stands in with MissingDefault. At most MaxValue bytes.
	Default string
}

// Options are what a mapping is compiled with. The zero Options read values as data.
type Options struct {
	Style  *Style                             // how values read
	Field  func(path string) Fact             // what is known of a field of the row; may be nil
	Lookup func(recordType, path string) Fact // the same of a record that an expression looks up; may be nil
}

// Row is anything that has fields. Field answers false if the row has no field of that
// path; a field that is known and empty is nil and true. Values are JSON-like: nil,
// bool, string, []any, map[string]any, json.Number, and any Go integer or float.
type Row interface {
	Field(path string) (value any, ok bool)
}

// Program is a compiled mapping. It does not change after Compile and may be used by
// any number of goroutines at once.
type Program struct {
	fields  []string // the field of each place; empty for one that is no field
	order   []int    // the entry of each place
	names   []string // of the parameters; nil if there are positions
	slots   []slot   // nil if every place is a field that is read as data and must be there
	style   *Style
	lookups []Lookup
	notes   []Note
}

// slot is one place of the message.
type slot struct {
	entry      int // index in the list that was compiled
	field      string
	fact       Fact
	constant   *string
	expression *expression
	missing    Missing
	otherwise  string
}

// The codes of a CompileError. They never change.
const (
	CodeFieldEmpty        = "FIELD_EMPTY"
	CodeFieldTooLong      = "FIELD_TOO_LONG"
	CodeEntriesTooMany    = "ENTRIES_TOO_MANY"
	CodePositionInvalid   = "POSITION_INVALID"
	CodePositionDuplicate = "POSITION_DUPLICATE"
	CodePositionGap       = "POSITION_GAP"
	CodeNameInvalid       = "NAME_INVALID"
	CodeNameDuplicate     = "NAME_DUPLICATE"
	CodePlacesMixed       = "PLACES_MIXED"       // positions and names in one mapping, or in one entry
	CodeSourcesMixed      = "SOURCES_MIXED"      // more than one of field, constant and expression
	CodeConstantInvalid   = "CONSTANT_INVALID"   // blank or too long
	CodeExpressionInvalid = "EXPRESSION_INVALID" // its path leads into the expression
	CodeMissingInvalid    = "MISSING_INVALID"    // no such policy, or a default that does not go with it
)

// CompileError says why a mapping cannot be applied.
type CompileError struct {
	Index   int    // the entry, from 0; -1 if it is about the list
	Code    string // one of the Code constants
	Path    string // where in the list, such as "2.position"; empty if Index is -1
	Message string // what is wrong and what to do, in English
}

// Error names the place in the list and the message.
func (e *CompileError) Error() string {
	if e.Path == "" {
		return "mapping: " + e.Message
	}
	return "mapping." + e.Path + ": " + e.Message
}

// Compile prepares a mapping. Entries may come in any order; their positions
// must run from 1 without a gap and without a repetition, and names must differ. The same field may fill several
// positions. Without entries the program yields no values, as a template without
// placeholders needs none. Every error is a *CompileError, about the first entry that
// is wrong.
func Compile(entries []Entry, o Options) (*Program, error) {
	if len(entries) > MaxEntries {
		return nil, &CompileError{Index: -1, Code: CodeEntriesTooMany,
			Message: fmt.Sprintf("there are %d entries and at most %d are allowed", len(entries), MaxEntries)}
	}
	named := len(entries) > 0 && entries[0].Name != ""
	slots := make([]slot, len(entries))
	taken := make(map[int]int, len(entries)) // position → index
	names := make(map[string]int, len(entries))
	for i, e := range entries {
		s, err := compileEntry(e, o)
		if err == nil {
			err = checkPlace(e, named, taken, names)
		}
		if err != nil {
			err.Index, err.Path = i, fmt.Sprintf("%d.%s", i, err.Path)
			return nil, err
		}
		s.entry = i
		slots[i] = s
		taken[e.Position] = i
		names[e.Name] = i
	}
	p := &Program{style: o.Style}
	if named {
		for _, e := range entries {
			p.names = append(p.names, e.Name)
		}
	} else {
		var err error
		if slots, err = arrange(entries, slots, taken); err != nil {
			return nil, err
		}
	}
	p.fill(slots)
	return p, nil
}

// fill takes the slots in the order of the message.
func (p *Program) fill(slots []slot) {
	plain := p.style.plain()
	for _, s := range slots {
		p.fields, p.order = append(p.fields, s.field), append(p.order, s.entry)
		plain = plain && s.field != "" && s.missing == MissingFail
		if s.expression == nil {
			continue
		}
		p.lookups = append(p.lookups, s.expression.lookups...)
		for _, n := range s.expression.notes {
			p.notes = append(p.notes, Note{Path: join(fmt.Sprintf("%d.expression", s.entry), n.Path), Message: n.Message})
		}
	}
	if !plain {
		p.slots = slots
	}
}

// compileEntry compiles what an entry says beside its place. The error's path is inside the entry.
func compileEntry(e Entry, o Options) (slot, *CompileError) {
	s := slot{constant: e.Constant, missing: e.Missing, otherwise: e.Default}
	switch e.Missing {
	case "":
		s.missing = MissingFail
	case MissingFail, MissingSkip, MissingDefault:
	default:
		return s, &CompileError{Code: CodeMissingInvalid, Path: "missing", Message: "there is no such policy: use FAIL, DEFAULT or SKIP"}
	}
	switch blank := strings.TrimSpace(e.Default) == ""; {
	case (s.missing == MissingDefault) == blank:
		return s, &CompileError{Code: CodeMissingInvalid, Path: "default", Message: "a default goes with the policy DEFAULT, which needs one"}
	case len(e.Default) > MaxValue:
		return s, &CompileError{Code: CodeMissingInvalid, Path: "default", Message: fmt.Sprintf("the default has %d bytes and at most %d are allowed", len(e.Default), MaxValue)}
	}
	hasField, hasExpression := strings.TrimSpace(e.Field) != "", e.Expression != nil
	switch {
	case hasField && (e.Constant != nil || hasExpression) || e.Constant != nil && hasExpression:
		return s, &CompileError{Code: CodeSourcesMixed, Path: "field", Message: "the entry has more than one of a field, a constant and an expression: keep one of them"}
	case e.Constant != nil:
		return s, checkConstant(*e.Constant)
	case hasExpression:
		return s.computed(e.Expression, o)
	}
	if code, message := checkField(e.Field); code != "" {
		return s, &CompileError{Code: code, Path: "field", Message: message}
	}
	s.field = e.Field
	if o.Field != nil {
		s.fact = o.Field(e.Field)
	}
	return s, nil
}

func checkConstant(text string) *CompileError {
	switch {
	case strings.TrimSpace(text) == "":
		return &CompileError{Code: CodeConstantInvalid, Path: "constant", Message: "the constant is empty: give a text, or a field or an expression instead"}
	case len(text) > MaxValue:
		return &CompileError{Code: CodeConstantInvalid, Path: "constant", Message: fmt.Sprintf("the constant has %d bytes and at most %d are allowed", len(text), MaxValue)}
	}
	return nil
}

func (s slot) computed(text json.RawMessage, o Options) (slot, *CompileError) {
	x, err := compileExpression(text, o)
	var at *expressionError
	if errors.As(err, &at) {
		return s, &CompileError{Code: CodeExpressionInvalid, Path: strings.TrimSuffix("expression."+at.path, "."), Message: at.message}
	}
	s.expression = x
	return s, nil
}

// checkPlace says what is wrong with the place of an entry. The error's path is inside the entry.
func checkPlace(e Entry, named bool, taken map[int]int, names map[string]int) *CompileError {
	switch {
	case e.Name != "" && e.Position != 0:
		return &CompileError{Code: CodePlacesMixed, Path: "name", Message: "the entry has both a position and a name: keep one of them"}
	case named && e.Name == "":
		return &CompileError{Code: CodePlacesMixed, Path: "position", Message: "the first entry has a name: give all of them names, or all positions"}
	case !named && e.Name != "":
		return &CompileError{Code: CodePlacesMixed, Path: "name", Message: "the first entry has a position: give all of them positions, or all names"}
	case named:
		return checkName(e.Name, names)
	case e.Position < 1:
		return &CompileError{Code: CodePositionInvalid, Path: "position",
			Message: fmt.Sprintf("position %d does not exist: positions count from 1", e.Position)}
	}
	if first, twice := taken[e.Position]; twice {
		return &CompileError{Code: CodePositionDuplicate, Path: "position",
			Message: fmt.Sprintf("position %d is taken by entry %d already: give each entry a position of its own", e.Position, first)}
	}
	return nil
}

func checkName(name string, names map[string]int) *CompileError {
	if len(name) > MaxName || !wellNamed(name) {
		return &CompileError{Code: CodeNameInvalid, Path: "name",
			Message: fmt.Sprintf("the name %q is none: use a letter, then letters, digits and _ . -, %d at most", clip(name), MaxName)}
	}
	if first, twice := names[name]; twice {
		return &CompileError{Code: CodeNameDuplicate, Path: "name",
			Message: fmt.Sprintf("the name %q is taken by entry %d already: give each entry a name of its own", clip(name), first)}
	}
	return nil
}

func wellNamed(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789_.-", rune(c))) {
			return false
		}
	}
	return name != ""
}

func checkField(field string) (code, message string) {
	if strings.TrimSpace(field) == "" {
		return CodeFieldEmpty, "the field is empty: name the field that fills this place"
	}
	if len(field) > MaxField {
		return CodeFieldTooLong, fmt.Sprintf("the field has %d bytes and at most %d are allowed", len(field), MaxField)
	}
	return "", ""
}

// arrange puts the slots in the order of their positions. As no position is taken twice,
// one beyond the number of entries means that a smaller one is missing.
func arrange(entries []Entry, slots []slot, taken map[int]int) ([]slot, error) {
	sorted := make([]slot, len(entries))
	for position := 1; position <= len(entries); position++ {
		i, ok := taken[position]
		if !ok {
			return nil, gap(position, entries)
		}
		sorted[position-1] = slots[i]
	}
	return sorted, nil
}

// gap blames the entry that comes next after the missing position.
func gap(missing int, entries []Entry) error {
	next := -1
	for i, e := range entries {
		if e.Position > missing && (next < 0 || e.Position < entries[next].Position) {
			next = i
		}
	}
	return &CompileError{Index: next, Code: CodePositionGap, Path: fmt.Sprintf("%d.position", next),
		Message: fmt.Sprintf("position %d is missing before %d: positions run from 1 to %d without a gap",
			missing, entries[next].Position, len(entries))}
}

// Len returns how many values Apply yields.
func (p *Program) Len() int { return len(p.fields) }

// Names are the names of the parameters, in the order in which Apply yields them; nil if they have positions. The caller
// must not change them.
func (p *Program) Names() []string { return p.names }

// Fields returns the path behind each place, in the order in which Apply yields them; empty for a constant and an
// expression. The caller owns the slice; a field that fills several places is in it as often.
func (p *Program) Fields() []string {
	return append([]string(nil), p.fields...)
}

// Notes says which fields are read as another type than they have.
func (p *Program) Notes() []Note { return p.notes }

// Reads lists what an entry reads of the row and of other records, without repetition. One whose expression does not
// compile reads nothing: it cannot run.
func (e Entry) Reads() (fields []string, lookups []Lookup) {
	if strings.TrimSpace(e.Field) != "" {
		return []string{e.Field}, nil
	}
	if e.Expression == nil {
		return nil, nil
	}
	x, err := compileExpression(e.Expression, Options{})
	if err != nil {
		return nil, nil
	}
	return x.fields, x.lookups
}
