package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var groups = table[hub.Group]{
	kind:    hub.KindGroup,
	name:    "groups",
	columns: "key, version, description, note, read_only, grants, created_at, updated_at",
	key:     func(g *hub.Group) int64 { return g.Key },
	orders: map[hub.OrderField]sorting[hub.Group]{
		hub.ByDescription: byFolded(func(g *hub.Group) string { return g.Description }),
		hub.ByUpdatedAt:   byUpdate(func(g *hub.Group) time.Time { return g.UpdatedAt }),
	},
	scan: func(r scanner) (*hub.Group, error) {
		g := &hub.Group{}
		return g, r.Scan(&g.Key, &g.Version, &g.Description, &g.Note, &g.ReadOnly, document{&g.Grants}, millis{&g.CreatedAt}, millis{&g.UpdatedAt})
	},
}

func (db *DB) group(ctx context.Context, key int64) (*hub.Group, error) {
	return groups.get(db.reads(ctx), key)
}

// Groups lists permission groups; Search looks into the description, the other fields of the filter do not narrow. It needs SEE on settings/user_accounts.
func (db *DB) Groups(ctx context.Context, c hub.Caller, f hub.ListFilter, p hub.Page) (hub.List[*hub.Group], error) {
	var none hub.List[*hub.Group]
	if err := c.Need(hub.RowUserAccounts, hub.See); err != nil {
		return none, err
	}
	var w terms
	if err := w.search(f.Search, "description"); err != nil {
		return none, err
	}
	return groups.page(db.reads(ctx), w, p)
}

// Group reads a permission group; NOT_FOUND if there is none. It needs SEE on settings/user_accounts.
func (db *DB) Group(ctx context.Context, c hub.Caller, key int64) (*hub.Group, error) {
	if err := c.Need(hub.RowUserAccounts, hub.See); err != nil {
		return nil, err
	}
	return db.group(ctx, key)
}

// GroupsByKey reads many groups in the order of the keys: nil where there is none, or everywhere without SEE on
// settings/user_accounts.
func (db *DB) GroupsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Group, error) {
	return seen(ctx, db, c, hub.RowUserAccounts, groups, keys)
}

// seen reads many by key for a caller who may see the row; one who may not gets nothing but nil.
func seen[T any](ctx context.Context, db *DB, c hub.Caller, row hub.Row, t table[T], keys []int64) ([]*T, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	if !c.May(row, hub.See) {
		return make([]*T, len(keys)), nil
	}
	return t.byKey(db.reads(ctx), keys)
}

// GroupCreate makes a permission group. It needs ADD on settings/user_accounts, and every right that the group grants:
// nobody gives what they do not hold.
func (db *DB) GroupCreate(ctx context.Context, c hub.Caller, in hub.GroupInput, once ...*hub.Once) (*hub.Group, error) {
	if err := c.Need(hub.RowUserAccounts, hub.Add); err != nil {
		return nil, err
	}
	return makingGroups.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.Group, error) {
		g := &hub.Group{Key: hub.NewKey(tx.now), Version: 1, CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := g.Apply(in, db.catalog.Matrix()); err != nil {
			return nil, err
		}
		if err := c.NeedAll(g.Grants); err != nil {
			return nil, err
		}
		return g, tx.groupMade(c, g)
	})
}

// GroupClone makes a permission group that grants what another one grants, read-only if that one is. It needs ADD on
// settings/user_accounts, and every right that the group grants.
func (db *DB) GroupClone(ctx context.Context, c hub.Caller, key int64, in hub.GroupCloneInput, once ...*hub.Once) (*hub.Group, error) {
	if err := c.Need(hub.RowUserAccounts, hub.Add); err != nil {
		return nil, err
	}
	return makingGroups.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.Group, error) {
		of, err := groups.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		g := &hub.Group{Key: hub.NewKey(tx.now), Version: 1, CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := g.Apply(hub.GroupInput{Description: &in.Description, Note: in.Note}, db.catalog.Matrix()); err != nil {
			return nil, err
		}
		g.ReadOnly, g.Grants = of.ReadOnly, of.Grants
		if err := c.NeedAll(g.Grants); err != nil {
			return nil, err
		}
		return g, tx.groupMade(c, g)
	})
}

func (tx *Tx) groupMade(c hub.Caller, g *hub.Group) error {
	if err := tx.groupInsert(g); err != nil {
		return err
	}
	return tx.auditGroup(c, hub.AuditCreated, nil, g)
}

func (tx *Tx) groupInsert(g *hub.Group) error {
	tx.configured()
	return tx.exec("INSERT INTO groups ("+groups.columns+", folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		g.Key, g.Version, g.Description, g.Note, g.ReadOnly, doc(g.Grants), ms(g.CreatedAt), ms(g.UpdatedAt), hub.Filed(g.Description))
}

// GroupUpdate changes a permission group. It needs EDIT on settings/user_accounts, and every right that the group then
// grants. An expectedVersion other than 0 that is not the current one is a CONFLICT. It refuses to take the administration
// of the API away from the last consumer that has it.
func (db *DB) GroupUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, in hub.GroupInput) (*hub.Group, error) {
	if err := c.Need(hub.RowUserAccounts, hub.Edit); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Group, error) {
		g, err := groups.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		if err := fresh(expectedVersion, g.Version); err != nil {
			return nil, err
		}
		before, ruled := *g, administers(g)
		if err := g.Apply(in, db.catalog.Matrix()); err != nil {
			return nil, err
		}
		if err := c.NeedAll(g.Grants); err != nil {
			return nil, err
		}
		g.Version, g.UpdatedAt = g.Version+1, tx.now
		tx.configured()
		if err := tx.exec("UPDATE groups SET version = ?, description = ?, folded = ?, note = ?, read_only = ?, grants = ?, updated_at = ? WHERE key = ?",
			g.Version, g.Description, hub.Filed(g.Description), g.Note, g.ReadOnly, doc(g.Grants), ms(g.UpdatedAt), key); err != nil {
			return nil, err
		}
		if err := tx.auditGroup(c, hub.AuditChanged, &before, g); err != nil {
			return nil, err
		}
		if ruled && !administers(g) {
			return g, tx.stillAdministered("grants")
		}
		return g, nil
	})
}

// GroupDelete takes a permission group away. It needs REMOVE on settings/user_accounts. A group that consumers have is
// IN_USE; the error names them.
func (db *DB) GroupDelete(ctx context.Context, c hub.Caller, key int64, expectedVersion int) error {
	if err := c.Need(hub.RowUserAccounts, hub.Remove); err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		g, err := groups.get(tx.each, key)
		if err != nil {
			return err
		}
		if err := fresh(expectedVersion, g.Version); err != nil {
			return err
		}
		used := usage{what: "the group " + quoted(g.Description), user: "consumer", guard: hub.RowAPIConnections, advice: "give them another group first",
			names: "SELECT name FROM consumers WHERE group_key = ? ORDER BY key LIMIT ?", count: "SELECT count(*) FROM consumers WHERE group_key = ?"}
		if err := used.refuse(tx.each, c, key); err != nil {
			return err
		}
		tx.configured()
		if err := tx.exec("DELETE FROM groups WHERE key = ?", key); err != nil {
			return err
		}
		return tx.auditGroup(c, hub.AuditDeleted, g, nil)
	})
}
