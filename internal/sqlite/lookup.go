package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Asked is a delivery about which its provider is asked.
type Asked struct {
	*hub.Delivery
	SentAt  time.Time // when the last attempt began
	Earlier bool      // its provider's id is that of an earlier attempt: of the last one nobody knows any
}

// LookupTime is when the provider behind an integration is asked next.
type LookupTime struct {
	IntegrationKey int64
	At             time.Time
}

// LookupTimes reads for each integration when its provider is to be asked next what became of a delivery; those without any are left
// out. It is for the engine and asks nobody.
func (db *DB) LookupTimes(ctx context.Context) (list []LookupTime, err error) {
	for after := int64(0); ; {
		found, err := readAll(db.reads(ctx), func(r scanner) (t LookupTime, err error) {
			err = r.Scan(&t.IntegrationKey, millis{&t.At})
			return t, err
		}, lookupNext, after)
		if err != nil || len(found) == 0 {
			return list, err
		}
		list = append(list, found[0])
		after = found[0].IntegrationKey
	}
}

// One step along the index from integration to integration: their deliveries in between are not read.
const (
	lookupNext    = "SELECT integration, lookup_at FROM deliveries WHERE lookup_at IS NOT NULL AND integration > ? ORDER BY integration, lookup_at LIMIT 1"
	lookupColumns = "SELECT " + deliveryRead + ", (SELECT started_at FROM attempts WHERE delivery = deliveries.key AND number = tries), " +
		"coalesce((SELECT max(number) < tries FROM attempts WHERE delivery = deliveries.key AND provider_id = deliveries.provider_id), 0) FROM deliveries "
	lookupsDue = lookupColumns + "WHERE lookup_at IS NOT NULL AND integration = ? AND lookup_at <= ? ORDER BY lookup_at LIMIT ?"
)

func scanAsked(r scanner) (a Asked, err error) {
	a.Delivery, err = scanDelivery(with{r, []any{millis{&a.SentAt}, &a.Earlier}})
	return a, err
}

// with scans further columns behind those that a noun scans by itself.
type with struct {
	scanner
	more []any
}

// Scan reads a whole row.
func (w with) Scan(dest ...any) error { return w.scanner.Scan(append(dest, w.more...)...) }

// LookupsDue reads deliveries of an integration about which its provider is to be asked now, the one that waits longest first, at most
// limit. It is for the engine and asks nobody.
func (db *DB) LookupsDue(ctx context.Context, integration int64, now time.Time, limit int) ([]Asked, error) {
	return readAll(db.reads(ctx), scanAsked, lookupsDue, integration, ms(now), limit)
}

// LookupOf reads a delivery about which its provider is to be asked; NOT_FOUND if there is none. It is for the engine and asks nobody.
func (db *DB) LookupOf(ctx context.Context, key int64) (Asked, error) {
	found, err := readAll(db.reads(ctx), scanAsked, lookupColumns+"WHERE key = ?", key)
	if err != nil {
		return Asked{}, err
	}
	if len(found) == 0 {
		return Asked{}, hub.NotFound(hub.KindDelivery, key)
	}
	return found[0], nil
}

// DeliveryLookup says when the provider of a delivery is asked next; nil: not any more.
func (tx *Tx) DeliveryLookup(key int64, at *time.Time) error {
	return tx.exec("UPDATE deliveries SET lookup_at = ? WHERE key = ?", msp(at), key)
}

// LookupsForget asks no more about deliveries of an integration whose connector cannot be asked, at most limit at once. forgotten says how
// many.
func (tx *Tx) LookupsForget(integration int64, limit int) (forgotten int, err error) {
	n, err := tx.c.exec("UPDATE deliveries SET lookup_at = NULL WHERE key IN (SELECT key FROM deliveries WHERE lookup_at IS NOT NULL AND integration = ? LIMIT ?)",
		integration, limit)
	return int(n), err
}
