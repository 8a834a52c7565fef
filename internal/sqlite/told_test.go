package sqlite_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// countingReads opens a store that counts what is read by calls to SQLite.
func countingReads(t *testing.T) (*sqlite.DB, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	return hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) {
		o.Calls = func(c sqlite.Call) error {
			if c.Read && !c.Done && (strings.Contains(c.Query, "FROM executions") || strings.Contains(c.Query, "FROM deliveries")) {
				n.Add(1)
			}
			return nil
		}
	}), &n
}

func TestWhatManyFollowIsReadOnceAndShownToEachByItsOwnRights(t *testing.T) {
	t.Parallel()
	db, reads := countingReads(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	h := seed(t, db, history{flows: 1, perFlow: 3, integration: 5, delivery: hub.Delivered})
	// Who may see the hub and none of the records that its messages are made of.
	outsider := hubtest.CallerWith(t, db, hubtest.May(hub.RowHub, hub.See))
	stranger := hubtest.CallerWith(t, db)
	keys := []int64{h.deliveries[0].Key, h.deliveries[1].Key}
	told := func(c hub.Caller, place, last int64) []*hub.Delivery {
		t.Helper()
		return must(db.DeliveriesTold(ctx, c, keys, []int64{place, place}, last))(t)
	}
	count := func(do func()) int64 { before := reads.Load(); do(); return reads.Load() - before }

	told(outsider, 0, 5) // which learns where the parts of the flow come from
	whole := told(admin, 1, 5)
	if n := count(func() { whole = told(admin, 5, 6) }); n != 0 || whole[0].Recipient != h.deliveries[0].Recipient {
		t.Errorf("the second is told %+v by %d reads", whole[0], n)
	}
	if n := count(func() {
		if got := told(outsider, 5, 6); got[0].Recipient != "" || slices.Contains(got[0].Values, "a") || len(got[0].Hidden) == 0 {
			t.Errorf("who may see less is told %+v", got[0])
		}
		if got := told(stranger, 5, 6); got[0] != nil || got[1] != nil {
			t.Errorf("who may see nothing is told %+v", got)
		}
	}); n != 0 {
		t.Errorf("who may see less takes %d reads", n)
	}
	if whole[0].Recipient != h.deliveries[0].Recipient || whole[0].Values[0] != "a" || len(whole[0].Hidden) != 0 {
		t.Errorf("what another may not see was taken from the first: %+v", whole[0])
	}
	if again := told(admin, 5, 6); again[0].Values[0] != "a" {
		t.Errorf("what one may not see was taken from all: %+v", again[0])
	}
	if n := count(func() { told(admin, 6, 6) }); n != 1 {
		t.Errorf("what has changed since takes %d reads", n)
	}
	if n := count(func() { must(db.ExecutionsTold(ctx, admin, []int64{h.executions[0].Key, 404}, []int64{6, 6}, 6))(t) }); n != 1 {
		t.Errorf("executions take %d reads", n)
	}
}

func TestWhatWasReadIsNotToldForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, reads := countingReads(t)
		admin := hubtest.Admin(t, db)
		h := seed(t, db, history{flows: 1, perFlow: 1, integration: 5, delivery: hub.Delivered})
		told := func() {
			must(db.ExecutionsTold(t.Context(), admin, []int64{h.executions[0].Key}, []int64{1}, 1))(t)
		}
		told()
		before := reads.Load()
		time.Sleep(time.Second - time.Millisecond)
		if told(); reads.Load() != before {
			t.Error("it was read again within the second")
		}
		time.Sleep(time.Millisecond)
		if told(); reads.Load() == before {
			t.Error("after a second it was not read again")
		}
	})
}

// Who waits for what another reads is not let down by it.
func TestWhoFollowsIsToldAlthoughTheOneWhoReadGoesAway(t *testing.T) {
	t.Parallel()
	db, _ := countingReads(t)
	admin := hubtest.Admin(t, db)
	h := seed(t, db, history{flows: 1, perFlow: 50, integration: 5, delivery: hub.Delivered})
	keys, places := make([]int64, len(h.executions)), make([]int64, len(h.executions))
	for i, e := range h.executions {
		keys[i] = e.Key
	}
	var all sync.WaitGroup
	for place := range int64(50) {
		for i := range places {
			places[i] = place
		}
		at := slices.Clone(places)
		gone, leave := t.Context(), func() {}
		if place%2 == 0 {
			gone, leave = context.WithCancel(t.Context())
		}
		all.Go(func() {
			list, err := db.ExecutionsTold(gone, admin, keys, at, place)
			if place%2 == 1 && (err != nil || list[49] == nil || list[49].Key != keys[49]) {
				t.Errorf("at %d it is told %v, %v", place, list, err)
			}
		})
		leave()
	}
	all.Wait()
}
