package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds of the loop that prunes.
const (
	pruneEvery = 5 * time.Minute // between two rounds: what comes of age in between is pruned in one go
	pruneAgain = 24 * time.Hour  // between two looks at what was passed over
	retryPrune = time.Minute     // after a fault
	farBehind  = time.Hour       // from here on it is in a hurry
)

// pruning is what the loop that prunes keeps in mind.
type pruning struct {
	next  time.Time // round
	again time.Time // look at what was passed over
}

// prune is the loop that takes away what has been kept for long enough. It has time: each step costs the writer a few
// milliseconds, and after each it rests for as long at least.
func (e *Engine) prune(ctx context.Context) { e.loop(ctx, "retention", nil, retryPrune, e.pruneDue) }

func (e *Engine) pruneDue(ctx context.Context) (time.Time, error) {
	if now := time.Now(); e.draining.Load() || now.Before(e.pruning.next) {
		return e.pruning.next, nil
	}
	ready, err := e.pruneReady(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if ready {
		whole, err := e.pruneRound(ctx, time.Now())
		if err != nil || !whole {
			return time.Now(), err
		}
	}
	e.pruning.next = time.Now().Add(pruneEvery)
	return e.pruning.next, nil
}

func (e *Engine) pruneReady(ctx context.Context) (ready bool, err error) {
	var leapt bool
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		ready, leapt, err = tx.RetentionReady()
		return err
	})
	if leapt && err == nil {
		e.log.Warn("the clock is more than a week ahead of where it was when pruning last looked at it; nothing is pruned for a day", "week", hub.PruneLeap)
	}
	return ready, err
}

// pruneRound takes every walk to its end. whole is false when it was cut off, because the settings changed or the hub shuts down.
func (e *Engine) pruneRound(ctx context.Context, now time.Time) (whole bool, err error) {
	version := e.db.RetentionVersion()
	r, err := e.db.RetentionNow(ctx)
	if err != nil {
		return false, err
	}
	goOn := func(s sqlite.PruneStep, inAHurry bool) bool {
		wait(ctx, hub.PrunePause(s.Took, s.Waiting, inAHurry))
		return ctx.Err() == nil && !e.draining.Load() && version == e.db.RetentionVersion()
	}
	for _, t := range r.Tasks(now) {
		if whole, err := e.pruneWalk(ctx, t, goOn); !whole {
			return false, err
		}
	}
	if now.Before(e.pruning.again) {
		return true, nil
	}
	for _, kind := range []hub.PruneKind{hub.PruneHistory, hub.PrunePayloads} {
		if whole, err := e.pruneLater(ctx, r, kind, now, goOn); !whole {
			return false, err
		}
	}
	e.pruning.again = now.Add(pruneAgain)
	return true, nil
}

// pruneWalk takes a walk to its end, step by step, as long as goOn says so.
func (e *Engine) pruneWalk(ctx context.Context, t hub.PruneTask, goOn func(sqlite.PruneStep, bool) bool) (whole bool, err error) {
	rows, began := 0, time.Now()
	for {
		s, err := e.db.Prune(ctx, t)
		if err != nil {
			return false, err
		}
		if rows += s.Rows; s.Done {
			if rows > 0 {
				e.log.Debug("pruned what was kept for long enough", "kind", t.Kind, "rows", rows, "took", time.Since(began).Round(time.Millisecond))
			}
			return true, nil
		}
		if !goOn(s, t.Before.Sub(s.Place) > farBehind) {
			return false, nil
		}
	}
}

// pruneLater looks at what the walks of a kind passed over.
func (e *Engine) pruneLater(ctx context.Context, r *hub.Retention, kind hub.PruneKind, now time.Time, goOn func(sqlite.PruneStep, bool) bool) (whole bool, err error) {
	for after := int64(0); ; {
		s, next, err := e.db.PruneAgain(ctx, r, kind, now, after)
		if err != nil || s.Done {
			return err == nil, err
		}
		if after = next; !goOn(s, false) {
			return false, nil
		}
	}
}

// wait sleeps, unless ctx ends before.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
