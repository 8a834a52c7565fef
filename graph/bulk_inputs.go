package graph

import (
	"context"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func bulkRetryInput(in model.DeliveriesRetryInput) (out hub.BulkRetryInput, err error) {
	out = hub.BulkRetryInput{AtMost: in.AtMost, PerSecond: in.PerSecond, ID: in.IdempotencyKey, DryRun: in.DryRun}
	hub.Assign(&out.After, in.After)
	if out.PerSecond == 0 {
		return out, hub.Invalid("perSecond", "must be between 1 and %d; leave it out for %d", hub.MaxReplayPace, hub.DefaultReplayPace)
	}
	out.Filter, err = deliveryFilter(in.Filter)
	return out, err
}

func bulkCancelInput(in model.ExecutionsCancelInput) (out hub.BulkCancelInput, err error) {
	out = hub.BulkCancelInput{AtMost: in.AtMost, DryRun: in.DryRun}
	hub.Assign(&out.After, in.After)
	out.Filter, err = executionFilter(in.Filter)
	return out, err
}

// paused has a person pause an object: it reads the id and the version, and makes the call.
func paused[T any](ctx context.Context, kind hub.Kind, id string, in hub.PauseInput,
	pause func(context.Context, hub.Caller, int64, hub.PauseInput) (*T, error)) (*T, error) {
	key, _, err := target(kind, id, in.ExpectedVersion)
	if err != nil {
		return nil, err
	}
	return pause(ctx, caller(ctx), key, in)
}
