package condition

import "unicode/utf8"

// Trace says why a row satisfied a program or did not: one verdict for each term, in
// order. It is kept with every occurrence, so its JSON form has keys of one letter and
// its size is bounded by the limits of this package.
type Trace []Verdict

// Verdict is what became of one term.
//
// Want and Got are shortened copies for people: a string is cut to MaxShown runes and
// ends in "…" if it was longer, a list is cut likewise over all its elements, an object
// reads "{…}". Numbers are int64, or float64 if they are none; read back from JSON they
// are whatever the reader's decoder makes of numbers.
type Verdict struct {
	Field     string    `json:"f"`
	Operation Operation `json:"o"`
	Want      any       `json:"w"` // the term's value
	Got       any       `json:"g"` // the row's value; nil if the field is missing
	Present   bool      `json:"p"` // false: missing, the row has no such field
	True      bool      `json:"t"`
}

// show makes a value fit for a trace. Whatever comes out can be written as JSON.
func show(v value) any {
	if v.kind != list {
		return showScalar(v, MaxShown)
	}
	shown := []any{}
	left := MaxShown
	for _, element := range v.list {
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
		return v.float
	case text:
		return cut(v.text, most)
	case list:
		return "[…]"
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
