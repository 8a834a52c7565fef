package sqlite

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const deliveryColumns = `key, execution, flow, flow_version, integration, target, record, action, recipient, provider_recipient, "values", state, attempts, tries, due_at, hold_at, waiting_for, provider_id, reason, flagged, created_at, redriven_at, updated_at, test, lookup_at, order_key`

// deliveryRead is what is read of a delivery: also what only pruning writes.
const deliveryRead = deliveryColumns + ", emptied_at"

func scanDelivery(r scanner) (*hub.Delivery, error) {
	d := &hub.Delivery{}
	err := r.Scan(&d.Key, &d.ExecutionKey, &d.FlowKey, &d.FlowVersion, &d.IntegrationKey, &d.Target, &d.Record, &d.Action, &d.Recipient,
		text[string]{&d.ProviderRecipient}, document{&d.Values}, text[hub.DeliveryState]{&d.State}, &d.Attempts, &d.Tries, maybeMillis{&d.DueAt},
		maybeMillis{&d.HoldAt}, text[hub.ReasonCode]{&d.WaitingFor}, text[string]{&d.ProviderID}, document{&d.Reason}, &d.Flagged,
		millis{&d.CreatedAt}, maybeMillis{&d.RedrivenAt}, millis{&d.UpdatedAt}, &d.Test, maybeMillis{&d.LookupAt}, text[string]{&d.OrderKey}, maybeMillis{&d.EmptiedAt})
	return d, err
}

// DeliveryInsert stores a new delivery, in whatever state its first transaction leaves it.
func (tx *Tx) DeliveryInsert(d *hub.Delivery) error {
	return tx.exec("INSERT INTO deliveries ("+deliveryColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		d.Key, d.ExecutionKey, d.FlowKey, d.FlowVersion, d.IntegrationKey, d.Target, d.Record, d.Action, d.Recipient, null(d.ProviderRecipient),
		doc(d.Values), string(d.State), d.Attempts, d.Tries, msp(d.DueAt), msp(d.HoldAt), null(d.WaitingFor), null(d.ProviderID), reason(d.Reason),
		d.Flagged, ms(d.CreatedAt), msp(d.RedrivenAt), ms(d.UpdatedAt), d.Test, msp(d.LookupAt), null(d.OrderKey))
}

// DeliverySave writes what may change of a delivery, if it is still in the state and at the try at which it was read.
// saved is false when it has moved on since, by a receipt for instance: read it again then.
func (tx *Tx) DeliverySave(d *hub.Delivery, from hub.DeliveryState, tries int) (saved bool, err error) {
	return tx.one(`UPDATE deliveries SET provider_recipient = ?, state = ?, attempts = ?, tries = ?, due_at = ?, hold_at = ?, waiting_for = ?, provider_id = ?,
		reason = ?, flagged = ?, redriven_at = ?, updated_at = ?, lookup_at = ? WHERE key = ? AND state = ? AND tries = ?`,
		null(d.ProviderRecipient), string(d.State), d.Attempts, d.Tries, msp(d.DueAt), msp(d.HoldAt), null(d.WaitingFor), null(d.ProviderID),
		reason(d.Reason), d.Flagged, msp(d.RedrivenAt), ms(d.UpdatedAt), msp(d.LookupAt), d.Key, string(from), tries)
}

// DeliveryAddress writes to whom a delivery goes, with which values and in which order, which DeliverySave leaves as they were: they
// are made once, and made anew only before the first try.
func (tx *Tx) DeliveryAddress(d *hub.Delivery) error {
	return tx.exec(`UPDATE deliveries SET recipient = ?, "values" = ?, order_key = ? WHERE key = ?`, d.Recipient, doc(d.Values), null(d.OrderKey), d.Key)
}

// Delivery reads a delivery; nil if there is none.
func (tx *Tx) Delivery(key int64) (*hub.Delivery, error) {
	return first(tx.deliveries("WHERE key = ?", key))
}

// DeliveryOfProvider reads the delivery of an integration to which its provider gave an id, the newest one; nil if there is none.
func (tx *Tx) DeliveryOfProvider(integration int64, providerID string) (*hub.Delivery, error) {
	// The + keeps the planner on the index of the ids: an integration may have millions of deliveries.
	return first(tx.deliveries("WHERE provider_id = ? AND +integration = ? ORDER BY key DESC LIMIT 1", providerID, integration))
}

// namesakes bounds how many deliveries with the same id of a provider are looked at.
const namesakes = 20

// DeliveriesOfProvider reads the deliveries of any integration to which a provider gave an id, newest first, not more than a few.
func (tx *Tx) DeliveriesOfProvider(providerID string) ([]*hub.Delivery, error) {
	return tx.deliveries("WHERE provider_id = ? ORDER BY key DESC LIMIT ?", providerID, namesakes)
}

