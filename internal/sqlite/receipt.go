package sqlite

import (
	"encoding/json"
	"time"

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

// ReceiptInsert keeps a receipt that came for an integration. inserted is false when the provider said the same before: of the delivery,
// or, while that is not known, at this integration.
func (tx *Tx) ReceiptInsert(integration int64, r hub.Receipt) (inserted bool, err error) {
	var delivery, detail any
	if r.DeliveryKey != 0 {
		delivery = r.DeliveryKey
	}
	if len(r.Detail) > 0 {
		detail = doc(r.Detail)
	}
	return tx.one(`INSERT INTO receipts (key, integration, delivery, provider_id, status, at, received_at, code, message, detail, flagged, verdict)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		hub.NewKey(tx.now), integration, delivery, r.ProviderID, string(r.Status), ms(r.At), ms(r.ReceivedAt), r.Code, null(r.Message), detail, r.Flagged, verdictOf(&r))
}

// ReceiptsTake takes out the receipts of a provider's id that wait at an integration for anybody to know to which delivery it belongs, in
// the order in which they happened.
func (tx *Tx) ReceiptsTake(integration int64, providerID string) (list []hub.Receipt, err error) {
	const which = " FROM receipts WHERE integration = ? AND provider_id = ? AND delivery IS NULL"
	err = tx.each("SELECT "+receiptColumns+which+" ORDER BY at, key", []any{integration, providerID}, func(r scanner) error {
		rc, err := scanReceipt(r)
		list = append(list, rc)
		return err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, tx.exec("DELETE"+which, integration, providerID)
}

// ReceiptFlag marks a kept receipt of a delivery as late or contradictory.
func (tx *Tx) ReceiptFlag(delivery int64, r hub.Receipt) error {
	return tx.exec("UPDATE receipts SET flagged = 1 WHERE delivery = ? AND provider_id = ? AND status = ? AND code = ?",
		delivery, r.ProviderID, string(r.Status), r.Code)
}

// HasWaitingReceipts says whether any receipt waits for its delivery to become known.
func (tx *Tx) HasWaitingReceipts() (found bool, err error) {
	var n int
	if _, err = tx.get("SELECT EXISTS (SELECT 1 FROM receipts WHERE delivery IS NULL)", nil, &n); err != nil {
		return false, err
	}
	return n == 1, nil
}

// The bounds of receipts that wait for their delivery to become known.
const (
	MaxWaitingReceipts = 1000 // at one integration
	forgetAtOnce       = 100  // how many are forgotten at once
)

// ReceiptsCrowd forgets the oldest receipts that wait at an integration when there are more than MaxWaitingReceipts. forgotten says how
// many.
func (tx *Tx) ReceiptsCrowd(integration int64) (forgotten int, err error) {
	n, err := number(tx.each, "SELECT count(*) FROM receipts WHERE integration = ? AND delivery IS NULL", integration)
	if err != nil || n <= MaxWaitingReceipts {
		return 0, err
	}
	deleted, err := tx.c.exec("DELETE FROM receipts WHERE key IN (SELECT key FROM receipts WHERE integration = ? AND delivery IS NULL ORDER BY key LIMIT ?)",
		integration, forgetAtOnce)
	return int(deleted), err
}

// ReceiptsPrune forgets receipts that have waited since before a time, a few at once.
func (tx *Tx) ReceiptsPrune(before time.Time) (forgotten int, err error) {
	n, err := tx.c.exec("DELETE FROM receipts WHERE key IN (SELECT key FROM receipts WHERE delivery IS NULL AND received_at < ? ORDER BY received_at LIMIT ?)",
		ms(before), forgetAtOnce)
	return int(n), err
}

// The bounds of what is kept while connectors are down. Those of one integration leave room for the others: nobody can tell yet who sends
// it.
const (
	MaxCallbacks       = 10_000
	MaxCallbacksOf     = 2_000 // of one integration
	maxCallbackBytes   = 256 << 20
	maxCallbackBytesOf = 64 << 20 // of one integration
)

// KeptCallback is a callback that waits for its connector.
type KeptCallback struct {
	Key            int64
	IntegrationKey int64
	Callback       hub.Callback
}

// CallbackKeep keeps a callback, sealed, until its connector is up. It is refused with UNAVAILABLE when too many wait, so that the
// provider tries again later.
func (tx *Tx) CallbackKeep(integration int64, cb hub.Callback) error {
	var n, size, of, sizeOf int
	if _, err := tx.get(`SELECT count(*), coalesce(sum(size), 0), count(CASE WHEN integration = ? THEN 1 END),
		coalesce(sum(CASE WHEN integration = ? THEN size END), 0) FROM callbacks`, []any{integration, integration}, &n, &size, &of, &sizeOf); err != nil {
		return err
	}
	if n >= MaxCallbacks || size >= maxCallbackBytes || of >= MaxCallbacksOf || sizeOf >= maxCallbackBytesOf {
		return &hub.Error{Code: hub.CodeUnavailable, Message: "too many callbacks wait for this connector; send it again later"}
	}
	b, err := json.Marshal(cb)
	if err != nil {
		return err
	}
	sealed := tx.db.seal.seal(b, hub.ID(hub.KindIntegration, integration))
	return tx.exec("INSERT INTO callbacks (key, integration, received_at, request, size) VALUES (?, ?, ?, ?, ?)",
		hub.NewKey(tx.now), integration, ms(cb.ReceivedAt), sealed, len(sealed))
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
