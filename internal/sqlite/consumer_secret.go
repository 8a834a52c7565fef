package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// ConsumerSecretRotate gives an API consumer a new secret, which is in the answer and nowhere else. The one until now stays
// valid for as long as the rotation says. Tokens that were given out stay valid until they expire, unless it takes them back: then
// they are refused from the next call on, and what they opened ends. It needs EDIT on settings/api_connections, and every right of the consumer's group: who has its secret holds them. An expectedVersion other
// than 0 that is not the current one is a CONFLICT.
func (db *DB) ConsumerSecretRotate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, r hub.SecretRotation) (*hub.ConsumerSecret, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	secret := hub.NewSecret()
	return write(ctx, db, func(tx *Tx) (*hub.ConsumerSecret, error) {
		u, err := first(readAll(tx.each, withHashes, consumerWithHashes+" WHERE key = ?", key))
		if err != nil {
			return nil, err
		}
		if u == nil {
			return nil, hub.NotFound(hub.KindConsumer, key)
		}
		if err := fresh(expectedVersion, u.Version); err != nil {
			return nil, err
		}
		if _, err := tx.handOut(c, u); err != nil {
			return nil, err
		}
		before := *u
		if err := u.Rotate(hub.HashSecret(secret), r.KeepOldFor, tx.now); err != nil {
			return nil, err
		}
		u.Version, u.UpdatedAt = u.Version+1, tx.now
		if r.RevokeTokens {
			u.TokensSince = u.Version
		}
		tx.configured()
		err = tx.exec("UPDATE consumers SET version = ?, secret_hash = ?, secret_rotated_at = ?, old_secret_hash = ?, old_secret_until = ?, tokens_since = ?, updated_at = ? WHERE key = ?",
			u.Version, u.SecretHash, msp(u.SecretRotatedAt), u.OldSecretHash, msp(u.OldSecretUntil), u.TokensSince, ms(u.UpdatedAt), key)
		u.SecretHash, u.OldSecretHash = nil, nil
		if err != nil {
			return nil, err
		}
		return &hub.ConsumerSecret{Consumer: u, Secret: secret}, tx.auditConsumer(c, hub.AuditSecretRotated, &before, u, rotated(r)...)
	})
}

// lastUsedEvery is how exact Consumer.LastUsedAt is: a consumer that signs in often costs a write in a minute and no more.
const lastUsedEvery = time.Minute

// ConsumerUsed notes that a consumer was given a token at a time, unless that was noted within the minute before. It asks
// nobody: the token endpoint notes it for whoever signed in.
func (db *DB) ConsumerUsed(ctx context.Context, c *hub.Consumer, at time.Time) error {
	if c.LastUsedAt != nil && at.Sub(*c.LastUsedAt) < lastUsedEvery {
		return nil
	}
	return db.Write(ctx, func(tx *Tx) error {
		changed, err := tx.one("UPDATE consumers SET last_used_at = ? WHERE key = ? AND (last_used_at IS NULL OR last_used_at <= ?)",
			ms(at), c.Key, ms(at.Add(-lastUsedEvery)))
		if changed {
			tx.AfterCommit(func() { db.callers.drop(c.Key) })
		}
		return err
	})
}

// rotated is what a rotation changes beside the fields of the consumer.
func rotated(r hub.SecretRotation) []hub.AuditChange {
	list := []hub.AuditChange{hub.AuditSecret("secret", true)}
	if r.RevokeTokens {
		list = append(list, hub.AuditMove("tokens", "valid", "revoked"))
	}
	return list
}
