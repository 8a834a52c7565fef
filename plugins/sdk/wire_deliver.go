package sdk

import "github.com/recado-hub/recado/plugins/sdk/internal/wire"

func deliveryToWire(d *Delivery) *wire.Delivery {
	w := &wire.Delivery{
		Id: utf8Text(d.ID), Attempt: int32(d.Attempt), Action: utf8Text(d.Action), ParametersJson: object(d.Parameters),
		Recipient: utf8Text(d.Recipient), Language: utf8Text(d.Language), DeadlineUnixMs: toMillis(d.Deadline), FlowId: utf8Text(d.FlowID),
		HeldCategories: each(d.HeldCategories, utf8Text),
		Traceparent:    utf8Text(d.Trace.Parent), Tracestate: utf8Text(d.Trace.State),
	}
	if n := len(d.Values); n > 0 {
		// One block for all values of a message: this is the hot path.
		block := make([]wire.Value, n)
		w.Values = make([]*wire.Value, n)
		for i := range d.Values {
			v := &block[i]
			v.Position, v.Name, v.Text = int32(d.Values[i].Position), utf8Text(d.Values[i].Name), utf8Text(d.Values[i].Text)
			w.Values[i] = v
		}
	}
	return w
}

func deliveryFromWire(w *wire.Delivery) Delivery {
	d := Delivery{
		ID: w.GetId(), Attempt: int(w.GetAttempt()), Action: w.GetAction(), Parameters: object(w.GetParametersJson()),
		Recipient: w.GetRecipient(), Language: w.GetLanguage(), Deadline: fromMillis(w.GetDeadlineUnixMs()), FlowID: w.GetFlowId(),
		HeldCategories: w.GetHeldCategories(),
		Trace:          Trace{Parent: w.GetTraceparent(), State: w.GetTracestate()},
	}
	if n := len(w.GetValues()); n > 0 {
		d.Values = make([]Value, n)
		for i, v := range w.GetValues() {
			d.Values[i] = Value{Position: int(v.GetPosition()), Name: v.GetName(), Text: v.GetText()}
		}
	}
	return d
}

func outcomeToWire(o *Outcome) *wire.Outcome {
	return &wire.Outcome{
		DeliveryId: o.DeliveryID, Attempt: int32(o.Attempt), Kind: wire.OutcomeKind(outcomeKinds.number(orElse(o.Kind, Unknown))),
		Scope: wire.Scope(scopes.number(orElse(o.Scope, ScopeDelivery))), ProviderId: utf8Text(o.ProviderID),
		ProviderCode: utf8Text(o.ProviderCode), Message: utf8Text(o.Message), Path: utf8Text(o.Path),
		RetryAfterMs: durationMillis(o.RetryAfter), Recipient: utf8Text(o.Recipient), Limit: utf8Text(o.Limit), Detail: utf8Map(o.Detail),
		Adjusted: each(o.Adjusted, adjustmentToWire), NextStep: utf8Text(o.NextStep), MostAttempts: int32(o.MostAttempts),
		SuppressMs: durationMillis(o.Suppress), SuppressCategory: utf8Text(o.SuppressCategory), HeldCategory: utf8Text(o.HeldCategory),
	}
}

func outcomeFromWire(w *wire.Outcome) Outcome {
	return Outcome{
		DeliveryID: w.GetDeliveryId(), Attempt: int(w.GetAttempt()), Kind: orElse(outcomeKinds.word(int32(w.GetKind())), Unknown),
		Scope: orElse(scopes.word(int32(w.GetScope())), ScopeDelivery), ProviderID: w.GetProviderId(), ProviderCode: w.GetProviderCode(),
		Message: w.GetMessage(), Path: w.GetPath(), RetryAfter: millisDuration(w.GetRetryAfterMs()), Recipient: w.GetRecipient(),
		Limit: w.GetLimit(), Detail: w.GetDetail(), Adjusted: each(w.GetAdjusted(), adjustmentFromWire), NextStep: w.GetNextStep(),
		MostAttempts: int(w.GetMostAttempts()), Suppress: millisDuration(w.GetSuppressMs()), SuppressCategory: w.GetSuppressCategory(), HeldCategory: w.GetHeldCategory(),
	}
}

func adjustmentToWire(a Adjustment) *wire.Adjustment {
	return &wire.Adjustment{Path: utf8Text(a.Path), Reason: utf8Text(a.Reason), Sent: utf8Text(a.Sent)}
}

func adjustmentFromWire(w *wire.Adjustment) Adjustment {
	return Adjustment{Path: w.GetPath(), Reason: w.GetReason(), Sent: w.GetSent()}
}
