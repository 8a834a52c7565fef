package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// EventCreate makes a dispatcher event, not enabled. A flow that does not exist or is archived is INVALID. It needs ADD on
// automator/events; whether the event would work is the engine's to judge before it enables it.
func (db *DB) EventCreate(ctx context.Context, c hub.Caller, in *hub.Event, once ...*hub.Once) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Add); err != nil {
		return nil, err
	}
	return makingEvents.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.Event, error) {
		e := &hub.Event{Key: hub.NewKey(tx.now), Version: 1, Description: in.Description, Type: in.Type, Terms: in.Terms, FlowKeys: in.FlowKeys,
			CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := tx.eventFlowsExist(c, e); err != nil {
			return nil, err
		}
		if err := tx.exec("INSERT INTO events (key, version, enabled, description, folded, type, terms, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			e.Key, e.Version, e.Enabled, e.Description, hub.Filed(e.Description), e.Type, doc(e.Terms), ms(e.CreatedAt), ms(e.UpdatedAt)); err != nil {
			return nil, err
		}
		if err := tx.eventFlows(e); err != nil {
			return nil, err
		}
		return e, tx.auditEvent(c, hub.AuditCreated, nil, e)
	})
}

// EventUpdate saves an event anew: change is given it as it is and alters description, type, terms and flows; everything
// else stays as it was. change runs inside the transaction, perhaps twice: it must be quick and begin anew each time. A flow
// that does not exist or is archived is INVALID. An expectedVersion other than 0 that is not the current one is a CONFLICT,
// and so is an event that is archived. It needs EDIT on automator/events.
func (db *DB) EventUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, change func(*hub.Event) error) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Edit); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Event, error) {
		e, err := tx.eventToChange(key, expectedVersion)
		if err != nil {
			return nil, err
		}
		before, changed := *e, *e
		if err := change(&changed); err != nil {
			return nil, err
		}
		e.Description, e.Type, e.Terms, e.FlowKeys = changed.Description, changed.Type, changed.Terms, changed.FlowKeys
		e.Version, e.UpdatedAt = e.Version+1, tx.now
		if err := tx.eventFlowsExist(c, e); err != nil {
			return nil, err
		}
		if err := tx.exec("UPDATE events SET version = ?, description = ?, folded = ?, type = ?, terms = ?, updated_at = ? WHERE key = ?",
			e.Version, e.Description, hub.Filed(e.Description), e.Type, doc(e.Terms), ms(e.UpdatedAt), key); err != nil {
			return nil, err
		}
		if err := tx.eventFlows(e); err != nil {
			return nil, err
		}
		return e, tx.auditEvent(c, hub.AuditChanged, &before, e)
	})
}

func (tx *Tx) eventToChange(key int64, expectedVersion int) (*hub.Event, error) {
	e, err := events.get(tx.each, key)
	if err != nil {
		return nil, err
	}
	if e.ArchivedAt != nil {
		return nil, hub.Conflict("id", "the event %s is archived and stays as it is; make a new one", quoted(e.Description))
	}
	return e, fresh(expectedVersion, e.Version)
}

func (tx *Tx) eventFlowsExist(c hub.Caller, e *hub.Event) error {
	known, err := flows.byKey(tx.each, e.FlowKeys)
	if err != nil {
		return err
	}
	for i, f := range known {
		switch {
		case f == nil:
			return hub.Invalid(hub.Path("flows", i), "there is no flow %s; choose one of flows", hub.ID(hub.KindFlow, e.FlowKeys[i]))
		case f.ArchivedAt != nil:
			name := f.ID()
			if c.May(hub.RowHub, hub.See) {
				name = quoted(f.Description)
			}
			return hub.Invalid(hub.Path("flows", i), "the flow %s is archived; choose another", name)
		}
	}
	return nil
}

// eventFlows keeps which flows an event runs, in their order.
func (tx *Tx) eventFlows(e *hub.Event) error {
	tx.configured()
	if err := tx.exec("DELETE FROM event_flows WHERE event = ?", e.Key); err != nil {
		return err
	}
	for i, flow := range e.FlowKeys {
		if err := tx.exec("INSERT INTO event_flows (event, position, flow) VALUES (?, ?, ?)", e.Key, i, flow); err != nil {
			return err
		}
	}
	return nil
}

// EventSetEnabled enables or disables an event; its version stays. check, if there is one, is given the event as it is in
// the transaction, and its error keeps everything as it was; it may run twice. An expectedVersion other than 0 that is not
// the current one is a CONFLICT, and so is an event that is archived. It needs EDIT on automator/events.
func (db *DB) EventSetEnabled(ctx context.Context, c hub.Caller, key int64, expectedVersion int, on bool, check func(*hub.Event) error) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Edit); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Event, error) {
		e, err := tx.eventToChange(key, expectedVersion)
		if err != nil {
			return nil, err
		}
		if check != nil {
			seen := *e
			if err := check(&seen); err != nil {
				return nil, err
			}
		}
		before := *e
		e.Enabled, e.UpdatedAt = on, tx.now
		tx.configured()
		if err := tx.exec("UPDATE events SET enabled = ?, updated_at = ? WHERE key = ?", e.Enabled, ms(e.UpdatedAt), key); err != nil || before.Enabled == on {
			return e, err
		}
		return e, tx.auditEvent(c, switched(before.Enabled, on), &before, e)
	})
}

// EventArchive disables an event for good and keeps it for the history that refers to it. Archiving an archived one changes
// nothing. It needs REMOVE on automator/events.
func (db *DB) EventArchive(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Event, error) {
	if err := c.Need(hub.RowEvents, hub.Remove); err != nil {
		return nil, err
	}
	return write(ctx, db, func(tx *Tx) (*hub.Event, error) {
		e, err := events.get(tx.each, key)
		if err != nil || e.ArchivedAt != nil {
			return e, err
		}
		if err := fresh(expectedVersion, e.Version); err != nil {
			return nil, err
		}
		at, before := tx.now, *e
		e.Enabled, e.ArchivedAt, e.UpdatedAt = false, &at, at
		tx.configured()
		if err := tx.exec("UPDATE events SET enabled = 0, archived_at = ?, updated_at = ? WHERE key = ?", ms(at), ms(at), key); err != nil {
			return nil, err
		}
		return e, tx.auditEvent(c, hub.AuditArchived, &before, e)
	})
}
