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

// flowHistories are the versions of flows.
var flowHistories = nest[*hub.FlowVersion]{
	kept: []kept{{"flow_versions", "flow", "flow, version", flowVersionColumns}}, scan: scanFlowVersion,
	by: byKey("version"), cursor: func(v *hub.FlowVersion) string { return hub.Cursor(int64(v.Version)) },
}

// FlowHistories lists the versions of each of many flows, newest first, in the order of the flows' keys, which are distinct; the cursor of a
// version is its number. It needs SEE on automator/fracttal_hub.
func (db *DB) FlowHistories(ctx context.Context, c hub.Caller, flows []int64, p hub.Page) ([]*hub.List[*hub.FlowVersion], error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return flowHistories.pages(db.reads(ctx), flows, p, hub.MaxConfigured)
}

// FlowVersionsOf reads every version of many flows, by flow, the newest first; see [DB.FlowHistories] for some at a time. It needs SEE on
// automator/fracttal_hub.
func (db *DB) FlowVersionsOf(ctx context.Context, c hub.Caller, flows []int64) (map[int64][]*hub.FlowVersion, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return partsOf(db.reads(ctx), flows, scanFlowVersion, func(v *hub.FlowVersion) int64 { return v.FlowKey },
		"SELECT "+flowVersionColumns+" FROM flow_versions WHERE flow IN %s ORDER BY flow, version DESC")
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
	found := make(map[hub.FlowVersionKey]*hub.FlowVersion, len(keys))
	err := inParts(len(keys), func(from, to, size int) error {
		args := make([]any, 0, 2*size)
		for i := range size {
			k := keys[min(from+i, to-1)]
			args = append(args, k.FlowKey, k.Version)
		}
		list, err := readAll(db.reads(ctx), scanFlowVersion, "SELECT "+flowVersionColumns+" FROM flow_versions WHERE (flow, version) IN (VALUES "+rows(size, 2)+")", args...)
		for _, v := range list {
			found[hub.FlowVersionKey{FlowKey: v.FlowKey, Version: v.Version}] = v
		}
		return err
	})
	if err != nil {
		return nil, err
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
