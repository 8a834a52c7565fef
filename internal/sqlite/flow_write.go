package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// FlowCreate makes a flow from description and definition: its first version, not enabled. It needs ADD on
// automator/fracttal_hub; whether the flow would work is the engine's to judge before it enables it.
func (db *DB) FlowCreate(ctx context.Context, c hub.Caller, in *hub.Flow, once ...*hub.Once) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Add); err != nil {
		return nil, err
	}
	return makingFlows.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.Flow, error) {
		f := &hub.Flow{Key: hub.NewKey(tx.now), Version: 1, Description: in.Description, Definition: in.Definition, CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := tx.exec("INSERT INTO flows ("+flowColumns+", folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			f.Key, f.Version, f.Enabled, f.Description, doc(f.Definition), reason(f.Paused), msp(f.ArchivedAt), ms(f.CreatedAt), ms(f.UpdatedAt), hub.Filed(f.Description)); err != nil {
			return nil, err
		}
		if err := tx.flowVersion(c, f, 0); err != nil {
			return nil, err
		}
		if err := tx.keepChecks(f, in.Checks); err != nil {
			return nil, err
		}
		return f, tx.auditFlow(c, hub.AuditCreated, nil, f)
	})
}

// FlowUpdate saves a new version of a flow: change is given it as it is and alters description and definition; everything
// else stays as it was. change runs inside the transaction, perhaps twice: it must be quick and begin anew each time. An
// expectedVersion other than 0 that is not the current one is a CONFLICT, and so is a flow that is archived. It needs EDIT on
// automator/fracttal_hub.
func (db *DB) FlowUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, change func(*hub.Flow) error) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	return db.saveFlow(ctx, c, key, expectedVersion, 0, change)
}

// saveFlow saves a new version of a flow; restored is the one whose definition it has again, or 0.
func (db *DB) saveFlow(ctx context.Context, c hub.Caller, key int64, expectedVersion, restored int, change func(*hub.Flow) error) (*hub.Flow, error) {
	return shown(ctx, c, db.discloseFlow)(write(ctx, db, func(tx *Tx) (*hub.Flow, error) {
		f, err := tx.flowToChange(key, expectedVersion)
		if err != nil {
			return nil, err
		}
		before, changed := *f, *f
		if err := change(&changed); err != nil {
			return nil, err
		}
		anew := !f.Definition.SameSchedule(&changed.Definition)
		f.Description, f.Definition = changed.Description, changed.Definition
		f.Version, f.UpdatedAt = f.Version+1, tx.now
		if err := tx.exec("UPDATE flows SET version = ?, description = ?, folded = ?, definition = ?, updated_at = ? WHERE key = ?",
			f.Version, f.Description, hub.Filed(f.Description), doc(f.Definition), ms(f.UpdatedAt), key); err != nil {
			return nil, err
		}
		if anew {
			if err := tx.schedule(f); err != nil {
				return nil, err
			}
		}
		if err := tx.flowVersion(c, f, restored); err != nil {
			return nil, err
		}
		if err := tx.keepChecks(f, changed.Checks); err != nil {
			return nil, err
		}
		if restored == 0 {
			return f, tx.auditFlow(c, hub.AuditChanged, &before, f)
		}
		return f, tx.auditRollback(c, &before, f, restored)
	}))
}

func (tx *Tx) flowToChange(key int64, expectedVersion int) (*hub.Flow, error) {
	f, err := flows.get(tx.each, key)
	if err != nil {
		return nil, err
	}
	if f.ArchivedAt != nil {
		return nil, hub.Conflict("id", "the flow %s is archived and stays as it is; make a new one", quoted(f.Description))
	}
	return f, fresh(expectedVersion, f.Version)
}

// flowVersion keeps the current version of a flow, and what it refers to; restored is the one whose definition it has again, or 0.
func (tx *Tx) flowVersion(c hub.Caller, f *hub.Flow, restored int) error {
	tx.configured()
	if err := tx.exec("INSERT INTO flow_versions (flow, version, description, definition, consumer, created_at, restored_from) VALUES (?, ?, ?, ?, ?, ?, nullif(?, 0))",
		f.Key, f.Version, f.Description, doc(f.Definition), c.Consumer.Key, ms(tx.now), restored); err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM flow_uses WHERE flow = ?", f.Key); err != nil {
		return err
	}
	for _, u := range flowUses(f) {
		if err := tx.exec("INSERT INTO flow_uses (flow, kind, used) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", f.Key, u.kind, u.key); err != nil {
			return err
		}
	}
	return nil
}

type use struct {
	kind string
	key  int64
}

func flowUses(f *hub.Flow) (uses []use) {
	if s := f.Definition.Source; s != nil && s.ConsumerKey != 0 {
		uses = append(uses, use{"consumer", s.ConsumerKey})
	}
	if s := f.Definition.Source; s != nil && s.Fetch != nil && s.Fetch.IntegrationKey != 0 {
		uses = append(uses, use{"integration", s.Fetch.IntegrationKey})
	}
	for _, t := range f.Definition.Targets {
		if t.IntegrationKey != 0 {
			uses = append(uses, use{"integration", t.IntegrationKey})
		}
	}
	return uses
}

