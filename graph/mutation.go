package graph

import (
	"context"
	"encoding/json"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// act does one thing to an object that may have a version: it reads the id and the version, and makes the call.
func act[T any](ctx context.Context, kind hub.Kind, id string, version *int,
	do func(context.Context, hub.Caller, int64, int) (*T, error)) (*T, error) {
	key, seen, err := target(kind, id, version)
	if err != nil {
		return nil, err
	}
	return do(ctx, caller(ctx), key, seen)
}

// once is what a call that makes something is known by: its idempotency key, if it has one, and everything that it asks for.
func once(act string, key *string, asked ...any) (*hub.Once, error) {
	o := &hub.Once{Act: act}
	if hub.Assign(&o.Key, key); o.Key == "" {
		return o, nil
	}
	var err error
	o.Input, err = json.Marshal(asked)
	return o, err
}

// deleted shapes the answer to a deletion.
func deleted(kind hub.Kind, key int64, err error) (*string, []*model.UserError, error) {
	errs, top := userErrors(err)
	if err != nil {
		return nil, errs, top
	}
	id := hub.ID(kind, key)
	return &id, errs, nil
}
