package graph

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// linked are the deliveries at one end of follow-ups, without those that are gone.
func linked(ctx context.Context, list []*hub.Awaited, err error, end func(*hub.Awaited) int64) ([]*hub.Delivery, error) {
	if err != nil || len(list) == 0 {
		return []*hub.Delivery{}, err
	}
	keys := make([]int64, len(list))
	for i, a := range list {
		keys[i] = end(a)
	}
	found, err := visitOf(ctx).loaders.deliveries.many(ctx, keys)
	return slices.DeleteFunc(found, func(d *hub.Delivery) bool { return d == nil }), err
}
