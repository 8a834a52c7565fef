package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

var deliveries = table[hub.Delivery]{
	kind: hub.KindDelivery, name: "deliveries", columns: deliveryRead, scan: scanDelivery,
	key: func(d *hub.Delivery) int64 { return d.Key },
}

// Deliveries lists messages, without what the caller may not see of the records that they came from: a filter
// by what is left out finds nothing, nor does one by an integration that the caller may not see. It needs SEE on automator/fracttal_hub.
func (db *DB) Deliveries(ctx context.Context, c hub.Caller, f hub.DeliveryFilter, p hub.Page) (hub.List[*hub.Delivery], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return hub.List[*hub.Delivery]{}, err
	}
	if err := mayAskReasons(f); err != nil {
		return hub.List[*hub.Delivery]{}, err
	}
	if f.IntegrationKey != 0 && !c.May(hub.RowAPIConnections, hub.See) {
		return hub.List[*hub.Delivery]{}, nil
	}
	q := deliveryWalk(f)
	l, err := deliveries.walkKept(db.reads(ctx), q, p, func(list []*hub.Delivery) ([]*hub.Delivery, error) {
		err := disclosing(ctx, c, list, db.discloseDelivery)
		return slices.DeleteFunc(list, func(d *hub.Delivery) bool {
			return f.Recipient != "" && d.Hides("recipient") || f.ProviderID != "" && d.Hides("providerId")
		}), err
	})
	if f.Recipient == "" && f.ProviderID == "" || db.seesRecords(c) {
		l.Total = deliveries.total(db.reads(ctx), q, hub.MaxCounted)
	}
	return l, err
}

// The conditions of the partial indexes on the state, word for word: an index serves only who repeats its condition. The
// ordinary states (accepted and better) have none, since most rows are in them for good.
const (
	troubleStates = "(state = 'PENDING' OR state = 'SENDING' OR state = 'UNKNOWN' OR state = 'FAILED')"
	unsentStates  = "(state = 'SUPPRESSED' OR state = 'CANCELLED')"
)

var deliveryStateIndex = map[string]string{
	string(hub.Pending): troubleStates, string(hub.Sending): troubleStates, string(hub.Unknown): troubleStates, string(hub.DeliveryFailed): troubleStates,
	string(hub.Suppressed): unsentStates, string(hub.DeliveryCancelled): unsentStates,
}

func deliveryWalk(f hub.DeliveryFilter) (q walk) {
	q.number("execution", "", f.ExecutionKey)
	q.text("provider_id", "", f.ProviderID)
	q.text("recipient", "", f.Recipient)
	index := func(state string) string { return deliveryStateIndex[state] }
	for _, s := range f.States {
		if deliveryStateIndex[string(s)] == "" {
			index = nil
		}
	}
	q.test(f.Test)
	q.oneOf("state", texts(f.States), index)
	q.number("flow", "", f.FlowKey)
	q.number("integration", "", f.IntegrationKey)
	if f.Target != nil {
		q.rest.and("target + 0 = ?", *f.Target)
	}
	q.between("deliveries", "created_at", f.Since, f.Until)
	q.reasons(f)
	return q
}

// Delivery reads one message; NOT_FOUND if there is none. It needs SEE on automator/fracttal_hub.
func (db *DB) Delivery(ctx context.Context, c hub.Caller, key int64) (*hub.Delivery, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	d, err := deliveries.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	return d, db.discloseDelivery(ctx, c, d)
}

// DeliveriesByKey reads many deliveries in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/fracttal_hub.
func (db *DB) DeliveriesByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Delivery, error) {
	list, err := seen(ctx, db, c, hub.RowHub, deliveries, keys)
	if err != nil {
		return nil, err
	}
	return list, disclosing(ctx, c, list, db.discloseDelivery)
}

// The parts of many wholes; %s is the list of their keys.
const (
	deliveriesOf = "SELECT " + deliveryRead + " FROM deliveries WHERE execution IN %s ORDER BY execution, key"
	attemptsOf   = "SELECT " + attemptColumns + " FROM attempts WHERE delivery IN %s ORDER BY delivery, number"
	receiptsOf   = "SELECT " + receiptColumns + " FROM receipts WHERE delivery IN %s ORDER BY delivery, key"
)

// DeliveriesOf reads all deliveries of many executions, by execution, oldest first. It needs SEE on automator/fracttal_hub.
func (db *DB) DeliveriesOf(ctx context.Context, c hub.Caller, executionKeys []int64) (map[int64][]*hub.Delivery, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	parts, err := partsOf(db.reads(ctx), executionKeys, scanDelivery, func(d *hub.Delivery) int64 { return d.ExecutionKey },
		deliveriesOf)
	if err != nil {
		return nil, err
	}
	for _, list := range parts {
		if err := disclosing(ctx, c, list, db.discloseDelivery); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// AttemptsOf reads all attempts of many deliveries, by delivery, the first one first. It needs SEE on
// automator/fracttal_hub.
func (db *DB) AttemptsOf(ctx context.Context, c hub.Caller, deliveryKeys []int64) (map[int64][]hub.Attempt, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	parts, err := partsOf(db.reads(ctx), deliveryKeys, scanAttempt, func(a hub.Attempt) int64 { return a.DeliveryKey },
		attemptsOf)
	if err != nil {
		return nil, err
	}
	return parts, db.unquoted(ctx, c, deliveryKeys, func(key int64) {
		for i := range parts[key] {
			a := &parts[key][i]
			a.ProviderID, a.Message, a.NextStep, a.Adjusted, a.Detail = "", "", "", nil, nil
		}
	})
}

// ReceiptsOf reads all receipts of many deliveries, by delivery, in the order in which they came in. It needs SEE on
// automator/fracttal_hub.
func (db *DB) ReceiptsOf(ctx context.Context, c hub.Caller, deliveryKeys []int64) (map[int64][]hub.Receipt, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	parts, err := partsOf(db.reads(ctx), deliveryKeys, scanReceipt, func(r hub.Receipt) int64 { return r.DeliveryKey },
		receiptsOf)
	if err != nil {
		return nil, err
	}
	return parts, db.unquoted(ctx, c, deliveryKeys, func(key int64) {
		for i := range parts[key] {
			r := &parts[key][i]
			r.ProviderID, r.Message, r.NextStep, r.Detail = "", "", "", nil
		}
	})
}
