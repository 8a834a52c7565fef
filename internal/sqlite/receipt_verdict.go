package sqlite

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// receiptVerdict is what a receipt that says FAILED asks for, as it is kept.
type receiptVerdict struct {
	Kind         hub.OutcomeKind `json:"kind,omitempty"`
	Scope        hub.Scope       `json:"scope,omitempty"`
	NextStep     string          `json:"next,omitempty"`
	RetryAfter   time.Duration   `json:"retryAfter,omitempty"` // nanoseconds
	MostAttempts int             `json:"most,omitempty"`
	Suppress     time.Duration   `json:"suppress,omitempty"` // nanoseconds
	Category     string          `json:"category,omitempty"`
	Limit        string          `json:"limit,omitempty"`
}

func verdictOf(r *hub.Receipt) any {
	v := receiptVerdict{r.Kind, r.Scope, r.NextStep, r.RetryAfter, r.MostAttempts, r.Suppress, r.SuppressCategory, r.Limit}
	if v == (receiptVerdict{}) {
		return nil
	}
	return doc(v)
}

func (v *receiptVerdict) tell(r *hub.Receipt) {
	r.Kind, r.Scope, r.NextStep, r.RetryAfter, r.MostAttempts = v.Kind, v.Scope, v.NextStep, v.RetryAfter, v.MostAttempts
	r.Suppress, r.SuppressCategory, r.Limit = v.Suppress, v.Category, v.Limit
}

// AttemptOfProvider is the number of the attempt to which the provider gave an id; 0 if there is none.
func (tx *Tx) AttemptOfProvider(delivery int64, providerID string) (number int, err error) {
	_, err = tx.get("SELECT number FROM attempts WHERE delivery = ? AND provider_id = ? ORDER BY number DESC LIMIT 1", []any{delivery, providerID}, &number)
	return number, err
}

// AttemptUncount has an attempt not count: the message did nothing wrong.
func (tx *Tx) AttemptUncount(delivery int64, number int) error {
	return tx.exec("UPDATE attempts SET counted = 0 WHERE delivery = ? AND number = ?", delivery, number)
}

// SaidFailed says whether the provider has said of its message for a delivery that it failed.
func (tx *Tx) SaidFailed(delivery int64, providerID string) (bool, error) {
	var one int
	return tx.get("SELECT 1 FROM receipts WHERE delivery = ? AND provider_id = ? AND status = 'FAILED' LIMIT 1", []any{delivery, providerID}, &one)
}

// FailedReceipt reads the newest receipt of a delivery that says FAILED; nil if there is none.
func (tx *Tx) FailedReceipt(delivery int64) (*hub.Receipt, error) {
	list, err := readAll(tx.each, scanReceipt, "SELECT "+receiptColumns+" FROM receipts WHERE delivery = ? AND status = 'FAILED' ORDER BY key DESC LIMIT 1", delivery)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
