package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// flowColumns are what the table keeps of a flow itself.
const flowColumns = "key, version, enabled, description, definition, paused, archived_at, created_at, updated_at"

var flows = table[hub.Flow]{
	kind:    hub.KindFlow,
	name:    "flows",
	columns: flowColumns + ", (SELECT pause FROM pauses WHERE subject = flows.key)",
	key:     func(f *hub.Flow) int64 { return f.Key },
	orders: map[hub.OrderField]sorting[hub.Flow]{
		hub.ByDescription: byFolded(func(v *hub.Flow) string { return v.Description }),
		hub.ByUpdatedAt:   byUpdate(func(v *hub.Flow) time.Time { return v.UpdatedAt }),
	},
	scan: func(r scanner) (*hub.Flow, error) {
		f := &hub.Flow{}
		err := r.Scan(&f.Key, &f.Version, &f.Enabled, &f.Description, exact{&f.Definition}, document{&f.Paused}, maybeMillis{&f.ArchivedAt},
			millis{&f.CreatedAt}, millis{&f.UpdatedAt}, document{&f.Pause})
		if f.Pause != nil {
			f.Paused = new(f.Pause.Reason)
		}
		return f, err
	},
}

// flowVersions reads flows as their versions had them; see [DB.FlowForEngine].
const flowVersions = `SELECT f.key, v.version, f.enabled, v.description, v.definition, f.paused, f.archived_at, f.created_at, v.created_at,
	(SELECT pause FROM pauses WHERE subject = f.key)
	FROM flow_versions v JOIN flows f ON f.key = v.flow WHERE v.flow = ?`

// Flows lists flows: Search looks into the description, Enabled narrows, archived ones are left out unless
// Archived is set. It needs SEE on automator/fracttal_hub.
func (db *DB) Flows(ctx context.Context, c hub.Caller, f hub.ListFilter, p hub.Page) (hub.List[*hub.Flow], error) {
	var none hub.List[*hub.Flow]
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return none, err
	}
	var w terms
	if err := w.search(f.Search, "description"); err != nil {
		return none, err
	}
	w.enabled(f.Enabled)
	w.archived(f.Archived)
	l, err := flows.page(db.reads(ctx), w, p)
	if err != nil {
		return none, err
	}
	return l, disclosing(ctx, c, l.Items, db.discloseFlow)
}

// Flow reads a flow in its current version; NOT_FOUND if there is none. It needs SEE on automator/fracttal_hub.
func (db *DB) Flow(ctx context.Context, c hub.Caller, key int64) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.discloseFlow)(db.FlowNow(ctx, key))
}

// FlowNow is Flow for the engine: it asks nobody.
func (db *DB) FlowNow(ctx context.Context, key int64) (*hub.Flow, error) {
	return flows.get(db.reads(ctx), key)
}

// FlowsNow is FlowNow for many flows, in the order of the keys: nil where there is none. It asks nobody.
func (db *DB) FlowsNow(ctx context.Context, keys []int64) ([]*hub.Flow, error) {
	return flows.byKey(db.reads(ctx), keys)
}

// FlowsReadingAs lists, for the engine, the flows that read with the rights of a consumer in their current versions, in the
// order of their keys; archived ones are left out. It asks nobody.
func (db *DB) FlowsReadingAs(ctx context.Context, consumerKey int64) ([]*hub.Flow, error) {
	return readAll(db.reads(ctx), flows.scan, flows.query(" WHERE key IN (SELECT flow FROM flow_uses WHERE kind = 'consumer' AND used = ?) ORDER BY key"), consumerKey)
}

// FlowsByKey reads many flows in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/fracttal_hub.
func (db *DB) FlowsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Flow, error) {
	return allShown(ctx, c, db.discloseFlow)(seen(ctx, db, c, hub.RowHub, flows, keys))
}

// FlowForEngine reads a flow as a version had it, for the engine, which runs the version that an execution is pinned to: it asks
// nobody. UpdatedAt is when the version was saved; whether the flow is enabled, paused or archived is what holds at present.
// NOT_FOUND if there is no such flow or version.
func (db *DB) FlowForEngine(ctx context.Context, key int64, version int) (*hub.Flow, error) {
	f, err := first(readAll(db.reads(ctx), flows.scan, flowVersions+" AND v.version = ?", key, version))
	if err == nil && f == nil {
		err = hub.NotFound(hub.KindFlow, key)
	}
	return f, err
}
