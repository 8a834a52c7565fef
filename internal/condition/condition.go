// Package condition decides whether a row satisfies a list of terms such as
// "responsible is equal to Jonas Campos", and explains the decision term by term.
//
// A list of terms is compiled once, when it is saved or loaded, and evaluated
// many times: Compile refuses everything that could not be evaluated, so that
// evaluation itself has no errors. Evaluating takes time in proportion to the
// number of terms and runs nothing that a user wrote.
//
// # How values compare
//
// Values are JSON-like: nil, bool, string, []any, and numbers as json.Number or
// any Go integer or float. Comparison is strict about kinds and lenient within them:
//
//   - Numbers compare by value, however they are written: 7, 7.0, 7e0 and
//     json.Number("7") are the same. Integers within int64 compare exactly; anything
//     else compares as the nearest float64. NaN and infinities equal nothing.
//   - A string never equals a number or a bool: "7" is not 7. Which of the two a field
//     holds is for the catalogue to say before terms are compiled.
//   - Strings compare byte by byte: case-sensitive, nothing is trimmed and no Unicode
//     normalisation is applied.
//   - Lists are equal if they have equal elements in the same order. A list never
//     equals one of its elements.
//   - Comparing with nil asks whether the field is empty: nil, "" and a list
//     without elements are empty; 0, false and " " are not.
//   - Objects can be no term's value, and an object in a row equals nothing.
//
// A field that the row does not have makes Equal false and NotEqual true, whatever
// the value, nil included; the trace says that it was missing. A Row that knows a field but
// holds nothing in it should therefore answer nil and true.
package condition

// Mode says how the verdicts of several terms become one.
type Mode string

// The modes, with the words that the screens use for them.
const (
	None Mode = "NONE" // without conditions: every row satisfies it
	Any  Mode = "ANY"  // at least one is true
	All  Mode = "ALL"  // all be true
)

// Term compares one field of a row with a value.
type Term struct {
	// Field is the path of a field, as Row understands it. At most MaxField bytes.
	Field string `json:"field"`
	// Operation is one of the constants of that type.
	Operation Operation `json:"operation"`
	// Value is what the field is compared with: a string, number, bool, nil, or a list
	// of these. At most MaxValue bytes.
	Value any `json:"value"`
}

// Row is anything that has fields. Field answers false if the row has no field of that
// path; a field that is known and empty is nil and true. Objects may be any type that
// is not one of the JSON-like values of the package comment.
type Row interface {
	Field(path string) (value any, ok bool)
}

// Limits of what Compile accepts and of what a Trace keeps.
const (
	MaxTerms = 100    // terms in one program
	MaxField = 200    // bytes in a field's path
	MaxValue = 10_000 // bytes in a term's value; a list counts its elements and one byte for each
	MaxShown = 120    // runes of a value that a Trace keeps
)

// Program is a compiled list of terms. It does not change after Compile and may be
// used by any number of goroutines at once.
type Program struct {
	mode   Mode
	terms  []term
	fields []string
}

type term struct {
	field     string
	operation Operation
	test      test
	want      value
	shown     any // want, as a trace shows it
}

// Match reports whether the row satisfies the program. It stops at the term that
// decides and allocates nothing of its own.
func (p *Program) Match(r Row) bool {
	decisive := p.mode == Any
	for i := range p.terms {
		t := &p.terms[i]
		got, ok := r.Field(t.field)
		if t.test(read(got), ok, t.want) == decisive {
			return decisive
		}
	}
	return !decisive
}

// Eval decides as Match does, and says of every term why. The trace has one verdict for
// each term in the order given to Compile, also for terms after the one that decided.
func (p *Program) Eval(r Row) (bool, Trace) {
	decisive := p.mode == Any
	result := !decisive
	trace := make(Trace, len(p.terms))
	for i := range p.terms {
		trace[i] = p.terms[i].judge(r)
		if trace[i].True == decisive {
			result = decisive
		}
	}
	return result, trace
}

// Fields returns the paths that the program reads, each once, in order of first use.
// The caller owns the slice. It is empty for the mode None.
func (p *Program) Fields() []string {
	return append([]string(nil), p.fields...)
}

func (t *term) judge(r Row) Verdict {
	raw, ok := r.Field(t.field)
	got := read(raw)
	v := Verdict{
		Field: t.field, Operation: t.operation, Want: t.shown,
		Present: ok, True: t.test(got, ok, t.want),
	}
	if ok {
		v.Got = show(got)
	}
	return v
}
