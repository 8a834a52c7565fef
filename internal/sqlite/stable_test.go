package sqlite_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// spot is where an item stands: what the list is sorted by, and the key.
type spot struct {
	by  string
	key int64
}

// shelf is a list that changes while it is read. Its spots are what it has, as the test knows it; a stir changes something.
type shelf struct {
	numbers bool
	spots   func() []spot
	stir    func(*rand.Rand)
	read    func(hub.Page) ([]spot, hub.List[string])
}

// sorted is what the shelf has, in an order.
func (s shelf) sorted(o hub.Order) []spot {
	return slices.SortedFunc(slices.Values(s.spots()), func(a, b spot) int {
		if o.Direction == hub.Descending {
			a, b = b, a
		}
		by := cmp.Compare(a.by, b.by)
		if x, err := strconv.Atoi(a.by); s.numbers && err == nil {
			y, _ := strconv.Atoi(b.by)
			by = cmp.Compare(x, y)
		}
		return cmp.Or(by, cmp.Compare(a.key, b.key))
	})
}

// listed makes a list of cursors of a list, and the spots of its items.
func listed[T any](l hub.List[*T], at func(*T) spot) (spots []spot, out hub.List[string]) {
	out = hub.List[string]{HasNext: l.HasNext, HasPrevious: l.HasPrevious, Beyond: l.Beyond}
	for _, v := range l.Items {
		spots, out.Items = append(spots, at(v)), append(out.Items, l.Cursor(v))
	}
	return spots, out
}

// shelfOfGroups has groups that come, are renamed, and go.
func shelfOfGroups(t *testing.T, field hub.OrderField) shelf {
	t.Helper()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	kept := map[int64]*hub.Group{}
	for _, g := range must(db.Groups(ctx, admin, hub.ListFilter{}, hub.Page{}))(t).Items {
		kept[g.Key] = g
	}
	at := func(g *hub.Group) spot {
		switch field {
		case hub.ByDescription:
			return spot{hub.Filed(g.Description), g.Key}
		case hub.ByUpdatedAt:
			return spot{strconv.FormatInt(g.UpdatedAt.UnixMilli(), 10), g.Key}
		}
		return spot{"", g.Key}
	}
	anyOf := func(r *rand.Rand) *hub.Group {
		var mine []int64
		for key, g := range kept {
			if key != admin.Group.Key && g != nil {
				mine = append(mine, key)
			}
		}
		if len(mine) == 0 {
			return nil
		}
		slices.Sort(mine)
		return kept[oneOf(r, mine...)]
	}
	name := func(r *rand.Rand) string {
		return oneOf(r, "Água", "água", "ZINCO", "b", "B", "Ça") + strconv.Itoa(r.IntN(4))
	}
	return shelf{
		numbers: field == hub.ByUpdatedAt,
		spots: func() (list []spot) {
			for _, g := range kept {
				list = append(list, at(g))
			}
			return list
		},
		stir: func(r *rand.Rand) {
			switch g := anyOf(r); {
			case g == nil || r.IntN(3) == 0:
				made := must(db.GroupCreate(ctx, admin, groupInput(name(r))))(t)
				kept[made.Key] = made
			case r.IntN(2) == 0:
				kept[g.Key] = must(db.GroupUpdate(ctx, admin, g.Key, 0, groupInput(name(r))))(t)
			default:
				if err := db.GroupDelete(ctx, admin, g.Key, 0); err != nil {
					t.Fatal(err)
				}
				delete(kept, g.Key)
			}
		},
		read: func(p hub.Page) ([]spot, hub.List[string]) {
			return listed(must(db.Groups(ctx, admin, hub.ListFilter{}, p))(t), at)
		},
	}
}

// shelfOfRecords has records of two types that come; their keys are sorted by byte.
func shelfOfRecords(t *testing.T, field hub.OrderField) shelf {
	t.Helper()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	kept := map[int64]*hub.Record{}
	at := func(rec *hub.Record) spot {
		if field == hub.ByKey {
			return spot{rec.Name, rec.Key}
		}
		return spot{"", rec.Key}
	}
	return shelf{
		spots: func() (list []spot) {
			for _, rec := range kept {
				list = append(list, at(rec))
			}
			return list
		},
		stir: func(r *rand.Rand) {
			typ, name := oneOf(r, "person", "work_order_task"), strconv.Itoa(r.IntN(2000))
			write(t, db, func(tx *sqlite.Tx) error {
				_, err := tx.RecordWrite(sqlite.RecordWrite{Type: typ, Name: name, Data: fmt.Sprintf(`{"n":%d}`, r.IntN(9))}, func() error { return nil })
				return err
			})
			rec := must(db.RecordNamed(ctx, admin, typ, name))(t)
			kept[rec.Key] = rec
		},
		read: func(p hub.Page) ([]spot, hub.List[string]) {
			return listed(must(db.Records(ctx, admin, "", "", p))(t), at)
		},
	}
}

