package sqlite_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// walkAll reads a list page by page and answers the keys. It reads it from the end as well, and in the opposite order, and fails
// if that is not the same.
func walkAll[T any](t *testing.T, size int, key func(*T) int64, read func(hub.Page) (hub.List[*T], error)) (keys []int64) {
	t.Helper()
	keys = walkOn(t, hub.Page{First: size}, key, read)
	if back := walkOn(t, hub.Page{Last: size}, key, read); !slices.Equal(back, keys) {
		t.Fatalf("read from the end it is %v, not %v", back, keys)
	}
	oldest := walkOn(t, hub.Page{First: size, Order: hub.Order{Direction: hub.Ascending}}, key, read)
	if slices.Reverse(oldest); !slices.Equal(oldest, keys) {
		t.Fatalf("the oldest first it is the reverse of %v, not of %v", oldest, keys)
	}
	if l := must(read(hub.Page{First: 1}))(t); l.Total != nil {
		if n := must(l.Total())(t); n != (hub.Count{N: len(keys), Exact: true}) {
			t.Fatalf("it has %d items and is counted as %v", len(keys), n)
		}
	}
	return keys
}

// walkOn reads a list from a page on, in its direction, and answers the keys in the order of the list.
func walkOn[T any](t *testing.T, page hub.Page, key func(*T) int64, read func(hub.Page) (hub.List[*T], error)) (keys []int64) {
	t.Helper()
	for begun := false; ; begun = true {
		l := must(read(page))(t)
		var part []int64
		for _, v := range l.Items {
			part = append(part, key(v))
		}
		if len(part) == 0 && begun {
			t.Fatal("a page said that the list goes on, and it did not")
		}
		if beyond := l.Beyond != nil && must(l.Beyond())(t); beyond != begun {
			t.Fatalf("whether there is something where the page came from: %v, the list had begun: %v", beyond, begun)
		}
		if page.Back() {
			keys = slices.Concat(part, keys)
		} else {
			keys = append(keys, part...)
		}
		if more := l.HasNext || l.HasPrevious; !more || len(part) != page.First+page.Last {
			if more {
				t.Fatalf("a page of %d of %d says that the list goes on", len(part), page.First+page.Last)
			}
			return keys
		}
		if page.After = l.Cursor(l.Items[len(part)-1]); page.Back() {
			page.After, page.Before = "", l.Cursor(l.Items[0])
		}
	}
}

// among says whether v is one of the values; no values narrow nothing.
func among[T comparable](values []T, v T) bool { return len(values) == 0 || slices.Contains(values, v) }

// within says whether a time is in a range; zero bounds narrow nothing.
func within(at, since, until time.Time) bool {
	return (since.IsZero() || !at.Before(since)) && (until.IsZero() || at.Before(until))
}

// expect is the keys of what a filter leaves, newest first.
func expect[T any](list []*T, key func(*T) int64, keep func(*T) bool) (keys []int64) {
	for _, v := range slices.Backward(list) {
		if keep(v) {
			keys = append(keys, key(v))
		}
	}
	return keys
}

const trials = 150

