package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// What people hold back stands in a table of its own, beside what the hub itself pauses: so a check, a notice or good news,
// which end the one, leave the other.

// PauseEnded is a pause whose time has come.
type PauseEnded struct {
	Subject hub.Subject
	Key     int64 // 0: of the queue
}

func (tx *Tx) pause(of hub.Subject, key int64, p *hub.Pause) error {
	return tx.exec(`INSERT INTO pauses (subject, kind, pause, until) VALUES (?, ?, ?, ?)
		ON CONFLICT (subject) DO UPDATE SET pause = excluded.pause, until = excluded.until`, key, string(of), doc(p), msp(p.Until))
}

func (tx *Tx) unpause(key int64) (was bool, err error) {
	return tx.one("DELETE FROM pauses WHERE subject = ?", key)
}

// held says whether a person holds something back.
func (tx *Tx) held(key int64) (bool, error) {
	var one int
	return tx.get("SELECT 1 FROM pauses WHERE subject = ?", []any{key}, &one)
}

func pauseOf(r reader, key int64) (p *hub.Pause, err error) {
	err = r("SELECT pause FROM pauses WHERE subject = ?", []any{key}, func(row scanner) error { return row.Scan(document{&p}) })
	return p, err
}

// PausesEnded reads the pauses whose time has come.
func (tx *Tx) PausesEnded() (list []PauseEnded, err error) {
	return readAll(tx.each, func(r scanner) (e PauseEnded, err error) {
		return e, r.Scan(text[hub.Subject]{&e.Subject}, &e.Key)
	}, "SELECT kind, subject FROM pauses WHERE until IS NOT NULL AND until <= ? ORDER BY until", ms(tx.now))
}

// NextPauseEnd is when the first pause ends by itself; the zero time if none does.
func (tx *Tx) NextPauseEnd() (end time.Time, err error) {
	_, err = tx.get("SELECT min(until) FROM pauses WHERE until IS NOT NULL", nil, millis{&end})
	return end, err
}

// QueuePause is the pause of the queue; nil if it is not paused.
func (tx *Tx) QueuePause() (*hub.Pause, error) { return pauseOf(tx.each, 0) }

// QueueHold pauses the queue, and says so in the journal. Of one that is paused already, the newest word counts.
func (tx *Tx) QueueHold(p *hub.Pause) error {
	held, err := tx.held(0)
	if err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectQueue, From: pausedIf(held), To: statePaused, Cause: p.Reason})
	return tx.pause(hub.SubjectQueue, 0, p)
}

// QueueFree lets the queue go on, and says so in the journal; was is false if it was not paused.
func (tx *Tx) QueueFree(cause hub.Reason) (was bool, err error) {
	if was, err = tx.unpause(0); err == nil && was {
		tx.Change(hub.Change{Subject: hub.SubjectQueue, From: statePaused, Cause: cause})
	}
	return was, err
}

// statePaused is how the journal calls what is paused; a flow or a queue that is not has no state of its own.
const statePaused = "PAUSED"

func pausedIf(held bool) string {
	if held {
		return statePaused
	}
	return ""
}

func stateIf(held bool) hub.IntegrationState {
	if held {
		return hub.IntegrationPaused
	}
	return hub.IntegrationReady
}

// FlowHold has a person hold the deliveries of a flow back, beside what the hub itself may have paused; of two words of persons
// the newest counts. An expectedVersion other than 0 that is not the current one is a CONFLICT, and so is a flow that is
// archived. It needs EDIT on automator/fracttal_hub.
func (db *DB) FlowHold(ctx context.Context, c hub.Caller, key int64, in hub.PauseInput) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.discloseFlow)(write(ctx, db, func(tx *Tx) (*hub.Flow, error) {
		p, err := in.Pause(c.Consumer, tx.now)
		if err != nil {
			return nil, err
		}
		before, err := tx.flowToChange(key, in.Expected())
		if err != nil {
			return nil, err
		}
		if err := tx.pause(hub.SubjectFlow, key, p); err != nil {
			return nil, err
		}
		tx.configured()
		tx.Change(hub.Change{Subject: hub.SubjectFlow, Key: key, From: pausedIf(before.Paused != nil), To: statePaused, Cause: p.Reason})
		f, err := flows.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		return f, tx.auditFlow(c, hub.AuditPaused, before, f)
	}))
}

