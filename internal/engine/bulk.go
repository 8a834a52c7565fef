package engine

import (
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// What calls that work on many objects have in common: they look at so many of a list at most, a few in a transaction, at a pace.

// bulkBatch is how many objects are worked on in one transaction: few, so that nobody waits long for the writer.
const bulkBatch = 25

// checkBulk judges how many a call may look at.
func checkBulk(atMost int) error {
	if atMost < 1 || atMost > hub.MaxReplays {
		return hub.Invalid("atMost", "say how many are to be looked at, at most: between 1 and %d", hub.MaxReplays)
	}
	return nil
}

// checkPace judges how fast a call may go, and the id under which it can be repeated.
func checkPace(perSecond *int, id string) error {
	switch {
	case *perSecond < 0 || *perSecond > hub.MaxReplayPace:
		return hub.Invalid("perSecond", "must be between 1 and %d; leave it out for %d", hub.MaxReplayPace, hub.DefaultReplayPace)
	case id == "":
		return hub.Invalid("idempotencyKey", "give the call a key of your own, so that it can be repeated without doing anything twice")
	}
	if *perSecond == 0 {
		*perSecond = hub.DefaultReplayPace
	}
	return checkRunInput(&hub.FlowRunInput{ID: id})
}

// paces is when each of what a call makes goes: one after the other at a pace, behind what calls under the same name have made, such as for the
// page of the list before.
type paces struct {
	sqlite.BulkPace
	perSecond int
	began     time.Time
	looked    bool
	n         int // how many have their turn
}

func newPaces(c hub.Caller, kind sqlite.BulkKind, name string, perSecond int) paces {
	return paces{BulkPace: sqlite.BulkPace{ConsumerKey: c.Consumer.Key, Kind: kind, Name: name}, perSecond: perSecond, began: time.Now()}
}

// turn is when the next one goes.
func (p *paces) turn(tx *sqlite.Tx) (time.Time, error) {
	if !p.looked {
		until, err := tx.BulkUntil(p.BulkPace)
		if err != nil {
			return time.Time{}, err
		}
		if next := until.Add(time.Second / time.Duration(p.perSecond)); !until.IsZero() && next.After(p.began) {
			p.began = next
		}
		p.looked = true
	}
	p.n++
	return p.last(), nil
}

// last is the last turn that was given.
func (p *paces) last() time.Time {
	return p.began.Add(time.Duration(p.n-1) * time.Second / time.Duration(p.perSecond))
}

// keep notes how far the turns go that were given.
func (p *paces) keep(tx *sqlite.Tx) error {
	if p.n == 0 {
		return nil
	}
	return tx.BulkGoesOn(p.BulkPace, p.last())
}

// gathered is what a list has of that on which a call is to work.
type gathered[T any] struct {
	items   []*T // oldest first
	matched int
	hasMore bool
	end     string // the cursor behind the last of the items
}

// gather reads from a list, newest first, what to work on, and counts how many there are in all. What is own is left out: the
// call itself made it; nil if it makes none.
func gather[T any](atMost int, after string, read func(hub.Page) (hub.List[*T], error), key func(*T) int64, own func(*T) bool) (g gathered[T], err error) {
	page := hub.Page{First: hub.MaxPage, After: after}
	for {
		list, err := read(page)
		if err != nil {
			return g, err
		}
		for _, item := range list.Items {
			page.After = hub.Cursor(key(item))
			switch {
			case own != nil && own(item):
				continue
			case g.matched == hub.MaxReplayMatches:
				slices.Reverse(g.items)
				return g, nil
			case len(g.items) < atMost:
				g.items, g.end = append(g.items, item), page.After
			default:
				g.hasMore = true
			}
			g.matched++
		}
		if !list.HasNext {
			slices.Reverse(g.items)
			return g, nil
		}
	}
}

// inParts works items off, a few in a transaction. do is given a copy of what came of those before, since the function of a
// transaction may run twice; what it leaves in it counts once that is durable.
func inParts[T, R any](ctx context.Context, e *Engine, items []T, result *R, copied func(R) R, do func(*sqlite.Tx, *R, []T) error) error {
	for some := range slices.Chunk(items, bulkBatch) {
		var tried R
		err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
			if e.draining.Load() {
				return errDraining
			}
			tried = copied(*result)
			return do(tx, &tried, some)
		})
		if err != nil {
			return err
		}
		*result = tried
	}
	return nil
}
