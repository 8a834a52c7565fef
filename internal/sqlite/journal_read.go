package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

const timelines = "SELECT " + changeColumns + " FROM " + changeTables + " WHERE c.root IN %s AND e.key IS NOT NULL ORDER BY c.root, c.seq"

// TimelinesOf reads what became of many executions and their deliveries, by execution, oldest first: every line of the
// journal about them. Their messages are left out where they may quote what the caller may not see. It needs SEE on automator/fracttal_hub.
func (db *DB) TimelinesOf(ctx context.Context, c hub.Caller, executionKeys []int64) (map[int64][]hub.Change, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	rows, err := partsOf(db.reads(ctx), executionKeys, scanChanges, func(lines []hub.Change) int64 { return lines[0].Root }, timelines)
	lists := make(map[int64][]hub.Change, len(rows))
	for key, parts := range rows {
		lists[key] = slices.Concat(parts...)
	}
	if err != nil {
		return nil, err
	}
	for _, lines := range lists {
		for i := range lines {
			unname(c, &lines[i].Cause)
		}
	}
	if lacks(c, db.recordRows()) == nil {
		return lists, nil
	}
	of, err := db.ExecutionsByKey(ctx, c, executionKeys)
	for _, e := range of {
		if e == nil || !e.Hides("timeline") {
			continue
		}
		for i := range lists[e.Key] {
			unquote(&lists[e.Key][i].Cause)
		}
	}
	return lists, err
}
