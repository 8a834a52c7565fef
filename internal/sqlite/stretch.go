package sqlite

import (
	"slices"
	"strconv"
	"strings"

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

// end is where the travel ends at the latest; nil: with the list.
func (s stretch) end() *hub.Place {
	if s.back {
		return s.after
	}
	return s.before
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
	w.and(by.beside(s, above, "?", "?"), by.args(at)...)
}

// beside compares an item with a place, of which what it is sorted by and the key are written as given.
func (by sortedBy) beside(s stretch, above bool, word, key string) string {
	op := " < "
	if above {
		op = " > "
	}
	if s.inclusive {
		op = strings.TrimRight(op, " ") + "= "
	}
	if by.column == "" {
		return by.key + op + key
	}
	return "(" + by.column + ", " + by.key + ")" + op + "(" + word + ", " + key + ")"
}

// args are the values of a place: what the list is sorted by, if that is not the key alone, and the key.
func (by sortedBy) args(at hub.Place) []any {
	switch n, err := strconv.ParseInt(at.Text, 10, 64); {
	case by.column == "":
		return []any{at.Key}
	case by.number && err == nil:
		return []any{n, at.Key}
	default:
		return []any{at.Text, at.Key}
	}
}

// along writes the order of the travel.
func (by sortedBy) along(s stretch) string {
	way := " DESC"
	if by.rising(s) {
		way = " ASC"
	}
	order := by.key + way
	if by.column != "" {
		order = by.column + way + ", " + order
	}
	return " ORDER BY " + order
}

// paged makes a page of what read finds in the direction of travel.
func paged[T any](by sortedBy, p hub.Page, cursor func(T) string, read func(stretch) ([]T, error)) (hub.List[T], error) {
	lists, err := pagedEach(by, p, cursor, []int64{0}, func(travels []travel) ([][]T, error) { return alone(read(travels[0].stretch)) })
	if err != nil {
		return hub.List[T]{}, err
	}
	return *lists[0], nil
}

// travel is a stretch of the list of one of many things, its whole.
type travel struct {
	whole int64
	stretch
}

// pagedEach makes the same page of the list of each of many things, of what read finds in the direction of travel. It asks for one more than
// the page, to know whether a list goes on.
func pagedEach[T any](by sortedBy, p hub.Page, cursor func(T) string, wholes []int64, read func([]travel) ([][]T, error)) ([]*hub.List[T], error) {
	s, err := by.stretch(p)
	if err != nil {
		return nil, err
	}
	limit := s.limit
	s.limit++
	travels := make([]travel, len(wholes))
	for i, whole := range wholes {
		travels[i] = travel{whole, s}
	}
	found, err := read(travels)
	if err != nil {
		return nil, err
	}
	pages := make([]*hub.List[T], len(wholes))
	for i, list := range found {
		pages[i] = &hub.List[T]{Items: list[:min(len(list), limit)], Cursor: cursor}
		if s.back {
			slices.Reverse(pages[i].Items)
			pages[i].HasPrevious = len(list) > limit
		} else {
			pages[i].HasNext = len(list) > limit
		}
		if far := s.beyond(); far != nil {
			pages[i].Beyond = func() (bool, error) {
				found, err := read([]travel{{wholes[i], *far}})
				return err == nil && len(found[0]) > 0, err
			}
		}
	}
	return pages, nil
}

// readOn is readOnEach of one list.
func readOn[R, T any](s stretch, place func(R) hub.Place, read func(stretch) ([]R, error), keep func([]R) ([]T, error)) ([]T, error) {
	lists, err := readOnEach([]travel{{stretch: s}}, place, func(travels []travel) ([][]R, error) { return alone(read(travels[0].stretch)) },
		func(parts [][]R) ([][]T, error) { return alone(keep(parts[0])) })
	if err != nil {
		return nil, err
	}
	return lists[0], nil
}

// readOnEach reads parts of lists until there are as many of each as its stretch asks for, or no more, leaving out what keep does not let
// through: a page is never shorter than what there is to see. All stretches are of the same length and direction.
func readOnEach[R, T any](travels []travel, place func(R) hub.Place, read func([]travel) ([][]R, error), keep func([][]R) ([][]T, error)) ([][]T, error) {
	lists, open := make([][]T, len(travels)), make([]travel, len(travels))
	at := make([]int, len(travels)) // which list each that is open fills
	for i, t := range travels {
		open[i], at[i] = t, i
	}
	for want := 0; len(open) > 0; {
		if want == 0 {
			want = open[0].limit
		}
		parts, err := read(open)
		if err != nil {
			return nil, err
		}
		more := make([]bool, len(open))
		for i, part := range parts { // before keep, which may use up the parts
			if n := len(part); n == open[i].limit {
				more[i], open[i].stretch = true, open[i].from(place(part[n-1]))
			}
		}
		kept, err := keep(parts)
		if err != nil {
			return nil, err
		}
		rest := 0
		for i, list := range kept {
			list = append(lists[at[i]], list...)
			lists[at[i]] = list[:min(len(list), want)]
			if more[i] && len(list) < want {
				open[rest], at[rest] = open[i], at[i]
				open[rest].limit = max(want, hub.DefaultPage)
				rest++
			}
		}
		open = open[:rest]
	}
	return lists, nil
}

// alone is a list as one of many.
func alone[T any](list []T, err error) ([][]T, error) { return [][]T{list}, err }