// FlowSetEnabled enables or disables a flow; that makes no version. check, if there is one, is given the flow as it is in the
// transaction, and its error keeps everything as it was; it may run twice. An expectedVersion other than 0 that is not the
// current one is a CONFLICT, and so is a flow that is archived. It needs EDIT on automator/fracttal_hub.
func (db *DB) FlowSetEnabled(ctx context.Context, c hub.Caller, key int64, expectedVersion int, on bool, check func(*hub.Flow) error) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.discloseFlow)(write(ctx, db, func(tx *Tx) (*hub.Flow, error) {
		f, err := tx.flowToChange(key, expectedVersion)
		if err != nil {
			return nil, err
		}
		if check != nil {
			seen := *f
			if err := check(&seen); err != nil {
				return nil, err
			}
			if err := tx.keepChecks(f, seen.Checks); err != nil {
				return nil, err
			}
		}
		before := *f
		f.Enabled, f.UpdatedAt = on, tx.now
		tx.configured()
		if before.Enabled != on {
			if err := tx.schedule(f); err != nil {
				return nil, err
			}
		}
		if err := tx.exec("UPDATE flows SET enabled = ?, updated_at = ? WHERE key = ?", f.Enabled, ms(f.UpdatedAt), key); err != nil || before.Enabled == on {
			return f, err
		}
		return f, tx.auditFlow(c, switched(before.Enabled, on), &before, f)
	}))
}

// FlowArchive disables a flow for good and keeps it for the history that refers to it. What it referred to is free to go
// from then on. One that events run is IN_USE, until they run it no more or are archived. Archiving an archived one changes
// nothing. It needs REMOVE on automator/fracttal_hub.
func (db *DB) FlowArchive(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Remove); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.discloseFlow)(write(ctx, db, func(tx *Tx) (*hub.Flow, error) {
		f, err := flows.get(tx.each, key)
		if err != nil || f.ArchivedAt != nil {
			return f, err
		}
		if err := fresh(expectedVersion, f.Version); err != nil {
			return nil, err
		}
		if err := eventsRunning(f.Description).refuse(tx.each, c, key); err != nil {
			return nil, err
		}
		before := *f
		if f.Paused != nil { // nobody could resume it any more, and what it has in the queue would wait in vain
			if err := tx.flowFree(key, hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID(), Message: "the flow was archived"}); err != nil {
				return nil, err
			}
			f.Paused, f.Pause = nil, nil
		}
		at := tx.now
		f.Enabled, f.ArchivedAt, f.UpdatedAt = false, &at, at
		tx.configured()
		if err := tx.schedule(f); err != nil {
			return nil, err
		}
		if err := tx.exec("UPDATE flows SET enabled = 0, archived_at = ?, updated_at = ? WHERE key = ?", ms(at), ms(at), key); err != nil {
			return nil, err
		}
		if err := tx.exec("DELETE FROM flow_uses WHERE flow = ?", key); err != nil {
			return nil, err
		}
		if err := tx.exec("DELETE FROM flow_checks WHERE flow = ?", key); err != nil {
			return nil, err
		}
		return f, tx.auditFlow(c, hub.AuditArchived, &before, f)
	}))
}

// FlowPause holds the deliveries of a flow back until somebody mends it, and says so in the journal. A paused one stays as
// it is, with its first reason; one that is gone needs no pause. Its connectors are to be asked what is wrong.
func (tx *Tx) FlowPause(key int64, r hub.Reason) error {
	paused, err := tx.one("UPDATE flows SET paused = ?, updated_at = ? WHERE key = ? AND paused IS NULL", doc(r), ms(tx.now), key)
	if err != nil || !paused {
		return err
	}
	held, err := tx.held(key)
	if err != nil {
		return err
	}
	tx.configured()
	tx.Change(hub.Change{Subject: hub.SubjectFlow, Key: key, From: pausedIf(held), To: statePaused, Cause: r})
	return tx.exec("UPDATE flow_checks SET due_at = ? WHERE flow = ?", ms(hub.AtOnce), key)
}

// FlowResume ends what [Tx.FlowPause] began, wakes the executions that waited for it ([Tx.Wake]) and says so in
// the journal. One that is not paused so stays as it is, and one that a person holds back stays held.
func (tx *Tx) FlowResume(key int64, cause hub.Reason) error {
	resumed, err := tx.one("UPDATE flows SET paused = NULL, updated_at = ? WHERE key = ? AND paused IS NOT NULL", ms(tx.now), key)
	if err != nil || !resumed {
		return err
	}
	return tx.flowFreed(key, cause)
}

// FlowResumeBy is [Tx.FlowResume] as the act of a person: it is in the audit log, too.
func (tx *Tx) FlowResumeBy(c hub.Caller, key int64, cause hub.Reason) error {
	before, err := flows.get(tx.each, key)
	if err != nil || before.Paused == nil {
		return err
	}
	if err := tx.FlowResume(key, cause); err != nil {
		return err
	}
	after, err := flows.get(tx.each, key)
	if err != nil {
		return err
	}
	return tx.auditFlow(c, hub.AuditResumed, before, after)
}

// FlowResume lets the deliveries of a flow go on, whoever paused it, because a person wants it. An expectedVersion other than 0 that is not the
// current one is a CONFLICT, and so is a flow that is archived. It needs EDIT on automator/fracttal_hub.
func (db *DB) FlowResume(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.discloseFlow)(write(ctx, db, func(tx *Tx) (*hub.Flow, error) {
		before, err := tx.flowToChange(key, expectedVersion)
		if err != nil {
			return nil, err
		}
		if err := tx.flowFree(key, hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID()}); err != nil {
			return nil, err
		}
		f, err := flows.get(tx.each, key)
		if err != nil || before.Paused == nil {
			return f, err
		}
		return f, tx.auditFlow(c, hub.AuditResumed, before, f)
	}))
}
