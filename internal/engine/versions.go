package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// FlowRollback saves a new version of a flow with description and definition of an earlier one, which stays as it is. What
// [Engine.FlowUpdate] would refuse is refused here, too: the caller must hold every right with which that version reads, and
// an enabled flow must stay without problems. EDIT on automator/fracttal_hub.
func (e *Engine) FlowRollback(ctx context.Context, c hub.Caller, key int64, expectedVersion, version int) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if version < 1 {
		return nil, hub.Invalid("version", "versions count from 1")
	}
	then, err := e.db.FlowForEngine(ctx, key, version)
	if err != nil && hub.CodeOf(err) != hub.CodeNotFound {
		return nil, err
	}
	back := func(f *hub.Flow) error {
		switch {
		case then == nil:
			return hub.Invalid("version", "the flow has no version %d; its versions are 1 to %d", version, f.Version)
		case version == f.Version:
			return hub.Conflict("version", "version %d is the current one; there is nothing to go back to", version)
		}
		f.Description, f.Definition = then.Description, then.Definition
		return nil
	}
	saved, err := e.judged(ctx, c, key, back, func(j *judgement) (*hub.Flow, error) {
		return e.db.FlowRollback(ctx, c, key, expectedVersion, version, func(f *hub.Flow) error {
			was := f.Definition
			if err := back(f); err != nil {
				return err
			}
			return e.maySave(ctx, c, f, &was, j)
		})
	})
	e.replan()
	return saved, err
}

// maySave says why a changed flow cannot be saved: the caller lacks a right that it would use, or it is enabled and would have
// problems. was is its definition before, j what the connectors said of it as it is now.
func (e *Engine) maySave(ctx context.Context, c hub.Caller, f *hub.Flow, was *hub.FlowDefinition, j *judgement) error {
	if err := e.mayUse(c, f); err != nil {
		return err
	}
	if err := j.keep(f); err != nil || !f.Enabled {
		return err
	}
	if p := hub.PastProblems(&f.Definition, time.Now()); len(p) > 0 && !was.SameSchedule(&f.Definition) {
		return hub.WithProblems(p)
	}
	return e.mustBeSound(ctx, c, f)
}
