package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

const flowVersionColumns = "flow, version, description, definition, consumer, created_at, coalesce(restored_from, 0)"

func scanFlowVersion(r scanner) (*hub.FlowVersion, error) {
	v := &hub.FlowVersion{}
	return v, r.Scan(&v.FlowKey, &v.Version, &v.Description, exact{&v.Definition}, &v.SavedByKey, millis{&v.SavedAt}, &v.RestoredFrom)
}

// FlowHistory lists the versions of a flow, newest first; the cursor of one is its number. NOT_FOUND if there is no such
// flow. It needs SEE on automator/fracttal_hub.
func (db *DB) FlowHistory(ctx context.Context, c hub.Caller, key int64, p hub.Page) (hub.List[*hub.FlowVersion], error) {
	var l hub.List[*hub.FlowVersion]
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return l, err
	}
	if _, err := flows.get(db.reads(ctx), key); err != nil {
		return l, err
	}
	q := walk{}
	q.number("flow", "", key)
	by := byKey("version")
	cursor := func(v *hub.FlowVersion) string { return hub.Cursor(int64(v.Version)) }
	l, err := paged(by, p, cursor, func(s stretch) ([]*hub.FlowVersion, error) {
		query, args := q.statement(flowVersionColumns, "flow_versions", by, s)
		return readAll(db.reads(ctx), scanFlowVersion, query, args...)
	})
	l.Total = func() (hub.Count, error) {
		query, args := q.tally("flow_versions", hub.MaxConfigured)
		return count(db.reads(ctx), hub.MaxConfigured, query, args...)
	}
	return l, err
}

// FlowVersions reads every version of a flow, the newest first; see [DB.FlowHistory] for some at a time.
func (db *DB) FlowVersions(ctx context.Context, c hub.Caller, key int64) ([]*hub.FlowVersion, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	list, err := readAll(db.reads(ctx), scanFlowVersion, "SELECT "+flowVersionColumns+" FROM flow_versions WHERE flow = ? ORDER BY version DESC", key)
	if err == nil && len(list) == 0 {
		err = hub.NotFound(hub.KindFlow, key)
	}
	return list, err
}

// FlowVersionsByKey reads many versions in the order of the keys: nil where there is none, or everywhere without SEE on
// automator/fracttal_hub.
func (db *DB) FlowVersionsByKey(ctx context.Context, c hub.Caller, keys []hub.FlowVersionKey) ([]*hub.FlowVersion, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	out := make([]*hub.FlowVersion, len(keys))
	if !c.May(hub.RowHub, hub.See) {
		return out, nil
	}
	versions := map[int64][]int64{} // by flow
	for _, k := range keys {
		versions[k.FlowKey] = append(versions[k.FlowKey], int64(k.Version))
	}
	found := make(map[hub.FlowVersionKey]*hub.FlowVersion, len(keys))
	for flow, numbers := range versions {
		err := eachIn(numbers, func(in string, args []any) error {
			list, err := readAll(db.reads(ctx), scanFlowVersion, "SELECT "+flowVersionColumns+" FROM flow_versions WHERE flow = ? AND version IN "+in, append([]any{flow}, args...)...)
			for _, v := range list {
				found[hub.FlowVersionKey{FlowKey: flow, Version: v.Version}] = v
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for i, k := range keys {
		out[i] = found[k]
	}
	return out, nil
}

// FlowRollback saves a new version of a flow that restores an earlier one. change is as that of [DB.FlowUpdate], with whose
// rules it goes. It needs EDIT on automator/fracttal_hub.
func (db *DB) FlowRollback(ctx context.Context, c hub.Caller, key int64, expectedVersion, version int, change func(*hub.Flow) error) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	return db.saveFlow(ctx, c, key, expectedVersion, version, change)
}

func (tx *Tx) auditRollback(c hub.Caller, before, after *hub.Flow, restored int) error {
	facts := after.Audited()
	facts["restoredFrom"] = restored
	return tx.Audit(c, hub.AuditEntry{Kind: hub.AuditChanged, Subject: hub.AuditFlow, SubjectKey: after.Key, SubjectName: after.Description,
		Changes: hub.AuditChanges(before.Audited(), facts)})
}
