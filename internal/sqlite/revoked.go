package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// RevokedToken is a token that is to be taken back.
type RevokedToken struct {
	ID          string    // its "jti"
	ConsumerKey int64     // whose it is
	ExpiresAt   time.Time // when it would have ended by itself; until then it is remembered
}

// TokenRevoke takes a token back: once it returns, DB.TokenRevoked says so, after a restart as well. A consumer may take back
// its own tokens; those of others need EDIT on settings/api_connections.
func (db *DB) TokenRevoke(ctx context.Context, c hub.Caller, t RevokedToken) error {
	if err := c.NeedToken(); err != nil {
		return err
	}
	if c.Consumer.Key != t.ConsumerKey {
		if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
			return err
		}
	}
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.exec("DELETE FROM revoked_tokens WHERE expires_at <= ?", ms(tx.now)); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			db.revoked.add(t.ID, t.ExpiresAt, tx.now)
			db.rights.wake()
		})
		revoked, err := tx.one("INSERT INTO revoked_tokens (id, consumer, revoked_by, revoked_at, expires_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
			t.ID, t.ConsumerKey, c.Consumer.Key, ms(tx.now), ms(t.ExpiresAt))
		if err != nil || !revoked {
			return err
		}
		return tx.auditRevoked(c, t.ConsumerKey)
	})
}

// TokenRevoked says whether a token that has not expired was taken back. It asks nobody, and costs nothing to speak of: every
// call of the API asks it.
func (db *DB) TokenRevoked(id string) bool { return db.revoked.has(id) }

// loadRevoked remembers what was taken back before this start.
func (db *DB) loadRevoked(ctx context.Context) error {
	now := time.Now()
	return db.reads(ctx)("SELECT id, expires_at FROM revoked_tokens WHERE expires_at > ?", []any{ms(now)}, func(r scanner) error {
		var id string
		var until time.Time
		if err := r.Scan(&id, millis{&until}); err != nil {
			return err
		}
		db.revoked.add(id, until, now)
		return nil
	})
}

// revocations are the tokens that were taken back, in memory.
type revocations struct {
	count atomic.Int64 // of until: where nothing is taken back, nobody takes the lock
	mu    sync.RWMutex
	until map[string]time.Time
	sweep int // at this size those that would have expired are forgotten
}

// minSweep keeps a small map from being swept again and again.
const minSweep = 1024

func (r *revocations) has(id string) bool {
	if r.count.Load() == 0 {
		return false
	}
	r.mu.RLock()
	_, ok := r.until[id]
	r.mu.RUnlock()
	return ok
}

func (r *revocations) add(id string, until, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	if len(r.until) >= max(r.sweep, minSweep) {
		for old, end := range r.until {
			if !now.Before(end) {
				delete(r.until, old)
			}
		}
		r.sweep = 2 * len(r.until)
	}
	r.until[id] = until
	r.count.Store(int64(len(r.until)))
}