// shelfOfExecutions has the executions of a flow, among others.
func shelfOfExecutions(t *testing.T, _ hub.OrderField) shelf {
	t.Helper()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 2, perFlow: 9, delivery: hub.Sent})
	at := func(e *hub.Execution) spot { return spot{"", e.Key} }
	var kept []spot
	for _, e := range h.executions {
		if e.FlowKey == h.flows[0].Key {
			kept = append(kept, at(e))
		}
	}
	n := 1000
	return shelf{
		spots: func() []spot { return slices.Clone(kept) },
		stir: func(r *rand.Rand) {
			n++
			f := oneOf(r, h.flows...)
			var e *hub.Execution
			write(t, db, func(tx *sqlite.Tx) error {
				o := occurrence(tx, 1, n)
				e = execution(tx, f, o, hub.Sent)
				return store(tx, o, e, delivery(tx, e, 0, hub.Sent))
			})
			if f == h.flows[0] {
				kept = append(kept, at(e))
			}
		},
		read: func(p hub.Page) ([]spot, hub.List[string]) {
			return listed(must(db.Executions(ctx, admin, hub.ExecutionFilter{FlowKey: h.flows[0].Key}, p))(t), at)
		},
	}
}

// Between two pages things come, are renamed and go; the reader turns round when it likes. Each page has exactly what then stands
// behind or before the place from which it is read.
func TestAListIsReadEitherWayWhileItChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		make  func(*testing.T, hub.OrderField) shelf
		field hub.OrderField
	}{
		{"groups", shelfOfGroups, hub.ByDescription}, {"groups", shelfOfGroups, hub.ByUpdatedAt}, {"groups", shelfOfGroups, hub.ByCreatedAt},
		{"records", shelfOfRecords, hub.ByKey}, {"records", shelfOfRecords, hub.ByCreatedAt}, {"executions", shelfOfExecutions, hub.ByCreatedAt},
	} {
		for _, way := range []hub.OrderDirection{hub.Ascending, hub.Descending} {
			o := hub.Order{Field: c.field, Direction: way}
			t.Run(fmt.Sprint(c.name, o), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(7, 11))
				s := c.make(t, c.field)
				for range 15 {
					s.stir(r)
				}
				for range 8 {
					s.wander(t, r, o)
				}
				for _, back := range []bool{false, true} {
					s.through(t, r, o, back)
				}
			})
		}
	}
}

// wander reads pages from both ends of the one before.
func (s shelf) wander(t *testing.T, r *rand.Rand, o hub.Order) {
	t.Helper()
	var from, to *spot // of the page before
	var start, end string
	for range 12 {
		for range r.IntN(4) {
			s.stir(r)
		}
		list, p := s.sorted(o), hub.Page{Order: o}
		size := 1 + r.IntN(5)
		var want []spot
		var beyond, more bool
		if r.IntN(2) == 0 {
			p.First, p.After = size, end
			i := 0
			if to != nil {
				i = after(s, o, list, *to)
			}
			want, beyond, more = list[i:min(len(list), i+size)], i > 0, len(list) > i+size
		} else {
			p.Last, p.Before = size, start
			i := len(list)
			if from != nil {
				i = before(s, o, list, *from)
			}
			want, beyond, more = list[max(0, i-size):i], i < len(list), i > size
		}
		got, l := s.read(p)
		if !slices.Equal(got, want) || l.HasNext != (more && !p.Back()) || l.HasPrevious != (more && p.Back()) {
			t.Fatalf("%+v: got %v next %v previous %v, want %v more %v", p, got, l.HasNext, l.HasPrevious, want, more)
		}
		if there := l.Beyond != nil && must(l.Beyond())(t); there != beyond {
			t.Fatalf("%+v: on the other side: %v, want %v", p, there, beyond)
		}
		if n := len(got); n > 0 {
			from, to, start, end = &got[0], &got[n-1], l.Items[0], l.Items[n-1]
		}
	}
}

// after is where in a sorted list that goes on which stands behind a spot, and before where that ends which stands before it.
func after(s shelf, o hub.Order, list []spot, at spot) int {
	return slices.IndexFunc(append(slices.Clone(list), spot{}), func(v spot) bool { return v == spot{} || s.less(o, at, v) })
}

func before(s shelf, o hub.Order, list []spot, at spot) int {
	return slices.IndexFunc(append(slices.Clone(list), spot{}), func(v spot) bool { return v == spot{} || !s.less(o, v, at) })
}

func (s shelf) less(o hub.Order, a, b spot) bool {
	two := shelf{numbers: s.numbers, spots: func() []spot { return []spot{a, b} }}
	return a != b && two.sorted(o)[0] == a
}

// through reads the whole list one way. What was there all the time, at its place, comes exactly once, in its order.
func (s shelf) through(t *testing.T, r *rand.Rand, o hub.Order, back bool) {
	t.Helper()
	stayed := s.sorted(o)
	seen := map[spot]int{}
	var order []spot
	p := hub.Page{First: 2, Order: o}
	if back {
		p.First, p.Last = 0, 2
	}
	for range 500 {
		got, l := s.read(p)
		for _, v := range got {
			seen[v]++
		}
		if !l.HasNext && !l.HasPrevious {
			if back {
				order = slices.Concat(got, order)
			} else {
				order = append(order, got...)
			}
			break
		}
		if back {
			order, p.Before = slices.Concat(got, order), l.Items[0]
		} else {
			order, p.After = append(order, got...), l.Items[len(l.Items)-1]
		}
		if r.IntN(2) == 0 { // rarer than pages, or the list would not end
			s.stir(r)
		}
		now := s.spots()
		stayed = slices.DeleteFunc(stayed, func(v spot) bool { return !slices.Contains(now, v) })
	}
	for v, n := range seen {
		if n != 1 {
			t.Errorf("%v came %d times", v, n)
		}
	}
	order = slices.DeleteFunc(order, func(v spot) bool { return !slices.Contains(stayed, v) })
	if !slices.Equal(order, stayed) {
		t.Errorf("back %v: what stayed came as %v, not %v", back, order, stayed)
	}
}
