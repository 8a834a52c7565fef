package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const followUpColumns = "delivery, follows, condition, within, until, held_at"

func scanAwaited(r scanner) (*hub.Awaited, error) {
	a := &hub.Awaited{}
	var within int64
	err := r.Scan(&a.DeliveryKey, &a.FollowsKey, text[hub.FollowUpCondition]{&a.When}, &within, maybeMillis{&a.Until}, maybeMillis{&a.HeldAt})
	a.Within = time.Duration(within) * time.Millisecond
	return a, err
}

// FollowUpSave keeps what a follow-up waits to hear of a message, and what it has heard.
func (tx *Tx) FollowUpSave(a *hub.Awaited) error {
	return tx.exec("INSERT INTO follow_ups ("+followUpColumns+") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (delivery, follows) DO UPDATE SET until = excluded.until, held_at = excluded.held_at",
		a.DeliveryKey, a.FollowsKey, string(a.When), a.Within.Milliseconds(), msp(a.Until), msp(a.HeldAt))
}

// Awaited reads what all follow-ups of an execution wait to hear, in the order in which they were made.
func (tx *Tx) Awaited(execution int64) (list []*hub.Awaited, err error) {
	err = tx.each("SELECT "+followUpColumns+" FROM follow_ups WHERE delivery IN (SELECT key FROM deliveries WHERE execution = ?) ORDER BY delivery, follows", []any{execution}, func(r scanner) error {
		a, err := scanAwaited(r)
		list = append(list, a)
		return err
	})
	return list, err
}

// FollowUpRipe is when the condition of a follow-up came to hold; nil if it did not, or it is none.
func (tx *Tx) FollowUpRipe(delivery int64) (at *time.Time, err error) {
	_, err = tx.get("SELECT max(held_at) FROM follow_ups WHERE delivery = ?", []any{delivery}, maybeMillis{&at})
	return at, err
}

// The two ends of follow-ups; %s is the list of their keys.
const (
	followsOf    = "SELECT " + followUpColumns + " FROM follow_ups WHERE delivery IN %s ORDER BY delivery, follows"
	followedByOf = "SELECT " + followUpColumns + " FROM follow_ups WHERE follows IN %s ORDER BY follows, delivery"
)

// FollowsOf reads for many deliveries which messages each of them follows up, oldest first. It needs SEE on automator/fracttal_hub.
func (db *DB) FollowsOf(ctx context.Context, c hub.Caller, deliveryKeys []int64) (map[int64][]*hub.Awaited, error) {
	return db.followUps(ctx, c, deliveryKeys, followsOf, func(a *hub.Awaited) int64 { return a.DeliveryKey })
}

// FollowUpsOf reads for many deliveries which messages follow each of them up, oldest first. It needs SEE on automator/fracttal_hub.
func (db *DB) FollowUpsOf(ctx context.Context, c hub.Caller, deliveryKeys []int64) (map[int64][]*hub.Awaited, error) {
	return db.followUps(ctx, c, deliveryKeys, followedByOf, func(a *hub.Awaited) int64 { return a.FollowsKey })
}

func (db *DB) followUps(ctx context.Context, c hub.Caller, keys []int64, query string, of func(*hub.Awaited) int64) (map[int64][]*hub.Awaited, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return partsOf(db.reads(ctx), keys, scanAwaited, of, query)
}