// unnamedRange is how many UNKNOWN deliveries, newest first, HasUnnamed looks at: those of years would be too many for each callback.
const unnamedRange = 1000

// HasUnnamed says whether a delivery of an integration is SENDING or UNKNOWN of which the provider's id is not known yet.
func (tx *Tx) HasUnnamed(integration int64) (bool, error) {
	n, err := number(tx.each, "SELECT 1 FROM deliveries WHERE state = 'SENDING' AND "+troubleStates+" AND +integration = ? AND provider_id IS NULL LIMIT 1", integration)
	if err != nil || n == 1 {
		return n == 1, err
	}
	n, err = number(tx.each, "SELECT 1 FROM (SELECT integration, provider_id FROM deliveries WHERE state = 'UNKNOWN' AND "+troubleStates+
		" ORDER BY key DESC LIMIT ?) AS newest WHERE integration = ? AND provider_id IS NULL LIMIT 1", unnamedRange, integration)
	return n == 1, err
}

// DeliveriesOf reads the deliveries of an execution, oldest first.
func (tx *Tx) DeliveriesOf(execution int64) ([]*hub.Delivery, error) {
	return tx.deliveries("WHERE execution = ? ORDER BY key", execution)
}

// Holds reads UNKNOWN deliveries that have waited long enough for the flow's policy, at most limit.
func (tx *Tx) Holds(now time.Time, limit int) ([]*hub.Delivery, error) {
	return tx.deliveries("WHERE hold_at IS NOT NULL AND hold_at <= ? ORDER BY hold_at LIMIT ?", ms(now), limit)
}

// HoldEnd leaves an UNKNOWN delivery to a person: no policy takes effect on it.
func (tx *Tx) HoldEnd(key int64) error {
	d, err := tx.Delivery(key)
	if err != nil || d == nil {
		return err
	}
	tx.Passed(d.FlowKey, d.OrderKey, key)
	return tx.exec("UPDATE deliveries SET hold_at = NULL, updated_at = ? WHERE key = ?", ms(tx.now), key)
}

func (tx *Tx) deliveries(where string, args ...any) (list []*hub.Delivery, err error) {
	err = tx.each("SELECT "+deliveryRead+" FROM deliveries "+where, args, func(r scanner) error {
		d, err := scanDelivery(r)
		list = append(list, d)
		return err
	})
	return list, err
}

func first[T any](list []*T, err error) (*T, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// attemptDetail is what an attempt keeps as a document.
type attemptDetail struct {
	Message    string            `json:"message,omitempty"`
	NextStep   string            `json:"next,omitempty"`
	Path       string            `json:"path,omitempty"`
	RetryAfter time.Duration     `json:"retryAfter,omitempty"` // nanoseconds
	Adjusted   []hub.Adjustment  `json:"adjusted,omitempty"`
	Detail     map[string]string `json:"detail,omitempty"`
}

// AttemptInsert keeps an attempt that is over. An answer that comes after the attempt was taken for unknown replaces that.
func (tx *Tx) AttemptInsert(a hub.Attempt) error {
	var detail any
	if a.Message != "" || a.NextStep != "" || a.Path != "" || a.RetryAfter != 0 || len(a.Adjusted) > 0 || len(a.Detail) > 0 {
		detail = doc(attemptDetail{a.Message, a.NextStep, a.Path, a.RetryAfter, a.Adjusted, a.Detail})
	}
	return tx.exec(`INSERT INTO attempts (delivery, number, counted, started_at, finished_at, kind, scope, provider_id, code, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (delivery, number) DO UPDATE SET counted = excluded.counted, finished_at = excluded.finished_at,
		kind = excluded.kind, scope = excluded.scope, provider_id = excluded.provider_id, code = excluded.code, detail = excluded.detail`,
		a.DeliveryKey, a.Number, a.Counted, ms(a.StartedAt), ms(a.FinishedAt), string(a.Kind), string(a.Scope), null(a.ProviderID), null(a.Code), detail)
}

const attemptColumns = "delivery, number, counted, started_at, finished_at, kind, scope, provider_id, code, detail"

func scanAttempt(r scanner) (a hub.Attempt, err error) {
	var d attemptDetail
	err = r.Scan(&a.DeliveryKey, &a.Number, &a.Counted, millis{&a.StartedAt}, millis{&a.FinishedAt}, text[hub.OutcomeKind]{&a.Kind},
		text[hub.Scope]{&a.Scope}, text[string]{&a.ProviderID}, text[string]{&a.Code}, document{&d})
	a.Message, a.NextStep, a.Path, a.RetryAfter, a.Adjusted, a.Detail = d.Message, d.NextStep, d.Path, d.RetryAfter, d.Adjusted, d.Detail
	return a, err
}