// FlowUnhold ends what [DB.FlowHold] began, wakes the executions that waited for it and says so in the journal. What the hub itself
// paused stays so. One that nobody holds back stays as it is.
func (tx *Tx) FlowUnhold(key int64, cause hub.Reason) error {
	was, err := tx.unpause(key)
	if err != nil || !was {
		return err
	}
	return tx.flowFreed(key, cause)
}

// flowFree lets a flow go on, whoever paused it.
func (tx *Tx) flowFree(key int64, cause hub.Reason) error {
	if err := tx.FlowResume(key, cause); err != nil {
		return err
	}
	return tx.FlowUnhold(key, cause)
}

// flowFreed says in the journal that one of the things that held a flow back is gone. If it was the last, what waited goes on.
func (tx *Tx) flowFreed(key int64, cause hub.Reason) error {
	tx.configured()
	f, err := flows.get(tx.each, key)
	if err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectFlow, Key: key, From: statePaused, To: pausedIf(f.Paused != nil), Cause: cause})
	if f.Paused != nil {
		return nil
	}
	return tx.Wake(hub.ReasonFlowPaused, key)
}

// IntegrationHold has a person hold back what goes out through an integration, beside what the hub itself may have paused; of
// two words of persons the newest counts. An expectedVersion other than 0 that is not the current one is a CONFLICT. It needs
// EDIT on settings/api_connections.
func (db *DB) IntegrationHold(ctx context.Context, c hub.Caller, key int64, in hub.PauseInput) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.DiscloseIntegration)(write(ctx, db, func(tx *Tx) (*hub.Integration, error) {
		p, err := in.Pause(c.Consumer, tx.now)
		if err != nil {
			return nil, err
		}
		before, err := integrations.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		if err := fresh(in.Expected(), before.Version); err != nil {
			return nil, err
		}
		if err := tx.pause(hub.SubjectIntegration, key, p); err != nil {
			return nil, err
		}
		tx.integrationMoved(key, before.State, hub.IntegrationPaused, p.Reason)
		i, err := integrations.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		return i, tx.auditIntegration(c, hub.AuditPaused, before, i, nil)
	}))
}

// IntegrationUnhold ends what [DB.IntegrationHold] began. One that nobody holds back stays as it is, but one that the hub itself
// paused is a CONFLICT: a check ends that. An expectedVersion other than 0 that is not the current one is one, too. It needs EDIT
// on settings/api_connections.
func (db *DB) IntegrationUnhold(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.DiscloseIntegration)(write(ctx, db, func(tx *Tx) (*hub.Integration, error) {
		before, err := integrations.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		if err := fresh(expectedVersion, before.Version); err != nil {
			return nil, err
		}
		switch {
		case before.Pause != nil:
		case before.State == hub.IntegrationPaused:
			return nil, hub.Conflict("id", "no person paused it: mend what its reason says and have it checked (integrationCheck)")
		default:
			return before, nil
		}
		if err := tx.IntegrationUnhold(key, hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID()}); err != nil {
			return nil, err
		}
		i, err := integrations.get(tx.each, key)
		if err != nil {
			return nil, err
		}
		return i, tx.auditIntegration(c, hub.AuditResumed, before, i, nil)
	}))
}

// IntegrationUnhold ends what [DB.IntegrationHold] began, wakes the executions that waited for it and says so in the journal. One
// that nobody holds back stays as it is.
func (tx *Tx) IntegrationUnhold(key int64, cause hub.Reason) error {
	was, err := tx.unpause(key)
	if err != nil || !was {
		return err
	}
	_, err = tx.integrationFreed(key, cause)
	return err
}

// integrationFreed says in the journal that one of the things that held an integration back is gone. If it was the last, what
// waited goes on.
func (tx *Tx) integrationFreed(key int64, cause hub.Reason) (*hub.Integration, error) {
	i, err := integrations.get(tx.each, key)
	if err != nil {
		return nil, err
	}
	tx.integrationMoved(key, hub.IntegrationPaused, i.State, cause)
	if i.State == hub.IntegrationPaused {
		return i, nil
	}
	return i, tx.Wake(hub.ReasonIntegrationPaused, 0)
}
