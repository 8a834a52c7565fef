package graph

import (
	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func replayInput(in model.ExecutionReplayInput) hub.ReplayInput {
	out := hub.ReplayInput{Version: in.Version, EvenIfSent: in.EvenIfSent}
	hub.Assign(&out.Records, in.Records)
	hub.Assign(&out.ID, in.IdempotencyKey)
	if in.Input != nil {
		out.Given = values(in.Input)
	}
	return out
}

func bulkReplayInput(in model.ExecutionsReplayInput) (out hub.BulkReplayInput, err error) {
	out = hub.BulkReplayInput{Version: in.Version, EvenIfSent: in.EvenIfSent, AtMost: in.AtMost, PerSecond: in.PerSecond, ID: in.IdempotencyKey, DryRun: in.DryRun}
	hub.Assign(&out.Records, in.Records)
	hub.Assign(&out.After, in.After)
	if out.PerSecond == 0 {
		return out, hub.Invalid("perSecond", "must be between 1 and %d; leave it out for %d", hub.MaxReplayPace, hub.DefaultReplayPace)
	}
	out.Filter, err = executionFilter(in.Filter)
	return out, err
}
