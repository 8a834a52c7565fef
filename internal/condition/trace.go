package condition

import "unicode/utf8"

// Trace says why a row satisfied a program or did not: a verdict for each term that it is about. It is kept with
// every occurrence, so its JSON form has keys of one letter and its size is bounded by the limits of this package.
type Trace []Verdict

// Verdict is what became of one term.
//
// Want, Got and Before are shortened copies for people: a string is cut to MaxShown runes and
// ends in "…" if it was longer, a list is cut likewise over all its elements, an object
// reads as its description in braces, or "{…}". Numbers are int64, or float64 if they are none; read back from JSON they
// are whatever the reader's decoder makes of numbers.
type Verdict struct {
	Field     string    `json:"f"`
	Operation Operation `json:"o"`
	Want      any       `json:"w"`           // the term's value
	Got       any       `json:"g"`           // the row's value; nil if the field is missing
	Present   bool      `json:"p"`           // false: missing, the row has no such field
	True      bool      `json:"t"`           //
	Before    any       `json:"b,omitempty"` // for an operation that asks what was before: that
	Unknown   bool      `json:"u,omitempty"` // nobody knows what was before
	// Path leads to the term: "terms.2", "groups.0.terms.2".
	Path string `json:"a,omitempty"`
}

// Eval decides as Decide does, and says of every term why: of the terms of each group in their order, then of its groups in theirs.
// The trace has one verdict for each term, also for those after the one that decided.
func (p *Program) Eval(r Row, m Moment) (Answer, Trace) {
	return p.root.eval(r, &m, make(Trace, 0, p.size))
}

func (g *group) eval(r Row, m *Moment, trace Trace) (Answer, Trace) {
	decisive, rest := g.ends()
	result := rest
	take := func(a Answer) {
		if a == decisive || a == Unknown && result == rest {
			result = a
		}
	}
	for i := range g.terms {
		a, v := g.terms[i].judge(r, m)
		trace = append(trace, v)
		take(a)
	}
	for i := range g.groups {
		var a Answer
		a, trace = g.groups[i].eval(r, m, trace)
		take(a)
	}
	return result, trace
}

// Why decides as Decide does, and says why with as few terms as that takes: the one that decided, or, if none did so alone, all
// of them. Of ALL that does not hold it is the first term that is false, of ANY that does not hold every term.
func (p *Program) Why(r Row, m Moment) (Answer, Trace) { return p.root.why(r, &m, nil) }

// why appends to a trace; when a term or a group decides alone, what its siblings appended is taken away again.
func (g *group) why(r Row, m *Moment, trace Trace) (Answer, Trace) {
	decisive, rest := g.ends()
	begin := len(trace)
	for i := range g.terms {
		a, v := g.terms[i].judge(r, m)
		if a == decisive {
			return a, append(trace[:begin], v)
		}
		trace = append(trace, v)
		if a == Unknown {
			rest = Unknown
		}
	}
	for i := range g.groups {
		sub := len(trace)
		var a Answer
		a, trace = g.groups[i].why(r, m, trace)
		if a == decisive {
			return a, append(trace[:begin], trace[sub:]...)
		}
		if a == Unknown {
			rest = Unknown
		}
	}
	return rest, trace
}

func (t *term) judge(r Row, m *Moment) (Answer, Verdict) {
	raw, ok := r.Field(t.field)
	a := t.holds(raw, ok, m)
	v := Verdict{Field: t.field, Operation: t.operation, Want: t.shown, Present: ok, True: a == Yes, Unknown: a == Unknown, Path: t.path}
	if ok {
		v.Got = show(read(raw))
	}
	if t.compare != nil && m.Before != nil {
		if was, ok := m.Before.Field(t.field); ok {
			v.Before = show(read(was))
		}
	}
	return a, v
}

// show makes a value fit for a trace. Whatever comes out can be written as JSON.
func show(v value) any {
	if v.kind != list {
		return showScalar(v, MaxShown)
	}
	shown := []any{}
	left := MaxShown
	for _, element := range v.list() {
		if left <= 0 {
			return append(shown, "…")
		}
		e := showScalar(read(element), left)
		shown = append(shown, e)
		left -= cost(e)
	}
	return shown
}

func showScalar(v value, most int) any {
	switch v.kind {
	case null:
		return nil
	case boolean:
		return v.int == 1
	case integer:
		return v.int
	case decimal:
		return v.float()
	case text:
		return cut(v.text, most)
	case list:
		return "[…]"
	case object:
		if name, ok := v.named()[describing].(string); ok {
			return "{" + cut(name, max(most-2, 1)) + "}"
		}
	}
	return "{…}"
}

// cost is what an element takes of its list's share; everything but text is
// counted as a number of middling length.
func cost(shown any) int {
	if s, ok := shown.(string); ok {
		return 1 + utf8.RuneCountInString(s)
	}
	return 8
}

// cut shortens s to at most that many runes; the last of them is "…" if any were cut.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	runes, last := 0, 0
	for i := range s {
		if runes == most-1 {
			last = i
		}
		if runes == most {
			return s[:last] + "…"
		}
		runes++
	}
	return s
}