func TestListsOfHistoryAnswerEveryFilterPageByPage(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	var flows []*hub.Flow
	for range 3 {
		flows = append(flows, must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t))
	}
	r := rand.New(rand.NewPCG(1, 2))
	begin := time.Now().UTC().Truncate(time.Millisecond).Add(-20 * time.Minute)
	at := func() time.Time { return begin.Add(time.Duration(r.IntN(40)) * time.Minute) }
	bound := func() time.Time { return oneOf(r, time.Time{}, time.Time{}, at()) }

	t.Run("executions", func(t *testing.T) {
		var stored []*hub.Execution
		write(t, db, func(tx *sqlite.Tx) error {
			stored = nil
			for range 200 {
				e := anyExecution(r, tx, oneOf(r, flows...), at())
				stored = append(stored, e)
				if err := tx.ExecutionInsert(e); err != nil {
					return err
				}
			}
			return nil
		})
		key := func(e *hub.Execution) int64 { return e.Key }
		for range trials {
			f := hub.ExecutionFilter{FlowKey: oneOf(r, 0, 0, flows[0].Key, 404), EventKey: oneOf[int64](r, 0, 0, 1), OccurrenceKey: oneOf[int64](r, 0, 0, 11),
				Subject: oneOf(r, "", "", "WO-1"), States: some(r, executionStates...), Outcomes: some(r, executionOutcomes...), Trigger: oneOf(r, "", "", hub.StartedByEvent, hub.StartedByHand), Since: bound(), Until: bound()}
			got := walkAll(t, 1+r.IntN(60), key, func(p hub.Page) (hub.List[*hub.Execution], error) { return db.Executions(ctx, admin, f, p) })
			want := expect(stored, key, func(e *hub.Execution) bool {
				return among(zeroless(f.FlowKey), e.FlowKey) && among(zeroless(f.EventKey), e.EventKey) && among(zeroless(f.OccurrenceKey), e.OccurrenceKey) &&
					among(zeroless(f.Subject), e.Subject) && among(f.States, e.State) && among(f.Outcomes, e.Outcome) && among(zeroless(f.Trigger), e.Trigger) && within(e.CreatedAt, f.Since, f.Until)
			})
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %d, want %d", f, len(got), len(want))
			}
		}
		if read := must(db.Execution(ctx, admin, stored[0].Key))(t); read.State != stored[0].State || read.FlowKey != stored[0].FlowKey {
			t.Errorf("read %+v, stored %+v", read, stored[0])
		}
	})

	t.Run("deliveries", func(t *testing.T) {
		h := seed(t, db, history{flows: 2, perFlow: 1, delivery: hub.Sent})
		var stored []*hub.Delivery
		write(t, db, func(tx *sqlite.Tx) error {
			stored = slices.Clone(h.deliveries)
			for range 200 {
				d := delivery(tx, oneOf(r, h.executions...), oneOf[int64](r, 1, 2), oneOf(r, deliveryStates...))
				d.Recipient, d.ProviderID, d.CreatedAt = oneOf(r, "+1", "+2"), oneOf(r, "", "wamid.1", "wamid.2"), at()
				stored = append(stored, d)
				if err := tx.DeliveryInsert(d); err != nil {
					return err
				}
			}
			return nil
		})
		key := func(d *hub.Delivery) int64 { return d.Key }
		for range trials {
			f := hub.DeliveryFilter{ExecutionKey: oneOf(r, 0, 0, h.executions[0].Key), FlowKey: oneOf(r, 0, 0, h.flows[0].Key), IntegrationKey: oneOf[int64](r, 0, 0, 1),
				States: some(r, deliveryStates...), Recipient: oneOf(r, "", "", "+1"), ProviderID: oneOf(r, "", "", "wamid.1"), Since: bound(), Until: bound()}
			got := walkAll(t, 1+r.IntN(60), key, func(p hub.Page) (hub.List[*hub.Delivery], error) { return db.Deliveries(ctx, admin, f, p) })
			want := expect(stored, key, func(d *hub.Delivery) bool {
				return among(zeroless(f.ExecutionKey), d.ExecutionKey) && among(zeroless(f.FlowKey), d.FlowKey) && among(zeroless(f.IntegrationKey), d.IntegrationKey) &&
					among(f.States, d.State) && among(zeroless(f.Recipient), d.Recipient) && among(zeroless(f.ProviderID), d.ProviderID) && within(d.CreatedAt, f.Since, f.Until)
			})
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %d, want %d", f, len(got), len(want))
			}
		}
	})

	t.Run("occurrences, of the types that each caller may see", func(t *testing.T) {
		db := hubtest.DB(t)
		admin, few := hubtest.Admin(t, db), hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.Row{Module: "warehouses", Submodule: "stock"}, hub.See))
		types := []string{newWorkOrder, "work_management.work_orders.completed", "warehouses.stock.under_minimum", "work_requests.my_requests.new"}
		hidden := types[3]
		var stored []*hub.Occurrence
		write(t, db, func(tx *sqlite.Tx) error {
			stored = nil
			for i := range 200 {
				o := occurrence(tx, oneOf[int64](r, 1, 2), i)
				o.Type, o.Subject, o.ReceivedAt = oneOf(r, types...), oneOf(r, "", "WO-1", "WO-2"), at()
				stored = append(stored, o)
				if _, err := tx.OccurrenceInsert(o, "[]"); err != nil {
					return err
				}
			}
			return nil
		})
		key := func(o *hub.Occurrence) int64 { return o.Key }
		for range trials {
			c := oneOf(r, admin, few)
			f := hub.OccurrenceFilter{Type: oneOf(r, "", "", types[0], types[2]), Subject: oneOf(r, "", "", "WO-1"), ConsumerKey: oneOf[int64](r, 0, 0, 1), Since: bound(), Until: bound()}
			got := walkAll(t, 1+r.IntN(60), key, func(p hub.Page) (hub.List[*hub.Occurrence], error) { return db.Occurrences(ctx, c, f, p) })
			want := expect(stored, key, func(o *hub.Occurrence) bool {
				return (o.Type != hidden && f.ConsumerKey == 0 || c.Consumer == admin.Consumer) && among(zeroless(f.Type), o.Type) && among(zeroless(f.Subject), o.Subject) &&
					among(zeroless(f.ConsumerKey), o.ConsumerKey) && within(o.ReceivedAt, f.Since, f.Until)
			})
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %d, want %d", f, len(got), len(want))
			}
		}
		_, err := db.Occurrences(ctx, few, hub.OccurrenceFilter{Type: hidden}, hub.Page{})
		refused(t, err, hub.CodeForbidden, "")
		_, err = db.Occurrences(ctx, admin, hub.OccurrenceFilter{Type: "no.such.type"}, hub.Page{})
		refused(t, err, hub.CodeInvalid, "type")
	})

	t.Run("records, of the types that each caller may see", func(t *testing.T) {
		db := hubtest.DB(t)
		admin, few := hubtest.Admin(t, db), hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.Row{Module: "warehouses", Submodule: "stock"}, hub.See))
		types := []string{"work_order_task", "stock_item", "person"}
		type rec struct {
			typ, name, subject string
		}
		var stored []rec
		write(t, db, func(tx *sqlite.Tx) error {
			stored = nil
			for i := range 120 {
				v := rec{oneOf(r, types...), string(rune('a' + i)), oneOf(r, "", "WO-1", "WO-2")}
				stored = append(stored, v)
				if _, err := tx.RecordWrite(sqlite.RecordWrite{Type: v.typ, Name: v.name, Subject: v.subject, Data: `{"n":9007199254740993}`}, nil); err != nil {
					return err
				}
			}
			return nil
		})
		for range trials {
			c, typ, subject := oneOf(r, admin, few), oneOf(r, "", "", types[0], types[1]), oneOf(r, "", "WO-1")
			names := map[int64]string{}
			var got, want []string
			for _, key := range walkAll(t, 1+r.IntN(60), func(v *hub.Record) int64 { names[v.Key] = v.Name; return v.Key },
				func(p hub.Page) (hub.List[*hub.Record], error) { return db.Records(ctx, c, typ, subject, p) }) {
				got = append(got, names[key])
			}
			for _, v := range slices.Backward(stored) {
				if (v.typ != "person" || c.Consumer == admin.Consumer) && among(zeroless(typ), v.typ) && among(zeroless(subject), v.subject) {
					want = append(want, v.name)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("type %q, subject %q: got %d, want %d", typ, subject, len(got), len(want))
			}
		}
		_, err := db.Records(ctx, few, "person", "", hub.Page{})
		refused(t, err, hub.CodeForbidden, "")
		_, err = db.Records(ctx, admin, "no_such_type", "", hub.Page{})
		refused(t, err, hub.CodeInvalid, "type")
	})
}

