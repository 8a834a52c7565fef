// Package condition decides whether a row satisfies terms such as "responsible is equal to
// Jonas Campos", and explains the decision term by term.
//
// Terms are compiled once, when they are saved or loaded, and evaluated many times: Compile
// refuses everything that could not be evaluated, so that evaluation itself has no errors.
// Evaluating takes time in proportion to the number of terms and the length of what they
// read, and runs nothing that a user wrote.
//
// # How values compare
//
// Values are JSON-like: nil, bool, string, []any, map[string]any, and numbers as json.Number or
// any Go integer or float. Comparison is strict about kinds and lenient within them:
//
//   - Numbers compare by value, however they are written: 7, 7.0, 7e0 and
//     json.Number("7") are the same. Integers within int64 compare exactly; anything
//     else compares as the nearest float64. NaN and infinities equal nothing.
//   - A string never equals a number or a bool: "7" is not 7. Which of the two a field
//     holds is for the catalogue to say before terms are compiled.
//   - Strings are equal byte by byte: case-sensitive, nothing is trimmed and no Unicode
//     normalisation is applied. CONTAINS, DOES_NOT_CONTAIN and STARTS_WITH ignore case by
//     Unicode simple folding: "ß" is not "ss", but "É" is "é".
//   - Values of a field of the Kind Instant compare as moments: 09:00-03:00 is 12:00Z. Text
//     that is no timestamp is equal to nothing there and neither earlier nor later.
//   - Lists are equal if they have equal elements in the same order. A list never
//     equals one of its elements; CONTAINS asks for an element. An element that is an object
//     stands for its "description", as the labels of a work order do.
//   - Comparing with nil asks whether the field is empty: nil, "" and a list
//     without elements are empty; 0, false and " " are not.
//   - Objects can be no term's value, and an object in a row equals nothing. Only CHANGED
//     looks into objects and lists, to tell whether anything in them is different.
//
// # What is missing
//
// A field that the row does not have makes Equal false and NotEqual true, whatever
// the value, nil included; the trace says that it was missing. A Row that knows a field but
// holds nothing in it should therefore answer nil and true. All other operations take a
// missing field for an empty one. An operation that says "not" is always the opposite of the
// one without; GREATER and LESS_OR_EQUAL are no opposites, since an empty field is neither.
//
// # What was before
//
// CHANGED, CHANGED_TO and CHANGED_FROM compare the row with what it was before. Of a row that is
// new everything was empty. Where nobody knows what was before, such a term is Unknown, and so are
// terms as a whole that depend on it: Unknown is no Yes.
package condition

import "time"

// Mode says how the verdicts of several terms become one.
type Mode string

// The modes, with the words that the screens use for them.
const (
	None Mode = "NONE" // without conditions: every row satisfies it
	Any  Mode = "ANY"  // at least one is true
	All  Mode = "ALL"  // all be true
)

// Terms are terms and groups of terms, joined by a mode.
type Terms struct {
	Mode  Mode
	Terms []Term
	// Groups are asked after the terms. They may hold groups again, MaxDepth levels in all, the
	// outermost included. Only the outermost may have the mode None.
	Groups []Terms
}

// Term compares one field of a row with a value.
type Term struct {
	// Field is the path of a field, as Row understands it. At most MaxField bytes.
	Field string `json:"field"`
	// Operation is one of the constants of that type.
	Operation Operation `json:"operation"`
	// Value is what the field is compared with: a string, number, bool, nil, or a list
	// of these. At most MaxValue bytes.
	Value any `json:"value"`
	// Kind says how the values of the field compare.
	Kind Kind `json:"-"`
}

// Kind says how the values of a field compare.
type Kind uint8

// The kinds.
const (
	Plain   Kind = iota // as the JSON-like values that they are
	Instant             // as moments that are written as text
)

// Row is anything that has fields. Field answers false if the row has no field of that
// path; a field that is known and empty is nil and true. Objects may be any type that
// is not one of the JSON-like values of the package comment.
type Row interface {
	Field(path string) (value any, ok bool)
}

