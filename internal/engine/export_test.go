package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Judge is what Publish does before it writes: it checks an occurrence and asks every enabled event of its type. It says how
// many were asked and how many fired.
func (e *Engine) Judge(ctx context.Context, c hub.Caller, in hub.OccurrenceInput) (asked, fired int, err error) {
	p, err := e.intake(ctx, c, in, e.catalog.RecordType(e.catalog.EventType(in.Type).RecordType))
	if err != nil {
		return 0, 0, err
	}
	verdicts, err := e.judge(ctx, e.now(), p, time.Now())
	for i := range verdicts {
		if verdicts[i].fired {
			fired++
		}
	}
	return len(verdicts), fired, err
}

// PruneRound prunes what is over its time, whether pruning has begun or not, until all of it is gone or ctx ends; whole says which.
func (e *Engine) PruneRound(ctx context.Context, now time.Time) (whole bool, err error) {
	return e.pruneRound(ctx, now)
}
