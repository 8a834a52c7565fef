package hub

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/recado-hub/recado/internal/mapping"
)

// Recipient says who gets a message; exactly one of the four is set.
type Recipient struct {
	Constant string      `json:"constant,omitempty"` // the same for every row
	Field    string      `json:"field,omitempty"`    // the path of a field that holds one, or a list of them
	All      []Recipient `json:"all,omitempty"`      // several: each distinct one gets a delivery
	First    []Recipient `json:"first,omitempty"`    // a chain: the first that is filled and can be used
}

// None says whether no recipient was given.
func (r Recipient) None() bool {
	return r.Constant == "" && r.Field == "" && r.All == nil && r.First == nil
}

// Mapping is the recipient as package mapping has it.
func (r Recipient) Mapping() mapping.Recipient {
	return mapping.Recipient{Constant: r.Constant, Field: r.Field, All: recipients(r.All), First: recipients(r.First)}
}

func recipients(list []Recipient) []mapping.Recipient {
	if list == nil {
		return nil
	}
	out := make([]mapping.Recipient, len(list))
	for i, r := range list {
		out[i] = r.Mapping()
	}
	return out
}

// MissingPolicy says what becomes of a delivery when a value of its message is missing in the row.
type MissingPolicy string

// The policies.
const (
	MissingFail    MissingPolicy = "FAIL"    // the delivery fails, and the reason says which value is missing
	MissingDefault MissingPolicy = "DEFAULT" // a text stands in
	MissingSkip    MissingPolicy = "SKIP"    // the delivery is SUPPRESSED: it is not sent, and that is no failure
)

// MappingEntry puts a value into one place of the message: exactly one of a field of the source row, a constant and an
// expression, at a position or under a name.
type MappingEntry struct {
	Field      string          `json:"field"`
	Position   int             `json:"position"`             // from 1; 0 with a name
	Name       string          `json:"name,omitempty"`       // of a named parameter; empty with a position
	Constant   *string         `json:"constant,omitempty"`   // nil if there is none
	Expression json.RawMessage `json:"expression,omitempty"` // JSON Logic; nil if there is none
	Policy     MissingPolicy   `json:"missing,omitempty"`    // empty is FAIL
	Default    *string         `json:"default,omitempty"`    // with DEFAULT
}

// Missing is the policy in force.
func (e MappingEntry) Missing() MissingPolicy {
	if e.Policy == "" {
		return MissingFail
	}
	return e.Policy
}

func (e MappingEntry) entry() mapping.Entry {
	out := mapping.Entry{Field: e.Field, Position: e.Position, Name: e.Name, Constant: e.Constant, Missing: mapping.Missing(e.Policy)}
	if text := string(e.Expression); text != "" && text != "null" {
		out.Expression = e.Expression
	}
	Assign(&out.Default, e.Default)
	return out
}

// Style is how values read in the messages of a flow. A setting that does not exist any more reads as none.
func (s FlowSettings) Style() *mapping.Style {
	if style, err := mapping.NewStyle(s.Locale, s.TimeZone, s.DefaultCountry); err == nil {
		return style
	}
	return nil
}

// CompileMapping turns mapping entries into a program that can be run many times. The zero options read values as data.
func CompileMapping(entries []MappingEntry, o mapping.Options) (*mapping.Program, error) {
	list := make([]mapping.Entry, len(entries))
	for i, e := range entries {
		list[i] = e.entry()
	}
	return mapping.Compile(list, o)
}

// FieldsRead lists the paths of the source row's fields that the values and the recipients of a target come from; a path may
// be in it more than once.
func (t *FlowTarget) FieldsRead() (paths []string) {
	for _, e := range t.Mapping {
		fields, _ := e.entry().Reads()
		paths = append(paths, fields...)
	}
	return append(paths, t.Recipient.Mapping().Fields()...)
}

// LookupsRead lists what the expressions of a target look up in other records, each once.
func (t *FlowTarget) LookupsRead() (list []mapping.Lookup) {
	for _, e := range t.Mapping {
		_, lookups := e.entry().Reads()
		for _, l := range lookups {
			if !slices.Contains(list, l) {
				list = append(list, l)
			}
		}
	}
	return list
}

// Reads lists what one value is made of: paths of the source row's fields, and what it looks up in other records.
func (e MappingEntry) Reads() (fields []string, lookups []mapping.Lookup) { return e.entry().Reads() }

// options are what a mapping is compiled with to find its problems.
func (f FlowFacts) options(s FlowSettings) mapping.Options {
	o := mapping.Options{Style: s.Style()}
	if f.Field != nil {
		o.Field = func(path string) mapping.Fact { return mapping.Fact{Type: f.Field(path).Type} }
	}
	if f.Lookup != nil {
		o.Lookup = func(typ, path string) mapping.Fact { return mapping.Fact{Type: f.Lookup(typ, path).Type} }
	}
	return o
}

// compileProblems says why a mapping does not compile, or else which of its fields are read as another type.
func compileProblems(path string, entries []MappingEntry, o mapping.Options) []Problem {
	program, err := CompileMapping(entries, o)
	var at *mapping.CompileError
	switch {
	case err == nil:
		return coercions(path, program)
	case errors.As(err, &at):
		return []Problem{{Code: ProblemMappingInvalid, Path: joinPath(path, at.Path), Message: at.Message}}
	}
	return []Problem{{Code: ProblemMappingInvalid, Path: path, Message: err.Error()}}
}

func coercions(path string, program *mapping.Program) (p []Problem) {
	for _, n := range program.Notes() {
		p = append(p, Problem{Code: ProblemCoercion, Path: joinPath(path, n.Path), Message: n.Message, Severity: SeverityWarning})
	}
	return p
}

// NormalRecipient writes a recipient as the action wants it: a telephone number as "+" and digits (ITU-T E.164), one without
// a country code by the numbering plan of a country. Without an action, or for one with a format of its own, the text stays
// as it is.
func NormalRecipient(s string, a *ConnectorAction, country string) (string, error) {
	if a == nil || a.Recipient.Format != "e164" {
		return s, nil
	}
	return mapping.E164In(s, country)
}
