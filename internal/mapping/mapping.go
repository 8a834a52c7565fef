// Package mapping turns a source row into the values of a message and finds its
// recipient: field wo_folio becomes position 1, field description position 2, and so on;
// the recipient is a constant or the text of a field, and E164 normalises a phone number.
//
// A mapping is compiled once, when it is saved or loaded, and applied to every row.
// What is wrong with the mapping itself is an error of Compile; what a row lacks is a
// Problem of that row, with a position and a code, and stops nothing by itself: whether
// the message is still sent is the caller's to decide.
package mapping

import (
	"fmt"
	"strings"
)

// Limits of what Compile and Check accept.
const (
	MaxEntries = 100 // positions in one mapping; the providers behind WhatsApp allow no more
	MaxField   = 200 // bytes in a field's path
)

// Entry puts one source field into one position of the message.
type Entry struct {
	// Field is the path of a field, as Row understands it. At most MaxField bytes.
	Field string `json:"field"`
	// Position counts from 1, as the placeholders {{1}}, {{2}} of a template do.
	Position int `json:"position"`
}

// Row is anything that has fields. Field answers false if the row has no field of that
// path; a field that is known and empty is nil and true. Values are JSON-like: nil,
// bool, string, []any, json.Number, and any Go integer or float.
type Row interface {
	Field(path string) (value any, ok bool)
}

// Program is a compiled mapping. It does not change after Compile and may be used by
// any number of goroutines at once.
type Program struct {
	fields []string // by position, from 0
}

// The codes of a CompileError. They never change.
const (
	CodeFieldEmpty        = "FIELD_EMPTY"
	CodeFieldTooLong      = "FIELD_TOO_LONG"
	CodeEntriesTooMany    = "ENTRIES_TOO_MANY"
	CodePositionInvalid   = "POSITION_INVALID"
	CodePositionDuplicate = "POSITION_DUPLICATE"
	CodePositionGap       = "POSITION_GAP"
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
// must run from 1 without a gap and without a repetition. The same field may fill several
// positions. Without entries the program yields no values, as a template without
// placeholders needs none. Every error is a *CompileError, about the first entry that
// is wrong.
func Compile(entries []Entry) (*Program, error) {
	if len(entries) > MaxEntries {
		return nil, &CompileError{Index: -1, Code: CodeEntriesTooMany,
			Message: fmt.Sprintf("there are %d entries and at most %d are allowed", len(entries), MaxEntries)}
	}
	taken := make(map[int]int, len(entries)) // position → index
	for i, e := range entries {
		if err := checkEntry(i, e, taken); err != nil {
			return nil, err
		}
		taken[e.Position] = i
	}
	return arrange(entries, taken)
}

func checkEntry(i int, e Entry, taken map[int]int) error {
	if code, message := checkField(e.Field); code != "" {
		return &CompileError{Index: i, Code: code, Path: fmt.Sprintf("%d.field", i), Message: message}
	}
	path := fmt.Sprintf("%d.position", i)
	if e.Position < 1 {
		return &CompileError{Index: i, Code: CodePositionInvalid, Path: path,
			Message: fmt.Sprintf("position %d does not exist: positions count from 1", e.Position)}
	}
	if first, twice := taken[e.Position]; twice {
		return &CompileError{Index: i, Code: CodePositionDuplicate, Path: path,
			Message: fmt.Sprintf("position %d is taken by entry %d already: give each entry a position of its own", e.Position, first)}
	}
	return nil
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

// arrange puts the fields in the order of their positions. As no position is taken twice,
// one beyond the number of entries means that a smaller one is missing.
func arrange(entries []Entry, taken map[int]int) (*Program, error) {
	p := &Program{fields: make([]string, len(entries))}
	for position := 1; position <= len(entries); position++ {
		i, ok := taken[position]
		if !ok {
			return nil, gap(position, entries)
		}
		p.fields[position-1] = entries[i].Field
	}
	return p, nil
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

// Fields returns the path behind each position, in order of position. The caller owns
// the slice; a field that fills several positions is in it as often.
func (p *Program) Fields() []string {
	return append([]string(nil), p.fields...)
}
