package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// inside is a list that each of many things has, as a test knows it.
type inside struct {
	lists map[int64]shelf // by the key of its thing; only what it has
	read  func([]int64, hub.Page) ([]*nestedPage, error)
	by    []hub.OrderField // by which it can be sorted, if it can
	total bool             // it is counted
}

// nestedPage is a page of one of the lists.
type nestedPage struct {
	spots []spot
	hub.List[string]
	total func() (hub.Count, error)
}

// pagesOf turns the pages of lists of some type into pages of their spots.
func pagesOf[T any](lists []*hub.List[*T], err error, at func(*T) spot) ([]*nestedPage, error) {
	pages := make([]*nestedPage, len(lists))
	for i, l := range lists {
		if l != nil {
			pages[i] = &nestedPage{total: l.Total}
			pages[i].spots, pages[i].List = listed(*l, at)
		}
	}
	return pages, err
}

// keep notes what the list of a thing has.
func (in *inside) keep(whole int64, s ...spot) {
	if in.lists == nil {
		in.lists = map[int64]shelf{}
	}
	all := s
	if was, ok := in.lists[whole]; ok {
		all = append(was.spots(), s...)
	}
	in.lists[whole] = shelf{spots: func() []spot { return all }, numbers: true}
}

// insides puts every kind of list that things have into a store, for many things of each kind.
func insides(t *testing.T, db *sqlite.DB, r *rand.Rand) map[string]inside {
	t.Helper()
	admin, ctx := hubtest.Admin(t, db), t.Context()
	const things = 12
	consumers, suppressions, active, flows, records, replays, collected, mine := inside{total: true, by: []hub.OrderField{""}}, inside{total: true, by: []hub.OrderField{"", hub.ByUpdatedAt}},
		inside{total: true, by: []hub.OrderField{""}},
		inside{total: true}, inside{total: true}, inside{total: true}, inside{}, inside{}
	for n := range things {
		g := must(db.GroupCreate(ctx, admin, groupInput(fmt.Sprint("g", n))))(t)
		consumers.keep(g.Key)
		i := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: fmt.Sprint("i", n)}, nil))(t)
		suppressions.keep(i.Key)
		active.keep(i.Key)
		f := must(db.FlowCreate(ctx, admin, flow(fmt.Sprint("f", n), 0, 0)))(t)
		flows.keep(f.Key, spot{key: 1})
		for v := range r.IntN(7) {
			must(db.FlowUpdate(ctx, admin, f.Key, 0, func(f *hub.Flow) error { f.Description += "."; return nil }))(t)
			flows.keep(f.Key, spot{key: int64(v + 2)})
		}
		for m := range r.IntN(7) {
			c := must(db.ConsumerCreate(ctx, admin, consumerInput(fmt.Sprint("c", n, m), g.Key)))(t)
			consumers.keep(g.Key, spot{key: c.Consumer.Key})
		}
		write(t, db, func(tx *sqlite.Tx) error {
			for m := range r.IntN(7) {
				s, _, err := tx.Suppress(&hub.Suppression{IntegrationKey: i.Key, Recipient: fmt.Sprint("+55", m), Ground: hub.GroundOperator, Source: hub.SuppressedByOperator, Since: tx.Now(),
					Until: oneOf(r, nil, ptr(tx.Now().Add(-time.Hour)), ptr(tx.Now().Add(time.Hour)))}, 0)
				if err != nil {
					return err
				}
				at := time.UnixMilli(r.Int64N(4) + 1)
				if err := tx.Exec("UPDATE suppressions SET updated_at = ? WHERE key = ?", at.UnixMilli(), s.Key); err != nil {
					return err
				}
				suppressions.keep(i.Key, spot{strconv.FormatInt(at.UnixMilli(), 10), s.Key})
				if s.Active(tx.Now()) {
					active.keep(i.Key, spot{key: s.Key})
				}
			}
			e := execution(tx, f, &hub.Occurrence{}, hub.Sent)
			if err := tx.ExecutionInsert(e); err != nil {
				return err
			}
			replays.keep(e.Key)
			for range r.IntN(7) {
				again := execution(tx, f, &hub.Occurrence{}, hub.Sent)
				again.Trigger = hub.StartedByReplay
				if err := tx.ExecutionInsert(again); err != nil {
					return err
				}
				if err := tx.ReplayInsert(&hub.Replay{ExecutionKey: again.Key, OriginalKey: e.Key, RootKey: e.Key, Records: hub.RecordsNow}, nil); err != nil {
					return err
				}
				replays.keep(e.Key, spot{key: again.Key})
			}
			if err := tx.CollectionInsert(&hub.Collection{ExecutionKey: e.Key, FlowKey: f.Key, FlowVersion: 1, OpenedAt: tx.Now(), LastAt: tx.Now()}); err != nil {
				return err
			}
			collected.keep(e.Key)
			mine.keep(e.Key)
			for m := range r.IntN(40) {
				o := occurrence(tx, admin.Consumer.Key, n*100+m)
				o.Type = oneOf(r, newWorkOrder, "warehouses.stock.under_minimum", "warehouses.stock.under_minimum")
				if _, err := tx.OccurrenceInsert(o, "[]"); err != nil {
					return err
				}
				if err := tx.CollectedInsert(&hub.Collected{ExecutionKey: e.Key, OccurrenceKey: o.Key}); err != nil {
					return err
				}
				collected.keep(e.Key, spot{key: o.Key})
				if o.Type == newWorkOrder {
					mine.keep(e.Key, spot{key: o.Key})
				}
			}
			return nil
		})
		key := int64(0)
		for v := range 1 + r.IntN(7) {
			write(t, db, func(tx *sqlite.Tx) error {
				_, err := tx.RecordWrite(sqlite.RecordWrite{Type: "person", Name: fmt.Sprint("p", n), Data: fmt.Sprintf(`{"each":%d,"second":%d}`, v, v/2)}, func() error { return nil })
				return err
			})
			if v == 0 {
				key = int64(must(db.Number(ctx, "SELECT key FROM records WHERE name = ?", fmt.Sprint("p", n)))(t))
			}
			records.keep(key, spot{key: int64(v + 1)})
		}
	}
	partial := withHub(t, db, seeWorkOrders)
	consumers.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.ConsumersOf(ctx, admin, keys, p)
		return pagesOf(lists, err, func(c *hub.Consumer) spot { return spot{key: c.Key} })
	}
	suppressions.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.SuppressionsOf(ctx, admin, keys, nil, p)
		return pagesOf(lists, err, func(s *hub.Suppression) spot {
			if p.Order.Field == hub.ByUpdatedAt {
				return spot{strconv.FormatInt(s.UpdatedAt.UnixMilli(), 10), s.Key}
			}
			return spot{key: s.Key}
		})
	}
	active.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.SuppressionsOf(ctx, admin, keys, ptr(true), p)
		return pagesOf(lists, err, func(s *hub.Suppression) spot { return spot{key: s.Key} })
	}
	flows.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.FlowHistories(ctx, admin, keys, p)
		return pagesOf(lists, err, func(v *hub.FlowVersion) spot { return spot{key: int64(v.Version)} })
	}
	records.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.RecordHistories(ctx, admin, keys, p)
		return pagesOf(lists, err, func(v *hub.RecordVersion) spot {
			if want := changedAt(v.Version); !slices.Equal(v.Changed, want) {
				t.Errorf("in version %d of a record %q changed, not %q", v.Version, v.Changed, want)
			}
			return spot{key: int64(v.Version)}
		})
	}
	replays.read = func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		lists, err := db.ReplaysOf(ctx, admin, keys, p)
		return pagesOf(lists, err, func(e *hub.Execution) spot { return spot{key: e.Key} })
	}
	gathered := func(c hub.Caller) func(keys []int64, p hub.Page) ([]*nestedPage, error) {
		return func(keys []int64, p hub.Page) ([]*nestedPage, error) {
			lists, err := db.CollectedOf(ctx, c, keys, p)
			return pagesOf(lists, err, func(o *hub.Occurrence) spot { return spot{key: o.Key} })
		}
	}
	collected.read, mine.read = gathered(admin), gathered(partial)
	return map[string]inside{"consumers of groups": consumers, "suppressions of integrations": suppressions, "those that hold": active, "versions of flows": flows,
		"states of records": records, "replays of executions": replays, "occurrences of collections": collected, "of them those that the caller may see": mine}
}

