package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// The flows of an event are read along with it, in one statement, so that both are of the same version.
var events = table[hub.Event]{
	kind: hub.KindEvent,
	name: "events",
	columns: `key, version, enabled, description, type, terms, archived_at, created_at, updated_at,
	(SELECT string_agg(CAST(flow AS TEXT), ',' ORDER BY position) FROM event_flows WHERE event = events.key)`,
	key: func(e *hub.Event) int64 { return e.Key },
	orders: map[hub.OrderField]sorting[hub.Event]{
		hub.ByDescription: byFolded(func(v *hub.Event) string { return v.Description }),
		hub.ByUpdatedAt:   byUpdate(func(v *hub.Event) time.Time { return v.UpdatedAt }),
	},
	scan: func(r scanner) (*hub.Event, error) {
		e := &hub.Event{}
		var keys string
		err := r.Scan(&e.Key, &e.Version, &e.Enabled, &e.Description, &e.Type, exact{&e.Terms}, maybeMillis{&e.ArchivedAt},
			millis{&e.CreatedAt}, millis{&e.UpdatedAt}, text[string]{&keys})
		if err != nil {
			return nil, err
		}
		return e, json.Unmarshal([]byte("["+keys+"]"), &e.FlowKeys)
	},
}

// Events lists dispatcher events: Search looks into the description, Type, FlowKey and Enabled narrow,
// archived ones are left out unless Archived is set. It needs SEE on automator/events; by a flow it finds none without SEE on
// automator/fracttal_hub, since that would tell what is left out.
func (db *DB) Events(ctx context.Context, c hub.Caller, f hub.ListFilter, p hub.Page) (hub.List[*hub.Event], error) {
	var none hub.List[*hub.Event]
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return none, err
	}
	if f.FlowKey != 0 && !c.May(hub.RowHub, hub.See) {
		return none, nil
	}
	var w terms
	if err := w.search(f.Search, "description"); err != nil {
		return none, err
	}
	w.enabled(f.Enabled)
	w.archived(f.Archived)
	if f.Type != "" {
		w.and("type || '' = ?", f.Type)
	}
	if f.FlowKey != 0 {
		w.and("EXISTS (SELECT 1 FROM event_flows WHERE event = events.key AND flow = ?)", f.FlowKey)
	}
	return events.page(db.reads(ctx), w, p)
}

// Event reads a dispatcher event; NOT_FOUND if there is none. It needs SEE on automator/events.
func (db *DB) Event(ctx context.Context, c hub.Caller, key int64) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return nil, err
	}
	return events.get(db.reads(ctx), key)
}

// EventsByKey reads many events in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/events.
func (db *DB) EventsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Event, error) {
	return seen(ctx, db, c, hub.RowEvents, events, keys)
}

// EventsOfType reads the enabled events of an event type, oldest first, for the engine: it asks nobody.
func (db *DB) EventsOfType(ctx context.Context, typ string) ([]*hub.Event, error) {
	return readAll(db.reads(ctx), events.scan, events.query(" WHERE type = ? AND enabled = 1 ORDER BY key"), typ)
}

// EventsRunning reads the events that run a flow, enabled or not, archived ones aside, oldest first, for the engine: it asks
// nobody.
func (db *DB) EventsRunning(ctx context.Context, flowKey int64) ([]*hub.Event, error) {
	return readAll(db.reads(ctx), events.scan, events.query(" WHERE key IN (SELECT event FROM event_flows WHERE flow = ?) AND archived_at IS NULL ORDER BY key"), flowKey)
}
