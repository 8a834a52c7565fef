package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// The hash of the secret is no column of the lists: only who checks a secret reads it.
var consumers = table[hub.Consumer]{
	kind:    hub.KindConsumer,
	name:    "consumers",
	columns: "key, version, name, description, group_key, hub_enabled, enabled, client_id, created_at, updated_at, expires_at, last_used_at, secret_rotated_at, old_secret_until, tokens_since, rate_limit, cost_budget",
	key:     func(c *hub.Consumer) int64 { return c.Key },
	orders: map[hub.OrderField]sorting[hub.Consumer]{
		hub.ByName:      byFolded(func(c *hub.Consumer) string { return c.Name }),
		hub.ByUpdatedAt: byUpdate(func(c *hub.Consumer) time.Time { return c.UpdatedAt }),
	},
	scan: func(r scanner) (*hub.Consumer, error) { c := &hub.Consumer{}; return c, r.Scan(consumerPlaces(c)...) },
}

func consumerPlaces(c *hub.Consumer) []any {
	return []any{&c.Key, &c.Version, &c.Name, &c.Description, &c.GroupKey, &c.HubEnabled, &c.Enabled, &c.ClientID, millis{&c.CreatedAt}, millis{&c.UpdatedAt},
		maybeMillis{&c.ExpiresAt}, maybeMillis{&c.LastUsedAt}, maybeMillis{&c.SecretRotatedAt}, maybeMillis{&c.OldSecretUntil}, &c.TokensSince, maybeNumber{&c.RateLimit}, maybeNumber{&c.CostBudget}}
}

func (db *DB) consumer(ctx context.Context, key int64) (*hub.Consumer, error) {
	return consumers.get(db.reads(ctx), key)
}

// withHashes scans a consumer with the hashes of its secrets, which stand behind the other columns.
func withHashes(r scanner) (*hub.Consumer, error) {
	c := &hub.Consumer{}
	return c, r.Scan(append(consumerPlaces(c), &c.SecretHash, &c.OldSecretHash)...)
}

var consumerWithHashes = "SELECT " + consumers.columns + ", secret_hash, old_secret_hash FROM consumers"

// ConsumerByClientID reads a consumer by the key that it signs in with, and is the only reading that brings the hashes of its
// secrets; NOT_FOUND if there is none. It asks nobody: signing in is what it is for.
func (db *DB) ConsumerByClientID(ctx context.Context, clientID string) (*hub.Consumer, error) {
	c, err := first(readAll(db.reads(ctx), withHashes, consumerWithHashes+" WHERE client_id = ?", clientID))
	if err == nil && c == nil {
		err = &hub.Error{Code: hub.CodeNotFound, Path: "client_id", Message: "there is no consumer with this key"}
	}
	return c, err
}

// Consumers lists API consumers: Search looks into name and description, GroupKey and Enabled narrow. It
// needs SEE on settings/api_connections; by a group that is not the caller's own it finds none without SEE on
// settings/user_accounts, since that would tell what is left out.
func (db *DB) Consumers(ctx context.Context, c hub.Caller, f hub.ListFilter, p hub.Page) (hub.List[*hub.Consumer], error) {
	var none hub.List[*hub.Consumer]
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return none, err
	}
	if f.GroupKey != 0 && f.GroupKey != c.Group.Key && !c.May(hub.RowUserAccounts, hub.See) {
		return none, nil
	}
	var w terms
	if err := w.search(f.Search, "name", "description"); err != nil {
		return none, err
	}
	w.enabled(f.Enabled)
	if f.GroupKey != 0 {
		w.and("group_key = ?", f.GroupKey)
	}
	return consumers.page(db.reads(ctx), w, p)
}

// Consumer reads an API consumer; NOT_FOUND if there is none. It needs SEE on settings/api_connections.
func (db *DB) Consumer(ctx context.Context, c hub.Caller, key int64) (*hub.Consumer, error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	return db.consumer(ctx, key)
}

// ConsumersByKey reads many consumers in the order of the keys: nil where there is none, or everywhere without SEE on
// settings/api_connections.
func (db *DB) ConsumersByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Consumer, error) {
	return seen(ctx, db, c, hub.RowAPIConnections, consumers, keys)
}

// ConsumersOf lists the consumers of each of many groups, in the order of the groups' keys, which are distinct: nil for a group that is not the
// caller's own without SEE on settings/user_accounts, and everywhere without SEE on settings/api_connections.
func (db *DB) ConsumersOf(ctx context.Context, c hub.Caller, groups []int64, p hub.Page) ([]*hub.List[*hub.Consumer], error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	n, err := consumers.nested("group_key", p.Order)
	if err != nil {
		return nil, err
	}
	return ofThose(groups, func(group int64) bool {
		return c.May(hub.RowAPIConnections, hub.See) && (group == c.Group.Key || c.May(hub.RowUserAccounts, hub.See))
	}, func(groups []int64) ([]*hub.List[*hub.Consumer], error) {
		return n.pages(db.reads(ctx), groups, p, hub.MaxConfigured)
	})
}

