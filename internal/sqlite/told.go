package sqlite

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Whoever follows the journal reads what a change is about as it is at that moment, and when many follow the same they ask for the same
// within that moment. So it is read once, and each gets a copy from which is taken what it may not see: its rights are those of its own.

// toldFor is how long what was read for one serves others, and at least how many things are remembered.
const (
	toldFor  = time.Second
	toldSize = 1024
)

// told is what was read last for those who follow.
type told[T any] struct {
	mu            sync.Mutex
	recent, older map[int64]*telling[T] // by key; when the recent ones are enough they become the older ones
}

// telling is one thing that was read, or is being read.
type telling[T any] struct {
	place int64         // of the journal: it was read when that was there
	when  time.Time     // it was begun
	done  chan struct{} // closes when the rest is set
	value *T            // nil: there is none
	err   error
}

// find says which telling serves for a place of the journal, and notes a new one if none does.
func (s *told[T]) find(key, place, last int64, now time.Time) (t *telling[T], fresh bool) {
	t = s.recent[key]
	if t == nil {
		t = s.older[key]
	}
	if t != nil && t.place >= place && now.Sub(t.when) < toldFor {
		return t, false
	}
	if len(s.recent) >= toldSize || s.recent == nil {
		s.recent, s.older = map[int64]*telling[T]{}, s.recent
	}
	t = &telling[T]{place: max(place, last), when: now, done: make(chan struct{})}
	s.recent[key] = t
	return t, true
}

// forget lets go of what could not be read.
func (s *told[T]) forget(key int64, t *telling[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recent[key] == t {
		delete(s.recent, key)
	}
	if s.older[key] == t {
		delete(s.older, key)
	}
}

// read gives the things of distinct keys, each as it was when its place of the journal was there, or later; the journal's end is at last.
// What is not being read for somebody else is read with get, in one go. What it gives is shared: it must not be changed.
func (s *told[T]) read(ctx context.Context, keys, places []int64, last int64, get func([]int64) ([]*T, error)) ([]*T, error) {
	all := make([]*telling[T], len(keys))
	var own []int
	s.mu.Lock()
	now := time.Now()
	for i, key := range keys {
		t, fresh := s.find(key, places[i], last, now)
		if all[i] = t; fresh {
			own = append(own, i)
		}
	}
	s.mu.Unlock()
	if err := s.tell(keys, all, own, get); err != nil {
		return nil, err
	}
	values := make([]*T, len(keys))
	for i, t := range all {
		select {
		case <-t.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if values[i] = t.value; t.err != nil { // who read it has gone, perhaps
			list, err := get(keys[i : i+1])
			if err != nil {
				return nil, err
			}
			values[i] = list[0]
		}
	}
	return values, nil
}

// tell reads what nobody else reads.
func (s *told[T]) tell(keys []int64, all []*telling[T], own []int, get func([]int64) ([]*T, error)) (err error) {
	if len(own) == 0 {
		return nil
	}
	var list []*T
	err = context.Canceled // of those who wait, if get panics
	defer func() {
		for n, i := range own {
			t := all[i]
			if t.err = err; err == nil {
				t.value = list[n]
			} else {
				s.forget(keys[i], t)
			}
			close(t.done)
		}
	}()
	wanted := make([]int64, len(own))
	for n, i := range own {
		wanted[n] = keys[i]
	}
	list, err = get(wanted)
	return err
}

// ExecutionsTold is ExecutionsByKey for who follows the journal, whose end is at last: each as it was when its place of the journal was there,
// or later. Keys are distinct.
func (db *DB) ExecutionsTold(ctx context.Context, c hub.Caller, keys, places []int64, last int64) ([]*hub.Execution, error) {
	list, err := tell(ctx, db, c, &db.toldExecutions, executions, keys, places, last, func(e *hub.Execution) *hub.Execution {
		own := *e
		return &own
	})
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.discloseExecution)
}

// DeliveriesTold is DeliveriesByKey for who follows the journal, as ExecutionsTold.
func (db *DB) DeliveriesTold(ctx context.Context, c hub.Caller, keys, places []int64, last int64) ([]*hub.Delivery, error) {
	list, err := tell(ctx, db, c, &db.toldDeliveries, deliveries, keys, places, last, func(d *hub.Delivery) *hub.Delivery {
		own := *d
		own.Values = slices.Clone(d.Values)
		return &own
	})
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.discloseDelivery)
}

// tell reads what executions and deliveries are told, for a caller: nil where there is none, and everywhere without SEE on
// automator/fracttal_hub. own copies what is taken away from.
func tell[T any](ctx context.Context, db *DB, c hub.Caller, s *told[T], t table[T], keys, places []int64, last int64, own func(*T) *T) ([]*T, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	if !c.May(hub.RowHub, hub.See) {
		return make([]*T, len(keys)), nil
	}
	list, err := s.read(ctx, keys, places, last, func(keys []int64) ([]*T, error) { return t.byKey(db.reads(ctx), keys) })
	if err != nil {
		return nil, err
	}
	for i, v := range list {
		if v != nil {
			list[i] = own(v)
		}
	}
	return list, nil
}
