package sqlite

import (
	"encoding/json"

	"github.com/recado-hub/recado/internal/hub"
)

const receiptColumns = "coalesce(delivery, 0), provider_id, status, at, received_at, code, message, detail, flagged, verdict"

func scanReceipt(r scanner) (rc hub.Receipt, err error) {
	var v receiptVerdict
	err = r.Scan(&rc.DeliveryKey, &rc.ProviderID, text[hub.ReceiptStatus]{&rc.Status}, millis{&rc.At}, millis{&rc.ReceivedAt}, &rc.Code,
		text[string]{&rc.Message}, document{&rc.Detail}, &rc.Flagged, document{&v})
	v.tell(&rc)
	return rc, err
}

// ReceiptInsert keeps a receipt. inserted is false when the provider said the same before.
func (tx *Tx) ReceiptInsert(integration int64, r hub.Receipt) (inserted bool, err error) {
	var delivery, detail any
	if r.DeliveryKey != 0 {
		delivery = r.DeliveryKey
	}
	if len(r.Detail) > 0 {
		detail = doc(r.Detail)
	}
	return tx.one(`INSERT INTO receipts (key, integration, delivery, provider_id, status, at, received_at, code, message, detail, flagged, verdict)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider_id, status, code) DO NOTHING`,
		hub.NewKey(tx.now), integration, delivery, r.ProviderID, string(r.Status), ms(r.At), ms(r.ReceivedAt), r.Code, null(r.Message), detail, r.Flagged, verdictOf(&r))
}

// ReceiptsWaiting reads the receipts of a provider's id that came before anybody knew to which delivery it belongs.
func (tx *Tx) ReceiptsWaiting(providerID string) (list []hub.Receipt, err error) {
	err = tx.each("SELECT "+receiptColumns+" FROM receipts WHERE provider_id = ? AND delivery IS NULL ORDER BY at, key", []any{providerID}, func(r scanner) error {
		rc, err := scanReceipt(r)
		list = append(list, rc)
		return err
	})
	return list, err
}

// ReceiptsAdopt notes to which delivery the waiting receipts of a provider's id belong.
func (tx *Tx) ReceiptsAdopt(providerID string, delivery int64) error {
	return tx.exec("UPDATE receipts SET delivery = ? WHERE provider_id = ? AND delivery IS NULL", delivery, providerID)
}

// ReceiptFlag marks a kept receipt as late or contradictory.
func (tx *Tx) ReceiptFlag(r hub.Receipt) error {
	return tx.exec("UPDATE receipts SET flagged = 1 WHERE provider_id = ? AND status = ? AND code = ?", r.ProviderID, string(r.Status), r.Code)
}

// HasWaitingReceipts says whether any receipt waits for its delivery to become known.
func (tx *Tx) HasWaitingReceipts() (found bool, err error) {
	var n int
	if _, err = tx.get("SELECT EXISTS (SELECT 1 FROM receipts WHERE delivery IS NULL)", nil, &n); err != nil {
		return false, err
	}
	return n == 1, nil
}

// MaxCallbacks bounds how many callbacks are kept while their connector is down.
const MaxCallbacks = 10_000

// KeptCallback is a callback that waits for its connector.
type KeptCallback struct {
	Key            int64
	IntegrationKey int64
	Callback       hub.Callback
}

// CallbackKeep keeps a callback, sealed, until its connector is up. It is refused with UNAVAILABLE when too many wait, so that the
// provider tries again later.
func (tx *Tx) CallbackKeep(integration int64, cb hub.Callback) error {
	var n int
	if _, err := tx.get("SELECT count(*) FROM callbacks", nil, &n); err != nil {
		return err
	}
	if n >= MaxCallbacks {
		return &hub.Error{Code: hub.CodeUnavailable, Message: "too many callbacks wait for this connector; send it again later"}
	}
	b, err := json.Marshal(cb)
	if err != nil {
		return err
	}
	return tx.exec("INSERT INTO callbacks (key, integration, received_at, request) VALUES (?, ?, ?, ?)",
		hub.NewKey(tx.now), integration, ms(cb.ReceivedAt), tx.db.seal.seal(b, hub.ID(hub.KindIntegration, integration)))
}

// Callbacks reads kept callbacks, oldest first, from one key on, at most limit.
func (tx *Tx) Callbacks(after int64, limit int) (list []KeptCallback, err error) {
	err = tx.each("SELECT key, integration, request FROM callbacks WHERE key > ? ORDER BY key LIMIT ?", []any{after, limit}, func(r scanner) error {
		var k KeptCallback
		var sealed []byte
		if err := r.Scan(&k.Key, &k.IntegrationKey, &sealed); err != nil {
			return err
		}
		plain, err := tx.db.seal.open(sealed, hub.ID(hub.KindIntegration, k.IntegrationKey))
		if err == nil {
			err = json.Unmarshal(plain, &k.Callback)
		}
		list = append(list, k)
		return err
	})
	return list, err
}

// CallbackDone forgets a kept callback.
func (tx *Tx) CallbackDone(key int64) error {
	return tx.exec("DELETE FROM callbacks WHERE key = ?", key)
}
