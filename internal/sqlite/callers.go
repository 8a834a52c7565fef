package sqlite

import (
	"context"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// callers remembers who consumers are and what they may do, until configuration changes.
type callers struct {
	mu    sync.RWMutex
	known map[int64]hub.Caller
	epoch uint64
}

// maxCallers bounds the memory; beyond it the cache starts anew.
const maxCallers = 10_000

func (c *callers) forget() {
	c.mu.Lock()
	c.known = nil
	c.epoch++
	c.mu.Unlock()
}

// drop forgets one caller.
func (c *callers) drop(key int64) {
	c.mu.Lock()
	delete(c.known, key)
	c.epoch++
	c.mu.Unlock()
}

func (c *callers) get(key int64) (hub.Caller, uint64, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	caller, ok := c.known[key]
	return caller, c.epoch, ok
}

// put keeps a caller that was read at an epoch, unless configuration changed meanwhile.
func (c *callers) put(key int64, caller hub.Caller, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return
	}
	if c.known == nil || len(c.known) >= maxCallers {
		c.known = map[int64]hub.Caller{}
	}
	c.known[key] = caller
}

// Caller is the consumer with its group as they are now: a change that was committed is seen by the next call. A consumer
// that is gone, disabled or expired is UNAUTHENTICATED. It asks nobody: it is how a door learns who asks.
func (db *DB) Caller(ctx context.Context, consumerKey int64, locale string) (hub.Caller, error) {
	caller, epoch, ok := db.callers.get(consumerKey)
	if !ok {
		var err error
		if caller, err = db.readCaller(ctx, consumerKey); err != nil {
			return hub.Caller{}, err
		}
		db.callers.put(consumerKey, caller, epoch)
	}
	if caller.Consumer == nil || !caller.Consumer.Enabled {
		return hub.Caller{}, &hub.Error{Code: hub.CodeUnauthenticated, Consumer: consumerKey, Message: "this consumer is disabled or was deleted; ask an administrator"}
	}
	if caller.Consumer.ExpiresAt != nil && caller.Consumer.Expired(time.Now()) {
		return hub.Caller{}, &hub.Error{Code: hub.CodeUnauthenticated, Consumer: consumerKey, Message: "this consumer has expired; ask an administrator"}
	}
	caller.Locale = locale
	return caller, nil
}

// readCaller reads consumer and group; a consumer that does not exist is a Caller without one.
func (db *DB) readCaller(ctx context.Context, key int64) (hub.Caller, error) {
	consumer, err := db.consumer(ctx, key)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return hub.Caller{}, nil
	}
	if err != nil {
		return hub.Caller{}, err
	}
	group, err := db.group(ctx, consumer.GroupKey)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return db.readCaller(ctx, key) // the consumer changed its group, and the old one was deleted, between the two readings
	}
	return hub.Caller{Consumer: consumer, Group: group}, err
}

// ConsumerRights is Caller for the engine: the consumer and its group as they are now, also when it is disabled; nil if
// there is none. Flows read with these rights, on behalf of nobody who calls.
func (db *DB) ConsumerRights(ctx context.Context, consumerKey int64) (*hub.Consumer, *hub.Group, error) {
	caller, epoch, ok := db.callers.get(consumerKey)
	if !ok {
		var err error
		if caller, err = db.readCaller(ctx, consumerKey); err != nil {
			return nil, nil, err
		}
		db.callers.put(consumerKey, caller, epoch)
	}
	return caller.Consumer, caller.Group, nil
}
