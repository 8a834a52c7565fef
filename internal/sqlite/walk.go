package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// walk is a question to a table, answered in an order. Its branches are what an index answers in that order; they are merged, so
// that nothing is sorted and nothing is read beyond the page, whatever the table's size. keys bounds every branch by its keys,
// which the indexes end with; rest narrows every branch and is written so that it attracts no index of its own.
//
// What is asked first drives: calls of number, text and oneOf go from the most selective term to the least.
type walk struct {
	branches []terms
	keys     terms
	rest     terms
}

func (q *walk) driven() bool { return len(q.branches) > 0 }

// number asks for column = v; 0 asks nothing. index is the condition of the column's partial index, if it is partial.
func (q *walk) number(column, index string, v int64) {
	switch {
	case v == 0:
	case q.driven():
		q.rest.and(column+" + 0 = ?", v)
	default:
		q.drive(column, index, v)
	}
}

// text asks for column = v; an empty text asks nothing.
func (q *walk) text(column, index, v string) {
	switch {
	case v == "":
	case q.driven():
		q.rest.and(column+" || '' = ?", v)
	default:
		q.drive(column, index, v)
	}
}

func (q *walk) drive(column, index string, v any) {
	var w terms
	w.and(column+" = ?", v)
	if index != "" {
		w.and(index)
	}
	q.branches = append(q.branches, w)
}

// oneOf asks for column being one of the values; no values ask nothing. index says the condition of the partial index
// for a value; nil says that no index is to be used.
func (q *walk) oneOf(column string, values []string, index func(string) string) {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	switch {
	case len(values) == 0:
	case index == nil || q.driven():
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = v
		}
		q.rest.and(column+" || '' IN "+placeholders(len(values)), args...)
	default:
		for _, v := range values {
			q.drive(column, index(v), v)
		}
	}
}

// test asks for test messages only, which are few, or for none of them; nil asks nothing.
func (q *walk) test(only *bool) {
	switch {
	case only == nil:
	case *only:
		q.number("test", "test = 1", 1)
	default:
		q.rest.and("test + 0 = 0")
	}
}

// wholeIndex is for oneOf on a column whose index is not partial.
func wholeIndex(string) string { return "" }

// texts turns values of a string type of package hub into strings.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// clockSlack is how far a key may be from the time that its row bears, where nothing says it more exactly: a transaction takes its time a
// little after the key was made, and a clock that was set back leaves the keys where they were.
const clockSlack = time.Hour

// behind answers by how many milliseconds the time of a row is behind that of its key at most: a second, or as far as the clock was ever
// set back. The indexes of migration 71 hold those rows and no other, so it is one step. It is written without placeholders of its own.
const behind = "coalesce((SELECT key / 2097152 - %[2]s FROM %[1]s WHERE key / 2097152 - %[2]s > 1000 ORDER BY key / 2097152 - %[2]s DESC LIMIT 1), 1000)"

// between asks for a time from since on and before until; a zero time does not narrow. Keys sort by time, so the range is
// one of keys first; the column then says it to the millisecond. The list begins at the end of the range, so that must be narrow: a busy
// hub makes very many rows in an hour.
func (q *walk) between(table, column string, since, until time.Time) {
	if !since.IsZero() {
		q.keys.and("key >= ?", hub.KeyAt(since.Add(-clockSlack)))
		q.rest.and(column+" >= ?", ms(since))
	}
	if !until.IsZero() {
		q.keys.and("key < ? + 2097152 * "+fmt.Sprintf(behind, table, column), hub.KeyAt(until))
		q.rest.and(column+" < ?", ms(until))
	}
}

// parts are the branches, of which there is always one.
func (q *walk) parts() []terms {
	if !q.driven() {
		return []terms{{}}
	}
	return q.branches
}

// statement writes the question for a part of the list.
func (q *walk) statement(columns, table string, by sortedBy, s stretch) (string, []any) {
	var text []string
	var args []any
	for _, b := range q.parts() {
		w := terms{slices.Concat(b.text, q.keys.text, q.rest.text), slices.Concat(b.args, q.keys.args, q.rest.args)}
		by.narrow(&w, s)
		text = append(text, "SELECT "+columns+" FROM "+table+w.String())
		args = append(args, w.args...)
	}
	return strings.Join(text, " UNION ALL ") + by.along(s) + " LIMIT ?", append(args, s.limit)
}

// newest writes the question for the newest rows below a key.
func (q *walk) newest(columns, table string, below int64, limit int) (string, []any) {
	return q.statement(columns, table, byKey("key"), stretch{limit: limit, after: &hub.Place{Key: below}})
}

// tally writes the question how many rows there are: of so many that are looked at along the indexes, how many there were and
// how many of those rest lets through.
func (q *walk) tally(table string, most int) (string, []any) {
	var text []string
	var args []any
	for _, b := range q.parts() {
		w := terms{slices.Concat(b.text, q.keys.text), slices.Concat(b.args, q.keys.args)}
		text = append(text, "SELECT "+q.rest.hit()+" AS hit FROM "+table+w.String())
		args = append(append(args, q.rest.args...), w.args...)
	}
	return "SELECT count(*), coalesce(sum(hit), 0) FROM (" + strings.Join(text, " UNION ALL ") + " LIMIT ?)", append(args, most+1)
}

// hit writes whether a row that was looked at is meant.
func (w terms) hit() string {
	if len(w.text) == 0 {
		return "1"
	}
	return strings.Join(w.text, " AND ")
}

// total offers to count a list, looking at so many rows at most.
func (t table[T]) total(r reader, q walk, most int) func() (hub.Count, error) {
	return func() (hub.Count, error) {
		query, args := q.tally(t.name, most)
		return count(r, most, query, args...)
	}
}

// count reads a tally.
func count(r reader, most int, query string, args ...any) (n hub.Count, err error) {
	err = r(query, args, func(row scanner) error {
		var looked int
		err := row.Scan(&looked, &n.N)
		n = counted(looked, n.N, most)
		return err
	})
	return n, err
}

// counted is a count of which so many rows were looked at, and so many of them meant.
func counted(looked, meant, most int) hub.Count {
	return hub.Count{N: min(meant, most), Exact: looked <= most}
}
