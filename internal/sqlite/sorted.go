package sqlite

import (
	"math"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// sorted reads a part of a list of configuration in an order, and offers to count the whole list. The table has a column
// folded, which holds the description in lower case, and an index on it and the key. One more than the page is read, to
// know whether there is a next one.
func (t table[T]) sorted(r reader, w terms, o hub.GroupOrder, p hub.Page) (hub.List[*T], error) {
	var none hub.List[*T]
	limit, err := p.Limit()
	if err != nil {
		return none, err
	}
	query, args, err := t.sortedStatement(w, o, p, limit+1)
	if err != nil {
		return none, err
	}
	list, err := readAll(r, t.scan, query, args...)
	if err != nil {
		return none, err
	}
	l := hub.List[*T]{Items: list, HasNext: len(list) > limit}
	if l.HasNext {
		l.Items = list[:limit]
	}
	l.Total = func() (int, error) {
		return number(r, "SELECT count(*) FROM "+t.name+w.String(), w.args...)
	}
	return l, nil
}

// sortedStatement writes the question of sorted.
func (t table[T]) sortedStatement(w terms, o hub.GroupOrder, p hub.Page, limit int) (string, []any, error) {
	w = terms{slices.Clone(w.text), slices.Clone(w.args)}
	beyond, way := "<", " DESC"
	if o.Direction == hub.Ascending {
		beyond, way = ">", " ASC"
	}
	if o.Field == hub.GroupsByDescription {
		text, key, ok, err := p.Sorted()
		if err != nil {
			return "", nil, err
		}
		if ok {
			w.and("(folded, key) "+beyond+" (?, ?)", text, key)
		}
		return t.query(w.String() + " ORDER BY folded" + way + ", key" + way + " LIMIT ?"), append(w.args, limit), nil
	}
	after, err := p.Key()
	if err != nil {
		return "", nil, err
	}
	if p.After == "" && beyond == "<" {
		after = math.MaxInt64
	}
	w.and("key "+beyond+" ?", after)
	return t.query(w.String() + " ORDER BY key" + way + " LIMIT ?"), append(w.args, limit), nil
}