func changedAt(version int) []string {
	if version%2 == 1 {
		return []string{"each", "second"}
	}
	return []string{"each"}
}

// any is a page that somebody may ask for, with cursors of places where something is, was or never was.
func (in inside) any(r *rand.Rand) hub.Page {
	p := hub.Page{}
	if in.by != nil {
		p.Order = hub.Order{Field: oneOf(r, in.by...), Direction: oneOf(r, "", hub.Ascending, hub.Descending)}
	}
	switch r.IntN(3) {
	case 0:
		p.First = 1 + r.IntN(8)
	case 1:
		p.Last = 1 + r.IntN(8)
	}
	var all []spot
	for _, s := range in.lists {
		all = append(all, s.spots()...)
	}
	cursor := func() string {
		at := oneOf(r, all...)
		if at.key += int64(r.IntN(2)); p.Order.Field != "" {
			return hub.SortedCursor(at.by, at.key)
		}
		return hub.Cursor(at.key)
	}
	if r.IntN(3) == 0 {
		p.After = cursor()
	}
	if r.IntN(3) == 0 {
		p.Before = cursor()
	}
	return p
}

// page is what a page of the list is.
func (s shelf) page(t *testing.T, p hub.Page) (items []spot, next, previous, beyond bool) {
	t.Helper()
	all := s.spots()
	if p.Order.Field == "" {
		all = slices.Clone(all)
		for i := range all {
			all[i].by = ""
		}
	}
	o := p.Order
	if o.Direction == "" {
		o.Direction = hub.Descending
	}
	at := shelf{numbers: s.numbers, spots: func() []spot { return all }}
	sorted := at.sorted(o)
	after, before, err := p.Places(p.Order.Field != "")
	if err != nil {
		t.Fatal(err)
	}
	// where says how many items stand before a place, or up to it.
	where := func(place *hub.Place, with bool) int {
		here := spot{place.Text, place.Key}
		if i := slices.Index(sorted, here); i >= 0 {
			if with {
				return i + 1
			}
			return i
		}
		return slices.Index(shelf{numbers: s.numbers, spots: func() []spot { return append(slices.Clone(all), here) }}.sorted(o), here)
	}
	from, to := 0, len(sorted)
	if after != nil {
		from = where(after, true)
	}
	if before != nil {
		to = max(from, where(before, false))
	}
	limit, err := p.Limit()
	if err != nil {
		t.Fatal(err)
	}
	if p.Back() {
		return sorted[max(from, to-limit):to], false, to-from > limit, before != nil && where(before, false) < len(sorted)
	}
	return sorted[from:min(to, from+limit)], to-from > limit, false, from > 0
}

