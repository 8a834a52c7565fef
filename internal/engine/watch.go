package engine

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
)

// Seen is an item of a subscription: a change of the journal, with what it is about as that is when it is taken from the journal,
// which may be later than the change. Of the queue there is no single change.
type Seen struct {
	Change     hub.Change
	Execution  *hub.Execution
	Delivery   *hub.Delivery // nil unless the change is about one
	Occurrence *hub.Occurrence
	Connector  *hub.Connector // nil if it is gone
	Queue      *hub.Queue
	Rights     hub.Grants // with which it was read: who has others by the time that it is handed on reads it again
	Err        error      // set on the last item when the subscription ends by itself

	whole hub.Change // with what was left out of Change
	watch *Watch
}

// Cursor is the place of the item, after which a subscription can go on; empty if it has none.
func (s *Seen) Cursor() string {
	if s.Queue != nil {
		return ""
	}
	return hub.Cursor(s.Change.Seq)
}

// Subscription is what Subscribe makes.
type Subscription struct {
	Items <-chan Seen

	out      chan Seen
	sent     atomic.Int64
	listener *feed.Listener
}

// Reached is the cursor up to which everything that concerns the subscriber has been sent; ok is false if there may be more on its
// way. sent is how many items that were: whoever has handed on as many can go on after the cursor.
func (s *Subscription) Reached() (cursor string, sent int64, ok bool) {
	seq, ok := s.listener.Reached() // before sent: what is sent after that is not meant
	return hub.Cursor(seq), s.sent.Load(), ok
}

// send hands an item on; false if there is nobody any more.
func (s *Subscription) send(ctx context.Context, item Seen) bool {
	s.sent.Add(1)
	select {
	case s.out <- item:
		return true
	case <-ctx.Done():
		return false
	}
}

// watchBatch is how many changes are taken in one go.
const watchBatch = 100

// Subscribe sends what happens: first what happened after the cursor, from the journal, then live, with no
// gap and no duplicate. refresh gives the caller's rights as they are now and is asked before every item: what the caller may not
// see is left out; when it refuses, the subscription ends with that error as its last item. A slow reader costs nobody anything: it
// holds only its cursor. The items end when ctx does. A cursor behind which lines of the journal are gone is CURSOR_EXPIRED, also
// when a reader is so slow that they go meanwhile. SEE on automator/fracttal_hub for executions, deliveries and the queue; a token
// for occurrences, of which each needs SEE on the row that guards its type, and for connectors.
func (e *Engine) Subscribe(ctx context.Context, c hub.Caller, w Watch, refresh func() (hub.Caller, error)) (*Subscription, error) {
	if err := w.Need(c); err != nil {
		return nil, err
	}
	after := e.feed.Last()
	if w.After != "" {
		seq, err := hub.ParseCursor(w.After, "after")
		if err != nil {
			return nil, err
		}
		if after, err = e.beginAfter(ctx, seq, after); err != nil {
			return nil, err
		}
	}
	s := &Subscription{out: make(chan Seen), listener: e.feed.Listen(w.topic(), after)}
	s.Items = s.out
	watch := e.watch
	if w.Of == hub.SubjectQueue {
		watch = e.watchQueue
	}
	go func() {
		defer close(s.out)
		defer s.listener.Close()
		if err := watch(ctx, &w, s, refresh); err != nil && ctx.Err() == nil {
			s.send(ctx, Seen{Err: err})
		}
	}()
	return s, nil
}

// beginAfter refuses a cursor that the journal has not reached. What was committed this moment is in the journal a little
// before it is in the feed.
func (e *Engine) beginAfter(ctx context.Context, seq, last int64) (int64, error) {
	if seq > last {
		var err error
		if last, err = e.db.LastChange(ctx); err != nil {
			return 0, err
		}
	}
	if seq > last {
		return 0, hub.Invalid("after", "this cursor lies in the future; use one that this API returned")
	}
	return seq, e.db.CursorUsable(seq)
}

func (e *Engine) watch(ctx context.Context, w *Watch, s *Subscription, refresh func() (hub.Caller, error)) error {
	for ctx.Err() == nil {
		t := s.listener.Take(watchBatch, w.wants)
		if t.Idle {
			select {
			case <-s.listener.More():
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := e.db.CursorUsable(t.From); err != nil {
			return err
		}
		changes := t.Changes
		if t.Behind {
			var err error
			if changes, err = e.db.ChangesAfter(ctx, t.From, watchBatch); err != nil {
				return err
			}
			read := t.From + 1
			if n := len(changes); n > 0 {
				read = changes[n-1].Seq
			}
			s.listener.Read(read)
			changes = slices.DeleteFunc(changes, func(c hub.Change) bool { return !w.wants(&c) })
		}
		if err := e.tell(ctx, w, s, changes, refresh); err != nil {
			return err
		}
	}
	return nil
}

// tell sends those of the changes that the subscriber may see.
func (e *Engine) tell(ctx context.Context, w *Watch, s *Subscription, changes []hub.Change, refresh func() (hub.Caller, error)) error {
	if len(changes) == 0 {
		return nil
	}
	caller, err := refresh()
	if err != nil {
		return err
	}
	items, err := e.seen(ctx, caller, w, changes)
	if err != nil {
		return err
	}
	for i := 0; i < len(items); i++ {
		before := caller
		if caller, err = refresh(); err != nil {
			return err
		}
		if !maps.Equal(before.Grants(), caller.Grants()) { // what was read with the rights from before may show too much
			if items, err = e.seen(ctx, caller, w, changesOf(items[i:])); err != nil {
				return err
			}
			if i = 0; len(items) == 0 {
				return nil
			}
		}
		if !s.send(ctx, items[i]) {
			return nil
		}
	}
	return nil
}

// Again reads an item of a subscription once more, for a caller who has other rights than those with which it was read; ok is false
// if the caller may not see it any more.
func (e *Engine) Again(ctx context.Context, c hub.Caller, s Seen) (again Seen, ok bool, err error) {
	if s.Queue != nil { // all of it or nothing
		s.Rights = c.Grants()
		return s, s.watch.Need(c) == nil, nil
	}
	items, err := e.seen(ctx, c, s.watch, []hub.Change{s.whole})
	if err != nil || len(items) == 0 {
		return Seen{}, false, err
	}
	return items[0], true, nil
}

func changesOf(items []Seen) []hub.Change {
	changes := make([]hub.Change, len(items))
	for i := range items {
		changes[i] = items[i].whole
	}
	return changes
}
