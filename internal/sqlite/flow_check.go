package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const flowCheckColumns = "flow, target, version, integration, integration_version, use, at, due_at, problems"

func scanFlowCheck(r scanner) (c *hub.TargetCheck, err error) {
	c = &hub.TargetCheck{}
	return c, r.Scan(&c.FlowKey, &c.Target, &c.FlowVersion, &c.IntegrationKey, &c.IntegrationVersion, &c.Use, millis{&c.At}, millis{&c.DueAt}, document{&c.Problems})
}

// FlowChecks reads, for the engine, what connectors last said of the targets of a flow, in their order; one may be missing. It asks
// nobody.
func (db *DB) FlowChecks(ctx context.Context, flow int64) ([]*hub.TargetCheck, error) {
	return flowChecks(db.reads(ctx), flow)
}

// FlowsChecks is FlowChecks for many flows, by their keys.
func (db *DB) FlowsChecks(ctx context.Context, keys []int64) (map[int64][]*hub.TargetCheck, error) {
	found := make(map[int64][]*hub.TargetCheck, len(keys))
	return found, eachIn(keys, func(in string, args []any) error {
		list, err := readAll(db.reads(ctx), scanFlowCheck, "SELECT "+flowCheckColumns+" FROM flow_checks WHERE flow IN "+in+" ORDER BY flow, target", args...)
		for _, k := range list {
			found[k.FlowKey] = append(found[k.FlowKey], k)
		}
		return err
	})
}

// FlowChecks is [DB.FlowChecks] inside a transaction.
func (tx *Tx) FlowChecks(flow int64) ([]*hub.TargetCheck, error) { return flowChecks(tx.each, flow) }

func flowChecks(r reader, flow int64) ([]*hub.TargetCheck, error) {
	return readAll(r, scanFlowCheck, "SELECT "+flowCheckColumns+" FROM flow_checks WHERE flow = ? ORDER BY target", flow)
}

// FlowChecksDue reads, for the engine, checks that are to be made again, those that have waited for longest first.
func (db *DB) FlowChecksDue(ctx context.Context, until time.Time, limit int) ([]*hub.TargetCheck, error) {
	return readAll(db.reads(ctx), scanFlowCheck, "SELECT "+flowCheckColumns+" FROM flow_checks WHERE due_at <= ? ORDER BY due_at, flow, target LIMIT ?", ms(until), limit)
}

// FlowCheckSave keeps what a connector said of a target.
func (tx *Tx) FlowCheckSave(c hub.TargetCheck) error {
	problems := c.Problems
	if problems == nil {
		problems = []hub.Problem{}
	}
	return tx.exec(`INSERT INTO flow_checks (`+flowCheckColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow, target) DO UPDATE SET
		version = excluded.version, integration = excluded.integration, integration_version = excluded.integration_version, use = excluded.use,
		at = excluded.at, due_at = excluded.due_at, problems = excluded.problems`,
		c.FlowKey, c.Target, c.FlowVersion, c.IntegrationKey, c.IntegrationVersion, c.Use, ms(c.At), ms(c.DueAt), doc(problems))
}

// FlowCheckDue sets when a check is to be made again.
func (tx *Tx) FlowCheckDue(flow int64, target int, due time.Time) error {
	return tx.exec("UPDATE flow_checks SET due_at = ? WHERE flow = ? AND target = ?", ms(due), flow, target)
}

// keepChecks keeps what connectors said of the targets of a version that is saved or enabled, in place of what they said of the one
// before.
func (tx *Tx) keepChecks(f *hub.Flow, checks []hub.TargetCheck) error {
	old, err := tx.FlowChecks(f.Key)
	if err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM flow_checks WHERE flow = ?", f.Key); err != nil {
		return err
	}
	for _, c := range checks {
		c.FlowKey, c.FlowVersion = f.Key, f.Version
		for _, o := range old {
			if o.Target == c.Target {
				c = c.After(o, tx.now)
				if !o.DueAt.After(hub.AtOnce) {
					c.DueAt = o.DueAt // somebody has just told of a change
				}
			}
		}
		if err := tx.FlowCheckSave(c); err != nil {
			return err
		}
	}
	return nil
}

const flowsThrough = " WHERE key IN (SELECT flow FROM flow_uses WHERE kind = 'integration' AND used = ?) ORDER BY key"

// FlowsThrough lists, for the engine, the flows that send through an integration in their current versions, archived ones aside, in
// the order of their keys. It asks nobody.
func (db *DB) FlowsThrough(ctx context.Context, integration int64) ([]*hub.Flow, error) {
	return readAll(db.reads(ctx), flows.scan, flows.query(flowsThrough), integration)
}

// FlowsThrough is [DB.FlowsThrough] inside a transaction.
func (tx *Tx) FlowsThrough(integration int64) ([]*hub.Flow, error) {
	return readAll(tx.each, flows.scan, flows.query(flowsThrough), integration)
}

// Integration reads an integration as it is in the transaction; NOT_FOUND if there is none.
func (tx *Tx) Integration(key int64) (*hub.Integration, error) { return integrations.get(tx.each, key) }

// IntegrationCheckDue notes when an integration is to be checked, because its provider told that it is in order again; the zero
// time takes that back.
func (tx *Tx) IntegrationCheckDue(key int64, at time.Time) error {
	return tx.exec("UPDATE integrations SET check_due = ? WHERE key = ?", ms(at), key)
}

// IntegrationsToCheck lists, for the engine, the integrations that are to be checked by a time.
func (db *DB) IntegrationsToCheck(ctx context.Context, until time.Time) ([]int64, error) {
	return readAll(db.reads(ctx), scanKey, "SELECT key FROM integrations WHERE check_due <= ? ORDER BY check_due, key", ms(until))
}

// NextFlowCheck is when a connector is next to be asked about a flow or an integration; zero if never.
func (db *DB) NextFlowCheck(ctx context.Context) (due time.Time, err error) {
	err = db.reads(ctx)("SELECT min(due) FROM (SELECT min(due_at) AS due FROM flow_checks UNION ALL SELECT min(check_due) FROM integrations WHERE check_due IS NOT NULL)",
		nil, func(r scanner) error { return r.Scan(millis{&due}) })
	return due, err
}
