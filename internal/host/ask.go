package host

import (
	"context"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// lookupTimeout is how long a connector may take to ask its provider about a page of deliveries.
const lookupTimeout = 30 * time.Second

// CheckAction asks a connector whether an intended use of an action would work; it may ask the provider, and changes nothing there.
// Warnings are among the problems, and so are settings that cannot be used. One that offers no such check finds nothing. Errors are
// UNAVAILABLE, or ctx's own when that is cancelled.
func (h *Host) CheckAction(ctx context.Context, in hub.OpenIntegration, use hub.ActionUse) ([]hub.Problem, error) {
	p, ctx, done, err := h.question(ctx, &in, checkTimeout)
	if err != nil {
		return nil, err
	}
	defer done()
	problems, err := p.rpc.CheckAction(ctx, integrationToSDK(&in),
		sdk.ActionUse{Action: use.Action, Parameters: use.Parameters, Positions: use.Positions, Names: use.Names})
	p.c.heard(err)
	return p.c.checked(ctx, problems, err)
}

// Lookup asks a connector what became of at most hub.MaxLookup deliveries. Answers about other deliveries are left out; one may be
// missing. Errors are NOT_FOUND for a connector that cannot be asked at all; UNAVAILABLE when it is down, too slow, failed, or
// cannot use the integration's settings; or ctx's own when that is cancelled.
func (h *Host) Lookup(ctx context.Context, in hub.OpenIntegration, items []hub.LookupItem) ([]hub.LookupAnswer, error) {
	p, ctx, done, err := h.question(ctx, &in, lookupTimeout)
	if err != nil {
		return nil, err
	}
	defer done()
	got, err := p.rpc.Lookup(ctx, integrationToSDK(&in), lookupToSDK(items))
	p.c.heard(err)
	switch {
	case errors.Is(err, sdk.ErrUnimplemented):
		return nil, &hub.Error{Code: hub.CodeNotFound, Message: "the connector " + p.c.name + " cannot be asked what became of messages"}
	case err != nil:
		return nil, p.c.callError(ctx, err)
	}
	return p.c.answers(items, &got), nil
}

func lookupToSDK(items []hub.LookupItem) (q sdk.LookupQuery) {
	for _, it := range items {
		q.Items = append(q.Items, sdk.LookupItem{DeliveryID: hub.ID(hub.KindDelivery, it.Key), ProviderID: it.ProviderID, Recipient: it.Recipient, SentAt: it.SentAt})
	}
	return q
}

// answers translates those about deliveries that were asked for. A receipt is of the delivery under which it was told.
func (c *connector) answers(items []hub.LookupItem, l *sdk.Lookup) (list []hub.LookupAnswer) {
	asked := make(map[string]int64, len(items))
	for _, it := range items {
		asked[hub.ID(hub.KindDelivery, it.Key)] = it.Key
	}
	for i := range l.Answers {
		a := l.Answers[i].Told(c.redact.text)
		key, ok := asked[a.DeliveryID]
		if !ok {
			continue
		}
		out := hub.LookupAnswer{Key: key, State: hub.LookupState(a.State), ProviderID: a.ProviderID, Message: a.Message}
		for k := range a.Receipts {
			rc := c.receipt(&a.Receipts[k], time.Now().UTC())
			rc.DeliveryKey = key
			out.Receipts = append(out.Receipts, rc)
		}
		list = append(list, out)
	}
	return list
}