// Moment is what a row is asked against beside the terms.
type Moment struct {
	// Now is the moment from which WITHIN_NEXT_DAYS and WITHIN_LAST_DAYS count, in whole seconds.
	Now time.Time
	// Before is the row as it was before; one without fields if the row is new, nil if nobody knows.
	Before Row
}

// Answer is what terms say of a row.
type Answer uint8

// The answers.
const (
	No      Answer = iota
	Yes            // the row satisfies them
	Unknown        // it depends on what was before, which nobody knows
)

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Limits of what Compile accepts and of what a Trace keeps.
const (
	MaxTerms  = 100    // terms in one program, those of all groups together
	MaxGroups = 100    // groups in one program
	MaxDepth  = 4      // levels of groups, the outermost included
	MaxField  = 200    // bytes in a field's path
	MaxValue  = 10_000 // bytes in a term's value; a list counts its elements and one byte for each
	MaxDays   = 36_500 // days within which an instant can be asked for
	MaxShown  = 120    // runes of a value that a Trace keeps
)

// Program is compiled terms. It does not change after Compile and may be
// used by any number of goroutines at once.
type Program struct {
	root   group
	size   int // terms in all
	fields []string
	before bool
}

type group struct {
	mode   Mode
	terms  []term
	groups []group
}

type term struct {
	field     string
	operation Operation
	test      test
	kind      Kind
	dated     bool       // it asks for the moment
	compare   comparison // instead of test
	want      value      // the value; of a range its lower end
	high      value      // of a range: its upper end
	any       []value    // of a list: its elements
	needle    needle     // of a part of a text
	shown     any        // the value, as a trace shows it
	path      string
}

// Match reports whether the row satisfies the program. It stops at the term that
// decides and allocates nothing of its own.
func (p *Program) Match(r Row, m Moment) bool { return p.Decide(r, m) == Yes }

// Decide is Match for who can do something with Unknown: that the answer depends on what was before,
// and Moment.Before is nil.
func (p *Program) Decide(r Row, m Moment) Answer { return p.root.decide(r, &m) }

// decide recurses no deeper than MaxDepth, which Compile has held.
func (g *group) decide(r Row, m *Moment) Answer {
	decisive, rest := g.ends()
	for i := range g.terms {
		switch g.terms[i].ask(r, m) {
		case decisive:
			return decisive
		case Unknown:
			rest = Unknown
		}
	}
	for i := range g.groups {
		switch g.groups[i].decide(r, m) {
		case decisive:
			return decisive
		case Unknown:
			rest = Unknown
		}
	}
	return rest
}

// ends are the answer that decides at once, and the one if nothing does.
func (g *group) ends() (decisive, rest Answer) {
	if g.mode == Any {
		return Yes, No
	}
	return No, Yes
}

// Fields returns the paths that the program reads, each once, in order of first use.
// The caller owns the slice. It is empty for the mode None.
func (p *Program) Fields() []string {
	return append([]string(nil), p.fields...)
}

// AsksBefore says whether a term asks what was before, so that Moment.Before has to be known.
func (p *Program) AsksBefore() bool { return p.before }

func (t *term) ask(r Row, m *Moment) Answer {
	raw, ok := r.Field(t.field)
	return t.holds(raw, ok, m)
}

func (t *term) holds(raw any, ok bool, m *Moment) Answer {
	if t.compare != nil {
		return t.askBefore(t.read(raw), m)
	}
	now := int64(0)
	if t.dated {
		now = m.Now.Unix()
	}
	return answer(t.test(t, t.read(raw), ok, now))
}

func (t *term) askBefore(got value, m *Moment) Answer {
	if m.Before == nil {
		if t.operation == ChangedTo && !equal(got, t.want) {
			return No // whatever it was
		}
		return Unknown
	}
	was, _ := m.Before.Field(t.field)
	return answer(t.compare(t, got, t.read(was)))
}

// read makes a value of the term's kind; text that is no timestamp stays text.
func (t *term) read(v any) value {
	got := read(v)
	if t.kind == Instant {
		return got.moment()
	}
	return got
}