func TestTheListsInsideOfManyThingsAreAnsweredAsEachWouldBeAlone(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	r := rand.New(rand.NewPCG(7, 2026))
	for name, in := range insides(t, db, r) {
		t.Run(name, func(t *testing.T) {
			var keys []int64
			for key := range in.lists {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			for range 80 {
				r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
				some, p := keys[:1+r.IntN(len(keys))], in.any(r)
				for i, got := range must(in.read(some, p))(t) {
					in.judge(t, some[i], p, got)
					in.judge(t, some[i], p, must(in.read(some[i:i+1], p))(t)[0])
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// judge holds a page of the list of a thing against what the test knows.
func (in inside) judge(t *testing.T, of int64, p hub.Page, got *nestedPage) {
	t.Helper()
	want, next, previous, beyond := in.lists[of].page(t, p)
	far := false
	if got.Beyond != nil {
		far = must(got.Beyond())(t)
	}
	if len(got.spots)+len(want) > 0 && !reflect.DeepEqual(got.spots, want) || got.HasNext != next || got.HasPrevious != previous || far != beyond {
		t.Errorf("%+v: it is %v next %v previous %v beyond %v, and not %v %v %v %v", p, got.spots, got.HasNext, got.HasPrevious, far, want, next, previous, beyond)
	}
	if !in.total {
		if got.total != nil {
			t.Error("it is counted")
		}
	} else if n := must(got.total())(t); n != (hub.Count{N: len(in.lists[of].spots()), Exact: true}) {
		t.Errorf("it is counted as %v, and has %d", n, len(in.lists[of].spots()))
	}
}

// What is beyond a page is not looked at, however long a list is, and nothing is sorted but the pages when they are merged.
func TestTheListsInsideOfManyThingsAreReadAlongTheirIndexes(t *testing.T) {
	t.Parallel()
	plans := must(hubtest.DB(t).ExplainNests(t.Context()))(t)
	if len(plans) < 30 {
		t.Errorf("only %d are explained", len(plans))
	}
	for what, plan := range plans {
		sorts := 1
		switch {
		case strings.HasPrefix(what, "the number"):
			sorts = 0
		case strings.HasSuffix(what, "states of records"): // of two tables, and of a table that has one row of each
			sorts = 3
		}
		for _, step := range plan {
			scan := strings.HasPrefix(step, "SCAN ") && !strings.HasPrefix(step, "SCAN wholes") && !strings.HasPrefix(step, "SCAN (subquery") && !strings.HasSuffix(step, "CONSTANT ROWS")
			if strings.Contains(step, "TEMP B-TREE") {
				sorts--
			}
			if scan || strings.HasPrefix(step, "MATERIALIZE") && step != "MATERIALIZE wholes" || sorts < 0 {
				t.Errorf("%s: %s", what, strings.Join(plan, " | "))
				break
			}
		}
	}
}

func TestAListInsideOfMoreThingsThanGoIntoAStatementIsWhole(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	f := must(db.FlowCreate(t.Context(), hubtest.Admin(t, db), flow("f", 0, 0)))(t)
	keys := make([]int64, 501)
	for i := range keys {
		keys[i] = int64(i + 1)
	}
	keys[350] = f.Key
	lists := must(db.FlowHistories(t.Context(), hubtest.Admin(t, db), keys, hub.Page{}))(t)
	for i, l := range lists {
		if n := must(l.Total())(t).N; len(l.Items) != n || (n == 1) != (i == 350) {
			t.Errorf("the list of thing %d has %d items, and is counted as %d", i, len(l.Items), n)
		}
	}
}

func TestAPageThatIsRefusedIsRefusedWhoeverAsks(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin := hubtest.Admin(t, db)
	for name, read := range map[string]func(context.Context, hub.Page) error{
		"consumers": func(ctx context.Context, p hub.Page) error { return lastly(db.ConsumersOf(ctx, admin, []int64{1}, p)) },
		"suppressions": func(ctx context.Context, p hub.Page) error {
			return lastly(db.SuppressionsOf(ctx, admin, []int64{1}, nil, p))
		},
		"replays":   func(ctx context.Context, p hub.Page) error { return lastly(db.ReplaysOf(ctx, admin, []int64{1}, p)) },
		"collected": func(ctx context.Context, p hub.Page) error { return lastly(db.CollectedOf(ctx, admin, []int64{1}, p)) },
		"versions": func(ctx context.Context, p hub.Page) error {
			return lastly(db.FlowHistories(ctx, admin, []int64{1}, p))
		},
		"states": func(ctx context.Context, p hub.Page) error {
			return lastly(db.RecordHistories(ctx, admin, []int64{1}, p))
		},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, read(t.Context(), hub.Page{First: 201}), hub.CodeInvalid, "first")
			refused(t, read(t.Context(), hub.Page{After: "x"}), hub.CodeInvalid, "after")
		})
	}
}