func zeroless[T comparable](v T) []T {
	var zero T
	if v == zero {
		return nil
	}
	return []T{v}
}

func TestWhatWasStoredIsReadBackAsItWas(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 2, integration: 5, delivery: hub.Delivered})
	if got := must(db.Execution(ctx, admin, h.executions[0].Key))(t); !reflect.DeepEqual(got, h.executions[0]) {
		t.Errorf("execution: read %+v, stored %+v", got, h.executions[0])
	}
	planned := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	scheduled := *h.executions[0]
	scheduled.Key, scheduled.Trigger, scheduled.ScheduledFor, scheduled.StartedByKey = hub.NewKey(time.Now()), hub.StartedByFrequency, &planned, admin.Consumer.Key
	scheduled.RunID, scheduled.Parameters, scheduled.Reading = "mine", json.RawMessage(`{"days":3}`), true
	write(t, db, func(tx *sqlite.Tx) error { return tx.ExecutionInsert(&scheduled) })
	if got := must(db.Execution(ctx, admin, scheduled.Key))(t); !reflect.DeepEqual(got, &scheduled) {
		t.Errorf("execution: read %+v, stored %+v", got, scheduled)
	}
	if got := must(db.LastRuns(ctx, admin, []int64{404, scheduled.FlowKey}))(t); got[0] != nil || got[1].Key != scheduled.Key {
		t.Errorf("the last runs are %+v", got)
	}
	if got := must(db.Delivery(ctx, admin, h.deliveries[0].Key))(t); !reflect.DeepEqual(got, h.deliveries[0]) {
		t.Errorf("delivery: read %+v, stored %+v", got, h.deliveries[0])
	}
	o := must(db.Occurrence(ctx, admin, h.occurrences[0].Key))(t)
	if o.Subject != h.occurrences[0].Subject || !o.ReceivedAt.Equal(h.occurrences[0].ReceivedAt) || o.Type != newWorkOrder {
		t.Errorf("occurrence: read %+v", o)
	}
	for _, read := range []func() error{
		func() error { _, err := db.Execution(ctx, admin, 404); return err },
		func() error { _, err := db.Delivery(ctx, admin, 404); return err },
		func() error { _, err := db.Occurrence(ctx, admin, 404); return err },
		func() error { _, err := db.Record(ctx, admin, 404); return err },
	} {
		refused(t, read(), hub.CodeNotFound, "id")
	}
}

