package sqlite

import (
	"slices"
	"strconv"

	"github.com/recado-hub/recado/internal/hub"
)

// stretch is what a page asks of a sorted list: so many items in the direction of travel, between two places of the list.
type stretch struct {
	limit         int
	back          bool       // it travels from the end of the list to its beginning
	after, before *hub.Place // nil: no bound
	inclusive     bool       // what stands at the bounds is meant as well
}

// sortedBy is what a list is sorted by: a column and, where that is equal, the key; or the key alone.
type sortedBy struct {
	column    string // empty: the key alone
	number    bool   // the column holds numbers
	key       string // the column of the key
	ascending bool
}

// byKey sorts by the key alone, the newest first.
func byKey(column string) sortedBy { return sortedBy{key: column} }

// stretch reads what a page asks.
func (by sortedBy) stretch(p hub.Page) (s stretch, err error) {
	if s.limit, err = p.Limit(); err != nil {
		return s, err
	}
	s.back = p.Back()
	if s.after, s.before, err = p.Places(by.column != ""); err != nil || !by.number {
		return s, err
	}
	for path, at := range map[string]*hub.Place{"after": s.after, "before": s.before} {
		if at == nil {
			continue
		}
		if _, err := strconv.ParseInt(at.Text, 10, 64); err != nil {
			return s, hub.Invalid(path, "this is not a cursor of this order; use one that this API returned for the same list")
		}
	}
	return s, nil
}

// start is where the travel starts; nil: at the end of the list.
func (s stretch) start() *hub.Place {
	if s.back {
		return s.before
	}
	return s.after
}

// from goes on behind a place.
func (s stretch) from(at hub.Place) stretch {
	if s.inclusive = false; s.back {
		s.before = &at
	} else {
		s.after = &at
	}
	return s
}

// beyond asks for what is on the other side of where the travel starts; nil if it starts with the list.
func (s stretch) beyond() *stretch {
	switch at := s.start(); {
	case at == nil:
		return nil
	case s.back:
		return &stretch{limit: 1, after: at, inclusive: true}
	default:
		return &stretch{limit: 1, back: true, before: at, inclusive: true}
	}
}

// rising says whether what is sorted by grows along the travel.
func (by sortedBy) rising(s stretch) bool { return by.ascending != s.back }

// narrow asks for what is between the bounds. A list by key alone always has a bound where the travel starts, so that its
// statement is the same for all its pages.
func (by sortedBy) narrow(w *terms, s stretch) {
	if s.after != nil {
		by.bound(w, s, *s.after, by.ascending)
	}
	if s.before != nil {
		by.bound(w, s, *s.before, !by.ascending)
	}
	if by.column == "" && s.start() == nil {
		by.bound(w, s, hub.Place{Key: edge[by.rising(s)]}, by.rising(s))
	}
}

// edge is a key before the first one of a travel in which keys rise or fall.
var edge = map[bool]int64{true: -1, false: 1<<63 - 1}

func (by sortedBy) bound(w *terms, s stretch, at hub.Place, above bool) {
	op := "<"
	if above {
		op = ">"
	}
	if s.inclusive {
		op += "="
	}
	switch n, err := strconv.ParseInt(at.Text, 10, 64); {
	case by.column == "":
		w.and(by.key+" "+op+" ?", at.Key)
	case by.number && err == nil:
		w.and("("+by.column+", "+by.key+") "+op+" (?, ?)", n, at.Key)
	default:
		w.and("("+by.column+", "+by.key+") "+op+" (?, ?)", at.Text, at.Key)
	}
}

// along writes the order of the travel and how far it goes; the limit is its argument.
func (by sortedBy) along(s stretch) string {
	way := " DESC"
	if by.rising(s) {
		way = " ASC"
	}
	order := by.key + way
	if by.column != "" {
		order = by.column + way + ", " + order
	}
	return " ORDER BY " + order + " LIMIT ?"
}

// paged makes a page of what read finds in the direction of travel. It asks for one more than the page, to know whether the list
// goes on.
func paged[T any](by sortedBy, p hub.Page, cursor func(T) string, read func(stretch) ([]T, error)) (hub.List[T], error) {
	var l hub.List[T]
	s, err := by.stretch(p)
	if err != nil {
		return l, err
	}
	limit := s.limit
	s.limit++
	list, err := read(s)
	if err != nil {
		return l, err
	}
	l.Items, l.Cursor = list[:min(len(list), limit)], cursor
	if s.back {
		slices.Reverse(l.Items)
		l.HasPrevious = len(list) > limit
	} else {
		l.HasNext = len(list) > limit
	}
	if far := s.beyond(); far != nil {
		l.Beyond = func() (bool, error) {
			list, err := read(*far)
			return len(list) > 0, err
		}
	}
	return l, nil
}

// readOn reads parts until there are as many as the stretch asks for, or no more, leaving out what keep does not let through: a
// page is never shorter than what there is to see.
func readOn[R, T any](s stretch, place func(R) hub.Place, read func(stretch) ([]R, error), keep func([]R) ([]T, error)) (list []T, err error) {
	for want := s.limit; ; s.limit = max(want, hub.DefaultPage) {
		part, err := read(s)
		n := len(part)
		if err != nil || n == 0 {
			return list, err
		}
		s = s.from(place(part[n-1])) // before keep, which may use up the part
		kept, err := keep(part)
		if err != nil {
			return nil, err
		}
		if list = append(list, kept...); n < s.limit || len(list) >= want {
			return list[:min(len(list), want)], nil
		}
	}
}
