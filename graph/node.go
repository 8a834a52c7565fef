package graph

import (
	"context"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// maxNodes is how many objects can be asked for by their ids at once.
const maxNodes = 200

// kindOf says which subjects of the journal have an id, and of which kind.
var kindOf = map[hub.Subject]hub.Kind{
	hub.SubjectOccurrence:  hub.KindOccurrence,
	hub.SubjectExecution:   hub.KindExecution,
	hub.SubjectDelivery:    hub.KindDelivery,
	hub.SubjectIntegration: hub.KindIntegration,
	hub.SubjectFlow:        hub.KindFlow,
	hub.SubjectSuppression: hub.KindSuppression,
}

// node reads the object of any kind as its own field does, so that a missing permission is named.
func (r *resolver) node(ctx context.Context, kind hub.Kind, key int64) (model.Node, error) {
	c := caller(ctx)
	switch kind {
	case hub.KindGroup:
		return nodeOf(r.db.Group(ctx, c, key))
	case hub.KindConsumer:
		return nodeOf(r.db.Consumer(ctx, c, key))
	case hub.KindIntegration:
		return nodeOf(r.db.Integration(ctx, c, key))
	case hub.KindFlow:
		return nodeOf(r.db.Flow(ctx, c, key))
	case hub.KindEvent:
		return nodeOf(r.db.Event(ctx, c, key))
	case hub.KindRecord:
		return nodeOf(r.db.Record(ctx, c, key))
	case hub.KindOccurrence:
		return nodeOf(r.db.Occurrence(ctx, c, key))
	case hub.KindExecution:
		return nodeOf(r.db.Execution(ctx, c, key))
	case hub.KindDelivery:
		return nodeOf(r.db.Delivery(ctx, c, key))
	case hub.KindAudit:
		return nodeOf(r.db.AuditEntry(ctx, c, key))
	case hub.KindSuppression:
		return nodeOf(r.db.Suppression(ctx, c, key))
	}
	return nil, nil
}

// nodes reads many objects, those of one kind together.
func (r *resolver) nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > maxNodes {
		return nil, hub.Invalid("ids", "at most %d ids can be asked for at once, these are %d", maxNodes, len(ids))
	}
	waiting := make([]func() (model.Node, error), len(ids))
	for i, id := range ids {
		kind, key, err := hub.ParseID(id)
		if err != nil {
			return nil, hub.Invalid(hub.Path("ids", i), "%q is not an id; use an id that this API returned", hub.Clip(id, 40))
		}
		waiting[i] = visitOf(ctx).loaders.later(ctx, kind, key)
	}
	list := make([]model.Node, len(ids))
	for i, wait := range waiting {
		var err error
		if list[i], err = wait(); err != nil {
			return nil, err
		}
	}
	return list, nil
}
