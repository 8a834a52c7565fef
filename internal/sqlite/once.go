package sqlite

import (
	"context"
	"crypto/hmac"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// making is how things of a kind are made once.
type making[T any] struct {
	row  hub.Row // SEE on it shows what was made
	key  func(*T) int64
	read func(*DB, context.Context, hub.Caller, int64) (*T, error)
}

var (
	makingGroups       = making[hub.Group]{hub.RowUserAccounts, groups.key, (*DB).Group}
	makingIntegrations = making[hub.Integration]{hub.RowAPIConnections, integrations.key, (*DB).Integration}
	makingFlows        = making[hub.Flow]{hub.RowHub, flows.key, (*DB).Flow}
	makingEvents       = making[hub.Event]{hub.RowEvents, events.key, (*DB).Event}
	// Of a secret there is nothing left to show.
	makingConsumers = making[hub.ConsumerSecret]{hub.RowAPIConnections, func(s *hub.ConsumerSecret) int64 { return s.Consumer.Key },
		func(db *DB, ctx context.Context, c hub.Caller, key int64) (*hub.ConsumerSecret, error) {
			v, err := db.Consumer(ctx, c, key)
			return &hub.ConsumerSecret{Consumer: v}, err
		}}
)

// once runs fn in a transaction, or finds there what the same call made before. The key is kept in the transaction in which the thing is made.
func (m making[T]) once(ctx context.Context, db *DB, c hub.Caller, o *hub.Once, fn func(*Tx) (*T, error)) (*T, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	var was int64
	made, err := write(ctx, db, func(tx *Tx) (v *T, err error) {
		if was, err = db.madeBefore(tx.each, c, o, tx.now.Add(-hub.OnceFor).UnixMilli()); err != nil || was != 0 {
			return nil, err
		}
		if v, err = fn(tx); err != nil || o.Key == "" {
			return v, err
		}
		return v, tx.exec(`INSERT INTO made (consumer, act, name, fingerprint, object, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (consumer, act, name) DO UPDATE SET fingerprint = excluded.fingerprint, object = excluded.object, at = excluded.at`,
			c.Consumer.Key, o.Act, o.Key, db.seal.fingerprint(o.Input), m.key(v), ms(tx.now))
	})
	if err != nil || was == 0 {
		return made, err
	}
	return m.again(ctx, db, c, o, was)
}

// before is what the same call made, as it is now; o.Repeat says whether it did. It asks whether the caller may see it, and nothing else: whoever made
// something may hold less now.
func (m making[T]) before(ctx context.Context, db *DB, c hub.Caller, o *hub.Once) (*T, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	was, err := db.madeBefore(db.reads(ctx), c, o, time.Now().Add(-hub.OnceFor).UnixMilli())
	if err != nil || was == 0 {
		return nil, err
	}
	return m.again(ctx, db, c, o, was)
}

// madeBefore is the key of what the same call made since; 0 if it did not. Another call under its key is a CONFLICT.
func (db *DB) madeBefore(r reader, c hub.Caller, o *hub.Once, since int64) (was int64, err error) {
	if o.Key == "" {
		return 0, nil
	}
	var fingerprint []byte
	err = r("SELECT object, fingerprint FROM made WHERE consumer = ? AND act = ? AND name = ? AND at > ?", []any{c.Consumer.Key, o.Act, o.Key, since},
		func(row scanner) error { return row.Scan(&was, &fingerprint) })
	if err == nil && was != 0 && !hmac.Equal(fingerprint, db.seal.fingerprint(o.Input)) {
		return 0, hub.Conflict("idempotencyKey", "you made something under this key before, of another input; use a new key for something new")
	}
	return was, err
}

func (m making[T]) again(ctx context.Context, db *DB, c hub.Caller, o *hub.Once, key int64) (*T, error) {
	if !c.May(m.row, hub.See) {
		o.Repeat = true
		return nil, nil
	}
	v, err := m.read(db, ctx, c, key)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return nil, hub.Conflict("idempotencyKey", "what you made under this key has been deleted since; use a new key to make another one")
	}
	o.Repeat = err == nil
	return v, err
}

// IntegrationMade is the integration that the same call made before; o.Repeat says whether it did, and it is nil for who may not see it.
func (db *DB) IntegrationMade(ctx context.Context, c hub.Caller, o *hub.Once) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Add); err != nil {
		return nil, err
	}
	return makingIntegrations.before(ctx, db, c, o)
}

// FlowMade is the flow that the same call made before; o.Repeat says whether it did, and it is nil for who may not see it.
func (db *DB) FlowMade(ctx context.Context, c hub.Caller, o *hub.Once) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Add); err != nil {
		return nil, err
	}
	return makingFlows.before(ctx, db, c, o)
}

// EventMade is the event that the same call made before; o.Repeat says whether it did, and it is nil for who may not see it.
func (db *DB) EventMade(ctx context.Context, c hub.Caller, o *hub.Once) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Add); err != nil {
		return nil, err
	}
	return makingEvents.before(ctx, db, c, o)
}
