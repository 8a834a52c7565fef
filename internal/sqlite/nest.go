package sqlite

import (
	"slices"
	"strings"
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// nest is a list inside of each of many things, its wholes. The same page of all of these lists is read in one statement, which goes along
// the index of each as far as the page and no further; and so are they counted.
type nest[R any] struct {
	kept   []kept // where it is kept: mostly in one table; merged if they are several
	rest   terms  // narrows it, written so that it attracts no index of its own
	scan   func(scanner) (R, error)
	by     sortedBy
	cursor func(R) string
}

// kept is where a list of each whole is kept.
type kept struct {
	table   string
	whole   string // the column that has the key of the whole
	id      string // the columns that tell the rows apart
	columns string // what is read of them
}

// nested is a list of what stands in a table, by the things whose keys the column whole has.
func (t table[T]) nested(whole string, o hub.Order) (nest[*T], error) {
	by, err := t.order(o)
	return nest[*T]{kept: []kept{{t.name, whole, "key", t.columns}}, scan: t.scan, by: by.sortedBy, cursor: by.cursor}, err
}

// links is a list of the keys of other things, as a table of links has them.
func links(table, whole, key, id string) nest[int64] {
	return nest[int64]{kept: []kept{{table, whole, id, key}}, scan: scanKey, by: byKey(key)}
}

// pages reads the same page of the list of each whole, and offers to count the lists, looking at so many rows of each at most.
func (n nest[R]) pages(r reader, of []int64, p hub.Page, most int) ([]*hub.List[R], error) {
	pages, err := pagedEach(n.by, p, n.cursor, of, func(travels []travel) ([][]R, error) { return n.read(r, travels) })
	if err == nil {
		offer(n, r, pages, of, most)
	}
	return pages, err
}

// linked is pages of what the links of n lead to; what read has no value for is left out.
func linked[T any](r reader, n nest[int64], t table[T], wholes []int64, p hub.Page, read func([]int64) ([]*T, error)) ([]*hub.List[*T], error) {
	at := func(key int64) hub.Place { return hub.Place{Key: key} }
	keep := func(parts [][]int64) ([][]*T, error) {
		found, err := read(slices.Concat(parts...))
		kept := make([][]*T, len(parts))
		for i, part := range parts {
			if err == nil {
				kept[i] = present(found[:len(part)])
				found = found[len(part):]
			}
		}
		return kept, err
	}
	return pagedEach(n.by, p, t.newest().cursor, wholes, func(travels []travel) ([][]*T, error) {
		return readOnEach(travels, at, func(travels []travel) ([][]int64, error) { return n.read(r, travels) }, keep)
	})
}

// present are those that are there.
func present[T any](list []*T) []*T {
	return slices.DeleteFunc(list, func(v *T) bool { return v == nil })
}

// read reads stretches of the lists of different wholes, which are of the same length and direction and to the same end.
func (n nest[R]) read(r reader, travels []travel) ([][]R, error) {
	lists, at := make([][]R, len(travels)), make(map[int64]int, len(travels))
	for i, t := range travels {
		at[t.whole] = i
	}
	err := inParts(len(travels), func(from, to, size int) error {
		query, args := n.statement(travels[from:to], size)
		return r(query, args, func(row scanner) error {
			var whole int64
			v, err := n.scan(with{row, []any{&whole}})
			if i := at[whole]; err == nil && len(lists[i]) < travels[i].limit { // each of several tables may have as many
				lists[i] = append(lists[i], v)
			}
			return err
		})
	})
	return lists, err
}

// statement writes the question for stretches. Where each starts stands beside its whole; all end at the same place.
func (n nest[R]) statement(travels []travel, size int) (string, []any) {
	s, w := travels[0].stretch, terms{slices.Clone(n.rest.text), slices.Clone(n.rest.args)}
	columns, rising := []string{"whole"}, n.by.rising(s)
	if n.by.column != "" && s.start() != nil {
		columns = append(columns, "word")
	}
	if n.by.column == "" || s.start() != nil { // as in narrow
		columns = append(columns, "place")
		w.and(n.by.beside(s, rising, "wholes.word", "wholes.place"))
	}
	if end := s.end(); end != nil {
		n.by.bound(&w, s, *end, !rising)
	}
	var args []any
	for _, t := range travels {
		if args = append(args, t.whole); len(columns) > 1 {
			at := hub.Place{Key: edge[rising]}
			hub.Assign(&at, t.start())
			args = append(args, n.by.args(at)...)
		}
	}
	var text []string
	query, args := wholes(columns, args, size)
	for _, k := range n.kept {
		text = append(text, "SELECT "+k.columns+", whole FROM wholes CROSS JOIN "+k.table+" WHERE ("+k.id+") IN (SELECT "+k.id+k.from(w)+n.by.along(s)+" LIMIT ?)")
		args = append(append(args, w.args...), s.limit)
	}
	return query + strings.Join(text, " UNION ALL ") + n.by.along(s), args
}

// wholes writes a table of wholes, with what stands beside each. It is padded to a size with wholes that there are not, so that few
// statements serve all numbers of them.
func wholes(columns []string, args []any, size int) (string, []any) {
	all := make([]any, size*len(columns))
	copy(all, args)
	return "WITH wholes (" + strings.Join(columns, ", ") + ") AS (VALUES " + rows(size, len(columns)) + ") ", all
}

// from writes where the rows of a whole are, of those that are meant.
func (k kept) from(w terms) string {
	return " FROM " + k.table + terms{text: append([]string{k.whole + " = wholes.whole"}, w.text...)}.String()
}

// offer has every page count its list when asked; whichever is asked first counts all of them.
func offer[R, T any](n nest[R], r reader, pages []*hub.List[T], of []int64, most int) {
	all := sync.OnceValues(func() (map[int64]hub.Count, error) { return n.counts(r, of, most) })
	for i, whole := range of {
		pages[i].Total = func() (hub.Count, error) {
			counts, err := all()
			return counts[whole], err
		}
	}
}

// counts counts lists, each as walk.tally does.
func (n nest[R]) counts(r reader, of []int64, most int) (map[int64]hub.Count, error) {
	counts := make(map[int64]hub.Count, len(of))
	err := inParts(len(of), func(from, to, size int) error {
		query, args := n.tally(of[from:to], size, most)
		return r(query, args, func(row scanner) error {
			var whole, both int64
			err := row.Scan(&whole, &both)
			counts[whole] = counted(int(both>>32), int(both&(1<<32-1)), most)
			return err
		})
	})
	return counts, err
}

// tally writes the question how many rows each list has. Both numbers of it come as one, since there is one answer for each whole.
func (n nest[R]) tally(of []int64, size, most int) (string, []any) {
	args := make([]any, len(of))
	for i, whole := range of {
		args[i] = whole
	}
	query, args := wholes([]string{"whole"}, args, size)
	var text []string
	for _, k := range n.kept {
		text = append(text, "SELECT "+n.rest.hit()+" AS hit"+k.from(terms{}))
		args = append(args, n.rest.args...)
	}
	return query + "SELECT whole, (SELECT count(*) * 4294967296 + coalesce(sum(hit), 0) FROM (" + strings.Join(text, " UNION ALL ") + " LIMIT ?)) FROM wholes WHERE whole IS NOT NULL",
		append(args, most+1)
}

// itemsOf are the items of all lists.
func itemsOf[T any](lists []*hub.List[T]) (all []T) {
	for _, l := range lists {
		if l != nil {
			all = append(all, l.Items...)
		}
	}
	return all
}

// ofThose reads the lists of those wholes that may be read; of the others there is none.
func ofThose[T any](wholes []int64, may func(int64) bool, read func([]int64) ([]*hub.List[T], error)) ([]*hub.List[T], error) {
	of := slices.DeleteFunc(slices.Clone(wholes), func(whole int64) bool { return !may(whole) })
	found, err := read(of)
	if err != nil {
		return nil, err
	}
	lists := make([]*hub.List[T], len(wholes))
	for i, whole := range wholes {
		if len(found) > 0 && may(whole) {
			lists[i], found = found[0], found[1:]
		}
	}
	return lists, nil
}