// ConsumerCreate makes an API consumer, enabled unless the input says otherwise, with a generated key and secret. The
// secret is in the answer and nowhere else: what is stored is its hash. It needs ADD on settings/api_connections, and every
// right of the consumer's group.
func (db *DB) ConsumerCreate(ctx context.Context, c hub.Caller, in hub.ConsumerInput, once ...*hub.Once) (*hub.ConsumerSecret, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Add); err != nil {
		return nil, err
	}
	clientID, secret := hub.NewClientID(), hub.NewSecret()
	return makingConsumers.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.ConsumerSecret, error) {
		made := &hub.Consumer{Key: hub.NewKey(tx.now), Version: 1, Enabled: true, ClientID: clientID, CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := made.Apply(in, tx.now); err != nil {
			return nil, err
		}
		if _, err := tx.handOut(c, made); err != nil {
			return nil, err
		}
		if err := tx.consumerInsert(made, hub.HashSecret(secret)); err != nil {
			return nil, err
		}
		return &hub.ConsumerSecret{Consumer: made, Secret: secret}, tx.auditConsumer(c, hub.AuditCreated, nil, made, hub.AuditSecret("secret", false))
	})
}

func (tx *Tx) consumerInsert(c *hub.Consumer, hash []byte) error {
	tx.configured()
	return tx.exec("INSERT INTO consumers ("+consumers.columns+", secret_hash, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.Key, c.Version, c.Name, c.Description, c.GroupKey, c.HubEnabled, c.Enabled, c.ClientID, ms(c.CreatedAt), ms(c.UpdatedAt),
		msp(c.ExpiresAt), msp(c.LastUsedAt), msp(c.SecretRotatedAt), msp(c.OldSecretUntil), c.TokensSince, numberOrNull(c.RateLimit), numberOrNull(c.CostBudget), hash, hub.Filed(c.Name))
}

// handOut reads the group of a consumer that is about to be saved, and refuses a caller who does not hold all that it
// grants: saving a consumer hands its group's rights out.
func (tx *Tx) handOut(c hub.Caller, to *hub.Consumer) (*hub.Group, error) {
	g, err := groups.get(tx.each, to.GroupKey)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return nil, hub.Invalid("group", "there is no group %s; choose one of groups", hub.ID(hub.KindGroup, to.GroupKey))
	}
	if err != nil {
		return nil, err
	}
	return g, c.NeedAll(g.Grants)
}

// ConsumerUpdate changes an API consumer; key and secret stay. It needs EDIT on settings/api_connections, and every right
// of the group that the consumer then has. An expectedVersion other than 0 that is not the current one is a CONFLICT. It
// refuses to disable or demote the last consumer that may administer the API, and to let it expire.
func (db *DB) ConsumerUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, in hub.ConsumerInput) (*hub.Consumer, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Consumer, error) {
		u, err := consumers.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		if err := fresh(expectedVersion, u.Version); err != nil {
			return nil, err
		}
		before := *u
		if err := u.Apply(in, tx.now); err != nil {
			return nil, err
		}
		if _, err := tx.handOut(c, u); err != nil {
			return nil, err
		}
		u.Version, u.UpdatedAt = u.Version+1, tx.now
		tx.configured()
		if err := tx.exec("UPDATE consumers SET version = ?, name = ?, folded = ?, description = ?, group_key = ?, hub_enabled = ?, enabled = ?, expires_at = ?, updated_at = ?, rate_limit = ?, cost_budget = ? WHERE key = ?",
			u.Version, u.Name, hub.Filed(u.Name), u.Description, u.GroupKey, u.HubEnabled, u.Enabled, msp(u.ExpiresAt), ms(u.UpdatedAt), numberOrNull(u.RateLimit), numberOrNull(u.CostBudget), key); err != nil {
			return nil, err
		}
		if err := tx.auditConsumer(c, switched(before.Enabled, u.Enabled), &before, u); err != nil {
			return nil, err
		}
		switch lasted := before.Enabled && before.ExpiresAt == nil; {
		case lasted && !u.Enabled:
			return u, tx.withoutRuler(&before, "enabled")
		case lasted && before.GroupKey != u.GroupKey:
			return u, tx.withoutRuler(&before, "group")
		case lasted && u.ExpiresAt != nil:
			return u, tx.withoutRuler(&before, "expiresAt")
		}
		return u, nil
	})
}

// withoutRuler judges a change that took a consumer's rights away.
func (tx *Tx) withoutRuler(before *hub.Consumer, path string) error {
	g, err := groups.get(tx.each, before.GroupKey)
	if err != nil || !administers(g) {
		return err
	}
	return tx.stillAdministered(path)
}

// ConsumerDelete takes an API consumer away; its tokens are worth nothing from the next call on. It needs REMOVE on
// settings/api_connections. A consumer with whose rights flows read is IN_USE, and the last one that may administer the
// API stays.
func (db *DB) ConsumerDelete(ctx context.Context, c hub.Caller, key int64, expectedVersion int) error {
	if err := c.Need(hub.RowAPIConnections, hub.Remove); err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		u, err := consumers.get(tx.each, key)
		if err != nil {
			return err
		}
		if err := fresh(expectedVersion, u.Version); err != nil {
			return err
		}
		if err := flowsUsing("consumer", "the consumer "+quoted(u.Name)).refuse(tx.each, c, key); err != nil {
			return err
		}
		tx.configured()
		if err := tx.exec("DELETE FROM consumers WHERE key = ?", key); err != nil {
			return err
		}
		if err := tx.auditConsumer(c, hub.AuditDeleted, u, nil); err != nil || !u.Enabled || u.ExpiresAt != nil {
			return err
		}
		return tx.withoutRuler(u, "id")
	})
}