func TestPartsAreReadForManyAtOnce(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 250, integration: 5, delivery: hub.Sent})
	var executions, deliveries []int64
	for i := range h.executions {
		executions, deliveries = append(executions, h.executions[i].Key), append(deliveries, h.deliveries[i].Key)
	}
	executions, deliveries = append(executions, executions[0], 404), append(deliveries, deliveries[0], 404)

	byExecution := must(db.DeliveriesOf(ctx, admin, executions))(t)
	attempts, receipts := must(db.AttemptsOf(ctx, admin, deliveries))(t), must(db.ReceiptsOf(ctx, admin, deliveries))(t)
	if len(byExecution) != 250 || len(attempts) != 250 || len(receipts) != 250 {
		t.Fatalf("got parts of %d, %d and %d", len(byExecution), len(attempts), len(receipts))
	}
	for i, e := range h.executions {
		d := h.deliveries[i]
		if l := byExecution[e.Key]; len(l) != 1 || l[0].Key != d.Key {
			t.Fatalf("deliveries of %d: %v", i, l)
		}
		if l := attempts[d.Key]; len(l) != 1 || l[0].ProviderID != d.ProviderID || l[0].Message != "ok" || l[0].RetryAfter != time.Second {
			t.Fatalf("attempts of %d: %+v", i, l)
		}
		if l := receipts[d.Key]; len(l) != 1 || l[0].Status != hub.ReceiptSent || l[0].Detail["price"] != "utility" {
			t.Fatalf("receipts of %d: %+v", i, l)
		}
	}
	list := must(db.ExecutionsByKey(ctx, admin, executions))(t)
	for i, key := range executions {
		if (key == 404) != (list[i] == nil) || key != 404 && list[i].Key != key {
			t.Fatalf("at %d: %v", i, list[i])
		}
	}
	if none := must(db.DeliveriesByKey(ctx, admin, nil))(t); len(none) != 0 {
		t.Errorf("no keys gave %v", none)
	}
}

func TestTheTimelineIsTheJournalOfAnExecutionAndItsDeliveries(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 3, delivery: hub.Sent})
	lines := must(db.TimelinesOf(ctx, admin, []int64{h.executions[1].Key}))(t)[h.executions[1].Key]
	if len(lines) != 2 || lines[0].Key != h.executions[1].Key || lines[1].Key != h.deliveries[1].Key || lines[0].Seq >= lines[1].Seq {
		t.Fatalf("got %+v", lines)
	}
	if lines[1].FlowKey != h.flows[0].Key || lines[1].Execution() != h.executions[1].Key || lines[1].Cause != (hub.Reason{Code: hub.ReasonOutcome, Message: "ok"}) {
		t.Errorf("the line of the delivery is %+v", lines[1])
	}
	if none := must(db.TimelinesOf(ctx, admin, []int64{404}))(t); len(none) != 0 {
		t.Errorf("of no execution: %v", none)
	}
}

func TestAPageStaysWhereItIsWhileNewRowsComeIn(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 30, delivery: hub.Sent})
	var got []int64
	page := hub.Page{First: 7}
	for {
		l := must(db.Executions(ctx, admin, hub.ExecutionFilter{FlowKey: h.flows[0].Key}, page))(t)
		for _, e := range l.Items {
			got = append(got, e.Key)
		}
		if !l.HasNext {
			break
		}
		page.After = hub.Cursor(got[len(got)-1])
		write(t, db, func(tx *sqlite.Tx) error { // between two pages
			o := occurrence(tx, 1, 1000+len(got))
			e := execution(tx, h.flows[0], o, hub.Sent)
			return store(tx, o, e, delivery(tx, e, 0, hub.Sent))
		})
	}
	want := expect(h.executions, func(e *hub.Execution) int64 { return e.Key }, func(*hub.Execution) bool { return true })
	if !slices.Equal(got, want) {
		t.Errorf("rows were doubled, lost or moved: got %d, want %d", len(got), len(want))
	}
}

func TestAnImpossiblePageIsRefused(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	for _, first := range []int{-1, hub.MaxPage + 1} {
		_, err := db.Executions(ctx, admin, hub.ExecutionFilter{}, hub.Page{First: first})
		refused(t, err, hub.CodeInvalid, "first")
		_, err = db.Groups(ctx, admin, hub.ListFilter{}, hub.Page{First: first})
		refused(t, err, hub.CodeInvalid, "first")
	}
	for _, after := range []string{"x", "c", "c!", "c-1", "czzzzzzzzzzzzzzzzzzzz"} {
		_, err := db.Deliveries(ctx, admin, hub.DeliveryFilter{}, hub.Page{After: after})
		refused(t, err, hub.CodeInvalid, "after")
	}
}
