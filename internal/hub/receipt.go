package hub

import "time"

// ReceiptStatus is what a provider reports later about a message.
type ReceiptStatus string

// The statuses of receipts.
const (
	ReceiptSent      ReceiptStatus = "SENT"
	ReceiptDelivered ReceiptStatus = "DELIVERED"
	ReceiptRead      ReceiptStatus = "READ"
	ReceiptFailed    ReceiptStatus = "FAILED"
)

// Receipt is one later word from the provider about a delivery. It finds its delivery by our own key, which the provider
// carried along (DeliveryKey), or by the provider's id of the message.
type Receipt struct {
	DeliveryKey int64 // 0 if the callback did not carry it
	ProviderID  string
	Status      ReceiptStatus
	At          time.Time // by the provider's clock
	ReceivedAt  time.Time
	Code        string // with FAILED
	Message     string
	Scope       Scope
	Recipient   string
	Detail      map[string]string // price category and the like
	Flagged     bool              // late or contradictory: kept, but it moved nothing

	// With FAILED, as if the provider had said it at once: see Outcome.
	Kind             OutcomeKind
	NextStep         string
	RetryAfter       time.Duration
	MostAttempts     int
	Suppress         time.Duration
	SuppressCategory string
	Limit            string
}

// What Receipt.Detail says of the price, under keys that every connector uses that knows them.
const (
	detailCategory = "pricing_category"
	detailType     = "pricing_type"
	detailModel    = "pricing_model"
	detailBillable = "billable" // "true" or "false"
	detailAmount   = "price"
	detailCurrency = "price_unit"
)

// ReceiptPricing is what a message costs, in its provider's words. A nil field was not said.
type ReceiptPricing struct {
	Category, Type, Model *string
	Billable              *bool
	Amount, Currency      *string
}

// Pricing is what the receipt says of the price; nil if nothing.
func (r *Receipt) Pricing() *ReceiptPricing {
	var p ReceiptPricing
	for key, field := range map[string]**string{detailCategory: &p.Category, detailType: &p.Type, detailModel: &p.Model, detailAmount: &p.Amount,
		detailCurrency: &p.Currency} {
		if v := r.Detail[key]; v != "" {
			*field = &v
		}
	}
	if v := r.Detail[detailBillable]; v == "true" || v == "false" {
		billable := v == "true"
		p.Billable = &billable
	}
	if p == (ReceiptPricing{}) {
		return nil
	}
	return &p
}

// Outcome is what a receipt that says FAILED would have been as the answer to the attempt: at once, not later.
func (rc *Receipt) Outcome() Outcome {
	return Outcome{Kind: rc.Kind, Scope: rc.Scope, ProviderID: rc.ProviderID, Code: rc.Code, Message: rc.Message, NextStep: rc.NextStep,
		RetryAfter: rc.RetryAfter, MostAttempts: rc.MostAttempts, Limit: rc.Limit, Suppress: rc.Suppress, SuppressCategory: rc.SuppressCategory}
}

// DecideReceipt says what follows for a delivery that a receipt has made FAILED: PENDING if it is to be sent again, now or once what is
// paused goes on; else it stays FAILED. attempts is how many counted, the one that failed among them; for the rest see [Decide].
func DecideReceipt(attempts int, since time.Time, rc *Receipt, s FlowSettings, now time.Time, random float64) Decision {
	o := rc.Outcome()
	switch o.Kind {
	case OutcomeRetry, OutcomeMisconfigured:
		return Decide(attempts-1, since, o, s, now, random)
	}
	return Decision{State: DeliveryFailed, Attempts: attempts,
		Reason: Reason{Code: ReasonReceipt, Message: rc.Message, Provider: rc.Code, NextStep: rc.NextStep}}
}

// ReceiptMove says through which states a receipt moves a delivery that is in from; nothing if it moves it nowhere.
// flagged says that the receipt contradicts what is known. Receipts only move a delivery forward by rank:
//   - a delivery that is still SENDING was accepted, or there would be no receipt: it passes ACCEPTED on the way;
//   - one that is PENDING again is about to be sent anew: that an earlier attempt FAILED is no news, anything else says
//     that it need not be sent any more;
//   - one that is SUPPRESSED is not sent again: that an earlier attempt FAILED is no news either;
//   - FAILED after DELIVERED or READ is a contradiction, and so is SENT after FAILED;
//   - DELIVERED or READ after FAILED wins, and is flagged, because the recipient has the message.
func ReceiptMove(from DeliveryState, status ReceiptStatus) (path []DeliveryState, flagged bool) {
	to := DeliveryState(status)
	if from == Sending {
		rest, _ := ReceiptMove(Accepted, status)
		return append([]DeliveryState{Accepted}, rest...), false
	}
	if (from == Pending || from == Suppressed) && to == DeliveryFailed {
		return nil, false
	}
	if !from.May(to) {
		// The same or an earlier status again is ordinary (providers repeat and reorder); a different end is not.
		ordinary := from == to || (from.rank() > 0 && to.rank() > 0)
		return nil, !ordinary
	}
	return []DeliveryState{to}, from == DeliveryFailed
}
